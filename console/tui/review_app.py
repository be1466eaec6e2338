"""`console review` on a terminal: the review alone, without registry or request log behind it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import SystemCommand
from textual.screen import Screen

from console.tui.screens.review import ReviewScreen
from console.tui.terminal_app import TerminalApp, run_app
from console.view.reviewed import ReviewDesk


class ReviewApp(TerminalApp[None]):
    """One screen; leaving it leaves the app."""

    ENABLE_COMMAND_PALETTE = True

    def __init__(self, desk: ReviewDesk, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._desk = desk

    def on_mount(self) -> None:
        """Show the review."""
        self.push_screen(ReviewScreen(self._desk), lambda _: self.exit())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action by name, for the palette."""
        if isinstance(screen, ReviewScreen):
            yield from (SystemCommand(*command) for command in screen.commands())


def run(desk: ReviewDesk, *, ascii_only: bool = False) -> int:
    """Open the review; returns the exit code once it is left: 0, 128 + n after signal n, 70 after a defect."""
    return run_app(ReviewApp(desk, ascii_only=ascii_only))
