"""How long until there is something to see: the console against a bare Textual app and another console, and the demo.

`python bench/start.py [RUNS]` starts each on a pseudo-terminal, in turn, on a world with three days of requests, and
measures from the start of the process to the frame with the first data (for the bare app: with its one word), and on to
the answer to a key that is pressed at that moment. `--harlequin PATH` (or HARLEQUIN) names the `harlequin` of an
environment of its own, a Textual console of about this size; its first paint is its first word. `.pyc` files are warm,
as they are for everybody after the first start. Then `console demo`, from the command to live metrics.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import shutil
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

RUNS = 9
PATIENCE_S = 60.0
ROOT = Path(__file__).resolve().parents[1]
BARE = """\
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("something to see")

Bare().run()
"""
_CODES = re.compile(rb"\x1b\[[0-9;?<>=$]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def environment() -> dict[str, str]:
    """A person's: colours, and `.pyc` files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    return kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}


class Program(NamedTuple):
    """What is started, the first text to wait for, the key that leaves; a key and the text that answers it."""

    command: Sequence[str]
    wanted: str
    leave: bytes = b"q"
    key: bytes = b""
    answer: str = ""


class Start(NamedTuple):
    """Seconds until the first text, until the answer to the key, and from the key that leaves to the end."""

    seen: float
    answered: float
    left: float


def start(program: Program) -> Start:
    """Start it once, wait and leave."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        import fcntl
        import termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        os.execvpe(program.command[0], list(program.command), environment())
    until = began + PATIENCE_S
    seen = answered = _wait(terminal, program.wanted, until)
    if program.key:
        os.write(terminal, program.key)
        answered = _wait(terminal, program.answer, until)
    asked = time.perf_counter()
    os.write(terminal, program.leave)
    while True:
        try:
            if not _read(terminal, until):
                break
        except OSError:
            break
    os.waitpid(pid, 0)
    left = time.perf_counter()
    os.close(terminal)
    return Start(seen - began, answered - began, left - asked)


def _wait(terminal: int, wanted: str, until: float) -> float:
    raw, sought = b"", re.compile(wanted.encode())
    while not sought.search(_CODES.sub(b"", raw)):
        raw += _read(terminal, until)
    return time.perf_counter()


def _read(terminal: int, until: float) -> bytes:
    if not select.select([terminal], [], [], max(0.0, until - time.perf_counter()))[0]:
        raise TimeoutError("nothing to see")
    return os.read(terminal, 65_536)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="?", type=int, default=RUNS)
    parser.add_argument("--harlequin", default=os.environ.get("HARLEQUIN", "harlequin"), help="its command")
    given = parser.parse_args()
    from console.demo import world

    with tempfile.TemporaryDirectory() as folder:
        world.make(Path(folder), datetime.now(UTC))
        places = ["--registry", f"{folder}/{world.REGISTRY_NAME}", "--log", f"{folder}/{world.LOG_NAME}"]
        programs = {
            "bare Textual app": Program([sys.executable, "-c", BARE], "something to see", b"\x11"),
            "console": Program([sys.executable, "-m", "console", *places], "error rate", b"q", b"1", "▌ 1 Registry"),
        }
        if harlequin := shutil.which(given.harlequin):
            programs["harlequin"] = Program([harlequin], "Data Catalog", b"\x11")
        rows: dict[str, list[Start]] = {name: [] for name in programs}
        for n in range(given.runs + 1):
            for name, program in programs.items():
                row = start(program)
                if n:  # the first one wrote the .pyc files
                    rows[name].append(row)
    print(f"{given.runs} starts of each, in turn; 120x36; three days of requests; load {os.getloadavg()[0]:.1f}")
    _print_rows(rows)
    _print_ratio("a bare Textual app", rows["console"], rows["bare Textual app"], 1.3)
    if "harlequin" in rows:
        _print_ratio("harlequin's first paint", rows["console"], rows["harlequin"], 0.45)
    else:
        print("harlequin: not installed (--harlequin PATH)")
    print_demo()


def _print_rows(rows: dict[str, list[Start]]) -> None:
    print(f"{'seconds':<22}{'first data p50':>16}{'best':>8}{'key answered':>14}{'best':>8}{'quit p50':>10}{'best':>8}")
    for name, values in rows.items():
        seen, answered, left = zip(*values, strict=True)
        cells = f"{name:<22}{statistics.median(seen):>16.3f}{min(seen):>8.3f}"
        if answered != seen:
            cells += f"{statistics.median(answered):>14.3f}{min(answered):>8.3f}"
        else:
            cells += f"{'':>22}"
        print(f"{cells}{statistics.median(left):>10.3f}{min(left):>8.3f}")


def _print_ratio(name: str, ours: Sequence[Start], theirs: Sequence[Start], goal: float) -> None:
    pairs = statistics.median(a.seen / b.seen for a, b in zip(ours, theirs, strict=True))
    best = min(each.seen for each in ours) / min(each.seen for each in theirs)
    print(f"first data to {name}: {pairs:.2f} (median of the pairs), {best:.2f} (of the best); goal {goal}")


def print_demo() -> None:
    """The command a newcomer types first."""
    demo = start(Program([sys.executable, "-m", "console", "demo"], r"(WARMING UP|WATCHING|PASS)(?s:.*)error rate"))
    print(f"console demo: {demo.seen:.1f} s to live metrics, {demo.left:.1f} s from q to the end")


if __name__ == "__main__":
    main()
