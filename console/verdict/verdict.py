"""What the evidence says, at one moment: a state, each metric's standing, and how much is missing."""

from __future__ import annotations

import math
from typing import Literal

from console.domain.metrics import METRICS, Metric
from console.domain.record import record
from console.domain.registry import Role
from console.verdict.effects import Effect, quantile_of
from console.verdict.evidence import Evidence
from console.verdict.gauges import Gauge, MeanGauge, ShareGauge
from console.verdict.means import value_of
from console.verdict.plan import MILLION, MetricPlan

VerdictState = Literal["no comparison", "warming up", "watching", "regression", "pass", "undecided", "suspect data"]
MIDDLE, LOW, HIGH = 0.85, 0.3, 2.2
"""Measured quantiles (50, 10, 90 %) of actual against predicted requests to PASS."""
SURE_MIDDLE, SURE_LOW, SURE_HIGH = 0.6, 0.1, 3.3
"""The same of requests to REGRESSION at the present rates."""
UNDECIDED_AFTER = 3.0
"""A difference between tolerance and margin is called undecided after this many times the planned requests."""
_METRIC = {metric.name: metric for metric in METRICS}


@record
class Situation:
    """What is known besides the blocks. None of it moves evidence; it can only keep a verdict from being given."""

    comparable: bool = True
    """Both arms had requests lately."""
    why_not: str = ""
    """"no production request in the last 10 min", when not comparable."""
    suspicions: tuple[str, ...] = ()
    """Why the data cannot be trusted: a split that is off, a served model that changed, rows dropped."""
    changed_gates: tuple[str, ...] = ()
    """What the registry says differently from the gates that were frozen when the rollout began."""


@record
class Needed:
    """Canary requests until a metric is decided: about `middle`, likely between `low` and `high`."""

    low: int
    middle: int
    high: int


@record
class Judged:
    """One metric. Values are in the metric's unit (share 0..1, ms, USD); None means no data.

    `change` is a difference for shares and a ratio otherwise; `limit` is the change that the tolerance allows;
    `margin` the change that PASS must exclude; `interval` bounds the change at every look (90 %, approximate). `meter`
    runs from -1 (regression) to +1 (pass).
    """

    name: str
    role: Role
    production: float | None
    canary: float | None
    production_n: int
    canary_n: int
    change: float | None
    limit: float | None
    margin: float | None
    inside: bool
    interval: tuple[float, float] | None
    log_regression: float
    log_pass: float
    meter: float
    decided: Literal["", "pass", "regression"]
    needed: Needed | None
    """To PASS, were the canary as good as production; None: decided, or out of reach."""
    if_real: Needed | None = None
    """To a verdict, were the present difference the true one."""
    if_real_side: Literal["", "pass", "regression"] = ""
    absolute_limit: float | None = None
    """The route's absolute limit, in the metric's unit."""


@record
class Verdict:
    """The state of a rollout. `regression` and `pass` are latched; `blamed` names what decided."""

    state: VerdictState
    metrics: tuple[Judged, ...]
    production_n: int
    canary_n: int
    blamed: tuple[str, ...] = ()
    decided_slot: int | None = None
    decided_counts: tuple[int, int] = (0, 0)
    """(production, canary) evidence requests when it was decided."""
    missing_requests: int = 0
    """Canary requests to the minimum of `min_requests` per arm."""
    needed: Needed | None = None
    """To PASS: the slowest guardrail's."""
    slowest: str = ""
    why: str = ""
    """Why there is no verdict: what is not comparable, or suspect."""
    log_evidence: float = 0.0
    unmeasured: tuple[str, ...] = ()
    if_real: Needed | None = None
    """To the first regression, else to the last guardrail's PASS, were the present differences the true ones."""
    if_real_side: Literal["", "pass", "regression"] = ""
    left_out: int = 0
    """Blocks left out of the evidence on both arms, because their data were suspect."""
    changed_gates: tuple[str, ...] = ()
    """What the registry says differently from the gates this rollout was frozen with; not applied to it."""
    suspicions: tuple[str, ...] = ()
    """Why the data cannot be trusted, one sentence for each cause; also beside a regression."""

    def metric(self, name: str) -> Judged | None:
        """The standing of one metric."""
        return next((judged for judged in self.metrics if judged.name == name), None)


def judge(evidence: Evidence, situation: Situation | None = None) -> Verdict:
    """The verdict of `evidence`. Pure: the same evidence and situation give the same verdict."""
    at = situation or Situation()
    metrics = tuple(_judged(evidence, plan) for plan in evidence.plan.metrics)
    guardrails = [judged for judged in metrics if judged.role == "guardrail" and judged.decided != "pass"]
    open_ones = [judged for judged in guardrails if judged.needed]
    slowest = max(open_ones, key=lambda judged: judged.needed.middle if judged.needed else 0, default=None)
    state, why = _state(evidence, at, metrics)
    if_real, if_real_side = _if_real(metrics)
    return Verdict(
        state=state,
        metrics=metrics,
        production_n=evidence.production_n,
        canary_n=evidence.canary_n,
        blamed=evidence.blamed,
        decided_slot=evidence.decided_at,
        decided_counts=evidence.decided_counts,
        missing_requests=evidence.requests_needed_for_pass(),
        needed=slowest.needed if slowest else None,
        slowest=slowest.name if slowest else "",
        why=why,
        log_evidence=evidence.log_regression(),
        unmeasured=evidence.plan.unmeasured,
        if_real=if_real,
        if_real_side=if_real_side,
        left_out=evidence.left_out,
        changed_gates=at.changed_gates,
        suspicions=at.suspicions,
    )


def _state(evidence: Evidence, at: Situation, metrics: tuple[Judged, ...]) -> tuple[VerdictState, str]:
    if evidence.regressed_at is not None:
        return "regression", ""
    if at.suspicions:
        return "suspect data", "; ".join(at.suspicions)
    if not at.comparable:
        return "no comparison", at.why_not
    if evidence.passed_at is not None:
        return "pass", ""
    if evidence.requests_needed_for_pass():
        return "warming up", ""
    between = next((judged for judged in metrics if _is_between(evidence, judged)), None)
    return ("undecided", between.name) if between else ("watching", "")


def _is_between(evidence: Evidence, judged: Judged) -> bool:
    """Whether a guardrail's difference lies between tolerance and margin, long after a verdict was due."""
    if judged.role != "guardrail" or judged.decided or judged.change is None:
        return False
    if judged.limit is None or judged.margin is None or not judged.limit < judged.change < judged.margin:
        return False
    planned = _needed_from_start(evidence, judged.name)
    return planned is not None and evidence.canary_n >= UNDECIDED_AFTER * planned


def _judged(evidence: Evidence, plan: MetricPlan) -> Judged:
    metric, gauge, effect = _METRIC[plan.name], evidence.gauges[plan.name], evidence.effects[plan.name]
    production, canary = _values(metric, gauge, effect)
    change, limit, margin = _change(metric, plan, gauge, production, canary)
    log_regression, log_pass = gauge.regression.wealth.log(), gauge.passing.wealth.log()
    regressed = plan.name in evidence.blamed or f"limit:{plan.name}" in evidence.blamed
    passed = evidence.passes(plan.name)
    if_real, if_real_side = (None, "") if passed or regressed else _needed_if_real(evidence, plan, production, canary)
    return Judged(
        name=plan.name,
        role=plan.role,
        production=production,
        canary=canary,
        production_n=gauge.production_n,
        canary_n=gauge.canary_n,
        change=change,
        limit=limit,
        margin=margin,
        inside=change is None or limit is None or change <= limit,
        interval=effect.interval(cap=gauge.regression.cap if isinstance(gauge, MeanGauge) else 0),
        log_regression=log_regression,
        log_pass=log_pass,
        meter=_meter(evidence, plan, log_regression, log_pass),
        decided="regression"
        if regressed or (plan.role == "signal" and evidence.tells(plan.name))
        else "pass"
        if passed
        else "",
        needed=None if passed or regressed else _needed(evidence, plan.name),
        if_real=if_real,
        if_real_side=if_real_side,
        absolute_limit=plan.limit,
    )


def _values(metric: Metric, gauge: Gauge, effect: Effect) -> tuple[float | None, float | None]:
    n = effect.canary_n
    if n == 0:
        return None, None
    if metric.kind == "share":
        return effect.expected / n, effect.canary_sum / n
    if metric.kind == "quantile":
        return quantile_of(effect.matched, metric.quantile), quantile_of(effect.canary, metric.quantile)
    cap = gauge.regression.cap if isinstance(gauge, MeanGauge) else 0
    return (_mean(effect.matched, cap), _mean(effect.canary, cap)) if cap else (None, None)


def _mean(histogram: dict[int, float] | dict[int, int], cap: int) -> float | None:
    n = sum(histogram.values())
    return sum(value_of(index, cap) * count for index, count in histogram.items()) / n / MILLION if n else None


def _change(
    metric: Metric, plan: MetricPlan, gauge: Gauge, production: float | None, canary: float | None
) -> tuple[float | None, float | None, float | None]:
    """(change, limit, margin): differences for shares, ratios otherwise."""
    if metric.kind == "share":
        rate = production if production is not None else _rate(gauge)
        limit = (plan.tolerance[0] - 1) * rate + plan.tolerance[1]
        margin = (plan.margin[0] - 1) * rate + plan.margin[1]
        return (None if production is None or canary is None else canary - production), limit, margin
    change = canary / production if production and canary is not None else None
    return change, plan.tolerance[0], plan.margin[0]


def _rate(gauge: Gauge) -> float:
    return gauge.regression.rate if isinstance(gauge, ShareGauge) else 0.0


def _meter(evidence: Evidence, plan: MetricPlan, log_regression: float, log_pass: float) -> float:
    """Toward whichever side has more of its evidence, clipped to -1..1."""
    bad = log_regression / -math.log(evidence.plan.alpha)
    good = log_pass / -math.log(evidence.plan.alpha_pass)
    return max(-1.0, min(1.0, good if good >= bad else -bad))


def _growth(
    evidence: Evidence, name: str, canary: float, production: float, side: Literal["pass", "regression"]
) -> float:
    """Expected log evidence per canary request, were these the true values (rates, or values in a fixed ratio)."""
    gauge = evidence.gauges[name]
    m = gauge.production_n / gauge.canary_n if gauge.canary_n and gauge.production_n else 19.0
    test = gauge.passing if side == "pass" else gauge.regression
    growth: float = gauge.growth(test, canary, production, m)  # type: ignore[arg-type]
    # Ratings, checks and known prices are fewer than requests.
    heard = gauge.canary_n / evidence.canary_n if evidence.canary_n and gauge.canary_n else 1.0
    return growth * min(1.0, heard)


def _per_request(evidence: Evidence, name: str) -> float:
    """Expected PASS evidence per canary request, were the canary as good as production."""
    gauge = evidence.gauges[name]
    rate = gauge.passing.rate if isinstance(gauge, ShareGauge) else 1.0
    return _growth(evidence, name, rate, rate, "pass")


def _needed(evidence: Evidence, name: str) -> Needed | None:
    """Canary requests to PASS if the canary is as good as production; None where that is out of reach."""
    gap = -math.log(evidence.plan.alpha_pass) - evidence.gauges[name].passing.wealth.log()
    growth = _per_request(evidence, name)
    if growth <= 0:
        return None
    need = max(1.0, gap / growth)
    return Needed(round(LOW * need), max(1, round(MIDDLE * need)), round(HIGH * need))


def _needed_if_real(
    evidence: Evidence, plan: MetricPlan, production: float | None, canary: float | None
) -> tuple[Needed | None, Literal["", "pass", "regression"]]:
    """Canary requests to whichever verdict the present values lead to; none between tolerance and margin."""
    if production is None or canary is None:
        return None, ""
    gauge = evidence.gauges[plan.name]
    worse = _growth(evidence, plan.name, canary, production, "regression")
    if worse > 0:
        weight = plan.weight if plan.weight > 0 else 1.0
        gap = -math.log(evidence.plan.alpha) - math.log(weight) - gauge.regression.wealth.log()
        need = max(1.0, gap / worse)
        return Needed(round(SURE_LOW * need), max(1, round(SURE_MIDDLE * need)), round(SURE_HIGH * need)), "regression"
    good = _growth(evidence, plan.name, canary, production, "pass")
    if good <= 0:
        return None, ""
    need = max(1.0, (-math.log(evidence.plan.alpha_pass) - gauge.passing.wealth.log()) / good)
    return Needed(round(LOW * need), max(1, round(MIDDLE * need)), round(HIGH * need)), "pass"


def _if_real(metrics: tuple[Judged, ...]) -> tuple[Needed | None, Literal["", "pass", "regression"]]:
    guardrails = [judged for judged in metrics if judged.role == "guardrail" and judged.decided != "pass"]
    worse = [judged.if_real for judged in guardrails if judged.if_real and judged.if_real_side == "regression"]
    if worse:
        return min(worse, key=lambda needed: needed.middle), "regression"
    good = [judged.if_real for judged in guardrails if judged.if_real]
    if not good or len(good) < len(guardrails):
        return None, ""
    return max(good, key=lambda needed: needed.middle), "pass"


def _needed_from_start(evidence: Evidence, name: str) -> float | None:
    growth = _per_request(evidence, name)
    return -math.log(evidence.plan.alpha_pass) / growth if growth > 0 else None
