"""One look at everything: registry, request log and history become the records that front ends print.

What cannot be read now keeps its last good numbers, with the reason beside them: a console stays up when a file is
half-written or a database is locked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from console.actions.past import ShareChange, ShareChanges
from console.domain.cells import SLOT_S, Cell, Counts
from console.domain.errors import ConsoleError, HistoryInvalid, LogInvalid, RegistryInvalid
from console.domain.metrics import METRICS, Metric
from console.domain.record import record
from console.domain.registry import Registry, Route
from console.guard.post import ACTOR as GUARD
from console.history.records import Entry
from console.history.store import History, beside
from console.registry.reading import Snapshot
from console.registry.watching import Watcher
from console.routing.lanes import forced
from console.text import words
from console.text.safe import NOTHING, SafeText, join, safe, safe_line
from console.traffic.evidence import EvidenceKeeper
from console.traffic.reading import LogMissing, LogReader
from console.traffic.serving import Serving
from console.traffic.snapshots import Snapshots
from console.verdict.sentences import sentence
from console.verdict.verdict import Verdict
from console.view.breakers import BreakerLines
from console.view.changes import change_view, label
from console.view.guarded import PRESS, guard_view, guarded
from console.view.holds import Holds
from console.view.ladder import days_at_rate, ladder
from console.view.metrics import metric_rows
from console.view.no_data import no_data
from console.view.pin_truth import answering, moved
from console.view.plots import COLUMNS, WINDOW_S, plot
from console.view.records import CanaryView, FleetView, PlotView, State
from console.view.remembered import Remembered
from console.view.routes import UNSEEN, Truth
from console.view.sentences import state_of
from console.view.trades import beside as second_line
from console.view.window import Window

RECENT_CHANGES = 20
_EMPTY = Registry({}, {})
_PLOTTED = {metric.name: metric for metric in METRICS}
START_S = 60.0
"""A change of the share so soon after a rollout's start is that start."""


@record
class Look:
    """A view, and the records it was made from: what actions are planned on."""

    view: FleetView
    snapshot: Snapshot | None
    verdicts: Mapping[str, Verdict]
    users: Mapping[str, Mapping[str, int]]
    problem: ConsoleError | None = None
    """What could not be read at this look; its words are in the view."""


class Lookout:
    """Keeps what is expensive between two looks: open files, evidence, plots that did not change."""

    def __init__(
        self,
        registry: Path,
        log: Path,
        *,
        read_only: bool = False,
        environment: Mapping[str, str] | None = None,
        read: Snapshot | None = None,
    ) -> None:
        """`read` is the registry as somebody has just read it."""
        self._registry, self._log = registry, log
        self._read_only = read_only
        self._environment = os.environ if environment is None else environment
        self._watcher = Watcher(registry, read=read)
        self._snapshot: Snapshot | None = None
        self._registry_problem: ConsoleError | None = None
        self._reader: LogReader | None = None
        self._keeper: EvidenceKeeper | None = None
        self._serving: Serving | None = None
        self._history = History(beside(registry))
        self._share_changes = ShareChanges()
        self._holds = Holds()
        self._remembered = Remembered()
        self._breakers = BreakerLines()
        self._windows: dict[str, Window] = {}
        self._quick = False
        self._plots: dict[tuple[str, str], tuple[object, PlotView]] = {}
        self._canaries: dict[tuple[str, str], CanaryView] = {}
        self._newest_commit: float | None = None
        self._verdicts: dict[str, Verdict] = {}

    @property
    def reader(self) -> LogReader | None:
        """The open request log, once it could be read."""
        return self._reader

    def look(self, now: datetime, *, quick: bool = False) -> Look:
        """Everything at `now` (aware UTC). Raises nothing that a file can cause: problems are in the view.

        A `quick` look leaves out the past: plots that were not read yet are empty.
        """
        self._quick = quick
        self._poll_registry()
        log_problem = self._refresh_log()
        registry = self._snapshot.registry if self._snapshot else _EMPTY
        self._remembered.begin(registry, now.date())
        entries = self._entries()
        shares = self._share_changes.of(entries)
        canaries = tuple(
            self._holds.dated(self._readable(route, now, shares, log_problem), route, entries, now)
            for route in registry.routes.values()
        )
        routes = tuple(
            self._remembered.route(
                route, canary.state, forced(route.name, self._environment), self._truth(route, now), canary.days_left
            )
            for route, canary in zip(registry.routes.values(), canaries, strict=True)
        )
        problem = self._registry_problem or log_problem
        view = FleetView(
            now=now,
            registry_name=safe_line(self._registry.name),
            log_name=safe_line(self._log.name),
            routes=routes,
            canaries=canaries,
            retirements=self._remembered.retirements(),
            facts_as_of=self._remembered.facts_as_of(),
            changes=tuple(change_view(entry) for entry in entries),
            read_only=self._read_only,
            data_age_s=self._data_age_s(now),
            problem=_problem_text(problem),
        )
        view = guarded(view, guard_view(self._registry, now))
        users = {} if log_problem else self._all_users(registry)
        verdicts = {name: found for name, found in self._verdicts.items() if _on_trial(registry, name)}
        return Look(view, self._snapshot, verdicts, users, problem)

    def close(self) -> None:
        """Let go of the files."""
        if self._reader:
            self._reader.close()

    def _poll_registry(self) -> None:
        found = self._watcher.poll()
        if isinstance(found, RegistryInvalid):
            self._registry_problem = found
        elif found is not None:
            self._snapshot, self._registry_problem = found, None

    def _refresh_log(self) -> ConsoleError | None:
        try:
            if self._reader is None:
                self._reader = LogReader(self._log)
                self._serving = Serving(self._reader)
                self._keeper = EvidenceKeeper(self._reader, Snapshots(self._log, writable=not self._read_only))
            self._reader.refresh()
        except LogInvalid as problem:
            return problem
        return None

    def _truth(self, route: Route, now: datetime) -> Truth:
        """Who answered on `route`; nothing where the log cannot be read."""
        if self._serving is None:
            return UNSEEN
        try:
            seen = self._serving.of(now.timestamp())
        except LogInvalid:
            return UNSEEN
        asked = {model: seen.get((route.name, model), ()) for _, model in route.tiers()}
        return Truth(
            {model: answering(servers, now) for model, servers in asked.items()},
            {model: moved(model, servers, now) for model, servers in asked.items()},
        )

    def _entries(self) -> tuple[Entry, ...]:
        try:
            return self._history.entries(limit=RECENT_CHANGES)
        except HistoryInvalid:
            return ()

    def _data_age_s(self, now: datetime) -> float | None:
        if self._reader and self._reader.last_commit_at is not None:
            self._newest_commit = self._reader.last_commit_at  # the reader forgets it when the log cannot be read
        return None if self._newest_commit is None else max(0.0, now.timestamp() - self._newest_commit)

    def _all_users(self, registry: Registry) -> dict[str, Mapping[str, int]]:
        try:
            return {route.rollout_id: self._users(route) for route in registry.routes.values() if route.canary}
        except LogInvalid:
            return {}

    def _users(self, route: Route) -> Mapping[str, int]:
        return {str(arm): n for arm, n in self._reader.users(route.rollout_id).items()} if self._reader else {}

    def _readable(
        self, route: Route, now: datetime, shares: tuple[ShareChange, ...], problem: ConsoleError | None
    ) -> CanaryView:
        try:
            return self._canary(route, now, shares, problem)
        except LogInvalid as invalid:  # it became unreadable between two queries
            return self._unread(route, invalid)

    def _canary(
        self, route: Route, now: datetime, shares: tuple[ShareChange, ...], problem: ConsoleError | None
    ) -> CanaryView:
        if self._reader is None or self._keeper is None or problem is not None:
            return self._unread(route, problem)
        if route.canary is None:
            return self._without(route, now)
        verdict = self._keeper.verdict(route, now.timestamp())
        assert verdict is not None  # a route with a canary has a rollout
        self._verdicts[route.name] = verdict
        totals = self._reader.totals(route.name, route.rollout_id)
        production, canary = totals.get("production", Counts()), totals.get("canary", Counts())
        rate = self._keeper.recent.of(route.name, route.rollout_id, now.timestamp()).per_s["canary"]
        state = state_of(verdict, route.canary.held)
        if not production.requests and not canary.requests:
            state = State.HELD if route.canary.held else State.NO_DATA
        mine = [change for change in shares if change.route == route.name]
        steps = tuple((change.at, label(change)) for change in mine)
        if not any(
            (change.at - route.canary.start).total_seconds() < START_S for change in mine
        ):  # its start is no change of the share
            first = mine[-1].before if mine else route.canary.percentage
            steps = ((route.canary.start, words.percentage(first or 0.0)), *steps)
        since = _since(route, mine)
        view = CanaryView(
            route=safe(route.name),
            state=state,
            days_left=days_at_rate(route, verdict, since, now, rate),
            sentence=self._no_data(route) if state is State.NO_DATA else sentence(route, verdict, rate),
            second=self._second(route, verdict, state, mine, now),
            countdown=_done_at(route, state, mine),
            steps=ladder(route, verdict, since, now, rate),
            since=since,
            production_requests=production.requests,
            canary_requests=canary.requests,
            split=_split(verdict),
            split_tone="waiting" if verdict.state == "suspect data" else "plain",
            metrics=() if state is State.NO_DATA else metric_rows(production, canary, verdict),
            plots=self._plots_of(route, verdict, now, steps),
            as_of=now
            if self._reader.last_commit_at is None
            else datetime.fromtimestamp(self._reader.last_commit_at, UTC),
        )
        self._canaries[route.name, route.rollout_id] = view
        return view

    def _unread(self, route: Route, problem: ConsoleError | None) -> CanaryView:
        """The last good numbers, marked as old; or, before there were any, what is missing."""
        known = self._canaries.get((route.name, route.rollout_id))
        missing = isinstance(problem, LogMissing)
        words_ = safe_line(problem.message) if problem else NOTHING
        if known is not None:
            return replace(known, state=State.ERROR, sentence=words_, second=NOTHING, countdown=NOTHING, stale=True)
        state = State.NO_DATA if missing else State.ERROR
        return CanaryView(safe(route.name), state, SafeText("no requests yet") if missing else words_)

    def _without(self, route: Route, now: datetime) -> CanaryView:
        assert self._reader is not None
        totals = self._reader.totals(route.name, "")
        production = totals.get("production", Counts())
        seen = bool(self._reader.series(route.name))
        view = CanaryView(
            route=safe(route.name),
            state=State.NO_CANARY if seen else State.NO_DATA,
            sentence=SafeText("everybody gets the production model") if seen else self._no_data(route),
            second=self._breakers.of(self._reader, route.name, now.timestamp()) or SafeText("c starts a canary"),
            production_requests=production.requests,
            metrics=metric_rows(production, Counts(), None) if seen else (),
        )
        self._canaries[route.name, ""] = view
        return view

    def _no_data(self, route: Route) -> SafeText:
        assert self._reader is not None
        return no_data(self._reader, route, self._snapshot.registry.routes if self._snapshot else ())

    def _second(
        self, route: Route, verdict: Verdict, state: State, changes: list[ShareChange], now: datetime
    ) -> SafeText:
        if state is not State.REGRESSION:
            assert self._reader is not None
            return self._breakers.of(self._reader, route.name, now.timestamp()) or second_line(verdict)
        if route.canary_percentage == 0:
            done = _rolled_back(route, changes)
            before = f" {words.percentage(done.before)} → 0 %" if done and done.before is not None else ""
            if done and done.actor == GUARD:
                return SafeText(f"the guard rolled back{before}; console history --why {done.number}")
            return SafeText(f"rolled back{before}; console undo")
        back = words.plural(self._users(route).get("canary", 0), "user returns", "users return")
        share = words.percentage(route.canary_percentage)
        return join(PRESS, share, " → 0 %; ", back, " to production")

    def _plots_of(
        self, route: Route, verdict: Verdict, now: datetime, steps: tuple[tuple[datetime, str], ...]
    ) -> tuple[PlotView, ...]:
        names = dict.fromkeys((_deciding(verdict), "latency_p95", "error"))
        return tuple(self._plot(route, _PLOTTED[name], now, steps) for name in list(names)[:2])

    def _plot(self, route: Route, metric: Metric, now: datetime, steps: tuple[tuple[datetime, str], ...]) -> PlotView:
        """Drawn again only when a slot has closed since."""
        assert self._reader is not None
        slot = int(now.timestamp() // SLOT_S)
        key = (route.name, metric.name)
        known = self._plots.get(key)
        if known is not None and known[0] == (slot, route.rollout_id, steps):
            return known[1]
        since = int((now.timestamp() - WINDOW_S * (1 + 1 / COLUMNS)) // SLOT_S)
        cells: tuple[Cell, ...] = ()
        if not self._quick:
            cells = self._windows.setdefault(route.name, Window(route.name)).cells(self._reader, since, slot)
        relevant = [cell for cell in cells if cell.arm == "production" or cell.rollout == route.rollout_id]
        view = plot(metric, relevant, now, steps)
        if self._quick:
            view = replace(view, unread=True)
        else:
            self._plots[key] = ((slot, route.rollout_id, steps), view)
        return view


def _on_trial(registry: Registry, name: str) -> bool:
    route = registry.routes.get(name)
    return route is not None and route.canary is not None


def _deciding(verdict: Verdict) -> str:
    """What decided, else the error rate: the slowest metric is often one that hardly ever happens."""
    return verdict.blamed[0].removeprefix("limit:") if verdict.blamed else "error"


def _split(verdict: Verdict) -> SafeText:
    return safe(verdict.why) if verdict.state == "suspect data" else SafeText("split as set")


def _rolled_back(route: Route, changes: list[ShareChange]) -> ShareChange | None:
    """The change that took the canary of `route` to 0 %, where it is there now and the history knows of it."""
    if route.canary is None or route.canary_percentage > 0:
        return None
    newest = max(changes, key=lambda change: change.at, default=None)
    return newest if newest is not None and newest.percentage == 0 else None


def _done_at(route: Route, state: State, changes: list[ShareChange]) -> SafeText:
    """`done 14:33:02`, under the word of a regression that was rolled back."""
    done = _rolled_back(route, changes) if state is State.REGRESSION else None
    return SafeText(f"done {done.at.astimezone(UTC):%H:%M:%S}") if done else NOTHING


def _since(route: Route, changes: list[ShareChange]) -> datetime:
    """When the current percentage was set: the last change of it, else the canary's start."""
    assert route.canary is not None
    return max([route.canary.start, *(change.at for change in changes)]).astimezone(UTC)


def _problem_text(problem: ConsoleError | None) -> SafeText:
    return safe_line(problem.message) if problem else NOTHING
