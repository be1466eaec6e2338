"""Texts made comparable: Unicode forms, quotes, dashes and white space, words, sentences."""

from __future__ import annotations

import re
import unicodedata

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
_DIGITS = r"\d+(?:[,.]\d+)*(?:/\d+(?!\d*/))?%?"
_NUMBER = rf"{_DIGITS}|-(?<![\w.)\]-]-){_DIGITS}"
_ASCII_TOKEN = re.compile(rf"[a-z]+(?:'[a-z]+)*|{_NUMBER}")
"""The same as the other for ASCII texts, at twice the speed."""
_TOKEN = re.compile(rf"[^\W\d_{CJK}]+(?:'[^\W\d_{CJK}]+)*|{_NUMBER}|[{CJK}]")
_SENTENCE = re.compile(r"\n\s*|\s(?:(?<=[.!?]\s)|(?<=[.!?][\"')\]*]\s)|(?<=[.!?][\"')\]*]{2}\s))\s*(?=[^\s.])")
"""It begins with white space, which is found fast; what comes before is looked at after that."""
_SENTENCE_CJK = re.compile(rf"(?<=。)|{_SENTENCE.pattern}")
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
    return (_ASCII_TOKEN if lower.isascii() else _TOKEN).findall(lower)


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
    pattern = _SENTENCE_CJK if "。" in text else _SENTENCE
    return [part.strip() for part in pattern.split(text) if _WORDY.search(part)]


def unmarked(text: str) -> str:
    """`text` without the marks of markdown."""
    return squeezed(_MARKUP.sub(" ", text).replace("`", ""))
