"""A report in words: the few lines before a canary starts, and the names that its gate asks about."""

from __future__ import annotations

from typing import Literal, NamedTuple

from console.preflight.records import Finding, Forecast, Report
from console.text import words

Tone = Literal["good", "waiting", "bad", "none"]
_MOST_NAMES = 4


class Line(NamedTuple):
    """One line; `mark` stands before it, so that nobody needs its colour."""

    mark: str
    text: str
    tone: Tone


def names(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The parameters that findings are about, each once; what is about the whole request says so."""
    return tuple(dict.fromkeys(finding.parameter or "the request" for finding in findings))


def headline(report: Report) -> Line:
    """What becomes of the requests, in one line."""
    rejected, depends = report.at("rejected"), report.at("depends")
    match report.state:
        case "rejected":
            also = f"; may reject {_listed(names(depends))}" if depends else ""
            return Line("▲", f"rejects {_listed(names(rejected))}{also}", "bad")
        case "depends":
            return Line("▲", f"may reject {_listed(names(depends))}", "waiting")
        case "unmeasured":
            table = f"; by the table it rejects {_listed(names(rejected))}" if rejected else ""
            return Line("?", f"not measured: a probe failed{table}", "waiting")
        case "unknown":
            missing = "its rules are not known" if report.ways else "how the route is called is not known"
            return Line("?", f"cannot tell what is rejected: {missing}", "waiting")
        case _:
            return Line("✓", f"nothing rejected{_seen(report)}", "good")


def short(report: Report) -> tuple[Line, ...]:
    """Up to five lines: what is rejected, what it costs, how it behaves, what conversations meet, when it ends."""
    lines = [headline(report)]
    if cost := _cost(report.forecast):
        lines.append(Line("≈", cost, "none"))
    if report.changes:
        more = len(report.changes) - 1
        first = report.changes[0].text.partition(":")[0]
        lines.append(Line("·", f"{first}{f' · {more} more' if more else ''}", "none"))
    if report.turns_share:
        lines.append(
            Line("·", f"{words.share(report.turns_share)} of requests are in a conversation: use current=", "none")
        )
    if report.retirement is not None and report.retirement.soon:
        lines.append(Line("▲", f"the candidate {report.retirement.words}", "waiting"))
    return tuple(lines)


def per_1k(forecast: Forecast) -> str:
    """`$4.10 → $5.40 per 1,000`, with "no price" where there is none."""
    before, after = words.cost(forecast.before_per_1k), words.cost(forecast.after_per_1k)
    return "no price" if before == after == "no price" else f"{before} → {after} per 1,000"


def tokens(forecast: Forecast) -> str:
    """`×1.3 tokens`; "" where nobody knows."""
    return "" if forecast.ratio is None else f"×{forecast.ratio:.2f}".rstrip("0").rstrip(".") + " tokens"


def _cost(forecast: Forecast) -> str:
    """`×1.3 tokens · $4.10 → $5.40 per 1,000 · $12.30 → $16.20 a day`."""
    parts = [tokens(forecast)] if forecast.ratio not in (None, 1.0) else []
    if forecast.requests:
        parts.append(per_1k(forecast))
        if forecast.before_per_day is not None and forecast.after_per_day is not None:
            parts.append(f"{words.cost(forecast.before_per_day)} → {words.cost(forecast.after_per_day)} a day")
    return " · ".join(parts)


def _listed(parameters: tuple[str, ...]) -> str:
    shown = ", ".join(parameters[:_MOST_NAMES])
    more = len(parameters) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _seen(report: Report) -> str:
    if report.probed is not None and report.probed.ways:
        return f", measured on {words.plural(report.probed.ways, 'way')} of calling"
    return f" of {words.plural(report.requests, 'recorded request')}" if report.requests else " of the route's params"
