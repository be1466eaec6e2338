"""A preflight on paper: findings with what to do and where that is written, costs, limits, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.cli import output
from console.cli.output import Style
from console.domain.registry import Registry
from console.preflight.records import Finding, Forecast, Limit, Report
from console.preflight.wording import Tone, headline, per_1k, tokens
from console.text import words

_STYLES: Mapping[Tone, Style] = {"good": "good", "waiting": "waiting", "bad": "bad", "none": "muted"}
_LEVELS: Mapping[str, tuple[str, Style]] = {
    "rejected": ("rejected", "bad"),
    "depends": ("may be rejected", "waiting"),
    "changed": ("ignored", "waiting"),
    "unknown": ("not known", "muted"),
}
_SHOWN_TOKENS = {"context": "context", "output": "answer"}


def show(report: Report) -> None:
    """Print `report`."""
    models: list[tuple[object, Style]] = [(report.production, "production"), (" → ", ""), (report.model, "canary")]
    output.emit_styled([(report.route, "bold"), ("  ", ""), *models])
    line = headline(report)
    output.emit_styled([(f"{line.mark} {line.text}", _STYLES[line.tone])])
    for finding in report.findings:
        _show_finding(finding, report.requests)
    before = ""
    for label, text in _lines(report):
        output.emit(f"{label if label != before else '':<10} {text}")
        before = label


def _show_finding(finding: Finding, requests: int) -> None:
    word, style = _LEVELS[finding.level]
    what = finding.parameter or "the request"
    share = f"  {words.share(finding.requests / requests)} of requests" if finding.requests and requests else ""
    output.emit_styled([(f"  {what:<14}", "bold"), (word, style), (share, "muted")])
    output.emit(f"    {finding.reason}")
    if finding.instead:
        output.emit(f"    instead: {finding.instead}")
    if finding.source:
        output.emit_styled([(f"    {finding.source}", "muted")])


def _lines(report: Report) -> Iterator[tuple[str, str]]:
    for told in report.changes:
        yield "changes", told.text
    if report.forecast.requests:
        yield from _costs(report.forecast)
    for limit in report.limits:
        if limit.limit is not None and (limit.needed or limit.over):
            yield _SHOWN_TOKENS[limit.name], _limit(limit)
    if report.retirement is not None:
        instead = f" → {report.retirement.replacement}" if report.retirement.replacement else ""
        yield "ends", f"{report.retirement.words}{instead}"
    if report.turns_share:
        share = words.share(report.turns_share)
        yield "in flight", f"{share} of requests continue a conversation: use current=, or they meet a foreign model"
    if report.probed is not None:
        asked = words.plural(report.probed.asked, "request")
        by = " (stand-in)" if report.probed.stand_in else ""
        yield "probe", f"{asked} sent, {words.cost(report.probed.cost_usd)}{by}"
        for failure in report.probed.failures:
            yield "probe", f"not measured: {failure}"
    for sentence in report.unknown:
        yield "not known", sentence


def _costs(seen: Forecast) -> Iterator[tuple[str, str]]:
    said = tokens(seen)
    counted = f"{said} for the same text ({seen.ratio_why}); " if said else ""
    yield "cost", f"{counted}{per_1k(seen)} requests, as the newest {words.count(seen.requests)} were"
    if seen.requests_per_day is not None and seen.before_per_day is not None and seen.after_per_day is not None:
        day = f"{words.cost(seen.before_per_day)} → {words.cost(seen.after_per_day)}"
        yield "cost", f"{day} a day, at {words.count(seen.requests_per_day)} requests a day"
    if seen.cold_per_1k is not None:
        cold = words.cost(seen.cold_per_1k)
        yield "cost", f"{cold} per 1,000 until its prompt cache is warm: caches belong to a model"


def _limit(limit: Limit) -> str:
    of = f"{words.count(limit.needed)} of {words.count(limit.limit or 0)} tokens"
    return f"{of}, at most" if limit.name == "context" else of


def document(report: Report, registry: Registry) -> Mapping[str, object]:
    """The JSON document."""
    seen = report.forecast
    return {
        "route": report.route,
        "production": report.production,
        "model": report.model,
        "provider": report.provider,
        "pinned": report.model in registry.models,
        "state": report.state,
        "ways": report.ways,
        "requests": report.requests,
        "findings": report.findings,
        "changes": [{"text": told.text, "source": told.source} for told in report.changes],
        "cost": {
            "requests": seen.requests,
            "token_ratio": seen.ratio,
            "token_ratio_source": seen.ratio_why or None,
            "before_per_1k_usd": seen.before_per_1k,
            "after_per_1k_usd": seen.after_per_1k,
            "cold_cache_per_1k_usd": seen.cold_per_1k,
            "requests_per_day": seen.requests_per_day,
            "before_per_day_usd": seen.before_per_day,
            "after_per_day_usd": seen.after_per_day,
        },
        "limits": report.limits,
        "retirement": report.retirement,
        "conversation_share": report.turns_share,
        "unknown": list(report.unknown),
        "probe": _probe(report),
        "problem": report.problem or None,
        "as_of": report.as_of,
    }


def _probe(report: Report) -> Mapping[str, object] | None:
    probed = report.probed
    if probed is None:
        return None
    return {
        "asked": probed.asked,
        "ways": probed.ways,
        "accepted": sorted(probed.accepted - {"api"}),
        "failures": list(probed.failures),
        "token_ratio": probed.ratio,
        "cost_usd": probed.cost_usd,
        "stand_in": probed.stand_in,
    }
