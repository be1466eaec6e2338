"""`python -m console.demo.drill.application`: one application of a drill, with a real router and a real request log.

Users come as a Poisson process; answers are drawn, and take as long as they say. When the parent says go a second
time, the canary's answers go wrong. What users met stands in a small file that the parent reads.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from console import RequestLog, Router
from console.demo.children import end_with_parent, ready
from console.demo.drill.copying import COST_USD, drawn
from console.demo.drill.records import FAULTS, Fault, Traffic
from console.demo.standin.luck import luck_of
from console.domain.choice import Choice
from console.domain.requests import Outcome

TICK_S = 0.02
"""How often the router is asked whom the canary's probe gets: it follows the file once a second."""
REPORT_EVERY_S = 0.1
USERS = 1_000_000
PROBES = 200_000
"""Users that are looked at for one on the canary: enough for a share of 0.01 %."""


@dataclass(slots=True)
class Met:
    """What this process's users met. Times are epoch seconds, 0 before it happened."""

    requests: int = 0
    bad_requests: int = 0
    failed: int = 0
    fault_at: float = 0.0
    first_failed_at: float = 0.0
    last_bad_at: float = 0.0
    switched_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """The command line of one application."""

    registry: Path
    log: Path
    route: str
    report: Path
    fault: Fault
    factor: float
    traffic: Traffic
    seed: int


class Application:
    """One application process; `stop` ends it."""

    def __init__(self, told: Told, router: Router, log: RequestLog, stop: asyncio.Event) -> None:
        self._told, self._router, self._log, self._stop = told, router, log, stop
        self._luck = luck_of("drill", told.seed)
        self._probe = self._somebody_on_the_canary()
        self._asking: set[asyncio.Task[None]] = set()
        self.met = Met()

    def begin_fault(self) -> None:
        """From now on the canary's model fails."""
        self.met.fault_at = time.time()

    async def run(self) -> None:
        """Users come until it is told to stop."""
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(each()) for each in (self._users, self._watch, self._report)]
            await self._stop.wait()
            for task in running:
                task.cancel()
        self._write()

    async def _users(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        rate = self._told.traffic.rate / self._told.traffic.processes
        while True:
            due += self._luck.expovariate(rate)
            await asyncio.sleep(max(0.0, due - loop.time()))
            task = asyncio.create_task(self._serve(f"drill-{self._luck.randrange(USERS)}"))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _serve(self, user: str) -> None:
        choice = self._router.select(self._told.route, user)
        met = self.met
        met.requests += 1
        bad = bool(met.fault_at) and choice.arm == "canary"
        if bad:
            met.bad_requests += 1
            met.last_bad_at = time.time()
        outcome, latency_s = self._drawn(bad)
        async with self._log.request(choice, user) as request:
            await asyncio.sleep(latency_s)
            request.record(served_model=choice.model, outcome=outcome, cost_usd=COST_USD)
            if outcome == "error":
                request.fail("InternalServerError")
        if bad and (outcome != "ok" or self._told.fault == "slow"):
            met.failed += 1
            met.first_failed_at = met.first_failed_at or time.time()

    def _drawn(self, bad: bool) -> tuple[Outcome, float]:
        told = self._told
        outcome, latency_ms = drawn(told.traffic, self._luck, **({told.fault: told.factor} if bad else {}))
        return outcome, latency_ms / 1000

    def _somebody_on_the_canary(self) -> str:
        """A user by whom the router is probed, who never asks anything."""
        select, route = self._router.select, self._told.route
        keys = (f"probe-{number}" for number in range(PROBES))
        return next((key for key in keys if select(route, key).arm == "canary"), "")

    async def _watch(self) -> None:
        """When this process's router no longer gives the canary to anybody."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._probe and self.met.fault_at and not self.met.switched_at and self._has_switched():
                self.met.switched_at = time.time()

    def _has_switched(self) -> bool:
        choice: Choice = self._router.select(self._told.route, self._probe)
        return choice.arm == "production" and choice.why != "breaker"

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            self._write()

    def _write(self) -> None:
        beside = self._told.report.with_suffix(".part")
        beside.write_text(json.dumps(asdict(self.met)), encoding="utf-8")
        beside.replace(self._told.report)


def read_report(path: Path) -> Met:
    """What an application reported last."""
    try:
        return Met(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Met()


async def live(told: Told) -> None:
    """Run an application until SIGTERM or the end of the parent; what was recorded by then is in the log."""
    loop, go, fault, stop = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, _from_thread(loop, stop, go))

    def said() -> None:
        loop.call_soon_threadsafe((fault if go.is_set() else go).set)

    end_with_parent(_from_thread(loop, stop, go), said)
    ready()
    await go.wait()
    log = RequestLog(told.log)
    router = Router(told.registry, default="none", environment={})
    application = Application(told, router, log, stop)
    waiting = asyncio.create_task(_then(fault, application.begin_fault))
    await application.run()
    waiting.cancel()
    log.close()


async def _then(event: asyncio.Event, do: Callable[[], None]) -> None:
    await event.wait()
    do()


def _from_thread(loop: asyncio.AbstractEventLoop, *events: asyncio.Event) -> Callable[[], None]:
    def set_all() -> None:
        for event in events:
            loop.call_soon_threadsafe(event.set)

    return functools.partial(set_all)


def arguments(told: Told) -> list[str]:
    """The command line that makes `told`."""
    traffic = told.traffic
    named: dict[str, object] = {
        "registry": told.registry, "log": told.log, "route": told.route, "report": told.report, "fault": told.fault,
        "factor": told.factor, "seed": told.seed, "rate": traffic.rate, "errors": traffic.error_share,
        "refusals": traffic.refusal_share, "latency": traffic.latency_ms, "processes": traffic.processes,
    }  # fmt: skip
    return [f"--{name}={value}" for name, value in named.items()]


def main(given: Sequence[str] | None = None) -> int:
    """The command line of the process."""
    parser = argparse.ArgumentParser(prog="python -m console.demo.drill.application", description="A drill's users.")
    for name in ("registry", "log", "report"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--route", required=True)
    parser.add_argument("--fault", choices=FAULTS, required=True)
    for name in ("factor", "rate", "errors", "refusals", "latency"):
        parser.add_argument(f"--{name}", type=float, required=True)
    for name in ("seed", "processes"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args(given)
    traffic = Traffic(asked.rate, asked.errors, asked.refusals, asked.latency, asked.processes)
    told = Told(asked.registry, asked.log, asked.route, asked.report, asked.fault, asked.factor, traffic, asked.seed)
    asyncio.run(live(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
