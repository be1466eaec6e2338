"""How long until there is something to see: the console against a bare Textual app, and the demo.

`python bench/start.py [RUNS]` starts both on a pseudo-terminal, in turn, on a world with three days of requests, and
measures from the start of the process to the frame with the first data (for the bare app: with its one word). `.pyc`
files are warm, as they are for everybody after the first start. Then `console demo`, from the command to live metrics.
"""

from __future__ import annotations

import os
import pty
import re
import select
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

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


def seconds_until(command: Sequence[str], wanted: str, leave: bytes = b"q") -> tuple[float, float]:
    """(seconds until `wanted` was sent to the terminal, seconds from the key `q` to the end of the process)."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        import fcntl
        import termios

        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        os.execvpe(command[0], list(command), environment())
    raw, sought, until = b"", re.compile(wanted.encode()), began + PATIENCE_S
    while not sought.search(_CODES.sub(b"", raw)):
        raw += _read(terminal, until)
    seen = time.perf_counter()
    os.write(terminal, leave)
    while True:
        try:
            if not _read(terminal, until):
                break
        except OSError:
            break
    os.waitpid(pid, 0)
    left = time.perf_counter()
    os.close(terminal)
    return seen - began, left - seen


def _read(terminal: int, until: float) -> bytes:
    if not select.select([terminal], [], [], max(0.0, until - time.perf_counter()))[0]:
        raise TimeoutError("nothing to see")
    return os.read(terminal, 65_536)


def main(runs: int) -> None:
    """Print the tables."""
    from console.demo import world

    with tempfile.TemporaryDirectory() as folder:
        world.make(Path(folder), datetime.now(UTC))
        places = ["--registry", f"{folder}/{world.REGISTRY_NAME}", "--log", f"{folder}/{world.LOG_NAME}"]
        commands = {
            "bare Textual app": ([sys.executable, "-c", BARE], "something to see", b"\x11"),
            "console": ([sys.executable, "-m", "console", *places], "error rate", b"q"),
        }
        rows: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for n in range(runs + 1):
            for name, (command, wanted, leave) in commands.items():
                row = seconds_until(command, wanted, leave)
                if n:  # the first one wrote the .pyc files
                    rows[name].append(row)
    print(f"{runs} starts of each, in turn; 120x36; three days of requests")
    print(f"{'seconds':<22}{'first data p50':>16}{'best':>8}{'quit p50':>10}{'best':>8}")
    for name, values in rows.items():
        seen, left = zip(*values, strict=True)
        row = (statistics.median(seen), min(seen), statistics.median(left), min(left))
        print(f"{name:<22}{row[0]:>16.3f}{row[1]:>8.3f}{row[2]:>10.3f}{row[3]:>8.3f}")
    bare, ours = ([value for value, _ in rows[name]] for name in commands)
    pairs = [a / b for a, b in zip(ours, bare, strict=True)]
    print(
        f"ratio, median of the pairs {statistics.median(pairs):.2f}, of the best {min(ours) / min(bare):.2f}; goal 1.3"
    )
    print_demo()


def print_demo() -> None:
    """The command a newcomer types first."""
    seen, left = seconds_until(
        [sys.executable, "-m", "console", "demo"], r"(WARMING UP|WATCHING|PASS)(?s:.*)error rate"
    )
    print(f"console demo: {seen:.1f} s to live metrics, {left:.1f} s from q to the end")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
