"""What an imagined program assigns to: names, places in holders, fields, several of them."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from console.triage.imagining.attributes import set_attribute
from console.triage.imagining.objects import Instance
from console.triage.imagining.scopes import Scope
from console.triage.imagining.values import grown, limited, listed, unknown, walked

CHANGEABLE: tuple[Any, ...] = (list, dict, deque, Instance)
Run = Callable[[Scope], Any]
"""An expression: its value in a scope. Takes steps off the budget; raises the program's own errors, or Unknown."""
Bind = Callable[[Any, Scope], None]
Round = tuple[Run, Bind, Sequence[Run]]
"""One `for … in … if …` of a comprehension."""


class Targets:
    """Makes each target into a function that gives it a value."""

    def run_of(self, node: ast.expr) -> Run:
        """An expression as a function of a scope. Expressions know how."""
        raise NotImplementedError

    def place_of(self, node: ast.expr) -> Run:
        """What stands in the brackets of `holder[…]`: a value, or the slice of `[first:last:step]`."""
        if not isinstance(node, ast.Slice):
            return self.run_of(node)
        parts = [None if part is None else self.run_of(part) for part in (node.lower, node.upper, node.step)]
        return lambda scope: slice(*[part(scope) if part is not None else None for part in parts])

    def bind_of(self, target: ast.expr) -> Bind:
        """A target as a function of a value and a scope."""
        match target:
            case ast.Name():
                name = target.id
                return lambda value, scope: scope.set(name, value)
            case ast.Tuple() | ast.List():
                return self._unpack(target.elts)
            case ast.Subscript():
                return self._place(target)
            case ast.Attribute():
                return self._field(target)
        return unknown

    def _place(self, target: ast.Subscript) -> Bind:
        holder_of, place_of = self.run_of(target.value), self.place_of(target.slice)
        sliced = isinstance(target.slice, ast.Slice)

        def bind(value: Any, scope: Scope) -> None:
            holder: Any = holder_of(scope)
            if not isinstance(holder, CHANGEABLE):
                raise TypeError(f"'{type(holder).__name__}' object does not support item assignment")
            if sliced and isinstance(holder, deque):
                raise TypeError("slice")
            holder[place_of(scope)] = value
            if sliced:
                limited(holder)
            elif not isinstance(holder, Instance):
                grown(holder, value)

        return bind

    def _field(self, target: ast.Attribute) -> Bind:
        owner_of, name = self.run_of(target.value), target.attr

        def bind(value: Any, scope: Scope) -> None:
            set_attribute(owner_of(scope), name, value)

        return bind

    def _unpack(self, targets: Sequence[ast.expr]) -> Bind:
        starred = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        binds = [self.bind_of(one.value if isinstance(one, ast.Starred) else one) for one in targets]

        def bind(value: Any, scope: Scope) -> None:
            parts = listed(value)
            if starred is not None:
                parts = _gathered(parts, starred, len(binds) - starred - 1)
            if len(parts) != len(binds):
                raise ValueError("too many or not enough values to unpack")
            for one, part in zip(binds, parts, strict=True):
                one(part, scope)

        return bind


def _gathered(parts: list[Any], starred: int, after: int) -> list[Any]:
    """Parts with those in one list that a starred target takes, between so many before it and after it."""
    if len(parts) < starred + after:
        raise ValueError("unpacking")
    return [*parts[:starred], parts[starred : len(parts) - after], *parts[len(parts) - after :]]


def turns(rounds: Sequence[Round], scope: Scope, at: int = 0) -> Iterator[None]:
    """The turns of a comprehension, its targets bound in a scope."""
    if at == len(rounds):
        yield
        return
    items_of, bind, tests = rounds[at]
    inmost = at + 1 == len(rounds)
    for item in walked(items_of(scope)):
        bind(item, scope)
        if all(test(scope) for test in tests):
            if inmost:
                yield
            else:
                yield from turns(rounds, scope, at + 1)
