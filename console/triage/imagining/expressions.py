"""Expressions of an imagined program, each made into a function of a scope: the tree is read once, and run often."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from console.triage.imagining.library import BUILTINS, bound, format_value, ordered_arguments, static
from console.triage.imagining.scopes import Instance, Module, Scope
from console.triage.imagining.targets import Round, Run, Targets, turns
from console.triage.imagining.values import (
    COMPARE,
    METHODS,
    OPERATIONS,
    UNARY,
    Unknown,
    eager,
    limited,
    listed,
    unknown,
)

_SUBSCRIPTED = (list, tuple, str, dict, deque, re.Match)
_MISSING = object()


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

    def spend(self) -> None:
        """Takes one step. Raises Unknown where none is left."""
        self.call -= 1
        if self.call <= 0:
            raise Unknown


class Expressions(Targets):
    """How each kind of expression is run. A kind that is not here is unknown, once it is reached."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._spend = budget.spend
        self._printed: list[str] = []
        self._makers: Mapping[type[ast.expr], Callable[[Any], Run]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._boolean,
            ast.Compare: self._compare,
            ast.IfExp: self._either,
            ast.Call: self._call,
            ast.Attribute: self._attribute_of,
            ast.List: lambda node: self._made(self.several(node.elts)),
            ast.Tuple: lambda node: self._made(self.several(node.elts), tuple),
            ast.Set: lambda node: self._made(self.several(node.elts), set),
            ast.Dict: self._dict,
            ast.Subscript: self._subscript,
            ast.ListComp: lambda node: self._made(self._comprehended(node)),
            ast.GeneratorExp: lambda node: self._made(self._comprehended(node)),
            ast.SetComp: lambda node: self._made(self._comprehended(node), set),
            ast.DictComp: self._dict_comprehended,
            ast.Lambda: self._lambda,
            ast.JoinedStr: self._joined,
            ast.NamedExpr: self._named,
        }

    def run_of(self, node: ast.expr) -> Run:
        """An expression as a function of a scope."""
        make = self._makers.get(type(node))
        return self._unknown() if make is None else make(node)

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

    def closure(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Callable[..., object]:
        """A function of the program as one that can be called. Statements know how."""
        raise NotImplementedError

    def method(self, holder: Instance, name: str) -> Callable[..., object] | None:
        """A method of an object of the program, None where it has none of that name."""
        raise NotImplementedError

    def _unknown(self) -> Run:
        spend = self._spend

        def run(_: Scope) -> Any:
            spend()
            raise Unknown

        return run

    # --- names and calls

    def _constant(self, node: ast.Constant) -> Run:
        try:
            value = limited(node.value)
        except Unknown:
            return self._unknown()
        spend = self._spend

        def run(_: Scope) -> Any:
            spend()
            return value

        return run

    def _name(self, node: ast.Name) -> Run:
        spend, name = self._spend, node.id
        otherwise = self._print if name == "print" else BUILTINS.get(name, _MISSING)

        def run(scope: Scope | None) -> Any:
            spend()
            while scope is not None:
                own = scope.own
                if name in own:
                    return own[name]
                scope = scope.outer
            if otherwise is _MISSING:
                raise Unknown
            return otherwise

        return run

    def _print(self, *values: object, **_: object) -> None:
        self._printed.append(" ".join(map(str, values)))

    def _named(self, node: ast.NamedExpr) -> Run:
        spend, value_of, name = self._spend, self.run_of(node.value), node.target.id

        def run(scope: Scope) -> Any:
            spend()
            value = value_of(scope)
            scope.set(name, value)
            return value

        return run

    def _lambda(self, node: ast.Lambda) -> Run:
        spend = self._spend

        def run(scope: Scope) -> Any:
            spend()
            return self.closure(node, scope)

        return run

    def _call(self, node: ast.Call) -> Run:
        spend, function_of, given_of = self._spend, self.run_of(node.func), self.several(node.args)
        named = [(one.arg, self.run_of(one.value)) for one in node.keywords]

        def run(scope: Scope) -> Any:
            spend()
            function = function_of(scope)
            given = given_of(scope)
            keywords: dict[str, Any] = {}
            for name, value_of in named:
                if name is None:
                    keywords.update(value_of(scope))
                else:
                    keywords[name] = value_of(scope)
            if not callable(function):
                raise TypeError("not callable")
            return limited(eager(function(*ordered_arguments(function, given), **keywords)))

        return run

    def _attribute_of(self, node: ast.Attribute) -> Run:
        spend, holder_of, name = self._spend, self.run_of(node.value), node.attr

        def run(scope: Scope) -> Any:
            spend()
            return self._attribute(holder_of(scope), name)

        return run

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

    def _binary(self, node: ast.BinOp) -> Run:
        spend, left, right = self._spend, self.run_of(node.left), self.run_of(node.right)
        apply = OPERATIONS.get(type(node.op), unknown)

        def run(scope: Scope) -> Any:
            spend()
            return apply(left(scope), right(scope))

        return run

    def _unary(self, node: ast.UnaryOp) -> Run:
        spend, value_of, apply = self._spend, self.run_of(node.operand), UNARY[type(node.op)]

        def run(scope: Scope) -> Any:
            spend()
            return apply(value_of(scope))

        return run

    def _boolean(self, node: ast.BoolOp) -> Run:
        spend, parts = self._spend, [self.run_of(part) for part in node.values]
        wanted = isinstance(node.op, ast.Or)

        def run(scope: Scope) -> Any:
            spend()
            value: object = None
            for part in parts:
                value = part(scope)
                if bool(value) == wanted:
                    return value
            return value

        return run

    def _compare(self, node: ast.Compare) -> Run:
        spend, first = self._spend, self.run_of(node.left)
        tests = [(COMPARE[type(op)], self.run_of(part)) for op, part in zip(node.ops, node.comparators, strict=True)]

        def run(scope: Scope) -> Any:
            spend()
            left = first(scope)
            for holds, part in tests:
                right = part(scope)
                if not holds(left, right):
                    return False
                left = right
            return True

        return run

    def _either(self, node: ast.IfExp) -> Run:
        spend, test = self._spend, self.run_of(node.test)
        then, otherwise = self.run_of(node.body), self.run_of(node.orelse)

        def run(scope: Scope) -> Any:
            spend()
            return then(scope) if test(scope) else otherwise(scope)

        return run

    # --- holders

    def _made(self, values_of: Callable[[Scope], list[Any]], kind: Callable[[list[Any]], Any] | None = None) -> Run:
        """A list of values as a list, or as another `kind` of holder."""
        spend = self._spend

        def run(scope: Scope) -> Any:
            spend()
            values = values_of(scope)
            return limited(values if kind is None else kind(values))

        return run

    def _dict(self, node: ast.Dict) -> Run:
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
                    found.update(value_of(scope))
                else:
                    found[key_of(scope)] = value_of(scope)
            return limited(found)

        return run

    def _subscript(self, node: ast.Subscript) -> Run:
        spend, holder_of, place_of = self._spend, self.run_of(node.value), self.place_of(node.slice)
        unsliced = (dict, deque) if isinstance(node.slice, ast.Slice) else ()

        def run(scope: Scope) -> Any:
            spend()
            holder = holder_of(scope)
            if not isinstance(holder, _SUBSCRIPTED):
                raise TypeError("not subscriptable")
            if isinstance(holder, unsliced):
                raise TypeError("slice")
            return holder[place_of(scope)]

        return run

    def _comprehended(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Callable[[Scope], list[Any]]:
        rounds, value_of = self._rounds_of(node.generators), self.run_of(node.elt)

        def values(scope: Scope) -> list[Any]:
            inner = Scope(scope)
            return [value_of(inner) for _ in turns(rounds, inner)]

        return values

    def _dict_comprehended(self, node: ast.DictComp) -> Run:
        rounds = self._rounds_of(node.generators)
        spend, key_of, value_of = self._spend, self.run_of(node.key), self.run_of(node.value)

        def run(scope: Scope) -> Any:
            spend()
            inner = Scope(scope)
            return limited({key_of(inner): value_of(inner) for _ in turns(rounds, inner)})

        return run

    def _rounds_of(self, generators: Sequence[ast.comprehension]) -> Sequence[Round]:
        return [
            (self.run_of(one.iter), self.bind_of(one.target), [self.run_of(test) for test in one.ifs])
            for one in generators
        ]

    def _joined(self, node: ast.JoinedStr) -> Run:
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
                value = repr(value)
            return str(value) if spec_of is None else format_value(value, str(spec_of(scope)))

        return run
