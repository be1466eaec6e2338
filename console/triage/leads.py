"""Where an answer says its result at once, or in bold: what follows may be advice with numbers of its own."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import takewhile

from console.triage import normalising
from console.triage.answers import CONCLUDES, bare, numbers_of
from console.triage.figures import clock_of, spelt_out
from console.triage.quantities import Quantity, quantity, same_quantity, unit_value
from console.triage.reading import Reading

_STEP = re.compile(
    r"[\s*_#>-]*(?:first|step|to|from|at|we|let|start|begin|if|since|because|given|each"
    r"|there (?:is|are)|the \w+ (?:has|have)|\d+[.)])\b"
    r"|.*(?:[=×÷]|\d [*/+-] \d|\b(?:which|that) (?:gives|makes|is|leaves)\b)",
    re.IGNORECASE,
)
"""A sentence on the way to the result, not the result."""
_ASIDE = re.compile(r"^\(|\b(?:if|would|wouldn't|might|instead|otherwise|wrong|tempting|not counting)\b", re.IGNORECASE)
_RATE = re.compile(r"\b(?:per|every|each) \d[\d.,]* ?", re.IGNORECASE)
_HALF = re.compile(r"(?<![\d:])\d{1,2}(?::\d\d)? ?[ap]\.?m\b", re.IGNORECASE)
_HALF_A_DAY = 720
_BOLD = re.compile(r"\*\*([^*\n]{1,120})\*\*")
_FIRST = 2
_OPENING = 400
"""Sentences, and characters of them, that an answer may begin with its result in."""
_LAST = 2
_ALONE = 4
"""Words of a sentence that says nothing but the result."""
_WHOLE_FROM = 20
"""A whole number this large may be the rounded form of one with decimals: 48 of 48.20, not 8 of 8.4."""
_DECIMALS = re.compile(r"\d\.(\d+)")


def concludes(reading: Reading, value: str) -> bool:
    """Whether the end of an answer says, in words or in bold, that it is `value` that it comes to."""
    number = value.split(" ")[0]
    last = [one for one in reading.last_sentences[-_LAST:] if number in one]
    return not last or any(CONCLUDES.search(one) or "**" in one for one in last)


def same_lead(old: Reading, new: Reading, prompt: str) -> bool:
    """Whether what one answer begins with, or has last in bold, is such a number of the other, too.

    Numbers of the prompt say nothing. One may be rounded from the other: 8.9 hours are 8 h 53 min.
    """
    ours = _leads(old, prompt)
    return bool(ours) and any(_agree(one, other) for one in ours for other in _leads(new, prompt))


def other_result(before: str, new: Reading, prompt: str) -> str:
    """The number that the last sentence of an answer has instead of `before`, of the same unit; "" where it has none.

    That `before` stands in a sentence above is no agreement: it may be a step on the way.
    """
    last = new.last_sentences[-1:]
    if not last or ends_aside(new):
        return ""
    if (minutes := clock_of(before)) is not None:
        return _other_half_of_the_day(minutes, last[0])
    wanted = quantity(before)
    measured = unit_value(wanted.unit) if wanted is not None else None
    if wanted is None or wanted.percent:
        return ""
    if measured is None:
        return _opposite(wanted, last[0])
    values = [
        (one, value) for one in numbers_of(_RATE.sub("", spelt_out(last[0]))) if (value := quantity(one)) is not None
    ]
    alike = [one for one, value in values if (unit := unit_value(value.unit)) and unit[0] == measured[0]]
    foreign = [one for one, value in values if value.value == wanted.value and unit_value(value.unit)]
    if (not alike and not foreign) or any(_agree(before, one) for one in alike):
        return ""
    above = [one for one in new.last_sentences[-_LAST:-1] if CONCLUDES.search(one) or "**" in one]
    if any(_agree(before, one) for sentence in above for one in numbers_of(spelt_out(sentence))):
        return ""
    if any(_agree(before, one) for one in _leads(new, prompt)):
        return ""
    return (alike or foreign)[-1]


def ends_aside(reading: Reading) -> bool:
    """Whether the last sentence speaks of something else than what is: of what might be, or would."""
    return any(_ASIDE.search(one) for one in reading.last_sentences[-1:])


def _opposite(wanted: Quantity, last: str) -> str:
    """The same number with the other sign, where a sentence has no other."""
    found = [(one, value) for one in numbers_of(last) if (value := quantity(one)) is not None]
    signed = [one for one, value in found if wanted.value and value.value == -wanted.value]
    return signed[0] if signed and not any(value.value == wanted.value for _, value in found) else ""


def _other_half_of_the_day(minutes: Fraction, last: str) -> str:
    """`4:20 am` of 16:20."""
    for match in _HALF.finditer(last):
        other = clock_of(match.group())
        if other is not None and abs(other - minutes) == _HALF_A_DAY:
            return match.group()
    return ""


def _leads(reading: Reading, prompt: str) -> list[str]:
    """The numbers of the first sentences, and of the last words in bold that have one, with their units."""
    given = set(map(bare, numbers_of(prompt[-2_000:])))
    opening = list(takewhile(lambda one: _STEP.match(one) is None, normalising.sentences(reading.text[:_OPENING])))
    first = spelt_out(" ".join(opening[:_FIRST]))
    bold = next((found for part in reversed(_BOLD.findall(reading.text)) if (found := numbers_of(part))), [])
    fresh = [one for one in numbers_of(first) if bare(one) not in given]
    # Alone in its sentence, or in bold, it is the result even where the prompt has the same number.
    alone = numbers_of(spelt_out(opening[0])) if opening and len(opening[0].split()) <= _ALONE else []
    return [*alone, *fresh, *bold]


def _agree(one: str, other: str) -> bool:
    left, right = quantity(one), quantity(other)
    if left is None or right is None:
        return False
    return same_quantity(left, right) or _rounded(one, left, other, right) or _rounded(other, right, one, left)


def _rounded(short: str, coarse: Quantity, long: str, fine: Quantity) -> bool:
    """Whether `short` is `long` with fewer decimals, or in a larger unit with the same precision."""
    step = _step(short)
    here, there = unit_value(coarse.unit), unit_value(fine.unit)
    if here and there:
        if here[0] != there[0]:
            return False
        factor, value = there[1] / here[1], fine.value * there[1] / here[1]
    elif coarse.unit and fine.unit and coarse.unit != fine.unit:
        return False
    else:
        factor, value = Fraction(1), fine.value
    if step is None or step <= (_step(long) or Fraction(1)) * factor or coarse.percent != fine.percent:
        return False
    return abs(value - coarse.value) < step / 2


def _step(number: str) -> Fraction | None:
    """One in the last place of a number; None of a whole one so small that rounding would change it."""
    decimals = _DECIMALS.search(number)
    if decimals is not None:
        return Fraction(1, 10 ** len(decimals[1]))
    digits = re.sub(r"\D", "", number.split(" ")[0])
    return Fraction(1) if digits and len(digits) <= 30 and int(digits) >= _WHOLE_FROM else None
