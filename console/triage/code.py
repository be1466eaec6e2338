"""Two pieces of source code: the same program in other words, the same with other values, or another program."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import TypeGuard

from console.triage.reading import Reading
from console.triage.records import Reason, brief, changed
from console.triage.shapes import python_tree
from console.triage.trying import tried

_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\w+|[^\w\s]")
_COMMENT = re.compile(r"(?m)(?:#|//|--).*$|/\*.*?\*/", re.DOTALL)
_SQL = re.compile(r"\s*(?:select|insert|update|delete|create|with)\s", re.IGNORECASE)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_FEW = 6


def code_changes(old: Reading, new: Reading, prompt: str = "") -> tuple[list[Reason], bool]:
    """What differs between the code of both sides; and whether it does the same for sure."""
    before, after = old.shape.code, new.shape.code
    if not before or not after:
        return [], False
    left, right = python_tree(before), python_tree(after)
    if left is not None and right is not None:
        return _of_trees(left, right, before, after, prompt)
    if left is not None and old.shape.language in ("", "python", "py") and new.shape.language in ("", "python", "py"):
        return [Reason("code", "was Python that parses, does not parse any more", 0.85)], False
    return _of_tokens(before, after)


def _of_trees(left: ast.Module, right: ast.Module, before: str, after: str, prompt: str) -> tuple[list[Reason], bool]:
    one, other = _dump(left), _dump(right)
    if one == other:
        return [], True
    names = _interface(left), _interface(right)
    if names[0] != names[1]:
        gone = [name for name in names[0] if name not in names[1]]
        added = [name for name in names[1] if name not in names[0]]
        if gone:
            # Nobody calls a name by heart that the prompt left open.
            asked = not prompt or any(re.split(r"\W", name)[0] in prompt for name in gone)
            weight = 0.7 if asked else 0.4
            return [changed("code", "interface changed:", ", ".join(gone), ", ".join(added), weight)], False
    _Renamed().visit(left)
    _Renamed().visit(right)
    one, other = _dump(left), _dump(right)
    if one == other:
        return [Reason("code", "only names of variables differ", 0.05)], True
    reason, same = _tried(before, after)
    if reason is not None and not same:
        return [reason], False
    apart = _apart(_TOKEN.findall(ast.unparse(left)), _TOKEN.findall(ast.unparse(right)))
    if apart is not None and not same:
        return [changed("code", "changed in the same code:", apart[0], apart[1], 0.75)], False
    if (lost := _unhandled(left, right)) is not None:
        return [lost], False
    if reason is not None:
        return [reason], True
    return [Reason("code", "another program: only running it tells whether it does the same", 0.35)], False


def _tried(before: str, after: str) -> tuple[Reason | None, bool]:
    """By their original trees: the names of parameters say what they take."""
    left, right = python_tree(before), python_tree(after)
    return tried(left, right) if left is not None and right is not None else (None, False)


def _unhandled(left: ast.Module, right: ast.Module) -> Reason | None:
    """Errors that the old program handled, and the new one neither handles nor tests for."""
    handled = [node.type for node in ast.walk(left) if isinstance(node, ast.ExceptHandler)]
    if not handled or any(
        isinstance(node, (ast.Try, ast.If, ast.IfExp, ast.With)) and _tests(node) for node in ast.walk(right)
    ):
        return None
    names = ", ".join(ast.unparse(node) for node in handled if node is not None) or "errors"
    return Reason("code", f"no longer handles {brief(names)}", 0.6)


def _tests(node: ast.AST) -> bool:
    if not isinstance(node, ast.With):
        return True
    return any("suppress" in ast.unparse(item.context_expr) for item in node.items)


def _dump(tree: ast.Module) -> str:
    """The tree as text without docstrings and annotations, "" where it is too deep."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body[:1] = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return ast.dump(tree)


def _interface(tree: ast.Module) -> list[str]:
    """The names a caller uses: functions and classes at the top, methods, with their number of parameters."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found += [f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)]
            found.append(f"class {node.name}")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(f"{node.name}({len(node.args.args)} parameters)" if node.args.args else f"{node.name}()")
    return [name for name in found if not name.rpartition(".")[2].startswith("_") or "__init__" in name]


class _Renamed(ast.NodeTransformer):
    """Variables and parameters by the order in which they first occur."""

    def __init__(self) -> None:
        self._bound: dict[str, str] = {}

    def visit_Module(self, node: ast.Module) -> ast.Module:
        for part in ast.walk(node):
            if isinstance(part, ast.arg):
                self._bound.setdefault(part.arg, f"v{len(self._bound)}")
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                self._bound.setdefault(part.id, f"v{len(self._bound)}")
            elif _own_attribute(part) and isinstance(part.ctx, ast.Store):
                self._bound.setdefault(f"self.{part.attr}", f"v{len(self._bound)}")
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._bound.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        if _own_attribute(node):
            node.attr = self._bound.get(f"self.{node.attr}", node.attr)
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._bound.get(node.arg, node.arg)
        return node


def _own_attribute(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """`self.items`: a name that only its class has to know."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _of_tokens(before: str, after: str) -> tuple[list[Reason], bool]:
    """Code of any language by its tokens, without comments."""
    if _SQL.match(before):
        before, after = before.lower(), after.lower()
    left, right = (_TOKEN.findall(_COMMENT.sub("", code)) for code in (before, after))
    if left == right:
        return [], True
    if _balanced(left) and not _balanced(right):
        return [Reason("code", "brackets do not close any more", 0.8)], False
    apart = _apart(left, right)
    if apart is not None:
        return [changed("code", "changed in the same code:", apart[0], apart[1], 0.75)], False
    return [Reason("code", "another program: only running it tells whether it does the same", 0.35)], False


def _balanced(found: list[str]) -> bool:
    open_: list[str] = []
    for token in found:
        if token in "([{" and len(token) == 1:
            open_.append(token)
        elif token in _CLOSING and (not open_ or open_.pop() != _CLOSING[token]):
            return False
    return not open_


def _apart(left: list[str], right: list[str]) -> tuple[str, str] | None:
    """The few tokens in which two pieces of code differ, or None where they differ in more."""
    start = next(
        (i for i, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), min(len(left), len(right))
    )
    ends = zip(reversed(left[start:]), reversed(right[start:]), strict=False)
    stop = next((i for i, (one, other) in enumerate(ends) if one != other), min(len(left), len(right)) - start)
    one, other = left[start : len(left) - stop], right[start : len(right) - stop]
    if len(one) + len(other) > _FEW:
        gone, added = Counter(one) - Counter(other), Counter(other) - Counter(one)
        if sum(gone.values()) + sum(added.values()) > _FEW or max(len(left), len(right)) < 30:
            return None
        one, other = list(gone.elements()), list(added.elements())
    return brief(" ".join(one), 40), brief(" ".join(other), 40)
