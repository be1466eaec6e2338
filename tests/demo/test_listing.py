"""The stand-in's lists of models: what comes and goes in them, and the switches that break them."""

from __future__ import annotations

import json

import pytest

from console.demo.standin.catalogue import catalogue, gemini_models
from console.demo.standin.faults import BadSwitch

ANTHROPIC = {"anthropic-version": "2026-10-21"}


@pytest.fixture
def listed(http_call):
    def ask(path="/v1/models", headers=ANTHROPIC):
        status, _, body = http_call("GET", f"{path}?limit=100", headers=headers)
        assert status == 200
        return [model["id"] for model in json.loads(body)["data"]]

    return ask


def test_models_come_and_go(stand_in, listed):
    before = listed()
    stand_in.control.lists(released=["claude-sonnet-6"], withdrawn=["claude-sonnet-5"])
    assert set(listed()) - set(before) == {"claude-sonnet-6"}
    assert set(before) - set(listed()) == {"claude-sonnet-5"}
    stand_in.control.reset()
    assert listed() == before


def test_each_provider_lists_its_own(stand_in, listed):
    stand_in.control.lists(released=["claude-sonnet-6", "gpt-7"])
    assert "gpt-7" in listed(headers={})
    assert "gpt-7" not in listed()
    assert "claude-sonnet-6" not in listed(headers={})


def test_gemini_lists_names_with_their_collection(listed):
    found = listed("/v1beta/openai/models", {})
    assert found
    assert all(name.startswith("models/gemini-") for name in found)
    assert [f"{row['id']}" for row in gemini_models()["data"]] == found  # type: ignore[index,attr-defined]


def test_a_model_nobody_makes_cannot_be_released(stand_in):
    with pytest.raises(BadSwitch, match="looks like no provider's model"):
        stand_in.control.lists(released=["teapot"])
    with pytest.raises(BadSwitch, match="a list of model ids"):
        stand_in.control._send("POST", {"withdrawn": "claude-sonnet-5"})


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_list_can_be_refused(stand_in, http_call, status):
    stand_in.control.set("/models", error_rate=1.0, error_status=status, retry_after_s=3.0)
    answered, headers, body = http_call("GET", "/v1/models", headers=ANTHROPIC)
    assert (answered, headers["retry-after"]) == (status, "3")
    assert json.loads(body)["type"] == "error"


def test_the_switches_of_all_models_leave_the_lists_alone(stand_in, listed):
    stand_in.control.set("*", error_rate=1.0, damage="half")
    assert listed()


@pytest.mark.parametrize("damage", ["malformed json", "empty", "endless"])
def test_a_list_can_be_damaged(stand_in, http_call, damage):
    stand_in.control.set("/models", damage=damage)
    status, _, body = http_call("GET", "/v1/models?limit=100", headers=ANTHROPIC)
    assert status == 200
    if damage == "malformed json":
        with pytest.raises(json.JSONDecodeError):
            json.loads(body)
    elif damage == "empty":
        assert json.loads(body)["data"] == []
    else:
        assert json.loads(body)["has_more"] is True


def test_a_list_can_break_in_the_middle(stand_in, http_call):
    import http.client

    stand_in.control.set("/models", damage="half")
    with pytest.raises(http.client.IncompleteRead):
        http_call("GET", "/v1/models", headers=ANTHROPIC)


def test_the_catalogue_knows_every_model_once():
    ids = [model.id for model in catalogue(["claude-sonnet-5", "claude-sonnet-6"], ["gpt-4o"])]
    assert len(ids) == len(set(ids))
    assert "claude-sonnet-6" in ids
    assert "gpt-4o" not in ids
