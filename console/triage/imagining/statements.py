"""Statements of an imagined program, each made into a function of a scope: it says what it leaves, if anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from console.triage.imagining.expressions import Budget, Expressions
from console.triage.imagining.library import MODULES
from console.triage.imagining.scopes import Instance, Module, Scope
from console.triage.imagining.values import ERRORS, OF_PROGRAMS, OPERATIONS, Unknown, limited, listed, unknown

_IGNORED_MODULES = frozenset({"typing", "__future__", "dataclasses", "abc"})
_HARMLESS = frozenset({"lru_cache", "cache", "staticmethod"})
"""Decorators that change no result."""
Step = Callable[[Scope], object]
"""A statement: None in the end, or what it does to those around it: a _Returned, _BROKE or _CONTINUED."""


class _Returned:
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


_BROKE, _CONTINUED = object(), object()


class Statements(Expressions):
    """How each kind of statement is run. A kind that is not here is unknown, once it is reached."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self._yielded: list[list[Any]] = []
        self._steps: Mapping[type[ast.stmt], Callable[[Any], Step]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.If: self._if,
            ast.Return: self._return,
            ast.AugAssign: self._augment,
            ast.For: self._for,
            ast.While: self._while,
            ast.AnnAssign: self._annotated,
            ast.Break: lambda _: lambda _: _BROKE,
            ast.Continue: lambda _: lambda _: _CONTINUED,
            ast.Pass: lambda _: lambda _: None,
            ast.FunctionDef: self._function,
            ast.ClassDef: lambda node: lambda scope: scope.set(node.name, self.made_by(node, scope)),
            ast.Try: self._try,
            ast.Raise: self._raise,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Nonlocal: lambda node: lambda scope: scope.declare_elsewhere(node.names),
            ast.Global: lambda node: lambda scope: scope.declare_elsewhere(node.names),
            ast.Assert: self._assert,
            ast.Delete: self._delete,
        }

    def made_by(self, node: ast.ClassDef, scope: Scope) -> Callable[..., Instance]:
        """What makes objects of a class of the program. Machines know how."""
        raise NotImplementedError

    def block_of(self, body: Sequence[ast.stmt]) -> Step:
        """Statements as one step, which ends where one of them leaves."""
        spend, steps = self._spend, [self.step_of(node) for node in body]

        def run(scope: Scope) -> object:
            for step in steps:
                spend()
                left = step(scope)
                if left is not None:
                    return left
            return None

        return run

    def step_of(self, node: ast.stmt) -> Step:
        """A statement as a function of a scope; who runs it takes its step off the budget."""
        make = self._steps.get(type(node))
        return unknown if make is None else make(node)

    def _expression(self, node: ast.Expr) -> Step:
        value = node.value
        if not isinstance(value, (ast.Yield, ast.YieldFrom)):
            run_value = self.run_of(value)

            def run(scope: Scope) -> None:
                run_value(scope)

            return run
        run_value = self.run_of(value.value) if value.value is not None else lambda _: None
        several = isinstance(value, ast.YieldFrom)

        def give(scope: Scope) -> None:
            given = run_value(scope)
            self._yielded[-1] += listed(given) if several else [given]
            limited(self._yielded[-1])

        return give

    def _assign(self, node: ast.Assign) -> Step:
        value_of, binds = self.run_of(node.value), [self.bind_of(target) for target in node.targets]

        def run(scope: Scope) -> None:
            value = value_of(scope)
            for bind in binds:
                bind(value, scope)

        return run

    def _annotated(self, node: ast.AnnAssign) -> Step:
        if node.value is None:
            return lambda _: None
        value_of, bind = self.run_of(node.value), self.bind_of(node.target)
        return lambda scope: bind(value_of(scope), scope)

    def _augment(self, node: ast.AugAssign) -> Step:
        if not isinstance(node.target, (ast.Name, ast.Subscript, ast.Attribute)):
            return unknown
        before_of, by_of, bind = self.run_of(node.target), self.run_of(node.value), self.bind_of(node.target)
        apply, adds = OPERATIONS.get(type(node.op), unknown), isinstance(node.op, ast.Add)

        def run(scope: Scope) -> None:
            before, by = before_of(scope), by_of(scope)
            if adds and isinstance(before, list):
                before += listed(by)  # in place: others may hold the same list
                bind(limited(before), scope)
            else:
                bind(apply(before, by), scope)

        return run

    def _return(self, node: ast.Return) -> Step:
        if node.value is None:
            return lambda _: _Returned(None)
        value_of = self.run_of(node.value)
        return lambda scope: _Returned(value_of(scope))

    def _if(self, node: ast.If) -> Step:
        test, then, otherwise = self.run_of(node.test), self.block_of(node.body), self.block_of(node.orelse)
        return lambda scope: then(scope) if test(scope) else otherwise(scope)

    def _for(self, node: ast.For) -> Step:
        items_of, bind = self.run_of(node.iter), self.bind_of(node.target)
        body, otherwise = self.block_of(node.body), self.block_of(node.orelse)

        def run(scope: Scope) -> object:
            for item in listed(items_of(scope)):
                bind(item, scope)
                left = body(scope)
                if left is not None and left is not _CONTINUED:
                    return None if left is _BROKE else left
            return otherwise(scope)

        return run

    def _while(self, node: ast.While) -> Step:
        test, body, otherwise = self.run_of(node.test), self.block_of(node.body), self.block_of(node.orelse)

        def run(scope: Scope) -> object:
            while test(scope):
                left = body(scope)
                if left is not None and left is not _CONTINUED:
                    return None if left is _BROKE else left
            return otherwise(scope)

        return run

    def _function(self, node: ast.FunctionDef) -> Step:
        plain = all(dotted(one).rpartition(".")[2] in _HARMLESS for one in node.decorator_list)
        return lambda scope: scope.set(node.name, self.closure(node, scope) if plain else unknown)

    def _assert(self, node: ast.Assert) -> Step:
        test = self.run_of(node.test)

        def run(scope: Scope) -> None:
            if not test(scope):
                raise AssertionError

        return run

    def _try(self, node: ast.Try) -> Step:
        body, otherwise, last = self.block_of(node.body), self.block_of(node.orelse), self.block_of(node.finalbody)
        handlers = [(one, self.block_of(one.body)) for one in node.handlers]

        def run(scope: Scope) -> object:
            try:
                left = body(scope)
            except RecursionError as error:  # ours, not the program's
                raise Unknown from error
            except OF_PROGRAMS as error:
                left = _handled(error, handlers, scope)
            else:
                left = otherwise(scope) if left is None else left
            finally:
                if last(scope) is not None:  # it leaves from there, and swallows what else was under way
                    raise Unknown
            return left

        return run

    def _raise(self, node: ast.Raise) -> Step:
        error = ERRORS.get("" if node.exc is None else dotted(node.exc))
        if error is None:
            return unknown

        def run(_: Scope) -> None:
            raise error

        return run

    def _import(self, node: ast.Import) -> Step:
        def run(scope: Scope) -> None:
            for one in node.names:
                scope.set(one.asname or one.name, Module(MODULES.get(one.name, {})))

        return run

    def _import_from(self, node: ast.ImportFrom) -> Step:
        members = MODULES.get(node.module or "", {})

        def run(scope: Scope) -> None:
            for one in node.names if node.module not in _IGNORED_MODULES else ():
                if one.name == "*":
                    scope.own.update(members)
                else:
                    scope.set(one.asname or one.name, members.get(one.name, unknown))

        return run

    def _delete(self, node: ast.Delete) -> Step:
        if any(not isinstance(one, ast.Subscript) or isinstance(one.slice, ast.Slice) for one in node.targets):
            return unknown
        places = [
            (self.run_of(one.value), self.run_of(one.slice)) for one in node.targets if isinstance(one, ast.Subscript)
        ]

        def run(scope: Scope) -> None:
            for holder_of, place_of in places:
                holder = holder_of(scope)
                if not isinstance(holder, (list, dict)):
                    raise TypeError("no item deletion")
                del holder[place_of(scope)]

        return run


def _handled(error: Exception, handlers: Sequence[tuple[ast.ExceptHandler, Step]], scope: Scope) -> object:
    """Runs the handler of an error, or raises it where there is none."""
    for handler, body in handlers:
        if handler.type is None or isinstance(error, _error_types(handler.type)):
            if handler.name:
                scope.set(handler.name, str(error))
            return body(scope)
    raise error


def _error_types(node: ast.expr) -> tuple[type[Exception], ...]:
    names = [dotted(part) for part in (node.elts if isinstance(node, ast.Tuple) else [node])]
    if not all(name in ERRORS for name in names):
        raise Unknown
    return tuple(ERRORS[name] for name in names)


def value_of(left: object) -> object:
    """What a function returns whose body was left like that."""
    if left is None:
        return None
    if isinstance(left, _Returned):
        return left.value
    raise Unknown  # left a loop outside of one: the parser lets it through


def dotted(node: ast.expr) -> str:
    """`functools.lru_cache(None)` as `functools.lru_cache`; "" for anything else but names."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
