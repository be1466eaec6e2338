"""Every rollout of the past days through other gates: which would have fired, beside which did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from console.text import words
from console.text.safe import safe_line
from console.text.table import table
from console.traffic.rehearsed_log import PastRollout
from console.traffic.rehearsing import Rehearsal
from console.view.rehearsed import sentence_of


def past_document(found: Sequence[PastRollout], days: float) -> dict[str, object]:
    """As JSON."""
    return {
        "days": days,
        "fired": _fired([each.was for each in found]),
        "would_have_fired": _fired([each.would for each in found]),
        "rollouts": [
            {
                "route": each.route,
                "rollout": each.rollout,
                "requests": {"production": each.was.production.requests, "canary": each.was.canary.requests},
                "was": _short(each.was),
                "would": _short(each.would),
            }
            for each in found
        ],
    }


def past_lines(found: Sequence[PastRollout], days: float) -> Iterator[str]:
    """For people: a line each, what would have been different, and how often it would have fired."""
    if not found:
        yield f"no rollout in the last {_days(days)}"
        return
    head = ["route", "canary", "from", "requests", "as it was", "with these gates"]
    yield table([head, *(_row(each) for each in found)], right=(3,))
    for each in found:
        if each.was.verdict.state != each.would.verdict.state:
            yield ""
            yield f"{safe_line(each.route)}, {_model(each)}: {safe_line(sentence_of(each.would))}"
    yield ""
    yield (
        f"would have fired {_times(_fired([each.would for each in found]))} in the last {_days(days)}, over"
        f" {words.plural(len(found), 'rollout')}; as they were: {_times(_fired([each.was for each in found]))}"
    )


def _row(each: PastRollout) -> list[str]:
    first = each.was.first_at
    start = f"{datetime.fromtimestamp(first, UTC):%Y-%m-%d %H:%M}" if first is not None else ""
    return [
        safe_line(each.route), _model(each), start, words.count(each.was.canary.requests), _said(each.was),
        _said(each.would),
    ]  # fmt: skip


def _said(rehearsal: Rehearsal) -> str:
    """`REGRESSION after 2 h, 431 requests`."""
    state = rehearsal.verdict.state
    if rehearsal.decided_at is None or rehearsal.first_at is None or state not in ("regression", "pass"):
        return str(state)
    took = words.span(rehearsal.decided_at - rehearsal.first_at)
    return f"{state.upper() if state == 'regression' else state} after {took}, n = {words.count(_n(rehearsal))}"


def _n(rehearsal: Rehearsal) -> int:
    return rehearsal.verdict.decided_counts[1]


def _short(rehearsal: Rehearsal) -> dict[str, object]:
    at = rehearsal.decided_at
    return {
        "verdict": rehearsal.verdict.state,
        "why": sentence_of(rehearsal),
        "decided_at": datetime.fromtimestamp(at, UTC).isoformat() if at is not None else None,
        "canary_requests": _n(rehearsal) if at is not None else None,
        "blamed": list(rehearsal.verdict.blamed),
    }


def _fired(rehearsals: Sequence[Rehearsal]) -> int:
    return sum(1 for each in rehearsals if each.verdict.state == "regression")


def _model(each: PastRollout) -> str:
    """A rollout's id is `route|model|start`; the route's own name may hold anything but a bar."""
    parts = each.rollout.split("|")
    return safe_line(parts[1] if len(parts) == 3 else each.rollout)


def _days(days: float) -> str:
    return words.plural(int(days), "day") if days == int(days) else f"{days:g} days"


def _times(count: int) -> str:
    return "once" if count == 1 else "never" if count == 0 else f"{words.count(count)} times"
