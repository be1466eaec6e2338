"""A recording of one minute at the real console: `python -m bench.recording OUT.cast`.

Opens `console` on a pseudo-terminal, beside a regression of the last hour, and does what somebody on call does: look,
see what the way out would write, roll back, read the history, undo, leave. The file is an asciicast (version 2), which
`asciinema play OUT.cast` shows.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.spine.conftest import Terminal
from tests.tui import worlds

SIZE = (100, 30)
READ_S = 2.5
"""How long a person looks at a screen before the next key; what took longer than this is cut to it."""
NIGHTLY_ERRORS = 0.3
"""Share of the canary's requests: enough to be decided by the fifth of the traffic that there is at night."""
STEPS: tuple[tuple[str, str], ...] = (
    ("", "REGRESSION"),
    ("r", "Roll back  y"),
    ("y", "rolled back"),
    ("h", "Same as"),
    ("\x1b", "u undo"),
    ("u", "Cancel  esc"),
    ("\x1b", "q quit"),
)
"""A key, and what the screen shows after it."""


class Recorder(Terminal):
    """A terminal that remembers when it was written to. Waiting is not recorded, only looking."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self.events: list[tuple[float, str]] = []
        self.at = 0.0
        super().__init__(["-m", "console", *arguments], SIZE, {"CONSOLE_ACTOR": worlds.ACTOR}, cwd)

    def read(self, seconds: float = 0.02) -> None:
        """Take in what the program wrote, as one event."""
        before, began = len(self.raw), time.monotonic()
        super().read(seconds)
        if len(self.raw) > before:
            self.at += min(0.05, time.monotonic() - began)
            self.events.append((self.at, self.raw[before:].decode("utf-8", "replace")))

    def look(self) -> None:
        """Let whoever watches read."""
        self.watch(0.6)
        self.at += READ_S


def record(out: Path) -> None:
    """Write the recording."""
    with tempfile.TemporaryDirectory(prefix="console-recording-") as name:
        world = worlds.regression(Path(name), datetime.now(UTC), errors=NIGHTLY_ERRORS)
        terminal = Recorder("--registry", str(world.registry), "--log", str(world.log), cwd=Path(name))
        try:
            for key, shown in STEPS:
                terminal.press(key)
                terminal.wait(shown, within_s=30.0)
                terminal.look()
            terminal.press("q")
            terminal.end()
        finally:
            terminal.close()
    header = {"version": 2, "width": SIZE[0], "height": SIZE[1], "title": "console"}
    lines = [json.dumps(header), *(json.dumps([round(at, 3), "o", data]) for at, data in terminal.events)]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the recording into the file that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: recording.py OUT.cast\n")
        return 2
    record(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
