"""Numbers, units and dates as values: `1,000` is `1000`, `0.5` is `1/2`, `24 hours` is `1 day`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from console.triage.phrases import holds_any

_LONGEST = 60
"""A number of more characters is compared as text: exact arithmetic on a million digits takes too long."""
_UNITS: dict[str, tuple[str, Fraction]] = {}


def _unit(dimension: str, factor: Fraction | int, *names: str) -> None:
    for name in names:
        _UNITS[name] = (dimension, Fraction(factor))


# Months and years are no multiple of a day: 30 days and 1 month are different answers.
_unit("time", Fraction(1, 1000), "ms", "millisecond", "milliseconds")
_unit("time", 1, "s", "sec", "secs", "second", "seconds")
_unit("time", 60, "min", "mins", "minute", "minutes")
_unit("time", 3_600, "h", "hr", "hrs", "hour", "hours")
_unit("time", 86_400, "day", "days")
_unit("time", 604_800, "week", "weeks")
_unit("months", 1, "month", "months")
_unit("months", 12, "year", "years", "yr", "yrs")
_unit("time", 60, "minuten", "minuto", "minutos", "minuti")
_unit("time", 3_600, "stunde", "stunden", "heure", "heures", "hora", "horas", "ora", "ore", "uur")
_unit(
    "time", 86_400, "tag", "tage", "tagen", "jour", "jours", "día", "días", "dia", "dias", "giorno", "giorni", "dagen"
)
_unit("time", 604_800, "woche", "wochen", "semaine", "semaines", "semana", "semanas", "settimana", "settimane", "weken")
_unit("months", 1, "monat", "monate", "monaten", "mois", "mes", "meses", "mês", "mesi", "maanden")
_unit("months", 12, "jahr", "jahre", "jahren", "ans", "année", "années", "año", "años", "ano", "anos", "anni", "jaar")
_unit("length", Fraction(1, 1000), "mm", "millimeter", "millimeters", "millimetres")
_unit("length", Fraction(1, 100), "cm", "centimeter", "centimeters", "centimetres")
_unit("length", 1, "m", "meter", "meters", "metre", "metres")
_unit("length", 1_000, "km", "kilometer", "kilometers", "kilometre", "kilometres")
_unit("imperial length", 1, "inch", "inches")
_unit("imperial length", 12, "foot", "feet", "ft")
_unit("imperial length", 36, "yard", "yards")
_unit("imperial length", 63_360, "mile", "miles", "mi")
_unit("mass", Fraction(1, 1000), "mg", "milligram", "milligrams")
_unit("mass", 1, "g", "gram", "grams")
_unit("mass", 1_000, "kg", "kilogram", "kilograms")
_unit("volume", Fraction(1, 1000), "ml", "milliliter", "milliliters", "millilitres")
_unit("volume", 1, "l", "liter", "liters", "litre", "litres")
_unit("volume", 1_000, "m³", "m3")
_unit("area", 1, "m²", "m2")
_unit("money", Fraction(1, 100), "cent", "cents")
_unit("money", 1, "$", "€", "£", "dollar", "dollars", "usd", "euro", "euros", "eur", "pounds")

_SCALES = {"thousand": 10**3, "k": 10**3, "million": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12}
NUMBER_WORDS = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(13)),
        strict=True,
    )
)
for _words in (
    "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "deux trois quatre cinq six sept huit neuf dix onze douze",
    "dos tres cuatro cinco seis siete ocho nueve diez once doce",
):
    NUMBER_WORDS.update(zip(_words.split(), map(str, range(2, 13)), strict=True))
NUMBER_WORDS.pop("once")
"""It is a word of English, too."""
_LATEX = re.compile(r"\\+[dtc]?frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}")
_MIXED = re.compile(r"(\d(?<![\w./].)\d{0,3}) (\d{1,3})/(\d{1,3})(?![\w/]|\.\d)")
_MAY_MIX = re.compile(r"/\d(?:(?<= \d..)|(?<= \d\d..)|(?<= \d\d\d..))")
_PRICE = re.compile(r"(?:(?<=€)|(?<=€ )|(?=\d+,\d\d\s?€))(\d+),(\d\d)(?!\d)")
_SUPERSCRIPTS = tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RAISED = re.compile(r"10([⁻-]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})")
_POWER = re.compile(
    r"(?<![\w.^])(?:(\d{1,12}(?:\.\d{1,12})?) ?(?:[×x*·]|\\times|\\cdot) ?)?"
    r"(?<!\d)10\^(?:\{ ?(-?\d{1,2}) ?\}|(-?\d{1,2}))(?![\w^])"
)
_VULGAR = {
    ord(sign): f" {value} " for sign, value in (("½", "1/2"), ("⅓", "1/3"), ("¼", "1/4"), ("¾", "3/4"), ("⅔", "2/3"))
}
_VULGAR_SIGNS = tuple(map(chr, _VULGAR))
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_COMPOUND = re.compile(rf"\b({'|'.join(TENS)})[- ](one|two|three|four|five|six|seven|eight|nine)\b", re.IGNORECASE)
_DIGIT_WORD = r"(?<=[tT].)[- ](?:[oO][nN]|[tT][wWhH]|[fF][oOiI][uUvV]|[sS][iIeE][xXvV]|[eE][iI][gG]|[nN][iI][nN])"
_MAY_COMPOUND = (re.compile(f"y{_DIGIT_WORD}"), re.compile(f"Y{_DIGIT_WORD}"))
"""Without these there is no compound; what begins with one sign is found fast."""
_OF_MINUTES = re.compile(r"[mM](?:(?<=\d.)|(?<=\d\s.))[iI][nN]")
_OF_SECONDS = re.compile(r"[sS](?:(?<=\d.)|(?<=\d\s.))")
_HOUR_SIGN = re.compile(r"[0-9] ?h")
_HOURS = re.compile(
    r"(?<![\d.,])(\d{1,4})\s?(?:hours?|hrs?|h)\b,?\s?(?:and )?(\d{1,2})\s?(?:minutes?|mins?)\b", re.IGNORECASE
)
_SECONDS = re.compile(
    r"(?<![\d.,])(\d{1,4})\s?(?:minutes?|mins?|m)\b,?\s?(?:and )?(\d{1,2})\s?(?:seconds?|secs?|s)\b", re.IGNORECASE
)
_PERCENT_SIGNS = ("ercent", " %", "\\%", "rozent", " cent")
_PERCENT = re.compile(r"(?<=\d)\s?(?:\\?%|(?:percent|per cent|prozent|pour cent)\b)", re.IGNORECASE)
_NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?|-?\.\d+"
_QUANTITY = re.compile(
    rf"(?P<money>[$€£]?)\s*(?P<sign>-?)\s*[$€£]?(?:(?P<whole>\d+)\s+(?P<up>\d+)\s*/\s*(?P<down>\d+)"
    rf"|(?P<top>{_NUMBER})\s*/\s*(?P<bottom>{_NUMBER})|(?P<plain>{_NUMBER})(?:e(?P<exp>[+-]?\d{{1,3}}))?)"
    r"\s*(?P<percent>%|percent\b)?\s*(?P<unit>[a-z$€£°]*(?:[²³]|(?<=m)[23](?!\d))?)",
    re.IGNORECASE,
)
_NOT_A_UNIT = re.compile(r"[\d,;:()\[\]{}=<>!^*\\]")
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        1,
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEARS = {begins: re.compile(rf"{begins}\d\d(?!\d)(?<!\d....)") for begins in ("19", "20")}
"""Two patterns that begin with plain text are found faster than one that does not."""
_DATES = re.compile(
    rf"\b(?:(?P<m1>{_NAMES})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>\d{{4}})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_NAMES})\.?,?\s+(?P<y2>\d{{4}})"
    r"|(?P<y3>(?:19|20)\d\d)[-/](?P<m3>\d{1,2})[-/](?P<d3>\d{1,2}))\b",
    re.IGNORECASE,
)
_MAY_DATE = re.compile(
    r"\d(?:(?:st|nd|rd|th)?,?\s+(?:\d{4}|(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))|\d{3}[-/])",
    re.IGNORECASE,
)
"""Without this there is no date."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit ("" where it has none) and how many significant digits it was written with."""

    value: Fraction
    unit: str = ""
    percent: bool = False
    digits: int = 0


@lru_cache(maxsize=8_192)
def canonical(token: str) -> str:
    """A number token in one spelling: `1,000.0` is `1000`, `2/4` is `1/2`. Words that are numbers become digits."""
    if token.isdecimal() and token.isascii() and token[0] != "0":
        return token
    if token in NUMBER_WORDS:
        return NUMBER_WORDS[token]
    if not token or len(token) > _LONGEST or not token.isascii() or not token.lstrip("-")[:1].isdigit():
        return token
    found = quantity(token)
    if found is None:
        return token
    return f"{found.value}%" if found.percent else str(found.value)


def quantity(text: str) -> Quantity | None:
    """The one quantity that `text` is, or None: `$1,200.50`, `2 1/2 hours`, `50 %`, `3e8 m`, `twelve`."""
    text = with_powers_of_ten(text[: _LONGEST + 2].strip().rstrip(".").strip())
    plain = with_plain_fractions(with_minutes(text)).strip()
    if not plain or len(plain) > _LONGEST:
        return None
    first, _, rest = plain.partition(" ")
    if first.lower() in NUMBER_WORDS:
        plain = f"{NUMBER_WORDS[first.lower()]} {rest}".strip()
    if plain[0].isalpha():
        return None
    match = _QUANTITY.match(plain)
    if match is None:
        return None
    value = _value(match)
    if value is None:
        return None
    unit, after = (match["unit"] or match["money"]).lower(), plain[match.end() :].strip().lower()
    if unit in _SCALES:
        value, (unit, _, after) = value * _SCALES[unit], (after or match["money"]).partition(" ")
    if after and (len(after.split()) > 3 or _NOT_A_UNIT.search(after)):
        return None
    digits = len((match["plain"] or "").replace(",", "").replace(".", "").strip("-").lstrip("0"))
    return Quantity(value, unit, bool(match["percent"]), digits if "." in (match["plain"] or "") else 99)


def _value(match: re.Match[str]) -> Fraction | None:
    try:
        if match["whole"]:
            value = int(match["whole"]) + Fraction(int(match["up"]), int(match["down"]))
        elif match["top"]:
            value = _exact(match["top"]) / _exact(match["bottom"])
        else:
            value = _exact(match["plain"])
            if match["exp"]:
                value *= Fraction(10) ** int(match["exp"])
    except (ValueError, ZeroDivisionError):
        return None
    return -value if match["sign"] else value


def _exact(number: str) -> Fraction:
    """A number with commas between its thousands. Of a whole one, the digits need not be looked at twice."""
    plain = number.replace(",", "")
    return Fraction(int(plain)) if plain.isdecimal() else Fraction(plain)


def same_quantity(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities mean the same: in convertible units, as a percentage, or one rounded from the other.

    A unit that only one side names, or that is not known here, is not compared.
    """
    left, right = _UNITS.get(one.unit), _UNITS.get(other.unit)
    if left and right:
        if left[0] != right[0]:
            return False
        return _close(one.value * left[1], other.value * right[1], min(one.digits, other.digits))
    digits = min(one.digits, other.digits)
    if _close(one.value, other.value, digits):
        return True
    if one.percent != other.percent:
        part, whole = (other, one) if one.percent else (one, other)
        return _close(part.value * 100, whole.value, digits)
    return False


def _close(one: Fraction, other: Fraction, digits: int) -> bool:
    if one == other:
        return True
    # Rounding: 3.142 and 3.14159 agree in all digits of the shorter one. Below three digits that proves nothing.
    if not 3 <= digits <= 15:
        return False
    return bool(abs(one - other) * 2 * 10 ** (digits - 1) <= max(abs(one), abs(other)))


def is_unit(word: str) -> bool:
    """Whether a word is a unit that can be converted."""
    return word.lower() in _UNITS


def unit_value(word: str) -> tuple[str, Fraction] | None:
    """What a unit measures, and how many of the basic unit it is; None for a word that is no unit."""
    return ("share", Fraction(1)) if word in ("%", "percent") else _UNITS.get(word)


def scaled(word: str) -> int | None:
    """How many a word like `million` stands for."""
    return _SCALES.get(word)


def _may_say_hours(text: str) -> bool:
    return _OF_MINUTES.search(text) is not None and (" hour" in text or _HOUR_SIGN.search(text) is not None)


def with_minutes(text: str) -> str:
    """`text` with its hours and minutes in minutes: `2 h 35 min` is `155 minutes`.

    It is searched for plain text first, which takes a hundredth of the time of a pattern.
    """
    if "min" not in text:
        return text
    if _may_say_hours(text):
        text = _HOURS.sub(lambda match: f"{60 * int(match[1]) + int(match[2])} minutes", text)
    if "sec" in text and _OF_SECONDS.search(text):
        text = _SECONDS.sub(lambda match: f"{60 * int(match[1]) + int(match[2])} seconds", text)
    return text


def with_plain_fractions(text: str) -> str:
    """`text` with plain fractions and prices: `\\frac{1}{6}` is `1/6`, `1 1/2` is `3/2`, `29,20 €` is `29.20 €`."""
    if "\\" in text and "frac" in text:
        text = _LATEX.sub(r"\1/\2", text)
    if "/" in text and _MAY_MIX.search(text):
        text = _MIXED.sub(lambda match: f"{int(match[1]) * int(match[3]) + int(match[2])}/{match[3]}", text)
    if not text.isascii():
        if holds_any(text, _VULGAR_SIGNS):
            text = text.translate(_VULGAR)
        if "€" in text:
            text = _PRICE.sub(r"\1.\2", text)
    return text


def with_powers_of_ten(text: str) -> str:
    """`text` with its powers of ten as programs write them: `1.9 × 10^9` and `1.9 \\times 10⁹` are `1.9e9`."""
    if "10" not in text:
        return text
    if not text.isascii() and holds_any(text, _SUPERSCRIPTS):
        text = _RAISED.sub(lambda match: f"10^{match[1].translate(_PLAIN_DIGITS)}", text)
    if "10^" not in text:
        return text
    return _POWER.sub(lambda match: f"{match[1] or 1}e{match[2] or match[3]}", text)


def with_percent(text: str) -> str:
    """`text` with its percentages in one spelling: `15 percent` and `15 %` are `15%`."""
    return _PERCENT.sub("%", text) if holds_any(text, _PERCENT_SIGNS) else text


def with_digits(text: str) -> str:
    """`text` with its compound number words in digits: `twenty-two` is `22`."""
    if "ty" not in text or not any(sign.search(text) for sign in _MAY_COMPOUND):
        return text
    return _COMPOUND.sub(lambda match: str(TENS[match[1].lower()] + int(NUMBER_WORDS[match[2].lower()])), text)


def with_iso_dates(text: str) -> str:
    """`text` with its dates of the last and this century in one spelling: one number of year, month and day."""
    if _names_year(text, "20") or _names_year(text, "19"):
        return _DATES.sub(_iso, text) if _MAY_DATE.search(text) else text
    return text


def _names_year(text: str, begins: str) -> bool:
    return begins in text and _YEARS[begins].search(text) is not None


def _iso(match: re.Match[str]) -> str:
    for form in "123":
        if match[f"y{form}"]:
            month = match[f"m{form}"].lower()
            number = _MONTHS[month] if month in _MONTHS else int(month)
            return f"{match[f'y{form}']}{number:02}{int(match[f'd{form}']):02}"
    return match.group()
