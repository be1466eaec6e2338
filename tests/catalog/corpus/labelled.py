"""The hand-labelled corpus: bundles of small files in which every id that the code uses stands between ⟦ and ⟧."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
BUNDLES = tuple(sorted(FOLDER.glob("*.txt")))
_HEAD = re.compile(r"^-- (.+) --$", re.MULTILINE)
_MARK = re.compile(r"⟦(.*?)⟧")


@dataclass(frozen=True)
class Labelled:
    """One file without its marks, and what was marked: (line, column, id), 1-based."""

    bundle: str
    path: str
    text: str
    labels: frozenset[tuple[int, int, str]]


def labelled(bundle: Path) -> Iterator[Labelled]:
    """The files of a bundle; what stands before the first head explains it."""
    _, *rest = _HEAD.split(bundle.read_text("utf-8"))
    for path, marked in zip(rest[::2], rest[1::2], strict=True):
        lines = marked.removeprefix("\n").split("\n")
        labels = {
            (number, match.start() - 2 * index + 1, match[1])
            for number, line in enumerate(lines, 1)
            for index, match in enumerate(_MARK.finditer(line))
        }
        yield Labelled(bundle.stem, path, _MARK.sub(r"\1", "\n".join(lines)), frozenset(labels))
