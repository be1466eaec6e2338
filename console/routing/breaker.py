"""The breaker: after failures in a row on one model, this process uses another one at once, and tries again later.

The request log reports each call that the provider answered, or failed to answer, through its `Choice`. While a
circuit is closed that is all that happens: `select` reads the same table as without a breaker. Nothing here waits, so
it is safe in threads, tasks and forked children: every step is one assignment or one operation on a deque.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from console.domain.choice import Arm, Choice
from console.domain.record import record
from console.domain.registry import Price, Route

JITTER = 0.2
"""A pause is up to this share longer or shorter, so that a hundred processes don't try again in the same moment."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a process stops using a model, and for how long. Times are in seconds.

    `failures` in a row within `within_s` open a circuit. After `pause_s` one request at a time tries the model again;
    `trials` good ones in a row close the circuit, a bad one doubles the pause, up to `longest_pause_s`. A trial that
    does not end within `trial_s` is counted out, and another one begins.

    On a canary requests get the production model, on production (off unless asked for) the fallback.
    """

    canary: bool = True
    production: bool = False
    failures: int = 5
    within_s: float = 60.0
    pause_s: float = 10.0
    longest_pause_s: float = 300.0
    trials: int = 2
    trial_s: float = 60.0

    def __post_init__(self) -> None:
        """Raises ValueError for counts below 1 and for times that are not above 0."""
        if min(self.failures, self.trials) < 1:
            raise ValueError("failures and trials must be at least 1")
        if not all(time > 0 for time in (self.within_s, self.pause_s, self.longest_pause_s, self.trial_s)):
            raise ValueError("within_s, pause_s, longest_pause_s and trial_s must be more than 0 seconds")


@record
class BreakerStatus:
    """An open circuit of this process. `open_s` is how long, `next_try_s` when the next trial may begin."""

    route: str
    arm: Arm
    model: str
    instead: str
    open_s: float
    next_try_s: float


@record
class _Open:
    """Since when, when the next trial may begin, after which pause, and how many trials were good.

    `ticket` is taken by the one request that begins it: popping is atomic, so that two never do.
    """

    since: float
    retry_at: float
    pause_s: float
    good: int = 0
    ticket: deque[None] = field(default_factory=lambda: deque((None,)))


class Circuit:
    """One model on one route in this process. `changed` is called after it opened and after it closed."""

    def __init__(
        self,
        failing: Choice,
        instead: Choice,
        breaker: Breaker,
        clock: Callable[[], float],
        changed: Callable[[str], None],
    ) -> None:
        self._failing, self._instead, self._breaker = failing, instead, breaker
        self._clock, self._changed = clock, changed
        self._closed_at, self._last_pause_s = float("-inf"), 0.0
        self.reset()

    def reset(self) -> None:
        """Closed, and without memory: after a fork."""
        self._bad: deque[float] = deque(maxlen=max(1, self._breaker.failures))
        self._open: _Open | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests get the other model."""
        return self._open is not None

    def report(self, failed: bool) -> None:
        """How a call of the model ended. While the circuit is open only its trials count: others are from before."""
        if self._open is not None:
            return
        if not failed:
            if self._bad:
                self._bad.clear()
            return
        now = self._clock()
        self._bad.append(now)
        bad = tuple(self._bad)
        if len(bad) >= self._breaker.failures and now - bad[0] <= self._breaker.within_s:
            # Opened again soon after it closed, the next pause is longer than the last one.
            again = now - self._closed_at <= self._breaker.longest_pause_s
            self._wait(now, now, 2 * self._last_pause_s if again else self._breaker.pause_s)
            self._changed(
                f"{self._where}: {len(bad)} failures in a row within {now - bad[0]:.0f} s:"
                f" requests of this process get {self._instead.model}"
            )

    def choice(self) -> Choice:
        """What a request gets that would have got the failing model: that of a trial when one is due."""
        opened = self._open
        if opened is None:
            return self._failing
        now = self._clock()
        if now < opened.retry_at:
            return self._instead
        try:
            opened.ticket.pop()
        except IndexError:
            return self._instead
        # The next trial begins when this one has ended, or has taken too long.
        trial = _Open(opened.since, now + self._breaker.trial_s, opened.pause_s, opened.good)
        self._open = trial
        failing = self._failing
        return Choice(
            failing.route,
            failing.model,
            failing.arm,
            "breaker",
            failing.rollout,
            report=partial(self._tried, trial),
            assigned=failing.arm,
            prices=failing.prices,
        )

    def status(self) -> BreakerStatus | None:
        """None while it is closed."""
        opened, failing = self._open, self._failing
        if opened is None:
            return None
        now = self._clock()
        waiting = max(0.0, opened.retry_at - now)
        return BreakerStatus(
            failing.route, failing.arm, failing.model, self._instead.model, now - opened.since, waiting
        )

    @property
    def _where(self) -> str:
        return f"{self._failing.route}: {self._failing.arm} {self._failing.model}"

    def _tried(self, trial: _Open, failed: bool) -> None:
        """How a trial ended; one that was counted out meanwhile says nothing."""
        if self._open is not trial:
            return
        now = self._clock()
        if failed:
            self._wait(trial.since, now, 2 * trial.pause_s)
        elif trial.good + 1 < self._breaker.trials:
            self._open = _Open(trial.since, now, trial.pause_s, trial.good + 1)
        else:
            self._bad.clear()
            self._closed_at, self._last_pause_s = now, trial.pause_s
            self._open = None
            self._changed(f"{self._where}: answers again after {now - trial.since:.0f} s")

    def _wait(self, since: float, now: float, pause_s: float) -> None:
        pause_s = min(pause_s, self._breaker.longest_pause_s)
        spread = pause_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        self._open = _Open(since, now + spread, pause_s)


Circuits = Mapping[tuple[str, Arm], Circuit]
"""The circuits of a router; arms that have nothing to fall back on have none."""


def circuits_of(
    route: Route,
    breaker: Breaker,
    clock: Callable[[], float],
    changed: Callable[[str], None],
    prices: Mapping[str, Price] | None = None,
) -> dict[tuple[str, Arm], Circuit]:
    """The circuits of one route. A canary gets no other model than production's, production no other than fallback."""
    found: dict[tuple[str, Arm], Circuit] = {}

    def add(arm: Arm, model: str, instead: str | None, report: Callable[[bool], None] | None = None) -> None:
        if instead is not None and instead != model:
            failing = Choice(route.name, model, arm, "breaker", route.rollout_id, prices=prices)
            spare = Choice(
                route.name,
                instead,
                "production",
                "breaker",
                route.rollout_id,
                report=report,
                assigned=arm,
                prices=prices,
            )
            found[route.name, arm] = Circuit(failing, spare, breaker, clock, changed)

    if breaker.production:
        add("production", route.production, route.fallback)
    if breaker.canary and route.canary is not None:
        production = found.get((route.name, "production"))
        add("canary", route.canary.model_id, route.production, production.report if production else None)
    return found


def around(circuits: Circuits, choice: Choice) -> Choice:
    """`choice`, or what the open circuits of its route give instead: a canary's production may be broken too."""
    for arm in ("canary", "production"):
        circuit = circuits.get((choice.route, arm))
        if circuit is not None and choice.arm == arm and circuit.is_open:
            choice = circuit.choice()
    return choice


def open_routes(circuits: Circuits) -> frozenset[str]:
    """The routes that have an open circuit."""
    return frozenset(route for (route, _), circuit in circuits.items() if circuit.is_open)


def open_circuits(circuits: Circuits) -> tuple[BreakerStatus, ...]:
    """What is known of each open circuit."""
    return tuple(status for circuit in circuits.values() if (status := circuit.status()) is not None)
