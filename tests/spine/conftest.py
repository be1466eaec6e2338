"""The real command on a real terminal: a pseudo-terminal whose screen is read as a person reads it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pexpect
import pytest

from console.tui.screens.settling import SETTLED_S
from tests import warm
from tests.spine import emulator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PATIENCE_S = 30.0
"""Machines that test are busy; what has happened is never waited for."""
QUIET_S = 0.02
DIALOG = 88
"""Columns of a dialog where the screen has as many."""

REGISTRY = """\
# Every model this application calls, pinned.
schema = 1

[routes.support]
description = "Replies to customer e-mail"
production = "claude-sonnet-4-5-20250929"  # since May
canary = "claude-sonnet-5-5"
canary_percentage = 25
canary_start = {start}
fallback = "claude-haiku-4-5-20251001"
steps = [5, 25, 50, 100]

[routes.summarise]
production = "gpt-4.1-mini-2025-04-14"
experimental = "gpt-5.4-mini-2026-03-17"

[models."claude-sonnet-4-5-20250929"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "214 regression cases, no differences"

[models."claude-sonnet-5-5"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "Named replacement of a retiring model"

[models."claude-haiku-4-5-20251001"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Cheap, known, other capacity pool"

[models."gpt-4.1-mini-2025-04-14"]
provider = "openai"
pinned_date = 2026-05-15
reason = "The first one"

[models."gpt-5.4-mini-2026-03-17"]
provider = "openai"
pinned_date = 2026-11-01
reason = "To try"
"""


_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
"""Requests that the emulator does not know and would print."""


class Terminal:
    """Python with `arguments` on a pseudo-terminal of `size` (columns, rows)."""

    def __init__(
        self,
        arguments: Sequence[str],
        size: tuple[int, int] = (120, 36),
        environment: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        *,
        forked: bool = False,
        constants: Mapping[str, float] | None = None,
    ) -> None:
        """Started; `forked` from a process that has loaded the console where that cannot make a difference.

        Only there `constants` of modules can be others.
        """
        columns, rows = size
        self.raw = b""
        self.heard_at = 0.0
        self._screen = emulator.Screen(columns, rows)
        self._stream = emulator.Stream(self._screen)
        self._half = b""
        given, changes = terminal_environment(environment or {}), environment or {}
        self._process: Any
        if forked and warm.fits(changes) and list(arguments[:2]) == ["-m", "console"]:
            self._process = warm.Spawned(arguments[2:], given, (rows, columns), str(cwd), constants=constants)
        else:
            assert not constants
            self._process = pexpect.spawn(
                sys.executable,
                [*arguments],
                env=given,
                dimensions=(rows, columns),
                cwd=str(cwd),
                timeout=None,
                echo=False,
            )
            self._process.delaybeforesend = None
        self.pid = self._process.pid

    def read(self, seconds: float = QUIET_S) -> None:
        """Take in what the program wrote, waiting up to `seconds` for it to write something."""
        try:
            data = self._process.read_nonblocking(65_536, seconds)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            return
        self.raw += data
        self.heard_at = time.time()
        data = _UNKNOWN.sub(b"", self._half + data)
        cut = data.rfind(b"\x1b")
        cut = cut if cut >= 0 and len(data) - cut < 24 and not _whole(data[cut:]) else len(data)
        data, self._half = data[:cut], data[cut:]
        self._stream.feed(data)

    @property
    def lines(self) -> list[str]:
        """The screen's rows."""
        return list(self._screen.rows)

    @property
    def text(self) -> str:
        """The screen."""
        return "\n".join(self._screen.rows)

    def reversed_at(self, text: str) -> bool:
        """Whether `text` stands on the screen with foreground and background swapped."""
        for y, line in enumerate(self._screen.rows):
            x = line.find(text)
            if x >= 0:
                return bool(self._screen.buffer[y][x].reverse)
        return False

    @property
    def dialog(self) -> list[str]:
        """The rows of the dialog in the middle of the screen, without what is left of the screen beside it."""
        columns = self._screen.columns
        left = (columns - DIALOG) // 2 if columns >= DIALOG + 2 else 0
        return [line[left : left + DIALOG].rstrip() for line in self._screen.rows]

    @property
    def change(self) -> list[str]:
        """The lines that the dialog shows as removed and added: `-text` and `+text`."""
        found = []
        for line in self.dialog:
            for sign, mark in (("−", "-"), ("+", "+")):
                if line.strip().startswith(f"{sign}  "):
                    found.append(mark + line.strip()[1:].strip())
        return found

    def wait(self, wanted: str | Callable[[str], object], within_s: float = PATIENCE_S) -> str:
        """Read until the screen shows `wanted` (a regular expression, or a condition on the text); returns it."""
        found = wanted if callable(wanted) else re.compile(wanted).search
        deadline = time.monotonic() + within_s
        while not found(self.text):
            assert time.monotonic() < deadline, f"never on the screen: {wanted}\n{self.text}"
            assert self.alive or self._left(), f"the console ended; {wanted} not on the screen:\n{self.text}"
            self.read()
        return self.text

    def wait_for(self, condition: Callable[[], object], within_s: float = PATIENCE_S) -> None:
        """Read until `condition` holds."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"it never happened; the screen:\n{self.text}"
            self.read()

    def watch(self, seconds: float) -> None:
        """Read for a while, to see that something does *not* happen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read()

    def press(self, keys: str) -> None:
        """Type `keys` at once."""
        self._process.send(keys)

    def type(self, *parts: str) -> None:
        """Type `parts` one after the other, looking up in between: each goes where the one before led to."""
        for part in parts:
            self.press(part)
            self.watch(0.4)

    def answer(self, key: str) -> None:
        """Press a key as a person does who has read the dialog: not in the moment in which it opened."""
        self.watch(SETTLED_S + 0.1)
        self.press(key)

    def resize(self, columns: int, rows: int) -> None:
        """Drag the window's corner."""
        self._screen.resize(rows, columns)
        self._process.setwinsize(rows, columns)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._process.kill(number)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._process.child_fd)
        self._process.child_fd = -1
        self._process.closed = True

    def end(self, within_s: float = PATIENCE_S) -> int:
        """Wait until the program has ended; returns its exit code, 128 + n after signal n."""
        deadline = time.monotonic() + within_s
        while self._process.isalive():
            assert time.monotonic() < deadline, f"it did not end:\n{self.text}"
            self.read()
        self._left()
        self._process.close()
        if self._process.exitstatus is not None:
            return int(self._process.exitstatus)
        return 128 + int(self._process.signalstatus or 0)

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return bool(self._process.isalive())

    def close(self) -> None:
        """End the program, whatever it does."""
        with contextlib.suppress(OSError, pexpect.ExceptionPexpect):
            self._process.close(force=True)

    def _left(self) -> bool:
        """Take in what an ended program left; returns whether that was something."""
        before = len(self.raw)
        while True:
            size = len(self.raw)
            self.read(0.05)
            if len(self.raw) == size:
                return size > before

    @property
    def restored(self) -> bool:
        """Whether the last thing said about each mode of the terminal puts it back as it was.

        The mouse may never have been asked for: a console can be left before its screen takes over.
        """
        left = self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h")
        mouse = all(self.raw.rfind(b"\x1b[?%dl" % n) >= self.raw.rfind(b"\x1b[?%dh" % n) for n in (1000, 1003, 1006))
        return left and mouse and self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l")


def _whole(sequence: bytes) -> bool:
    return bool(re.match(rb"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|[^\[\]])", sequence))


_KEPT = ("PATH", "HOME", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "CONSOLE_STATE", "CONSOLE_EMBEDDINGS")


def terminal_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """A person's environment: colours, UTF-8, no provider, nothing that this test run was started with."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    return kept | dict(changes)


@pytest.fixture
def command(registry: Path, log: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs `console VERB …` on the same registry, as somebody in another terminal would."""

    def run(*arguments: str, actor: str = "bob@laptop") -> subprocess.CompletedProcess[bytes]:
        words = [*arguments, "--registry", str(registry), "--log", str(log)]
        return warm.run(words, terminal_environment({"CONSOLE_ACTOR": actor}), ROOT)

    return run


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """A registry whose canary started an hour ago."""
    path = tmp_path / "registry.toml"
    start = datetime.now(UTC) - timedelta(hours=1)
    path.write_text(REGISTRY.format(start=start.strftime("%Y-%m-%dT%H:%M:%SZ")), encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the request log will be."""
    return tmp_path / "requests.db"


@pytest.fixture
def open_console(registry: Path, log: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens the console on the registry and the log; closes whatever was opened."""
    opened: list[Terminal] = []

    def open_it(
        *options: str,
        size: tuple[int, int] = (120, 36),
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "console"),
    ) -> Terminal:
        given = {"CONSOLE_ACTOR": "olga@desk"} | dict(environment or {})
        terminal = Terminal(
            [*program, "--registry", str(registry), "--log", str(log), *options], size, given, forked=True
        )
        opened.append(terminal)
        return terminal

    yield open_it
    for terminal in opened:
        terminal.close()


@pytest.fixture
def console_in() -> Iterator[Callable[..., Terminal]]:
    """Starts `console` in a folder, as it is: no registry named."""
    opened: list[Terminal] = []

    def start(
        folder: Path,
        *options: str,
        size: tuple[int, int] = (100, 30),
        constants: Mapping[str, float] | None = None,
    ) -> Terminal:
        terminal = Terminal(["-m", "console", *options], size, cwd=folder, forked=True, constants=constants)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


class Traffic:
    """The application's process, and what its users were served."""

    def __init__(self, registry: Path, log: Path) -> None:
        self._seen = registry.parent / "seen.txt"
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "traffic.py"), str(registry), str(log), str(self._seen)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=terminal_environment({}),
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def requests(self, since: float = 0.0) -> list[tuple[float, str, str, str]]:
        """(when, model, why, user) of every request from `since` (seconds since 1970) on."""
        found = []
        for line in self._seen.read_text(encoding="utf-8").splitlines():
            parts = line.split()
            if len(parts) == 4 and float(parts[0]) >= since:
                found.append((float(parts[0]), parts[1], parts[2], parts[3]))
        return found

    def models(self, last_s: float = 0.3) -> set[str]:
        """The models that answered in the last moments."""
        return {model for _, model, _, _ in self.requests(time.time() - last_s)}

    def close(self) -> None:
        """End the application."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def traffic(registry: Path, log: Path) -> Iterator[Traffic]:
    """Users who keep asking."""
    running = Traffic(registry, log)
    yield running
    running.close()
