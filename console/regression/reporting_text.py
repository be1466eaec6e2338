"""The summary of a run for a terminal: what changed and how, what it took, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from console.regression.grouping import changed_clusters, reason_text
from console.regression.records import CHANGED_WORDS, CaseResult, SuiteRun, Word
from console.text import words
from console.text.safe import SafeText, safe_line
from console.text.table import table

_MOST_CASES = 10


def as_text(run: SuiteRun) -> str:
    """The whole summary."""
    return "\n".join(summary(run)) + "\n"


def summary(run: SuiteRun) -> Iterator[SafeText]:
    """The summary, line by line; every text from outside is neutralised."""
    yield headline(run)
    yield SafeText(" · ".join(f"{count:,} {word}" for word, count in run.words.items() if count) or "no cases")
    for warning in warnings(run):
        yield safe_line(warning)
    clusters = changed_clusters(run)
    if clusters:
        yield SafeText("")
        columns = changed_words(run)
        rows = [("cluster", *columns, "what")]
        for cluster in clusters:
            counts = [sum(result.word == word for result in cluster.results) for word in columns]
            rows.append((cluster.name, *(str(count or "") for count in counts), safe_line(cluster.title)))
        yield from map(SafeText, table(rows, right=tuple(range(1, len(columns) + 1))).split("\n"))
    worse = [result for cluster in clusters for result in cluster.results if result.status != "acceptable"]
    if worse:
        yield SafeText("")
        yield from _worst(worse)
    yield SafeText("")
    yield from map(safe_line, figures(run))


def changed_words(run: SuiteRun) -> tuple[Word, ...]:
    """The columns of a table of clusters: what needs a human has one where there is any."""
    counts = run.words
    return tuple(word for word in CHANGED_WORDS if word in counts)


def headline(run: SuiteRun) -> SafeText:
    """Suite, models, and when."""
    route = f" on {run.route}" if run.route not in ("", run.suite) else ""
    at = f"{run.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return safe_line(f"{run.suite}{route}: {run.new_model} against {run.old_model}, {at}")


def warnings(run: SuiteRun) -> Iterator[str]:
    """What a reader must know before the numbers."""
    if run.stand_in:
        yield "stand-in answers: this says nothing about a model"
    if run.partial:
        yield "only some of the suite's cases were asked for"
    if run.unmeasured:
        yield f"{words.share(run.not_measured)} of the cases got no answer: this says nothing about the model"


def figures(run: SuiteRun) -> Iterator[str]:
    """What the run took."""
    took = words.seconds(run.seconds * 1_000) if run.seconds < 60 else words.span(run.seconds)
    yield f"took     {took} for {words.plural(len(run.results), 'case')}"
    if run.new_cost_usd is not None or run.old_cost_usd is not None:
        old = "" if run.old_cost_usd is None else f", {words.dollars(run.old_cost_usd)} old"
        yield f"cost     {words.cost(run.new_cost_usd)} new{old}"
    for name, ratio in ratios(run):
        yield f"{name:<8} {words.factor(ratio)}"
    flaky = [result.case for result in run.results if result.flaky]
    if flaky:
        more = f" and {len(flaky) - _MOST_CASES} more" if len(flaky) > _MOST_CASES else ""
        yield f"flaky    {', '.join(flaky[:_MOST_CASES])}{more}"


def ratios(run: SuiteRun) -> Iterator[tuple[str, float]]:
    """New ÷ old of latency, tokens and cost, over the cases where both are known."""
    for label, name in (("latency", "latency_ms"), ("tokens", "output_tokens"), ("price", "cost_usd")):
        pairs = [(getattr(one.old_figures, name), getattr(one.new_figures, name)) for one in run.results]
        known = [(old, new) for old, new in pairs if old is not None and new is not None]
        old_sum = sum(old for old, _ in known)
        if old_sum:
            yield label, sum(new for _, new in known) / old_sum


def _worst(results: list[CaseResult]) -> Iterator[SafeText]:
    rows = [(safe_line(one.status), safe_line(one.case), safe_line(reason_text(one), 90)) for one in results]
    if rows:
        yield from map(SafeText, table(rows[:_MOST_CASES]).split("\n"))
    if len(rows) > _MOST_CASES:
        yield SafeText(f"and {len(rows) - _MOST_CASES:,} more: console review shows them one by one")
