"""The application: one main screen, and every action of it in the palette."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.app import SystemCommand
from textual.screen import Screen

from console.tui.keymap import textual_keymap
from console.tui.runtime import Runtime
from console.tui.screens.main import MainScreen
from console.tui.terminal_app import CRASHED, TerminalApp, run_app

__all__ = ["CRASHED", "ConsoleApp", "run"]


class ConsoleApp(TerminalApp[None]):
    """The console. All state lives in files; the app holds the last look at them."""

    ENABLE_COMMAND_PALETTE = True

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(ascii_only=runtime.ascii_only, opened=runtime.opened)
        self.runtime = runtime
        self.set_keymap(textual_keymap(runtime.keys))

    def get_default_screen(self) -> Screen[Any]:
        """The one screen: an empty one below it would be laid out and painted first."""
        return MainScreen(self.runtime)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action by name, for the palette."""
        main = next((each for each in self.screen_stack if isinstance(each, MainScreen)), None)
        if main is None or screen is not main:
            return
        for key in self.runtime.keys:
            if key.action == "command_palette":
                continue
            if main.allows(key.action):
                yield SystemCommand(f"{key.label.capitalize()}  {key.shown}", key.help, main.runner(key.action))
        for title, help_, action in main.more_commands():
            yield SystemCommand(title, help_, action)
        yield SystemCommand("Themes", "choose one of all the colours there are", self.search_themes)


def run(runtime: Runtime) -> int:
    """Open the console; returns the exit code once it is left: 0, 128 + n after signal n, 70 after a defect."""
    return run_app(ConsoleApp(runtime))
