"""Which words differ: exact on what people read, bounded on anything."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.text.diffing import WORD_LEVEL_CHARACTERS, Run, difference
from tests.effort import examples


def marked(runs: tuple[Run, ...]) -> str:
    return "".join(f"[{run.text}]" if run.changed else run.text for run in runs)


@pytest.mark.parametrize(
    ("left", "right", "left_marked", "right_marked"),
    [
        ("same", "same", "same", "same"),
        ("", "", "", ""),
        ("", "new text", "", "[new text]"),
        ("old text", "", "[old text]", ""),
        ("It left on Monday.", "It left on Tuesday.", "It left on [Monday].", "It left on [Tuesday]."),
        # Joined over the space, parted by the comma.
        ("one two three", "one six seven", "one [two three]", "one [six seven]"),
        ("one, two", "six, ten", "[one], [two]", "[six], [ten]"),
        ("a b", "a very new b", "a b", "a [very new] b"),
        ("It costs 1,200.50 now", "It costs 1,200.55 now", "It costs [1,200.50] now", "It costs [1,200.55] now"),
        ("I don't know", "I do know", "I [don't] know", "I [do] know"),
        ("yes", "```\nyes\n```", "yes", "[```]\nyes\n[```]"),
        ("two  spaces\n", "two spaces", "two  spaces\n", "two spaces"),
        ("明日届きます", "明後日届きます", "明日届きます", "明[後]日届きます"),
        ("end", "end more ", "end", "end [more] "),
        ("Is this right", "Is this not right", "Is this right", "Is this [not] right"),
    ],
)
def test_what_is_marked(left, right, left_marked, right_marked):
    ours, theirs = difference(left, right)
    assert (marked(ours), marked(theirs)) == (left_marked, right_marked)


TEXTS = st.text(st.sampled_from("ab c.\n,1é中[\x1b\ud800"), max_size=60)


@given(TEXTS, TEXTS)
def test_the_runs_are_the_texts(left, right):
    ours, theirs = difference(left, right)
    assert "".join(run.text for run in ours) == left
    assert "".join(run.text for run in theirs) == right


@given(TEXTS, TEXTS)
def test_runs_are_never_empty_and_alternate(left, right):
    for runs in difference(left, right):
        assert all(run.text for run in runs)
        assert all(a.changed != b.changed for a, b in pairwise(runs))


def longest_common(left: list[str], right: list[str]) -> int:
    row = [0] * (len(right) + 1)
    for word in left:
        new = [0]
        for j, other in enumerate(right):
            new.append(row[j] + 1 if word == other else max(new[j], row[j + 1]))
        row = new
    return row[-1]


WORDS = st.lists(st.sampled_from("abcd"), max_size=25)


@given(WORDS, WORDS)
@settings(max_examples=examples(20))
def test_the_unchanged_words_are_the_same_on_both_sides_and_as_many_as_can_be(left, right):
    ours, theirs = difference(" ".join(left), " ".join(right))
    kept = "".join(run.text for run in ours if not run.changed).split()
    assert kept == "".join(run.text for run in theirs if not run.changed).split()
    assert len(kept) == longest_common(left, right)


@given(st.integers(0, 10_000), st.sampled_from([5, 400, 4_000]))
@settings(max_examples=examples(12), deadline=None)
def test_long_texts_keep_the_same_words_too(seed, variety):
    dice = random.Random(seed)
    left = [f"w{dice.randrange(variety)}" for _ in range(800)]
    right = [word if dice.random() < 0.6 else f"w{dice.randrange(variety)}" for word in left]
    ours, theirs = difference(" ".join(left), " ".join(right))
    kept = "".join(run.text for run in ours if not run.changed).split()
    assert kept == "".join(run.text for run in theirs if not run.changed).split()
    assert len(kept) > 200 or variety == 5


def test_both_sides_mark_the_same_way_round():
    left, right = "The parcel left on Monday, 3 May.", "The parcel arrived early on Tuesday, 4 May."
    ours, theirs = difference(left, right)
    assert difference(right, left) == (theirs, ours)


def words(count: int, variety: int, seed: int) -> str:
    dice = random.Random(seed)
    return " ".join(f"w{dice.randrange(variety)}" for _ in range(count))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (words(11_000, 3_000, 1), words(11_000, 3_000, 2)),
        (words(21_000, 2, 3), words(21_000, 2, 4)),
        (" ".join(map(str, range(11_000))), " ".join(map(str, reversed(range(11_000))))),
        ("a" * 60_000, "b" * 60_000),
        ("." * 60_000, "," * 59_000),
        ("x" * 4_000_000, "x" * 3_999_999 + "y"),
        ("\n" * 1_000_000, "\n".join("ab" * 100_000)),
    ],
)
def test_hostile_sizes_cost_a_bounded_time(left, right):
    start = time.process_time()
    ours, theirs = difference(left, right)
    assert time.process_time() - start < 3.0
    assert ("".join(run.text for run in ours), "".join(run.text for run in theirs)) == (left, right)


def test_texts_beyond_the_limit_are_compared_by_line():
    lines = [f"line {number} of many" for number in range(5_000)]
    changed = [*lines]
    changed[2_500] = "line 2500 is another"
    left, right = "\n".join(lines), "\n".join(changed)
    assert len(left) > WORD_LEVEL_CHARACTERS
    ours, theirs = difference(left, right)
    assert [run.text for run in ours if run.changed] == ["line 2500 of many"]
    assert [run.text for run in theirs if run.changed] == ["line 2500 is another"]
