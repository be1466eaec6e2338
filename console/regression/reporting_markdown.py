"""A run as Markdown: for a pull request's comment or a CI job's summary."""

from __future__ import annotations

from collections.abc import Iterator

from console.regression.escaping import in_html, md_block, md_code
from console.regression.grouping import changed_clusters, reason_text
from console.regression.records import CaseResult, SuiteRun
from console.regression.reporting_text import changed_words, figures, warnings

_MOST_IN_FULL = 20
_ROOM = 55_000
"""Characters for cases in full: a comment may have 65,536, and the head and the figures need some."""
_CHARACTERS = 1_200


def as_markdown(run: SuiteRun) -> str:
    """The page. Text from outside stands in code spans and fences only: no link, mention or markup of it acts."""
    return "\n".join(_lines(run)) + "\n"


def head(run: SuiteRun) -> Iterator[str]:
    """What the run was and what came of it."""
    counts = " · ".join(f"**{count:,}** {word}" for word, count in run.words.items() if count)
    yield f"{md_code(run.new_model)} against {md_code(run.old_model)}, {len(run.results):,} cases: {counts or 'none'}"
    yield ""
    for warning in warnings(run):
        yield f"> {warning}"
        yield ""


def _lines(run: SuiteRun) -> Iterator[str]:
    yield f"## Regression suite {md_code(run.suite)}"
    yield ""
    yield from head(run)
    clusters = changed_clusters(run)
    if clusters:
        columns = changed_words(run)
        yield "| cluster | " + " | ".join(columns) + " | what |"
        yield "| --- | " + " | ".join("---:" for _ in columns) + " | --- |"
        for cluster in clusters:
            counts = [str(sum(one.word == word for one in cluster.results) or "") for word in columns]
            yield f"| {cluster.name} | " + " | ".join(counts) + f" | {md_code(cluster.title)} |"
        yield ""
    worst = [one for cluster in clusters for one in cluster.results if one.status != "acceptable"]
    shown = list(_fitting(worst))
    yield from shown
    left = len(worst) - shown.count("</details>")
    if left:
        yield f"and {left:,} more"
        yield ""
    yield md_block("\n".join(figures(run)))


def _fitting(results: list[CaseResult]) -> Iterator[str]:
    """As many cases in full as a comment takes."""
    room = _ROOM
    for result in results[:_MOST_IN_FULL]:
        lines = list(case_lines(result))
        room -= sum(len(line) + 1 for line in lines)
        if room < 0:
            return
        yield from lines


def case_lines(result: CaseResult) -> Iterator[str]:
    """One case, folded: its reasons, its prompt and both answers."""
    yield f"<details><summary>{result.status}: <code>{in_html(result.case)}</code></summary>"
    yield ""
    reasons = [reason.text for reason in result.triage.reasons] if result.triage else [reason_text(result)]
    yield from (f"- {md_code(text)}" for text in reasons if text)
    yield ""
    old, new = result.pair
    for label, text in (
        ("prompt", result.prompt),
        ("accepted" if result.accepted else "old", result.old[old] if old < len(result.old) else ""),
        ("new", result.new[new].answer.text if new < len(result.new) else ""),
    ):
        if text:
            yield f"{label}:"
            yield ""
            yield md_block(text, _CHARACTERS)
            yield ""
    yield "</details>"
    yield ""
