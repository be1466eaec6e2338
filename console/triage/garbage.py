"""Whether the end of a text is still language: random letters, symbols, or one phrase over and over are not."""

from __future__ import annotations

import re
from collections import Counter

from console.triage.lexicon import FUNCTION_WORDS, RARE_PAIRS
from console.triage.reading import Reading

_VOWEL = re.compile(r"[aeiouyáéíóúàèìòùäëïöüâêîôûãõåæøœ]", re.IGNORECASE)
_HEAP = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}", re.IGNORECASE)
_LATIN = re.compile(r"^[a-z\u00c0-\u024f']+$", re.IGNORECASE)
_ODD = re.compile(r"[^\w\s.,;:!?'\"()\[\]{}<>|/\\*_#`$€£%&@+=^~°-]")
_RUN = re.compile(r"([^\s.\-=_*#~0-9|])\1{9,}")
_SYMBOLS = re.compile(r"(?:[^\w\s]\s?){16,}$")
_LAST_SYMBOLS = re.compile(r"(?:[^\w\s]\s?){2}$")
_DIFFERENT = 7
"""So many different symbols are no rule, no table and no closing brackets."""
_BREAK = re.compile(r"[.,;:\n|*()-]")
_MOST = 400
"""Tokens of a tail that are looked at."""
_LONGEST = 2_000
"""Characters of a tail that are looked at."""
_FEWEST = 8
_FOREIGN = 0.3


def garbled(tail: Reading, known: Counter[str]) -> str:
    """What is wrong with a tail, in words, or "" if it can be language. `known` are the tokens of what stood before it.

    Codes, names and lists are language too: what occurred before is never strange, and one odd word is not enough.
    """
    text = tail.text[-_LONGEST:]
    if "\ufffd" in text:
        return "broken characters"
    if _RUN.search(text):
        return "one character over and over"
    if ends_in_symbols(text):
        return "symbols instead of words"
    solid = sum(map(len, text.split()))
    if solid >= 12 and len(_ODD.findall(text)) > 0.25 * solid:
        return "symbols instead of words"
    words = tail.tokens[-_MOST:]
    latin = [word for word in words if (word.isalpha() and word.isascii()) or _LATIN.match(word)]
    # A letter is a variable: it may well recur.
    if len(words) >= 8 and _repeats([one for one in words if len(one) > 1], [one for one in latin if len(one) > 1]):
        return "the same words over and over"
    return _strange_words(text, latin, known)


def ends_in_symbols(text: str) -> bool:
    """Whether a text ends in a run of many different symbols."""
    match = _SYMBOLS.search(text[-240:]) if _LAST_SYMBOLS.search(text[-6:]) else None
    return match is not None and len(set(match.group())) >= _DIFFERENT


def _strange_words(text: str, latin: list[str], known: Counter[str]) -> str:
    fresh = [word for word in latin if word not in known and len(word) > 1]
    # Capitals throughout are an abbreviation.
    strange = sum(strange_word(word) and word.upper() not in text for word in fresh)
    if strange >= 2 and strange >= 0.25 * len(latin):
        return "letters that are no words"
    if len(fresh) < _FEWEST or len(fresh) < 0.7 * len(latin):
        return ""
    if sum(not word.isascii() for word in fresh) >= _FOREIGN * len(fresh):
        return ""  # another language, with other words of grammar
    function = sum(word in FUNCTION_WORDS for word in latin)
    before = sum(n for word, n in known.items() if word in FUNCTION_WORDS)
    if before >= 0.25 * sum(known.values()) and function <= 0.06 * len(latin):
        return "words that make no sentence"
    if len(latin) >= 12 and not function and _BREAK.search(text) is None:
        return "words that make no sentence"
    return ""


def strange_word(word: str) -> bool:
    """Whether a Latin word cannot be one: no vowel, or six consonants in a row."""
    if len(word) < 4:
        return len(word) == 3 and not _VOWEL.search(word)
    return not _VOWEL.search(word) or bool(_HEAP.search(word)) or len(word) > 28 or _rare_pairs(word)


def _rare_pairs(word: str) -> bool:
    return sum(1 for place in range(len(word) - 1) if word[place : place + 2] in RARE_PAIRS) >= 1 + len(word) // 9


def _repeats(words: list[str], latin: list[str]) -> bool:
    if len(words) >= 12 and len(set(words)) <= len(words) / 4:
        return True
    # Numbers recur in every calculation; words do not, in so short a text.
    if len(latin) >= 16 and len(set(latin)) <= 0.4 * len(latin):
        return True
    top = max(Counter(words).values(), default=0)
    return top >= 6 and 2 * top >= len(words)


def last_part(reading: Reading, words: int = 25) -> Reading:
    """About the last `words` words of a text."""
    return Reading(" ".join(reading.text[-words * 12 :].split()[-words:]))
