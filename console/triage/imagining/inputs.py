"""What to try two functions on: the examples of the prompt and their neighbours, else small fitting values."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from console.triage.imagining.programs import PROGRAM, line_inputs
from console.triage.imagining.values import words
from console.triage.shapes import UNREADABLE, unwarned

Arguments = tuple[object, ...]

_NUMBERS = (3, 0, 1, 2, 4, 5, 7, 10, 12, 15, 21, 100, 400)
_FLOATS = (3.5, 1.0, 0.25, 10.75, 100.0, 2.6)
_LISTS: tuple[object, ...] = (
    [5, 2, 8, 8, 1], [1, 2, 3, 4], [3], [], [7, -7, 4], [2, 1, 2], [3, 1, 9, 2, 9, 4], [1, 2, 2, 3, 10], [-4, -1, -3]
)  # fmt: skip
_FLOAT_LISTS: tuple[object, ...] = ([1.0, 5.5, 1.2, 9.0], [2.0], [3.5, 0.5, 7.25], [])
_NESTED: tuple[object, ...] = (
    [[1, 2], [3, 4]],
    [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    [[7]],
    [[5, 1], [0, 2], [3, 3]],
    [[1, 9], [2, 3], [8, 10]],
)
_MIXED: tuple[object, ...] = ([1, [2, [3, 4]], 5], [[1], [2, [3]]], [])
_TEXTS = (
    "hello world", "abc", "Level", "a b a", "", "a", "aabbbca", "([]{})", "([)]", "((", "Hello, World 2024!", "racecar",
    "The quick brown Fox", "121",
)  # fmt: skip
_TEXT_LISTS: tuple[object, ...] = (["b", "apple", "kiwi"], ["x"], [], ["aa", "Aa", "b", "aa"], ["flower", "flow"])
_TRUTHS = (True, False)
_DICTS: tuple[object, ...] = ({"a": 1, "b": 2, "c": 1}, {}, {"x": 5}, {"b": 3, "a": 0})
_HINTS: tuple[tuple[frozenset[str], tuple[object, ...]], ...] = (
    (
        words("list lst nums numbers arr array items values xs seq elements data scores prices l array1 list1 li"),
        _LISTS,
    ),
    (words("s text string word name sentence line phrase st str1 str2 s1 s2 password message str txt"), _TEXTS),
    (
        words(
            "n m k x y a b num number year i count limit target amount age threshold celsius c size shift times steps "
            "width height depth days hours rate start end step low high left right index idx pos position length"
        ),
        _NUMBERS,
    ),
    (words("words strings names strs texts"), _TEXT_LISTS),
    (words("matrix grid mat board"), _NESTED),
    (words("nested"), _MIXED),
    (words("d dictionary mapping dct"), _DICTS),
)
_TYPES: dict[str, tuple[object, ...]] = {
    "int": _NUMBERS, "float": _FLOATS, "str": _TEXTS, "bool": _TRUTHS, "list": _LISTS, "list[int]": _LISTS,
    "list[float]": _FLOAT_LISTS, "list[str]": _TEXT_LISTS, "list[list[int]]": _NESTED, "dict": _DICTS,
    "dict[str, int]": _DICTS, "sequence[int]": _LISTS, "iterable[int]": _LISTS,
}  # fmt: skip
_GUESSES: tuple[tuple[object, ...], ...] = (_LISTS, _NUMBERS, _TEXTS, _NESTED, _DICTS)
_TWINS: tuple[Arguments, ...] = (
    ("listen", "silent"), ("aab", "abb"), ("abc", "abc"), ("kitten", "sitting"),
    ([1, 2, 2], [2, 2, 1]), ([1, 2], [1, 2]),
)  # fmt: skip
"""What two arguments of one kind may have in common."""
_MOST = 20
"""Inputs of one kind: more show little more, and cost as much."""
_CALL = re.compile(r"(?:>>>\s*|\bassert\s+|`)(?:not\s+)?(?:[\w.()]+\.)?(\w+)\(")
_ARROW = re.compile(r"\b(\w+)\((?=[^\n]{0,200}?\)\s*(?:->|=>|➞|→|==|=|#|returns?\b|should\b|gives\b))")
_GIVEN = re.compile(r"\b(?:Input|Example)(?: \d)?:?\**\s*:?\s*`?(\w+ = [^\n`]{1,300}?)(?=\s*(?:-+>|=+>|→|\n|`|\Z))")
_QUOTED = re.compile(r"'([^'\n]{1,60})'(?![\w])|\"([^\"\n]{1,60})\"")
_MOST_QUOTED = 4
_ONE_ANSWER = r"exactly one|unique|only one|any order|any (?:valid )?(?:answer|solution|of them)|you may return"
_FREE = re.compile(rf"\b(?:{_ONE_ANSWER})", re.IGNORECASE)
_PROMISES = re.compile(rf"\b(?:{_ONE_ANSWER}|distinct|guarantee|assume|valid|sorted)\b", re.IGNORECASE)
_NOT_NEGATIVE = re.compile(r"\b(?:positive|non-?negative|natural)\b|\b[01]\s*(?:<=|≤|<)", re.IGNORECASE)
"""What an invented input may break: that there is one answer, and others."""
_DEEP = re.compile(r"\bnested|flatten|\bdeep", re.IGNORECASE)
"""A function of lists in lists in lists."""
_LONGEST_EXAMPLE = 300
_BRACKETS = 12
_MOST_POOLS = 30
_IN_ORDER = re.compile(r"\bsorted (?:\w+ ){0,2}(?:list|array|sequence)|\bbinary.?search|\bbisect", re.IGNORECASE)
"""A function for lists in order may do anything with others."""


@dataclass(frozen=True, slots=True)
class Input:
    """Arguments to try.

    `example`: the prompt names them, or they are as ordinary; others lie at an edge. `beyond`: the prompt names
    others, and may rule these out. `spare`: it names others that are of the same kind.
    """

    arguments: Arguments
    example: bool = False
    beyond: bool = False
    spare: bool = False


def examples(prompt: str, name: str, parameters: list[str]) -> list[Arguments]:
    """The inputs that a prompt calls a function with: doctests, assertions, `f(1) -> 2`, `Input: n = 3`."""
    found: list[Arguments] = []
    for pattern in (_CALL, _ARROW):
        calls = (prompt[match.start(1) :] for match in pattern.finditer(prompt) if match[1] == name)
        found += [given for call in calls if (given := _called(call)) is not None]
    for match in _GIVEN.finditer(prompt):
        named = _named(match[1])
        if named is not None and all(parameter in named for parameter in parameters):
            found.append(tuple(named[parameter] for parameter in parameters))
    fitting = [given for given in found if len(given) == len(parameters)]
    return [given for place, given in enumerate(fitting) if given not in fitting[:place]][: _MOST // 2]


def _called(text: str) -> Arguments | None:
    """The literal arguments of the call that a text begins with: up to the first bracket that closes it."""
    end = -1
    for _ in range(_BRACKETS):
        end = text.find(")", end + 1, _LONGEST_EXAMPLE)
        if end < 0:
            return None
        found = _literals(text[: end + 1])
        if found is not None:
            return found
    return None


def _literals(call: str) -> Arguments | None:
    try:
        with unwarned():
            node = ast.parse(call.strip(), mode="eval").body
        if not isinstance(node, ast.Call) or node.keywords:
            return None
        return tuple(ast.literal_eval(one) for one in node.args)
    except (*UNREADABLE, TypeError):
        return None


def _named(text: str) -> dict[str, object] | None:
    """`nums = [2,7], target = 9` as values by name."""
    for end in (len(text), text.rfind(" ")):
        try:
            with unwarned():
                node = ast.parse(f"f({text[:end].strip().rstrip('.,')})", mode="eval").body
            keywords = node.keywords if isinstance(node, ast.Call) else []
            return {one.arg: ast.literal_eval(one.value) for one in keywords if one.arg}
        except (*UNREADABLE, TypeError):
            continue
    return None


def inputs(node: ast.FunctionDef, parameters: list[str], prompt: str, answers: str = "") -> Iterator[list[Input]]:
    """Lists of inputs, each of one kind; the first on which the old function works is the right one.

    What the answers themselves show is tried where the prompt shows nothing.
    """
    if node.name == PROGRAM:
        yield [Input(given, example=shown) for given, shown in line_inputs(prompt)]
        return
    shown = examples(prompt, node.name, parameters)
    if shown:
        near = [one for given in shown[:4] for one in _neighbours(given)]
        step = max(1, len(near) // _MOST)
        promised = _PROMISES.search(prompt) is not None
        tried = [Input(given, example=True) for given in shown] + [
            Input(one, beyond=promised or any(map(at_an_edge, one))) for one in near[::step][:_MOST]
        ]
        pools = itertools.islice(_of_pools(node, parameters, prompt), _MOST_POOLS)
        kinds = list(map(_kind, shown[0]))
        more = next((pool for pool in pools if any(list(map(_kind, one.arguments)) == kinds for one in pool)), [])
        yield tried + [
            Input(one.arguments, beyond=promised or not _alike(one.arguments, shown[0], prompt), spare=True)
            for one in more[:_MOST]
        ]
        return
    told = examples(answers, node.name, parameters) if node.name in answers else []
    if told:
        yield _with_told(told, node, parameters, prompt)
        return
    yield from _of_pools(node, parameters, prompt)


def _with_told(told: list[Arguments], node: ast.FunctionDef, parameters: list[str], prompt: str) -> list[Input]:
    """The inputs that answers show, their neighbours, and ordinary ones of their kinds.

    A text is seldom still a valid one with a letter less.
    """
    promised = _PROMISES.search(prompt) is not None
    near = [one for given in told[:3] for one in _neighbours(given)][:_MOST]
    found = [Input(given, example=True) for given in told]
    for given in near:
        texts = any(isinstance(one, str) for one in given)
        if texts and promised:
            continue
        found.append(Input(given, beyond=promised or texts or any(map(at_an_edge, given))))
    kinds = list(map(_kind, told[0]))
    pools = islice(_of_pools(node, parameters, prompt), _MOST_POOLS)
    return found + next((pool for pool in pools if any(list(map(_kind, one.arguments)) == kinds for one in pool)), [])


def _alike(given: Arguments, example: Arguments, prompt: str) -> bool:
    """Whether arguments are of the kinds that an example has, and none of them lies at an edge."""
    if any(isinstance(one, list) and any(map(at_an_edge, one)) for one in given) and _NOT_NEGATIVE.search(prompt):
        return False
    if _binary(example) and not _binary(given):
        return False
    return not any(map(at_an_edge, given)) and list(map(_kind, given)) == list(map(_kind, example))


def _binary(given: Arguments) -> bool:
    """Whether the numbers in the lists of some arguments are all 0 or 1."""
    left: list[list[object]] = [one for one in given if isinstance(one, list)]
    found: list[object] = []
    while left:
        for one in left.pop():
            if isinstance(one, list):
                left.append(one)
            else:
                found.append(one)
    return bool(found) and all(type(one) is int and one in (0, 1) for one in found)


def _kind(value: object) -> tuple[type, ...]:
    return (type(value), type(value[0])) if isinstance(value, list) and value else (type(value),)


def _of_pools(node: ast.FunctionDef, parameters: list[str], prompt: str) -> Iterator[list[Input]]:
    in_order = _IN_ORDER.search(f"{prompt} {node.name}") is not None
    quoted, free = _quoted(prompt), _FREE.search(prompt) is not None
    if len(parameters) == 1 and _DEEP.search(f"{prompt} {node.name}"):
        yield [Input((one,), example=bool(one)) for one in _MIXED]
    by_name = {one.arg: one for one in (*node.args.posonlyargs, *node.args.args)}
    for kinds in product(*(_pools(by_name[name]) for name in parameters)):
        pools = [(*quoted, *pool) if pool is _TEXTS else pool for pool in kinds]
        step = max(1, prod(map(len, pools)) // _MOST)
        # A step that shares a factor with the size of a pool would meet only some of its values.
        step += step > 1 and any(step % len(pool) == 0 or len(pool) % step == 0 for pool in kinds)
        twins = () if in_order else _twins(kinds)
        several: Iterable[Arguments] = islice(product(*pools), 0, step * _MOST, step)
        if in_order:
            several = [tuple(map(_sorted, given)) for given in several]
        yield [Input(given, example=not any(map(at_an_edge, given)), beyond=free) for given in (*several, *twins)]


def _quoted(prompt: str) -> list[str]:
    """The texts in quotes in a prompt: what a function of texts is meant for."""
    found = [one or other for one, other in _QUOTED.findall(prompt)] if "'" in prompt or '"' in prompt else []
    return found[:_MOST_QUOTED]


def _pools(parameter: ast.arg) -> tuple[tuple[object, ...], ...]:
    if parameter.annotation is not None:
        told = ast.unparse(parameter.annotation).lower().replace("typing.", "").removeprefix("optional[")
        told = told.replace(" | none", "")
        known = _TYPES.get(told) or _TYPES.get(told.removesuffix("]"))
        return (known,) if known else ()
    name = parameter.arg.lower()
    hinted = tuple(pool for names, pool in _HINTS if name in names)[:1]
    return hinted + tuple(pool for pool in _GUESSES if pool not in hinted)


def _twins(kinds: tuple[tuple[object, ...], ...]) -> tuple[Arguments, ...]:
    """Pairs that have something in common, where both arguments are texts or both lists of numbers."""
    kind = str if kinds == (_TEXTS, _TEXTS) else list if kinds == (_LISTS, _LISTS) else None
    return tuple(given for given in _TWINS if kind is not None and isinstance(given[0], kind))


def _sorted(value: object) -> object:
    return sorted(value) if isinstance(value, list) and all(isinstance(one, (int, float)) for one in value) else value


def at_an_edge(value: object) -> bool:
    """Empty, zero or negative: functions may differ there by what nobody asked for."""
    if isinstance(value, bool):
        return False
    return value in (0, "", [], {}, ()) or (isinstance(value, (int, float)) and value < 0)


def _neighbours(given: Arguments) -> Iterator[Arguments]:
    """Inputs in which one of the arguments is a little different."""
    for place, value in enumerate(given):
        for other in _variants(value):
            yield (*given[:place], other, *given[place + 1 :])


def _variants(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, 0, 2 * value, 1]
    if isinstance(value, float):
        return [value + 1.0, value / 2, 2 * value]
    if isinstance(value, str):
        return [value[::-1], value[:1], "", value.upper(), value + value[:2], value[1:]]
    if isinstance(value, list):
        return [value[::-1], value[:1], [], value + value[:2], value[1:], value[2:] + value[:1]]
    if isinstance(value, tuple):
        return [value[::-1]]
    return []
