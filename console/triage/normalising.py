"""Texts made comparable: Unicode forms, quotes, dashes and white space, words, sentences."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FOLD = {
    **dict.fromkeys(map(ord, "‘’‚‛′`´"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″«»"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), ""),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    ord("…"): "...",
    ord("⁄"): "/",
}
_ASCII_QUOTE = {ord("`"): "`"}
"""The backtick marks code in answers, so it is not taken for a quote."""
_TABLE = {**_FOLD, **_ASCII_QUOTE}

_FOLDED = re.compile(f"[{''.join(map(re.escape, map(chr, _TABLE)))}]")
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
"""Scripts written without spaces between words: each character counts as one."""
_REST = r"(?:(?=[,./%])(?:,\d{3}(?!\d)|\.\d+)*(?:/\d+(?!\d*/))?%?)?"
_NUMBER = rf"(?<=\d)\d*+{_REST}|(?<=-)(?<![\w.)\]-]-)\d+{_REST}"
_ASCII_TOKEN = re.compile(rf"[a-z0-9-](?:(?<=[a-z])[a-z]*+(?:'[a-z]++)*+|{_NUMBER})")
"""The same as the other for ASCII texts, at twice the speed. What may begin a token is one set of signs: found fast."""
_SENTENCE = re.compile(r"[\n.!?。](?:(?<=\n)\s*+|(?<=。)|(?<![\n。])[\"')\]*]{0,2}\s++(?=[^.]))")
"""What ends a sentence or a line, with the white space after it. One set of signs begins it: found fast."""
_DIGITS = "1203456789"
_QUOTE = re.compile("'(?:(?<![a-z]')|(?![a-z]))")
"""One that is no apostrophe inside of a word."""
_LETTERS = {code: " " for code in range(128) if not chr(code).islower() and chr(code) != "'"}
_WORDY = re.compile(r"[^\W_]")
_MARKUP = re.compile(r"[*_#>|~]+|^\s*(?:[-+•]|\d+[.)])\s+", re.MULTILINE)


def folded(text: str) -> str:
    """`text` in Unicode form C with plain quotes and dashes, without invisible characters.

    Not form KC: that would make `10²` and `102` the same.
    """
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", _FOLDED.sub(lambda match: _TABLE[ord(match.group())], composed))


def squeezed(text: str) -> str:
    """Runs of white space as one space, none at the ends."""
    return " ".join(text.split())


def tokens(text: str) -> list[str]:
    """Words in lower case and numbers as they are written; punctuation and markup are left out. `text` is folded."""
    lower = text.lower()
    if "n't" in lower or "cannot" in lower:
        lower = _expanded(lower)
    if not lower.isascii():
        return _token().findall(lower)
    if any(map(lower.__contains__, _DIGITS)):
        return _ASCII_TOKEN.findall(lower)
    # Words only: what parts them need not be looked at sign by sign.
    return (_QUOTE.sub(" ", lower) if "'" in lower else lower).translate(_LETTERS).split()


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    """The pattern of texts with other letters: it takes 10 ms to make, and most texts do without."""
    letter = rf"[^\W\d_{CJK}]"
    return re.compile(
        rf"[\w{CJK}-](?:(?<=[a-z])[a-z]*+(?![\w'])|(?<={letter}){letter}*+(?:'{letter}++)*+|{_NUMBER}|(?<=[{CJK}]))"
    )


def _expanded(text: str) -> str:
    """Contracted negations in two words, so that `don't` and `do not` are the same."""
    text = text.replace("cannot", "can not").replace("can't", "can not").replace("won't", "will not")
    return text.replace("n't", " not")


def is_number(token: str) -> bool:
    """Whether a token is a number."""
    first = token[0]
    return (first <= "9" and (first != "-" or len(token) > 1)) or (first > "z" and first.isdigit())


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text`, without those that hold no letter or digit."""
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    # Most begin with a letter, which is seen without a search.
    return [plain for part in parts if (plain := part.strip()) and (plain[0].isalnum() or _WORDY.search(plain))]


def unmarked(text: str) -> str:
    """`text` without the marks of markdown."""
    return squeezed(_MARKUP.sub(" ", text).replace("`", ""))


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The beginning of a word that its forms share, about."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ies", "ed", "es", "s", "ly", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)][:6]
    return word[:6]
