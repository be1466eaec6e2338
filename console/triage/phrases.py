"""Lists of phrases as one pattern: a line is a phrase, and may use the signs of regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BEGINS = r"\b(?=\w)"
"""Where a word begins: without the second half, the end of each word would be tried, too."""


def any_of(lines: str, **parts: str) -> re.Pattern[str]:
    """A pattern that finds any of the `lines` at the beginning of a word. `<name>` stands for a part.

    White space in a line is one space. Texts to be searched are in lower case.
    """
    found = [" ".join(line.split()) for line in lines.split("\n") if line.strip()]
    pattern = "|".join(found)
    for name, part in parts.items():
        pattern = pattern.replace(f"<{name}>", f"(?:{part})")
    return re.compile(f"{_BEGINS}(?:{pattern})")


def any_of_all(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    """One pattern that finds what any of several from `any_of` does: a text is searched once."""
    return re.compile(f"{_BEGINS}(?:{'|'.join(one.pattern.removeprefix(_BEGINS) for one in patterns)})")


def either(texts: str) -> tuple[str, ...]:
    """`one|other` as two plain texts."""
    return tuple(texts.split("|"))


def holds_any(text: str, parts: Iterable[str]) -> bool:
    """Whether any of the `parts` is in a text: asked before a pattern is tried, which takes a hundred times as long."""
    return any(map(text.__contains__, parts))
