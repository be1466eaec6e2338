"""The only way to stdout: data, neutralised, in the encoding of the terminal or file behind it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Literal

import click

from console.text.ascii import ascii_only, encodable
from console.text.safe import safe

SCHEMA = 1

Style = Literal["", "bold", "muted", "production", "canary", "only production", "only canary", "good", "waiting", "bad"]
_CODES: Mapping[Style, str] = {
    "bold": "1",
    "muted": "2",
    "production": "1;34",
    "canary": "1;35",
    "only production": "97;44",
    "only canary": "97;45",
    "good": "32",
    "waiting": "33",
    "bad": "1;31",
}


class ReaderLeft(Exception):
    """Whoever read stdout has gone (`console status | head`): no failure, and nothing more to say."""


def emit(text: object = "") -> None:
    """One line (or block) of data on stdout. What the encoding cannot carry gets an ASCII stand-in, never an error."""
    _write(_encodable(safe(text)) + "\n")


def emit_styled(pieces: Iterable[tuple[object, Style]]) -> None:
    """One line (or block) of pieces with their styles; plain text where there is no colour. Each is neutralised."""
    coloured = has_colour()
    parts = [(_encodable(safe(text)), style) for text, style in pieces]
    _write("".join(_styled(text, style) if coloured else text for text, style in parts) + "\n")


def emit_json(data: Mapping[str, object]) -> None:
    """One JSON document with the number of its schema first. ASCII only, so control characters stay escaped.

    Numbers that JSON has no words for (infinite, not a number) become null.
    """
    from console.text.json_text import json_text

    _write(json_text({"schema": SCHEMA, **data}) + "\n")


def is_terminal() -> bool:
    """Whether a person reads stdout."""
    return sys.stdout.isatty()


def has_colour() -> bool:
    """Whether styles are shown: `NO_COLOR` forbids, `FORCE_COLOR` asks for them; else a terminal that is not dumb."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (is_terminal() and os.environ.get("TERM") != "dumb")


def _styled(text: str, style: Style) -> str:
    code = _CODES.get(style, "")
    if not code or not text:
        return text
    # Every line on its own: a pager, and `head`, may show any of them alone.
    return "\n".join(f"\x1b[{code}m{line}\x1b[0m" if line else line for line in text.split("\n"))


def _encodable(text: str) -> str:
    context = click.get_current_context(silent=True)
    asked = getattr(context.obj if context else None, "ascii", False)
    return ascii_only(text) if asked else encodable(text, sys.stdout, os.environ)


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderLeft from error
