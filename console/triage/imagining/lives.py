"""Objects of two programs compared: both are made alike, all their methods called in turn, their fields read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import copy
from itertools import islice
from typing import Any

from console.triage.imagining.comparing import ended, equal
from console.triage.imagining.entries import class_in, required
from console.triage.imagining.expressions import Budget
from console.triage.imagining.inputs import at_an_edge, spoken_of
from console.triage.imagining.machine import Machine
from console.triage.imagining.objects import error_name
from console.triage.imagining.pools import Arguments, pool_of
from console.triage.imagining.structures import Failed, Given
from console.triage.imagining.values import listed
from console.triage.records import Reason, brief
from console.triage.trees import nodes_of

_STARTS: tuple[Arguments, ...] = ((), (3,), (100,), ("Ada",), ("Ada", 100), ([3, 1, 2],))
"""What the objects of a class may be made from, where their parameters do not say it."""
_GIVEN: tuple[object, ...] = (5, 2, 7, 500, 1, -3, 2)
"""What their methods get, one after the other."""
_FEW, _SIZES = (
    (2, 1, 3),
    ("capacity", "size", "maxsize", "max_size", "limit", "maxlen", "k", "max_calls", "max_requests", "burst"),
)
"""How large what holds a few things is made: it is to be full soon."""
_MOST_PARAMETERS = 3
_MOST_STEPS = 150
_AT_RANDOM = 40
_OPERATORS = "len str repr bool iter contains getitem call neg abs add sub mul truediv floordiv mod eq lt le gt ge"
_SPECIAL = tuple(f"__{name}__" for name in _OPERATORS.split())
"""What operators and functions of the language call; those that tell how many arguments they take."""
_OF_ITS_KIND = frozenset({"__add__", "__sub__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__truediv__"})
_WRITTEN_AND_READ = ((1, 1), (1, 2), (0, 1), (1, 3), (0, 2), (0, 1), (0, 3), (1, 2), (1, 2), (0, 1), (0, 2), (0, 3))
"""Whether something is written, and by which name."""
_TIMES = frozenset({"now", "timestamp", "time", "current_time", "at_time"})
_PASSES = (0, 0, 1, 0.5, 0, 3, 0, 10)
_MARKS = ("property", "staticmethod", "classmethod", "abstractmethod")
_Step = tuple[str, Arguments]


class Tally:
    """How many inputs gave the same, and how many could not be told."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.same = self.unknown = 0

    def gives_up(self) -> bool:
        """Whether no step is left for what is still to be tried: then the two cannot be called the same."""
        if self._budget.all > 0:
            return False
        self.unknown += self.same + 1
        return True


def lived(
    name: str, trees: tuple[ast.Module, ast.Module], machines: tuple[Machine, Machine], tally: Tally, prompt: str
) -> Reason | None:
    """One object on each side, all its methods called in turn and in turn again."""
    methods = [_methods_of(name, tree) for tree in trees]
    shared = [node for called, node in methods[0].items() if called in methods[1]]
    steps = list(islice(_steps([_with_kind(one, name) for one in shared if _is_open(one)], trees[0]), _MOST_STEPS))
    steps = _in_time(steps, {one.name: one for one in shared})
    reads = _read_by_all(name, trees, prompt)
    for start in _starts(methods[0].get("__init__"), name, trees[0]) if steps or reads else ():
        before, after = (
            _outcomes_of(machine, name, start, steps or [("__class__", ())], reads) for machine in machines
        )
        if before is None or after is None or isinstance(before, Exception):
            tally.unknown += before is None or after is None
            continue
        if isinstance(after, Exception):
            return Reason("code", f"{name}{start!r} now ends in {error_name(after)}", 0.7)
        return _first_difference((name, reads, prompt), steps, (before, after), tally)
    return None


def _in_time(steps: list[_Step], methods: dict[str, ast.FunctionDef]) -> list[_Step]:
    """The same steps, with a time that never goes back where a method asks for one."""
    now, found = 0.0, list[_Step]()
    for turn, (name, given) in enumerate(steps):
        names = [one.arg for one in _asked_for(methods[name])] if name in methods else []
        now += _PASSES[turn % len(_PASSES)]
        if not _TIMES.isdisjoint(names):
            given = tuple(now if one in _TIMES else value for one, value in zip(names, given, strict=False))
        found.append((name, given))
    return found


def _methods_of(name: str, tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """The methods of a class, those of the classes above it in the same module included."""
    node, found = class_in(tree, name), dict[str, ast.FunctionDef]()
    for _ in range(5):
        if node is None:
            break
        for one in node.body:
            if isinstance(one, ast.FunctionDef):
                found.setdefault(f"{one.name}=" if _sets(one) else one.name, one)
        above = next((base.id for base in node.bases if isinstance(base, ast.Name)), "")
        node = class_in(tree, above)
    return found


def _with_kind(node: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """A method whose `other` is annotated with the class: operators are given objects of one kind."""
    if (
        not any(one.arg == "other" and one.annotation is None for one in node.args.args)
        and node.name not in _OF_ITS_KIND
    ):
        return node
    made = copy(node)
    made.args = copy(node.args)
    made.args.args = [
        ast.arg(one.arg, ast.Name(name, ast.Load())) if place == 1 and one.annotation is None else one
        for place, one in enumerate(node.args.args)
    ]
    return made


def _is_open(node: ast.FunctionDef) -> bool:
    """Whether anybody may call a method: it has a plain name, or stands for an operator of one value."""
    plain = not node.name.startswith("_") or node.name in _SPECIAL
    marks = [ast.unparse(one) for one in node.decorator_list]
    return plain and all(mark in _MARKS or mark.endswith(".setter") for mark in marks)


def _read_by_all(name: str, trees: tuple[ast.Module, ast.Module], prompt: str) -> list[str]:
    """The fields that both sides have and the prompt names."""
    return sorted(
        field
        for field in _fields_of(name, trees[0]) & _fields_of(name, trees[1])
        if not field.startswith("_") and re.search(rf"`[^`\n]*\b{field}\b[^`\n]*`|\.{field}\b", prompt)
    )


def _fields_of(name: str, tree: ast.Module) -> set[str]:
    nodes = [part for node in _methods_of(name, tree).values() for part in nodes_of(node)]
    return {
        part.attr
        for part in nodes
        if isinstance(part, ast.Attribute)
        and isinstance(part.ctx, ast.Store)
        and isinstance(part.value, ast.Name)
        and part.value.id == "self"
    }


def _starts(maker: ast.FunctionDef | None, name: str, tree: ast.Module) -> Iterator[Arguments]:
    parameters = _parameters(maker, class_in(tree, name))
    if parameters:
        for turn in range(3):
            given = [_argument(one, turn, tree) for one in parameters]
            yield tuple(given)
    yield from _STARTS


def _parameters(maker: ast.FunctionDef | None, node: ast.ClassDef | None) -> list[ast.arg]:
    """What a class asks for: the parameters of its `__init__`, else the fields that it only annotates."""
    if maker is not None:
        wanted = required(maker)[1:]
        return [one for one in maker.args.args if one.arg in wanted]
    fields = [part for part in (node.body if node is not None else ()) if isinstance(part, ast.AnnAssign)]
    return [
        ast.arg(part.target.id, part.annotation)
        for part in fields
        if isinstance(part.target, ast.Name) and part.value is None
    ]


def _argument(parameter: ast.arg, turn: int, tree: ast.Module, deep: int = 0) -> Any:
    """A value for a parameter: of its own class where it is named after one of the program, else one that fits."""
    told = ast.unparse(parameter.annotation).strip("'\"") if parameter.annotation is not None else ""
    kinds = [one for one in tree.body if isinstance(one, ast.ClassDef)]
    for kind in kinds if deep < 2 else ():
        if kind.name == told or (not told and kind.name.lower() == parameter.arg.lower().replace("_", "")):
            maker = _methods_of(kind.name, tree).get("__init__")
            wanted = _parameters(maker, kind)
            return Given(kind.name, tuple(_argument(one, turn, tree, deep + 1) for one in wanted), "object")
    pool = _FEW if parameter.arg in _SIZES else pool_of(parameter)
    if deep and pool and isinstance(pool[0], list):
        pool = tuple(one for one in pool if _shape(one) == _shape(pool[0]))
    return pool[turn % len(pool)] if pool else _GIVEN[turn % len(_GIVEN)]


def _shape(value: Any) -> list[int]:
    """The lengths of a list and of the lists in it: what is to be added must be of the same."""
    return [len(value), *(len(one) for one in value if isinstance(one, list))] if isinstance(value, list) else []


def _steps(methods: list[ast.FunctionDef], tree: ast.Module) -> Iterator[_Step]:
    yield from _in_turn(methods, tree)
    yield from _filled_and_read(methods, tree)
    yield from _written_and_read(methods, tree)
    yield from _at_random(methods, tree)


def _in_turn(methods: list[ast.FunctionDef], tree: ast.Module) -> Iterator[_Step]:
    for turn, value in enumerate(_GIVEN):
        for node in methods[:: -1 if turn % 2 else 1]:
            parameters = _asked_for(node)
            if len(parameters) > _MOST_PARAMETERS:
                continue
            if _sets(node):
                yield f"{node.name}=", (_argument(parameters[0], turn, tree) if _says(parameters[0], tree) else value,)
                continue
            given = [_argument(one, turn, tree) if _says(one, tree) else None for one in parameters]
            yield (
                node.name,
                tuple(
                    (value if place == 0 else _GIVEN[place - 1]) if one is None else one
                    for place, one in enumerate(given)
                ),
            )


def _asked_for(node: ast.FunctionDef) -> list[ast.arg]:
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    wanted = required(node)[0 if static else 1 :]
    return [one for one in node.args.args if one.arg in wanted]


def _sets(node: ast.FunctionDef) -> bool:
    """Whether a method sets a property."""
    return any(isinstance(one, ast.Attribute) and one.attr == "setter" for one in node.decorator_list)


def _filled_and_read(methods: list[ast.FunctionDef], tree: ast.Module) -> Iterator[_Step]:
    """What takes one value gets some, each twice; then all that takes none is called again and again."""
    takes = [one for one in methods if len(_asked_for(one)) == 1 and not _sets(one)]
    if takes:
        yield "", ()  # a new object
    for turn, value in enumerate((2, 2, 1, 1, 3) if takes else ()):
        for node in takes:
            parameter = _asked_for(node)[0]
            yield node.name, (_argument(parameter, turn // 2, tree) if _says(parameter, tree) else value,)
    for _ in range(3 if takes else 0):
        yield from ((node.name, ()) for node in methods if not _asked_for(node))


def _written_and_read(methods: list[ast.FunctionDef], tree: ast.Module) -> Iterator[_Step]:
    """By what a few things are kept, what is read between them, and what of it is left when more is put in."""
    writes = [one for one in methods if len(_asked_for(one)) == 2]
    reads = [one for one in methods if len(_asked_for(one)) == 1 and not _sets(one)]
    if writes and reads:
        yield "", ()
    for turn, (writing, value) in enumerate(_WRITTEN_AND_READ if writes and reads else ()):
        for node in writes if writing else reads:
            yield (
                node.name,
                tuple(
                    _argument(one, value, tree) if _says(one, tree) else value if place == 0 else 10 * turn + place
                    for place, one in enumerate(_asked_for(node))
                ),
            )


def _at_random(methods: list[ast.FunctionDef], tree: ast.Module) -> Iterator[_Step]:
    """Calls in an order that nobody would choose, with few values: what is kept for a while is asked for again."""
    open_ones = [one for one in methods if len(_asked_for(one)) <= _MOST_PARAMETERS and not _sets(one)]
    open_ones += [one for one in open_ones if _asked_for(one)]  # what is put in can be taken out
    chances = _chances()
    for turn in range(_AT_RANDOM if open_ones else 0):
        node = open_ones[next(chances) % len(open_ones)]
        value, other = 1 + next(chances) % 3, next(chances) % 8
        given = [
            _argument(one, other, tree) if _says(one, tree) else value if place == 0 else 10 * turn + place
            for place, one in enumerate(_asked_for(node))
        ]
        yield node.name, tuple(given)


def _chances() -> Iterator[int]:
    """Numbers without an order, the same ones every time: the high half of a linear congruence."""
    state = 7
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 33


def _says(parameter: ast.arg, tree: ast.Module) -> bool:
    """Whether a parameter tells what it is for by more than a name of a number."""
    if parameter.annotation is not None:
        return ast.unparse(parameter.annotation) not in ("int", "Any", "T", "object")
    pool = pool_of(parameter)
    named = any(isinstance(one, ast.ClassDef) and one.name.lower() == parameter.arg.lower() for one in tree.body)
    return named or bool(pool and not isinstance(pool[0], int))


def _outcomes_of(
    machine: Machine, name: str, start: Arguments, steps: list[_Step], reads: list[str]
) -> list[Any] | Exception | None:
    found = ended(lambda: (machine.live(name, start, steps, reads), ()))
    return found if found is None or isinstance(found, Exception) else list(listed(found[0]))


def _first_difference(
    asked: tuple[str, list[str], str], steps: list[_Step], both: tuple[list[Any], list[Any]], tally: Tally
) -> Reason | None:
    """The first difference that counts; after a small one the two still go the same way."""
    name, reads, prompt = asked
    small: Reason | None = None
    for (method, given), one, other in zip(steps, *both, strict=False):
        call = f"{name}.{method}({', '.join(map(repr, given))})"
        if not equal(one[0], other[0]):
            told = f"{call} was {brief(repr(one[0]), 30)}, is now {brief(repr(other[0]), 30)}"
            weight = _weight(one[0], other[0], prompt)
            if prompt and any(at_an_edge(value) and not spoken_of(value, prompt) for value in given):
                weight = min(weight, 0.45)
            small = small or Reason("code", told, weight)
            if weight >= 0.5:
                return Reason("code", told, weight)
            if isinstance(one[0], Failed) != isinstance(other[0], Failed):
                return small
        else:
            tally.same += not (isinstance(one[0], Failed) and one[0].name in ("TypeError", "AttributeError"))
        for field, had, has in zip(reads, one[1:], other[1:], strict=True):
            if not equal(had, has):
                told = f"{field} after {call} was {brief(repr(had), 30)}, is now {brief(repr(has), 30)}"
                return Reason("code", told, 0.8)
    return small


def _weight(before: Any, after: Any, prompt: str) -> float:
    """How much a difference between two results of a method counts."""
    if isinstance(before, Failed) or isinstance(after, Failed):
        if isinstance(before, Failed) and isinstance(after, Failed):
            return 0.6 if before.name in prompt else 0.4
        named = before.name in prompt if isinstance(before, Failed) else True
        return 0.8 if named or prompt == "" else 0.45
    return 0.45 if before is None and prompt and not re.search(r"\breturn", prompt) else 0.8
