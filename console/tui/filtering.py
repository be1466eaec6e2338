"""`/`: only the routes that match what is typed, in the row of the footer, so that no pane moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Label

from console.text.safe import safe_line
from console.text.words import plural
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.registry_pane import RegistryPane
from console.view.filtering import matching, nearest
from console.view.records import FleetView

if TYPE_CHECKING:
    _Base = Screen[None]
else:
    _Base = object


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


class Filtering(_Base):
    """Mixed into the main screen."""

    _sought = ""
    """What the cursor was put on the nearest route for."""

    def show_routes(self, view: FleetView) -> None:
        """Give the registry pane the routes of `view` that match."""
        row, pane = self.query_one(FilterRow), self.query_one(RegistryPane)
        if not row.typed.strip():
            row.count(len(view.routes), len(view.routes))
            self._sought = ""
            pane.show(view)
            return
        found, before = matching(view, row.typed), pane.route
        row.count(len(found.routes), len(view.routes))
        said = safe_line(f"/{row.typed.strip()} · {len(found.routes)} of {len(view.routes)}")
        pane.show(found, empty="no route matches", said=said)
        if row.typed != self._sought:  # the next look shall not take the cursor back from where the arrows put it
            best = nearest(found, row.typed, before.name if before else None)
            if best is not None:
                pane.choose(best)
        self._sought = row.typed

    @property
    def is_filtered(self) -> bool:
        """Whether some routes may be hidden."""
        return bool(self.query_one(FilterRow).typed.strip())

    def action_filter(self) -> None:
        """`/`."""
        self.query_one(KeyBar).display = False
        self.query_one(FilterRow).open()

    def action_all_routes(self) -> None:
        """`esc`, once a filter stands."""
        if self.is_filtered:
            self.query_one(FilterRow).action_clear()

    def on_filter_row_left(self) -> None:
        """The keys go back to the routes."""
        self.query_one(FilterRow).display = False
        self.query_one(KeyBar).display = True
        self.query_one(RegistryPane).focus()
        self.post_message(FilterRow.Changed())

    def on_filter_row_moved(self, message: FilterRow.Moved) -> None:
        """The cursor moves while the filter is typed."""
        self.query_one(RegistryPane).move(message.rows)
