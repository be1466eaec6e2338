"""Where the rules turn: the first version, the last day, the one character more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from console.catalog.identify import identify
from console.catalog.lifecycle import LAST_DAYS, SOON_DAYS, clock
from console.catalog.names import calendar_day, compact_day, number, words_and_version
from console.catalog.openai_ids import undated
from console.catalog.prices import price_usd
from console.domain.registry import Pin, Price

TODAY = date(2026, 11, 23)


def pin(retires: date | None = None, replacement: str | None = None) -> Pin:
    return Pin("in-house", date(2026, 1, 1), "ours", retires=retires, replacement=replacement)


@pytest.mark.parametrize(
    ("days", "tone", "words"),
    [
        (-400, "bad", "retired 400 days ago"),
        (-1, "bad", "retired 1 day ago"),
        (0, "bad", "retires today · 23 Nov"),
        (1, "bad", "retires in 1 day · 24 Nov"),
        (LAST_DAYS, "waiting", "retires in 2 days · 25 Nov"),
        (SOON_DAYS, "waiting", "retires in 30 days · 23 Dec"),
        (SOON_DAYS + 1, "none", "retires in 31 days · 24 Dec"),
    ],
)
def test_the_clock_turns_on_the_day_it_says(days: int, tone: str, words: str):
    seen = clock("in-house", TODAY, pin(TODAY + timedelta(days=days)))
    assert seen is not None
    assert (seen.tone, seen.words, seen.days_left, seen.deadline) == (tone, words, days, True)
    assert seen.as_of is None, "the date is the registry's own"


@pytest.mark.parametrize(
    ("ladder", "tone"),
    [(0.0, "none"), (9.5, "none"), (10.0, "waiting"), (40.0, "waiting"), (40.5, "bad"), (99.0, "bad")],
)
def test_a_ladder_waits_for_a_person_thirty_days_before_it_no_longer_fits(ladder: float, tone: str):
    seen = clock("in-house", TODAY, pin(TODAY + timedelta(days=40)), ladder_days=ladder)
    assert seen is not None
    assert seen.tone == tone


def test_a_replacement_alone_gives_a_stranger_no_clock():
    assert clock("in-house", TODAY, pin(replacement="other")) is None


@pytest.mark.parametrize(
    ("model_id", "kind"),
    [
        ("claude-opus-4-5", "alias"),
        ("claude-opus-4-6", "pinned"),
        ("claude-opus-4-9", "pinned"),
        ("claude-opus-5", "pinned"),
        ("claude-opus-4", "alias"),
        ("claude-opus-4-6-20260101", "unknown"),
        ("claude-opus-4-5-20251301", "unknown"),
        ("claude-opus-4-5-2025", "unknown"),
        ("gemini-2.0-flash", "alias"),
        ("gemini-2.1-flash", "pinned"),
        ("gemini-3-flash", "pinned"),
        ("gemini-1.5-pro-002", "pinned"),
        ("gemini-2.5-flash-preview-13-2025", "unknown"),
        ("gemini-2.5-flash-preview-12-2025", "pinned"),
        ("gemini-2.5-pro-preview-05-32", "unknown"),
        ("gpt-4-0613", "pinned"),
        ("gpt-4-1332", "unknown"),
        ("gpt-5-0613", "unknown"),
        ("gpt-4o-2024-08-06", "pinned"),
        ("gpt-4o-2024-13-06", "unknown"),
        ("gpt-4o", "alias"),
        ("GPT-4O-2024-08-06", "pinned"),
    ],
)
def test_a_kind_turns_where_the_makers_scheme_turns(model_id: str, kind: str):
    assert identify(model_id).kind == kind


@pytest.mark.parametrize(("length", "read"), [(256, True), (257, False)])
def test_a_name_beyond_256_characters_cannot_be_a_model(length: int, read: bool):
    identity = identify("x" * length)
    assert ("cannot be" not in identity.why) is read
    assert identity.kind == "unknown"


@pytest.mark.parametrize("text", ["", " ", "two words", "tab\tbed", "café", "line\n\nbreak", "\x7f"])
def test_what_no_provider_would_take_cannot_be_a_model(text: str):
    assert identify(text).why == "This cannot be a model id."


@pytest.mark.parametrize("model_id", ["gpt-4o", "claude-sonnet-5-5", "x", "", "us.anthropic.claude-opus-4-6"])
def test_a_reason_is_one_whole_sentence(model_id: str):
    why = identify(model_id).why
    assert why[0].isupper()
    assert why.endswith(".")
    assert not why.endswith("..")


@pytest.mark.parametrize("platform", ["openrouter", " OpenRouter ", "OPENROUTER"])
def test_a_platform_may_be_written_in_any_case(platform: str):
    assert identify("anthropic/claude-sonnet-4.5", platform).platform == "openrouter"


def test_on_azure_even_a_perfect_id_is_only_a_name():
    identity = identify("gpt-4o-2024-08-06", "azure")
    assert (identity.kind, identity.date, identity.version, identity.provider) == ("unknown", None, None, "azure")
    assert identity.candidates == ()


@pytest.mark.parametrize(("year", "good"), [("2014", False), ("2015", True), ("2099", True), ("2100", False)])
def test_a_plausible_year_is_of_this_century(year: str, good: bool):
    assert (calendar_day(year, "06", "01") is not None) is good


@pytest.mark.parametrize("digits", ["20250229", "20251301", "20250100", "2025010", "abcdefgh", "20250931"])
def test_eight_digits_that_are_no_day_are_none(digits: str):
    assert compact_day(digits) is None


@pytest.mark.parametrize(
    ("token", "version"),
    [
        ("4", "4"),
        ("12", "12"),
        ("123", None),
        ("4.1", "4.1"),
        ("4.12", "4.12"),
        ("4.123", None),
        ("v3", "3"),
        ("", None),
    ],
)
def test_a_version_has_at_most_two_digits_on_each_side(token: str, version: str | None):
    assert number(token) == version


def test_only_the_first_number_is_the_version_and_dropped_words_are_no_family():
    assert words_and_version("a-1-b-2") == ("a-b-2", "1")
    assert words_and_version("a-preview-1", frozenset({"preview"})) == ("a", "1")
    assert words_and_version("a--b") == ("a-b", None)


@pytest.mark.parametrize(
    ("name", "stem", "day", "bad"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o", "2024-08-06", ""),
        ("gpt-4o-2024-02-30", "gpt-4o", None, "2024-02-30"),
        ("gpt-4-0301", "gpt-4", "2023-03-01", ""),
        ("gpt-4-0228", "gpt-4", "2024-02-28", ""),
        ("gpt-3.5-turbo-1331", "gpt-3.5-turbo", None, "1331"),
        ("gpt-5-0613", "gpt-5-0613", None, ""),
        ("gpt-4o-mini", "gpt-4o-mini", None, ""),
    ],
)
def test_a_date_is_taken_off_a_name(name: str, stem: str, day: str | None, bad: str):
    assert undated(name) == (stem, day, bad)


def test_a_registrys_price_counts_cached_tokens_at_their_own_rate_or_else_as_input():
    own = Price(input=10.0, output=0.0, cache_read=1.0)
    assert price_usd("in-house", None, 1_000_000, 0, 400_000, override=own) == pytest.approx(6 + 0.4)
    assert price_usd("in-house", None, 1_000_000, 0, 0, 400_000, override=own) == pytest.approx(10)


def test_a_free_model_of_the_registry_costs_nothing_and_is_known_to():
    assert price_usd("in-house", None, 1_000, 1_000, override=Price(input=0.0, output=0.0)) == 0.0
