"""`/` on a screen with a list: what is typed stands in the row of the footer, so that nothing moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen
from textual.widget import Widget

from console.tui.widgets.frame import KeyBar

if TYPE_CHECKING:
    from console.tui.widgets.filter_row import FilterRow

    _Base = Screen[None]
else:
    _Base = object


class Narrowing(_Base):
    """Mixed into the screen, which has the footer and the list."""

    NARROWED_BY: ClassVar[tuple[str, str]]
    """What can be typed, and what is listed: `("route, model or state", "route")`."""
    _filter: FilterRow | None = None

    @property
    def typed_filter(self) -> str:
        """What is looked for, as it was typed."""
        return self._filter.typed.strip() if self._filter is not None else ""

    @property
    def is_filtered(self) -> bool:
        """Whether something may be hidden."""
        return bool(self.typed_filter)

    async def action_filter(self) -> None:
        """`/`."""
        if self._filter is None:
            from console.tui.widgets.filter_row import FilterRow

            row = FilterRow(*self.NARROWED_BY)
            await self.mount(row, before=self.query_one(KeyBar))
            self._filter = row
            self.narrow()
        self.query_one(KeyBar).display = False
        self._filter.open()

    def clear_filter(self) -> bool:
        """`esc`, once a filter stands: whether one stood."""
        if self._filter is None or not self.is_filtered:
            return False
        self._filter.action_clear()
        return True

    def count_filtered(self, shown: int, of: int) -> None:
        """Say how many are listed."""
        if self._filter is not None:
            self._filter.count(shown, of)

    def on_filter_row_changed(self) -> None:
        """Something else is looked for."""
        self.narrow()

    def on_filter_row_left(self) -> None:
        """The keys go back to the list."""
        if self._filter is not None:
            self._filter.display = False
        self.query_one(KeyBar).display = True
        self.narrowed.focus()
        self.narrow()

    def on_filter_row_moved(self, message: FilterRow.Moved) -> None:
        """The cursor moves while something is typed."""
        self.move_narrowed(message.rows)

    @property
    def narrowed(self) -> Widget:
        """The list."""
        raise NotImplementedError

    def narrow(self) -> None:
        """List what holds what is typed."""
        raise NotImplementedError

    def move_narrowed(self, rows: int) -> None:
        """Move the cursor of the list by `rows`."""
        raise NotImplementedError
