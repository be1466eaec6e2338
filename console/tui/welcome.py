"""The first run: there is no registry yet, so the console shows the one it would write, or offers the demo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from console.text.safe import NOTHING, SafeText
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.welcome import draw_welcome
from console.tui.terminal_app import TerminalApp
from console.tui.widgets.drawn import Drawn

Chosen = Literal["write", "demo"]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the code. `lines` is the registry that would be written; none: `said` tells why."""

    said: SafeText
    lines: tuple[SafeText, ...] = ()


class WelcomePage(Drawn):
    """Where one is, and what there is to choose."""

    DEFAULT_CSS = "WelcomePage { width: 100%; height: 1fr; }"

    def __init__(self, name: SafeText, folder: SafeText) -> None:
        super().__init__()
        self._file, self._folder = name, folder
        self.found: Found | None = None

    def draw(self, width: int, height: int) -> Canvas:
        """The page at this size."""
        said, lines = (self.found.said, self.found.lines) if self.found else (NOTHING, ())
        return draw_welcome(self._file, self._folder, said, lines, width, height)


class WelcomeApp(TerminalApp[Chosen]):
    """Returns what the person chose, None for neither. `look` searches the code; it runs on a thread."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+q", "leave", "leave", show=False),
        Binding("y", "write", "write it", show=False),
        Binding("d", "demo", "demo", show=False),
        Binding("left,right", "focus_next", "other button", show=False),
    ]

    class Looked(Message):
        """The code has been searched."""

        def __init__(self, found: Found) -> None:
            super().__init__()
            self.found = found

    def __init__(
        self, name: SafeText, folder: SafeText, look: Callable[[], Found], *, may_write: bool, ascii_only: bool
    ) -> None:
        super().__init__(ascii_only=ascii_only)
        self._page = WelcomePage(name, folder)
        self._look, self._may_write = look, may_write

    def compose(self) -> ComposeResult:
        """The page and three buttons; the one that writes nothing has the focus."""
        yield self._page
        with Horizontal(id="buttons"):
            yield Button(Content("Demo  d"), id="demo")
            yield Button(Content("Write it  y"), id="write", disabled=True)
            yield Button(Content("Leave  q"), id="leave")

    def on_mount(self) -> None:
        """Search the code while the page is read."""
        self.query_one("#demo", Button).focus()
        self.run_worker(lambda: self.post_message(self.Looked(self._look())), thread=True)

    def on_welcome_app_looked(self, message: Looked) -> None:
        """Show what was found."""
        self._page.found = message.found
        self._page.redraw()
        self.query_one("#write", Button).disabled = not self._writable

    @property
    def _writable(self) -> bool:
        return bool(self._may_write and self._page.found and self._page.found.lines)

    @on(Button.Pressed, "#write")
    def action_write(self) -> None:
        """Write the registry that is shown, and open the console on it."""
        if self._writable:
            self.exit("write")

    @on(Button.Pressed, "#demo")
    def action_demo(self) -> None:
        """A simulated world instead."""
        self.exit("demo")

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Neither."""
        self.exit(None)
