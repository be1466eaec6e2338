"""Long answers are read in parts, so that the screen beside goes on; nothing is read otherwise for it."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.triage import reading
from console.triage.reading import Reading
from tests.effort import examples

LINE = "{}. Your parcel left on March {}, 2026 at 15 percent off, twenty-two lamps for 29,20 €, in 2 h 35 min.\n"
LETTER = "".join(LINE.format(number, number % 28 + 1) for number in range(2_000))


@settings(max_examples=examples(20), deadline=None)
@given(st.text(st.sampled_from("ab \n"), max_size=60), st.integers(1, 20))
def test_parts_put_together_are_the_text_and_none_is_too_long(text, most):
    usual, reading._PART = reading._PART, most
    try:
        parts = list(reading.in_parts(text))
    finally:
        reading._PART = usual
    assert "".join(parts) == text
    assert all(len(part) <= most for part in parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aaa\nbb cc\nd", ["aaa\n", "bb cc\n", "d"]),
        ("aaa bbb ccc", ["aaa ", "bbb ", "ccc"]),
        ("aaaaaaaaaaaaa", ["aaaaaa", "aaaaaa", "a"]),
    ],
)
def test_a_text_is_cut_where_a_line_ends_else_a_word_else_anywhere(monkeypatch, text, parts):
    monkeypatch.setattr(reading, "_PART", 6)
    assert list(reading.in_parts(text)) == parts


def test_a_long_answer_has_the_words_that_it_has_in_one_piece(monkeypatch):
    text = LETTER[:100_000]
    in_parts = Reading(text).tokens
    monkeypatch.setattr(reading, "_PART", len(text))
    assert in_parts == Reading(text).tokens
    assert {"20260301", "22", "155", "15"} <= set(in_parts)


def test_no_single_step_of_reading_a_long_answer_keeps_everybody_waiting():
    """Measured on the clock of the processor: between two steps another thread may have its turn."""
    longest, begun = 0.0, 0.0

    def watch(_frame: object, event: str, _argument: object) -> None:
        nonlocal longest, begun
        if event == "c_call":
            begun = time.thread_time()
        elif event == "c_return":
            longest = max(longest, time.thread_time() - begun)

    line = "{}. Your parcel left our house on Monday and should be with you within four working days. 5-5\n"
    text = "".join(map(line.format, range(4_200)))
    sys.setprofile(watch)
    try:
        assert Reading(text).tokens
    finally:
        sys.setprofile(None)
    assert longest < 0.015
