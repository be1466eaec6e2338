"""What the guard sees: registry, request log and history become one `Sight` for each route.

Between two slots of the log no verdict can change, so a route is judged once a slot, in the second after it closed;
in all the other seconds a look costs two calls of `stat`. A route that cannot be read is seen with its doubts, and
takes nothing from the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.actions.past import ProductionChange, ProductionChanges, ShareChange, ShareChanges
from console.actions.standing import Standing
from console.domain.cells import SLOT_S
from console.domain.errors import ConsoleError, HistoryInvalid, LogInvalid, RegistryInvalid
from console.domain.registry import Route
from console.guard.deciding import HELD_BECAUSE
from console.guard.freezing import freeze
from console.guard.post import ACTOR
from console.guard.records import Doubt, Sight, Watch
from console.guard.succession import Successions
from console.history.records import Entry
from console.history.store import History, beside
from console.registry.reading import Snapshot
from console.registry.watching import Watcher, signature
from console.text import words
from console.traffic.evidence import EvidenceKeeper
from console.traffic.reading import LogReader
from console.traffic.snapshots import Snapshots
from console.traffic.suspicions import passes_by_itself
from console.verdict.sentences import compared, sentence
from console.verdict.verdict import Verdict

CLOSED_AFTER_S = 1.0
REMEMBERED = 100
"""Changes of the history that are looked at; see `_step_since` for what is older."""
SILENT_S = 600.0
SILENT_TIMES = 20.0
"""A route is silent after ten minutes without a request, or after twenty times what usually lies between two."""
AHEAD_S = 60.0
"""Requests that were recorded this far in the future mean that one of two clocks is off."""
JUMP_S = 30.0
JUMP_COUNTS_S = 600.0
_NUMBERS = re.compile(r"(?<![\w-])\d[\d.,]*(?![\w-])")


@dataclass(frozen=True, slots=True)
class Look:
    """The routes at one moment. `snapshot` is the last registry that could be read; `problem` why the file cannot."""

    sights: tuple[Sight, ...]
    snapshot: Snapshot | None
    problem: RegistryInvalid | None = None


@dataclass(frozen=True, slots=True)
class _Past:
    """What the history says; `known` is False where it could not be read."""

    known: bool = False
    entries: tuple[Entry, ...] = ()
    shares: tuple[ShareChange, ...] = ()
    productions: Mapping[str, ProductionChange] | None = None


class Eyes:
    """Looks at one registry and one log. `writable` keeps the evidence in the log for the next process."""

    def __init__(self, registry: Path, log: Path, *, writable: bool = True) -> None:
        self._log = log
        self._writable = writable
        self._watcher = Watcher(registry)
        self._history = History(beside(registry))
        self._snapshot: Snapshot | None = None
        self._problem: RegistryInvalid | None = None
        self._reader: LogReader | None = None
        self._keeper: EvidenceKeeper | None = None
        self._successions: Successions | None = None
        self._unread: tuple[float, ConsoleError] | None = None
        self._past = _Past()
        self._past_signature: object = ()
        self._changes = (ShareChanges(), ProductionChanges())
        self._seen: dict[str, tuple[object, Sight]] = {}
        self._slot: int | None = None
        self._jumped: tuple[float, float] | None = None

    def look(self, now: datetime, drift_s: float = 0.0) -> Look:
        """Everything at `now` (aware). `drift_s` is how far the wall clock jumped since the last look.

        Raises nothing that a file can cause.
        """
        self._poll_registry()
        self._read_past()
        epoch = now.timestamp()
        if abs(drift_s) > JUMP_S:
            self._jumped = (epoch, drift_s)
        slot = int((epoch - CLOSED_AFTER_S) // SLOT_S)
        if slot != self._slot:
            self._slot = slot
            self._refresh(epoch)
        routes = self._snapshot.registry.routes.values() if self._snapshot else ()
        return Look(tuple(self._guarded(route, now, slot) for route in routes), self._snapshot, self._problem)

    def changed(self) -> str:
        """The sha256 of the registry as it is, after looking whether it changed; "" before it could be read."""
        self._poll_registry()
        return self._snapshot.sha256 if self._snapshot else ""

    @property
    def reader(self) -> LogReader | None:
        """The open request log, where it can be read now."""
        return None if self._unread else self._reader

    def close(self) -> None:
        """Let go of the log."""
        if self._reader:
            self._reader.close()

    def _poll_registry(self) -> None:
        found = self._watcher.poll()
        if isinstance(found, RegistryInvalid):
            self._problem = found
        elif found is not None:
            self._snapshot, self._problem = found, None

    def _read_past(self) -> None:
        seen = signature(self._history.path)
        if seen == self._past_signature and self._past.known:
            return
        try:
            entries = self._history.entries(limit=REMEMBERED)
        except HistoryInvalid:
            self._past = replace(self._past, known=False)
            return
        shares, productions = self._changes
        self._past = _Past(True, entries, shares.of(entries), productions.newest(entries))
        self._past_signature = seen
        self._seen.clear()

    def _refresh(self, epoch: float) -> None:
        try:
            if self._reader is None:
                reader = LogReader(self._log)
                self._keeper = EvidenceKeeper(reader, Snapshots(self._log, writable=self._writable))
                self._successions = Successions(reader, Snapshots(self._log, writable=False))
                self._reader = reader
            self._reader.refresh()
        except LogInvalid as problem:
            since = self._unread[0] if self._unread else epoch
            self._unread = (since, problem)
        else:
            self._unread = None

    def _guarded(self, route: Route, now: datetime, slot: int) -> Sight:
        try:
            return self._sight(route, now, slot)
        except Exception as error:  # the edge around one route: whatever is wrong with it, the others stay watched
            text = f"a defect in the console while looking at {route.name}: {type(error).__name__}"
            return Sight(route, doubts=(Doubt(text, _exact(route, text)),))

    def _sight(self, route: Route, now: datetime, slot: int) -> Sight:
        key = (slot, route)
        known = self._seen.get(route.name)
        if known is None or known[0] != key:
            known = self._seen[route.name] = (key, self._judged(route, now))
        doubts = (*self._clock_doubts(now.timestamp()), *known[1].doubts)
        return replace(known[1], doubts=doubts, freeze=freeze(route.guard.freeze, now) if route.guard.freeze else None)

    def _judged(self, route: Route, now: datetime) -> Sight:
        if route.canary is None and self._promotion(route, now) is None:
            return Sight(route)
        if self._unread is not None or self._reader is None:
            return Sight(route, doubts=self._unread_doubts(now.timestamp()))
        try:
            watch = self._watch(route, now)
            return replace(self._canary(route, now), watch=watch) if route.canary else Sight(route, watch=watch)
        except LogInvalid as problem:  # it became unreadable between two queries
            self._unread = (now.timestamp(), problem)
            return Sight(route, doubts=self._unread_doubts(now.timestamp()))

    def _canary(self, route: Route, now: datetime) -> Sight:
        assert self._keeper is not None
        assert self._reader is not None
        canary, epoch = route.canary, now.timestamp()
        assert canary is not None
        verdict = self._keeper.verdict(route, epoch)
        assert verdict is not None  # a route with a canary has a rollout
        rate = self._keeper.recent.of(route.name, route.rollout_id, epoch).per_s["canary"]
        decided = sentence(replace(route, canary=replace(canary, held=None)), verdict, rate)  # a hold hides it
        since = self._step_since(route)
        users = {str(arm): n for arm, n in self._reader.users(route.rollout_id).items()}
        standing = _standing(verdict, str(decided), users, None if since is None else (now - since).total_seconds())
        return Sight(
            route,
            state=verdict.state,
            sentence=str(decided),
            decided_at=_slot_end(verdict.decided_slot),
            step_since=since,
            signals=standing.signals,
            doubts=(*_suspicions(route, verdict), *self._silence(route, epoch)),
            done=self._held_for(route),
            overruled=self._overruled(route),
            standing=standing,
        )

    def _step_since(self, route: Route) -> datetime | None:
        """When the share was set, at the latest that anybody saw: the history, the evidence, or the canary's start."""
        assert route.canary is not None
        assert self._keeper is not None
        if not self._past.known:
            return None
        mine = [change.at for change in self._past.shares if change.route == route.name]
        if not mine and len(self._past.entries) == REMEMBERED:
            mine = [self._past.entries[-1].at]  # it was set before that, and nobody remembers when
        stepped = self._keeper.stepped_at(route)
        known = [route.canary.start, *mine, *([datetime.fromtimestamp(stepped, UTC)] if stepped else [])]
        return max(known).astimezone(UTC)

    def _held_for(self, route: Route) -> frozenset[str]:
        """The doubts that this rollout was held for before: whoever resumed it knew of them."""
        reasons = (entry.reason.removeprefix(HELD_BECAUSE).split("; ") for entry in self._mine(route, "hold"))
        return frozenset(
            key for causes in reasons for cause in causes for key in (_key(route, cause), _exact(route, cause))
        )

    def _overruled(self, route: Route) -> bool:
        """Whether a person took back what the guard did to this rollout: the same evidence moves it no second time."""
        return any(entry.undone_by is not None for entry in self._mine(route, "rollback"))

    def _mine(self, route: Route, action: str) -> list[Entry]:
        """What the guard did of this kind to the present rollout."""
        assert route.canary is not None
        start = route.canary.start
        return [
            entry
            for entry in self._past.entries
            if entry.actor == ACTOR and entry.action == action and entry.route == route.name and entry.at >= start
        ]

    def _silence(self, route: Route, epoch: float) -> tuple[Doubt, ...]:
        """Nobody asked the route anything for longer than is usual: what is not seen cannot be judged."""
        assert route.canary is not None
        assert self._reader is not None
        seen = self._reader.last_seen(route.name, route.rollout_id)
        newest = max(seen.values(), default=route.canary.start.timestamp())
        if newest > epoch + AHEAD_S:
            ahead = words.span(newest - epoch)
            text = f"requests are recorded {ahead} in the future: a clock is off"
            return (Doubt(text, _key(route, text), void=True),)
        life = max(1.0, newest - route.canary.start.timestamp())
        requests = sum(counts.requests for counts in self._reader.totals(route.name, route.rollout_id).values())
        patience = max(SILENT_S, SILENT_TIMES * life / requests if requests else 0.0)
        if epoch - newest < patience or route.canary_percentage == 0:
            return ()
        since = datetime.fromtimestamp(newest, UTC)
        text = f"no request in the log since {since:%H:%M:%S} UTC on {since.day} {since:%b}"
        return (Doubt(text, _exact(route, text)),)

    def _clock_doubts(self, epoch: float) -> tuple[Doubt, ...]:
        if self._jumped is None:
            return ()
        at, by = self._jumped
        if not 0 <= epoch - at < JUMP_COUNTS_S:
            self._jumped = None
            return ()
        way = "forward" if by > 0 else "back"
        return (Doubt(f"this machine's clock jumped {words.span(abs(by))} {way}", f"clock/{at:.0f}"),)

    def _unread_doubts(self, epoch: float) -> tuple[Doubt, ...]:
        since, problem = self._unread or (epoch, LogInvalid("the request log was not read yet"))
        # A log that is being replaced or locked for a moment is none of anybody's business.
        key = f"log/{since:.0f}" if epoch - since >= AHEAD_S else ""
        return (Doubt(problem.message, key),)

    def _promotion(self, route: Route, now: datetime) -> ProductionChange | None:
        """The promotion that made the present production model what it is, while it is watched."""
        change = (self._past.productions or {}).get(route.name)
        if change is None or not change.promoted or change.after != route.production:
            return None
        return change if now < change.at + timedelta(seconds=route.guard.rollback_window_s) else None

    def _watch(self, route: Route, now: datetime) -> Watch | None:
        change = self._promotion(route, now)
        if change is None or self._successions is None:
            return None
        failing = self._successions.failing(route, change, now)
        until = change.at + timedelta(seconds=route.guard.rollback_window_s)
        return Watch(change.number, change.after, change.before, until, failing)


def _standing(verdict: Verdict, decided: str, users: Mapping[str, int], step_s: float | None) -> Standing:
    """What the history keeps as evidence of a decision."""
    shown = [judged for judged in verdict.metrics if judged.canary is not None and judged.production is not None]
    worse = [judged.name for judged in verdict.metrics if judged.role == "signal" and judged.decided == "regression"]
    at = _slot_end(verdict.decided_slot)
    return Standing(
        state=verdict.state,
        sentence=decided,
        details=(
            *(compared(judged) for judged in shown),
            *((f"decided on requests up to {at:%Y-%m-%d %H:%M:%S} UTC",) if at else ()),
            *verdict.changed_gates,
        ),
        step_minutes=None if step_s is None else step_s / 60,
        production_requests=verdict.production_n,
        canary_requests=verdict.canary_n,
        signals=tuple(worse),
        canary_users=users.get("canary"),
        production_users=users.get("production"),
        decided_at=at.isoformat() if at else "",
    )


def _suspicions(route: Route, verdict: Verdict) -> tuple[Doubt, ...]:
    return tuple(
        Doubt(cause, "" if passes_by_itself(cause) else _key(route, cause), void=not passes_by_itself(cause))
        for cause in verdict.suspicions
    )


def _key(route: Route, cause: str) -> str:
    """The same for the same cause, whatever its numbers: `12 requests were dropped` grows every second."""
    return f"{route.rollout_id}/{_NUMBERS.sub('#', cause)}"


def _exact(route: Route, cause: str) -> str:
    return f"{route.rollout_id}/{cause}"


def _slot_end(slot: int | None) -> datetime | None:
    return None if slot is None else datetime.fromtimestamp((slot + 1) * float(SLOT_S), UTC)
