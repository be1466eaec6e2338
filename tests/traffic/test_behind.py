"""The requests behind a number: which rows are listed, in which order, and what both arms count of it."""

from __future__ import annotations

import sqlite3

import pytest

from console.domain.errors import LogInvalid
from console.domain.registry import Price
from console.traffic.behind import LISTED, Kind, is_newer, read_behind
from console.traffic.importing import write_history
from console.traffic.reading import LogMissing, LogReader

ROLLOUT = "support|new|2026-11-20T09:00:00Z"


@pytest.fixture
def world(path, make_row):
    """Ten of each arm, and on the canary one of every kind of trouble."""
    trouble = [
        {"outcome": "error", "error_class": "RateLimitError", "user": "ana"},
        {"outcome": "error", "error_class": "APITimeoutError", "user": "ana"},
        {"outcome": "error", "error_class": "RateLimitError", "user": "ben"},
        {"outcome": "refusal"},
        {"outcome": "truncated"},
        {"outcome": "empty"},
        {"satisfied": False},
        {"flagged": True},
        {"latency_ms": 9_000.0, "ttft_ms": 10.0, "cost_usd": 0.001},
        {"latency_ms": 8_000.0, "ttft_ms": 700.0, "cost_usd": 0.9},
    ]
    rows = [make_row(arm="canary", model="new", rollout=ROLLOUT, served="new-1", **one) for one in trouble]
    rows += [make_row(arm="production", model="old", rollout=ROLLOUT, user=f"u{n}") for n in range(10)]
    rows += [make_row(arm="canary", model="new", rollout="another", outcome="error") for _ in range(3)]
    rows += [make_row(route="other", model="new", rollout=ROLLOUT, outcome="error") for _ in range(3)]
    write_history(path, rows)
    reader = LogReader(path)
    yield reader
    reader.close()


def test_errors_come_newest_first_with_their_classes_and_users(world) -> None:
    found = read_behind(world, "support", ROLLOUT, "canary", "error")
    assert [row.error_class for row in found.rows] == ["RateLimitError", "APITimeoutError", "RateLimitError"]
    assert [row.at for row in found.rows] == sorted((row.at for row in found.rows), reverse=True)
    assert found.canary[:4] == (3, 10, 2, (("RateLimitError", 2), ("APITimeoutError", 1)))
    assert found.production[:4] == (0, 10, 0, ())
    assert {row.asked for row in found.rows} == {"new"}


def test_every_kind_lists_its_own_requests(world) -> None:
    expected: dict[Kind, int] = {
        "refusal": 1, "truncated": 1, "empty": 1, "dissatisfied": 1, "flagged": 1, "error": 3, "all": 10,
    }  # fmt: skip
    for kind, count in expected.items():
        found = read_behind(world, "support", ROLLOUT, "canary", kind)
        assert len(found.rows) == found.canary.bad == count, kind


@pytest.mark.parametrize(
    ("kind", "said", "of"),
    [
        ("flagged", [{"flagged": True}, {"flagged": False}, {"flagged": False}, {}], 3),  # checked ones only
        ("flagged", [{"flagged": True}, {}, {}, {}], 4),  # a checker that tells of bad ones only has seen all
        ("dissatisfied", [{"satisfied": False}, {"satisfied": True}, {}, {}], 2),  # rated ones only
    ],
)
def test_a_share_is_of_what_was_checked_or_rated_as_in_the_verdict(path, make_row, kind: Kind, said, of: int) -> None:
    write_history(path, [make_row(arm="canary", model="new", rollout=ROLLOUT, **one) for one in said])
    reader = LogReader(path)
    found = read_behind(reader, "support", ROLLOUT, "canary", kind)
    reader.close()
    assert (found.canary.bad, found.canary.of) == (1, of)


def test_the_slowest_and_the_dearest_come_first(world) -> None:
    for kind, name, largest in (("latency", "latency_ms", 9_000), ("ttft", "ttft_ms", 700), ("cost", "cost_usd", 0.9)):
        rows = read_behind(world, "support", ROLLOUT, "canary", kind).rows
        values = [getattr(row, name) for row in rows]
        assert values[0] == largest, kind
        assert values == sorted(values, reverse=True), kind


def test_the_other_arm_is_listed_where_it_is_asked_for(world) -> None:
    assert read_behind(world, "support", ROLLOUT, "production", "error").rows == ()
    found = read_behind(world, "support", ROLLOUT, "production", "all")
    assert {row.asked for row in found.rows} == {"old"}
    assert len({row.user for row in found.rows}) == 10
    assert all(len(row.user) == 32 for row in found.rows), "a keyed hash, never the application's own id"


def test_only_the_newest_rows_of_the_log_are_looked_at(world) -> None:
    found = read_behind(world, "support", ROLLOUT, "canary", "error", looked_at=16)
    assert found.canary.of == 0
    assert found.production.of == 10
    assert found.since == min(row.at for row in read_behind(world, "support", ROLLOUT, "production", "all").rows)


def test_a_long_list_ends_and_is_still_counted(path, make_row) -> None:
    write_history(
        path, [make_row(arm="canary", rollout=ROLLOUT, outcome="error", user=str(n)) for n in range(LISTED + 50)]
    )
    found = read_behind(LogReader(path), "support", ROLLOUT, "canary", "error")
    assert len(found.rows) == LISTED
    assert (found.canary.bad, found.canary.users) == (LISTED + 50, LISTED + 50)


def test_nothing_recorded_is_nothing_found_and_no_log_is_said(path, tmp_path, make_row) -> None:
    write_history(path, [make_row(rollout="another")])
    found = read_behind(LogReader(path), "support", ROLLOUT, "canary", "error")
    assert (found.rows, found.canary.of, found.since) == ((), 0, None)
    with pytest.raises(LogMissing):
        read_behind(LogReader(tmp_path / "none.db"), "support", ROLLOUT, "canary", "error")


def test_whatever_stands_in_a_column_is_read_as_what_it_should_be(world, path) -> None:
    with sqlite3.connect(path) as db:
        db.execute(
            "UPDATE requests SET at = 'soon', latency_ms = 9e999, error_class = x'41', why = 7, retries = 'many'"
            " WHERE outcome = 'error'"
        )
    db.close()
    for row in read_behind(world, "support", ROLLOUT, "canary", "error").rows:
        assert (row.at, row.latency_ms, row.retries) == (0.0, 1e12, 0)
        assert isinstance(row.error_class, str)
        assert isinstance(row.why, str)


def test_what_is_no_text_at_all_is_said_of_the_log(world, path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE requests SET error_class = x'00ff' WHERE outcome = 'error'")
    db.close()
    with pytest.raises(LogInvalid):
        read_behind(world, "support", ROLLOUT, "canary", "error")


@pytest.mark.parametrize(
    ("kind", "typed", "count"),
    [
        ("error", "ratelimit", 2),  # letter case aside
        ("error", "error RATE", 2),  # every word, wherever it stands
        ("error", "rate timeout", 0),
        ("error", " ", 3),
        ("all", "new-1", 10),  # the model that answered
        ("all", "refusal", 1),
        ("all", "dissatisfied", 1),
        ("all", "flagged", 1),
        ("all", "%", 0),  # what is typed is text, no pattern
        ("all", "_", 0),
        ("all", "\\", 0),
        ("all", "' OR 1 --", 0),
        ("latency", "nobody", 0),
        ("all", "x " * 100, 0),
    ],
)
def test_only_requests_that_hold_what_is_typed_are_listed(world, kind: Kind, typed: str, count: int) -> None:
    found = read_behind(world, "support", ROLLOUT, "canary", kind, typed=typed)
    assert len(found.rows) == found.canary.matching == count
    whole = read_behind(world, "support", ROLLOUT, "canary", kind)
    assert found.canary[:4] == whole.canary[:4]  # the number itself stays what it is
    assert whole.canary.matching == whole.canary.bad


def test_a_request_is_found_by_its_id_and_its_user_on_both_arms(world) -> None:
    (one, *others) = read_behind(world, "support", ROLLOUT, "production", "all").rows
    found = read_behind(world, "support", ROLLOUT, "production", "all", typed=one.id)
    assert [row.id for row in found.rows] == [one.id]
    by_user = read_behind(world, "support", ROLLOUT, "production", "all", typed=one.user[:8].lower())
    assert [row.id for row in by_user.rows] == [one.id]
    assert others
    elsewhere = read_behind(world, "support", ROLLOUT, "canary", "all", typed=one.id)
    assert (elsewhere.rows, elsewhere.canary.matching, elsewhere.production.matching) == ((), 0, 1)


def test_what_is_typed_is_looked_for_beyond_the_requests_that_have_a_row(path, make_row) -> None:
    rows = [make_row(arm="canary", rollout=ROLLOUT, outcome="error", error_class="Rare")]
    rows += [make_row(arm="canary", rollout=ROLLOUT, outcome="error", error_class="Usual") for _ in range(LISTED + 9)]
    write_history(path, rows)
    reader = LogReader(path)
    assert [
        row.error_class for row in read_behind(reader, "support", ROLLOUT, "canary", "error", typed="rare").rows
    ] == ["Rare"]
    usual = read_behind(reader, "support", ROLLOUT, "canary", "error", typed="usual")
    assert (len(usual.rows), usual.canary.matching) == (LISTED, LISTED + 9)
    reader.close()


def priced(path, make_row, *rows, **given):
    """The canary's requests as they are listed, newest first."""
    write_history(path, [make_row(arm="canary", rollout=ROLLOUT, **row) for row in rows])
    reader = LogReader(path)
    try:
        return read_behind(reader, "support", ROLLOUT, "canary", given.pop("kind", "all"), **given).rows
    finally:
        reader.close()


USED = {"input_tokens": 1_000_000, "output_tokens": 1_000_000, "cost_usd": None}


def test_a_cost_that_the_log_does_not_have_is_worked_out_by_the_served_model(path, make_row) -> None:
    known = {"model": "claude-haiku-4-5", "served": "claude-haiku-4-5-20251001"}
    (row,) = priced(path, make_row, {**USED, **known})
    assert (row.cost_usd, row.worked_out) == (pytest.approx(6.0), True)


def test_cached_and_newly_cached_tokens_have_their_own_rates(path, make_row) -> None:
    known = {"model": "claude-haiku-4-5-20251001", "cached_tokens": 500_000, "cache_write_tokens": 500_000}
    (row,) = priced(path, make_row, {**USED, **known, "output_tokens": 0})
    assert row.cost_usd == pytest.approx(0.5 * 0.1 + 0.5 * 1.25)


def test_what_the_registry_says_goes_before_the_list(path, make_row) -> None:
    own = {"claude-haiku-4-5-20251001": Price(input=7.0, output=11.0, cache_read=0.0, cache_write=0.0)}
    (row,) = priced(path, make_row, {**USED, "model": "claude-haiku-4-5-20251001"}, prices=own)
    assert row.cost_usd == pytest.approx(18.0)


def test_a_cost_in_the_log_stands_and_an_unknown_price_is_none(path, make_row) -> None:
    unknown = {**USED, "model": "nobody-knows-1", "served": ""}
    rows = priced(
        path,
        make_row,
        {**USED, "model": "claude-haiku-4-5-20251001", "cost_usd": 0.25},
        unknown,
        {**USED, "model": "claude-haiku-4-5-20251001", "input_tokens": None},
    )
    assert sorted((row.cost_usd, row.worked_out) for row in rows if row.cost_usd is not None) == [(0.25, False)]


def test_the_dearest_are_those_whose_cost_was_logged(path, make_row) -> None:
    rows = ({**USED, "model": "claude-haiku-4-5-20251001"}, {"model": "claude-haiku-4-5-20251001", "cost_usd": 0.25})
    assert [row.cost_usd for row in priced(path, make_row, *rows, kind="cost")] == [0.25]


@pytest.mark.parametrize(
    ("order", "first"),
    [("slowest", 9_000.0), ("dearest", 8_000.0), ("failed", None)],
)
def test_requests_are_sorted_by_what_is_asked_for(world, order, first) -> None:
    rows = read_behind(world, "support", ROLLOUT, "canary", "all", order).rows
    assert len(rows) == 10
    if first is None:
        assert [row.outcome == "error" for row in rows] == [True] * 3 + [False] * 7
    else:
        assert rows[0].latency_ms == first


def test_without_any_cost_the_longest_answers_are_the_dearest(path, make_row) -> None:
    write_history(path, [make_row(arm="canary", rollout=ROLLOUT, cost_usd=None, output_tokens=n) for n in (5, 90, 40)])
    rows = read_behind(LogReader(path), "support", ROLLOUT, "canary", "all", "dearest").rows
    assert [row.output_tokens for row in rows] == [90, 40, 5]


def test_what_was_committed_since_a_reading_is_known_without_reading_it(world, path, make_row) -> None:
    mark = read_behind(world, "support", ROLLOUT, "canary", "all").mark
    assert not is_newer(world, mark)
    write_history(path, [make_row(route="elsewhere")])
    assert is_newer(world, mark)
    with sqlite3.connect(path) as db:
        newest = read_behind(world, "support", ROLLOUT, "canary", "all").mark
        db.execute("UPDATE writers SET last_commit_at = last_commit_at + 1")
    assert is_newer(world, newest)  # a user's word on an older request is news, too
