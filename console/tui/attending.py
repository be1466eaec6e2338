"""`n`: from wherever one looks to the route that waits for a person, and the word in the header that there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from console.text.cells import clip
from console.text.safe import SafeText
from console.tui.widgets.registry_pane import RegistryPane
from console.view.attention import QUIET, Alarm, elsewhere, next_waiting, worst
from console.view.lookout import Look
from console.view.records import FleetView, RouteView

if TYPE_CHECKING:
    _Base = Screen[None]
else:
    _Base = object

_LABEL = 20
"""Cells of a route's name in the footer: the other keys need theirs."""


class Attending(_Base):
    """Mixed into the main screen, which knows the last look and the selected route."""

    look: Look | None

    @property
    def chosen_name(self) -> SafeText | None:
        """The name of the route under the cursor."""
        raise NotImplementedError

    def action_all_routes(self) -> None:
        """Take a filter away."""
        raise NotImplementedError

    def show_routes(self, view: FleetView) -> None:
        """Those that the filter leaves."""
        raise NotImplementedError

    @property
    def alarm(self) -> Alarm:
        """What is wrong on another route."""
        return elsewhere(self.look.view.routes, self.chosen_name) if self.look else QUIET

    @property
    def next_waiting(self) -> RouteView | None:
        """Where `n` leads."""
        return next_waiting(self.look.view.routes, self.chosen_name) if self.look else None

    @property
    def attend_label(self) -> str:
        """The effect of `n` in the footer: `to summarise`."""
        found = self.next_waiting
        return f"to {clip(found.name, _LABEL)}" if found else "next waiting"

    def action_attend(self) -> None:
        """`n`."""
        found, pane = self.next_waiting, self.query_one(RegistryPane)
        if found is None:
            return
        if not pane.choose(found.name) and self.look is not None:
            self.action_all_routes()  # a filter hides it
            self.show_routes(self.look.view)
            pane.choose(found.name)

    def begin_at_the_worst(self) -> None:
        """A console that is opened in the night shows what it was opened for."""
        found = worst(self.look.view.routes) if self.look else None
        if found is not None:
            self.query_one(RegistryPane).choose(found.name)
