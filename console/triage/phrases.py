"""Lists of phrases as one pattern: a line is a phrase, and may use the signs of regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BEGINS = r"\b(?=\w)"
"""Where a word begins: without the second half, the end of each word would be tried, too."""
_FIRST_GROUP = re.compile(r"\(\?:([^()\[\]\\]*)\)(?![?*+{])(.+)", re.DOTALL)
"""A phrase that begins with a plain choice of words, and what follows."""
_LITERAL = re.compile(r"[a-z](?![?*+{|])")
_FIRST_PERSON = re.compile(r"i[ '(]")


class Phrases:
    """Phrases to be found at the beginning of a word of a text in lower case; made into patterns when first searched.

    Those in the first person, which is how refusals speak, are a pattern of their own: its first letter is found fast.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(phrases)
        self._patterns: tuple[re.Pattern[str], ...] = ()

    def search(self, text: str) -> re.Match[str] | None:
        """A phrase in a text, not necessarily the first of several."""
        for pattern in self._patterns or self._made():
            found = pattern.search(text)
            if found is not None:
                return found
        return None

    def _made(self) -> tuple[re.Pattern[str], ...]:
        own = [one[1:] for one in self.phrases if _FIRST_PERSON.match(one)]
        others = [one for one in self.phrases if not _FIRST_PERSON.match(one)]
        written = ((own, r"i(?<!\w.)"), (_by_letter(others), _BEGINS))
        self._patterns = tuple(re.compile(f"{begins}(?:{'|'.join(some)})") for some, begins in written if some)
        return self._patterns


def _by_letter(phrases: Iterable[str]) -> list[str]:
    """Phrases put together by their first letters: at each word only those of its letter are tried, one by one."""
    found: dict[str, list[str]] = {}
    for phrase in phrases:
        group = _FIRST_GROUP.match(phrase)
        begins, rest = (group[1].split("|"), group[2]) if group is not None else ([phrase], "")
        if not all(map(_LITERAL.match, begins)):
            found.setdefault("", []).append(phrase)
            continue
        for letter in dict.fromkeys(one[0] for one in begins):
            same = [one[1:] for one in begins if one[0] == letter]
            found.setdefault(letter, []).append(f"(?:{'|'.join(same)}){rest}" if rest else same[0])
    return [*found.pop("", []), *(f"{letter}(?:{'|'.join(some)})" for letter, some in found.items())]


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
