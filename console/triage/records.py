"""What the triage takes and what it says: requirements of a case, reasons in order, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["same", "acceptable", "worrying"]

WORRYING_FROM = 0.5
"""A reason of at least this weight makes a pair worrying."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One difference, in words a person can read.

    `check` names the check that found it. `weight` is 0..1; from `WORRYING_FROM` on it decides alone. `values` are the
    two sides where there are two short ones to show, old first; `text` already holds them.
    """

    check: str
    text: str
    weight: float
    values: tuple[str, str] | None = None

    @property
    def label(self) -> str:
        """The text without the two values, for where those are drawn on their own."""
        if self.values is None:
            return self.text
        return self.text.removesuffix(f" {self.values[0]} → {self.values[1]}")


@dataclass(frozen=True, slots=True)
class Triage:
    """The judgement of two answers. `score` is 0 (the same) to 1; `reasons` are in the order of the checks.

    `needs_human`: both answers are open-ended and differ in what only a person can weigh; the verdict is a guess there.
    """

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...] = ()
    needs_human: bool = False


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a case demands of an answer, whatever the old one was.

    `must_include` and `must_not_include` are texts, compared without regard to case and white space. `schema` is a JSON
    schema. `max_words` counts words between white space. `reference` is the right answer, where there is one.
    """

    must_include: tuple[str, ...] = ()
    must_not_include: tuple[str, ...] = ()
    schema: Mapping[str, object] | None = None
    max_words: int | None = None
    reference: str = ""


def changed(check: str, label: str, old: str, new: str, weight: float) -> Reason:
    """A reason with its two values, each cut to a length that fits a line."""
    values = (brief(old), brief(new))
    return Reason(check, f"{label} {values[0]} → {values[1]}", weight, values)


def brief(text: str, limit: int = 60) -> str:
    """`text` on one line of at most `limit` characters; "nothing" where it is empty."""
    line = " ".join(text[: 4 * limit].split())
    if not line:
        return "nothing"
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1] + "…"
