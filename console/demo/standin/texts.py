"""What the simulated models know: a shop's answers on its subjects, each in the words of two people (texts.json).

`{days}` is the one figure that a model may get wrong; `right` is what the shop's terms say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: the words that betray it, its facts in two wordings, and the figure that matters."""

    name: str
    words: tuple[str, ...]
    plain: tuple[str, ...]
    warm: tuple[str, ...]
    right: str
    wrong: str
    intent: str


def _subjects() -> tuple[Subject, ...]:
    listed: list[dict[str, Any]] = json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))
    return tuple(Subject(**{key: _frozen(value) for key, value in entry.items()}) for entry in listed)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


*_KNOWN, GENERAL = _subjects()
SUBJECTS: tuple[Subject, ...] = tuple(_KNOWN)
"""The subjects with words that betray them; `GENERAL` is for everything else."""

ESCAPES = (
    "Your order \x1b[31m is red \x1b[0m and \x1b[2J\x1b[H cleared the screen. \x1b]0;owned\x07"
    "\x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\ \x9b1m "
    "[bold red]markup[/bold red] [@click=app.quit]quit[/] \x00 \x07 \x08\x08 \r\nover \u202eesrever\u202c "
    "zero\u200bwidth \ufeff \U000e0041 tab\there \u6f22\u5b57 e\u0301 "
    "\U0001f469\u200d\U0001f469\u200d\U0001f467"
)
"""Everything that must not reach a terminal as it is."""
