"""What every maker's reader of ids hands back, and the small pieces of reading they share."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from console.domain.record import record

Kind = Literal["pinned", "alias", "unknown"]

MOVING = re.compile(r"(?:^|[-:@/])latest$")
"""`…-latest`, `:latest`, `chat-latest`: the one way of writing an alias that all makers share."""

_TOKEN_VERSION = re.compile(r"v?(\d{1,2}(?:\.\d{1,2})?)")


@record
class Name:
    """A model's own name, read by the rules of its maker. `why` is a sentence without its full stop.

    `date` is `YYYY-MM-DD`, or `YYYY-MM` where the id says no more; None without one. `candidates` are the pinned ids
    that an alias could be.
    """

    provider: str
    family: str | None
    version: str | None
    kind: Kind
    why: str
    date: str | None = None
    candidates: tuple[str, ...] = ()


def calendar_day(year: str, month: str, day: str) -> str | None:
    """`2025-09-29`, or None where the three are no day of a plausible year."""
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return value.isoformat() if 2015 <= value.year <= 2099 else None


def compact_day(digits: str) -> str | None:
    """`20250929` -> `2025-09-29`; None where the eight digits are no day."""
    return calendar_day(digits[:4], digits[4:6], digits[6:])


def number(token: str) -> str | None:
    """The version in one dash-separated part of an id: `4.1`, `v4` -> `4`; None for a word or a size (`70b`)."""
    match = _TOKEN_VERSION.fullmatch(token)
    return match.group(1) if match else None


def words_and_version(name: str, dropped: frozenset[str] = frozenset()) -> tuple[str, str | None]:
    """The family (`gpt-mini`) and the first version number (`5.4`) of a dash-separated name."""
    version: str | None = None
    words: list[str] = []
    for token in name.split("-"):
        if version is None and (found := number(token)):
            version = found
        elif token and token not in dropped:
            words.append(token)
    return "-".join(words), version
