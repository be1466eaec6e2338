"""What every command can be told: which registry, which request log, and whether anything may be written."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from console.domain.record import record

if TYPE_CHECKING:
    from pathlib import Path

from console.text.safe import safe_line

Command = TypeVar("Command", bound=Callable[..., Any])

REGISTRY_NAME = "registry.toml"
LOG_NAME = "requests.db"
ACTOR_CHARACTERS = 200


@record
class Settings:
    """The choices of one call. Paths are as the user wrote them; None means the default."""

    registry: str | None = None
    log: str | None = None
    read_only: bool = False
    ascii: bool = False
    stand_in: bool = False
    guard: bool = False

    @property
    def registry_path(self) -> Path:
        """`--registry`, else `CONSOLE_REGISTRY`, else `registry.toml` here."""
        from pathlib import Path  # a tenth of what a short command takes to start

        return Path(self.registry or os.environ.get("CONSOLE_REGISTRY") or REGISTRY_NAME)

    @property
    def log_path(self) -> Path:
        """`--log`, else `CONSOLE_LOG`, else `requests.db` beside the registry."""
        from pathlib import Path

        given = self.log or os.environ.get("CONSOLE_LOG")
        return Path(given) if given else self.registry_path.parent / LOG_NAME

    @property
    def actor(self) -> str:
        """Who changes things, for the history: `CONSOLE_ACTOR`, else user@host."""
        named = os.environ.get("CONSOLE_ACTOR")
        if named:
            return str(safe_line(named, ACTOR_CHARACTERS))  # a rollback writes it into the registry, as plain text
        import getpass
        import socket

        try:
            user = getpass.getuser()
        except (KeyError, OSError):
            user = f"uid {os.getuid()}"
        return f"{user}@{socket.gethostname()}"


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--registry", metavar="PATH", help="The registry file. [CONSOLE_REGISTRY; default registry.toml]"),
    click.option("--log", metavar="PATH", help="The request log. [CONSOLE_LOG; default requests.db beside it]"),
    click.option("--read-only", is_flag=True, help="Write nothing, whatever is asked."),
    click.option("--ascii", is_flag=True, help="Draw with ASCII characters only."),
)


STAND_IN = click.option(
    "--stand-in", is_flag=True, help="Ask a local stand-in instead of the providers: no key, no cost, invented answers."
)
"""For what asks models. The stand-in never answers without it."""
GUARD = click.option("--guard", is_flag=True, help="Guard from this console too, as long as it is open.")
"""For the console itself: `console guard` is the guard without a screen."""


def merged(context: click.Context, given: dict[str, Any]) -> Settings:
    """The settings given before the verb, overridden by those given after it."""
    base = context.find_object(Settings) or Settings()
    changes: dict[str, Any] = {name: given[name] for name in ("registry", "log") if given.get(name) is not None}
    for flag in ("read_only", "ascii", "stand_in", "guard"):
        if given.get(flag):
            changes[flag] = True
    return replace(base, **changes)


def with_options(command: Any) -> Any:
    """Add the options that work everywhere to a command that takes them as keywords."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def common(command: Command) -> Command:
    """Give a command the options that work everywhere; it receives them as its first argument, a `Settings`."""

    @click.pass_context
    @functools.wraps(command)
    def wrapper(context: click.Context, /, **arguments: Any) -> Any:
        given = {name: arguments.pop(name, None) for name in ("registry", "log", "read_only", "ascii")}
        context.obj = merged(context, given)
        return command(context.obj, **arguments)

    return cast(Command, with_options(wrapper))


def heard(_context: click.Context, _option: click.Parameter, reason: str) -> str:
    """A reason as files can keep it: what a terminal of another encoding typed must not keep traffic on a canary."""
    return reason.encode("utf-8", "replace").decode()
