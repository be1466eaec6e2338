"""`z` on the main screen: the focused pane alone, between header and footer, until `z` or `esc`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.drawing.frame import Hint
from console.tui.keys import Key, by_action

if TYPE_CHECKING:
    from console.tui.filtering import Filtering
    from console.tui.offering import Offering

    class _Base(Filtering, Offering):
        """What the main screen is beside this."""

else:
    _Base = object

ALL_PANES = "all panes"


class Zooming(_Base):
    """Mixed into the main screen, which arranges the panes. Another pane that is gone to is alone in its turn."""

    _zoomed = False

    def action_zoom(self) -> None:
        """One pane, or all of them."""
        self._zoomed = not self._zoomed
        self._arrange()

    def action_all_routes(self) -> None:
        """`esc` ends what hides something: first a filter, then the pane that stands alone."""
        if self._zoomed and not self.is_filtered:
            self.action_zoom()
        else:
            super().action_all_routes()

    def label(self, key: Key) -> str:
        """The key leads back, too."""
        return ALL_PANES if self._zoomed and key.action == "zoom" else super().label(key)

    def hints(self) -> list[Hint]:
        """The way back stands among the first keys: what is hidden may be what is needed."""
        hints = super().hints()
        if self._zoomed:
            back = Hint(by_action("zoom", self.runtime.keys).shown, ALL_PANES)
            hints = [*hints[:1], back, *(each for each in hints[1:] if each != back)]
        return hints

    def _arrange(self) -> None:
        """Give every pane its place. The main screen does."""
        raise NotImplementedError
