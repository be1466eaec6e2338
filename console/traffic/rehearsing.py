"""A past log through the gates: what the verdict would have said, when, and why.

Rows of any origin become the same blocks that a live rollout is judged by. Production's rows before the first canary
request are its past: they set thresholds and show which metrics have data, and are no evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from console.domain.cells import SLOT_S, Block, Counts
from console.domain.choice import Arm
from console.domain.registry import Gates
from console.domain.requests import USER_CAP, RequestRow
from console.traffic.blocks import EvidenceCell, blocks
from console.traffic.clusters import Row, design_effects, requests_per_user
from console.traffic.tally import Tally
from console.traffic.windows import closings_of, with_users
from console.verdict.evidence import Evidence
from console.verdict.plan import GatePlan, plan_for
from console.verdict.verdict import Situation, Verdict, judge

PAST_ENOUGH = 100
"""Production requests before the canary from which its past is taken; with fewer, thresholds are learnt on the way."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that would have been seen. `at` is the epoch second of the end of the block that showed it."""

    at: float
    what: str
    """"watching", "pass", "regression", or "<metric> pass"/"<metric> regression" for one metric."""
    metric: str
    production_requests: int
    canary_requests: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A log that went through the gates. Counts are of all its requests, evidence or not."""

    verdict: Verdict
    plan: GatePlan
    events: tuple[Event, ...]
    decided_at: float | None
    production: Counts
    canary: Counts
    first_at: float | None = None
    last_at: float | None = None
    blocks: int = 0
    capped: int = 0
    """Requests beyond a user's first 20: shown, and no evidence."""


@dataclass(slots=True)
class _Sorted:
    """Rows as cells: what may be evidence, and what is only shown."""

    cells: list[EvidenceCell] = field(default_factory=list)
    past: Tally = field(default_factory=Tally)
    shown: dict[Arm, Tally] = field(default_factory=lambda: {"production": Tally(), "canary": Tally()})
    capped: int = 0
    users: list[tuple[int, str, Arm, str]] = field(default_factory=list)
    """(slot, user, arm, outcome) of what may be evidence; a request without a user is a user of its own."""


def rehearse(rows: Iterable[RequestRow], gates: Gates, measured: frozenset[str], warm_up_s: float = 0.0) -> Rehearsal:
    """Judge `rows` (in any order) by `gates`. `measured` are the metrics that the log says something about."""
    ordered = sorted(rows, key=_ended)
    first = next((_ended(row) for row in ordered if row.arm == "canary"), None)
    found = _sort(ordered, first, warm_up_s)
    past = found.past.counts()
    before = past if past.requests >= PAST_ENOUGH else Counts()
    whole = found.shown["production"].counts()
    known = list(_user_rows(ordered, first))
    effects = design_effects(known, past if before is past else whole)
    # Whether a checker also says when all is well is a property of the checker: the whole log may tell.
    if before is not past and whole.cleared:
        before = Counts(cleared=1)
    plan = plan_for(gates, before, effects, measured, requests_per_user(known))
    closed = list(blocks(found.cells))
    return judged(
        plan,
        with_users(closed, closings_of(found.users)) if plan.users == "exact" else closed,
        production=whole,
        canary=found.shown["canary"].counts(),
        span=(_ended(ordered[0]), _ended(ordered[-1])) if ordered else None,
        capped=found.capped,
    )


def judged(
    plan: GatePlan,
    closed: Iterable[Block],
    *,
    production: Counts,
    canary: Counts,
    span: tuple[float, float] | None,
    capped: int = 0,
) -> Rehearsal:
    """Feed `closed` blocks to evidence of `plan`, and note what would have been seen when."""
    evidence, events, seen = Evidence(plan), list[Event](), set[str]()
    fed = 0
    for block in closed:
        evidence.feed(block)
        fed += 1
        at = (block.last_slot + 1) * float(SLOT_S)
        for what, metric in _news(evidence):
            if what not in seen:
                seen.add(what)
                events.append(Event(at, what, metric, evidence.production_n, evidence.canary_n))
    decided = None if evidence.decided_at is None else (evidence.decided_at + 1) * float(SLOT_S)
    return Rehearsal(
        verdict=judge(evidence, _situation(production, canary, fed)),
        plan=plan,
        events=tuple(events),
        decided_at=decided,
        production=production,
        canary=canary,
        first_at=span[0] if span else None,
        last_at=span[1] if span else None,
        blocks=fed,
        capped=capped,
    )


def _situation(production: Counts, canary: Counts, fed: int) -> Situation:
    for arm, counts in (("production", production), ("canary", canary)):
        if counts.requests == 0:
            return Situation(False, f"no {arm} request in this log: nothing to compare")
    if fed == 0 and min(production.requests, canary.requests) >= 2 * USER_CAP:
        return Situation(False, "the arms have no requests at the same time, or one user sent almost all of them")
    return Situation()


def _news(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What holds after a block, each with the metric it is about ("": the whole)."""
    if evidence.requests_needed_for_pass() == 0:
        yield "watching", ""
    for metric in evidence.plan.metrics:
        if evidence.passes(metric.name):
            yield f"{metric.name} pass", metric.name
        if metric.role == "signal" and evidence.tells(metric.name):
            yield f"{metric.name} regression", metric.name
    if evidence.passed_at is not None:
        yield "pass", ""
    if evidence.regressed_at is not None:
        yield "regression", evidence.blamed[0]


def _ended(row: RequestRow) -> float:
    """When a request was over: what its slot is told by, as in a live log."""
    return row.at + (row.latency_ms or 0.0) / 1_000


def _sort(ordered: Sequence[RequestRow], first: float | None, warm_up_s: float) -> _Sorted:
    found = _Sorted()
    taken: dict[str, int] = {}
    tallies: dict[tuple[int, Arm], Tally] = {}
    for row in ordered:
        found.shown[row.arm].add(row)
        if first is None or _ended(row) < first - SLOT_S:
            found.past.add(row)
        elif _ended(row) >= first + warm_up_s and _counts(row, taken):
            slot = int(_ended(row) // SLOT_S)
            tallies.setdefault((slot, row.arm), Tally()).add(row)
            found.users.append((slot, row.user or f"\0{len(found.users)}", row.arm, row.outcome))
        elif row.user and taken.get(row.user, 0) >= USER_CAP:
            found.capped += 1
    found.cells = [EvidenceCell(slot, arm, tally) for (slot, arm), tally in sorted(tallies.items())]
    return found


def _counts(row: RequestRow, taken: dict[str, int]) -> bool:
    """Whether this request is among its user's first 20; one without a user always is."""
    if not row.user:
        return True
    seen = taken.get(row.user, 0)
    taken[row.user] = min(seen + 1, USER_CAP)
    return seen < USER_CAP


def _user_rows(ordered: Sequence[RequestRow], first: float | None) -> Iterator[Row]:
    """Production's rows with a user: those before the canary, or all of them where there are too few."""
    mine = [row for row in ordered if row.arm == "production" and row.user]
    before = [row for row in mine if first is not None and _ended(row) < first - SLOT_S]
    for row in before if len(before) >= PAST_ENOUGH else mine:
        satisfied = None if row.satisfied is None else int(row.satisfied)
        flagged = None if row.flagged is None else int(row.flagged)
        yield Row(row.user.encode(), row.outcome, row.latency_ms, row.ttft_ms, row.cost_usd, satisfied, flagged)
