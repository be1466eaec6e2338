"""A comparison as Markdown: all that was found, and nothing from outside taken for markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.compare.records import Pair
from console.compare.running import compared
from console.providers.records import Answer, Failure, Question, ToolCall
from console.view.exported import markdown

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LEFT = Answer("old", "old", "It costs 5 €.", "ok", latency_ms=2_000.0, output_tokens=10, cost_usd=0.002)
RIGHT = replace(LEFT, model="new", text="It costs 6 €.", latency_ms=3_000.0)


def document(
    left: Answer = LEFT, right: Answer = RIGHT, prompt: str = "What does it cost?", agreement: str = ""
) -> str:
    pair = Pair(Question.of("old", prompt), Question.of("new", prompt), prompt)
    return markdown(compared(pair, left, right, AT), "support", agreement)


def test_prompt_judgement_figures_and_both_answers() -> None:
    text = document(agreement="3 runs each: changed")
    assert text.startswith("# `old` against `new` on `support`\n")
    assert "2026-11-23 14:00 UTC" in text
    assert "```\nWhat does it cost?\n```" in text
    assert "**worrying**" in text
    assert "3 runs each: changed" in text
    assert "| finished | 2.00 s | 3.00 s | ×1.50 |" in text
    assert "## Production: `old`\n\n```\nIt costs 5 €.\n```" in text
    assert "## Canary: `new`\n\n```\nIt costs 6 €.\n```" in text
    assert "tand-in" not in text


def test_stand_in_answers_are_marked() -> None:
    assert "Stand-in answers: invented, no model was asked." in document(right=replace(RIGHT, stand_in=True))


def test_a_side_without_an_answer_says_why() -> None:
    failed = replace(RIGHT, text="", failure=Failure("timeout", "nothing *at all* within 3 s"), outcome="error")
    text = document(right=failed)
    assert "No answer: nothing \\*at all\\* within 3 s" in text
    assert "## Judgement" not in text
    assert "It costs 5 €." in text


def test_tool_calls_are_part_of_the_answer() -> None:
    assert 'lookup({"order": 7})' in document(right=replace(RIGHT, tool_calls=(ToolCall("lookup", '{"order": 7}'),)))


@pytest.mark.parametrize("fence", ["```", "``````", "```json\n{}\n```"])
def test_a_fence_in_an_answer_does_not_end_its_own(fence: str) -> None:
    lines = document(right=replace(RIGHT, text=f"before\n{fence}\nafter")).split("\n")
    opened = lines.index("before") - 1
    assert set(lines[opened]) == {"`"}
    closed = lines.index(lines[opened], opened + 1)
    assert lines[opened + 1 : closed] == ["before", *fence.split("\n"), "after"]


def test_nothing_that_acts_on_a_terminal_is_written() -> None:
    text = document(right=replace(RIGHT, text="\x1b]0;title\x07 \u202e"), prompt="\x9b31m")
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(text)
    assert "␛]0;title␇" in text
