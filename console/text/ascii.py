"""ASCII stand-ins for the glyphs of the screen: for terminals, files and encodings without Unicode."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TextIO

GLYPHS = {
    **dict(zip("●◆○◇✓■▲‖◔◕◐×≈→≤≥", "*+oxv#!=.!~x~><>", strict=True)),
    **dict(zip("▶─━┼├▌▎▔┆·…−–“”↓↑÷‘’▍▏│⌫", ">-=||||-:-.--\"\"v^/''||| ", strict=True)),
    **dict.fromkeys("▁▂▃▄▅▆▇█", "#"),
    **dict.fromkeys("░▒▓", ":"),
}
"""One character for each, so that a drawing keeps its columns."""


def ascii_only(text: str) -> str:
    """`text` with every character in ASCII: glyphs by their counterparts, letters without accents, the rest as `?`."""
    return text if text.isascii() else "".join(map(_ascii, text))


def encodable(text: str, stream: TextIO, environment: Mapping[str, str]) -> str:
    """`text` as it is where a stream and a person's terminal behind it can carry it, else `ascii_only`."""
    if not text.isascii() and stream.isatty() and is_c_locale(environment):
        return ascii_only(text)
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return ascii_only(text)
    return text


def is_c_locale(environment: Mapping[str, str]) -> bool:
    """Whether a person's terminal is said to know ASCII only: the locale is C or POSIX, as `LC_ALL=C` makes it.

    Python writes UTF-8 there nevertheless. No locale at all says nothing of the terminal, and whoever names Python's
    encoding means it.
    """
    if environment.get("PYTHONIOENCODING") or environment.get("PYTHONUTF8", "0") != "0":
        return False
    named = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "")
    return named in ("C", "POSIX")


def _ascii(char: str) -> str:
    if char.isascii():
        return char
    if char in GLYPHS:
        return GLYPHS[char]
    if unicodedata.combining(char):
        return ""
    letter = unicodedata.normalize("NFKD", char)[0]
    return letter if letter.isascii() and letter.isprintable() else "?"
