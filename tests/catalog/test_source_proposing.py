"""A first registry from uses: which routes, which pins, which reasons."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.source.proposing import DEFAULT_ROUTE, LONGEST_ROUTE, propose, route_name
from console.catalog.source.records import Use
from console.domain.kinds import bad_name
from console.domain.validate import check

TODAY = date(2026, 11, 23)
SONNET = "claude-sonnet-4-5-20250929"


def use(model_id: str = SONNET, name: str = "", path: str = "src/app.py", within: str = "", line: int = 1) -> Use:
    return Use(path, line, 1, model_id, model_id, name, within)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (use(name="SUPPORT_MODEL"), "support"),
        (use(name="model", within="summarise_ticket"), "summarise-ticket"),
        (use(name="model", within="get_client", path="billing/dunning.py"), "dunning"),
        (use(name="model", path="search/main.py"), "search"),
        (use(name="MODEL", path="app/llm.py"), DEFAULT_ROUTE),
        (use(name="modelId", within="run", path="main.py"), DEFAULT_ROUTE),
        (use(name="embeddingModel"), "embedding"),
        (use(name="JUDGE_MODEL_2"), "judge"),
        (use(name="x" * 200), "x" * LONGEST_ROUTE),
    ],
)
def test_a_route_is_named_after_what_the_code_calls_it(one: Use, expected: str) -> None:
    assert route_name(one) == expected


def test_one_model_is_one_default_route() -> None:
    found = propose([use(name="SUPPORT_MODEL"), use(name="JUDGE_MODEL", line=2)], TODAY)
    assert [(route.name, route.production) for route in found.routes] == [(DEFAULT_ROUTE, SONNET)]
    assert len(found.pins) == 1


def test_routes_and_pins_keep_the_order_of_the_code() -> None:
    found = propose([use(name="SUPPORT_MODEL"), use("claude-opus-4-1-20250805", "JUDGE_MODEL")], TODAY)
    assert [(route.name, route.production) for route in found.routes] == [
        ("support", SONNET),
        ("judge", "claude-opus-4-1-20250805"),
    ]
    assert [pin.model_id for pin in found.pins] == [SONNET, "claude-opus-4-1-20250805"]


def test_a_fallback_belongs_to_the_first_route_of_its_file() -> None:
    uses = [
        use("claude-haiku-4-5-20251001", "FALLBACK_MODEL", "a.py"),
        use(SONNET, "SUPPORT_MODEL", "a.py"),
        use("gpt-4.1-2025-04-14", "JUDGE_MODEL", "b.py"),
    ]
    support, judge = propose(uses, TODAY).routes
    assert (support.production, support.fallback) == (SONNET, "claude-haiku-4-5-20251001")
    assert judge.fallback is None


def test_only_fallbacks_serve_themselves() -> None:
    (route,) = propose([use(name="FALLBACK_MODEL")], TODAY).routes
    assert (route.production, route.fallback) == (SONNET, None)


def test_a_second_model_of_a_route_is_experimental() -> None:
    (route,) = propose(
        [use(name="model"), use("claude-opus-4-1-20250805", "other_model"), use(name="model")], TODAY
    ).routes[:1]
    assert route.production == SONNET
    assert route.experimental in (None, "claude-opus-4-1-20250805")


def test_an_alias_becomes_the_newest_pinned_id_and_says_so() -> None:
    (pin,) = propose([use("gpt-4o", "model", "bot.py", line=7)], TODAY).pins
    assert pin.model_id == "gpt-4o-2024-11-20"
    assert not pin.allow_alias
    for words in ("TODO", "bot.py:7 says gpt-4o, an alias", "gpt-4o-2024-08-06", "see which one answers"):
        assert words in pin.reason


def test_an_alias_that_nobody_can_resolve_stays_and_is_allowed() -> None:
    (pin,) = propose([use("gemini-flash-latest", "model")], TODAY).pins
    assert (pin.model_id, pin.allow_alias) == ("gemini-flash-latest", True)
    assert pin.reason.startswith("TODO: pin it")


def test_a_retirement_is_part_of_the_reason() -> None:
    (pin,) = propose([use(SONNET, "model")], TODAY).pins
    assert "retires in 7 days" in pin.reason
    assert "replacement claude-sonnet-5-5" in pin.reason


def test_an_alias_and_its_snapshot_are_one_pin() -> None:
    found = propose([use("gpt-4o", "SUPPORT_MODEL"), use("gpt-4o-2024-11-20", "JUDGE_MODEL")], TODAY)
    assert [pin.model_id for pin in found.pins] == ["gpt-4o-2024-11-20"]


def test_no_uses_no_proposal() -> None:
    assert propose([], TODAY).routes == ()


IDS = st.sampled_from(
    [
        *(SONNET, "gpt-4o", "o3", "gemini-flash-latest", "azure/eu", "claude-2.1"),
        *("claude-haiku-4-5-20251001", "anthropic/claude-sonnet-4.5"),
    ]
)
NAMES = st.sampled_from(
    ["", "MODEL", "SUPPORT_MODEL", "fallbackModel", "FALLBACK", "judge", "x|y", "\x1b]0;x\x07", "größe", "a" * 300]
)
PATHS = st.sampled_from(
    ["a.py", "src/support/bot.py", "\x1b[2J.py", "x\u202ey.py", "a|b.py", "ü/ö.py", "-rf.py", ".env"]
)


@given(st.lists(st.builds(use, IDS, NAMES, PATHS, NAMES, st.integers(1, 99)), min_size=1, max_size=12))
def test_every_proposal_is_a_valid_registry(uses: list[Use]) -> None:
    found = propose(uses, TODAY)
    plain = {
        "schema": 1,
        "routes": {
            route.name: {
                key: value
                for key in ("production", "fallback", "experimental")
                if (value := getattr(route, key)) is not None
            }
            for route in found.routes
        },
        "models": {
            pin.model_id: {"pinned_date": TODAY, "reason": pin.reason, "allow_alias": pin.allow_alias}
            for pin in found.pins
        },
    }
    registry, problems = check(plain)
    assert registry is not None, problems
    assert all(not bad_name(route.name) and route.name.isprintable() for route in found.routes)
    assert all("\x1b" not in pin.reason and "\u202e" not in pin.reason for pin in found.pins)
