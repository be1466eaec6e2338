"""Facts that changed in reworded prose: the same thing is said of another number of days, another price, another name.

Two answers may be worded so differently that only their sentences can be compared. Those that speak of the same are
found by the words they share; what differs in them is a changed fact, unless either value stands in both answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from console.triage import normalising
from console.triage.figures import Fact, facts_of, names_of, spelt_out
from console.triage.lexicon import VAGUE
from console.triage.normalising import stem
from console.triage.quantities import canonical, with_percent
from console.triage.reading import Reading, is_content
from console.triage.records import Reason, changed

_MOST = 60
"""Sentences with facts that are compared on each side."""
_LONGEST = 20_000
_SENTENCE = 500
"""Characters read of an answer, and of one sentence: longer ones are lists or no language."""
_SHOWN = 3
_PROMPT = 2_000
_ROUNDED = Fraction(1, 10)
_FIRST_NUMBER = re.compile(r"\d+(?:\.(\d+))?")


class _Sentence:
    """A sentence with facts; what its words are is read when it is compared."""

    def __init__(self, text: str, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self._text = text
        self._words: dict[str, str] | None = None

    def words(self) -> dict[str, str]:
        """The words that say something, each with its stem."""
        if self._words is None:
            tokens = {token for token in normalising.tokens(self._text) if is_content(token) and token not in VAGUE}
            self._words = {word: stem(word) for word in tokens if not word[0].isdigit()}
        return self._words


class _Stated:
    """A fact and the sentence that states it."""

    def __init__(self, fact: Fact, sentence: _Sentence) -> None:
        self.fact = fact
        self._sentence = sentence
        self._about: frozenset[str] | None = None

    @property
    def about(self) -> frozenset[str]:
        """The words of its sentence that say what it is a fact of."""
        if self._about is None:
            own = self.fact
            about = {short for word, short in self._sentence.words().items() if word not in own.words}
            # What else the sentence states says what it is about, too.
            about |= {
                f"{one.kind} {one.values[0]}" for one in self._sentence.facts if one.measured and one.kind != own.kind
            }
            self._about = frozenset(about)
        return self._about


def fact_changes(old: Reading, new: Reading, prompt: str, *, measured: bool = False) -> list[Reason]:
    """Values that changed in corresponding sentences; `measured`: only numbers of something count, no bare ones."""
    if "code" in (old.shape.kind, new.shape.kind):
        return []
    before = _Side(old, measured=measured)
    if not before.stated:
        return []
    after = _Side(new, measured=measured)
    gone = [one for one in before.stated if not after.explains(one.fact)]
    come = [one for one in after.stated if not before.explains(one.fact)] if gone else []
    if not come:
        return []
    # Answers that agree in another value speak of the same.
    agreed = sum(one.fact.kind != "name" and after.has(one.fact) for one in before.stated)
    given = set(Reading(spelt_out(prompt[-_PROMPT:])).counts)
    pairs = list(_corresponding(gone, come, given, agreed=agreed))
    if not pairs:
        return []
    shown = pairs[:_SHOWN]
    one, other = (", ".join(pair[side].fact.shown for pair in shown) for side in (0, 1))
    label = "value changed:" if len(pairs) == 1 else "values changed:"
    return [changed("values", label, one, other, 0.65)]


def explained_numbers(old: Reading, new: Reading) -> set[str]:
    """The numbers of values that both texts have, if in other units or rounded: 24 (hours) and 1 (day)."""
    sides = _Side(old, measured=False), _Side(new, measured=False)
    found: set[str] = set()
    for here, there in (sides, sides[::-1]):
        for one in here.stated:
            if there.has(one.fact):
                found.update(_numbers_of(one.fact))
    return found


def states(reading: Reading, value: str) -> bool:
    """Whether a text has a value, in whichever unit."""
    wanted = facts_of(spelt_out(value[:_SENTENCE]))
    return bool(wanted) and all(map(_Side(reading, measured=False).has, wanted))


class _Side:
    """The facts of one answer."""

    def __init__(self, reading: Reading, *, measured: bool) -> None:
        self.reading = reading
        self.stated = _stated(reading, measured=measured)
        self._taken = Counter(number for one in self.stated if one.fact.measured for number in _numbers_of(one.fact))

    def has(self, fact: Fact) -> bool:
        """Whether this answer has the value, too: in another unit, rounded, or within a range."""
        return any(_same(fact, one.fact) for one in self.stated)

    def explains(self, fact: Fact) -> bool:
        """Whether the value is here, or its numbers are, of nothing else."""
        if self.has(fact):
            return True
        counts = self.reading.counts
        if fact.kind == "name":
            return any(word in counts for word in fact.words)
        if fact.kind in ("code", "day"):
            return str(fact.values[0]) in self.reading.text.lower()
        numbers = _numbers_of(fact)
        return bool(numbers) and all(counts[number] > self._taken[number] for number in numbers)


def _stated(reading: Reading, *, measured: bool) -> list[_Stated]:
    found = []
    short = len(reading.text) <= _LONGEST
    for whole in reading.sentences if short else normalising.sentences(reading.text[:_LONGEST]):
        sentence = spelt_out(whole[:_SENTENCE])
        facts = facts_of(sentence)
        facts = [fact for fact in facts if fact.measured] if measured else [*facts, *names_of(sentence)]
        if not facts:
            continue
        whole_sentence = _Sentence(sentence, facts)
        found += [_Stated(fact, whole_sentence) for fact in facts]
        if len(found) >= _MOST:
            break
    return found


def _numbers_of(fact: Fact) -> list[str]:
    """The numbers as they are written."""
    return [canonical(token) for token in normalising.tokens(with_percent(fact.shown)) if token[0].isdigit()]


def _same(one: Fact, other: Fact) -> bool:
    if {one.kind, other.kind} == {"number", "share"}:
        part, whole = (one, other) if one.kind == "number" else (other, one)
        return isinstance(part.values[0], Fraction) and part.values[0] * 100 == whole.values[0]
    if one.kind != other.kind:
        return False
    left, right = one.values, other.values
    if left == right:
        return True
    if not isinstance(left[0], Fraction) or not isinstance(right[0], Fraction) or len(left) == len(right) == 2:
        return False
    if len(left) != len(right):
        single, ends = (left, right) if len(left) == 1 else (right, left)
        return bool(min(ends) <= single[0] <= max(ends))
    apart, size = abs(left[0] - right[0]), max(abs(left[0]), abs(right[0]))
    if one.about or other.about:
        return apart <= size * _ROUNDED and one.kind != "year"
    return one.kind != "year" and apart <= size * max(_last_place(one.shown), _last_place(other.shown))


def _last_place(shown: str) -> Fraction:
    """How much of a number a step in its last decimal is; half a step of a whole one."""
    match = _FIRST_NUMBER.search(shown.replace(",", ""))
    if match is None:
        return Fraction(2, 1000)
    value = Fraction(match.group())
    step = Fraction(1, 10 ** len(match[1])) if match[1] else Fraction(1, 2)
    return min(step / value, Fraction(2, 1000)) if value else Fraction(0)


def _corresponding(
    gone: Sequence[_Stated], come: Sequence[_Stated], given: Iterable[str], *, agreed: int
) -> Iterator[tuple[_Stated, _Stated]]:
    """Each unexplained fact with the one of its kind whose sentence speaks of the same, if there is one."""
    ours, theirs = (Counter(one.fact.kind for one in side) for side in (gone, come))
    # Ideas and examples have values of their own, most of which differ.
    scattered = min(len(gone), len(come)) >= max(2, agreed + 1)
    known, taken = set(given), set[int]()
    for one in gone:
        rivals = [other for other in come if other.fact.kind == one.fact.kind and id(other) not in taken]
        if not rivals:
            continue
        best = max(rivals, key=lambda other: len(one.about & other.about))
        lone = ours[one.fact.kind] == theirs[one.fact.kind] == 1 and not scattered
        least = 1 if agreed and lone else 2
        if _matches(one, best, lone=lone, least=least) and _asked(one.fact, known) == _asked(best.fact, known):
            taken.add(id(best))
            yield one, best


def _asked(fact: Fact, given: set[str]) -> bool:
    return all(word in given for word in (_numbers_of(fact) or fact.words))


def _matches(one: _Stated, other: _Stated, *, lone: bool, least: int) -> bool:
    """Whether two sentences speak of the same: they share at least so many words, and a part of all they have.

    Where several facts of a kind differ, and for names and bare numbers, more is asked.
    """
    shared = len(one.about & other.about)
    sizes = len(one.about), len(other.about)
    if one.fact.measured and lone:
        return shared >= least and shared >= 0.25 * least * min(sizes) / 2
    enough = 3 if one.fact.measured or one.fact.kind == "name" else 2
    part = 0.4 if least == 1 and one.fact.kind != "name" else 0.6
    return (lone or one.fact.measured) and shared >= enough and shared >= part * max(sizes)
