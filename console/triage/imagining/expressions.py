"""Expressions of an imagined program: a walk over the syntax tree with values of its own making."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from console.triage.imagining.library import BUILTINS, bound, format_value, ordered_arguments, static
from console.triage.imagining.scopes import Instance, Scope
from console.triage.imagining.values import (
    COMPARE,
    METHODS,
    UNARY,
    Unknown,
    calculated,
    eager,
    limited,
    listed,
)

_Handler = Callable[[Any, Scope], Any]


class Budget:
    """Steps left: of one call, and of all calls together."""

    __slots__ = ("_per_call", "all", "call")

    def __init__(self, per_call: int, in_all: int) -> None:
        self._per_call = per_call
        self.all = in_all
        self.call = 0

    def begin_call(self) -> None:
        """Allots the steps of one call, no more than are left in all."""
        self.call = min(self._per_call, self.all)

    def end_call(self, allotted: int) -> None:
        """Takes what a call used off the rest."""
        self.all -= allotted - max(0, self.call)


class Expressions:
    """What each kind of expression is worth. A kind that is not here is unknown."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._printed: list[str] = []
        self._on: Mapping[type[ast.expr], _Handler] = {
            ast.Constant: lambda node, scope: limited(node.value),
            ast.Name: self._name,
            ast.BinOp: lambda node, scope: calculated(
                node.op, self.value(node.left, scope), self.value(node.right, scope)
            ),
            ast.UnaryOp: lambda node, scope: UNARY[type(node.op)](self.value(node.operand, scope)),
            ast.BoolOp: self._boolean,
            ast.Compare: self._compare,
            ast.IfExp: lambda node, scope: self.value(
                node.body if self.value(node.test, scope) else node.orelse, scope
            ),
            ast.Call: self._call,
            ast.Attribute: lambda node, scope: self._attribute(self.value(node.value, scope), node.attr),
            ast.List: lambda node, scope: limited(self.several(node.elts, scope)),
            ast.Tuple: lambda node, scope: limited(tuple(self.several(node.elts, scope))),
            ast.Set: lambda node, scope: limited(set(self.several(node.elts, scope))),
            ast.Dict: self._dict,
            ast.Subscript: self._subscript,
            ast.ListComp: lambda node, scope: limited(self._comprehended(node, scope)),
            ast.GeneratorExp: lambda node, scope: limited(self._comprehended(node, scope)),
            ast.SetComp: lambda node, scope: limited(set(self._comprehended(node, scope))),
            ast.DictComp: self._dict_comprehended,
            ast.Lambda: lambda node, scope: self.closure(node, scope),
            ast.JoinedStr: lambda node, scope: limited("".join([self._part(part, scope) for part in node.values])),
            ast.NamedExpr: self._named,
        }

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression. Raises the program's own errors, or Unknown."""
        budget = self._budget
        budget.call -= 1
        if budget.call <= 0:
            raise Unknown
        handler = self._on.get(type(node))
        if handler is None:
            raise Unknown
        return handler(node, scope)

    def several(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        """The values of some expressions, starred ones unpacked."""
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += listed(self.value(node.value, scope))
            else:
                found.append(self.value(node, scope))
        return found

    def closure(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Callable[..., object]:
        """A function of the program as one that can be called. Statements know how."""
        raise NotImplementedError

    def method(self, holder: Instance, name: str) -> Callable[..., object] | None:
        """A method of an object of the program, None where it has none of that name."""
        raise NotImplementedError

    # --- names and calls

    def _name(self, node: ast.Name, scope: Scope) -> object:
        try:
            return scope.get(node.id)
        except KeyError:
            pass
        if node.id == "print":
            return self._print
        if node.id in BUILTINS:
            return BUILTINS[node.id]
        raise Unknown

    def _print(self, *values: object, **_: object) -> None:
        self._printed.append(" ".join(map(str, values)))

    def _named(self, node: ast.NamedExpr, scope: Scope) -> object:
        value = self.value(node.value, scope)
        scope.set(node.target.id, value)
        return value

    def _call(self, node: ast.Call, scope: Scope) -> object:
        function = self.value(node.func, scope)
        given = self.several(node.args, scope)
        keywords: dict[str, Any] = {}
        for one in node.keywords:
            if one.arg is None:
                keywords.update(self.value(one.value, scope))
            else:
                keywords[one.arg] = self.value(one.value, scope)
        if not callable(function):
            raise TypeError("not callable")
        return limited(eager(function(*ordered_arguments(function, given), **keywords)))

    def _attribute(self, holder: Any, name: str) -> object:
        if isinstance(holder, Instance):
            if name in holder.fields:
                return holder.fields[name]
            found = self.method(holder, name)
            if found is None:
                raise AttributeError(name)
            return found
        if isinstance(holder, Module):
            if name not in holder.members:
                raise Unknown
            return holder.members[name]
        if name in METHODS.get(type(holder), ()):
            return lambda *given, **keywords: bound(holder, name, *given, **keywords)
        found = static(holder, name)
        if found is None:
            raise Unknown
        return found

    # --- operators

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> object:
        value: object = None
        wanted = isinstance(node.op, ast.Or)
        for part in node.values:
            value = self.value(part, scope)
            if bool(value) == wanted:
                return value
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> bool:
        left = self.value(node.left, scope)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part, scope)
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    # --- holders

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found.update(self.value(value, scope))
            else:
                found[self.value(key, scope)] = self.value(value, scope)
        limited(found)
        return found

    def _subscript(self, node: ast.Subscript, scope: Scope) -> object:
        holder = self.value(node.value, scope)
        if not isinstance(holder, (list, tuple, str, dict, deque)):
            raise TypeError("not subscriptable")
        if isinstance(node.slice, ast.Slice):
            if isinstance(holder, (dict, deque)):
                raise TypeError("slice")
            return holder[self.slice(node.slice, scope)]
        return holder[self.value(node.slice, scope)]

    def slice(self, node: ast.Slice, scope: Scope) -> slice:
        """The slice of `[first:last:step]`."""
        return slice(*(self.value(part, scope) if part else None for part in (node.lower, node.upper, node.step)))

    def _comprehended(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> list[Any]:
        inner = Scope(scope)
        return [self.value(node.elt, inner) for _ in self._rounds(node.generators, inner)]

    def _dict_comprehended(self, node: ast.DictComp, scope: Scope) -> object:
        inner = Scope(scope)
        rounds = self._rounds(node.generators, inner)
        return limited({self.value(node.key, inner): self.value(node.value, inner) for _ in rounds})

    def _rounds(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[None]:
        if not generators:
            yield
            return
        first, *rest = generators
        for item in listed(self.value(first.iter, scope)):
            self.bind(first.target, item, scope)
            if all(self.value(test, scope) for test in first.ifs):
                yield from self._rounds(rest, scope)

    def _part(self, node: ast.expr, scope: Scope) -> str:
        if isinstance(node, ast.Constant):
            return str(node.value)
        if not isinstance(node, ast.FormattedValue) or node.conversion not in (-1, 115, 114):
            raise Unknown
        value = self.value(node.value, scope)
        if node.conversion == 114:
            value = repr(value)
        if node.format_spec is None:
            return str(value)
        return format_value(value, str(self.value(node.format_spec, scope)))

    # --- targets

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Gives a target its value: a name, a place in a holder, a field, several of them."""
        match target:
            case ast.Name():
                scope.set(target.id, value)
            case ast.Tuple() | ast.List():
                self._unpack(target.elts, listed(value), scope)
            case ast.Subscript():
                holder: Any = self.value(target.value, scope)
                if not isinstance(holder, (list, dict, deque)):
                    raise TypeError("no item assignment")
                if isinstance(target.slice, ast.Slice) and isinstance(holder, deque):
                    raise TypeError("slice")
                at = target.slice
                where: Any = self.slice(at, scope) if isinstance(at, ast.Slice) else self.value(at, scope)
                holder[where] = value
                limited(holder)
            case ast.Attribute():
                owner = self.value(target.value, scope)
                if not isinstance(owner, Instance):
                    raise Unknown
                owner.fields[target.attr] = value
            case _:
                raise Unknown

    def _unpack(self, targets: list[ast.expr], parts: list[Any], scope: Scope) -> None:
        starred = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if starred is not None:
            after = len(targets) - starred - 1
            if len(parts) < len(targets) - 1:
                raise ValueError("unpacking")
            middle = parts[starred : len(parts) - after]
            parts = [*parts[:starred], middle, *parts[len(parts) - after :]]
        if len(parts) != len(targets):
            raise ValueError("unpacking")
        for target, part in zip(targets, parts, strict=True):
            self.bind(target.value if isinstance(target, ast.Starred) else target, part, scope)


class Module:
    """An imported module of the library."""

    __slots__ = ("members",)

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.members = members
