"""The row in which routes are filtered. It is made at the first `/`: an input is much to load, parse and style."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from console.text.words import plural


class FilterRow(Horizontal):
    """One row with an input; not on the screen while there is no filter."""

    DEFAULT_CSS = """
    FilterRow { height: 1; display: none; }
    FilterRow Label { width: auto; }
    FilterRow Input { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "show every route", show=False),
        Binding("down", "move(1)", "next route", show=False),
        Binding("up", "move(-1)", "previous route", show=False),
    ]

    _counted = (0, 0)

    class Changed(Message):
        """Other text stands in the row."""

    class Left(Message):
        """The filter stays; the keys go back to the routes."""

    class Moved(Message):
        """Up or down while typing."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def compose(self) -> ComposeResult:
        """`/`, what is typed, how many routes match."""
        yield Label(Content(" / "), classes="filter-mark")
        yield Input(placeholder="route, model or state", id="filter", select_on_focus=False)
        yield Label(Content(""), classes="filter-count")

    @property
    def typed(self) -> str:
        """What a route must hold."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the row and type into it."""
        self.display = True
        self.query_one(Input).focus()

    def count(self, shown: int, of: int) -> None:
        """Say how many of the routes are on the screen."""
        if self._counted != (shown, of):  # a label that is told anything lays the whole screen out again
            self._counted = (shown, of)
            self.query_one(".filter-count", Label).update(
                Content(f" {shown} of {plural(of, 'route')} · esc shows all ")
            )

    def action_clear(self) -> None:
        """Every route again."""
        self.query_one(Input).value = ""
        self.post_message(self.Left())

    def action_move(self, rows: int) -> None:
        """The cursor moves while the filter is typed."""
        self.post_message(self.Moved(rows))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.typed.strip():
            self.post_message(self.Left())
        else:
            self.action_clear()
