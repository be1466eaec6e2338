"""Files that the screen writes in the folder it was started in: never over another one."""

from __future__ import annotations

from pathlib import Path

from console.domain.errors import Refused
from console.history.store import History, beside


def written(path: Path, text: str) -> Path:
    """`text` in a file at `path`, or with a number where a file of that name exists; where it is. Raises OSError."""
    number, found = 2, path
    while True:
        try:
            with found.open("x", encoding="utf-8") as file:
                file.write(text)
            return found
        except FileExistsError:
            found = path.with_stem(f"{path.stem}-{number}")
            number += 1


def from_here(path: Path) -> Path:
    """`path` as a command in this folder names it: short where it lies in it."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):  # the folder is gone, or the file lies elsewhere
        return path


def incident_file(registry: Path, number: int) -> tuple[Path, str]:
    """The note about change `number` of `registry` as a Markdown file: where it is, and what it says.

    Raises ConsoleError.
    """
    from console.view.incident import incident_note

    entry = History(beside(registry)).entry(number)
    if entry is None:
        raise Refused(f"there is no change {number}")
    path = Path(f"incident-{number}.md")
    try:
        text = incident_note(registry, entry)
        return written(path, text), text
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror or error}") from error
