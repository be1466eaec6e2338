"""The row in which a list is filtered. It is made at the first `/`: an input is much to load, parse and style."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from console.text import words


class FilterRow(Horizontal):
    """One row with an input; not on the screen while there is no filter."""

    DEFAULT_CSS = """
    FilterRow { height: 1; display: none; }
    FilterRow Label { width: auto; }
    FilterRow Input { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "show all", show=False),
        Binding("down", "move(1)", "next", show=False),
        Binding("up", "move(-1)", "previous", show=False),
    ]
    LONGEST = 200
    """Characters: nobody types more, and what is pasted by mistake is not searched for."""

    def __init__(self, sought: str, noun: str) -> None:
        """`sought` says what can be typed, `noun` what is listed: both stand in the row."""
        super().__init__()
        self._sought, self._noun = sought, noun
        self._counted = (-1, -1)

    class Changed(Message):
        """Other text stands in the row."""

    class Left(Message):
        """The filter stays; the keys go back to the list."""

    class Moved(Message):
        """Up or down while typing."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    def compose(self) -> ComposeResult:
        """`/`, what is typed, how many routes match."""
        yield Label(Content(" / "), classes="filter-mark")
        yield Input(placeholder=self._sought, id="filter", select_on_focus=False, max_length=self.LONGEST)
        yield Label(Content(""), classes="filter-count")

    @property
    def typed(self) -> str:
        """What is looked for."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the row and type into it."""
        self.display = True
        self.query_one(Input).focus()

    def count(self, shown: int, of: int) -> None:
        """Say how many are listed."""
        if self._counted != (shown, of):  # a label that is told anything lays the whole screen out again
            self._counted = (shown, of)
            said = f" {words.count(shown)} of {words.plural(of, self._noun)} · esc shows all "
            self.query_one(".filter-count", Label).update(Content(said))

    def action_clear(self) -> None:
        """Everything again."""
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
