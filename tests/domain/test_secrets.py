"""Keys and addresses in a registry are found, and ordinary words are not mistaken for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
