"""What to try two functions on: the examples of the prompt and their neighbours, else small fitting values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product
from math import prod

from console.triage.imagining.constants import around, constants_of
from console.triage.imagining.domain import as_written, at_bounds, bounds_of, fits, within
from console.triage.imagining.examples import examples
from console.triage.imagining.pools import MIXED, SPELT, TEXTS, Arguments, defaults_of, pools_for, twins_of
from console.triage.imagining.programs import PROGRAM, line_inputs
from console.triage.imagining.structures import Given
from console.triage.imagining.topics import texts_on
from console.triage.imagining.variants import further, neighbours, of_numbers, reordered, variants

_MOST = 20
"""Inputs of one kind: more show little more, and cost as much."""
_MOST_NEAR = 16
"""Beside the examples of a prompt."""
_QUOTED = re.compile(r"'([^'\n]{1,60})'(?![\w])|\"([^\"\n]{1,60})\"")
_MOST_QUOTED, _MOST_RELATED = 4, 6
_ONE_ANSWER = (
    r"(?:exactly|only) one (?:valid )?(?:solution|answer|such|pair|element|duplicate)|unique (?:answer|solution|pair)"
    r"|any order|any (?:valid )?(?:answer|solution|of them)|you may return"
)
_FREE = re.compile(rf"\b(?:{_ONE_ANSWER})", re.IGNORECASE)
_PROMISES = re.compile(
    rf"\b(?:{_ONE_ANSWER}|guarantee\w*(?![^.\n]{{0,60}}\bfits?\b)|generated such that|always (?:be )?possible"
    r"|assum\w+ (?:that|the|all|each|every|no|there|it|input|you|valid|\w+ (?:is|are|will))\b"
    r"|(?:are|all|array|list|sequence) (?:of )?(?:\w+ )?distinct|distinct (?:positive )?(?:integers|numbers)"
    r"|(?:always|only|given|all|convert) (?:an? )?valid|(?:always|will|to) be valid"
    r"|(?<!return )(?<!returns )(?<!return a )(?<!returns a )(?<!return the )(?<!returns the )(?<!a new )"
    r"(?<!one )(?<!into a )sorted (?:\w+ ){0,2}(?:arrays?|lists?|sequences?|integers?|linked)"
    r"|(?<!get an )(?:nums|arr\w*|intervals|list|matrix|sequence) (?:is |are )?sorted in)\b",
    re.IGNORECASE,
)
_NOT_NEGATIVE = re.compile(r"\b(?:positive|non-?negative|natural)\b|\b[01]\s*(?:<=|≤|<)", re.IGNORECASE)
"""What an invented input may break: that there is one answer, and others."""
_DEEP = re.compile(r"\bnested|flatten|\bdeep", re.IGNORECASE)
"""A function of lists in lists in lists."""
_MOST_POOLS = 30
_IN_ORDER = re.compile(r"\bsorted (?:\w+ ){0,2}(?:list|array|sequence)|\bbinary.?search|\bbisect", re.IGNORECASE)
"""A function for lists in order may do anything with others."""


@dataclass(frozen=True, slots=True)
class Input:
    """Arguments to try.

    `example`: the prompt names them, or they are as ordinary; others lie at an edge. `beyond`: the prompt names
    others, and may rule these out. `spare`: it names others that are of the same kind. `shown`: the prompt shows it, so
    that it is of the right kind.
    """

    arguments: Arguments
    example: bool = False
    beyond: bool = False
    spare: bool = False
    shown: bool = False


def inputs(
    node: ast.FunctionDef, parameters: list[str], prompt: str, answers: str = "", other: ast.FunctionDef | None = None
) -> Iterator[list[Input]]:
    """Lists of inputs, each of one kind; the first on which the old function works is the right one.

    What the answers themselves show is tried where the prompt shows nothing. `other` is the new function: numbers and
    texts that either of them names are tried, too.
    """
    if node.name == PROGRAM:
        yield [Input(given, example=shown, beyond=not fits) for given, shown, fits in line_inputs(prompt)]
        return
    if not parameters:
        yield [Input((), example=True)]
        return
    functions = [node] if other is None else [node, other]
    pools = _Pools(node, parameters, prompt, functions)
    if len(parameters) > len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults) - pools.bound:
        yield from _with_defaults(pools)
        return
    shown = [pools.fitted(one) for one in examples(prompt, node.name, parameters)]
    if shown:
        yield _near_shown(shown, pools)
        return
    told = examples(answers, node.name, parameters) if node.name in answers else []
    if told:
        yield _with_told([pools.fitted(one) for one in told], pools)
        return
    yield from pools.lists()


def _near_shown(shown: list[Arguments], pools: _Pools) -> list[Input]:
    """The examples of a prompt, what is near to them, and other values of their kinds."""
    near = [one for given in shown[:4] for one in neighbours(given)]
    step = max(1, len(near) // _MOST_NEAR)
    prompt, promised = pools.prompt, pools.promised
    tried = [Input(given, example=True, shown=True) for given in shown] + [
        Input(one, beyond=promised or any(_doubtful(part, prompt) for part in one)) for one in near[::step][:_MOST_NEAR]
    ]
    tried += [Input(one) for one in _of_other_sign(shown[0], prompt)]
    tried += [Input(one, beyond=promised) for one in islice(_related(shown[0]), _MOST_RELATED)]
    tried += [Input(one, beyond=promised) for one in _beside(shown[0])]
    more = [replace(one, arguments=as_written(one.arguments, shown)) for one in pools.like(shown[0])]
    if _REFUSES.search(prompt):
        tried += [Input(one) for one in _refused(shown[0])]
    constants = [Input(one) for one in around(pools.constants, shown[0])]
    tried += [
        Input(one.arguments, beyond=promised or not _alike(one.arguments, shown[0], prompt), spare=True)
        for one in (*constants, *more[:_MOST_NEAR])
    ]
    bounds = bounds_of(prompt)
    tried += [Input(one) for one in at_bounds(shown[0], pools.parameters, bounds)]
    least = _least(prompt)
    return [
        one
        if one.shown
        or (
            fits(one.arguments, shown, prompt)
            and within(one.arguments, pools.parameters, bounds)
            and not any(isinstance(value, (list, str)) and len(value) < least for value in one.arguments)
        )
        else replace(one, beyond=True)
        for one in tried
    ]


def _beside(given: Arguments) -> Iterator[Arguments]:
    """Inputs with one more unlike argument; of a list, also with each number beside it one larger."""
    for place, value in enumerate(given):
        for other in further(value):
            changed = (*given[:place], other, *given[place + 1 :])
            yield changed
            if isinstance(other, list) and any(type(one) is int for one in given):
                yield tuple(one + 1 if type(one) is int else one for one in changed)


def _of_other_sign(given: Arguments, prompt: str) -> list[Arguments]:
    """The one list of an example with each number of another sign: what a prompt promises of it still holds."""
    if len(given) != 1 or _NOT_NEGATIVE.search(prompt) or _IN_ORDER.search(prompt):
        return []
    return [(one,) for one in of_numbers(given[0])[:1]] if isinstance(given[0], list) else []


def _doubtful(value: object, prompt: str) -> bool:
    """Whether a prompt may rule a value out: what lies at an edge of which it says nothing, texts with torn quotes."""
    if isinstance(value, str) and '"' in value:
        return True
    if isinstance(value, (list, str)) and len(value) < _least(prompt):
        return True
    return at_an_edge(value) and not spoken_of(value, prompt)


def _is_empty(value: object) -> bool:
    return not value.values if isinstance(value, Given) else isinstance(value, (str, list, dict)) and not value


def _related(given: Arguments) -> Iterator[Arguments]:
    """Inputs in which a number is a length, an element or a sum of what is given beside it."""
    for place, value in enumerate(given):
        if type(value) is not int:
            continue
        for other in given:
            values = other.values if isinstance(other, Given) else other
            if not isinstance(values, (list, tuple, str)) or not values:
                continue
            numbers = [one for one in values if type(one) is int]
            for one in dict.fromkeys((len(values), len(values) - 1, *numbers[:1], *numbers[-1:], sum(numbers))):
                if one != value:
                    yield (*given[:place], one, *given[place + 1 :])


def _refused(given: Arguments) -> Iterator[Arguments]:
    """Inputs that a function may be asked to refuse: one argument is negative, zero or empty."""
    for place, value in enumerate(given):
        several: tuple[object, ...] = ()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            several = (-1, 0)
        elif isinstance(value, (str, list, dict)):
            several = (type(value)(),)
        for other in several:
            yield (*given[:place], other, *given[place + 1 :])


def _with_told(told: list[Arguments], pools: _Pools) -> list[Input]:
    """The inputs that answers show, their neighbours, and ordinary ones of their kinds.

    A text is seldom still a valid one with a letter less.
    """
    promised = pools.promised
    near = [one for given in told[:3] for one in neighbours(given)][:_MOST]
    found = [Input(given, example=True) for given in told]
    for given in near:
        texts = any(isinstance(one, str) for one in given)
        if texts and promised:
            continue
        found.append(Input(given, beyond=promised or texts or any(map(at_an_edge, given))))
    return found + pools.like(told[0])


def _with_defaults(pools: _Pools) -> Iterator[list[Input]]:
    """Inputs that give what has a default, too: other values of its kind."""
    required = [one for one in pools.parameters if one not in pools.defaults]
    shown = [pools.fitted(one) for one in examples(pools.prompt, pools.node.name, required)][:4]
    kinds: list[list[object]] = []
    for place, name in enumerate(pools.parameters):
        if name in pools.defaults:
            kinds.append(_instead_of(pools.defaults[name]))
        elif shown:
            other = variants(shown[0][place])
            kinds.append([*(given[place] for given in shown), *other[:2], *other[-1:]])
        else:
            kinds.append(list(next(iter(pools_for(pools.by_name[name], pools.node, pools.prompt)), ()))[:6])
    if all(kinds):
        several = islice(product(*kinds), 0, 2 * _MOST)
        yield [Input(one, beyond=pools.promised or any(map(at_an_edge, one)), spare=True) for one in several]


def _instead_of(default: object) -> list[object]:
    """A default, and what may be given in its place."""
    if isinstance(default, str):
        return ["-" if default != "-" else "+", default + default, default]
    return [*variants(default)[:3], default]


class _Pools:
    """The values for the parameters of one function, by what they are called and annotated with."""

    def __init__(
        self, node: ast.FunctionDef, parameters: list[str], prompt: str, functions: list[ast.FunctionDef]
    ) -> None:
        self.node, self.parameters, self.prompt = node, parameters, prompt
        self.constants = constants_of(functions, prompt)
        self.by_name = {one.arg: one for one in (*node.args.posonlyargs, *node.args.args)}
        self.bound = int("self" in self.by_name or "cls" in self.by_name)
        self.promised = _PROMISES.search(prompt) is not None
        self.defaults = defaults_of(node)

    def fitted(self, given: Arguments) -> Arguments:
        """Lists as linked lists or trees, where the parameters are such."""
        return tuple(_fitted(self.by_name[name], one) for name, one in zip(self.parameters, given, strict=False))

    def like(self, example: Arguments) -> list[Input]:
        """Inputs of the kinds that an example has."""
        kinds = list(map(_kind, example))
        pools = islice(self.lists(), _MOST_POOLS)
        return next((pool for pool in pools if any(list(map(_kind, one.arguments)) == kinds for one in pool)), [])

    def lists(self) -> Iterator[list[Input]]:
        """Lists of inputs, the likeliest kinds first."""
        prompt, node = self.prompt, self.node
        in_order = _IN_ORDER.search(f"{prompt} {node.name}") is not None
        quoted, free = _quoted(prompt), _FREE.search(prompt) is not None
        full = _NOT_EMPTY.search(prompt) is not None
        if len(self.parameters) == 1 and _DEEP.search(f"{prompt} {node.name}") and "tree" not in prompt:
            yield [Input((one,), example=bool(one)) for one in MIXED]
        for kinds in product(*(pools_for(self.by_name[name], node, prompt) for name in self.parameters)):
            pools = [(*quoted, *pool) if pool is TEXTS else pool for pool in kinds]
            step = max(1, prod(map(len, pools)) // _MOST)
            # A step that shares a factor with the size of a pool would meet only some of its values.
            step += step > 1 and any(step % len(pool) == 0 or len(pool) % step == 0 for pool in kinds)
            twins = () if in_order else twins_of(kinds)
            several: list[Arguments] = list(islice(product(*pools), 0, step * _MOST, step))
            if in_order:
                several = [tuple(map(_sorted, given)) for given in several]
            spelt = any(pool is texts for pool in kinds for _, texts in SPELT)
            related = [one for given in several[:: len(kinds) + 1] for one in _related(given)][:_MOST_RELATED]
            near = [] if spelt else around(self.constants, next(iter(several), ()))
            yield [
                Input(
                    given,
                    example=not any(_doubtful(one, prompt) for one in given),
                    beyond=free or (full and any(map(_is_empty, given))),
                )
                for given in (*several, *twins, *near, *related)
            ]


def _fitted(parameter: ast.arg, value: object) -> object:
    told = ast.unparse(parameter.annotation) if parameter.annotation is not None else ""
    if not isinstance(value, list) or any(isinstance(one, (list, dict)) for one in value):
        return value
    if "TreeNode" in told:
        return Given("TreeNode", tuple(value), "tree")
    return Given("ListNode", tuple(value)) if "ListNode" in told and "ist[" not in told else value


def _alike(given: Arguments, example: Arguments, prompt: str) -> bool:
    """Whether arguments are of the kinds that an example has, and none of them lies at an edge."""
    if any(isinstance(one, list) and any(map(at_an_edge, one)) for one in given) and _NOT_NEGATIVE.search(prompt):
        return False
    if _binary(example) and not _binary(given):
        return False
    if any(_widths(one) != {2} for one, shown in zip(given, example, strict=True) if _widths(shown) == {2}):
        return False
    edges = (at_an_edge(one) and not spoken_of(one, prompt) for one in given)
    return not any(edges) and list(map(_kind, given)) == list(map(_kind, example))


def _widths(value: object) -> set[int]:
    """How many values the lists in a list have."""
    return {len(one) for one in value if isinstance(one, (list, tuple))} if isinstance(value, list) else set()


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


def _quoted(prompt: str) -> list[str]:
    """The texts in quotes in a prompt: what a function of texts is meant for."""
    found = [one or other for one, other in _QUOTED.findall(prompt)] if "'" in prompt or '"' in prompt else []
    return (
        found[:_MOST_QUOTED]
        + list(texts_on(prompt))
        + [other for one in found[:2] for other in reordered(one) if '"' not in other]
    )


def _sorted(value: object) -> object:
    if isinstance(value, Given) and value.shape == "list":
        return replace(value, values=tuple(sorted(value.values)))
    return sorted(value) if isinstance(value, list) and all(isinstance(one, (int, float)) for one in value) else value


_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "1": 1, "2": 2, "3": 3}
_LEAST = re.compile(
    r"\b(?:length (?:of |is )?at least|at least) (one|two|three|[123])\b(?! (?:upper|lower|digit|special|letter|sign))",
    re.IGNORECASE,
)
"""How long what is given is, where a prompt says it."""
_NOT_EMPTY = re.compile(r"\bnon-?empty\b|\bat least one (?:element|item|number|node|character)", re.IGNORECASE)
_REFUSES = re.compile(r"\brais|Error\b|Exception\b")
_EMPTY = re.compile(
    r"(?<!return an )(?<!returns an )(?<!return )(?<!returns )\bempty (?:\w+ ){0,2}?`?"
    r"(?:(?P<many>list|array|sequence|tuple|dict\w*|collection|iterable|numbers|items|nums|values)|(?:text|string|str|line|word|name|sub\w*|s|pattern))\b",
    re.IGNORECASE,
)
"""What is empty, where it is said of what is given; `many`: of a list and the like."""
_FROM_ZERO = re.compile(r"non-?negative|(?:>=|≥) ?0|\b0 ?(?:<=|≤)|\bzero\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?<!non-)(?<!non)\bnegative|\bbelow zero|\bless than (?:0|zero)\b|\bsigned\b", re.IGNORECASE)


@lru_cache(maxsize=16)
def _least(prompt: str) -> int:
    found = _LEAST.search(prompt)
    return 0 if found is None else _NUMBER_WORDS[found[1].lower()]


def spoken_of(value: object, prompt: str) -> bool:
    """Whether a prompt says what is to be done at an edge: with what is empty, or negative."""
    kind = str if isinstance(value, str) else float if isinstance(value, (int, float)) else list
    return _speaks(kind, isinstance(value, (int, float)) and value < 0, prompt) if at_an_edge(value) else False


@lru_cache(maxsize=64)
def _speaks(kind: type, negative: bool, prompt: str) -> bool:
    """Whether a prompt speaks of an empty text or list, of zero, or of negative numbers."""
    if kind is not float:
        return any((found["many"] is None) == (kind is str) for found in _EMPTY.finditer(prompt))
    if any(low < 0 or (low == 0 and not negative) for low, _ in bounds_of(prompt).values()):
        return True
    return (_NEGATIVE if negative else _FROM_ZERO).search(prompt) is not None


def at_an_edge(value: object) -> bool:
    """Empty, zero or negative: functions may differ there by what nobody asked for."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Given):
        return not value.values
    return value in (0, "", [], {}, ()) or (isinstance(value, (int, float)) and value < 0)
