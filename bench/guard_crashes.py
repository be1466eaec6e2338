"""A guard that is killed at random points of an action, again and again: is anything half done, lost or done twice?

A process is forked that acts on a prepared world with its real outbox, sender and a receiver on this machine, and
kills itself (SIGKILL) at one line of its code, drawn from the lines that an undisturbed action runs through. A second
guard takes over, undisturbed. Then registry, history, outbox and what the receiver got are compared.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from console.domain.registry import instant_text  # noqa: E402
from console.guard.equipping import equipped, keep_watch  # noqa: E402
from console.guard.watching import Guard  # noqa: E402
from console.history.outbox import Outbox  # noqa: E402
from console.history.store import History, beside  # noqa: E402
from console.text.clock import utc_now  # noqa: E402

TRACED = tuple(str(ROOT / "console" / part) for part in ("guard", "actions", "history", "registry"))
PATIENCE_S = 30.0
FRESH_S = 200.0
KINDS = ("rollback", "advance", "back")


def worlds() -> ModuleType:
    """The worlds of the tests."""
    spec = importlib.util.spec_from_file_location("guard_worlds", ROOT / "tests" / "guard" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guard_worlds"] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Found:
    """What 200 crashes came to."""

    crashes: int = 0
    survived: int = 0
    """Drawn lines that were not reached: the action ended before."""
    half_done: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    same_id_again: int = 0
    """Sent again with the same id after a crash between the receiver's answer and the note of it: one alert."""
    where: Counter[str] = field(default_factory=Counter)


def prepared(kind: str, folder: Path) -> Any:
    """A world in which the guard acts at once, with the present as its moment."""
    module = worlds()
    world = module.World(folder, datetime.now(UTC))
    start = instant_text(world.now - timedelta(hours=5))
    folder.mkdir(parents=True)
    world.registry.write_text(module.TEXT.replace(instant_text(module.START), start))
    world.settings(auto_rollback=True, auto_advance=True, auto_promote=True)
    if kind == "rollback":
        world.record(bad={"canary": 5})
    elif kind == "advance":
        world.record(n=2_000, seconds=3_000)
    else:
        from console.actions.requests import Promote

        world.now -= timedelta(minutes=20)
        world.record(n=3_000, seconds=10_000)
        world.act(Promote("support"))
        world.now += timedelta(minutes=20)
        world.record(n=300, seconds=500, bad={"production": 2})
    return world


def receiver(port_pipe: Any, file: str) -> None:
    """A process that writes the id of every alert that arrives to `file`, a line each."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with open(file, "a", encoding="utf-8") as out:  # noqa: PTH123
                out.write(f"{body['id']}\n")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port_pipe.send(server.server_address[1])
    server.serve_forever()


class Killer:
    """Counts the traced lines of all threads, and ends the process at the chosen one. `at` 0 only counts."""

    def __init__(self, at: int, note: Path) -> None:
        self.at, self.count, self._note = at, 0, note
        self.modules: dict[str, list[int]] = {}

    def __call__(self, frame: FrameType, event: str, arg: object) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename.startswith(TRACED) else None

    def _line(self, frame: FrameType, event: str, arg: object) -> Callable[..., Any]:
        if event == "line":
            self.count += 1
            name = Path(frame.f_code.co_filename).stem
            if not self.at:
                self.modules.setdefault(name, []).append(self.count)
            elif self.count == self.at:
                self._note.write_text(f"{name}.{frame.f_code.co_name}")
                os.kill(os.getpid(), signal.SIGKILL)
        return self._line


def forked(work: Callable[[], None]) -> int:
    """Run `work` in a child process; returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        work()
        os._exit(0)
    except BaseException:  # a child must never return into the parent's code
        os._exit(70)


def act(registry: Path, log: Path, at: int, note: Path, told: Callable[[], bool]) -> None:
    """One action with everything that belongs to it, dead at traced line `at`."""
    killer = Killer(at, note)
    threading.settrace(killer)
    sys.settrace(killer)
    with equipped(registry, log, lambda line: None) as own:
        if own.post.take(utc_now()):
            own.guard.round()
            until = time.monotonic() + 5.0
            while not told() and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.05)
            own.post.leave()
    sys.settrace(None)
    note.write_text(json.dumps(killer.modules))


def recover(registry: Path, log: Path) -> None:
    """The guard that comes after."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    keep_watch(registry, log, stop, lambda line: None)


class Crashes:
    """Runs crashes of all kinds in worlds under `folder`; `arrivals` is the receiver's file."""

    def __init__(self, folder: Path, arrivals: Path, seed: int) -> None:
        self._folder, self._arrivals = folder, arrivals
        self._luck = random.Random(seed)
        self._found = Found()
        self._templates: dict[str, Any] = {}
        self._after: dict[str, bytes] = {}
        self._lines: dict[str, list[list[int]]] = {}
        self._made_at = float("-inf")

    def _renew(self) -> None:
        """Worlds of this moment: a guard raises nothing where nobody has asked anything for ten minutes."""
        if time.monotonic() - self._made_at < FRESH_S:
            return
        self._made_at = time.monotonic()
        for kind in KINDS:
            for part in ("template", "measure"):
                shutil.rmtree(self._folder / f"{part}-{kind}", ignore_errors=True)
            self._templates[kind] = prepared(kind, self._folder / f"template-{kind}")
            self._measure(kind)

    def _measure(self, kind: str) -> None:
        """An undisturbed action: what the file becomes, and how many lines it takes."""
        world = self._copy(kind, f"measure-{kind}")
        note = self._folder / "note"
        pid = forked(lambda: act(world.registry, world.log, 0, note, lambda: self._ids(world) != []))
        os.waitpid(pid, 0)
        self._after[kind], self._lines[kind] = world.registry.read_bytes(), list(json.loads(note.read_text()).values())
        assert self._after[kind] != self._templates[kind].registry.read_bytes(), f"{kind}: the guard did not act"

    def _copy(self, kind: str, name: str) -> Any:
        template = self._templates[kind]
        shutil.copytree(template.folder, self._folder / name)
        return type(template)(self._folder / name, template.now)

    def _ids(self, world: Any) -> list[str]:
        """What arrived of this world's alerts about changes."""
        own = {each.id for each in Outbox(beside(world.registry)).deliveries()}
        return [line for line in self._arrived() if line in own and "/history/" in line]

    def _arrived(self) -> list[str]:
        return self._arrivals.read_text().splitlines() if self._arrivals.exists() else []

    def one(self, number: int) -> None:
        """One crash, and the guard after it."""
        self._renew()
        kind, found = KINDS[number % len(KINDS)], self._found
        world = self._copy(kind, f"world-{number}")
        before = world.registry.read_bytes()
        note = self._folder / "note"
        note.unlink(missing_ok=True)
        # A module first: most lines are those that parse the file, and nothing can go wrong there.
        line = self._luck.choice(self._luck.choice(self._lines[kind]))
        self._arrivals.unlink(missing_ok=True)
        pid = forked(lambda: act(world.registry, world.log, line, note, lambda: self._ids(world) != []))
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            found.crashes += 1
            found.where[note.read_text()] += 1
        else:
            found.survived += 1
        if world.registry.read_bytes() not in (before, self._after[kind]):
            found.half_done.append(f"{kind} at line {line}: the file is neither the old nor the new one")
        self._recovered(kind, world, line)
        shutil.rmtree(world.folder)

    def _recovered(self, kind: str, world: Any, line: int) -> None:
        found, name = self._found, f"{kind} at line {line}"
        pid = forked(lambda: recover(world.registry, world.log))
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and not self._settled(kind, world):
            time.sleep(0.02)
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        if world.registry.read_bytes() != self._after[kind]:
            found.half_done.append(f"{name}: the change was never made")
        own = [each for each in History(beside(world.registry)).entries() if each.actor == "guard"]
        if [each.state for each in own] != ["committed"]:
            found.half_done.append(f"{name}: the history says {[(each.action, each.state) for each in own]}")
        ids = self._ids(world)
        if not ids:
            found.lost.append(name)
        if len(set(ids)) > 1:
            found.doubled.append(f"{name}: {sorted(set(ids))}")
        found.same_id_again += len(ids) - len(set(ids))
        if kind != "advance" and self._moves_again(world):
            found.repeated.append(name)

    def _settled(self, kind: str, world: Any) -> bool:
        if world.registry.read_bytes() != self._after[kind]:
            return False
        deliveries = [each for each in Outbox(beside(world.registry)).deliveries() if each.target]
        return any("history/" in each.alert.key for each in deliveries) and all(
            each.state == "sent" for each in deliveries
        )

    def _moves_again(self, world: Any) -> bool:
        """Whether a guard that comes hours and days later changes the file once more."""
        before = world.registry.read_bytes()
        moment = [datetime.now(UTC)]
        guard = Guard(
            world.registry, world.log, Outbox(beside(world.registry)), clock=lambda: moment[0],
            monotonic=lambda: moment[0].timestamp(),
        )  # fmt: skip
        for hours in (1, 6, 30):
            moment[0] = datetime.now(UTC) + timedelta(hours=hours)
            guard.round()
        guard.close()
        return bool(world.registry.read_bytes() != before)

    @property
    def found(self) -> Found:
        """What came of them."""
        return self._found


def crashes(count: int, say: Callable[[str], None], seed: int = 7) -> dict[str, Any]:
    """Crash `count` times; the parent stays without threads, since it forks."""
    with tempfile.TemporaryDirectory(prefix="guard-crashes-") as name:
        folder = Path(name)
        arrivals = folder / "arrivals"
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=receiver, args=(theirs, str(arrivals)))
        process.start()
        os.environ["CONSOLE_ALERTS_WEBHOOK"] = f"http://127.0.0.1:{ours.recv()}/"
        try:
            run = Crashes(folder, arrivals, seed)
            began = time.monotonic()
            number = 0
            while run.found.crashes < count:
                run.one(number)
                number += 1
        finally:
            process.kill()
            process.join()
    found = run.found
    bad = [*found.half_done, *found.repeated, *found.lost, *found.doubled]
    say(f"{found.crashes} crashes in {time.monotonic() - began:.0f} s, over rollback, advance and return to fallback")
    say(f"  half-done changes {len(found.half_done)}, moved again {len(found.repeated)}")
    say(f"  alerts lost {len(found.lost)}, doubled {len(found.doubled)}; same id sent again {found.same_id_again}")
    say("  killed in: " + ", ".join(f"{name} {n}" for name, n in found.where.most_common(8)))
    for each in bad[:10]:
        say(f"  {each}")
    return {
        "crashes": found.crashes,
        "half_done": found.half_done,
        "moved_again": found.repeated,
        "lost": found.lost,
        "doubled": found.doubled,
        "same_id_again": found.same_id_again,
        "ok": not bad,
    }


if __name__ == "__main__":
    sys.exit(0 if crashes(int(sys.argv[1]) if sys.argv[1:] else 20, print)["ok"] else 1)
