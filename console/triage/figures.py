"""The facts that a sentence states in figures or names: `30 working days`, `3 to 5 kg`, `10 am`, `1969`, `Monday`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from console.triage.lexicon import FUNCTION_WORDS, PARTS
from console.triage.normalising import stem
from console.triage.phrases import holds_any
from console.triage.quantities import (
    NUMBER_WORDS,
    TENS,
    is_unit,
    scaled,
    unit_value,
    with_digits,
    with_iso_dates,
    with_minutes,
)

_NUMBER = r"\d+(?:[.,]\d+)*"
_FIGURE = re.compile(
    rf"(?<![\w.,/:@-])(?P<sign>[$€£¥]\s?)?(?P<one>{_NUMBER})(?:st|nd|rd|th)?"
    rf"(?:\s?(?:-|to|or|and|bis|oder|à|ou|a|o)\s?(?P<sign2>[$€£¥]\s?)?(?P<two>{_NUMBER}))?(?![\w/:@]*\d)"
    r"(?P<rest>[\s-]?(?:[%$€£¥]|°[CF]?|[^\W\d_]+)(?:[ -][^\W\d_]+){0,2})?"
)
_CLOCK = re.compile(
    r"(?<![\w:.])(\d{1,2})(?:[:.](\d\d))?\s?([apAP])\.?[mM]\b|(?<![\w:.])([01]?\d|2[0-3]):([0-5]\d)(?![:\d])"
)
_PHONE = re.compile(r"(?<![\w.,/-])\+?\d[\d ()/-]{5,}\d(?![\w/-])")
_MAY_CLOCK = re.compile(r"\d(?::[0-5]|\s?[ap]\.?m\b)")
_MAY_PHONE = re.compile(r"\d[\d ()/-]{5}")
"""Without these there is no time of day and no telephone number; what begins with a digit is found fast."""
_CODE = re.compile(
    r"[A-Z0-9](?<![\w@./-].)(?:(?<=\d)|(?=[\w-]*\d))(?:(?<=[A-Z])|(?=[\w-]*[A-Z]))"
    r"[A-Z0-9]*(?:-[A-Z0-9]+)*(?![\w@/-])"
)
_CODE_OR_MAIL = re.compile(rf"{_CODE.pattern}|[\w.+-]+@[\w-]+\.[\w.]+\w")
_DAY = re.compile(
    r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|april|june|july|august|september"
    r"|october|november|december)s?\b",
    re.IGNORECASE,
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(
    rf"(?<![\w.,])(?:(\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?({_MONTHS})|({_MONTHS}) (\d{{1,2}})(?:st|nd|rd|th)?)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z](?<=[a-z,] .)[a-z]{2,}(?: [A-Z][a-z]+)*")
_WORD = re.compile(r"[%$€£¥]|°[CF]?|[^\W\d_]+")
_ABOUT = re.compile(r"(?:about|around|approximately|roughly|nearly|almost|some|circa|over|~|≈)\s?$", re.IGNORECASE)
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_SPELT = {
    **{word: str(at) for at, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine"), 2)},
    **{word: str(at) for at, word in enumerate(("ten", "eleven", "twelve", *_TEENS), 10)},
    **{word: str(number) for word, number in TENS.items()},
    **{word: number for word, number in NUMBER_WORDS.items() if word not in ("zero", "one")},
}
_MAY_SPELL = tuple(sorted(word for word in _SPELT if not any(other != word and other in word for other in _SPELT)))
_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_SPELT, key=len, reverse=True))})\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(within|for|after|in|takes?|lasts?|up to|than|of) (?:an?|one) (?=(?:\w+ )?"
    r"(?:second|minute|hour|day|week|month|year|euro|dollar|mile|kilometre)\b)",
    re.IGNORECASE,
)
_UNITS_OF_ONE = ("second", "minute", "hour", "day", "week", "month", "year", "euro", "dollar", "mile", "kilometre")
_MAY_DAY = ("day", "uary", "april", "june", "july", "august", "ember", "october")
_MAY_DATE = (*_MAY_DAY, "march", "may")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something stated. `kind` says what it can be compared with; a range has two values; `about`: it is rounded."""

    kind: str
    values: tuple[Fraction, ...] | tuple[str, ...]
    shown: str
    words: tuple[str, ...] = ()
    about: bool = False

    @property
    def measured(self) -> bool:
        """Whether it is a number of something; else it is a bare number or a name."""
        return self.kind not in ("year", "number", "code", "name")


def spelt_out(text: str) -> str:
    """`text` with its number words, dates and hours in figures."""
    text = with_iso_dates(with_minutes(with_digits(text)))
    lower = text.lower()
    if holds_any(lower, _MAY_SPELL):
        text = _WORDS.sub(lambda match: _SPELT[match.group().lower()], text)
    if (" a " in lower or " an " in lower or " one " in lower) and holds_any(lower, _UNITS_OF_ONE):
        text = _ONE.sub(r"\1 1 ", text)
    return text


def facts_of(sentence: str) -> list[Fact]:
    """The facts of one sentence in `spelt_out` form; names are not among them."""
    figures = _DIGIT.search(sentence) is not None
    found: list[Fact] = []
    if figures and _MAY_CLOCK.search(sentence):
        found = [Fact("clock", (_minutes(match),), match.group().strip()) for match in _CLOCK.finditer(sentence)]
    lower = sentence.lower()
    dates: list[Fact] = []
    if figures and holds_any(lower, _MAY_DATE):
        dates = [_date(match) for match in _DATE.finditer(sentence)]
    if not dates and holds_any(lower, _MAY_DAY):
        dates = [_day(match[1], match.group()) for match in _DAY.finditer(sentence)]
    found += dates
    rest = _DATE.sub(" ", _CLOCK.sub(" ", sentence)) if found else sentence
    if "@" in rest:
        found += [_code(match.group()) for match in _CODE_OR_MAIL.finditer(rest)]
    elif figures:
        found += [_code(match.group()) for match in _CODE.finditer(rest)]
    if not figures:
        return found
    if _MAY_PHONE.search(rest):
        found += _phones(rest)
        rest = _PHONE.sub(" ", rest)
    return [*found, *(fact for match in _FIGURE.finditer(rest) if (fact := _figure(match)) is not None)]


def _phones(text: str) -> list[Fact]:
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) >= 7:
            found.append(Fact("code", (digits,), match.group(), tuple(re.findall(r"\d+", match.group()))))
    return found


def clock_of(text: str) -> Fraction | None:
    """The minutes since midnight of a text that is a time of the day: `8:00 PM`, `20:00`; None of any other."""
    match = _CLOCK.fullmatch(text.strip().rstrip("."))
    return None if match is None else _minutes(match)


def names_of(sentence: str) -> list[Fact]:
    """The names inside of one sentence: words with a capital that do not begin it."""
    return [
        Fact("name", (name.lower(),), name, tuple(name.lower().split()))
        for name in _NAME.findall(sentence)
        if _DAY.match(name) is None
    ]


def _date(match: re.Match[str]) -> Fact:
    day, month = match[1] or match[4], (match[2] or match[3]).lower()
    return Fact("date", (f"{int(day)} {month}",), match.group(), (month,))


def _day(name: str, written: str) -> Fact:
    return Fact("day", (name.lower(),), name.title(), (written.lower(),))


def _code(written: str) -> Fact:
    return Fact("code", (written.lower(),), written, (written.lower(),))


def _minutes(match: re.Match[str]) -> Fraction:
    if match[4]:
        return Fraction(60 * int(match[4]) + int(match[5]))
    hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
    return Fraction(60 * hour + int(match[2] or 0))


def _figure(match: re.Match[str]) -> Fact | None:
    values = tuple(_value(text) for text in (match["one"], match["two"]) if text)
    words = {found.group().lower(): found.end() for found in _WORD.finditer(match["rest"] or "")}
    about = _ABOUT.search(match.string[max(0, match.start() - 15) : match.start()]) is not None
    first = next(iter(words), "")
    scale = scaled(first) if len(first) > 1 or match["sign"] else None
    if scale is not None:
        values = tuple(value * scale for value in values)
    number = match.group()[: match.end("two" if match["two"] else "one") - match.start()]
    shown = number if scale is None else f"{number} {first}"
    if match["sign"] or match["sign2"]:
        return Fact("money", values, shown, (), about)
    unit = _unit_of([word for word in words if scale is None or word != first])
    if unit is None:
        return _bare(match, values, about)
    kind, factor = unit_value(unit) or (f"count of {stem(unit)}", Fraction(1))
    shown = match.group()[: match.start("rest") - match.start() + words[unit]]
    return Fact(kind, tuple(value * factor for value in values), shown, (unit,), about)


def _unit_of(words: list[str]) -> str | None:
    """What is counted: a unit among the next three words, or a noun in the plural right after the number."""
    for at, word in enumerate(words):
        if word in FUNCTION_WORDS:
            break
        if (is_unit(word) or not word[0].isalpha()) and (at == 0 or len(word) > 2):
            return word
    if words and words[0] not in PARTS and words[0] not in FUNCTION_WORDS:
        return words[0] if len(words[0]) > 4 and words[0].endswith("s") and not words[0].endswith("ss") else None
    return None


def _bare(match: re.Match[str], values: tuple[Fraction, ...], about: bool) -> Fact | None:
    """A number without a unit: a year, or one long enough to be no counter."""
    text = match["one"]
    if len(values) > 1:
        return None
    if len(text) == 4 and text[:2] in ("19", "20"):
        return Fact("year", values, text, (), about)
    digits = sum(map(str.isdigit, text))
    return Fact("number", values, text, (), about) if digits >= 3 or (digits >= 2 and "." in text) else None


def _value(text: str) -> Fraction:
    text = text.rstrip(".,")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"\d+,\d{1,2}", text):
        text = text.replace(",", ".")
    try:
        return Fraction(text[:40])
    except ValueError:
        return Fraction(int(re.sub(r"\D", "", text)[:40] or "0"))
