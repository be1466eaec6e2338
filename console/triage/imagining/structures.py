"""Trees and linked lists as arguments, and what comes out of a program as plain values to compare and show."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from console.triage.imagining.classes import Base
from console.triage.imagining.objects import Function, Instance, Kind, Marked, error_name
from console.triage.imagining.scopes import Scope
from console.triage.imagining.values import OF_PROGRAMS, Own, Stream, Unknown

_SOURCE = """
class ListNode:
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next

class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val = val
        self.left = left
        self.right = right

class Node:
    def __init__(self, val=0, left=None, right=None, next=None, children=None):
        self.val = val
        self.left = left
        self.right = right
        self.next = next
        self.children = children
"""
HELPERS = {node.name: node for node in ast.parse(_SOURCE).body if isinstance(node, ast.ClassDef)}
"""The classes that sites for exercises give to their answers."""
_FIRST = 12
"""Values of a stream that are looked at."""
_MOST_PARTS = 300


def helpers_in(nodes: Iterable[ast.AST]) -> list[str]:
    """Those of them that a program names, be it in an annotation."""
    named = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            named.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named.add(node.value)
    return [name for name in HELPERS if name in named]


@dataclass(frozen=True, slots=True)
class Given:
    """An argument that is made of objects: a linked list or a tree from its values, or one of the program's own."""

    kind: str
    values: tuple[Any, ...]
    shape: str = "list"

    def made(self, scope: Scope) -> Any:
        """The objects themselves, of the class of that name in a scope."""
        maker: Any = scope.get(self.kind)
        if self.shape == "object":
            return maker(*[one.made(scope) if isinstance(one, Given) else one for one in self.values])
        return (_linked if self.shape == "list" else _grown)(maker, self.values)

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.values))
        return f"{self.kind}({inside})" if self.shape == "object" else f"{self.kind}[{inside}]"


@dataclass(frozen=True, slots=True)
class Within:
    """The node of a value in the first tree or list that is given."""

    value: Any

    def found_in(self, root: Any) -> Any:
        """That node. Raises Unknown where there is none."""
        left = [root]
        for node in left:
            if isinstance(node, Instance) and len(left) < _MOST_PARTS:
                if node.fields.get("val") == self.value:
                    return node
                left += [node.fields[name] for name in ("left", "right", "next") if name in node.fields]
        raise Unknown

    def __repr__(self) -> str:
        return f"node {self.value!r}"


def _linked(maker: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    head = None
    for value in reversed(values):
        node = maker(value)
        node.fields["next"] = head
        head = node
    return head


def _grown(maker: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    """A tree from its values level by level, None where there is no node."""
    nodes = [None if value is None else maker(value) for value in values]
    children = iter(nodes[1:])
    for node in nodes:
        if node is not None:
            node.fields["left"], node.fields["right"] = next(children, None), next(children, None)
    return nodes[0] if nodes else None


@dataclass(frozen=True, slots=True)
class Shown:
    """An object as what it holds, by the names of its public fields."""

    kind: str
    fields: dict[str, Any]

    def __repr__(self) -> str:
        if {"val", "next"} <= set(self.fields):
            return f"{self.kind}{self._chain()!r}"
        return f"{self.kind}({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"

    def _chain(self) -> list[Any]:
        found: list[Any] = []
        one: Any = self
        while isinstance(one, Shown) and len(found) < _MOST_PARTS:
            found.append(one.fields.get("val"))
            one = one.fields.get("next")
        return found


@dataclass(frozen=True, slots=True)
class Failed:
    """An error that ended a call, by its name."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a generator or the like gives first."""

    values: list[Any]

    def __repr__(self) -> str:
        return repr(self.values)


def plain(value: Any) -> Any:
    """A result as values that need no interpreter any more. Raises Unknown for what is endless or holds itself."""
    return _Plain().of(value)


class _Plain:
    def __init__(self) -> None:
        self._parts = 0
        self._around: set[int] = set()

    def of(self, value: Any) -> Any:
        kind = value.__class__
        if kind in (int, str, float, bool, type(None)):
            return value
        self._parts += 1
        if self._parts > _MOST_PARTS or len(self._around) > 100:
            raise Unknown
        if id(value) in self._around:
            return "…"
        self._around.add(id(value))
        try:
            return self._holding(value)
        finally:
            self._around.discard(id(value))

    def _holding(self, value: Any) -> Any:
        if isinstance(value, Instance):
            return self._instance(value)
        if isinstance(value, Stream):
            return Streamed([self.of(one) for one in islice(value, _FIRST)])
        if isinstance(value, Kind):
            return value.name
        if isinstance(value, (Function, Base)) or (callable(value) and isinstance(value, Own)):
            return value
        if isinstance(value, Own):
            raise Unknown
        if isinstance(value, dict):
            return {self._key(key): self.of(one) for key, one in value.items()}
        if value.__class__ in (list, tuple):
            return value.__class__(map(self.of, value))
        if isinstance(value, (set, frozenset)):
            return value if not any(isinstance(one, Own) for one in value) else {repr(one) for one in value}
        if hasattr(value, "maxlen"):
            return [self.of(one) for one in value]
        return value

    def _guarded(self, reads: Callable[[], Any]) -> Any:
        try:
            return self.of(reads())
        except OF_PROGRAMS as error:
            return Failed(error_name(error))

    def _key(self, key: Any) -> Any:
        return (
            repr(key)
            if isinstance(key, Own) or (isinstance(key, tuple) and any(isinstance(one, Own) for one in key))
            else key
        )

    def _instance(self, value: Instance) -> Any:
        if value.kind.options is not None:
            return f"{value.kind.name}.{value.fields.get('name')}"
        if value.kind.error is not None:
            return str(value)
        fields = {name: self.of(one) for name, one in value.fields.items() if not name.startswith("_")}
        if isinstance(value.kind.find("__str__"), Function):
            fields["str"] = self._guarded(lambda: str(value))
        for kind in value.kind.line:
            for name, member in kind.members.items():
                if isinstance(member, Marked) and member.how == "property" and name not in fields and name[0] != "_":
                    fields[name] = self._guarded(partial(member.function, value))
        return Shown(value.kind.name, fields)
