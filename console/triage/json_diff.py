"""Differences of two JSON values: keys renamed, missing, added; types, enum values, numbers, lengths of lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from console.triage.answers import ANSWER_FIELDS
from console.triage.equality import same_answer
from console.triage.options import picked
from console.triage.quantities import quantity, same_quantity
from console.triage.records import Reason, brief, changed

_MOST = 8
"""Reasons given of one pair; beyond them nobody reads."""
_DEEPEST = 60
_PROSE_WORDS = 4
_THINKING = re.compile(
    r"reason|explan|thought|rationale|analysis|steps?$|work|justif|comment|summary|note|descri", re.IGNORECASE
)
"""Fields with these names are worded freely."""
_LONGEST_ANSWER = 60
_QUOTES = " '\"`."
_FREE = re.compile(r"repl(?:y|ies)|response|message|text|content|output|body|summary|comment", re.IGNORECASE)
"""Fields with these names may hold a word as well as a page."""
_STEPS = re.compile(r"reason|explan|thought|thinking|rationale|analysis|steps?$|work|justif", re.IGNORECASE)
"""Fields with these names tell the way to an answer, which each model goes as it likes."""


def json_changes(old: object, new: object, options: Mapping[str, str] | None = None) -> list[Reason]:
    """The differences in the order of the old value, at most eight; `options` are those of multiple choice."""
    reasons = []
    if options:
        old, new = _with_letters(old, options), _with_letters(new, options)
    for reason in _differences(old, new, "", 0):
        reasons.append(reason)
        if len(reasons) == _MOST:
            break
    return reasons


def _with_letters(value: object, options: Mapping[str, str]) -> object:
    """An object whose answer is the letter of an option, whether it was written with its words or without."""
    if not isinstance(value, Mapping):
        return value
    return {
        key: (isinstance(item, str) and key.lower() in ANSWER_FIELDS and picked(item, options)) or item
        for key, item in value.items()
    }


def _differences(old: object, new: object, path: str, depth: int) -> Iterator[Reason]:
    if depth > _DEEPEST or old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_objects(old, new, path, depth)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path, depth)
    elif _type(old) != _type(new):
        yield from _of_types(old, new, path)
    elif isinstance(old, str) and isinstance(new, str):
        yield from _of_texts(old, new, path)
    elif old != new:
        yield changed("json", f"{_place(path)} changed:", _shown(old), _shown(new), 0.8)


def _of_objects(old: Mapping[str, object], new: Mapping[str, object], path: str, depth: int) -> Iterator[Reason]:
    gone = [key for key in old if key not in new]
    added = [key for key in new if key not in old]
    for key in gone:
        other = _renamed(key, old[key], added, new)
        where = _join(path, key)
        if other is not None:
            added.remove(other)
            yield changed("json", "key renamed:", where, _join(path, other), 0.9)
        else:
            yield Reason("json", f"key missing: {where}", 0.85)
    for key in added:
        yield Reason("json", f"key added: {_join(path, key)}", 0.55)
    for key, value in old.items():
        if key in new:
            yield from _differences(value, new[key], _join(path, key), depth + 1)


def _renamed(key: str, value: object, added: list[str], new: Mapping[str, object]) -> str | None:
    """The added key that stands for a missing one: a similar name, or the only one with the same value."""
    close = get_close_matches(key[:100], [name[:100] for name in added[:50]], 1, 0.6)
    if close and close[0] in new:
        return close[0]
    return next((name for name in added if new[name] == value and value not in (None, "", [], {})), None)


def _of_lists(old: list[object], new: list[object], path: str, depth: int) -> Iterator[Reason]:
    if old == new:
        return
    if len(old) != len(new):
        yield changed("json", f"{_place(path)} has another length:", str(len(old)), str(len(new)), 0.6)
        return
    if sorted(map(_text, old)) == sorted(map(_text, new)):
        yield Reason("json", f"{_place(path)} in another order", 0.3)
        return
    for index, (one, other) in enumerate(zip(old, new, strict=True)):
        yield from _differences(one, other, f"{path}[{index}]", depth + 1)


def _of_types(old: object, new: object, path: str) -> Iterator[Reason]:
    one, other = quantity(str(old)), quantity(str(new))
    alike = one is not None and other is not None and same_quantity(one, other)
    same = alike or str(old).lower() == str(new).lower()
    label = f"{_place(path)} has another type:"
    # What asks for the answer reads both; what has other fields for others may not.
    weight = 0.8 if not same else 0.45 if path in ANSWER_FIELDS else 0.6
    yield changed("json", label, f"{_type(old)} {_shown(old)}", f"{_type(new)} {_shown(new)}", weight)


def _of_texts(old: str, new: str, path: str) -> Iterator[Reason]:
    if old == new:
        return
    one, other = " ".join(old.casefold().split()), " ".join(new.casefold().split())
    if one.strip(_QUOTES) == other.strip(_QUOTES):
        if old.strip(_QUOTES) != new.strip(_QUOTES) and " " not in one:
            weight = 0.45 if _styled(old) and _styled(new) else 0.75
            yield changed("json", f"{_place(path)} in other case:", old, new, weight)
        elif one != other:
            yield changed("json", f"{_place(path)} in other quotes:", old, new, 0.3)
        return
    if path.lower() in ANSWER_FIELDS and max(len(one), len(other)) <= _LONGEST_ANSWER:
        if not same_answer(old, new, {}):
            yield changed("json", f"{_place(path)} changed:", old, new, 0.85)
        return
    left, right = quantity(one), quantity(other)
    if left is not None and right is not None:
        if not same_quantity(left, right):
            yield changed("json", f"{_place(path)} changed:", old, new, 0.85)
        return
    if _THINKING.search(path.rpartition(".")[2]) or _is_prose(path, one, other):
        return
    if set(one.strip(".").split()) != set(other.strip(".").split()):
        yield changed("json", f"{_place(path)} changed:", old, new, 0.75)


def _is_prose(path: str, *texts: str) -> bool:
    """Whether texts are worded freely: all are long enough, or the field is made for words and pages alike."""
    return min(len(text.split()) for text in texts) > _PROSE_WORDS or _FREE.search(path.rpartition(".")[2]) is not None


def _styled(text: str) -> bool:
    """Whether the capitals of a text are a matter of style: none, all, or the first of a word."""
    return text in (text.lower(), text.upper(), text.title(), text.capitalize())


def prose_of(value: object, path: str = "", depth: int = 0) -> str:
    """The longer texts in a JSON value, a line each: what is worded freely in it."""
    if isinstance(value, str):
        return value if _is_prose(path, value) else ""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, Mapping):
        found = [prose_of(item, str(key), depth + 1) for key, item in value.items()]
    else:
        found = [prose_of(item, path, depth + 1) for item in value] if isinstance(value, list) else []
    return "\n".join(filter(None, found))


def prose_pairs(old: object, new: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """Where both have prose in the same place, the place and the two texts, if they differ; no steps of thinking."""
    if depth > _DEEPEST or old == new:
        return
    if isinstance(old, str) and isinstance(new, str):
        if _is_prose(path, old, new) and _STEPS.search(path.rpartition(".")[2]) is None:
            yield path, old, new
    elif isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key in new:
                yield from prose_pairs(value, new[key], _join(path, key), depth + 1)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from prose_pairs(one, other, f"{path}[{index}]", depth + 1)


def _type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "object"


def _join(path: str, key: str) -> str:
    return f"{path}.{brief(key, 40)}" if path else brief(key, 40)


def _place(path: str) -> str:
    return path or "the value"


def _text(value: object) -> str:
    try:
        return json.dumps(value, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        return str(type(value))


def _shown(value: object) -> str:
    return brief(_text(value), 40)
