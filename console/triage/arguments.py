"""The arguments of two calls of a function: in another spelling, left to a default, worded freely, or others."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from console.triage.equality import same_literal
from console.triage.formulas import same_formula
from console.triage.lexicon import COURTESIES, NEGATIONS, STATES
from console.triage.normalising import folded, stem, tokens
from console.triage.quantities import canonical, unit_value, with_iso_dates
from console.triage.reading import Reading, is_content
from console.triage.records import Reason, brief, changed

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00(?:\.0+)?)?(?:Z|\+00:00)?")
"""A date with a time, to the minute: seconds that are none may be left out."""
_SIGNS = re.compile(r"(?<=\w)[,.]? +|(?<=[a-z]),(?=\w)|[.!]$")
"""What stands between words, however it is written: `San Francisco, CA` is `San Francisco,CA`."""
_AROUND = re.compile(r"\s?([-+*/^=<>(),:;])\s?")
"""Spaces around an operator."""
_DEFAULT = 400
"""Characters of a prompt after the name of an argument in which its default is looked for."""
_PROSE_WORDS = 5
"""An argument of at least so many words is worded freely (a question, a message): other words are no other value."""
_FREE = re.compile(
    r"(?:repl(?:y|ies)|message|text|content|body|summary|comments?|subject|title|description|notes?|caption|reason)$",
    re.IGNORECASE,
)
"""Arguments with these names are worded freely however short they are."""
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_WRITTEN_DAY = re.compile(
    r"[a-z]{3,9}\.? ?\d{1,2}(?:st|nd|rd|th)?,? ?\d{4}|\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}\.?,? \d{4}"
)
_WORDS = re.compile(r"(?:[^\W_]|[ ,'-]|\.(?=\s|$))+")
_FORMAT = re.compile(r"\b(?:yyyy|mm|dd)[-/.](?:mm|dd)[-/.]|\biso.?8601\b", re.IGNORECASE)
"""A prompt that says how a date is to be written."""
_DEFAULT_NUMBER = re.compile(r"\bdefault\w*\b[^\d\n]{0,20}?(-?\d{1,30}(?:\.\d{1,30})?(?:e-?\d{1,2})?)", re.IGNORECASE)
_NAMED = re.compile(r"\w+\(\w*name\w*=")
"""A prompt that shows how calls are written, with the names of arguments."""
_PLACE = re.compile(r"\bformat\b[^.\n]{0,20}\bcity, ?(?:state|country)\b", re.IGNORECASE)
_OTHER, _PARTLY, _REWORDED, _SPELT, _LISTED = 0.85, 0.6, 0.3, 0.45, 0.4
"""Another value; one that says more or less; other words; another spelling; another order."""


def argument_changes(name: str, old: Mapping[str, object], new: Mapping[str, object], prompt: str) -> list[Reason]:
    """What differs between the arguments of two calls of `name`; defaults that the prompt states hardly count."""
    reasons: list[Reason] = []
    if _by_place(old) != _by_place(new) and list(map(key_of, old.values())) == list(map(key_of, new.values())):
        # The same values in the same order, named on one side only.
        if _by_place(new) and _NAMED.search(prompt):
            reasons.append(Reason("tool call", f"arguments of {name} are given by place, no longer by name", 0.55))
        return reasons
    for key in dict.fromkeys([*old, *new]):
        where = f"{name}.{key}" if key else name
        if key not in new:
            weight = _of_left_out(key, old[key], prompt, 0.8)
            reasons.append(Reason("tool call", f"argument lost: {where} was {shown(old[key])}", weight))
        elif key not in old:
            weight = _of_left_out(key, new[key], prompt, 0.6)
            reasons.append(Reason("tool call", f"argument added: {where} = {shown(new[key])}", weight))
        elif key_of(old[key]) != key_of(new[key]):
            weight = _weight(key, old[key], new[key], prompt)
            reasons.append(changed("tool call", f"argument {where} changed:", shown(old[key]), shown(new[key]), weight))
    return reasons


def _by_place(arguments: Mapping[str, object]) -> bool:
    return bool(arguments) and all(key.isdecimal() for key in arguments)


def _of_left_out(key: str, value: object, prompt: str, otherwise: float) -> float:
    """Nothing is what an argument is that is left out, mostly; and so is a default."""
    if value is None or _is_default(key, value, prompt):
        return _REWORDED
    return _LISTED if value in ("", [], {}) else otherwise


def _is_default(key: str, value: object, prompt: str) -> bool:
    """Whether a prompt says that an argument has this value where it is left out: in words, a schema, a signature."""
    if not key or not prompt or key.lower() not in prompt.lower():
        return False
    plain = re.escape(value if isinstance(value, str) else json.dumps(value, default=str))
    written = rf"[\"'`]?{plain}[\"'`]?" if plain else "(?:\"\"|'')"
    end = r"(?![\w.]*\w)"
    said = re.compile(rf"\bdefault\w*\b[^.\n]{{0,30}}?(?<![\w.]){written}{end}", re.IGNORECASE)
    named = re.compile(
        rf"\b{re.escape(key)}\b(?:\"?\s*:\s*[\w\[\]| ]{{1,40}})?\s*=\s*{written}{end}"
        rf"|\b{re.escape(key)}\b[^.\n]{{0,60}}?(?<![\w.]){written} (?:by|as|is) (?:the )?default\b",
        re.IGNORECASE,
    )
    if named.search(prompt):
        return True
    for at in re.finditer(rf"\b{re.escape(key)}\b", prompt):
        stretch = at.end(), at.end() + _DEFAULT
        if said.search(prompt, *stretch):
            return True
        figure = _DEFAULT_NUMBER.search(prompt, *stretch) if isinstance(value, float) else None
        if figure is not None and float(figure[1]) == value:  # `Default is 12.57e-7`
            return True
    return False


def _weight(key: str, one: object, other: object, prompt: str) -> float:
    """How much it matters that an argument differs."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return _of_lists(key, one, other, prompt)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return max((reason.weight for reason in argument_changes("", _named(one), _named(other), prompt)), default=0.0)
    if isinstance(one, str) and isinstance(other, str):
        return _of_texts(key, folded(one), folded(other), prompt)
    return _OTHER


def _named(value: Mapping[object, object]) -> dict[str, object]:
    return {str(key): item for key, item in value.items()}


def _of_lists(key: str, one: Sequence[object], other: Sequence[object], prompt: str) -> float:
    """Words in another order say the same; numbers are points, sizes, rows."""
    ours, theirs = (sorted(map(key_of, side)) for side in (one, other))
    if ours == theirs:
        return _LISTED if all(isinstance(item, str) for item in one) else _PARTLY
    if len(one) != len(other):
        return _OTHER
    return max(
        _weight(key, left, right, prompt)
        for left, right in zip(one, other, strict=True)
        if key_of(left) != key_of(right)
    )


def _of_texts(key: str, one: str, other: str, prompt: str) -> float:
    if len(one) < len(other) and _given_whole(one, prompt) and one in other:
        return _PARTLY
    if _reworded(one, other) or _same_expression(one, other) or (one[:1] in "[{" and same_literal(one, other)):
        return _REWORDED
    if _listed(one, prompt) and not _listed(other, prompt):
        return _OTHER
    if (days := _days(one)) and (others := _days(other)):
        if days & others:
            return _PARTLY if _FORMAT.search(prompt) else _SPELT
        return _OTHER
    if _FREE.search(key) and _says_the_same(one, other, prompt):
        return _REWORDED
    left, right = (" ".join(text.lower().split()) for text in (one, other))
    if _same_words(left, right) or _in_other_forms(left, right):
        return _SPELT
    ours, theirs = ([part.strip() for part in text.split(",")] for text in (left, right))
    if all(map(_same_words, ours, theirs)) and len(ours) != len(theirs) and one[:1].isupper():
        # `Denver` and `Denver, CO`
        return _PARTLY if _PLACE.search(prompt) else _SPELT
    if len(ours) == len(theirs) > 1 and all(map(_same_words, ours, theirs)):
        return _SPELT
    known = _stems(left), _stems(right)
    return _PARTLY if known[0] <= known[1] or known[1] <= known[0] else _OTHER


def _listed(value: str, prompt: str) -> bool:
    """Whether a prompt has a value in a list of quoted ones: those that a function takes."""
    if value not in prompt:
        return False
    quoted = rf"[\"'`]{re.escape(value)}[\"'`]"
    return re.search(rf"(?:[\[,|]|\bor)\s?{quoted}|{quoted}\s?(?:[\],|]|or\b)", prompt) is not None


def _given_whole(value: str, prompt: str) -> bool:
    """Whether a prompt gives a value of several words in quotes: that is all of it."""
    return " " in value and any(f"{quote}{value}{quote}" in prompt for quote in "\"`'")


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in tokens(text) if word not in ("the", "a", "an"))


def _in_other_forms(one: str, other: str) -> bool:
    """Whether two texts are the same words in the singular or plural, with or without an article; no formulas."""
    if not all(_WORDS.fullmatch(text) for text in (one, other)) or _stems(one) != _stems(other):
        return False
    return re.findall(r"\d+", one) == re.findall(r"\d+", other)


def _same_words(one: str, other: str) -> bool:
    """Whether two short texts in lower case are one: `ny`, `new york`; `m`, `meters`; `la`, `los angeles`."""
    if one.removesuffix(" city") == other.removesuffix(" city"):
        return True
    if STATES.get(one) == other or STATES.get(other) == one:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) > 1 and short == "".join(word[0] for word in long.split()):
        return True
    left, right = unit_value(short), unit_value(long)
    return left is not None and left == right and left[0] != "money"


def _days(text: str) -> set[str]:
    """The days that a text may mean, which is nothing but one: 5/12 is in May or in December."""
    plain = text.strip().lower()
    if not any(map(str.isdigit, plain)):
        return set()
    found = _DAY.fullmatch(plain)
    if found is None:
        if _WRITTEN_DAY.fullmatch(plain) is None:
            return set()
        written = with_iso_dates(re.sub(r"(?<=[a-z])\.? ?(?=\d)|,(?=\d)", " ", plain))
        return {written} if written.isdigit() else set()
    if found[1]:
        return {f"{found[1]}{int(found[2]):02}{int(found[3]):02}"}
    return {f"{found[6]}{int(one):02}{int(other):02}" for one, other in ((found[4], found[5]), (found[5], found[4]))}


def _says_the_same(one: str, other: str, prompt: str) -> bool:
    """Whether two messages come to the same: the words of one are in the other, which adds courtesies only."""
    left, right = Reading(one), Reading(other)
    if left.numbers.keys() != right.numbers.keys() or any(
        word in NEGATIONS for word in left.counts.keys() ^ right.counts.keys()
    ):
        return False
    ours, theirs = ({stem(word): word for word in side.counts if is_content(word)} for side in (left, right))
    fewer, more = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    if not fewer or fewer.keys() - more.keys():
        return False
    told = set(tokens(prompt[-2_000:]))
    return all(word in COURTESIES or word in told for short, word in more.items() if short not in fewer)


def _same_expression(one: str, other: str) -> bool:
    """Whether two texts are one formula: `x**2` and `x^2`."""
    left, right = (
        _AROUND.sub(r"\1", text).replace("**", "^").removeprefix("lambda x:").strip() for text in (one, other)
    )
    return left == right or same_formula(left, right) is True


def _reworded(one: str, other: str) -> bool:
    left, right = set(tokens(one)), set(tokens(other))
    if any(word in NEGATIONS for word in left ^ right):
        return False
    if min(sum(map(str.isalpha, side)) for side in (left, right)) < _PROSE_WORDS or any(
        map(str.isdigit, "".join(left ^ right))
    ):
        return False
    ours, theirs = ({stem(word) for word in side if is_content(word)} for side in (left, right))
    return 2 * len(left & right) >= len(left | right) and 4 * len(ours ^ theirs) <= len(ours) + len(theirs)


def key_of(value: object) -> str:
    """A value in one spelling: `1` and `1.0` are one, case and white space at the ends of texts do not count."""
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{key}:{key_of(item)}" for key, item in value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(key_of, value)) + "]"
    if isinstance(value, str):
        if (at := _MOMENT.fullmatch(value)) is not None:
            return f"{at[1]} {at[2]}"
        plain = " ".join(value.casefold().split())
        return repr(_SIGNS.sub("", plain) if any(map(str.isalpha, plain)) else plain)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return canonical(f"{value:f}") if abs(value) < 1e15 else repr(value)
    return repr(value)


def shown(value: object) -> str:
    """A value on a line."""
    try:
        return brief(value if isinstance(value, str) and not value else json.dumps(value, ensure_ascii=False), 40)
    except (TypeError, ValueError, RecursionError):
        return brief(str(value), 40)
