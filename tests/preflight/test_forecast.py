"""What the route's own mix costs on another model, and the mix itself from a real log."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.contract import Ratio
from console.domain.errors import LogInvalid
from console.domain.registry import Price
from console.preflight.checking import look
from console.preflight.forecast import Priced, forecast, limits
from console.preflight.wording import per_1k, tokens
from console.text import words
from console.traffic.mix import Mix, Sizes

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
CHEAP = Priced("old", "anthropic", Price(1.0, 10.0, 0.1, 1.25))
DEAR = Priced("new", "anthropic", Price(2.0, 20.0, 0.2, 2.5))
FREE = Priced("nobody-prices-this", None)
SIZES = st.builds(
    lambda fresh, output, cached, written: Sizes("old", fresh + cached + written, output, cached, written),
    st.integers(0, 10_000), st.integers(0, 2_000), st.integers(0, 5_000), st.integers(0, 1_000),
)  # fmt: skip


def mix(*sizes: Sizes, per_day: float | None = None) -> Mix:
    return Mix(sizes=sizes, per_day=per_day)


def test_cost_by_hand() -> None:
    seen = forecast(CHEAP, DEAR, mix(Sizes("old", 1_000, 100, 0, 0), per_day=500), Ratio(1.5, "told"), NOW)
    assert seen.before_per_1k == pytest.approx(1_000 * (1_000 * 1.0 + 100 * 10.0) / 1e6)
    assert seen.after_per_1k == pytest.approx(1_000 * (1_500 * 2.0 + 150 * 20.0) / 1e6)
    assert seen.before_per_day == pytest.approx(1.0)
    assert seen.after_per_day == pytest.approx(3.0)
    assert seen.cold_per_1k is None, "nothing is cached, so nothing gets cold"
    assert tokens(seen) == "×1.5 tokens"
    assert per_1k(seen) == "$2.00 → $6.00 per 1,000"


def test_a_cold_cache_writes_what_would_have_been_read() -> None:
    seen = forecast(CHEAP, DEAR, mix(Sizes("old", 1_000, 0, 800, 0)), None, NOW)
    assert seen.after_per_1k == pytest.approx(1_000 * (200 * 2.0 + 800 * 0.2) / 1e6)
    assert seen.cold_per_1k == pytest.approx(1_000 * (200 * 2.0 + 800 * 2.5) / 1e6)
    assert seen.ratio is None
    assert tokens(seen) == ""


def test_no_price_is_never_zero() -> None:
    seen = forecast(CHEAP, FREE, mix(Sizes("old", 10, 1, 0, 0), per_day=9), None, NOW)
    assert (seen.after_per_1k, seen.after_per_day) == (None, None)
    assert per_1k(seen).endswith("→ no price per 1,000")
    assert per_1k(forecast(FREE, FREE, mix(Sizes("old", 10, 1, 0, 0)), None, NOW)) == "no price"
    assert words.cost(None) == "no price"


def test_only_requests_of_the_production_model_count_where_there_are_any() -> None:
    both = mix(Sizes("old", 100, 1, 0, 0), Sizes("another", 9_000, 1, 0, 0))
    assert forecast(CHEAP, DEAR, both, None, NOW).largest_input == 100
    assert forecast(Priced("unseen", None), DEAR, both, None, NOW).largest_input == 9_000


@given(st.lists(SIZES, min_size=1, max_size=20), st.floats(1.0, 2.0))
def test_more_tokens_never_cost_less(sizes: list[Sizes], ratio: float) -> None:
    plain = forecast(DEAR, DEAR, mix(*sizes), Ratio(1.0, "told"), NOW)
    more = forecast(DEAR, DEAR, mix(*sizes), Ratio(ratio, "told"), NOW)
    assert plain.before_per_1k == plain.after_per_1k
    assert more.after_per_1k is not None
    assert plain.after_per_1k is not None
    assert more.after_per_1k >= plain.after_per_1k - 1e-9
    if more.cold_per_1k is not None:
        assert more.cold_per_1k >= more.after_per_1k - 1e-9


def test_a_prompt_that_outgrows_the_window_is_over() -> None:
    new = Priced("claude-haiku-4-5-20251001", "anthropic")
    seen = forecast(CHEAP, new, mix(Sizes("old", 199_000, 900, 0, 0)), Ratio(1.3, "told"), NOW)
    context, output = limits(new, seen, 4_096)
    assert (context.limit, context.needed, context.over) == (200_000, 258_700 + 4_096, True)
    assert (output.limit, output.needed, output.over) == (64_000, 4_096, False)


def test_without_a_wish_the_longest_answer_counts_and_a_limit_nobody_knows_is_none() -> None:
    seen = forecast(CHEAP, FREE, mix(Sizes("old", 10, 70, 0, 0)), Ratio(1.5, "told"), NOW)
    context, output = limits(FREE, seen, True)
    assert (context.limit, context.needed, context.over) == (None, 15 + 105, False)
    assert (output.limit, output.needed) == (None, 105)


def test_the_mix_of_a_real_log(place) -> None:
    place.record("max_tokens messages model", "max_tokens messages model temperature", requests=60)
    seen, problem = look(place.log, "support", datetime.now(UTC))
    assert problem == ""
    assert sorted((call.parameters, call.requests, call.answered) for call in seen.called) == [
        (("max_tokens", "messages", "model"), 30, 30),
        (("max_tokens", "messages", "model", "temperature"), 30, 30),
    ]
    assert len(seen.sizes) == 60
    assert (seen.turns, seen.conversations) == (60, 30)
    assert seen.per_day == pytest.approx(720, rel=0.02)


def test_errors_are_not_answers_and_have_no_size(place) -> None:
    place.record(requests=20, outcome="error", error_class="BadRequestError")
    seen, _ = look(place.log, "support", datetime.now(UTC))
    assert [(call.requests, call.answered) for call in seen.called] == [(20, 0)]
    assert seen.sizes == ()


def test_other_routes_and_old_days_are_left_out(place) -> None:
    place.record(requests=10)
    assert look(place.log, "elsewhere", datetime.now(UTC))[0] == Mix()
    later = look(place.log, "support", datetime.now(UTC) + timedelta(days=2))[0]
    assert later.per_day is None
    assert later.sizes


def test_a_log_that_is_missing_is_no_problem_and_one_that_is_corrupt_is_one(place) -> None:
    assert look(place.log, "support", NOW) == (Mix(), "")
    place.log.write_bytes(b"not a database, at all" * 100)
    seen, problem = look(place.log, "support", NOW)
    assert seen == Mix()
    assert str(place.log) in problem
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(place.log).execute("SELECT 1 FROM requests")
    assert issubclass(LogInvalid, Exception)
