"""Keys and addresses in a registry are found, and ordinary words are not mistaken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.keys import TABLES, TableName
from console.domain.secrets import NO_ADDRESS, NO_KEY, find, forbidden, is_secret

ANTHROPIC = "-".join(("sk", "ant", "api03", "A1b2C3d4" * 3))
GOOGLE = "AI" + "za" + "Sy" * 12
AMAZON = "AK" + "IA" + "ABCDEFGH" * 2


@pytest.mark.parametrize("value", [ANTHROPIC, GOOGLE, AMAZON, f"Bearer {ANTHROPIC}", f"x={GOOGLE};"])
def test_the_forms_of_keys_are_known(value: str):
    assert is_secret(value)


@pytest.mark.parametrize(
    "value", ["", "claude-sonnet-5-5", "gpt-5.4-mini-2026-03-17", "task-based-routing-of-models", "sk-learn", "AIza"]
)
def test_model_ids_and_words_are_no_keys(value: str):
    assert not is_secret(value)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("api_key", NO_KEY),
        ("API-Key", NO_KEY),
        ("openai_api_key", NO_KEY),
        ("client_secret", NO_KEY),
        ("Authorization", NO_KEY),
        ("password", NO_KEY),
        ("base_url", NO_ADDRESS),
        ("anthropic_base_url", NO_ADDRESS),
        ("azure-endpoint", NO_ADDRESS),
        ("max_tokens", ""),
        ("cache_read", ""),
        ("keyboard", ""),
        ("tokens", ""),
    ],
)
def test_names_of_keys_and_addresses_are_known(key: str, reason: str):
    assert forbidden(key) == reason


def places(plain: dict[str, object]) -> list[str]:
    return [".".join(path) for path, _ in find(plain)]


@pytest.mark.parametrize(
    ("plain", "found"),
    [
        ({"api_key": "x"}, ["api_key"]),
        ({"routes": {"r": {"params": {"extra_headers": {"Authorization": "x"}}}}},
         ["routes.r.params.extra_headers.Authorization"]),
        ({"routes": {"r": {"params": {"servers": [{"token": "x"}]}}}}, ["routes.r.params.servers.token"]),
        ({"routes": {"r": {"params": {"stop": ["a", ["b", ANTHROPIC]]}}}}, ["routes.r.params.stop"]),
        ({"models": {"m": {"reason": f"with {ANTHROPIC}"}}}, ["models.m.reason"]),
        ({"models": {ANTHROPIC: {}}}, [f"models.{ANTHROPIC}"]),
        ({"routes": {"token": {}, "secret": {}}, "models": {"host": {}}}, []),
        ({"routes": {"r": {"params": {"tools": [{"token": 1}], "system": {"key": 1}}}}}, []),
        ({"tools": {"api_key": "x"}}, ["tools.api_key"]),
    ],
)  # fmt: skip
def test_every_place_is_found_and_names_that_people_chose_are_not(plain: dict[str, object], found: list[str]):
    assert places(plain) == found


@pytest.mark.parametrize("tools", [ANTHROPIC, [ANTHROPIC]])
def test_a_key_in_what_the_model_is_told_is_still_a_key(tools: object):
    assert places({"routes": {"r": {"params": {"tools": tools}}}}) == ["routes.r.params.tools"]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_key_is_found_whatever_is_around_it(before: str, after: str):
    assert places({"x": f"{before} {ANTHROPIC} {after}"}) == ["x"]


NAMES = {
    NO_KEY: "api_key apikey x_api_key key secret api_secret client_secret token auth_token access_token bearer_token "
    "password passwd authorization credential credentials gateway_api_key signing_secret",
    NO_ADDRESS: "base_url api_base api_url endpoint api_endpoint azure_endpoint host proxy gateway_base_url",
}


@pytest.mark.parametrize(
    ("reason", "name"), [(reason, name) for reason, names in NAMES.items() for name in names.split()]
)
def test_every_name_is_known_in_every_way_of_writing_it(reason: str, name: str):
    for written in (name, name.upper(), name.title(), name.replace("_", "-")):
        assert forbidden(written) == reason
        assert list(find({"routes": {"r": {"params": {written: "x"}}}})) == [
            (("routes", "r", "params", written), reason)
        ]
    assert forbidden(f"{name}_count") == ""


@pytest.mark.parametrize("key", TABLES)
def test_no_key_of_the_registry_itself_is_forbidden(key: TableName):
    assert [name for name in TABLES[key].names if forbidden(name)] == []


@pytest.mark.parametrize(("length", "secret"), [(15, False), (16, True)])
def test_a_key_is_told_by_its_length(length: int, secret: bool):
    assert is_secret("sk" + "-" + "a" * length) is secret
    assert is_secret("AK" + "IA" + "A" * length) is secret


@pytest.mark.parametrize("kind", "pousr")
def test_every_kind_of_forge_token_is_a_key(kind: str):
    assert is_secret(f"gh{kind}" + "_" + "a1" * 10)
    assert not is_secret(f"gh{kind}" + "_" + "a" * 19)


@pytest.mark.parametrize("before", ["x", "_", "9"])
def test_a_key_begins_a_word(before: str):
    assert not is_secret(before + ANTHROPIC)


def test_what_is_found_is_never_the_value():
    plain = {"models": {"m": {"reason": ANTHROPIC, "api_key": "hunter2"}}}
    assert "hunter2" not in repr(list(find(plain)))
    assert ANTHROPIC not in repr(list(find(plain)))


def test_a_forbidden_table_is_told_once_and_not_searched():
    assert places({"x": {"credentials": {"api_key": ANTHROPIC, "host": "h"}}}) == ["x.credentials"]


@pytest.mark.parametrize("told", ["tools", "system", "messages"])
def test_what_a_model_is_told_is_its_own_only_inside_params(told: str):
    inside = {"routes": {"r": {"params": {told: {"token": "x"}, "deeper": {told: [{"key": "x"}]}}}}}
    assert places(inside) == []
    assert places({"routes": {"r": {told: {"token": "x"}}}}) == [f"routes.r.{told}.token"]


def test_only_the_names_of_routes_and_models_are_anybodys():
    assert places({"routes": {"password": {"password": 1}}}) == ["routes.password.password"]
    assert places({"models": {"host": {"price": {"token": 1}}}}) == ["models.host.price.token"]
    assert places({"other": {"token": {}}}) == ["other.token"]
