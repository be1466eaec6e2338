"""What of two programs can be called: functions, methods of a class that is made from nothing, whole programs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.triage.trees import nodes_of

_MOST_PARAMETERS = 4
_TOLD = (ast.Constant, ast.UnaryOp, ast.Tuple)
"""Defaults that keep nothing from one call to the next."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A function that both programs have, or the method `name` of a class `kind` that is made from nothing."""

    name: str
    node: ast.FunctionDef
    other: ast.FunctionDef
    parameters: list[str]
    kind: str = ""
    unordered: bool = False
    """Whether the old program puts what it returns through a set: then its order was never promised."""


def entries(left: ast.Module, right: ast.Module) -> Iterator[Entry]:
    """Functions that both define with the same parameters asked for; with methods of a class of one purpose."""
    for node in left.body:
        if isinstance(node, ast.FunctionDef):
            yield from _entry(node, function_in(right.body, node.name))
        elif isinstance(node, ast.ClassDef) and not makes_objects(node):
            other = class_in(right, node.name)
            for part in node.body if other is not None else ():
                if isinstance(part, ast.FunctionDef) and other is not None:
                    yield from _entry(part, function_in(other.body, part.name), node.name)


def _entry(node: ast.FunctionDef, other: ast.FunctionDef | None, kind: str = "") -> Iterator[Entry]:
    if other is None or node.name.startswith("test_"):
        return
    names, theirs = (_asked(one, bool(kind)) for one in (node, other))
    if len(theirs) != len(names) or len(names) > _MOST_PARAMETERS:
        return
    yield Entry(node.name, node, other, names, kind, _uses_sets(node))
    more, others = (_all_names(one, bool(kind)) for one in (node, other))
    if len(names) < len(more) <= _MOST_PARAMETERS and more == others and _constant_defaults(node):
        yield Entry(node.name, node, other, more, kind, _uses_sets(node))


def _asked(node: ast.FunctionDef, of_class: bool) -> list[str]:
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    return required(node)[1 if of_class and not static else 0 :]


def _all_names(node: ast.FunctionDef, of_class: bool) -> list[str]:
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    return names[1 if of_class and not static else 0 :]


def _constant_defaults(node: ast.FunctionDef) -> bool:
    return all(isinstance(one, ast.Constant) and one.value is not None for one in node.args.defaults)


def required(node: ast.FunctionDef) -> list[str]:
    """The parameters that have no default."""
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    return names[: len(names) - len(node.args.defaults)]


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


def function_in(body: list[ast.stmt], name: str) -> ast.FunctionDef | None:
    """A function of some statements by its name."""
    return next((one for one in body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def class_in(tree: ast.Module, name: str) -> ast.ClassDef | None:
    """A class of a module by its name."""
    return next((one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name), None)


def makes_objects(node: ast.ClassDef) -> bool:
    """Whether objects of a class hold something: it has an `__init__`, fields or a class above it."""
    return bool(node.decorator_list) or bool(node.bases) or function_in(node.body, "__init__") is not None


def shared_classes(left: ast.Module, right: ast.Module) -> Iterator[str]:
    """The classes of objects that both programs define."""
    for node in left.body:
        other = class_in(right, node.name) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and other is not None and makes_objects(node):
            yield node.name


def keeps_state(tree: ast.Module, nodes: Iterable[ast.AST]) -> bool:
    """Whether something of one call may still be there in the next: defaults that change, names of the module."""
    kept = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and not isinstance(node.value, _TOLD)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(_keeps(node, kept) for node in nodes)


def _keeps(node: ast.AST, kept: set[str]) -> bool:
    if isinstance(node, ast.FunctionDef):
        return any(not isinstance(one, (*_TOLD, ast.Name, ast.Attribute)) for one in node.args.defaults)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return isinstance(node.func.value, ast.Name) and node.func.value.id in kept
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        return isinstance(node.value, ast.Name) and node.value.id in kept
    return isinstance(node, ast.Global)


def prints_alone(left: ast.Module, right: ast.Module) -> bool:
    """Whether both are whole programs that print, and have no function or class in common."""
    if any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) and _also_in(right, node.name) for node in left.body):
        return False
    return all(any(_prints(node) for node in tree.body) for tree in (left, right))


def _also_in(tree: ast.Module, name: str) -> bool:
    return function_in(tree.body, name) is not None or class_in(tree, name) is not None


def _prints(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return False
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in ("print", "main", "solve")
        for part in nodes_of(node)
    )
