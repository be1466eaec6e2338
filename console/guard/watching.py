"""The guard itself: look, decide, act, tell, once a second, for as long as it has the post.

Every act goes through the same desk as a key or a command, so it is in the history before the file is replaced. What
people are told is derived from the history, never kept in memory: a guard that dies between the two tells it after
its restart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from console.actions.desk import Desk
from console.actions.gates import Level
from console.domain.alerts import Alert
from console.domain.errors import ConsoleError, Refused, RegistryChanged
from console.guard.alerts.notices import notices, served_by
from console.guard.deciding import decide
from console.guard.post import ACTOR, Intent, Post, holder
from console.guard.records import Decision, Memory, Sight
from console.guard.seeing import Eyes, Look
from console.guard.telling import alert_of_change, alert_of_decision, alert_of_failure, alert_of_registry
from console.history.outbox import GIVE_UP_S, Outbox
from console.history.store import History, beside
from console.text.clock import utc_now

INTERVAL_S = 1.0
AFTER_THE_SECOND_S = 0.02
"""Slots of the log close on whole seconds: a look right after one finds what has just closed."""
LONGEST_PAUSE_S = 60.0
NOTICES_EVERY_S = 600.0
OWED = 50
"""The newest changes whose alerts are looked after."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One route at one round: what was seen, what was decided, and what came of it. `number` is the change made."""

    sight: Sight
    decision: Decision
    number: int | None = None
    problem: str = ""

    @property
    def intent(self) -> Intent:
        """What the console shows."""
        decision = self.decision
        sentence = f"{decision.sentence}: {self.problem}" if self.problem else decision.sentence
        kind = "countdown" if decision.kind == "nothing" and decision.request is not None else decision.kind
        return Intent(self.sight.route.name, kind, sentence, decision.when)


class Guard:
    """Watches the routes of one registry by one log. With `acts` False it decides, and neither writes nor tells.

    `notices` is whether it also tells of models that end and of pins that moved.
    `clock` gives aware instants, `monotonic` seconds that no change of the clock moves; `say` hears one line for each
    thing that happens; `wake` is called when an alert was put.
    """

    def __init__(
        self,
        registry: Path,
        log: Path,
        outbox: Outbox,
        *,
        acts: bool = True,
        notices: bool = True,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = lambda line: None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._registry = registry
        self._clock, self._monotonic, self._say, self._wake = clock, monotonic, say, wake
        self._acts = acts
        self._outbox = outbox
        self._history = History(beside(registry))
        self._desk = Desk(registry, actor=ACTOR, read_only=not acts, clock=clock, history=self._history)
        self._eyes = Eyes(registry, log, writable=acts)
        self._memories: dict[str, Memory] = {}
        self._pauses: dict[tuple[str, ...], tuple[float, float]] = {}
        self._noticed = ""
        self._owes = True
        self._notices_due = float("-inf") if notices else float("inf")
        self._said: set[str] = set()
        self._told: set[str] = set()
        self._last: tuple[datetime, float] | None = None

    def round(self) -> tuple[Seen, ...]:
        """One look at every route, with whatever follows from it."""
        now = self._clock()
        drift = self._drift(now)
        self._settle()
        look = self._eyes.look(now, drift)
        if look.problem is not None:
            self._tell_once(alert_of_registry(self._registry.name, look.problem.message, now))
        seen = tuple(self._handled(sight, look, now) for sight in look.sights)
        self._notify(look, now)
        return seen

    def close(self) -> None:
        """Let go of the files."""
        self._eyes.close()

    def _drift(self, now: datetime) -> float:
        """How far the wall clock moved, in seconds, that time did not."""
        at, last = self._monotonic(), self._last
        self._last = (now, at)
        return 0.0 if last is None else (now - last[0]).total_seconds() - (at - last[1])

    def _settle(self) -> None:
        """Write down what others did to the file, finish what a crash left, and tell what was not told yet."""
        if not self._acts:
            return
        seen = self._eyes.changed()
        if not (self._owes or seen != self._noticed):
            return
        try:
            self._desk.notice()
            self._pay()
        except ConsoleError as problem:
            self._say_once(problem.message)
        self._noticed = seen

    def _pay(self) -> None:
        """The alert of every change that the guard made and nobody was told of: a crash may lie between the two."""
        since = self._clock() - timedelta(seconds=GIVE_UP_S)
        entries = self._history.entries(limit=OWED)
        mine = [entry for entry in entries if entry.actor == ACTOR and entry.state == "committed" and entry.at > since]
        put = [self._outbox.put(alert_of_change(entry)) for entry in reversed(mine)]
        self._owes = False
        if any(put):
            self._wake()

    def _notify(self, look: Look, now: datetime) -> None:
        """Now and then what nobody did and people must know: a model ends, or another one answers in its place."""
        if not self._acts or look.snapshot is None or self._monotonic() < self._notices_due:
            return
        self._notices_due = self._monotonic() + NOTICES_EVERY_S
        registry, reader = look.snapshot.registry, self._eyes.reader
        try:
            served = served_by(reader, registry, now.timestamp()) if reader else {}
            for alert in notices(registry, served, now):
                if self._put(alert):
                    self._say(alert.title)
        except ConsoleError as problem:
            self._say_once(problem.message)

    def _handled(self, sight: Sight, look: Look, now: datetime) -> Seen:
        name = sight.route.name
        try:
            memory = self._memories.setdefault(name, Memory())
            decision = decide(sight, sight.route.guard, memory, now)
            if decision.kind == "nothing" or not self._acts:
                return Seen(sight, decision)
            if decision.kind == "alert":
                if self._put(alert_of_decision(sight, decision, now)):
                    self._say(f"{name}: {decision.sentence}")
                self._remember(name, decision)
                return Seen(sight, decision)
            return self._carried_out(sight, decision, look, now)
        except ConsoleError as problem:
            self._say_once(f"{name}: {problem.message}")
            return Seen(sight, Decision("nothing", problem.message), problem=problem.message)
        except Exception as error:  # the edge around one route: whatever is wrong with it, the others stay watched
            text = f"a defect in the console while acting: {type(error).__name__}"
            self._say_once(f"{name}: {text}")
            return Seen(sight, Decision("nothing", text), problem=text)

    def _carried_out(self, sight: Sight, decision: Decision, look: Look, now: datetime) -> Seen:
        name = sight.route.name
        # What failed for one cause waits; something else, a rollback above all, is tried at once.
        attempt = (name, decision.kind, look.problem.message if look.problem else "")
        due, pause = self._pauses.get(attempt, (0.0, 0.0))
        if self._monotonic() < due:
            return Seen(sight, decision, problem="tried a moment ago")
        try:
            number = self._write(sight, decision, look)
        except RegistryChanged:
            self._say(f"{name}: the registry was changed meanwhile; deciding anew")
            return Seen(sight, decision, problem="the registry was changed meanwhile; deciding anew")
        except ConsoleError as problem:
            pause = min(LONGEST_PAUSE_S, max(INTERVAL_S, 2 * pause))
            self._pauses[attempt] = (self._monotonic() + pause, pause)
            self._say_once(f"{name}: could not {decision.kind}: {problem.message}")
            self._tell_once(alert_of_failure(sight, decision, problem.message, now))
            return Seen(sight, decision, problem=problem.message)
        self._pauses = {failed: times for failed, times in self._pauses.items() if failed[0] != name}
        self._remember(name, decision)
        return Seen(sight, decision, number)

    def _write(self, sight: Sight, decision: Decision, look: Look) -> int:
        """Make the change, bound to the file that was looked at. Raises what the desk raises."""
        assert decision.request is not None
        assert look.snapshot is not None
        if look.problem is not None:
            raise look.problem
        plan = self._desk.plan(decision.request, decision.standing, reason=decision.sentence)
        if plan.seen != look.snapshot.sha256:
            raise RegistryChanged("the registry was changed meanwhile")
        if plan.refusal is not None:
            raise plan.refusal
        if plan.gate.level is not Level.OK and not plan.lowers:
            # A person may answer for it with a reason; the guard has none but the verdict.
            raise Refused(f"a person's reason is needed: {plan.gate.sentence}")
        outcome = self._desk.apply(plan)
        self._say(f"{outcome.summary} (change {outcome.number}): {decision.sentence}")
        for note in outcome.notes:
            self._say(note)
        self._owes = True
        try:
            self._pay()
        except ConsoleError as problem:
            self._say_once(problem.message)
        return outcome.number

    def _remember(self, name: str, decision: Decision) -> None:
        if decision.key:
            self._memories[name] = self._memories[name].and_told(decision.key, *decision.covers)

    def _tell_once(self, alert: Alert) -> None:
        if alert.key in self._told or not self._acts:
            return
        if alert.key not in self._said:
            self._said.add(alert.key)
            self._say(alert.title)
        try:
            self._put(alert)
        except ConsoleError as problem:
            self._say_once(problem.message)
        else:
            self._told.add(alert.key)

    def _put(self, alert: Alert) -> bool:
        put = self._outbox.put(alert)
        if put:
            self._wake()
        return put

    def _say_once(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._say(line)


def watch(
    guard: Guard,
    post: Post,
    registry: Path,
    stop: threading.Event,
    *,
    clock: Callable[[], datetime] = utc_now,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Watch until `stop` is set, whenever this process has the post; else stand by. A round once begun is finished."""
    waits = ""
    try:
        while not stop.is_set():
            obstacle = "" if post.held else _obstacle(post, registry, clock())
            if obstacle != waits:
                say(obstacle or "the post is free again: this guard has it")
                waits = obstacle
            if not obstacle:
                post.report([seen.intent for seen in guard.round()], clock())
            stop.wait(_until_next(clock()))
    finally:
        post.leave()


def _obstacle(post: Post, registry: Path, now: datetime) -> str:
    """Why this process cannot have the post now; "" when it has taken it."""
    try:
        if post.take(now):
            return ""
    except ConsoleError as problem:  # somebody may mend it
        return f"nobody guards: {problem.message}"
    other = holder(registry)
    if other is None:
        return "standing by: another guard has the post"
    line = f"standing by: {other.name} guards this registry since {other.since:%Y-%m-%d %H:%M:%S} UTC"
    differences = post.differences(other)
    return f"{line}; it was started differently ({'; '.join(differences)})" if differences else line


def _until_next(now: datetime) -> float:
    return INTERVAL_S - now.timestamp() % INTERVAL_S + AFTER_THE_SECOND_S
