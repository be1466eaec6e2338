"""A suite being run from the console: the plan, how far it is, what it found; in words, for any front end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from console.domain.errors import Refused
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.regression import opening
from console.regression.finding import find
from console.regression.grouping import reason_text
from console.regression.planning import SuitePlan, Wish, plan_of
from console.regression.recording import keep
from console.regression.records import CHANGED_WORDS, CaseResult, SuiteRun, Word, total
from console.regression.reviewing import Review
from console.regression.running import Finished, Progress, journal_of, must_be_reachable, run_suite
from console.text import words
from console.text.clock import utc_now
from console.text.safe import NOTHING, SafeText, safe_line

State = Literal["ready", "running", "stopped", "finished"]
AT_ONCE = 20
SHOWN_EVERY_S = 0.1
"""A screen is drawn so often at most, however fast answers come."""
_GUESS_FROM = 10
_REASON = 120


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A changed case as soon as it is known."""

    word: Word
    case: SafeText
    reason: SafeText


@dataclass(frozen=True, slots=True)
class SuiteRunView:
    """The run at one moment. `answers` of `of` are there, `kept` of them from an interrupted run.

    `found` are the changed cases, the newest first; at the end the worst. `left_s` is a guess, or None.
    """

    suite: SafeText
    route: SafeText
    old_model: SafeText
    new_model: SafeText
    state: State
    cases: int
    accepted: int
    of: int
    answers: int = 0
    kept: int = 0
    counts: Mapping[Word, int] = field(default_factory=dict)
    found: tuple[FoundRow, ...] = ()
    elapsed_s: float = 0.0
    left_s: float | None = None
    cost_usd: float | None = None
    warning: SafeText = NOTHING
    notes: tuple[SafeText, ...] = ()
    problem: SafeText = NOTHING
    """Why it could not go on, or be kept; "" where all is well."""

    @property
    def changed(self) -> int:
        """How many cases there are to review."""
        return len(self.found)


class SuiteRunDesk:
    """One run of the suite of `route`. `prepare`, `run` and `review` read and write files: not on a screen's thread."""

    def __init__(
        self,
        registry: Path,
        route: str,
        endpoints: Callable[[], Endpoints],
        *,
        actor: str,
        stand_in: bool = False,
        read_only: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._registry = registry
        self._route = route
        self._endpoints = endpoints
        self._actor = actor
        self._stand_in = stand_in
        self._read_only = read_only
        self._clock = clock
        self._plan: SuitePlan | None = None
        self._journal: AnswerJournal | None = None
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self._stopped = False
        self.finished: SuiteRun | None = None
        """The run that came to its end."""

    def prepare(self) -> SuiteRunView:
        """What would be asked, and what is there already. Raises ConsoleError."""
        meant = find(self._route, self._registry)
        self._plan = plan = plan_of(meant.suite, meant.route, meant.registry, Wish(stand_in=self._stand_in))
        must_be_reachable(plan, self._endpoints())
        self._journal = None if self._read_only else journal_of(plan, self._clock)
        return SuiteRunView(
            suite=safe_line(plan.suite.name),
            route=safe_line(plan.route),
            old_model=safe_line(plan.old_model),
            new_model=safe_line(plan.new_model),
            state="ready",
            cases=len(plan.trials),
            accepted=plan.accepted,
            of=plan.jobs,
            kept=0 if self._journal is None else min(len(self._journal), plan.jobs),
            warning=SafeText("stand-in answers" if self._stand_in else ""),
            notes=tuple(
                safe_line(f"{one.parameter} is not sent to {model}: {one.reason}") for model, one in plan.notes
            ),
        )

    def begin(self) -> None:
        """What is stopped from now on is the run that follows, not one before it."""
        with self._lock:
            self._stopped = False

    def run(self, ready: SuiteRunView, show: Callable[[SuiteRunView], None]) -> SuiteRunView:
        """Run what was prepared, to its end or until `stop`; returns the last view. `show` gets the ones before it."""
        plan = self._plan
        if plan is None:
            raise Refused("nothing was prepared")
        count = _Counting(ready, show)
        found = asyncio.run(self._until_stopped(plan, count))
        self.finished = found
        if found is None:
            return replace(count.view(), state="stopped", left_s=None)
        problem = f"{words.share(found.not_measured)} of the cases got no answer; the next run asks for those"
        problem = problem if found.unmeasured else ""
        if not self._read_only:
            try:
                keep(found, self._journal)
            except Refused as refusal:
                problem = refusal.message
        view = count.view()
        worst_first = tuple(sorted(view.found, key=lambda row: CHANGED_WORDS.index(row.word)))
        return replace(
            view,
            state="finished",
            left_s=None,
            elapsed_s=found.seconds,
            found=worst_first,
            problem=safe_line(problem),
        )

    def stop(self) -> None:
        """End the run under way, from any thread. What was answered is kept."""
        with self._lock:
            self._stopped = True
            if self._stop is not None:
                self._stop()

    def review(self) -> Review:
        """The review of the last run of the route's suite. Raises ConsoleError where there is none."""
        meant = find(self._route, self._registry)
        return opening.open_review(
            meant.suite.path,
            actor=self._actor,
            clock=self._clock,
            read_only=self._read_only,
            root=self._registry.resolve().parent,
        )

    async def _until_stopped(self, plan: SuitePlan, count: _Counting) -> SuiteRun | None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(self._events(plan, count))
        with self._lock:
            self._stop = lambda: _soon(loop, task)
            if self._stopped:
                task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            return None
        finally:
            with self._lock:
                self._stop = None

    async def _events(self, plan: SuitePlan, count: _Counting) -> SuiteRun | None:
        async with (
            self._endpoints() as endpoints,
            aclosing(run_suite(plan, endpoints, concurrency=AT_ONCE, journal=self._journal)) as events,
        ):
            async for event in events:
                if isinstance(event, Finished):
                    return event.run
                count.add(event)
        return None


def _soon(loop: asyncio.AbstractEventLoop, task: asyncio.Task[SuiteRun | None]) -> None:
    loop.call_soon_threadsafe(task.cancel)


class _Counting:
    """Turns events into views, ten a second at most."""

    def __init__(self, ready: SuiteRunView, show: Callable[[SuiteRunView], None]) -> None:
        self._ready = replace(ready, state="running", kept=0)
        self._show = show
        self._began = self._shown = time.monotonic()
        self._last = Progress(0, ready.of, 0)
        self._counts: Counter[Word] = Counter()
        self._found: list[FoundRow] = []
        self._cost: float | None = None
        show(self.view())

    def add(self, event: Progress) -> None:
        """One more answer."""
        self._last = event
        if event.result is not None:
            self._judged(event.result)
        now = time.monotonic()
        if now - self._shown >= SHOWN_EVERY_S:
            self._shown = now
            self._show(self.view())

    def _judged(self, result: CaseResult) -> None:
        self._counts[result.word] += 1
        old = None if result.accepted else result.old_figures.cost_usd
        self._cost = total((self._cost, old, result.new_figures.cost_usd))
        if result.changed:
            row = FoundRow(result.word, safe_line(result.case), safe_line(reason_text(result), _REASON))
            self._found.insert(0, row)

    def view(self) -> SuiteRunView:
        """As it stands."""
        last, elapsed = self._last, time.monotonic() - self._began
        asked = last.answers - last.kept
        left = elapsed * (last.of - last.answers) / asked if asked >= _GUESS_FROM else None
        return replace(
            self._ready,
            answers=last.answers,
            kept=last.kept,
            counts=dict(self._counts),
            found=tuple(self._found),
            elapsed_s=elapsed,
            left_s=left,
            cost_usd=self._cost,
        )
