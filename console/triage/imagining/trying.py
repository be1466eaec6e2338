"""Two Python programs compared by what they would return on a few inputs, as far as that can be told."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from console.triage.imagining.expressions import Budget
from console.triage.imagining.inputs import Arguments, Input, at_an_edge, inputs
from console.triage.imagining.machine import Machine
from console.triage.imagining.programs import PROGRAM, as_function, reads_input
from console.triage.imagining.values import OF_PROGRAMS, Unknown, listed
from console.triage.records import Reason, brief
from console.triage.trees import nodes_of

PER_CALL, IN_ALL = 3_000, 40_000
"""Steps. All of them take about 60 ms; most pairs need a tenth."""
_MISTAKEN = ("TypeError", "AttributeError")
"""How a program says that it was given another kind of value than it is meant for."""
_SURE = 4
"""So many inputs with the same results make two programs the same for all that can be told."""
_MOST_PARAMETERS = 4
_STARTS: tuple[Arguments, ...] = ((), (3,), (100,), ("Ada",), ("Ada", 100), ([3, 1, 2],))
"""What the objects of a class may be made from."""
_GIVEN: tuple[object, ...] = (5, 2, 7, 500, 1)
"""What their methods get, one after the other."""

_KEEPS = re.compile(
    r"\b(?:without|not|never|n't) (?:\w+ )?(?:chang|modif|mutat|alter|touch)|\bin[- ]place"
    r"|\bnew (?:list|dict|set|copy)\b|\bunchanged\b|\bunmodified\b|\b(?:a|returns?) copy\b",
    re.IGNORECASE,
)
Outcome = tuple[object, tuple[str, ...]] | Exception


@dataclass(frozen=True, slots=True)
class _Entry:
    """A function that both programs have, or the method `name` of a class `kind` that is made from nothing."""

    name: str
    node: ast.FunctionDef
    parameters: list[str]
    kind: str = ""
    unordered: bool = False
    """Whether the old program puts what it returns through a set: then its order was never promised."""
    kept: bool = False
    """Whether the prompt asks to leave alone what is given."""


class _Tally:
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


def tried(left: ast.Module, right: ast.Module, prompt: str = "", answers: str = "") -> tuple[Reason | None, bool]:
    """The first input on which something else comes out; and whether enough inputs gave the same."""
    if reads_input(left) and reads_input(right):
        left, right = as_function(left), as_function(right)
    budget = Budget(PER_CALL, IN_ALL)
    machines = Machine(left, budget), Machine(right, budget)
    tally = _Tally(budget)
    worst: Reason | None = None
    kept = _KEEPS.search(prompt) is not None
    for entry in _entries(left, right):
        if tally.gives_up():
            break
        found = _compared(replace(entry, kept=kept), machines, (prompt, answers), tally)
        worst = found if worst is None or (found is not None and found.weight > worst.weight) else worst
    for name in _shared_classes(left, right):
        found = _lived(name, left, machines, tally)
        worst = found if worst is None or (found is not None and found.weight > worst.weight) else worst
    if worst is not None:
        return worst, False
    if tally.same >= _SURE and tally.unknown <= tally.same:
        return Reason("code", f"the same results on the {tally.same} inputs tried", 0.1), True
    return None, False


def _compared(entry: _Entry, machines: tuple[Machine, Machine], texts: tuple[str, str], tally: _Tally) -> Reason | None:
    doubtful: Reason | None = None
    for several in inputs(entry.node, entry.parameters, *texts):
        if tally.gives_up():
            return None
        worst, worked = _on_each(entry, several, machines, tally)
        if 2 * worked >= len(several):
            return worst  # that was the kind of values it is meant for
        if worst is not None and not worst.text.endswith(_MISTAKEN):
            return worst
        doubtful = doubtful or worst
    return doubtful


def _on_each(
    entry: _Entry, several: list[Input], machines: tuple[Machine, Machine], tally: _Tally
) -> tuple[Reason | None, int]:
    worst: Reason | None = None
    worked = 0
    for one in several:
        before, left = _outcome(machines[0], entry, one.arguments)
        if before is None:
            tally.unknown += 1
            continue
        if isinstance(before, OF_PROGRAMS):
            continue  # not meant for such an input
        worked += 1
        after, right = _outcome(machines[1], entry, one.arguments)
        if after is None:
            tally.unknown += 1
        elif isinstance(before, tuple) and callable(before[0]):
            tally.unknown += 1  # what it would do is another matter
        elif _same(before, after) or (entry.unordered and _permuted(before, after)):
            tally.same += 1
            worst = worst or _meddles(entry, one, left, right)
        else:
            weight = _weight(one, before, after)
            if worst is None or weight > worst.weight:
                worst = _told(entry, one, before, after, weight)
            if weight >= 0.8:
                break
    return worst, worked


def _meddles(entry: _Entry, one: Input, left: Arguments, right: Arguments) -> Reason | None:
    """Whether a call now changes what it was given beside what it gives, which the old one left as it was."""
    if entry.name == PROGRAM or left != one.arguments or right == left:
        return None
    weight = 0.7 if entry.kept else 0.45
    return Reason("code", f"{entry.name} now changes what it is given: {brief(repr(right[0]), 40)}", weight)


def _weight(one: Input, before: Outcome, after: Outcome) -> float:
    """How much a difference counts: less at an edge, and least where both return nothing, each in its own way."""
    if one.beyond:
        return 0.45
    if not isinstance(before, Exception) and not isinstance(after, Exception):
        nothing = before[0] is None or after[0] is None
        if nothing and not before[0] and not after[0] and before[1] == after[1]:
            return 0.6 if one.example and not _incidental(one) else 0.45
        if one.example or not all(map(at_an_edge, one.arguments)):
            return 0.55 if one.spare else 0.8
        return 0.45 if all(isinstance(value, (int, float)) for value in one.arguments) else 0.65
    return 0.85 if one.example else 0.55


def _incidental(one: Input) -> bool:
    return any(map(at_an_edge, one.arguments))


def _told(entry: _Entry, one: Input, before: Outcome, after: Outcome, weight: float) -> Reason:
    if entry.name == PROGRAM:
        lines = one.arguments[0] if isinstance(one.arguments[0], list) else []
        call = f"what it prints for {' / '.join(lines)!r}"
    else:
        call = f"{entry.name}({', '.join(map(repr, one.arguments))})"
    return Reason("code", f"{brief(call, 50)} was {_shown(before)}, is now {_shown(after)}", weight)


def _outcome(machine: Machine, entry: _Entry, arguments: Arguments) -> tuple[Outcome | None, Arguments]:
    """What a call gives, the error it ends with, None where that cannot be told; and what is left of its arguments."""
    given = tuple(map(_copied, arguments))
    outcome = _ended(lambda: machine.call(entry.name, given, entry.kind))
    if entry.name == PROGRAM and isinstance(outcome, tuple):
        return _of_program(outcome, given, arguments), given
    if isinstance(outcome, tuple) and outcome[0] is None and given != arguments:
        outcome = given, outcome[1]  # what returns nothing has changed what it was given
    return outcome, given


def _of_program(outcome: tuple[object, tuple[str, ...]], left_over: Arguments, lines: Arguments) -> Outcome:
    """What a program printed, word by word; the input was none for it where it left some of the lines."""
    if left_over[0] and left_over != lines:
        return LookupError("lines are left")
    return " ".join(" ".join(outcome[1]).split()), ()


def _copied(value: Any) -> Any:
    """A value of its own for a program to change: those tried are literals."""
    kind = value.__class__
    if kind is list or kind is tuple or kind is set:
        return kind(map(_copied, value))
    return {key: _copied(item) for key, item in value.items()} if kind is dict else value


def _ended(call: Callable[[], tuple[object, tuple[str, ...]]]) -> Outcome | None:
    try:
        return call()
    except (Unknown, RecursionError, MemoryError):
        return None
    except OF_PROGRAMS as error:  # the program's own: the interpreter stands in for a Python that raises it
        return error


def _same(before: Outcome, after: Outcome) -> bool:
    if isinstance(before, Exception) or isinstance(after, Exception):
        return type(before) is type(after)
    return before[1] == after[1] and _equal(before[0], after[0])


def _permuted(before: Outcome, after: Outcome) -> bool:
    if isinstance(before, Exception) or isinstance(after, Exception):
        return False
    one, other = before[0], after[0]
    return isinstance(one, list) and isinstance(other, list) and sorted(map(repr, one)) == sorted(map(repr, other))


def _equal(one: object, other: object) -> bool:
    if callable(one) or callable(other):
        return True
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or one != one or abs(one - other) <= 1e-9 * max(1.0, abs(one))
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        alike = isinstance(one, list) == isinstance(other, list)
        return alike and len(one) == len(other) and all(map(_equal, one, other))
    return one == other


def _shown(outcome: Outcome) -> str:
    if isinstance(outcome, Exception):
        return type(outcome).__name__
    return brief(repr(outcome[0]), 30) if outcome[0] is not None or not outcome[1] else f"printed {outcome[1][0]!r}"


def _entries(left: ast.Module, right: ast.Module) -> Iterator[_Entry]:
    """Functions that both define with the same parameters asked for; with methods of a class of one purpose."""
    for node in left.body:
        if isinstance(node, ast.FunctionDef):
            yield from _entry(node, _function(right.body, node.name))
        elif isinstance(node, ast.ClassDef) and _function(node.body, "__init__") is None:
            other = _class(right, node.name)
            for part in node.body if other is not None else ():
                if isinstance(part, ast.FunctionDef) and other is not None:
                    yield from _entry(part, _function(other.body, part.name), node.name)


def _entry(node: ast.FunctionDef, other: ast.FunctionDef | None, kind: str = "") -> Iterator[_Entry]:
    parameters = _required(node)[1 if kind else 0 :]
    if other is not None and 1 <= len(parameters) <= _MOST_PARAMETERS:
        theirs = _required(other)[1 if kind else 0 :]
        if len(theirs) == len(parameters):
            yield _Entry(node.name, node, parameters, kind, _uses_sets(node))


def _uses_sets(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id in ("list", "tuple")
        and _of_sets(part)
        for part in nodes_of(node)
    )


def _of_sets(call: ast.Call) -> bool:
    """Whether what a call gets is made with `set(…)` or `{…}`."""
    made = (part for one in call.args for part in nodes_of(one))
    return any(
        isinstance(part, (ast.Set, ast.SetComp)) or (isinstance(part, ast.Name) and part.id == "set") for part in made
    )


def _required(node: ast.FunctionDef) -> list[str]:
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    return names[: len(names) - len(node.args.defaults)]


def _function(body: list[ast.stmt], name: str) -> ast.FunctionDef | None:
    return next((one for one in body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _class(tree: ast.Module, name: str) -> ast.ClassDef | None:
    return next((one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name), None)


# --- objects


def _shared_classes(left: ast.Module, right: ast.Module) -> Iterator[str]:
    for node in left.body:
        if isinstance(node, ast.ClassDef) and _function(node.body, "__init__") and _class(right, node.name):
            yield node.name


def _lived(name: str, left: ast.Module, machines: tuple[Machine, Machine], tally: _Tally) -> Reason | None:
    """One object on each side, all its methods called in turn and in turn again."""
    node = _class(left, name)
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)] if node is not None else []
    steps = list(_steps([one for one in methods if not one.name.startswith("_") and not one.decorator_list]))
    for start in _STARTS if steps else ():
        before, after = (_outcomes_of(machine, name, start, steps) for machine in machines)
        if before is None or after is None or isinstance(before, Exception):
            tally.unknown += 1
            continue
        if isinstance(after, Exception):
            return Reason("code", f"{name}{start!r} now ends in {type(after).__name__}", 0.7)
        return _first_difference(name, steps, before, after, tally)
    return None


def _outcomes_of(
    machine: Machine, name: str, start: Arguments, steps: list[tuple[str, Arguments]]
) -> list[object] | Exception | None:
    found = _ended(lambda: (machine.live(name, start, steps), ()))
    return found if found is None or isinstance(found, Exception) else list(listed(found[0]))


def _steps(methods: list[ast.FunctionDef]) -> Iterator[tuple[str, Arguments]]:
    for turn, value in enumerate(_GIVEN):
        for node in methods[:: -1 if turn % 2 else 1]:
            count = len(_required(node)) - 1
            if 0 <= count <= 2:
                yield node.name, (value, *_GIVEN[: count - 1])[:count]


def _first_difference(
    name: str, steps: list[tuple[str, Arguments]], before: list[object], after: list[object], tally: _Tally
) -> Reason | None:
    for (method, given), one, other in zip(steps, before, after, strict=True):
        if not _equal(one, other):
            call = f"{name}.{method}({', '.join(map(repr, given))})"
            return Reason("code", f"{call} was {brief(repr(one), 30)}, is now {brief(repr(other), 30)}", 0.8)
        tally.same += 1
    return None
