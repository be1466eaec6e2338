"""`/` on the main screen: only the routes that match what is typed, and no pane moves."""

from __future__ import annotations

from typing import ClassVar

from console.text.safe import safe_line
from console.tui.narrowing import Narrowing
from console.tui.widgets.registry_pane import RegistryPane
from console.view.filtering import matching, nearest
from console.view.records import FleetView


class Filtering(Narrowing):
    """Mixed into the main screen."""

    NARROWED_BY: ClassVar[tuple[str, str]] = ("route, model or state", "route")
    _sought = ""
    """What the cursor was put on the nearest route for."""

    def show_routes(self, view: FleetView) -> None:
        """Give the registry pane the routes of `view` that match."""
        typed, pane = self.typed_filter, self.narrowed
        if not typed:
            self.count_filtered(len(view.routes), len(view.routes))
            self._sought = ""
            pane.show(view)
            return
        found, before = matching(view, typed), pane.route
        self.count_filtered(len(found.routes), len(view.routes))
        said = safe_line(f"/{typed} · {len(found.routes)} of {len(view.routes)}")
        pane.show(found, empty="no route matches", said=said)
        if typed != self._sought:  # the next look shall not take the cursor back from where the arrows put it
            best = nearest(found, typed, before.name if before else None)
            if best is not None:
                pane.choose(best)
        self._sought = typed

    @property
    def narrowed(self) -> RegistryPane:
        """The routes."""
        return self.query_one(RegistryPane)

    def narrow(self) -> None:
        """Other routes match."""
        self._show()

    def move_narrowed(self, rows: int) -> None:
        """From route to route."""
        self.narrowed.move(rows)

    def _show(self) -> None:
        """Put the last look on the screen."""
        raise NotImplementedError

    def action_all_routes(self) -> None:
        """`esc`, once a filter stands."""
        self.clear_filter()
