"""Whether two stated answers mean the same: numbers, fractions, options, literals, names."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from console.triage.figures import clock_of
from console.triage.formulas import same_formula
from console.triage.lexicon import NEGATIONS
from console.triage.normalising import folded, tokens
from console.triage.options import picked, plain
from console.triage.quantities import canonical, quantity, same_quantity, with_iso_dates
from console.triage.shapes import unwarned

_LATEX = (
    (re.compile(r"(?<=\d)(?=\\+[dtc]?frac)"), " "),
    (
        re.compile(r"\\+(?:d|t|c)?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"),
        lambda match: "/".join(part if part.isalnum() else f"({part})" for part in match.groups()),
    ),
    (re.compile(r"\\+(?:d|t|c)?frac\s*(\d)\s*(\d)"), r"\1/\2"),
    (re.compile(r"\\+(?:text|mathrm|mathbf|textbf|operatorname|mbox|boxed)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\+(?:left|right|displaystyle|quad|qquad|,|;|!|:| )"), ""),
    (re.compile(r"\\+(?:%|\$)"), lambda match: match.group()[-1]),
    (re.compile(r"\^\{?\s*\\+circ\s*\}?|°"), " degrees"),
    (re.compile(r"\\+(?:cdot|times)"), "*"),
    (re.compile(r"\\+sqrt\s*\{?(\d+|[a-z])\}?"), r"√\1"),
)
_BOXED = re.compile(r"\A\\(?:boxed|fbox)\{(.*)\}\Z")
_CODED = re.compile(r"(?=\S*\w[-_*#@|~<>:]+\w)\S{4,}")
"""One word with signs in it, as programs print: there every sign counts."""
_SEVERAL = re.compile(r"[A-J](?:, [A-J])+")
_ASSIGNED = re.compile(r"(?<![\w\\/])([A-Za-z](?:_?\d)?)\s*=\s*(-?\d[\d.]*\d|-?\d(?:/\d+)?)(?![\w(]|,\d{3}|\s*[-+*/^])")
_TUPLE = re.compile(r"(?:\\?left)?\(\s*(-?[\d./]+(?:\s*,\s*-?[\d./]+)+)\s*(?:\\?right)?\)")
_LETTER = re.compile(r"(?<=[a-z] )([A-J])(?![\w'])")
_COMMAND = re.compile(r"\\[a-zA-Z]{2}")
"""What is left of LaTeX after cleaning: its words do not tell what it says."""
_QUOTES = ("'", '"')
_DAY_AND_YEAR = re.compile(r"\d{1,2}, (?:1[0-9]|20)\d\d")
_LISTED = re.compile(
    r"(?<![\w.,(\[-])((?:-?\d[\d.]*,? (?:and|und|et|y|e|or|oder|ou|o) |-?\d[\d.]*, )+-?\d+(?:\.\d+)?)[.!$* ]*$"
)
_SET = re.compile(r"\\?\{\s*(-?[\d./]+(?:\s*,\s*-?[\d./]+)+)\s*\\?\}")
_MEMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?")
_MARGINS = " \n$*`"
_MARKS = re.compile(r"[\s$\\*`{}]|\.$")
_ARTICLES = {"the", "a", "an", "is", "it", "of", "and"}
_TRUE = {"yes", "true", "correct", "right", "oui", "ja", "sí", "sim", "是", "valid"}
_FALSE = {
    "no",
    "not necessarily",
    "false",
    "incorrect",
    "wrong",
    "non",
    "nein",
    "não",
    "否",
    "invalid",
    *(f"not {one}" for one in _TRUE),
}


def assigned(text: str) -> tuple[str, ...]:
    """The numbers of `x = 7, y = 3` in the order of the names, and those of `(7, 3)`; none where it is no such list."""
    pairs = _ASSIGNED.findall(text)
    if len(pairs) > 1:
        names = {name for name, _ in pairs}
        ordered = sorted(pairs) if len(names) == len(pairs) else sorted(pairs, key=lambda pair: pair[1])
        return tuple(canonical(number) for _, number in ordered)
    tupled = _TUPLE.fullmatch(text.strip("$\\ "))
    if tupled is not None:
        return tuple(canonical(number.strip()) for number in tupled[1].split(","))
    several = _SET.search(text)
    members = several[1] if several is not None else listed_numbers(text)
    return tuple(sorted(canonical(number) for number in _MEMBER.findall(members)))


def listed_numbers(text: str) -> str:
    """`23, 24 and 25` at the end of a sentence, as it is written; not the day and the year of a date."""
    match = _LISTED.search(text)
    return "" if match is None or _DAY_AND_YEAR.fullmatch(match[1]) else match[1]


def first_assigned(text: str) -> int:
    """Where the first `x = 7` of a text begins."""
    match = _ASSIGNED.search(text) or _SET.search(text)
    return match.start() if match else 0


def same_answer(old: str, new: str, options: Mapping[str, str]) -> bool:
    """Whether two answers are the same value. Exact for numbers; words may have more around them on one side."""
    left, right = _cleaned(old), _cleaned(new)
    if left == right:
        return True
    if _SEVERAL.fullmatch(left) or _SEVERAL.fullmatch(right):
        return False  # options in order; one more or less is another answer
    if (quoted := _same_quoted(old.strip(_MARGINS), new.strip(_MARGINS))) is not None:
        return quoted
    letters = picked(left, options), picked(right, options)
    if all(letters):
        return letters[0] == letters[1]
    if options and any(letters):
        letter = letters[0] or letters[1] or ""
        said, words = plain(right if letters[0] else left), options.get(letter, "")
        if words:
            return said == words or words in said
    clocks = clock_of(left), clock_of(right)
    if None not in clocks:
        return clocks[0] == clocks[1]
    lists = assigned(left), assigned(right)
    if all(lists) and lists[0] == lists[1]:
        return True
    values = quantity(left), quantity(right)
    if values[0] is not None and values[1] is not None:
        return same_quantity(values[0], values[1])
    if _truth(left) is not None and _truth(right) is not None:
        return _truth(left) == _truth(right)
    by_value = same_formula(*(_BOXED.sub(r"\1", folded(text).strip(_MARGINS)) for text in (old, new)))
    if by_value is not None:
        return by_value
    if all(lists):
        return False
    if any(sign in text for text in (left, right) for sign in "^√"):
        return holds_formula(left, right) or holds_formula(right, left)
    if _CODED.fullmatch(left) and _CODED.fullmatch(right) and with_iso_dates(left) == left:
        return left.lower() == right.lower()
    if set(_LETTER.findall(left)) != set(_LETTER.findall(right)):
        return False  # "Sentence A" is not "Sentence B"
    literals = same_literal(left, right)
    if literals is not None:
        return literals
    return not _COMMAND.search(f"{left} {right}") and _same_words(left, right)


def holds_formula(text: str, part: str) -> bool:
    """Whether a text holds a formula as a whole: `2x` is no part of `12x`."""
    whole, wanted = formula(text), formula(part)
    at = whole.find(wanted)
    return at == 0 or (at > 0 and not whole[at - 1].isdigit() and whole[at - 1] not in "^/")


def formula(text: str) -> str:
    """A formula, or a text around one, without white space and marks."""
    return _MARKS.sub("", text.lower())


def _cleaned(text: str) -> str:
    value = folded(text).strip()
    if "\\" in value:
        for pattern, replacement in _LATEX:
            value = pattern.sub(replacement, value)
    value = value.strip().strip("$").strip().strip("*_`\"'").strip()
    while len(value) > 2 and value[0] == "{" and value[-1] == "}":
        value = value[1:-1].strip()
    return value.rstrip(".,;").strip()


def _same_quoted(one: str, other: str) -> bool | None:
    """Whether two texts, at least one of them in quotes, are the same to the letter; None where they differ in more."""
    if not (one[:1] in _QUOTES and one[-1:] == one[:1]) and not (other[:1] in _QUOTES and other[-1:] == other[:1]):
        return None
    left, right = one.strip("'\""), other.strip("'\"")
    return left == right if left.lower() == right.lower() else None


def _truth(text: str) -> bool | None:
    word = plain(text)
    return True if word in _TRUE else False if word in _FALSE else None


def same_literal(left: str, right: str) -> bool | None:
    """Whether two lists, or other values of Python, are the same; None where either is none."""
    if left[:1] not in "[({'\"" and right[:1] not in "[({'\"":
        return None
    try:
        with unwarned():
            one, other = ast.literal_eval(left), ast.literal_eval(right)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    if isinstance(one, (list, dict)) and type(one) is type(other):
        return bool(one == other)
    return True if one == other else None


def _same_words(left: str, right: str) -> bool:
    """The words of one are among those of the other, in it no negation and no number that is not in both."""
    left, right = with_iso_dates(left), with_iso_dates(right)
    ours, theirs = ([canonical(token) for token in tokens(text)] for text in (left, right))
    if not ours or not theirs:
        return "".join(left.split()) == "".join(right.split())
    one, other = set(ours) - _ARTICLES, set(theirs) - _ARTICLES
    if one != other and (not one or not other or not (one <= other or other <= one)):
        return False
    apart = one ^ other
    if any(token in NEGATIONS or token[0].isdigit() or token[0] == "-" for token in apart):
        return False
    # Symbols carry the meaning of formulas: x+1 and x-1 have the same words.
    formula = re.compile(r"[-+*/^=<>]")
    return sorted(formula.findall(left)) == sorted(formula.findall(right)) if not apart else len(apart) <= 6
