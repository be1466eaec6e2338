"""The quick looks before a pattern is searched leave out nothing that the pattern would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.triage import quantities
from console.triage.asking import asks_number, asks_order
from console.triage.lecturing import Evasion

EVASIVE = [
    "I can't say.",
    "Please consult a doctor.",
    "Is it for you?",
    "It has 3 rooms.",
    "Call 112.",
    "Red is a colour.",
]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(EVASIVE), max_size=8).map(" ".join), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]))
def test_a_share_of_evasions_that_is_not_reached_is_none_and_one_that_is_reached_is_exact(text, least):
    plain = Evasion(text.lower()).share()
    read = Evasion(text.lower())
    assert read.at_least(least) == (plain if plain >= least else 0.0)
    assert read.share() == plain


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["2", "h", " ", "hours", "30", "min", "Minutes", "5 s", "sec", "."]), max_size=9))
def test_hours_and_minutes_are_found_wherever_the_patterns_find_them(parts):
    text = "".join(parts)
    read = quantities.with_minutes(text)
    if "min" in text and " hour" in text:
        plain = quantities._HOURS.sub(lambda match: f"{60 * int(match[1]) + int(match[2])} minutes", text)
        if "sec" in text:
            plain = quantities._SECONDS.sub(lambda match: f"{60 * int(match[1]) + int(match[2])} seconds", plain)
        assert read == plain


@pytest.mark.parametrize(
    ("prompt", "order", "number"),
    [
        ("Rank these by size: a, b, c.", True, False),
        ("In what ORDER did they come, in order of age?", True, False),
        ("Count from one to ten.", True, False),
        ("How MANY are there?", False, True),
        ("Wie hoch ist der Turm?", False, True),
        ("一共多少?", False, True),
        ("Is it true that cats sleep?", False, False),
    ],
)
def test_what_a_prompt_asks_for_is_told_in_any_case_and_language(prompt, order, number):
    assert (asks_order(prompt), asks_number(prompt)) == (order, number)
