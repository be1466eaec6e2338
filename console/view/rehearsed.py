"""What a rehearsal prints: the verdict with its history, as lines for people and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from console.domain.metrics import METRICS
from console.domain.registry import Canary, Route
from console.text import words
from console.text.safe import SafeText
from console.text.table import table
from console.traffic.rehearsing import Event, Rehearsal
from console.verdict.sentences import ruled_out, sentence
from console.verdict.trade import trade
from console.verdict.verdict import Judged, Verdict
from console.view.metrics import metric_rows
from console.view.sentences import state_of
from console.view.trades import trade_text

_LABEL = {metric.name: metric.label for metric in METRICS}


def document(rehearsal: Rehearsal) -> dict[str, object]:
    """The rehearsal as JSON: verdict, metrics, what decided it when, what is needed, and its history."""
    verdict = rehearsal.verdict
    found = trade(verdict)
    return {
        "verdict": verdict.state,
        "why": sentence_of(rehearsal),
        "metrics": {judged.name: _metric(judged) for judged in verdict.metrics},
        "decided": _decided(rehearsal),
        "needed": _needed(verdict),
        "history": [_event(event) for event in rehearsal.events],
        "requests": {"production": rehearsal.production.requests, "canary": rehearsal.canary.requests},
        "evidence": {
            "production": verdict.production_n,
            "canary": verdict.canary_n,
            "blocks": rehearsal.blocks,
            "beyond_user_cap": rehearsal.capped,
        },
        "blamed": list(verdict.blamed),
        "not_measured": list(verdict.unmeasured),
        "alpha": rehearsal.plan.alpha,
        "users": rehearsal.plan.users,
        "trade": asdict(found) if found else None,
    }


def lines(rehearsal: Rehearsal) -> Iterator[str]:
    """The rehearsal for people."""
    verdict = rehearsal.verdict
    yield f"{state_of(verdict, None).value.upper()}  {sentence_of(rehearsal)}"
    decided = _decided(rehearsal)
    if decided and rehearsal.first_at is not None and rehearsal.decided_at is not None:
        counts = verdict.decided_counts
        took = words.span(rehearsal.decided_at - rehearsal.first_at)
        yield (
            f"  decided at {decided['at']}, {took} into the log, after {words.count(counts[1])} canary"
            f" and {words.count(counts[0])} production requests"
        )
    for more in (ruled_out(verdict), trade_text(trade(verdict))):
        if more:
            yield f"  {more}"
    yield ""
    yield _table(rehearsal)
    if rehearsal.events:
        yield ""
        yield table([_told(event) for event in rehearsal.events], right=(1,))


def sentence_of(rehearsal: Rehearsal) -> SafeText:
    """What decided, or what is missing, at the pace of the log."""
    first, last = rehearsal.first_at, rehearsal.last_at
    span = last - first if first is not None and last is not None else 0.0
    per_s = rehearsal.verdict.canary_n / span if span > 0 else 0.0
    return sentence(_ROUTE, rehearsal.verdict, per_s)


_ROUTE = Route("the canary", "production", Canary("canary", 50, datetime(1970, 1, 1, tzinfo=UTC)))
"""A rehearsed log has no registry: only the words of a route are needed."""


def _table(rehearsal: Rehearsal) -> str:
    head = ["", "production", "canary", "change", "limit", ""]
    counts = (rehearsal.production.requests, rehearsal.canary.requests)
    body = [["  requests", *(words.count(n) for n in counts), "", "", ""]]
    for row in metric_rows(rehearsal.production, rehearsal.canary, rehearsal.verdict):
        if row.measured and (row.production or row.canary):
            limit = f"{'≤' if row.inside else '>'} {row.limit}" if row.limit else ""
            values = (row.production or words.NONE, row.canary or words.NONE)
            body.append([f"  {row.label}", *values, row.change, limit, row.to_decide])
    return table([head, *body], right=(1, 2, 3, 4))


def _instant(at: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _decided(rehearsal: Rehearsal) -> dict[str, object] | None:
    if rehearsal.decided_at is None:
        return None
    production, canary = rehearsal.verdict.decided_counts
    return {"at": _instant(rehearsal.decided_at), "canary_requests": canary, "production_requests": production}


def _needed(verdict: Verdict) -> dict[str, object] | None:
    """Canary requests still missing: to PASS if the canary is as good as production, and if the difference is real."""
    if verdict.state in ("regression", "pass") or not (verdict.needed or verdict.missing_requests):
        return None
    if_real = asdict(verdict.if_real) | {"to": verdict.if_real_side} if verdict.if_real else None
    return {
        "to_pass": asdict(verdict.needed) if verdict.needed else None,
        "metric": verdict.slowest or None,
        "if_difference_is_real": if_real,
        "to_minimum": verdict.missing_requests,
    }


def _metric(judged: Judged) -> Mapping[str, object]:
    whole = asdict(judged)
    return {name: value for name, value in whole.items() if name != "name"}


def _event(event: Event) -> dict[str, object]:
    return {
        "at": _instant(event.at),
        "what": event.what,
        "metric": event.metric or None,
        "canary_requests": event.canary_requests,
        "production_requests": event.production_requests,
    }


def _told(event: Event) -> list[str]:
    what = event.what.replace(event.metric, _LABEL.get(event.metric, event.metric), 1) if event.metric else event.what
    if event.what == "regression":
        what = f"REGRESSION: {_LABEL.get(event.metric.removeprefix('limit:'), event.metric)}"
    return [f"  {_instant(event.at)}", f"canary request {words.count(event.canary_requests)}", what]
