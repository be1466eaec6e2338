"""The only way to stderr: words about what happens, failures with their hint, and the one question before a change."""

from __future__ import annotations

import os
import sys

import click

from console.domain.errors import ConsoleError
from console.text.safe import safe


def say(text: object) -> None:
    """Words beside the data: progress, warnings, the equivalent command."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    sys.stderr.write(safe(text).encode(encoding, "replace").decode(encoding) + "\n")
    sys.stderr.flush()


def fail(error: ConsoleError) -> int:
    """Print what went wrong and what to do about it; returns the exit code."""
    say(_red("error: ") + safe(error.message))
    if error.hint:
        say(safe(error.hint))
    return error.exit_code


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
