"""The compiled hot path gives the same answers as the published rule, for every user and every percentage."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.buckets import BUCKETS, bucket, is_canary, threshold
from console.domain.registry import Canary, Gates, Pin, Price, Registry, Route
from console.routing.lanes import compiled, digest_limit, forced, lane_of, variable

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
percentages = st.integers(0, BUCKETS).map(lambda units: units / 10_000)


def route(percentage: float, held: str | None = None) -> Route:
    return Route("support", "old", Canary("new", percentage, START, held), gates=Gates(warm_up_s=300.0))


@given(percentages, st.integers(0, 2**32 - 1))
@example(100.0, 2**32 - 1)
@example(0.0, 0)
@example(0.0001, 4294)
@example(0.0001, 4295)
@example(99.9999, 2**32 - 1)
def test_comparing_digests_is_comparing_buckets(percentage: float, head: int) -> None:
    for tail in (b"\0" * 28, b"\xff" * 28):
        on_canary = head.to_bytes(4, "big") + tail < digest_limit(percentage)
        assert on_canary == ((head * BUCKETS) >> 32 < threshold(percentage))


@given(percentages)
def test_the_bucket_that_meets_the_percentage_is_just_not_on_the_canary(percentage: float) -> None:
    limit = threshold(percentage)
    first_head_of = lambda number: -(-(number << 32) // BUCKETS)  # noqa: E731
    if limit < BUCKETS:
        assert not first_head_of(limit).to_bytes(4, "big") + b"\0" * 28 < digest_limit(percentage)
    if limit > 0:
        assert (first_head_of(limit) - 1).to_bytes(4, "big") + b"\xff" * 28 < digest_limit(percentage)


@given(st.text(st.characters(exclude_categories=())), percentages)
@example("\ud800", 50.0)
def test_a_lane_puts_each_user_where_the_published_rule_does(key: str, percentage: float) -> None:
    chosen = lane_of(route(percentage)).of(key.encode("utf-8", "surrogatepass"))
    assert (chosen.arm == "canary") == is_canary("support|new|2026-11-20T09:00:00Z", key, percentage)


def test_at_100_percent_the_largest_digest_is_on_the_canary() -> None:
    assert digest_limit(100) > b"\xff" * 32
    assert len(sha256().digest()) < len(digest_limit(100))


def test_both_sides_carry_the_rollout_and_the_end_of_its_warm_up() -> None:
    lane = lane_of(route(25))
    for choice in (*lane.hot[2:], lane.keyless, *lane.moved.values(), *lane.stays.values()):
        assert choice.rollout == "support|new|2026-11-20T09:00:00Z"
        assert choice.evidence_from == START.timestamp() + 300.0


def test_a_route_without_a_canary_has_no_rollout_and_serves_one_model() -> None:
    lane = lane_of(Route("support", "old"))
    _, limit, production, canary = lane.hot
    assert (limit, production.rollout, production.evidence_from) == (b"", "", 0.0)
    assert {production.model, canary.model} == {"old"}
    assert set(lane.stays) == {"old"}


@pytest.mark.parametrize(
    ("percentage", "held", "stays"),
    [
        (25, None, {"old", "new"}),
        (25, "waiting", {"old", "new"}),
        (0, None, {"old", "new"}),
        (0, "errors", {"old"}),
    ],
)
def test_a_conversation_stays_on_a_canary_unless_it_is_rolled_back(
    percentage: float, held: str | None, stays: set[str]
) -> None:
    assert set(lane_of(route(percentage, held)).stays) == stays


def test_the_salt_is_hashed_as_the_rule_says() -> None:
    prefix = lane_of(route(25)).hot[0]
    head = int.from_bytes(sha256(prefix + b"user").digest()[:4], "big")
    assert (head * BUCKETS) >> 32 == bucket("support|new|2026-11-20T09:00:00Z", "user")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("support", "LLM_MODEL_SUPPORT"), ("reply-draft", "LLM_MODEL_REPLY_DRAFT"), ("größe", "LLM_MODEL_GR__E")],
)
def test_the_variable_of_a_route_can_be_set_in_any_shell(name: str, expected: str) -> None:
    assert variable(name) == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ""),
        ({"LLM_MODEL": "a"}, "a"),
        ({"LLM_MODEL": "a", "LLM_MODEL_SUPPORT": "b"}, "b"),
        ({"LLM_MODEL": "a", "LLM_MODEL_SUPPORT": " "}, "a"),
        ({"LLM_MODEL": "  "}, ""),
        ({"LLM_MODEL_OTHER": "b"}, ""),
        ({"LLM_MODEL": " a \n"}, "a"),
    ],
)
def test_the_routes_own_variable_goes_before_the_general_one(environment: dict[str, str], expected: str) -> None:
    assert forced("support", environment) == expected


def test_every_choice_carries_the_prices_that_the_registry_says() -> None:
    day = date(2026, 11, 1)
    models = {"old": Pin("old", day, "r", price=Price(input=1.0)), "new": Pin("new", day, "r")}
    registry = Registry({"support": route(25)}, models)
    for overrides in ({}, {"support": "old"}):
        lane = compiled(registry, overrides)["support"]
        choices = (*lane.hot[2:], lane.keyless, *lane.stays.values(), *lane.moved.values())
        assert [choice.prices for choice in choices] == [{"old": Price(input=1.0)}] * len(choices)
    assert compiled(Registry({"support": route(25)}, {}), {})["support"].keyless.prices is None
