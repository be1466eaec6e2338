"""One change of the registry as the history keeps it: who, when, why, on which evidence, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

EntryState = Literal["intended", "committed", "abandoned"]
"""`intended` is written before the file is touched, `committed` after it was replaced, `abandoned` if it never was."""

EXTERNAL = "external"
"""The actor of a change that was made by hand, or by version control: found, not made, by the console."""
EDITED = "edit"
"""The action of such a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change that is about to be made. `command` is what a person would type to make it again."""

    at: datetime
    actor: str
    action: str
    summary: str
    route: str = ""
    reason: str = ""
    command: str = ""
    evidence: Mapping[str, Any] | None = None
    """What was known when it was decided, as plain JSON data. None: nothing was known."""
    undoes: int | None = None
    """The number of the change that this one takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Draft):
    """One change. `number` counts up from 1; `before` and `after` are the exact bytes of the file."""

    number: int
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    state: EntryState = "committed"
    undone_by: int | None = None
    """The number of the change that took this one back, if that one still stands."""

    @property
    def stands(self) -> bool:
        """Whether the change was made and nobody took it back."""
        return self.state == "committed" and self.undone_by is None
