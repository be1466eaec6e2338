"""The neutraliser: text from outside becomes text that can only be read.

Model answers, ids, file names, error messages and everything in the registry may carry escape sequences (window
titles, clipboard writes, links), control characters or invisible ones. Each is replaced by a visible placeholder,
once, on its way in; the type says that it was done. Newlines and tabs stay.
"""

from __future__ import annotations

import re

_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without \n \t, DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible, bidi controls
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U0001d173-\U0001d17a"  # letters and marks that draw nothing
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e0fff]"  # tags, variation selectors supplement
)
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


class SafeText(str):
    """Text that passed the neutraliser, or was written in the source. Never markup: it is shown as it is."""

    __slots__ = ()


NOTHING = SafeText("")


def safe(text: object) -> SafeText:
    """`text` with every character that could act on a terminal, or hide, replaced by a visible placeholder.

    Control characters become their Unicode pictures (␛ for escape), everything else `‹U+202E›`. About 2 ms per MB of
    clean text. Applying it twice changes nothing.
    """
    if isinstance(text, SafeText):
        return text
    plain = str(text)
    if "\r" in plain:
        plain = plain.replace("\r\n", "\n")
    return SafeText(_BAD.sub(_placeholder, plain))


def safe_line(text: object, limit: int = 2_000) -> SafeText:
    """`text` on one line of at most `limit` characters: newlines and tabs become spaces, the rest is cut."""
    line = safe(str(text)[: limit + 1]).replace("\n", " ").replace("\t", " ")
    return SafeText(line if len(line) <= limit else line[: limit - 1] + "…")


def join(*parts: object) -> SafeText:
    """The parts, each neutralised, put together."""
    return SafeText("".join(safe(part) for part in parts))


def _placeholder(match: re.Match[str]) -> str:
    code = ord(match.group())
    return _PICTURES.get(code) or f"‹U+{code:04X}›"
