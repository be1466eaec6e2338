"""A run as one HTML page: opens without a server, loads nothing, runs nothing; every changed case with its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC

from console.regression.escaping import in_html
from console.regression.grouping import Changed, changed_clusters, reason_text
from console.regression.page_style import STYLE
from console.regression.pictures import bars
from console.regression.records import CaseResult, SuiteRun
from console.regression.reporting_text import figures, warnings
from console.text.diffing import Run, difference

_CHARACTERS = 20_000
"""Of each answer; a page of 5,000 changed cases must open."""
_COMPARED = 200
"""Cases whose words are compared: beyond, both answers stand there as they are."""


def as_html(run: SuiteRun) -> str:
    """The page. Every text from outside is escaped, and the page forbids itself scripts and anything from elsewhere."""
    title = in_html(f"{run.suite}: {run.new_model} against {run.old_model}")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{STYLE}</style></head><body><main>",
            *_body(run),
            "</main></body></html>",
            "",
        ]
    )


def _body(run: SuiteRun) -> Iterator[str]:
    yield f"<h1>Regression suite {in_html(run.suite)}</h1>"
    yield (
        f'<p class="models"><span class="old">● {in_html(run.old_model)}</span> '
        f'<span class="new">◆ {in_html(run.new_model)}</span> '
        f'<span class="muted">{run.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC</span></p>'
    )
    for warning in warnings(run):
        yield f'<p class="warning">▲ {in_html(warning)}</p>'
    counts = "".join(
        f'<li class="{word.replace(" ", "-")}"><b>{count:,}</b> {word}</li>' for word, count in run.words.items()
    )
    yield f'<ul class="counts">{counts}</ul>'
    yield bars([("all cases", run.words)], "cases by status")
    clusters = changed_clusters(run)
    if clusters:
        yield "<h2>What changed</h2>"
        rows = [(cluster.title, Counter(one.word for one in cluster.results)) for cluster in clusters]
        yield bars(rows, "changed cases by cluster")
    yield f"<pre>{in_html(chr(10).join(figures(run)))}</pre>"
    left = _COMPARED
    for cluster in clusters:
        yield from _cluster(cluster, left)
        left -= len(cluster.results)
    unmeasured = [one for one in run.results if one.status == "not measured"]
    if unmeasured:
        yield "<h2>Not measured</h2><ul>"
        yield from (f"<li><code>{in_html(one.case)}</code> {in_html(one.note)}</li>" for one in unmeasured)
        yield "</ul>"


def _cluster(cluster: Changed, compared: int) -> Iterator[str]:
    yield f"<h2>{in_html(cluster.title)} <span>{len(cluster.results):,}</span></h2>"
    for number, result in enumerate(cluster.results):
        yield from _case(result, number < compared)


def _case(result: CaseResult, compared: bool) -> Iterator[str]:
    yield "<details><summary>"
    yield f'<b class="{result.word.replace(" ", "-")}">{result.word}</b> <code>{in_html(result.case)}</code>'
    reasons = result.triage.reasons if result.triage else ()
    yield f'<span class="muted">{in_html(reason_text(result))}</span>'
    if result.flaky:
        yield '<span class="muted">flaky</span>'
    yield "</summary>"
    yield f'<p class="prompt">{_cut(result.prompt)}</p>'
    if len(reasons) > 1:
        yield "<ul>" + "".join(f"<li>{in_html(reason.text)}</li>" for reason in reasons) + "</ul>"
    old, new = result.pair
    before = result.old[old] if old < len(result.old) else ""
    after = result.new[new].answer.text if new < len(result.new) else ""
    runs = difference(before[:_CHARACTERS], after[:_CHARACTERS]) if compared else None
    yield '<div class="pair">'
    yield f'<div><h3 class="old">● {"accepted" if result.accepted else "old"}</h3>'
    yield f"<pre>{_marked(before, runs and runs[0], 'old')}</pre></div>"
    yield f'<div><h3 class="new">◆ new</h3><pre>{_marked(after, runs and runs[1], "new")}</pre></div>'
    yield "</div></details>"


def _marked(text: str, runs: tuple[Run, ...] | None, side: str) -> str:
    if runs is None:
        return _cut(text)
    parts = [f'<mark class="{side}">{in_html(run.text)}</mark>' if run.changed else in_html(run.text) for run in runs]
    return "".join(parts) + _more(text)


def _cut(text: str) -> str:
    return in_html(text[:_CHARACTERS]) + _more(text)


def _more(text: str) -> str:
    left = len(text) - _CHARACTERS
    return f'<span class="muted">\n… {left:,} more characters</span>' if left > 0 else ""
