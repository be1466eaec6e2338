"""What the catalog's table says of the ways in which a route is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from console.catalog.contract import Hit, hits, takes
from console.preflight.records import Finding, Level, Sent
from console.preflight.sent import native_name

_RANK: dict[Level, int] = {"rejected": 0, "depends": 1, "changed": 2, "unknown": 3}
_OURS = frozenset({"json_schema", "api", "prefill", "thinking_budget", "thinking_level"})
"""Words of a route's params that this program itself puts where an API wants them."""


def judge(provider: str | None, model: str, sent: Iterable[Sent], before: str | None) -> tuple[Finding, ...]:
    """Every finding, the gravest first, once for each parameter and reason.

    `provider` serves the candidate `model`, `before` the production model: where they differ the whole call changes.
    """
    ways = tuple(sent)
    found: dict[tuple[str, str], Finding] = {}
    for way in ways:
        for finding in _of_way(provider, model, way, before):
            key = (finding.parameter, finding.reason)
            known = found.get(key)
            found[key] = finding if known is None else _both(known, finding)
    moved = _another_provider(provider, before, sum(way.requests for way in ways)) if ways else ()
    ordered = sorted(found.values(), key=lambda finding: (_RANK[finding.level], -finding.requests))
    return (*moved, *ordered)


def _of_way(provider: str | None, model: str, way: Sent, before: str | None) -> Iterator[Finding]:
    same = provider == before
    ruled = set()
    for hit in hits(provider, model, way.values, api=way.api if same else ""):
        name = native_name(way, hit.parameter)
        ruled.add(name)
        if hit.rule.effect == "renamed" and name != hit.parameter:
            continue  # it already has the name that is wanted
        if hit.rule.only_if and same and way.answered:
            continue  # it is sent and answered today, so the API that would reject it is not in use
        yield Finding(_level(hit), name, _reason(hit, way), hit.rule.instead, hit.rule.source, way.requests)
    if same and way.origin == "log":
        yield from _strange(way, ruled)


def _level(hit: Hit) -> Level:
    if hit.rule.effect == "ignored":
        return "changed"
    return "rejected" if hit.certain and not hit.rule.only_if else "depends"


def _reason(hit: Hit, way: Sent) -> str:
    """The rule's own sentence, with what it depends on where that is not known."""
    rule = hit.rule
    if rule.only_if:
        return f"{rule.reason}, if {rule.only_if}"
    if hit.certain:
        return rule.reason
    if rule.api and way.api not in ("chat", "responses"):
        return f"{rule.reason}, if it is sent through the Chat API"
    return f"{rule.reason}: whether that is so depends on a value that is not known here"


def _strange(way: Sent, ruled: set[str]) -> Iterator[Finding]:
    """Names that the API's own SDK does not know: the table's silence about them says nothing."""
    known = takes(way.api)
    for name in way.names if known else ():
        if "." not in name and name not in _OURS and name not in ruled and name not in known:
            yield Finding("unknown", name, "no parameter that the API is known to take", requests=way.requests)


def _another_provider(provider: str | None, before: str | None, requests: int) -> tuple[Finding, ...]:
    if provider is None or before is None or provider == before:
        return ()
    reason = f"{provider} serves this model and {before} the production model: the application has to call another API"
    return (Finding("depends", "", reason, "a call for each provider, chosen by the model", requests=requests),)


def _both(one: Finding, other: Finding) -> Finding:
    graver = min(one, other, key=lambda finding: _RANK[finding.level])
    return replace(graver, requests=one.requests + other.requests)
