"""Plain values as TOML text, in the one form in which the console writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from console.domain.edits import EditImpossible
from console.domain.paths import KeyPath, dotted

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def literal(value: object) -> str:
    """`value` on one line: `"text"`, `25`, `true`, `2026-11-20T09:00:00Z`, `[5, 25]`, `{ input = 3.0 }`.

    Raises EditImpossible for what TOML cannot hold.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError as error:
            raise EditImpossible("a number has too many digits") from error
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{dotted((key,))} = {literal(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    raise EditImpossible(f"{type(value).__name__} cannot be written in TOML")


def quoted(text: str) -> str:
    """`text` as a basic string. What cannot be seen is escaped, so that a diff hides nothing."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def header(path: KeyPath) -> str:
    """`[routes.support]`, `[models."gpt-5-mini"]`: ids are quoted, as people write them."""
    if len(path) > 1 and path[0] == "models":
        return f"[models.{quoted(path[1])}{''.join('.' + dotted((key,)) for key in path[2:])}]"
    return f"[{dotted(path)}]"


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise EditImpossible("the text contains half a character (a lone surrogate)")
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
