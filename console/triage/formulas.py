"""Formulas compared by their value: `\\frac{\\sqrt{3}}{2}` is `√3/2`, `(x+1)^2` is `x^2+2x+1`, `[1, 2)` not `[1, 2]`.

Each is computed at three places of its variables by a small parser of its own; nothing is handed to an interpreter.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST = 160
_PLACES = 3
_DEEPEST = 40
_LARGEST_POWER = 512
_LARGEST_FACTORIAL = 100
_CLOSE = 1e-7
_DROPPED = re.compile(r"\\(?:left|right|displaystyle|quad|[,;:! ])|\$|\^\s*\{?\s*\\circ\s*\}?|°")
_SPELT = (
    (re.compile(r"\\[dtc]frac"), r"\\frac"),
    (re.compile(r"\\frac\s*(\d)\s*(\d)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\(?:cdot|times)|[×·⋅]"), "*"),
    (re.compile(r"\\pm|±"), "±"),
    (re.compile(r"\\(?:le|leq|leqslant)\b|≤|<="), "≤"),
    (re.compile(r"\\(?:ge|geq|geqslant)\b|≥|>="), "≥"),
    (re.compile(r"\\(?:lt)\b"), "<"),
    (re.compile(r"\\(?:gt)\b"), ">"),
    (re.compile(r"\\in\b|∈"), "∈"),
    (re.compile(r"\\(?:infty|infinity)\b"), "∞"),
    (re.compile(r"\\cup\b|\bU\b"), "∪"),
    (re.compile(r"\\(?:text|mathrm)\{\s*(and|or)\s*\}|\b(?:and|or)\b"), ","),
    (re.compile(r"\\([{}%])"), r"\1"),
    (re.compile(r"√"), r"\\sqrt "),
    (re.compile(r"²"), "^2"),
    (re.compile(r"³"), "^3"),
    (re.compile(r"÷"), "/"),
    (re.compile(r"π"), r"\\pi "),
)
_TOKEN = re.compile(r"\s*(\d+(?:,\d{3})*(?:\.\d+)?|\.\d+|\\[a-zA-Z]+|[a-zA-Z]+|[-+*/^_!%(){}\[\]|±∞])")
_SIGNS = re.compile(r"[-+*/^_!=<>≤≥±∞\\]|\d[a-zA-Z(]|[([{]")
_RELATION = re.compile(r"[=<>≤≥∈]")
_DECIMAL = re.compile(r"-?\d+\.(\d{2,})")
_NO_SUM = re.compile(r"\s*\+?[\d() ]+(?:[-/.][\d() ]+){2,}\s*")
"""A date, a version or the number of a telephone."""
_VARIABLE = re.compile(r"(?<![a-zA-Z\\])[a-zA-Z](?![a-zA-Z])")
_FUNCTIONS = {
    "sqrt": cmath.sqrt, "ln": cmath.log, "log": cmath.log10, "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan,
    "exp": cmath.exp, "arcsin": cmath.asin, "arccos": cmath.acos, "arctan": cmath.atan,
}  # fmt: skip
_OPENING = {"(": ")", "[": "]", "{": "}"}

Value = tuple[complex, ...]
"""What something comes to at each place."""


class _NoFormula(Exception):
    """The text is no formula, or one that this parser does not know."""


@dataclass(frozen=True, slots=True)
class _Formula:
    """`relation` is what stands before the values (`x <`), `brackets` what is around them; `ordered`: a tuple."""

    relation: str
    brackets: str
    values: tuple[Value, ...]
    places: int | None
    """Decimals, where it is one number written as a decimal."""


def same_formula(one: str, other: str) -> bool | None:
    """Whether two formulas, intervals or lists of them have the same value; None where either text is none."""
    if (
        any(map(_NO_SUM.fullmatch, (one, other)))
        or max(len(one), len(other)) > _LONGEST
        or not (_SIGNS.search(one) or _SIGNS.search(other))
    ):
        return None
    try:
        ours, theirs = ([_formula(part) for part in _spelt(text).split("∪")] for text in (one, other))
    except (_NoFormula, ArithmeticError, ValueError):
        return None
    return len(ours) == len(theirs) and all(map(_alike, ours, theirs))


def is_formula(text: str) -> bool:
    """Whether a text is a formula with a variable in it."""
    if len(text) > _LONGEST or _VARIABLE.search(text) is None:
        return False
    try:
        return bool(_formula(_spelt(text)).values)
    except (_NoFormula, ArithmeticError, ValueError):
        return False


def _alike(left: _Formula, right: _Formula) -> bool:
    if left.relation and right.relation and left.relation != right.relation:
        return False
    if left.brackets != right.brackets and all((left.brackets, right.brackets)):
        return False
    return _equal(left, right)


def _equal(left: _Formula, right: _Formula) -> bool:
    if len(left.values) != len(right.values):
        return False
    places = left.places if left.places is not None else right.places
    allowed = 0.6 * 10**-places if places is not None and (left.places is None or right.places is None) else 0.0
    if left.brackets in ("()", "[]", "[)", "(]") or right.brackets in ("()", "[]", "[)", "(]"):
        return all(_close(one, other, allowed) for one, other in zip(left.values, right.values, strict=True))
    rest = list(right.values)
    for one in left.values:
        match = next((at for at, other in enumerate(rest) if _close(one, other, allowed)), None)
        if match is None:
            return False
        del rest[match]
    return True


def _close(one: Value, other: Value, allowed: float) -> bool:
    return all(a == b or abs(a - b) <= max(allowed, _CLOSE * max(1.0, abs(a))) for a, b in zip(one, other, strict=True))


def _spelt(text: str) -> str:
    """A formula with one sign for each thing."""
    plain = _DROPPED.sub(" ", text)
    for pattern, replacement in _SPELT:
        plain = pattern.sub(replacement, plain)
    return plain


def _formula(text: str) -> _Formula:
    plain = text.strip().rstrip(".")
    relation, plain = _related(plain)
    brackets, inner = _unwrapped(plain)
    parts = _parts(inner)
    values = [value for part in parts for value in _values(_related(part)[1])]
    if not values:
        raise _NoFormula
    decimal = _DECIMAL.fullmatch(plain)
    return _Formula(relation, brackets, tuple(values), len(decimal[1]) if decimal else None)


def _related(text: str) -> tuple[str, str]:
    """What stands before the value: nothing of `x = 7`, `x<` of `x < 7`."""
    signs = list(_RELATION.finditer(text))
    if not signs:
        return "", text
    if len(signs) > 1 and "," not in text:
        if any(sign.group() != "=" for sign in signs):
            raise _NoFormula
        return "", text[signs[-1].end() :]
    if len(signs) > 1:
        return "", text
    before, sign = text[: signs[0].start()].strip(), signs[0].group()
    if len(before) > 8 or not before[:1].isalpha():
        raise _NoFormula
    return ("" if sign in "=∈" else f"{before}{sign}"), text[signs[0].end() :]


def _unwrapped(text: str) -> tuple[str, str]:
    """The brackets around a list of values, and what is in them; none around a single value."""
    plain = text.strip()
    if len(plain) < 3 or plain[0] not in "([{" or plain[-1] not in ")]}" or len(_parts(plain[1:-1])) < 2:
        return "", plain
    depth = 0
    for place, sign in enumerate(plain):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and place < len(plain) - 1:
            return "", plain
    return plain[0] + plain[-1], plain[1:-1]


def _parts(text: str) -> list[str]:
    """Split at the commas outside of brackets that are not those of thousands."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ",;" and depth <= 0 and not re.match(r"(?<=\d),\d{3}(?!\d)", text[place:]):
            parts.append(text[start:place])
            start = place + 1
    found = [part.strip() for part in (*parts, text[start:])]
    return [part for part in found if part]


def _values(text: str) -> list[Value]:
    """What an expression comes to; two values where it has a `±`."""
    tokens, end = [], 0
    while end < len(text.rstrip()):
        match = _TOKEN.match(text, end)
        if match is None:
            raise _NoFormula
        tokens.append(match[1])
        end = match.end()
    signs = (1, -1) if "±" in tokens else (1,)
    found = [tuple(_Parser(tokens, place, sign).value() for place in range(_PLACES)) for sign in signs]
    return found if len(found) < 2 or found[0] != found[1] else found[:1]


class _Parser:
    """Computes one expression at one place of its variables."""

    def __init__(self, tokens: Sequence[str], place: int, sign: int) -> None:
        self._tokens = tokens
        self._at = self._depth = 0
        self._place, self._sign = place, sign

    def value(self) -> complex:
        """The value of the whole expression."""
        found = self._sum()
        if self._at < len(self._tokens):
            raise _NoFormula
        return found

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, token: str) -> bool:
        taken = self._next() == token
        self._at += taken
        return taken

    def _sum(self) -> complex:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NoFormula
        found = self._product()
        while (sign := self._next()) in ("+", "-", "±") and sign:
            self._at += 1
            other = self._product()
            found += other * (self._sign if sign == "±" else 1 if sign == "+" else -1)
        self._depth -= 1
        return found

    def _product(self) -> complex:
        found = self._signed()
        while token := self._next():
            if token in ("*", "/"):
                self._at += 1
                other = self._signed()
                found = found * other if token == "*" else found / other
            elif token == "\\frac" and self._tokens[self._at - 1].isdigit():
                found += self._power()  # a mixed number
            elif token[0].isalpha() or token[0] == "\\" or token in "({∞":
                found *= self._power()
            else:
                break
        return found

    def _signed(self) -> complex:
        if self._take("-"):
            return -self._signed()
        if self._take("±"):
            return self._sign * self._signed()
        self._take("+")
        return self._power()

    def _power(self) -> complex:
        found = self._atom()
        while self._next() in ("!", "%") and self._next():
            found = self._factorial(found) if self._tokens[self._at] == "!" else found / 100
            self._at += 1
        if self._take("^"):
            power = self._signed()
            if abs(power) > _LARGEST_POWER or abs(found) > 1e6:
                raise _NoFormula
            return found**power
        return found

    def _factorial(self, value: complex) -> complex:
        if value.imag or not 0 <= value.real <= _LARGEST_FACTORIAL or value.real % 1:
            raise _NoFormula
        return complex(math.factorial(int(value.real)))

    def _atom(self) -> complex:
        token = self._next()
        self._at += 1
        if not token:
            raise _NoFormula
        if token[0].isdigit() or token[0] == ".":
            return complex(float(token.replace(",", "")))
        if token in ("(", "[", "{"):
            return self._closed(_OPENING[token])
        if token == "|":
            return complex(abs(self._closed("|")))
        if token == "∞":
            return complex(math.inf)
        return self._named(token)

    def _closed(self, closing: str) -> complex:
        found = self._sum()
        if not self._take(closing):
            raise _NoFormula
        return found

    def _named(self, token: str) -> complex:
        name = token.lstrip("\\")
        if name == "frac":
            top = self._atom()
            return top / self._atom()
        if name == "binom":
            top, chosen = self._atom(), self._atom()
            return self._factorial(top) / self._factorial(chosen) / self._factorial(top - chosen)
        if name == "pi":
            return complex(math.pi)
        if name in _FUNCTIONS:
            return self._function(name)
        if token[0] == "\\" and len(name) < 3:
            raise _NoFormula
        if token[0] != "\\" and len(name) > 2:
            raise _NoFormula  # a word
        if token[0] == "\\":
            return self._variable(name)
        found = complex(1)
        for letter in name:
            found *= complex(math.e) if letter == "e" else self._variable(letter)
        return found

    def _variable(self, name: str) -> complex:
        if self._take("_"):
            name += f"_{self._atom()}"
        seed = sum(ord(letter) * (at + 3) for at, letter in enumerate(name))
        return complex(0.37 + (seed * 7 % 101) / 53 + 0.61 * self._place)

    def _function(self, name: str) -> complex:
        function = _FUNCTIONS[name]
        if name == "sqrt" and self._take("["):
            root = self._closed("]")
            return self._atom() ** (1 / root)
        base = self._atom() if name == "log" and self._take("_") else None
        squared = self._signed() if self._take("^") else complex(1)
        value = function(self._power())
        if base is not None:
            value = value * cmath.log(10) / cmath.log(base)
        return value**squared
