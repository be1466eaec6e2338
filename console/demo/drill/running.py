"""Runs a drill: the copy or the real files, applications with real routers, the real guard, and a fault."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import FrameType

from console.demo.children import Child, safe_environment
from console.demo.drill.application import Told, arguments
from console.demo.drill.chain import Chain, links
from console.demo.drill.copying import copied, like_the_log, the_route
from console.demo.drill.receiver import Receiver
from console.demo.drill.records import Drill, Drilled
from console.demo.start import FOLDER, sweep
from console.domain.errors import EXIT_UNMEASURED, ConsoleError, Refused
from console.domain.registry import Route
from console.guard.post import holder
from console.text.clock import utc_now

TARGET = "CONSOLE_ALERTS_WEBHOOK"
_PREFIX = "CONSOLE_ALERTS_"


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where the drill takes place."""

    registry: Path
    log: Path
    route: Route
    children: tuple[Child, ...]
    reports: tuple[Path, ...]
    notes: tuple[str, ...]


def run(drill: Drill, say: Callable[[str], None], clock: Callable[[], datetime] = utc_now) -> Drilled:
    """Carry out `drill`, telling `say` how far it is.

    Raises Refused where a live drill would prove nothing, Unmeasured, ChildFailed, and what reading the registry
    raises. Leaves nothing behind but, after a live drill, what the real guard did.
    """
    drill = replace(drill, traffic=like_the_log(drill, clock()))
    with ExitStack() as stack:
        _end_cleanly(stack)
        receiver = None if drill.live else stack.enter_context(Receiver())
        stage = stack.enter_context(_stage(drill, receiver, say, clock))
        say(f"{drill.warm_s:g} healthy seconds …")
        time.sleep(drill.warm_s)
        fault_at = time.time()
        for child in stage.children[: len(stage.reports)]:
            child.go()
        say(f"the fault is on: {stage.route.canary.model_id if stage.route.canary else ''} fails; waiting …")
        own = receiver if receiver is not None and not _own_webhook(drill) else None
        chain = Chain(drill, stage.registry, stage.reports, own, fault_at)
        problem = chain.follow(lambda: _death(stage.children))
        return _drilled(drill, stage, chain, problem)


def _end_cleanly(stack: ExitStack) -> None:
    """SIGTERM and SIGHUP leave as ctrl+c does: no process and no folder stays behind."""
    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may
    for number in (signal.SIGTERM, signal.SIGHUP):
        stack.callback(signal.signal, number, signal.signal(number, _leave))


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _drilled(drill: Drill, stage: _Stage, chain: Chain, problem: str) -> Drilled:
    seen, route = chain.seen, stage.route
    assert route.canary is not None
    last = max((met.last_bad_at for met in seen.met), default=0.0)
    return Drilled(
        route=route.name,
        model=route.canary.model_id,
        percentage=route.canary.percentage,
        live=drill.live,
        links=links(seen, drill),
        bad_requests=sum(met.bad_requests for met in seen.met),
        failed=sum(met.failed for met in seen.met),
        last_bad_s=max(0.0, last - seen.fault_at) if last else 0.0,
        problem=problem,
        undo=f'console resume {route.name} --reason "after a drill"' if drill.live and seen.entry else "",
        notes=stage.notes,
    )


def check_live(drill: Drill) -> Route:
    """Raises Refused where a drill on live traffic would prove nothing, or do more than it says."""
    route = the_route(drill)
    canary = route.canary
    if canary is None or canary.percentage == 0:
        raise Refused(f"{route.name} has no canary with traffic: there is nothing to roll back")
    if not route.guard.auto_rollback:
        raise Refused(f"auto_rollback is off on {route.name}: the guard would only tell")
    guard = holder(drill.registry)
    if guard is None:
        raise Refused(f"no guard watches {drill.registry}", "Start one: console guard")
    if not guard.setup.get("alerts"):
        raise Refused(f"the guard ({guard.name}) tells nobody: the chain would end there", "See console alert test.")
    if not drill.log.is_file():
        raise Refused(f"there is no request log at {drill.log}")
    return route


@contextmanager
def _stage(
    drill: Drill, receiver: Receiver | None, say: Callable[[str], None], clock: Callable[[], datetime]
) -> Iterator[_Stage]:
    with ExitStack() as stack:
        sweep()
        folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-drill-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        environment = {**safe_environment(os.environ), "XDG_CACHE_HOME": str(folder / "cache")}
        if drill.live:
            registry, log, route = drill.registry.resolve(), drill.log.resolve(), check_live(drill)
            notes: tuple[str, ...] = ()
        else:
            say("copying the registry, and half an hour of a healthy past …")
            made = copied(drill, folder, clock())
            registry, log, route, notes = made.registry, made.log, made.route, made.notes
        reports = tuple(folder / f"met-{number}.json" for number in range(drill.traffic.processes))
        children = [
            _child(stack, "application", arguments(_told(drill, registry, log, reports[i], i)), environment)
            for i in range(drill.traffic.processes)
        ]
        if not drill.live and receiver is not None:
            told = [f"--registry={registry}", f"--log={log}"]
            children.append(_child(stack, "guarding", told, {**environment, **_alerts(drill, receiver)}))
        for child in children:
            child.wait_ready()
        for child in children:
            child.go()
        yield _Stage(registry, log, route, tuple(children), reports, notes)


def _child(stack: ExitStack, module: str, told: Sequence[str], environment: Mapping[str, str]) -> Child:
    child = Child(f"console.demo.drill.{module}", told, environment)
    stack.callback(child.close)
    return child


def _told(drill: Drill, registry: Path, log: Path, report: Path, number: int) -> Told:
    seed = drill.seed * 100 + number
    return Told(registry, log, drill.route, report, drill.fault, drill.factor, drill.traffic, seed)


def _alerts(drill: Drill, receiver: Receiver) -> dict[str, str]:
    """Who is told of the copy: the receiver here, in the place of every real target unless they are to hear it."""
    silent = {} if drill.tell else {name: "" for name in os.environ if name.startswith(_PREFIX)}
    least = os.environ.get(f"{TARGET}_FROM", "")
    own = {} if _own_webhook(drill) else {TARGET: receiver.url, f"{TARGET}_FROM": least, f"{TARGET}_SECRET": ""}
    return {**silent, **own}


def _own_webhook(drill: Drill) -> bool:
    return drill.tell and bool(os.environ.get(TARGET))


def _death(children: Sequence[Child]) -> str:
    dead = next((child for child in children if not child.alive), None)
    if dead is None:
        return ""
    raise DrillBroken(f"a process of the drill ended: {dead.complaints().strip().splitlines()[-1:] or 'silently'}")


class DrillBroken(ConsoleError):
    """The drill's own processes failed: nothing is proven, either way."""

    exit_code = EXIT_UNMEASURED
