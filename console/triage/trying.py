"""Two Python functions of one name compared by what they would return on small inputs, as far as that can be told."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from itertools import product

from console.triage.imagined import Unknown
from console.triage.imagining import Machine
from console.triage.records import Reason, brief


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBERS = (0, 1, 2, 3, 4, 5, 7, 10, 12, 15, 100, 400)
_LISTS: tuple[list[object], ...] = ([], [3], [1, 2, 3, 4], [5, 2, 8, 8, 1], [7, 9, 4], [2, 1, 2])
_TEXTS = ("", "a", "abc", "Level", "a b a", "hello world")
_POOLS: tuple[tuple[object, ...], ...] = (_LISTS, _TEXTS, _NUMBERS)
_HINTS: tuple[tuple[frozenset[str], tuple[object, ...]], ...] = (
    (_words("list lst nums numbers arr array items values xs seq elements data scores"), _LISTS),
    (_words("s text string word name sentence line phrase st str1 str2 s1 s2 password"), _TEXTS),
    (_words("n m k x y a b num number year i count limit target amount age"), _NUMBERS),
)
_FEWEST, _MOST = 3, 24
_SURE = 5
"""So many inputs with the same results make two programs the same for all that can be told."""


def tried(left: ast.Module, right: ast.Module) -> tuple[Reason | None, bool]:
    """The first input on which a function returns something else; and whether enough inputs gave the same."""
    compared = 0
    for name in _shared(left, right):
        machines = Machine(left), Machine(right)
        for arguments in _inputs(_function(left, name)):
            before = _outcome(machines[0], name, arguments)
            if before is None or isinstance(before, Exception):
                continue  # not meant for such an input
            after = _outcome(machines[1], name, arguments)
            if after is None:
                continue
            compared += 1
            if not _same(before, after):
                call = f"{name}({', '.join(map(repr, arguments))})"
                return Reason("code", f"{brief(call, 50)} was {_shown(before)}, is now {_shown(after)}", 0.8), False
    if compared >= _SURE:
        return Reason("code", f"the same results on the {compared} inputs tried", 0.1), True
    return None, False


Outcome = tuple[object, tuple[str, ...]] | Exception


def _outcome(machine: Machine, name: str, arguments: tuple[object, ...]) -> Outcome | None:
    """What a call gives, the error it ends with, None where that cannot be told."""
    try:
        given = copy.deepcopy(arguments)
        value, printed = machine.call(name, given)
        # What returns nothing may have changed what it was given.
        return (given if value is None and given != arguments else value), printed
    except (Unknown, RecursionError):
        return None
    except Exception as error:  # the program's own: the interpreter stands in for a Python that raises it
        return error


def _same(before: Outcome, after: Outcome) -> bool:
    if isinstance(before, Exception) or isinstance(after, Exception):
        return type(before) is type(after)
    if callable(before[0]) or callable(after[0]):
        return True
    if isinstance(before[0], float) and isinstance(after[0], (int, float)):
        return abs(before[0] - after[0]) <= 1e-9 * max(1.0, abs(before[0])) and before[1] == after[1]
    return before == after and (before[0] is None) == (after[0] is None)


def _shown(outcome: Outcome) -> str:
    if isinstance(outcome, Exception):
        return type(outcome).__name__
    return brief(repr(outcome[0]), 30) if outcome[0] is not None or not outcome[1] else f"printed {outcome[1][0]!r}"


def _shared(left: ast.Module, right: ast.Module) -> Iterator[str]:
    """Functions that both define with the same number of parameters."""
    for node in left.body:
        if isinstance(node, ast.FunctionDef) and 1 <= len(node.args.args) <= 2:
            other = _function(right, node.name)
            if other is not None and len(other.args.args) == len(node.args.args):
                yield node.name


def _function(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    return next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _inputs(node: ast.FunctionDef | None) -> Iterator[tuple[object, ...]]:
    """Small inputs, of the kinds that the names of the parameters suggest, else of every kind."""
    if node is None:
        return
    pools = [_pools(one.arg) for one in node.args.args]
    for kinds in product(*pools):
        several = list(product(*kinds))
        step = max(1, len(several) // _MOST)
        yield from several[::step][:_MOST]


def _pools(name: str) -> tuple[tuple[object, ...], ...]:
    return next(((pool,) for names, pool in _HINTS if name.lower() in names), _POOLS)
