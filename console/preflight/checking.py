"""A whole preflight: the registry, what the log saw of the route, and the catalog, put together into one report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from console.catalog import contract
from console.catalog.contract import Ratio
from console.catalog.identify import identify
from console.catalog.lifecycle import SOON_DAYS, clock, lifecycle
from console.domain.errors import LogInvalid
from console.domain.registry import Registry, Route
from console.preflight.forecast import Priced, forecast, limits
from console.preflight.records import Finding, Forecast, Limit, Report, Retirement
from console.preflight.rules import judge
from console.preflight.sent import ways
from console.providers.catalogue import provider_of
from console.providers.parameters import neutral
from console.providers.records import Question
from console.traffic.mix import Mix, read_mix
from console.traffic.reading import LogMissing, LogReader

_MEASURED = "measured"


def look(log: Path, route: str, now: datetime) -> tuple[Mix, str]:
    """What the log at `log` saw of `route`, and why it could not be read, "" if it could. No log yet is no problem."""
    reader = LogReader(log)
    try:
        return read_mix(reader, route, now.timestamp()), ""
    except LogMissing:
        return Mix(), ""
    except LogInvalid as problem:
        return Mix(), problem.message
    finally:
        reader.close()


def check(registry: Registry, route: Route, model: str, mix: Mix, now: datetime, problem: str = "") -> Report:
    """What is known, without asking anybody, about sending the requests of `route` to `model` from `now` (UTC) on."""
    old, new = priced(registry, route.production), priced(registry, model)
    sent = ways(route.params, mix.called, old.provider)
    ratio = contract.token_ratio(new.provider, old.model, new.model) if old.provider == new.provider else None
    seen = forecast(old, new, mix, ratio, now)
    near = limits(new, seen, neutral(route.params).get("max_tokens"))
    listed = contract.known(new.provider, model) or lifecycle(model) is not None
    report = Report(
        route=route.name,
        production=route.production,
        model=model,
        provider=new.provider,
        as_of=contract.as_of(),
        ways=len(sent),
        requests=sum(way.requests for way in sent),
        findings=(*judge(new.provider, model, sent, old.provider), *_too_large(near)),
        changes=contract.changes(new.provider, model, before=route.production),
        forecast=seen,
        limits=near,
        retirement=_retirement(registry, model, now),
        turns_share=mix.conversations / mix.turns if mix.turns else None,
        rules_known=listed,
        problem=problem,
        sent=sent,
    )
    return replace(report, unknown=_unknown(report))


def with_ratio(report: Report, registry: Registry, mix: Mix, ratio: float, now: datetime) -> Report:
    """The report with the costs and limits that follow from a measured token ratio."""
    old, new = priced(registry, report.production), priced(registry, report.model)
    seen = forecast(old, new, mix, Ratio(ratio, _MEASURED), now)
    near = limits(new, seen, neutral(registry.routes[report.route].params).get("max_tokens"))
    kept = tuple(finding for finding in report.findings if finding.source != _LIMIT)
    report = replace(report, forecast=seen, limits=near, findings=(*kept, *_too_large(near)))
    return replace(report, unknown=_unknown(report))


def priced(registry: Registry, model: str) -> Priced:
    """`model` with who serves it and what it costs, as the registry says, else as its id tells."""
    pin = registry.models.get(model)
    provider = provider_of(Question(model, (), provider=pin.provider if pin else None))
    return Priced(model, provider, pin.price if pin else None)


_LIMIT = "the candidate's limits"
_WORDS: Mapping[str, str] = {
    "context": "the largest request and its answer do not fit the context window",
    "output": "the longest answer asked for is longer than the model can give",
}


def _too_large(near: tuple[Limit, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "rejected",
            "max_tokens" if limit.name == "output" else "",
            f"{_WORDS[limit.name]}: {limit.needed:,} of {limit.limit:,} tokens",
            source=_LIMIT,
        )
        for limit in near
        if limit.over
    )


def _retirement(registry: Registry, model: str, now: datetime) -> Retirement | None:
    ends = clock(model, now.date(), registry.models.get(model))
    if ends is None:
        return None
    soon = ends.deadline and (ends.days_left is None or ends.days_left <= SOON_DAYS)
    return Retirement(str(ends.words), soon or ends.tone == "bad", ends.replacement or "")


def _unknown(report: Report) -> tuple[str, ...]:
    """What nobody knows, a sentence each; silence would read as "safe"."""
    found = []
    if not report.rules_known:
        found.append(f"no rule is about {report.model}: what it rejects is not known, which does not mean nothing")
    if identify(report.model).kind == "unknown":
        found.append("nothing promises that this id stays the same model")
    if not report.ways:
        found.append("how the route is called: it has no params, and the log holds no call with its parameters")
    found.extend(_unknown_costs(report.forecast, report))
    found.extend(f"the {limit.name} limit of {report.model}" for limit in report.limits if limit.limit is None)
    if report.retirement is None:
        found.append(f"when {report.model} ends")
    return tuple(found)


def _unknown_costs(seen: Forecast, report: Report) -> list[str]:
    if not seen.requests:
        return ["what it will cost: the log holds no answered request of this route with its tokens"]
    found = []
    if seen.ratio is None:
        found.append("how many tokens it counts for the same text: they are taken to be the same")
    for model, cost in ((report.production, seen.before_per_1k), (report.model, seen.after_per_1k)):
        if cost is None:
            found.append(f"no price of {model}")
    if report.changes and any("counts as output" in told.text for told in report.changes):
        found.append("how much it thinks: that comes on top of the cost")
    return found
