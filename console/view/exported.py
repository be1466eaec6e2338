"""A comparison as Markdown, for a pull request or an issue: judgement, figures, both answers as they are."""

from __future__ import annotations

import re

from console.compare.records import Comparison
from console.providers.records import Answer
from console.text import words
from console.text.safe import SafeText, safe, safe_line
from console.view.compared import comparison_view
from console.view.judged import judged, ranked


def markdown(comparison: Comparison, route: str, agreement: str = "") -> SafeText:
    """The document. Answers are fenced, so that nothing in them is taken for Markdown."""
    view = comparison_view(comparison, route)
    where = f" on `{safe_line(route)}`" if route else ""
    parts = [f"# `{view.answers[0].model_id}` against `{view.answers[1].model_id}`{where}", ""]
    parts += [f"{comparison.at:%Y-%m-%d %H:%M} UTC", "", "## Prompt", "", _fenced(comparison.prompt), ""]
    if comparison.triage is not None:
        parts += ["## Judgement", "", f"**{judged(comparison.triage)}**", ""]
        parts += [f"- {_plain(reason.text)}" for reason in ranked(comparison.triage)]
        parts += [""] if comparison.triage.reasons else []
    if agreement:
        parts += [_plain(agreement), ""]
    rows = [row for row in view.measured if row.production or row.canary]
    if rows:
        parts += ["## Measured", "", "| | production | canary | ratio |", "| --- | ---: | ---: | ---: |"]
        parts += [
            f"| {row.label.strip()} | {row.production} | {row.canary} | "
            f"{words.factor(row.ratio) if row.ratio is not None else ''} |"
            for row in rows
        ]
        parts.append("")
    for side, answer in (("production", comparison.left), ("canary", comparison.right)):
        parts += [f"## {side.capitalize()}: `{safe_line(answer.model)}`", "", _answered(answer), ""]
    if comparison.left.stand_in or comparison.right.stand_in:
        parts += ["Stand-in answers: invented, no model was asked.", ""]
    return safe("\n".join(parts))


def _answered(answer: Answer) -> str:
    if answer.failure is not None:
        return f"No answer: {_plain(answer.failure.message)}"
    calls = "\n".join(f"{call.name}({call.arguments})" for call in answer.tool_calls)
    return _fenced("\n".join(filter(None, (answer.text, calls))))


def _fenced(text: str) -> str:
    """`text` in a fence longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Text from outside inside a line of Markdown: nothing in it is markup."""
    return re.sub(r"([\\`*_{}\[\]<>|#!])", r"\\\1", safe_line(text))
