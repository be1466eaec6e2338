"""How the terminal library takes over a screen that is there already, with the keys that were pressed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.message import Message

from console.tui.opening import ALTERNATE

if TYPE_CHECKING:
    from console.tui.opening import Opening

_HELD_S = 10.0
"""Keys are not kept from a screen that takes longer than this to appear: `q` must work."""


class _MayBeGone:
    """The file of a terminal whose window may be closed: what is written to it then is for nobody.

    The library's writer would end at the error, and whoever waits for it would wait for ever.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> None:
        self._try(self._file.write, text)

    def flush(self) -> None:
        self._try(self._file.flush)

    def _try(self, what: Callable[..., object], *values: object) -> None:
        if not self._gone:
            try:
                what(*values)
            except (OSError, ValueError):
                self._gone = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def outliving(driver: type[Driver]) -> type[Driver]:
    """`driver`, for an app that ends as always when its terminal is gone."""

    class Outliving(driver):  # type: ignore[misc, valid-type]
        """Writes to what may be gone."""

        def __init__(self, *values: Any, **named: Any) -> None:
            super().__init__(*values, **named)
            own: dict[str, Any] = self.__dict__
            if "_file" in own:
                own["_file"] = _MayBeGone(own["_file"])

    return Outliving


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
