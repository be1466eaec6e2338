"""Expressions of an imagined program, each made into a function of a scope: the tree is read once, and run often."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from console.triage.imagining.attributes import attribute, get_attribute, has_attribute, set_attribute
from console.triage.imagining.classes import BASES, MARKS
from console.triage.imagining.holding import Holding
from console.triage.imagining.library import BUILTINS, kind_of, ordered_arguments
from console.triage.imagining.modules import ASSUMED, MODULES
from console.triage.imagining.objects import Function, Instance
from console.triage.imagining.scopes import Inner, Module, Scope
from console.triage.imagining.targets import Run
from console.triage.imagining.values import (
    COMPARE,
    OPERATIONS,
    PLAIN,
    UNARY,
    Stream,
    Unknown,
    limited,
    tamed,
    unknown,
)

_MISSING = object()
_NAMES: Mapping[str, Any] = {
    **BUILTINS, "getattr": get_attribute, "hasattr": has_attribute, "setattr": set_attribute,
    "object": BASES["object"], **{name: MARKS[name] for name in ("property", "classmethod", "staticmethod")},
}  # fmt: skip
_HEAVY, LONG = 32, 64
"""Elements of a list that a function of the library goes through in the time of one step."""


class Budget:
    """Steps left: of one call, and of all calls together."""

    __slots__ = ("_per_call", "all", "call", "endless", "used")

    def __init__(self, per_call: int, in_all: int) -> None:
        self._per_call = per_call
        self.all = in_all
        self.call = 0
        self.used = 0
        self.endless = False
        """Whether the last call took all the steps of one call, or went too deep."""

    def begin_call(self) -> None:
        """Allots the steps of one call, no more than are left in all."""
        self.call = min(self._per_call, self.all)
        self.endless = False

    def end_call(self, allotted: int) -> None:
        """Takes what a call used off the rest."""
        self.used = allotted - max(0, self.call)
        self.all -= self.used
        self.endless |= self.call <= 0 and allotted == self._per_call

    def spend(self) -> None:
        """Takes one step. Raises Unknown where none is left."""
        self.call -= 1
        if self.call <= 0:
            raise Unknown


class Expressions(Holding):
    """How each kind of expression is run. A kind that is not here is unknown, once it is reached."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._spend = budget.spend
        self._printed: list[str] = []
        self._imports_all: bool | None = None
        """Whether names of the library are known without an import; where not, such a name is an error of its own."""
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
            ast.List: lambda node: self.made(self.several(node.elts)),
            ast.Tuple: lambda node: self.made(self.several(node.elts), tuple),
            ast.Set: lambda node: self.made(self.several(node.elts), set),
            ast.Dict: self.dict_of,
            ast.Subscript: self.subscript,
            ast.ListComp: lambda node: self.made(self.comprehended(node)),
            ast.GeneratorExp: self.generated,
            ast.SetComp: lambda node: self.made(self.comprehended(node), set),
            ast.DictComp: self.dict_comprehended,
            ast.Lambda: self._lambda,
            ast.JoinedStr: self.joined,
            ast.NamedExpr: self._named,
            ast.Slice: self.place_of,
        }

    def run_of(self, node: ast.expr) -> Run:
        """An expression as a function of a scope."""
        make = self._makers.get(type(node))
        return self._unknown() if make is None else make(node)

    def closure(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Function:
        """A function of the program as one that can be called. Statements know how."""
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
        otherwise = self._print if name == "print" else _NAMES.get(name, _MISSING)

        def run(scope: Scope | None) -> Any:
            spend()
            while scope is not None:
                own = scope.own
                if name in own:
                    return own[name]
                scope = scope.outer
            return self._assumed(name) if otherwise is _MISSING else otherwise

        return run

    def _assumed(self, name: str) -> Any:
        """What a name means that nobody gave a value."""
        found = MODULES.get(name, ASSUMED.get(name))
        if found is None or self._imports_all is None:
            raise Unknown
        if not self._imports_all:
            raise NameError(f"name '{name}' is not defined")
        return Module(found) if isinstance(found, Mapping) else found

    def _print(self, *values: object, sep: Any = " ", end: Any = "\n", **_: object) -> None:
        text = (" " if sep is None else sep).join(map(str, values))
        self._printed.append(limited(text + ("\n" if end is None else end)))

    def _named(self, node: ast.NamedExpr) -> Run:
        spend, value_of, name = self._spend, self.run_of(node.value), node.target.id

        def run(scope: Scope) -> Any:
            spend()
            value = value_of(scope)
            home = scope
            while home.__class__ is Inner and home.outer is not None:
                home = home.outer
            home.set(name, value)
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
            if function.__class__ is Function:
                return function(*given, **keywords)
            if isinstance(function, Instance):
                return attribute(function, "__call__")(*given, **keywords)
            for one in given:
                if one.__class__ is list and len(one) > LONG:
                    self._budget.call -= len(one) // LONG
            if not callable(function):
                raise TypeError(f"'{type(function).__name__}' object is not callable")
            return self._tamed(function(*ordered_arguments(function, given), **keywords))

        return run

    def _tamed(self, value: Any) -> Any:
        """What a function of the library gave, within limits; a stream pays for what it will give."""
        value = tamed(value)
        if value.__class__ is Stream:
            value.spend = self._spend
            return value
        return limited(value)

    def _attribute_of(self, node: ast.Attribute) -> Run:
        spend, name = self._spend, node.attr
        holder_of, budget = self._kind_of(node.value) or self.run_of(node.value), self._budget

        def run(scope: Scope) -> Any:
            spend()
            holder = holder_of(scope)
            if holder.__class__ is list and len(holder) > _HEAVY and holder[-1].__class__ not in PLAIN:
                budget.call -= len(holder) >> 3  # all that is in it is weighed with each change
            return attribute(holder, name)

        return run

    def _kind_of(self, node: ast.expr) -> Run | None:
        """`type(value)`, where it is only compared or asked for its name; None for anything else."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"):
            return None
        if len(node.args) != 1:
            return None
        value_of = self.run_of(node.args[0])
        return lambda scope: kind_of(value_of(scope))

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
        spend, first = self._spend, self._kind_of(node.left) or self.run_of(node.left)
        tests = [
            (COMPARE[type(op)], self._kind_of(part) or self.run_of(part))
            for op, part in zip(node.ops, node.comparators, strict=True)
        ]

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
