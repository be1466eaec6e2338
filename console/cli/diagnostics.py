"""The only way to stderr: words about what happens, failures with their hint, and the one question before a change."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from console.domain.errors import ConsoleError
from console.text.ascii import encodable
from console.text.safe import safe, safe_line


def say(text: object) -> None:
    """Words beside the data: progress, warnings, the equivalent command."""
    sys.stderr.write(_on_stderr(safe(text)) + "\n")
    sys.stderr.flush()


def fail(error: ConsoleError) -> int:
    """Print what went wrong and what to do about it; returns the exit code."""
    sys.stderr.write(_red("error: "))
    say(error.message)
    if error.hint:
        say(safe(error.hint))
    return error.exit_code


class Progress:
    """One line on the terminal that is written over; where stderr is no terminal, nothing."""

    def __init__(self) -> None:
        self._shown = False
        self.is_seen = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, text: object) -> None:
        """Put `text` in the place of what was shown before."""
        if self.is_seen:
            width = max(10, _width() - 1)
            sys.stderr.write("\r" + _on_stderr(safe_line(text))[:width].ljust(width))
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Leave the line empty."""
        if self._shown:
            sys.stderr.write("\r" + " " * max(10, _width() - 1) + "\r")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def progress() -> Iterator[Progress]:
    """A line of progress that is gone afterwards, however it ends."""
    line = Progress()
    try:
        yield line
    finally:
        line.clear()


def can_ask() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(question: str) -> bool:
    """Ask on the terminal; Enter means no."""
    return click.confirm(safe(question), default=False, err=True)


def _red(text: str) -> str:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stderr.isatty():
        return text
    return click.style(text, fg="red", bold=True)


def _on_stderr(text: str) -> str:
    return encodable(text, sys.stderr, os.environ)


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns
