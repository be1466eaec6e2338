"""What a test session says of its cases, in neutralised text: why one failed, and all of them by cluster."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from difflib import ndiff
from typing import Any

from console.domain.record import record
from console.regression.records import WORST_FIRST, CaseResult
from console.regression.sessions import Found, Options, Trial
from console.text import words
from console.text.safe import SafeText, join, safe, safe_line
from console.text.table import table

LINES = 60
"""Of a difference, what is shown in a report of a failed test: enough to see what kind of change it is."""
CHARACTERS = 400
NAMES = 6


@record
class Told:
    """One case in a report, as plain values: it crosses from process to process.

    `test` is the test's id, `verdict` its word, or "accepted" where its snapshot was written. `said` is one line.
    `warned`: it changed, but was let pass. `cost_usd` None: unknown. `result` is the whole result of a suite's case.
    """

    test: str
    case: str
    model: str
    verdict: str
    cluster: str = ""
    said: str = ""
    warned: bool = False
    flaky: bool = False
    stand_in: bool = False
    cost_usd: float | None = None

    @classmethod
    def of(cls, found: Found, *, accepted: bool, warned: bool) -> Told:
        """What is told of `found`."""
        result = found.result
        return cls(
            found.trial.test,
            result.case,
            safe_line(found.trial.model),
            "accepted" if accepted else result.word,
            result.cluster,
            reason(result),
            warned,
            result.flaky,
            any(run.answer.stand_in for run in result.new),
            result.new_figures.cost_usd,
        )

    def plain(self) -> dict[str, Any]:
        """As plain values, for `Told(**plain)`: pytest-xdist carries no others, not even a kind of text."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: str.__str__(value) if isinstance(value, str) else value for name, value in values}


def reason(result: CaseResult) -> SafeText:
    """One line: what changed, or why nothing could be measured."""
    reasons = result.triage.reasons if result.triage is not None else ()
    said = [one.text for one in reasons] or [result.note]
    return safe_line("; ".join(said), CHARACTERS)


def explanation(found: Found, accept: str) -> list[str]:
    """Why a test failed: the reasons, the difference to what was accepted, and `accept`, how to accept it."""
    result = found.result
    title = f"{result.status} · {result.cluster}" if result.cluster else result.status
    flaky = " · the accepted answers differ among themselves" if result.flaky else ""
    lines = [join(safe_line(found.trial.model), ": ", title, flaky)]
    lines += [safe_line(f"  {one.text}", CHARACTERS) for one in result.triage.reasons] if result.triage else []
    lines += [safe_line(f"  {result.note}", CHARACTERS)] if result.note else []
    old, new = result.pair
    text = result.new[new].answer.text if result.new else ""
    shown = difference(result.old[old], text) if result.old else cut(f"+ {line}" for line in safe(text).split("\n"))
    return [*map(str, lines), *shown, *([f"accept it: {accept}"] if accept else [])]


def difference(old: str, new: str) -> list[str]:
    """`old` and `new` line by line, `-` and `+`, at most LINES of them."""
    before, after = (safe(text[: LINES * CHARACTERS]).split("\n")[: LINES * 2] for text in (old, new))
    return cut(line for line in ndiff(before, after) if not line.startswith("?"))


def cut(lines: Iterable[str]) -> list[str]:
    """At most LINES lines of at most CHARACTERS, and how many more there are."""
    found = [safe_line(line, CHARACTERS) for line in lines]
    more = len(found) - LINES
    return [*map(str, found[:LINES]), *([f"… {more:,} more lines"] if more > 0 else [])]


def acceptance(trial: Trial, options: Options, test: str) -> str:
    """The command that accepts the answer to `trial` in `test`; "" where the test itself holds what is accepted."""
    if trial.snapshot is None:
        return ""
    named = ("--model", options.model) if options.model else ()
    return safe_line(shlex.join(("pytest", "--snapshot-update", *named, test)))


def summary(all_told: Sequence[Told], seconds: float, resumed: int = 0) -> list[str]:
    """The session's cases: how many of which verdict, then those that changed, by cluster.

    `resumed` answers were paid for by a session that was interrupted.
    """
    if not all_told:
        return []
    counts = Counter(one.verdict for one in all_told)
    models = ", ".join(sorted({one.model for one in all_told}))
    stand_in = " (the stand-in answered)" if any(one.stand_in for one in all_told) else ""
    costs = [one.cost_usd for one in all_told if one.cost_usd is not None]
    parts = [f"{words.count(counts[verdict])} {verdict}" for verdict in ("accepted", *WORST_FIRST) if counts[verdict]]
    parts.append(words.seconds(seconds * 1_000))
    if costs:
        parts.append(words.dollars(sum(costs)))
    lines = [str(safe_line(f"{models}{stand_in}: {' · '.join(parts)}"))]
    if resumed:
        lines.append(f"  {words.plural(resumed, 'answer')} of the interrupted session, not asked again")
    changed = [one for one in all_told if one.verdict in ("failed", "worrying")]
    lines += _rows(_grouped(changed, lambda one: one.cluster or one.verdict))
    lines += _rows(_grouped([one for one in all_told if one.verdict == "not measured"], lambda one: one.said))
    flaky = [one.case for one in all_told if one.flaky]
    return [*lines, *(_rows({"flaky": flaky}) if flaky else [])]


def _grouped(found: Sequence[Told], name: Callable[[Told], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for one in found:
        groups.setdefault(name(one), []).append(one.case)
    return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def _rows(groups: Mapping[str, Sequence[str]]) -> list[str]:
    rows = []
    for name, cases in groups.items():
        more = f" and {len(cases) - NAMES:,} more" if len(cases) > NAMES else ""
        rows.append((f"  {safe_line(name)}", words.count(len(cases)), safe_line(", ".join(cases[:NAMES])) + more))
    return table(rows, right=(1,)).splitlines()
