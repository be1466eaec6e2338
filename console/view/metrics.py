"""The rows of the canary table: counts of the two arms, and what the verdict says of them, as words."""

from __future__ import annotations

from console.domain.cells import Counts
from console.domain.histogram import quantile
from console.domain.metrics import METRICS, Metric
from console.domain.record import record
from console.text import words
from console.text.safe import NOTHING, SafeText
from console.verdict.plan import histogram_of, share_of
from console.verdict.sentences import value_text
from console.verdict.verdict import Judged, Verdict
from console.view.records import MetricView

MINOR = frozenset({"refusal", "empty", "truncated", "ttft_p50"})
"""Metrics that share one line where rows are short."""


@record
class Measured:
    """One metric on one arm: its value in the metric's unit (None: no data) and how many requests or ratings it has."""

    value: float | None
    n: int


def measure(metric: Metric, counts: Counts) -> Measured:
    """The value of `metric` over `counts`. Cost is per request, in USD, over requests with a known price only."""
    if metric.kind == "quantile":
        histogram = histogram_of(metric.name, counts)
        return Measured(quantile(histogram, metric.quantile), sum(histogram.values()))
    if metric.name == "cost":
        return Measured(counts.cost_usd / counts.priced if counts.priced else None, counts.priced)
    if metric.name == "flagged" and not counts.flagged + counts.cleared:
        return Measured(None, 0)  # no checker at work: "none flagged" would be a claim
    bad, n = share_of(metric.name, counts)
    return Measured(bad / n if n else None, n)


def change_text(metric: Metric, production: float | None, canary: float | None) -> SafeText:
    """`+0.13 pt` for shares, `×0.89` for latency and cost; empty where one side has no data."""
    if production is None or canary is None:
        return NOTHING
    if metric.kind == "share":
        return SafeText(words.points(canary - production))
    return SafeText(words.factor(canary / production)) if production else NOTHING


def metric_rows(production: Counts, canary: Counts, verdict: Verdict | None) -> tuple[MetricView, ...]:
    """Every metric's row: values and change, and where its evidence stands once there is a verdict."""
    rows = []
    for metric in METRICS:
        judged = verdict.metric(metric.name) if verdict else None
        if verdict and judged and judged.canary is not None:
            rows.append(_judged_row(metric, judged, verdict))
        else:
            served = (production.requests > 0, canary.requests > 0)
            rows.append(_counted_row(metric, measure(metric, production), measure(metric, canary), served))
    return tuple(rows)


def _counted_row(metric: Metric, production: Measured, canary: Measured, served: tuple[bool, bool]) -> MetricView:
    return MetricView(
        name=metric.name,
        label=metric.label,
        production=_value_text(metric, production, served[0]),
        canary=_value_text(metric, canary, served[1]),
        change=change_text(metric, production.value, canary.value),
        to_decide=NOTHING if production.n or canary.n else SafeText("no data"),
        role=metric.role,
        measured=bool(production.n or canary.n),
        minor=metric.name in MINOR,
    )


def _value_text(metric: Metric, measured: Measured, served: bool) -> SafeText:
    """The value; requests without a known price say so, since a dash could mean that there are none."""
    if metric.name == "cost" and measured.value is None and served:
        return SafeText(words.cost(None))
    return value_text(metric, measured.value)


def _judged_row(metric: Metric, judged: Judged, verdict: Verdict) -> MetricView:
    meter = {"pass": 1.0, "regression": -1.0}.get(judged.decided, judged.meter)
    return MetricView(
        name=metric.name,
        label=metric.label,
        production=value_text(metric, judged.production),
        canary=value_text(metric, judged.canary),
        change=change_text(metric, judged.production, judged.canary),
        span=_span_text(metric, judged.interval),
        limit=_limit_text(metric, judged.limit),
        inside=judged.inside,
        meter=meter,
        decided=judged.decided,
        to_decide=_to_decide(metric, judged, verdict),
        role=judged.role,
        minor=metric.name in MINOR,
    )


def _span_text(metric: Metric, interval: tuple[float, float] | None) -> SafeText:
    """`−0.05 … +0.31` in points, `×0.82 … ×1.04`; empty while nothing can be said."""
    if interval is None:
        return NOTHING
    low, high = interval
    if metric.kind != "share":
        return SafeText(f"{words.factor(low)} … {words.factor(high)}")
    digits = 1 if max(abs(low), abs(high)) >= 0.1 else 2
    return SafeText(f"{low * 100:+.{digits}f} … {high * 100:+.{digits}f}".replace("-", words.MINUS))


def _limit_text(metric: Metric, limit: float | None) -> SafeText:
    """The change that is tolerated, without its sign: `0.19`, `1.20`."""
    if limit is None:
        return NOTHING
    if metric.kind != "share":
        return SafeText(f"{limit:.2f}")
    points = limit * 100
    return SafeText(f"{points:.{2 if points < 0.995 else 1}f}")


def _to_decide(metric: Metric, judged: Judged, verdict: Verdict) -> SafeText:
    if judged.decided == "pass":
        return SafeText("✓ pass")
    if judged.decided == "regression":
        return SafeText("■ regression")
    if verdict.state == "undecided" and verdict.why == metric.name:
        return SafeText("undecided")
    if judged.needed is None:
        return SafeText("out of reach")
    unit = "ratings" if metric.name == "dissatisfied" else "more"
    rated = judged.canary_n / verdict.canary_n if metric.name == "dissatisfied" and verdict.canary_n else 1.0
    return SafeText(f"{words.count(words.rounded(max(1.0, judged.needed.middle * rated)))} {unit}")
