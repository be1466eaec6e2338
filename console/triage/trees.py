"""Syntax trees of Python compared: without docstrings, annotations and, where that is wanted, names of variables."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeGuard

_BODIES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_LEFT_OUT = {ast.arg: "annotation", ast.FunctionDef: "returns", ast.AsyncFunctionDef: "returns"}


def parts_of(node: ast.AST) -> list[ast.AST]:
    """The nodes right below one; without the contexts of names, which hold nothing."""
    found: list[ast.AST] = []
    for field in node._fields:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST) and field != "ctx":
            found.append(value)
    return found


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """Every node, those nearer to the root first."""
    found = [tree]
    for node in found:
        found += parts_of(node)
    return found


def flat(tree: ast.Module, names: Mapping[str, str]) -> list[object]:
    """What a tree says, in one list: equal for two trees that say the same with variables renamed by `names`."""
    found: list[object] = []
    _flatten(tree, names, found)
    return found


def _flatten(node: ast.AST, names: Mapping[str, str], found: list[object]) -> None:
    kind = node.__class__
    found.append(kind)
    if isinstance(node, ast.Constant):
        found.append(repr(node.value))
        return
    skipped = _LEFT_OUT.get(kind)
    for field in node._fields:
        if field == "ctx":
            continue  # where a name stands says it
        value: Any = getattr(node, field, None)
        of = value.__class__
        if of is list:
            if field == "body" and kind in _BODIES and value and _is_docstring(value[0]):
                value = value[1:]
            found.append(len(value))
            for part in value:
                if isinstance(part, ast.AST):
                    _flatten(part, names, found)
                else:
                    found.append(part)
        elif of is str:
            found.append(_name(node, value, names) if names else value)
        elif isinstance(value, ast.AST):
            if field != skipped:
                _flatten(value, names, found)
        else:
            found.append(value)


def _name(node: ast.AST, name: str, names: Mapping[str, str]) -> str:
    if isinstance(node, (ast.Name, ast.arg)):
        return names.get(name, name)
    return names.get(f"self.{name}", name) if _own_attribute(node) else name


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def variables(tree: ast.Module) -> dict[str, str]:
    """Variables and parameters, each with a name by the order in which they first occur."""
    bound: dict[str, str] = {}
    for part in nodes_of(tree):
        if isinstance(part, ast.arg):
            bound.setdefault(part.arg, f"v{len(bound)}")
        elif isinstance(part, ast.Name):
            if isinstance(part.ctx, ast.Store):
                bound.setdefault(part.id, f"v{len(bound)}")
        elif _own_attribute(part) and isinstance(part.ctx, ast.Store):
            bound.setdefault(f"self.{part.attr}", f"v{len(bound)}")
    return bound


def rename(tree: ast.Module, names: Mapping[str, str]) -> None:
    """Rename the variables of a tree, and take out its docstrings and annotations."""
    nodes = nodes_of(tree)
    own = [node for node in nodes if _own_attribute(node)]  # while `self` still has its name
    for attribute in own:
        attribute.attr = names.get(f"self.{attribute.attr}", attribute.attr)
    for node in nodes:
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg, node.annotation = names.get(node.arg, node.arg), None
        elif isinstance(node, _BODIES):
            if node.body and _is_docstring(node.body[0]):
                node.body[:1] = []
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                node.returns = None


def inline(tree: ast.Module) -> None:
    """Put what a variable stands for in its place, where it is named in one statement and used once in the next."""
    counts = Counter(node.id for node in nodes_of(tree) if isinstance(node, ast.Name))
    for node in nodes_of(tree):
        body = getattr(node, "body", None)
        if body.__class__ is list:
            _inline_in(body, counts)


def _inline_in(body: list[ast.stmt], counts: Mapping[str, int]) -> None:
    for place in range(len(body) - 2, -1, -1):
        made = body[place]
        if not (isinstance(made, ast.Assign) and len(made.targets) == 1 and isinstance(made.targets[0], ast.Name)):
            continue
        name = made.targets[0].id
        if counts[name] == 2 and _put(name, made.value, body[place + 1]):
            del body[place]


def _put(name: str, value: ast.expr, where: ast.stmt) -> bool:
    """Put a value where a name stands in a statement; False where it does not stand there."""
    if isinstance(where, (ast.For, ast.While, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return False  # where it would be computed more than once
    for node in nodes_of(where):
        if isinstance(node, (ast.Lambda, ast.comprehension)):
            return False
        for field in node._fields:
            part = getattr(node, field, None)
            if isinstance(part, ast.Name) and part.id == name:
                setattr(node, field, value)
                return True
            if part.__class__ is list:
                for at, one in enumerate(part):
                    if isinstance(one, ast.Name) and one.id == name:
                        part[at] = value
                        return True
    return False


def _own_attribute(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """`self.items`: a name that only its class has to know."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
