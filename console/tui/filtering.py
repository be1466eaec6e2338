"""`/`: only the routes that match what is typed, in the row of the footer, so that no pane moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from console.text.safe import safe_line
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.registry_pane import RegistryPane
from console.view.filtering import matching, nearest
from console.view.records import FleetView

if TYPE_CHECKING:
    from console.tui.widgets.filter_row import FilterRow

    _Base = Screen[None]
else:
    _Base = object


class Filtering(_Base):
    """Mixed into the main screen."""

    _filter: FilterRow | None = None
    _sought = ""
    """What the cursor was put on the nearest route for."""

    @property
    def _typed_filter(self) -> str:
        return self._filter.typed if self._filter is not None else ""

    def show_routes(self, view: FleetView) -> None:
        """Give the registry pane the routes of `view` that match."""
        typed, pane = self._typed_filter, self.query_one(RegistryPane)
        if not typed.strip():
            self._count(view, view)
            self._sought = ""
            pane.show(view)
            return
        found, before = matching(view, typed), pane.route
        self._count(found, view)
        said = safe_line(f"/{typed.strip()} · {len(found.routes)} of {len(view.routes)}")
        pane.show(found, empty="no route matches", said=said)
        if typed != self._sought:  # the next look shall not take the cursor back from where the arrows put it
            best = nearest(found, typed, before.name if before else None)
            if best is not None:
                pane.choose(best)
        self._sought = typed

    def _count(self, shown: FleetView, of: FleetView) -> None:
        if self._filter is not None:
            self._filter.count(len(shown.routes), len(of.routes))

    @property
    def is_filtered(self) -> bool:
        """Whether some routes may be hidden."""
        return bool(self._typed_filter.strip())

    async def action_filter(self) -> None:
        """`/`."""
        if self._filter is None:
            from console.tui.widgets.filter_row import FilterRow

            row = FilterRow()
            await self.mount(row, before=self.query_one(KeyBar))
            self._filter = row
            self.on_filter_row_changed()
        self.query_one(KeyBar).display = False
        self._filter.open()

    def on_filter_row_changed(self) -> None:
        """Other routes match."""
        self._show()

    def _show(self) -> None:
        """Put the last look on the screen."""
        raise NotImplementedError

    def action_all_routes(self) -> None:
        """`esc`, once a filter stands."""
        if self._filter is not None and self.is_filtered:
            self._filter.action_clear()

    def on_filter_row_left(self) -> None:
        """The keys go back to the routes."""
        if self._filter is not None:
            self._filter.display = False
        self.query_one(KeyBar).display = True
        self.query_one(RegistryPane).focus()
        self.on_filter_row_changed()

    def on_filter_row_moved(self, message: FilterRow.Moved) -> None:
        """The cursor moves while the filter is typed."""
        self.query_one(RegistryPane).move(message.rows)
