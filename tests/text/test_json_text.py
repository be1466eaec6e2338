"""JSON as the standard library writes it, and nothing in it that a terminal or another reader would stumble over."""

from __future__ import annotations

import enum
import json
import math
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.record import record
from console.text.json_text import json_text
from tests.effort import examples

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@dataclass
class Figures:
    share: float
    of: object


@record
class Made:
    name: str
    parts: tuple[Figures, ...] = ()


class Word(enum.StrEnum):
    GOOD = "good"


class Number(enum.IntEnum):
    TWO = 2


@settings(max_examples=examples(30), deadline=None)
@given(VALUES)
def test_it_is_what_the_standard_library_writes(value):
    assert json_text(value) == json.dumps(value, indent=2).replace("\x7f", "\\u007f")


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (math.inf, None),
        (-math.inf, None),
        ([math.nan, 1.5], [None, 1.5]),
        (("a", ("b",)), ["a", ["b"]]),
        (deque([1]), [1]),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({1: {}}), {"1": {}}),
        (
            Figures(math.nan, Made("x", (Figures(1, []),))),
            {"share": None, "of": {"name": "x", "parts": [{"share": 1, "of": []}]}},
        ),
        (Figures, str(Figures)),
        (Word.GOOD, "good"),
        (Number.TWO, 2),
        (True, True),
        (datetime(2026, 11, 23, tzinfo=UTC), "2026-11-23 00:00:00+00:00"),
    ],
)
def test_what_is_no_plain_value_becomes_one(value, plain):
    assert json.loads(json_text(value)) == plain


def test_nothing_in_it_moves_a_cursor():
    text = json_text({"\x1b[2J": "\x00\x07\x1b]0;x\x9b\x7f\u2028\u202e\ud800é"})
    assert text.replace("\n", "").isprintable()
    assert text.isascii()
    assert json.loads(text) == {"\x1b[2J": "\x00\x07\x1b]0;x\x9b\x7f\u2028\u202e\ud800é"}
