"""What holds for any two texts: no failure, the same is the same, bounds of score and time."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.triage.judging import triage
from console.triage.records import WORRYING_FROM, Requirements
from tests.effort import examples

PIECES = st.sampled_from(
    [
        *(
            "The answer is 42.",
            "\\boxed{",
            "}",
            "```json\n",
            "```",
            '{"a": 1}',
            "[f(x=1)]",
            "def f(x):\n    return x\n",
        ),
        *(
            "I'm sorry, but I can't help with that.",
            "(B)",
            "Yes",
            "not",
            "1/0",
            "1e999",
            "٣",
            "½",
            "-",
            "####",
            "\ud800",
        ),
        *(
            "<tool_call>",
            "| a | b |",
            "1,000",
            "2026-11-30",
            "東京",
            "\u202e",
            "\x00",
            "\r\n",
            "((((",
            "[[[[",
            '{"answer":',
        ),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES, max_size=6).map("".join)
)
WORDS = ("Zürich", "café", "naïve", "Ångström", "“quoted”", "–", "it’s", "100", "%", "3.5", "of", "the")
RELAXED = settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(TEXTS, TEXTS, TEXTS)
def test_no_two_texts_make_it_fail(old: str, new: str, prompt: str) -> None:
    found = triage(old, new, prompt=prompt)
    assert 0 <= found.score <= 1
    assert found.verdict in ("same", "acceptable", "worrying")
    assert (found.verdict == "worrying") == (found.score >= WORRYING_FROM)
    assert (found.verdict == "same") <= (not found.reasons)
    assert all(reason.text and 0 <= reason.weight <= 1 for reason in found.reasons)
    assert found == triage(old, new, prompt=prompt)


@RELAXED
@given(TEXTS.filter(lambda text: any(map(str.isalnum, text))))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert triage(text, text).verdict == "same"


@RELAXED
@given(st.lists(st.sampled_from(WORDS), min_size=1))
def test_white_space_and_unicode_forms_make_no_difference(words: list[str]) -> None:
    text = " ".join(words)
    other = unicodedata.normalize("NFD", "\n ".join(words)).replace("“", '"').replace("”", '"').replace("’", "'")
    assert triage(text, f"  {other.replace('–', '-')}\n").verdict == "same"


@RELAXED
@given(TEXTS, TEXTS)
def test_empty_refused_and_failed_sides_are_worrying_either_way_round(one: str, other: str) -> None:
    assert triage(one, "").verdict == triage("", one).verdict == "worrying"
    assert (
        triage(one, other, new_error="timeout").verdict == triage(one, other, old_error="timeout").verdict == "worrying"
    )


SYMMETRIC = {
    "numbers": ("It holds for 30 days from delivery.", "It holds for 14 days from delivery."),
    "negation": ("The lamp is covered by the warranty.", "The lamp is not covered by the warranty."),
    "refusal": ("Turn the screw to the left.", "I'm sorry, but I can't help with that."),
    "answer": ("The answer is 42.", "The answer is 24."),
    "call": ("[f(a=1)]", "[g(a=1)]"),
    "JSON values": ('{"a": 1}', '{"a": 2}'),
    "names": ("Please give the form to Olga today.", "Please give the form to Peter today."),
}


@pytest.mark.parametrize(("one", "other"), SYMMETRIC.values(), ids=SYMMETRIC.keys())
def test_a_changed_value_is_found_in_both_directions(one: str, other: str) -> None:
    there, back = triage(one, other), triage(other, one)
    assert there.verdict == back.verdict == "worrying"
    if there.reasons[0].values is not None:
        assert back.reasons[0].values == there.reasons[0].values[::-1]


@RELAXED
@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none(), max_size=5))
def test_json_in_another_order_is_never_worrying(data: dict[str, object]) -> None:
    other = dict(reversed(data.items()))
    assert triage(json.dumps(data), json.dumps(other, indent=2)).verdict != "worrying"


@RELAXED
@given(TEXTS, st.lists(st.text(min_size=1, max_size=5), max_size=3), st.integers(0, 5))
def test_requirements_never_make_it_fail(text: str, facts: list[str], most: int) -> None:
    wanted = Requirements(tuple(facts), tuple(facts), {"type": "object"}, most, text)
    assert triage(text, text[::-1], requirements=wanted).verdict in ("same", "acceptable", "worrying")


HOSTILE = {
    "nested lists": "[" * 100_000,
    "nested objects": '{"a":' * 50_000,
    "closed nesting": "[" * 900 + "]" * 900,
    "open boxes": "\\boxed{" * 20_000,
    "open fences": "```\n" * 50_000,
    "backticks": "`" * 100_000,
    "a letter and spaces": "A" + " " * 19_000 + "x",
    "fractions of latex": "\\frac{1}{" * 40_000,
    "actions": "Action: f[" * 30_000,
    "open calls": "f(" * 30_000 + ")" * 30_000,
    "minus signs": "f(" + "-" * 15_000 + "1)",
    "one long word": "a" * 1_000_000,
    "one long number": "9" * 1_000_000,
    "no words": "!?" * 500_000,
    "spaces": "a" + " " * 1_000_000 + "b",
    "new lines": "\n" * 1_000_000 + "x",
    "tags": "<tool_call>" * 50_000,
    "answers": "The answer is " * 50_000,
    "quotes": '"answer": "' * 40_000 + "{",
    "symbols with spaces": "* " * 300_000 + "a",
    "fractions": "\\frac{1}{" * 20_000,
    "numbers in a row": "1, 2, " * 40_000,
    "assignments": "x = 1, " * 40_000,
    "lists of numbers": "The answer is " + "[" * 700 + "1" + "]" * 700,
    "options in a row": "Which? " + "A. x B. y " * 20_000,
    "inputs": "Input\n" + "1 2\n" * 30_000,
    "alternatives": "Is it a or b or " * 20_000 + "?",
    "things to order": "Rank these: " + "a, " * 40_000,
    "refusals without end": "I really just simply generally can't " * 15_000,
    "thinking": "<think>" + "a" * 300_000,
    "names": "Anna " * 30_000 + "is",
    "backslashes": '{"a": "' + "\\frac" * 20_000 + '"}',
    "percentages": "1 " * 50_000 + "%",
    "defaults": "default " * 20_000,
    "commands": ("ls -a " * 10 + "\n") * 3_000,
    "programs": "```python\n" + "print(input())\n" * 2_000 + "```",
    "long prose": "The lamp costs 30 euros and is not in stock. " * 30_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_takes_bounded_time(text: str) -> None:
    start = time.process_time()
    triage(text, text[:-1] + "!", prompt=text)
    triage("Short and fine.", text, prompt="How many?")
    assert time.process_time() - start < 4


def test_a_change_in_the_middle_of_a_very_long_text_is_not_the_same() -> None:
    text = "The lamp costs 30 euros. " * 40_000
    other = text[:500_000] + "X" + text[500_000:]
    assert triage(text, other).verdict != "same"
    assert triage(text, text[:500_000] + "7" + text[500_001:]).verdict != "same"
