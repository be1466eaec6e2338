"""The first frame: on the terminal before the terminal library is loaded, which takes longer than all before it.

Numbers of the first look stand there in a third of the time. Keys that are pressed meanwhile wait in the terminal, and
the library takes the screen over as it is. Where the frame might not be the one that the library shows next (another
theme, a terminal with few colours, no terminal), nothing is drawn.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import plain_ascii, without_colour
from console.tui.remembering import remembered, theme_file
from console.tui.styles import DARK_NAME, LIGHT_NAME, Colours, style

if TYPE_CHECKING:
    from rich.color import ColorSystem

ALTERNATE = "\x1b[?1049h"
_ENTER, _LEAVE = f"{ALTERNATE}\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_UNDO = "".join(f"\x1b[?{mode}l" for mode in (1000, 1003, 1015, 1006, 1004, 2004)) + "\x1b[<u"
"""What the library asks a terminal for while it begins: the mouse, the focus, pastes as such, keys in full."""
SIGNALS = (signal.SIGTERM, signal.SIGHUP)
"""They leave as `q` does, since their default would leave the terminal on the alternate screen with the mouse on."""


class Opening:
    """A terminal that shows a first frame, until the library takes it over."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.ready = threading.Event()
        """Set once there is a screen that keys can be given to."""
        self._shown = False
        self._first = _modes_of(file)
        self._modes: list[Any] | None = None

    def show(self, text: str) -> None:
        """Put the whole screen there at once; what is typed from here on is neither shown nor lost."""
        import termios

        self._modes = termios.tcgetattr(sys.__stdin__)  # type: ignore[arg-type]
        quiet = [*self._modes[:6], list(self._modes[6])]
        quiet[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)  # enter stays enter
        quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)  # ctrl+c still ends a start that hangs
        quiet[6][termios.VSUSP] = b"\0"  # a stopped program would leave its screen behind
        termios.tcsetattr(sys.__stdin__, termios.TCSANOW, quiet)  # type: ignore[arg-type]
        self._shown = True
        self._file.write(_ENTER + text)
        self._file.flush()

    def take_over(self) -> bool:
        """The library begins, on a terminal in its usual modes. Whether there is a screen that it must not clear."""
        shown, self._shown = self._shown, False
        self._usual_modes()
        return shown

    def end(self) -> None:
        """Leave the terminal as it was, where nobody took it over."""
        if self._shown:
            self._shown = False
            with suppress(OSError, ValueError):
                self._file.write(_LEAVE)
                self._file.flush()
        self._usual_modes()

    def abandon(self) -> None:
        """Leave a terminal that the library was about to take over: it leaves none that it has not begun to read."""
        self._modes = self._first
        self._shown = True
        with suppress(OSError, ValueError):
            self._file.write(_UNDO)
        self.end()

    def _usual_modes(self) -> None:
        modes, self._modes = self._modes, None
        if modes is not None:
            import termios

            with suppress(termios.error, ValueError):
                termios.tcsetattr(sys.__stdin__, termios.TCSANOW, modes)  # type: ignore[arg-type]


def _modes_of(file: TextIO) -> list[Any] | None:
    """How the terminal is set; None where there is none."""
    try:
        import termios
    except ImportError:  # on Windows, where nothing is opened early either
        return None
    try:
        return termios.tcgetattr(sys.__stdin__) if file.isatty() else None  # type: ignore[arg-type]
    except (OSError, ValueError, termios.error):
        return None


@contextmanager
def opening(draw: Callable[[int, int], Canvas | None], *, ascii_only: bool) -> Iterator[Opening]:
    """Show what `draw` makes of the terminal's size, and end well whatever comes next, signals included.

    Nothing is shown where `draw` returns None.
    """
    file = sys.__stderr__  # where the library writes
    opened = Opening(file or sys.stderr)
    before = _handled(_leave)
    try:
        colours = _colours(os.environ) if file is not None and file.isatty() else None
        canvas = draw(*shutil.get_terminal_size()) if colours else None
        if canvas is not None and colours is not None:
            opened.show(as_text(canvas, *colours, ascii_only=ascii_only))
        yield opened
    except SystemExit:
        if file is not None and file.isatty():
            opened.abandon()
        raise
    finally:
        opened.end()
        for number, handler in before.items():
            signal.signal(number, handler)


def _handled(handler: Callable[[int, Any], Any]) -> dict[signal.Signals, Any]:
    """Have `handler` called on each signal; returns what was called before. Only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, handler) for number in SIGNALS}


def as_text(canvas: Canvas, colours: Colours, depth: ColorSystem, *, ascii_only: bool) -> str:
    """The canvas as a terminal takes it: each row at its place."""
    lines = []
    for y, row in enumerate(canvas.rows(), 1):
        if colours == "none":
            row = without_colour(row)
        if ascii_only:
            row = plain_ascii(row)
        styled = (style(look, colours).render(text, color_system=depth) for text, look in row if text)
        lines.append(f"\x1b[{y};1H{''.join(styled)}")
    return "".join(lines)


def _colours(environment: Mapping[str, str]) -> tuple[Colours, ColorSystem] | None:
    """What the library will draw with in this environment; None where that is not known before it is loaded."""
    theme = remembered(theme_file())
    if theme not in ("", DARK_NAME, LIGHT_NAME) or any(name.startswith("TEXTUAL") for name in environment):
        return None
    from rich.color import ColorSystem

    depth = ColorSystem.TRUECOLOR
    if environment.get("COLORTERM", "").strip().lower() not in ("truecolor", "24bit"):
        if environment.get("TERM", "").strip().lower().rpartition("-")[2] not in ("256color", "kitty"):
            return None
        depth = ColorSystem.EIGHT_BIT
    if "NO_COLOR" in environment:
        return "none", depth
    return "light" if theme == LIGHT_NAME else "dark", depth


def _leave(number: int, _frame: object) -> NoReturn:
    """As `q` does: the default would leave the terminal on the alternate screen."""
    raise SystemExit(128 + number)
