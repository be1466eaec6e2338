"""Expressions of an imagined program that make what holds other values: lists, texts with values in them, and so on."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from console.triage.imagining.library import BUILTINS
from console.triage.imagining.objects import Instance, Kind
from console.triage.imagining.scopes import Inner, Scope
from console.triage.imagining.targets import Round, Run, Targets, turns
from console.triage.imagining.texts import format_value
from console.triage.imagining.values import Own, Stream, limited, listed, unknown

_SUBSCRIPTED: tuple[Any, ...] = (list, tuple, str, dict, deque, re.Match, Instance, Kind, bytes)


class Holding(Targets):
    """How each of them is run."""

    _spend: Callable[[], None]

    def several(self, nodes: Sequence[ast.expr]) -> Callable[[Scope], list[Any]]:
        """Some expressions as a function that lists their values, starred ones unpacked."""
        if not any(isinstance(node, ast.Starred) for node in nodes):
            plain = [self.run_of(node) for node in nodes]
            return lambda scope: [run(scope) for run in plain]
        runs = [
            (True, self.run_of(node.value)) if isinstance(node, ast.Starred) else (False, self.run_of(node))
            for node in nodes
        ]

        def values(scope: Scope) -> list[Any]:
            found: list[Any] = []
            for starred, run in runs:
                value = run(scope)
                found += listed(value) if starred else [value]
            return found

        return values

    def made(self, values_of: Callable[[Scope], list[Any]], kind: Callable[[list[Any]], Any] | None = None) -> Run:
        """A list of values as a list, or as another `kind` of holder."""
        spend = self._spend

        def run(scope: Scope) -> Any:
            spend()
            values = values_of(scope)
            return limited(values if kind is None else kind(values))

        return run

    def dict_of(self, node: ast.Dict) -> Run:
        """`{key: value, **others}`."""
        spend = self._spend
        pairs = [
            (None if key is None else self.run_of(key), self.run_of(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]

        def run(scope: Scope) -> Any:
            spend()
            found: dict[Any, Any] = {}
            for key_of, value_of in pairs:
                if key_of is None:
                    found.update(_mapping(value_of(scope)))
                else:
                    found[key_of(scope)] = value_of(scope)
            return limited(found)

        return run

    def subscript(self, node: ast.Subscript) -> Run:
        """`holder[place]`."""
        spend, holder_of, place_of = self._spend, self.run_of(node.value), self.place_of(node.slice)
        unsliced = (dict, deque) if isinstance(node.slice, ast.Slice) else ()

        def run(scope: Scope) -> Any:
            spend()
            holder = holder_of(scope)
            if not isinstance(holder, _SUBSCRIPTED):
                if isinstance(holder, type) or (isinstance(holder, Own) and hasattr(holder, "__getitem__")):
                    return holder  # `list[int]`, `Generic[T]`: for readers only
                raise TypeError(f"'{type(holder).__name__}' object is not subscriptable")
            if isinstance(holder, unsliced):
                raise TypeError("slice")
            return holder[place_of(scope)]

        return run

    def comprehended(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Callable[[Scope], list[Any]]:
        """All values of a comprehension."""
        rounds, value_of = self._rounds_of(node.generators), self.run_of(node.elt)

        def values(scope: Scope) -> list[Any]:
            inner = Inner(scope)
            return [value_of(inner) for _ in turns(rounds, inner)]

        return values

    def generated(self, node: ast.GeneratorExp) -> Run:
        """The values of a generator expression, each made when it is asked for."""
        rounds, value_of, spend = self._rounds_of(node.generators), self.run_of(node.elt), self._spend
        first_of, (_, bind, tests) = rounds[0][0], rounds[0]

        def run(scope: Scope) -> Any:
            spend()
            inner = Inner(scope)
            items = first_of(scope)  # at once, and the rest later
            several = [(lambda _: items, bind, tests), *rounds[1:]]
            found = Stream(value_of(inner) for _ in turns(several, inner))
            found.spend = spend
            return found

        return run

    def dict_comprehended(self, node: ast.DictComp) -> Run:
        """`{key: value for …}`."""
        rounds = self._rounds_of(node.generators)
        spend, key_of, value_of = self._spend, self.run_of(node.key), self.run_of(node.value)

        def run(scope: Scope) -> Any:
            spend()
            inner = Inner(scope)
            return limited({key_of(inner): value_of(inner) for _ in turns(rounds, inner)})

        return run

    def _rounds_of(self, generators: Sequence[ast.comprehension]) -> Sequence[Round]:
        return [
            (self.run_of(one.iter), self.bind_of(one.target), [self.run_of(test) for test in one.ifs])
            for one in generators
        ]

    def joined(self, node: ast.JoinedStr) -> Run:
        """A text with values in it."""
        spend, parts = self._spend, [self._part(part) for part in node.values]

        def run(scope: Scope) -> Any:
            spend()
            return limited("".join([part(scope) for part in parts]))

        return run

    def _part(self, node: ast.expr) -> Run:
        if isinstance(node, ast.Constant):
            text = str(node.value)
            return lambda _: text
        if not isinstance(node, ast.FormattedValue) or node.conversion not in (-1, 115, 114):
            return unknown
        value_of, represented = self.run_of(node.value), node.conversion == 114
        spec_of = None if node.format_spec is None else self.run_of(node.format_spec)

        def run(scope: Scope) -> str:
            value = value_of(scope)
            if represented:
                value = BUILTINS["repr"](value)
            return str(value) if spec_of is None else format_value(value, str(spec_of(scope)))

        return run


def _mapping(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a mapping")
    return value
