"""The decision record of a review: one Markdown page for the pull request that takes the new snapshots in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from console.regression.decisions import Decision
from console.regression.escaping import md_code
from console.regression.grouping import Changed, reason_text
from console.regression.reporting_markdown import head
from console.regression.reviewing import Review

_OPEN = "not decided"


def decision_record(review: Review, now: datetime) -> str:
    """The page, as decided so far. Text from outside stands in code spans only."""
    return "\n".join(_lines(review, review.decisions(), now)) + "\n"


def _lines(review: Review, decided: Mapping[str, Decision], now: datetime) -> Iterator[str]:
    run = review.run
    yield f"## Review of {md_code(run.suite)}"
    yield ""
    yield from head(run)
    yield f"Run {run.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC, record of {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    yield ""
    counts = [sum(one.what == what for one in decided.values()) for what in ("accepted", "rejected", "skipped")]
    left = len(review.results) - len(decided)
    yield f"**{counts[0]}** accepted · **{counts[1]}** rejected · **{counts[2]}** skipped · **{left}** not decided"
    yield ""
    for cluster in review.clusters:
        yield from _cluster(cluster, decided)


def _cluster(cluster: Changed, decided: Mapping[str, Decision]) -> Iterator[str]:
    yield f"### {cluster.name}: {md_code(cluster.title)}"
    yield ""
    yield "| case | was | decision | by | when | why it is on the list |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for result in cluster.results:
        found = decided.get(result.case)
        what = f"**{found.what}**" if found else _OPEN
        by = md_code(found.actor) if found else ""
        at = f"{found.at.astimezone(UTC):%Y-%m-%d %H:%M}" if found else ""
        why = md_code(reason_text(result), 160)
        yield f"| {md_code(result.case)} | {result.word} | {what} | {by} | {at} | {why} |"
    yield ""
