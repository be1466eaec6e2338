"""Lists of phrases as one pattern: a line is a phrase, and may use the signs of regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BEGINS = r"\b(?=\w)"
"""Where a word begins: without the second half, the end of each word would be tried, too."""
_FIRST_PERSON = re.compile(r"i[ '(]")


class Phrases:
    """Phrases to be found at the beginning of a word of a text in lower case.

    Those in the first person, which is how refusals speak, are a pattern of their own: its first letter is found fast.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        own = [one[1:] for one in self.phrases if _FIRST_PERSON.match(one)]
        others = [one for one in self.phrases if not _FIRST_PERSON.match(one)]
        self._own = re.compile(rf"i(?<!\w.)(?:{'|'.join(own)})") if own else None
        self._others = re.compile(rf"{_BEGINS}(?:{'|'.join(others)})") if others else None

    def search(self, text: str) -> re.Match[str] | None:
        """A phrase in a text, not necessarily the first of several."""
        found = self._own.search(text) if self._own is not None else None
        return found or (self._others.search(text) if self._others is not None else None)


def any_of(lines: str, **parts: str) -> Phrases:
    """The `lines` as phrases. `<name>` stands for a part.

    White space in a line is one space. Texts to be searched are in lower case.
    """
    found = [" ".join(line.split()) for line in lines.split("\n") if line.strip()]
    for name, part in parts.items():
        found = [phrase.replace(f"<{name}>", f"(?:{part})") for phrase in found]
    return Phrases(found)


def any_of_all(several: Iterable[Phrases]) -> Phrases:
    """All phrases of several lists: a text is searched once."""
    return Phrases(phrase for one in several for phrase in one.phrases)


def either(texts: str) -> tuple[str, ...]:
    """`one|other` as two plain texts."""
    return tuple(texts.split("|"))


def holds_any(text: str, parts: Iterable[str]) -> bool:
    """Whether any of the `parts` is in a text: asked before a pattern is tried, which takes a hundred times as long."""
    return any(map(text.__contains__, parts))
