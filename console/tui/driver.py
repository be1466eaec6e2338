"""How the terminal library takes over a screen that is there already, with the keys that were pressed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.driver import Driver
from textual.message import Message

from console.tui.opening import ALTERNATE

if TYPE_CHECKING:
    from console.tui.opening import Opening

_HELD_S = 10.0
"""Keys are not kept from a screen that takes longer than this to appear: `q` must work."""


def taking_over(opened: Opening) -> type[Driver] | None:
    """The driver for an app on the terminal of `opened`; None where the library has another one."""
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:  # on Windows, where nothing is opened early either
        return None

    class TakingOver(LinuxDriver):
        """Does not enter the alternate screen again, which would clear it; holds input until a screen can take it."""

        def write(self, data: str) -> None:
            if not (data == ALTERNATE and opened.take_over()):
                super().write(data)

        def process_message(self, message: Message) -> None:
            opened.ready.wait(_HELD_S)  # in the thread that reads: what follows waits in the terminal
            super().process_message(message)

        def disable_input(self) -> None:
            opened.ready.set()  # it waits for that thread
            super().disable_input()

    return TakingOver
