"""What every screen of ours needs from its app: themes, plain characters, and a clean way out whatever happens."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, TypeVar

from textual.app import App
from textual.command import Provider
from textual.filter import LineFilter, NoColor

from console.text.safe import safe
from console.tui.commands import Commands
from console.tui.drawing.palette import DARK, LIGHT
from console.tui.driver import outliving, taking_over
from console.tui.opening import SIGNALS, Opening
from console.tui.plain import AsciiOnly
from console.tui.remembering import remember, remembered, theme_file
from console.tui.styles import DARK_NAME
from console.tui.theme import THEMES

CRASHED = 70
Result = TypeVar("Result")


class TerminalApp(App[Result]):
    """An app with our look that restores the terminal after signals and defects."""

    CSS_PATH = Path(__file__).with_name("app.tcss")  # absolute: a subclass may live elsewhere
    TITLE = "console"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (44, "-narrow"), (90, "-broad")]  # noqa: RUF012 - Textual's own type

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Commands}

    def __init__(self, *, ascii_only: bool = False, opened: Opening | None = None) -> None:
        super().__init__(driver_class=taking_over(opened) if opened is not None else None)
        self.driver_class = outliving(self.driver_class)
        self.ascii_only = ascii_only
        self.crash_file: Path | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK_NAME

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The names that the style sheet uses, for themes other than our own."""
        return dict(DARK if self.current_theme.dark else LIGHT)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The last thing that happens to a row before the terminal gets it."""
        filters = [*super().get_line_filters()]
        if self.no_color:
            filters = [NoColor()]  # Textual's own answer is shades of grey, which are colours to a terminal
        return [*filters, AsciiOnly()] if self.ascii_only else filters

    def on_mount(self) -> None:
        """Leave on a signal as on `q`."""
        with suppress(RuntimeError, ValueError):  # only the main thread may
            for number in SIGNALS:
                # Through the loop, which wakes up for it; a plain handler would wait for the next event.
                asyncio.get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """A defect ends the app with its terminal restored: a short message, and no variable of ours in any trace."""
        self.crash_file = _write_trace(error)
        self._exception = error
        self._return_code = CRASHED
        self._exception_event.set()
        self._close_messages_no_wait()


def _write_trace(error: BaseException) -> Path | None:
    """Where the code failed, without any value: variables may hold keys, prompts and answers."""
    lines = [f"{type(error).__name__} in the console", ""]
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    try:
        with tempfile.NamedTemporaryFile("w", prefix="console-crash-", suffix=".txt", delete=False) as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return None
    return Path(file.name)


def run_app(app: TerminalApp[Result]) -> int:
    """Run `app` until it is left; returns the exit code: 0, 128 + n after signal n, 70 after a defect.

    It opens in the theme that this user chose last, and remembers another one.
    """
    own = theme_file()
    chosen = remembered(own)
    if chosen in app.available_themes:
        app.theme = chosen
    began = app.theme
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        app.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if app.theme != began:
            remember(own, app.theme)
    if app.return_code == CRASHED:
        where = f" Where it happened: {app.crash_file}" if app.crash_file else ""
        sys.stderr.write(safe(f"console stopped: a defect of ours, nothing was lost.{where}\n"))
    return app.return_code or 0
