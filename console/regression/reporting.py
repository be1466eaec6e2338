"""Reports of a run: the file's name says which. Each is whole or not written at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from console.domain.errors import Usage
from console.registry.replacing import refusal
from console.regression.files import replace_file
from console.regression.records import SuiteRun
from console.regression.reporting_html import as_html
from console.regression.reporting_json import as_json
from console.regression.reporting_junit import as_junit
from console.regression.reporting_markdown import as_markdown
from console.regression.reporting_text import as_text

FORMATS: Mapping[str, Callable[[SuiteRun], str]] = {
    ".html": as_html,
    ".json": as_json,
    ".md": as_markdown,
    ".txt": as_text,
    ".xml": as_junit,
}
"""What a report is written as, by the end of its file's name; `.xml` is JUnit's."""


def write(run: SuiteRun, path: Path) -> None:
    """Write the report that the name of `path` asks for. Raises Usage for an ending nobody knows, Refused for a disk
    that does not take it; then a file that was there is as it was."""
    check_name(path)
    write_text(path, FORMATS[path.suffix.lower()](run))


def check_name(path: Path) -> None:
    """Raises Usage where `write` would not know what to write: better before a long run than after it."""
    if path.suffix.lower() not in FORMATS:
        raise Usage(f"{path}: no report ends like that", f"One of {', '.join(FORMATS)}")


def write_text(path: Path, text: str) -> None:
    """Put `text` at `path`. Raises Refused."""
    try:
        replace_file(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise refusal(error, path.name, path) from error
