"""A suite from a file that another tool wrote: JSONL with prompts, or a promptfoo configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from console.domain.errors import Refused
from console.registry.replacing import refusal
from console.regression import importing_jsonl, importing_promptfoo, suites
from console.regression.drafts import ImportFailed
from console.regression.files import read_file, replace_file
from console.regression.records import Suite
from console.regression.writing_suites import suite_text
from console.text.words import plural

_LINES = (".jsonl", ".ndjson")
_CONFIGURATIONS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Imported:
    """`text` is the suite's file, `suite` what it says, `left_out` what found no place in it -> how often."""

    text: str
    suite: Suite
    left_out: Mapping[str, int]


def imported(source: Path, target: Path, route: str = "") -> Imported:
    """The suite that the file at `source` makes, as it would stand at `target`. Nothing is written.

    Raises ImportFailed, and SuiteInvalid for cases that no suite may hold, with their lines in the new file.
    """
    try:
        data = read_file(source)
    except (OSError, ValueError) as error:
        raise ImportFailed(f"{source}: {getattr(error, 'strerror', None) or error}") from error
    if source.suffix in _LINES:
        draft = importing_jsonl.draft_of(data, str(source))
    elif source.suffix in _CONFIGURATIONS:
        draft = importing_promptfoo.draft_of(data, source)
    else:
        kinds = ", ".join((*_LINES, *_CONFIGURATIONS))
        raise ImportFailed(f"{source}: its name ends in none of {kinds}", "JSONL, or a promptfoo configuration.")
    if not draft.cases:
        left_out = draft.left_out.most_common()
        reasons = "".join(f"\nleft out, {plural(number, 'time')}: {what}" for what, number in left_out)
        raise ImportFailed(f"{source}: holds no case{reasons}")
    text = suite_text(draft.cases, route, source.name)
    return Imported(text, suites.parse(text.encode(), target), dict(draft.left_out.most_common()))


def write(made: Imported, target: Path) -> None:
    """Put the suite at `target`. Raises Refused where a file is there already, or none can be written."""
    if target.exists():
        raise Refused(f"{target} is there already", "Name another file: somebody's suite is not written over.")
    try:
        replace_file(target, made.text.encode())
    except OSError as error:
        raise refusal(error, target.name, target) from error
