"""Multiple choice: the options a prompt offers, and which one an answer picks."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LONGEST_PROMPT = 20_000
_OPTION = re.compile(r"(?:^|\n)[ \t]*(?:[-*][ \t]*)?\(?([A-Ja-j])[).:]{1,2}[ \t]+(\S[^\n]{0,300})")
_INLINE = re.compile(r"\(([A-Ja-j])\)[.:]?\s*([^()\n]{1,200}?)\s*(?=[,;]?\s*\([A-Ja-j]\)|$|\n)")
_PICKED = re.compile(
    r"^[\s\"'*_`\[({$]*(?:option|choice|answer)?[\s:]*"
    r"(?:\(([A-Ja-j])\)|\[([A-Ja-j])\]|\{([A-J])\}|([A-J])(?=$|[\s\"'*_`\])}$]*(?:$|[.):,;\n-])))",
    re.IGNORECASE,
)
_WITH_TEXT = re.compile(r"^[\s\"'*_`\[(]*([A-J])\s+(\S.*)")


def options_of(prompt: str) -> dict[str, str]:
    """The options of a prompt by their capital letters, in lower case; none where they do not start with A and B."""
    text = prompt[-_LONGEST_PROMPT:]
    if ("A)" not in text and "A." not in text and "A:" not in text) and not re.search(r"\(?a[).]", text):
        return {}
    for pattern in (_OPTION, _INLINE):
        found = {match[1].upper(): plain(match[2]) for match in pattern.finditer(text)}
        if "A" in found and "B" in found:
            return found
    return {}


def picked(text: str, options: Mapping[str, str]) -> str | None:
    """The letter that `text` begins with, or that its words stand for among `options`; None where there is none."""
    head = text[:400].strip()
    match = _PICKED.match(head)
    if match is not None:
        letter = next(group for group in match.groups() if group).upper()
        lower_bare = match[4] is not None and match[4].islower()
        if not lower_bare and (not options or letter in options):
            return letter
    if not options:
        return None
    with_text = _WITH_TEXT.match(head)
    if with_text and options.get(with_text[1], "\0")[:12] == plain(with_text[2])[:12]:
        return with_text[1]
    said = plain(head)
    return next((letter for letter, words in options.items() if said == words), None)


def plain(text: str) -> str:
    """Lower case, without marks and end punctuation."""
    return " ".join(text.lower().replace("*", "").replace("_", " ").split()).strip(" .;,\"'`$")
