"""What the console is started with: made once by the command, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from console.domain.record import record
from console.text.clock import utc_now
from console.text.safe import NOTHING, SafeText
from console.tui.first_look import FirstLook
from console.tui.keys import KEYS, Key
from console.tui.opening import Opening
from console.view.lookout import Lookout

if TYPE_CHECKING:
    from threading import Event

    from console.compare.similarity import Embedder
    from console.providers.endpoints import Endpoints
    from console.registry.reading import Snapshot


@cache
def _embedder() -> Embedder:
    from console.compare.similarity import Embedder

    return Embedder()


@record
class Runtime:
    """Paths, permissions and doors to the outside. `endpoints` is where the comparer's questions go."""

    registry: Path
    log: Path
    actor: str
    endpoints: Callable[[], Endpoints]
    read_only: bool = False
    ascii_only: bool = False
    stand_in: bool = False
    override: SafeText = NOTHING
    """The sentence about `LLM_MODEL`, where it forces a model in this environment."""
    keys: tuple[Key, ...] = KEYS
    """The list of keys, with what this user has changed."""
    clock: Callable[[], datetime] = utc_now
    keep_watch: Callable[[Event, Callable[[str], None]], None] | None = None
    """Guards until the event is set, in the thread that calls it; None where this console may not."""
    guards: bool = False
    """Begin guarding as soon as the screen is there."""
    first: FirstLook | None = None
    """The look that was begun before the terminal library was loaded."""
    opened: Opening | None = None
    """The terminal with that look on it."""
    embedder: Callable[[], Embedder] = _embedder
    """Called when the first comparison is near: loading it at the start would be seen."""

    def first_look(self, read: Snapshot | None = None) -> FirstLook:
        """The look that the screen begins with; `read` is the registry as it was just read."""
        if self.first is not None:
            return self.first
        return FirstLook(Lookout(self.registry, self.log, read_only=self.read_only, read=read), self.clock)
