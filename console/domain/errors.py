"""Every failure a person can meet: what happened, where, what to do, and the exit code it ends a command with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from console.domain.paths import KeyPath, dotted
from console.domain.record import record

EXIT_GOOD = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INVALID = 3
EXIT_UNMEASURED = 4
EXIT_INTERRUPTED = 130


class ConsoleError(Exception):
    """A failure with one clear message, a hint what to do about it, and the exit code of a command that meets it."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class Refused(ConsoleError):
    """An action that the rules do not allow now: a held canary, a missing reason, a gate that has not passed."""


class ReadOnly(Refused):
    """A write was asked of a console that was started with `--read-only`."""


class Usage(ConsoleError):
    """The command was called with words that make no sense together."""

    exit_code = EXIT_USAGE


class LogInvalid(ConsoleError):
    """The request log cannot be read: locked, corrupt, or another program's database."""

    exit_code = EXIT_INVALID


class HistoryInvalid(ConsoleError):
    """The history beside the registry cannot be read or written."""

    exit_code = EXIT_INVALID


class Unmeasured(ConsoleError):
    """Nothing could be measured: no provider answered, no key is set, or there is no data yet."""

    exit_code = EXIT_UNMEASURED


@record
class Problem:
    """One thing that is wrong with a registry, at one place.

    `line` is 1-based, or 0 where the place has no line (an empty file). A `warning` never stops anything.
    """

    path: KeyPath
    message: str
    line: int = 0
    severity: Literal["error", "warning"] = "error"

    def text(self, filename: str) -> str:
        """`registry.toml:7: routes.support.canary_percentage: must be between 0 and 100, got 500`."""
        place = f"{filename}:{self.line}" if self.line else filename
        key = dotted(self.path)
        return f"{place}: {key}: {self.message}" if key else f"{place}: {self.message}"


class RegistryInvalid(ConsoleError):
    """The registry is missing, is not TOML, or says something that cannot be meant. Carries every problem found."""

    exit_code = EXIT_INVALID

    def __init__(self, filename: str, problems: Sequence[Problem], hint: str = "") -> None:
        self.filename = filename
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text(filename) for problem in self.problems), hint)


class RegistryChanged(Refused):
    """The file is not the one that was looked at: somebody saved it in between. `difference` is a unified diff."""

    def __init__(self, message: str, difference: str = "", hint: str = "") -> None:
        super().__init__(message, hint)
        self.difference = difference
