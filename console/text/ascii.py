"""ASCII stand-ins for the glyphs of the screen: for terminals, files and encodings without Unicode."""

from __future__ import annotations

import unicodedata

_GLYPHS = {
    **dict(zip("●◆○◇✓■▲‖◔◕◐×≈→≤≥", "*+oxv#!=.!~x~><>", strict=True)),
    **dict(zip("−–·…“”‘’─━┆│÷", "--..\"\"''-=:|/", strict=True)),
}


def ascii_only(text: str) -> str:
    """`text` with every character in ASCII: glyphs by their counterparts, letters without accents, the rest as `?`."""
    return text if text.isascii() else "".join(map(_ascii, text))


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    if char in _GLYPHS:
        return _GLYPHS[char]
    if unicodedata.combining(char):
        return ""
    letter = unicodedata.normalize("NFKD", char)[0]
    return letter if letter.isascii() and letter.isprintable() else "?"
