"""One answer, read as often as the checks ask: each way of reading it is computed once, when first asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Generic, TypeVar, overload

from console.triage import normalising, shapes
from console.triage.lexicon import FUNCTION_WORDS, PLAIN_FUNCTION_WORDS
from console.triage.normalising import is_number, stem
from console.triage.quantities import (
    NUMBER_WORDS,
    canonical,
    with_digits,
    with_iso_dates,
    with_minutes,
    with_percent,
    with_plain_fractions,
)

LONGEST = 400_000
"""Characters read of one answer: the first and the last half of this. What lies between is compared as a whole only."""

_PART = 16_000
"""Characters that are looked through at once: while it looks, no other thread of the interpreter gets a turn, and a
screen that stands still for more than 50 ms is seen to."""
_DEEPEST = 40
_THINKING = re.compile(r"\A<(think|thinking|thought|scratchpad|reasoning)>.*?</\1>\s*", re.DOTALL)
"""What a model writes for itself before it answers."""


_BEGINNING = 1_600
_TAIL = 1_500
_PROMPT = 2_000
"""Characters of a prompt that are read for its words."""

_Read = TypeVar("_Read")


def _tokens(text: str) -> list[str]:
    return normalising.tokens(with_iso_dates(with_digits(with_minutes(with_plain_fractions(with_percent(text))))))


def in_parts(text: str) -> Iterator[str]:
    """`text` in parts, cut at the ends of lines where there are any, else between words."""
    begin = 0
    while len(text) - begin > _PART:
        ends = (text.rfind(mark, begin, begin + _PART) + 1 for mark in "\n ")
        end = next((end for end in ends if end > begin), begin + _PART)
        yield text[begin:end]
        begin = end
    yield text[begin:]


def _pieces(tokens: Sequence[str]) -> Iterable[Sequence[str]]:
    """Tokens in lists that are counted or put into a set at once, for the same reason."""
    if len(tokens) <= _PART:
        return (tokens,)
    return (tokens[start : start + _PART] for start in range(0, len(tokens), _PART))


def counted(tokens: Sequence[str]) -> Counter[str]:
    """How often each token occurs."""
    found = Counter[str]()
    for piece in _pieces(tokens):
        found.update(piece)
    return found


def is_content(token: str) -> bool:
    """Whether a token says something: no word of grammar, and in Latin letters more than two of them."""
    return (len(token) > 2 and token not in FUNCTION_WORDS) or not token.isascii()


class _Once(Generic[_Read]):
    """What is read of an answer when first asked for. The library's `cached_property` takes a lock for it."""

    def __init__(self, read: Callable[[Reading], _Read]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, reading: None, owner: object = None) -> _Once[_Read]: ...

    @overload
    def __get__(self, reading: Reading, owner: object = None) -> _Read: ...

    def __get__(self, reading: Reading | None, owner: object = None) -> _Read | _Once[_Read]:
        if reading is None:
            return self
        found = reading.__dict__[self._name] = self._read(reading)
        return found


def once_a_prompt(read: Callable[[Reading, str], _Read]) -> Callable[..., _Read]:
    """What is read of an answer to one prompt, kept with the answer: several checks ask for it."""
    name = f"{read.__module__}.{read.__name__}"

    @wraps(read)
    def kept(reading: Reading, prompt: str = "") -> _Read:
        known: tuple[str, _Read] | None = reading.__dict__.get(name)
        if known is not None and known[0] is prompt:
            return known[1]
        found = read(reading, prompt)
        reading.__dict__[name] = (prompt, found)
        return found

    return kept


class Reading:
    """An answer's text and what can be read in it. Cheap to make; holds nothing but the text until asked."""

    def __init__(self, text: str) -> None:
        self.raw = text
        if len(text) > LONGEST:
            middle = f"\n[{len(text) - LONGEST} characters]\n"
            text = text[: LONGEST // 2] + middle + text[-LONGEST // 2 :]
        written = text.replace("\r\n", "\n").strip()
        self._written = (_THINKING.sub("", written, count=1) if written[:1] == "<" else "") or written
        self.thinks = len(self._written) != len(written)
        self.text = normalising.folded(self._written)

    @_Once
    def beginning(self) -> str:
        """What is read of an answer to tell whether it is one, in lower case."""
        return self.text[:_BEGINNING].lower()

    @_Once
    def squeezed(self) -> str:
        """Without regard to white space."""
        return normalising.squeezed(self.text)

    @_Once
    def tokens(self) -> list[str]:
        """Words in lower case and numbers, each number in one spelling; dates are one number."""
        if len(self.text) <= _PART:
            found = _tokens(self.text)
        else:
            found = [token for part in in_parts(self.text) for token in _tokens(part)]
        kinds = set[str]()
        for piece in _pieces(found):
            kinds.update(piece)
        numbers = {token: number for token in kinds if token[0] <= "9" and (number := canonical(token)) != token}
        numbers |= {word: NUMBER_WORDS[word] for word in NUMBER_WORDS.keys() & kinds}
        return [one for piece in _pieces(found) for one in map(numbers.get, piece, piece)] if numbers else found

    @_Once
    def counts(self) -> Counter[str]:
        """How often each token occurs."""
        return counted(self.tokens)

    @_Once
    def content(self) -> frozenset[str]:
        """The words that are no words of grammar, and the numbers."""
        told = self.counts.keys() - PLAIN_FUNCTION_WORDS
        return frozenset([token for token in told if len(token) > 2 or not token.isascii()])

    @_Once
    def stems(self) -> frozenset[str]:
        """What says something, each word without its ending."""
        return frozenset(map(stem, self.content))

    @_Once
    def numbers(self) -> Counter[str]:
        """How often each number occurs."""
        return Counter({t: n for t, n in self.counts.items() if (t[0] <= "9" or t[0] > "z") and is_number(t)})

    @_Once
    def sentences(self) -> list[str]:
        """Sentences and lines."""
        return normalising.sentences(self.text)

    @_Once
    def last_sentences(self) -> list[str]:
        """Those of the end: where an answer comes to its conclusion."""
        return self.sentences if len(self.text) <= _TAIL else normalising.sentences(self.text[-_TAIL:])

    @_Once
    def shape(self) -> shapes.Shape:
        """What kind of text this is, and the data or code in it.

        Data is looked for in what is written: folded, the “quotes” inside of a JSON string would end it.
        """
        if self._written != self.text:
            written = shapes.shape(self._written)
            if written.kind == "json":
                return replace(written, data=_folded(written.data))
        return shapes.shape(self.text)


def _folded(value: object, depth: int = 0) -> object:
    """Every text in a JSON value folded; deeper than anybody nests, it is left as it is."""
    if isinstance(value, str):
        return normalising.folded(value)
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [_folded(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {normalising.folded(key): _folded(item, depth + 1) for key, item in value.items()}
    return value


@lru_cache(maxsize=8)
def asked_words(prompt: str) -> frozenset[str]:
    """What a prompt speaks of: that an answer has these words proves nothing."""
    return Reading(prompt[-_PROMPT:]).content


@lru_cache(maxsize=8)
def asked_stems(prompt: str) -> frozenset[str]:
    """The same without endings."""
    return frozenset(map(stem, asked_words(prompt)))


def stems_of(text: str) -> frozenset[str]:
    """The words of a text that say something, each without its ending."""
    return frozenset(stem(token) for token in normalising.tokens(text) if is_content(token))
