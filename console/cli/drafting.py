"""A first registry, from the model ids found in the code: drafted, shown, written, never over another one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from console.catalog.source.proposing import Proposal, ProposedPin, ProposedRoute, propose
from console.catalog.source.scanning import scan
from console.domain.errors import Refused
from console.registry.literals import header, literal
from console.registry.reading import parse
from console.text.words import plural

INTRODUCTION = (
    "# Every model this application calls, pinned. Edited here by hand or from the console.\n"
    "# Routes were guessed from names in the code: rename them, and write each reason.\n"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A registry that is not written yet. `said` counts what is in it: `2 routes and 3 models`."""

    text: str
    said: str


_BY_HAND = """\
    schema = 1

    [routes.default]
    production = "claude-haiku-4-5-20251001"

    [models."claude-haiku-4-5-20251001"]
    pinned_date = {}
    reason = "Cheap, known\""""


def draft(paths: Sequence[str], target: Path, today: date) -> Draft:
    """Look for model ids in `paths`. Tests are left out, and so are lines with `console: allow`.

    Raises Refused where none is found.
    """
    found = scan(paths, without=frozenset({os.path.realpath(target)}))
    proposal = propose([use for use in found.uses if not use.allowed], today)
    if not proposal.routes:
        raise Refused(
            f"no model id was found in {plural(found.files, 'file')}",
            f"Name the folder that calls models, or write the file by hand, with your id:\n{_BY_HAND.format(today)}",
        )
    text = rendered(proposal, today)
    parse(text.encode(), str(target))  # what is written must be what every reader accepts
    return Draft(text, f"{plural(len(proposal.routes), 'route')} and {plural(len(proposal.pins), 'model')}")


def rendered(proposal: Proposal, today: date) -> str:
    """The proposal as the text of a registry."""
    tables = [*map(_route, proposal.routes), *(_pin(pin, today) for pin in proposal.pins)]
    return f"{INTRODUCTION}schema = 1\n\n" + "\n".join(tables)


def _route(route: ProposedRoute) -> str:
    lines = [header(("routes", route.name)), f"production = {literal(route.production)}"]
    if route.fallback:
        lines.append(f"fallback = {literal(route.fallback)}")
    if route.experimental:
        lines.append(f"experimental = {literal(route.experimental)}")
    return "\n".join(lines) + "\n"


def _pin(pin: ProposedPin, today: date) -> str:
    lines = [header(("models", pin.model_id)), f"pinned_date = {literal(today)}", f"reason = {literal(pin.reason)}"]
    if pin.allow_alias:
        lines.append("allow_alias = true")
    return "\n".join(lines) + "\n"


def write(target: Path, text: str) -> None:
    """All of it or nothing, and never over a file that appeared meanwhile: a link fails where one is.

    Raises Refused where there is a file already, or the folder cannot be written.
    """
    draft = target.parent / f".{target.name}.{os.getpid()}.console-tmp"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, target)
    except FileExistsError as error:
        raise exists(target) from error
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}", "--dry-run prints it.") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def exists(target: Path) -> Refused:
    """What is said of a registry that is there."""
    return Refused(f"{target} is already there, and init never overwrites", "--dry-run prints what it would write.")
