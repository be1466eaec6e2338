"""`Demo`: the whole world of the demo as one context manager, which leaves nothing behind however it ends."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from console.demo import world
from console.demo.children import Child, safe_environment
from console.demo.scenarios import AFTER_S, RATE, Scenario
from console.demo.standin import process
from console.demo.standin.control import Control
from console.domain.errors import Usage
from console.text.clock import utc_now

FOLDER = "console-demo-"
CACHE = ".cache"
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Demo:
    """A temporary registry and request log, a stand-in provider, and users who keep asking.

    Args:
        scenario: what happens to the canary's model after `after_s` seconds of healthy traffic.
        after_s: those seconds.
        rate: requests per second on the route with the canary; the other one gets a fifth.
        scale: real seconds per simulated second of the stand-in; below 1 answers come sooner than in life.
        now: the clock that dates the world.
        folder: where the world is made and stays; None: a temporary folder that is removed.

    Inside `with`, `registry`, `log`, `folder`, `url` (the stand-in's), `control` (its switches) and `users_pid` are
    there. Entering raises ChildFailed, OSError, and Usage for a `folder` that holds something. SIGTERM and SIGHUP end
    the demo cleanly and exit with 128 + signal.
    """

    registry: Path
    log: Path
    folder: Path
    url: str
    control: Control
    stand_in_pid: int
    users_pid: int

    def __init__(
        self,
        scenario: Scenario = "healthy",
        after_s: float = AFTER_S,
        rate: float = RATE,
        *,
        scale: float = 1.0,
        now: Callable[[], datetime] = utc_now,
        folder: Path | None = None,
    ) -> None:
        self.scenario: Scenario = scenario
        self._after_s = after_s
        self._rate = rate
        self._scale = scale
        self._now = now
        self._kept_folder = folder
        self._stack = ExitStack()

    def __enter__(self) -> Demo:
        with ExitStack() as building:
            self._catch_signals(building)
            sweep()
            self.folder = self._made_folder(building)
            stand_in = building.enter_context(process.start(scale=self._scale))
            self.url, self.control, self.stand_in_pid = stand_in.url, stand_in.control, stand_in.pid
            self.registry, self.log = self.folder / world.REGISTRY_NAME, self.folder / world.LOG_NAME
            users = self._users()  # they load their SDKs while the world is made
            building.callback(users.end_now)
            self.users_pid = users.pid
            world.make(self.folder, self._now())
            users.wait_ready()
            users.go()
            self._stack = building.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes and remove the folder. Closing twice does no harm."""
        self._stack.close()

    def _made_folder(self, building: ExitStack) -> Path:
        if self._kept_folder is not None:
            self._kept_folder.mkdir(parents=True, exist_ok=True)
            if any(self._kept_folder.iterdir()):
                raise Usage(f"{self._kept_folder} holds something already", "Name a new folder, or an empty one.")
            return self._kept_folder.resolve()
        folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
        building.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _users(self) -> Child:
        told = ["--registry", str(self.registry), "--log", str(self.log), "--stand-in", self.url]
        told += ["--rate", str(self._rate), "--scenario", self.scenario, "--after", str(self._after_s)]
        environment = safe_environment(os.environ, self.url)
        environment["XDG_CACHE_HOME"] = str(self.folder / CACHE)  # the router's last-known-good copy goes with it
        return Child("console.demo.users", told, environment)

    def _catch_signals(self, building: ExitStack) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # only the main thread may
        for number in _SIGNALS:
            before: Any = signal.signal(number, self._ended)
            building.callback(signal.signal, number, before)

    def _ended(self, number: int, frame: FrameType | None) -> None:
        self.close()
        raise SystemExit(128 + number)


def sweep() -> None:
    """Remove the folders of demos that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        owner = folder.name.removeprefix(FOLDER).split("-")[0]
        try:
            if not owner.isdecimal() or folder.stat().st_uid != os.getuid():
                continue
            os.kill(int(owner), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody else's, or gone meanwhile
