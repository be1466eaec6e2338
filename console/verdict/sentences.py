"""What decided, or what is missing: one sentence for each state of a rollout, without a full stop."""

from __future__ import annotations

from console.domain.metrics import METRICS, Metric
from console.domain.registry import Route
from console.text import words
from console.text.safe import NOTHING, SafeText, join, safe
from console.verdict.verdict import Judged, Verdict

_METRIC = {metric.name: metric for metric in METRICS}


def sentence(route: Route, verdict: Verdict, canary_per_s: float) -> SafeText:
    """The sentence beside the state word. `canary_per_s` turns missing requests into time; 0 leaves the time out."""
    held = route.canary.held if route.canary else None
    if verdict.state == "regression":
        return regression(verdict)
    if held is not None:
        return join("“", safe(held), "”; a person clears it")
    match verdict.state:
        case "suspect data":
            return join(verdict.why, ": numbers void")
        case "no comparison":
            return safe(verdict.why or "no request on one side: nothing to compare")
        case "warming up":
            return _warming(route, verdict, canary_per_s)
        case "pass":
            return _passed(route, verdict)
        case "undecided":
            return _between(verdict)
        case _:
            return _watching(verdict, canary_per_s)


def regression(verdict: Verdict) -> SafeText:
    """`error rate 3.4 % against 1.0 %: +2.4 points, limit 0.2, n = 2,081`."""
    name = verdict.blamed[0] if verdict.blamed else ""
    absolute = name.startswith("limit:")
    judged = verdict.metric(name.removeprefix("limit:"))
    if judged is None:
        return SafeText("the canary is worse than tolerated")
    more = f" · also {', '.join(_label(other) for other in verdict.blamed[1:])}" if len(verdict.blamed) > 1 else ""
    if absolute:
        return join(_label(name), " ", _value(judged, judged.canary), " breaks the route's limit", more)
    at = f"n = {words.count(verdict.canary_n)}"
    return join(
        f"{_metric(judged).label} {_value(judged, judged.canary)} against {_value(judged, judged.production)}: ",
        f"{effect(judged)}, limit {_limit(judged)}, {at}{more}",
    )


def compared(judged: Judged) -> str:
    """`error rate 3.4 % against 1.0 %`: the canary's value and production's."""
    return f"{_metric(judged).label} {_value(judged, judged.canary)} against {_value(judged, judged.production)}"


def effect(judged: Judged) -> str:
    """`+2.4 points` for a share, `×1.38` otherwise."""
    if judged.change is None:
        return words.NONE
    if _metric(judged).kind == "share":
        points = judged.change * 100
        return f"{points:+.{1 if abs(points) >= 0.95 else 2}f} points".replace("-", words.MINUS)
    return words.factor(judged.change)


def ruled_out(verdict: Verdict) -> str:
    """What the data so far excludes: `a rise of more than 1.8 points is ruled out`; empty when nothing."""
    judged = verdict.metric("error")
    if judged is None or judged.interval is None:
        return ""
    if judged.interval[1] <= 0:
        return "any rise of the error rate is ruled out"
    return f"a rise of more than {judged.interval[1] * 100:.1f} points is ruled out"


def if_real(verdict: Verdict) -> str:
    """`a regression in about 600 requests if the present difference is real`; empty where nothing can be said."""
    if verdict.if_real is None or verdict.state in ("regression", "pass"):
        return ""
    requests = words.count(words.rounded(verdict.if_real.middle))
    what = "a regression" if verdict.if_real_side == "regression" else "a pass"
    return f"{what} in about {requests} requests if the present difference is real"


def needed_text(requests: int, canary_per_s: float) -> str:
    """`about 1,400 more canary requests, ≈ 6 h`."""
    text = f"about {words.count(words.rounded(requests))} more canary requests"
    return f"{text}, {words.about(requests / canary_per_s)}" if canary_per_s > 0 else text


def _watching(verdict: Verdict, canary_per_s: float) -> SafeText:
    leaning = [j for j in verdict.metrics if j.role == "signal" and j.decided == "regression"]
    first = f"{_metric(leaning[0]).label} is worse ({effect(leaning[0])})" if leaning else "no regression so far"
    if verdict.needed is None:
        return SafeText(f"{first} · {words.count(verdict.canary_n)} canary requests judged")
    return SafeText(f"{first} · {needed_text(verdict.needed.middle, canary_per_s)}")


def _warming(route: Route, verdict: Verdict, canary_per_s: float) -> SafeText:
    least = min(verdict.canary_n, verdict.production_n)
    whole = least + verdict.missing_requests
    arm = "canary" if verdict.canary_n <= verdict.production_n else "production"
    to_go = f", {words.about(verdict.missing_requests / canary_per_s)} to go" if canary_per_s > 0 else ""
    # Only closed blocks are judged, and none of the warm-up: the table beside it may count more requests.
    if least:
        after = "; regressions already show"
    else:
        after = f"; the first {words.span(route.gates.warm_up_s)} don't count" if route.gates.warm_up_s else ""
    return SafeText(f"{least} of {whole} {arm} requests judged{to_go}{after}")


def _passed(route: Route, verdict: Verdict) -> SafeText:
    n = sum(1 for judged in verdict.metrics if judged.role == "guardrail")
    tells = [j for j in verdict.metrics if j.role == "signal" and j.decided == "regression"]
    but = f" · but {_metric(tells[0]).label} {effect(tells[0])}" if tells else ""
    further = any(route.canary_percentage < step < 100 for step in route.steps)
    does = "can go on" if further else "can be promoted"
    guardrails = f"all {n} guardrails" if n > 1 else "the only guardrail"
    return join(f"{guardrails}, n = {words.count(verdict.canary_n)}; ", route.name, f" {does}{but}")


def _between(verdict: Verdict) -> SafeText:
    judged = verdict.metric(verdict.why)
    if judged is None:
        return SafeText("the difference is between limit and margin: yours to decide")
    margin = _scaled(judged, judged.margin)
    return SafeText(
        f"{_metric(judged).label} {effect(judged)} is between limit {_limit(judged)} and margin {margin}: "
        "yours to decide"
    )


def _metric(judged: Judged) -> Metric:
    return _METRIC[judged.name]


def _label(name: str) -> str:
    return _METRIC[name.removeprefix("limit:")].label


def _value(judged: Judged, value: float | None) -> str:
    """As in the table, but shares have two figures, like the difference beside them: `3.4 %`."""
    if value is not None and _metric(judged).kind == "share":
        return f"{value * 100:.{1 if value >= 0.0095 else 2}f} %"
    return value_text(_metric(judged), value) or words.NONE


def _limit(judged: Judged) -> str:
    return _scaled(judged, judged.limit)


def _scaled(judged: Judged, value: float | None) -> str:
    if value is None:
        return words.NONE
    return f"{value * 100:.2g}" if _metric(judged).kind == "share" else f"{value:.2f}"


def value_text(metric: Metric, value: float | None) -> SafeText:
    """A metric's value in the words of the table; cost is shown per 1,000 requests."""
    if value is None:
        return NOTHING
    if metric.unit == "ms":
        return SafeText(words.seconds(value))
    if metric.unit == "usd":
        return SafeText(words.dollars(value * 1_000))
    return SafeText(words.share(value))
