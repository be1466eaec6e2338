"""How much of the content of one text the other keeps: a soft score for answers that are worded freely."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from console.triage.asking import asks_value
from console.triage.facts import explained_numbers
from console.triage.nearly import is_negation
from console.triage.normalising import is_number, sentences, tokens
from console.triage.quantities import canonical
from console.triage.reading import Reading, asked_words, in_parts, is_content
from console.triage.records import Reason, changed

MOST = 0.49
"""The soft score alone never makes a pair worrying, but for texts with nothing in common."""
_MATCHED = 0.5
"""A sentence is kept where at least this share of its content words is in the other text."""
_SENTENCES = 400
_SHORT = 25
_ROUNDING = Fraction(2, 1000)
_DATE = re.compile(r"(?:19|20)\d{6}")
_EXACT = re.compile(r"-?\d{1,12}(?:/[1-9]\d{0,11})?")
_ABOUT_THE_SAME = 0.65
_ALIKE = 0.35
"""Short statements that share fewer of their words are about different things."""
_CLAUSE = re.compile(r"\b(?:because|since|as|due|so|but|which|while|although|unless|if)\b|[,;:]", re.IGNORECASE)
_BEGINNING = 600
_STANCE, _ALIKE_STANCE = 3, 0.6
"""Words of a first clause, and the share of them that two have in common."""
_PROMPT = 2_000
_EQUAL_ANSWER = 0.25
"""What is left of a soft score where both state the same answer."""


def same_answer_content(old: Reading, new: Reading) -> list[Reason]:
    """The soft score of two texts that state the same answer: a quarter, and by words only."""
    ours, theirs = old.content, new.content
    longer = _ratio(old, new)
    score = 0.4 * (1 - _similar(ours, theirs)) + _of_length(longer) + 0.08 * _lost_numbers(old, new)
    told = f"same stated answer, {_length(longer)}"
    return [Reason("content", told, round(max(0.01, _EQUAL_ANSWER * score), 3))]


def _similar(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return 2 * len(ours & theirs) / max(1, len(ours) + len(theirs))


def stance_changes(old: Reading, new: Reading) -> list[Reason]:
    """The first clauses of two texts, of which only one denies what both speak of."""
    if not (_denies_anything(old) or _denies_anything(new)):
        return []
    ours, theirs = _first_clause(old), _first_clause(new)
    if min(len(ours.content), len(theirs.content)) < _STANCE or _similar(ours.content, theirs.content) < _ALIKE_STANCE:
        return []
    if any(map(is_negation, ours.counts)) == any(map(is_negation, theirs.counts)):
        return []
    return [changed("negation", "begins with the opposite:", ours.text, theirs.text, 0.6)]


def _denies_anything(reading: Reading) -> bool:
    return any(map(is_negation, reading.counts))


def _first_clause(reading: Reading) -> Reading:
    first = next(iter(sentences(reading.text[:_BEGINNING])), "")
    return Reading(_CLAUSE.split(first, maxsplit=1)[0])


def content_changes(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    """One reason with the soft score: content kept both ways, length, lost numbers, negations."""
    ours, theirs = old.content, new.content
    kept, of = _kept(old.sentences, theirs)
    longer = _ratio(old, new)
    told = f"{kept} of {of} sentences matched, {_length(longer)}"
    if _nothing_in_common(ours, theirs, prompt):
        return [Reason("content", f"nothing in common: {told}", 0.55)]
    score = 0.3 * (1 - _similar(ours, theirs)) + 0.1 * (1 - kept / max(1, of)) + _of_length(longer)
    score += 0.08 * _lost_numbers(old, new) + 0.05 * (_denials(old) != _denials(new))
    return [Reason("content", told, round(min(MOST, max(0.02, score)), 3))]


def short_changes(old: Reading, new: Reading, prompt: str = "") -> list[Reason]:
    """Two short statements with other numbers in them, or of which only one denies."""
    if "code" in (old.shape.kind, new.shape.kind) or max(len(old.tokens), len(new.tokens)) > _SHORT:
        return []
    if _denied(old, new):
        return [Reason("negation", "only one of two short statements denies", 0.55)]
    ours, theirs = set(old.numbers), set(new.numbers)
    given = set(Reading(prompt[-_PROMPT:]).numbers)
    if ours - given and theirs - given:
        ours, theirs = ours - given, theirs - given
    if not ours or not theirs or _all_in(ours, theirs) or _all_in(theirs, ours):
        return []
    known = explained_numbers(old, new)
    ours, theirs = ours - known, theirs - known
    if not ours or not theirs or _all_in(ours, theirs) or _all_in(theirs, ours):
        return []
    if _similar(old.content - ours, new.content - theirs) < _ALIKE and not asks_value(prompt):
        return []  # ideas and examples have numbers of their own
    if "?" in prompt and _last_number(old) == _last_number(new):
        return []  # both come to the same number, each in its own way
    one, other = ", ".join(sorted(ours - theirs)), ", ".join(sorted(theirs - ours))
    return [Reason("values", f"value changed: {one} → {other}", 0.65, (one, other))]


def _last_number(reading: Reading) -> str:
    return next(filter(is_number, reversed(reading.tokens)), "")


def _all_in(some: set[str], others: set[str]) -> bool:
    """Whether each number stands among the others, rounded or not."""
    known = [Fraction(number) for number in others if _EXACT.fullmatch(number)]
    known += [Fraction(number[:4]) for number in others if _DATE.fullmatch(number)]
    return all(
        _EXACT.fullmatch(number) and any(_near(Fraction(number), other) for other in known) for number in some - others
    )


def _near(one: Fraction, other: Fraction) -> bool:
    """Whether one may be the other, rounded; whole numbers are never rounded."""
    whole = one.denominator == other.denominator == 1
    return one == other or (not whole and abs(one - other) <= _ROUNDING * max(abs(one), abs(other)))


def _denied(old: Reading, new: Reading) -> bool:
    ours, theirs = old.content, new.content
    about_the_same = _similar(ours, theirs) >= _ABOUT_THE_SAME
    return about_the_same and any(map(is_negation, old.counts)) != any(map(is_negation, new.counts))


def _kept(sentences: Sequence[str], words: frozenset[str]) -> tuple[int, int]:
    kept = of = 0
    for sentence in sentences[:_SENTENCES]:
        found = [
            canonical(token) if token[0] <= "9" else token for part in in_parts(sentence) for token in tokens(part)
        ]
        content = list(filter(is_content, found))
        if content:
            of += 1
            kept += sum(token in words for token in content) >= _MATCHED * len(content)
    return kept, of


def _nothing_in_common(ours: frozenset[str], theirs: frozenset[str], prompt: str) -> bool:
    both = ours & theirs
    if min(len(ours), len(theirs)) < 8 or len(both) > 3:
        return False
    asked = asked_words(prompt)
    # Two good ideas may have nothing in common; one that leaves the question behind is another matter.
    return both <= asked and (not asked or (bool(ours & asked) and not theirs & asked))


def _length(ratio: float) -> str:
    if 0.97 <= ratio <= 1.03:
        return "as long"
    return f"{100 * (ratio - 1):,.0f} % longer" if ratio > 1 else f"{100 * (1 - ratio):.0f} % shorter"


def _ratio(old: Reading, new: Reading) -> float:
    return len(new.tokens) / max(1, len(old.tokens))


def _of_length(ratio: float) -> float:
    smaller = min(ratio, 1 / ratio) if ratio > 0 else 0.0
    return 0.0 if smaller >= 0.5 else 0.12 * (1 - 2 * smaller)


def _lost_numbers(old: Reading, new: Reading) -> float:
    """The share of the numbers of the old text that the new one lacks; markers of lists are not counted."""
    said = {token for token in old.numbers if len(token) > 1}
    return len(said - set(new.numbers)) / len(said) if said else 0.0


def _denials(reading: Reading) -> bool:
    return any(is_negation(token) for token in reading.tokens[:40])
