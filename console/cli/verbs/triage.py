"""`console triage`: judges pairs of answers that are already there, one JSON object a line in, one out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.cli.triage_pairs import BadLine, PairLine, pairs_of
from console.cli.triage_report import Judged, page
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, ReadOnly, Usage
from console.text.words import count, plural
from console.triage.judging import triage
from console.triage.records import Triage

SHOWN_BAD_LINES = 10
_EXAMPLE = '{"id": "1", "prompt": "…", "output_old": "…", "output_new": "…"}'


@dataclass(slots=True)
class _Run:
    """What has been judged so far."""

    counts: Counter[str]
    kept: list[Judged]
    bad: int = 0


@click.command("triage", help="Judge pairs of answers you already have: same, acceptable or worrying, with reasons.")
@click.argument("file", metavar="PAIRS.jsonl")
@click.option("--html", "report", type=click.Path(path_type=Path), metavar="FILE", help="Also write a report to read.")
@click.option("--skip-bad", is_flag=True, help="Leave lines out that hold no pair instead of stopping there.")
@common
def command(settings: Settings, file: str, report: Path | None, skip_bad: bool) -> int:
    """One line of {"id", "verdict", "score", "reasons"} for each of FILE (`-`: stdin). Exit code 1: some are worrying.

    A line may also say prompt, tools_old, tools_new, error_old, error_new, must_include, must_not_include, schema,
    max_words and reference.
    """
    if report is not None and settings.read_only:
        raise ReadOnly("--html would write a file, and --read-only forbids it")
    run = _Run(Counter(), [])
    name = "stdin" if file == "-" else file
    with _opened(file) as lines:
        for pair in _good(pairs_of(lines), name, skip_bad, run):
            _judge(pair, run, keep=report is not None)
    _finish(run, name)
    if report is not None:
        report.write_text(page(name, run.counts, run.kept), "utf-8")
        diagnostics.say(f"report: {report}")
    return EXIT_FAILED if run.counts["worrying"] else EXIT_GOOD


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            lines = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise Usage(f"{file}: {error.strerror}", f"It holds one pair a line: {_EXAMPLE}") from error
        yield lines


def _good(lines: Iterator[PairLine | BadLine], name: str, skip_bad: bool, run: _Run) -> Iterator[PairLine]:
    """The pairs; a bad line ends it, or is told and left out."""
    for line in lines:
        if isinstance(line, PairLine):
            yield line
            continue
        message = f"{name}:{line.number}: {line.message}"
        if not skip_bad:
            raise Usage(message, f"--skip-bad leaves such lines out. A line is like {_EXAMPLE}")
        run.bad += 1
        if run.bad <= SHOWN_BAD_LINES:
            diagnostics.say(message)


def _judge(pair: PairLine, run: _Run, *, keep: bool) -> None:
    found = triage(
        pair.old,
        pair.new,
        prompt=pair.prompt,
        requirements=pair.requirements,
        old_tools=pair.old_tools,
        new_tools=pair.new_tools,
        old_error=pair.old_error,
        new_error=pair.new_error,
    )
    run.counts[found.verdict] += 1
    run.counts["needs a human"] += found.needs_human
    output.emit(json.dumps(_document(pair, found)))
    if keep and found.verdict != "same":
        run.kept.append(Judged(pair, found))


def _document(pair: PairLine, found: Triage) -> dict[str, object]:
    return {
        "id": pair.name,
        "verdict": found.verdict,
        "score": round(found.score, 3),
        "reasons": [reason.text for reason in found.reasons],
        "needs_human": found.needs_human,
    }


def _finish(run: _Run, name: str) -> None:
    judged = sum(run.counts[word] for word in ("same", "acceptable", "worrying"))
    if not judged:
        raise Usage(f"{name} holds no pair", f"One JSON object a line: {_EXAMPLE}")
    parts = [f"{count(run.counts[word])} {word}" for word in ("same", "acceptable", "worrying")]
    if run.counts["needs a human"]:
        parts.append(f"{count(run.counts['needs a human'])} of the acceptable ones for a person to look at")
    if run.bad:
        parts.append(f"{plural(run.bad, 'line')} left out")
    diagnostics.say(f"{count(judged)} judged · {' · '.join(parts)}")
