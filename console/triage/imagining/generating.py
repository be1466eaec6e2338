"""Generators of an imagined program: their statements run up to the next `yield`, and no further."""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Sequence
from typing import Any

from console.triage.imagining.scopes import Scope
from console.triage.imagining.statements import BROKE, CONTINUED, Returned, Statements, Step
from console.triage.imagining.values import OF_PROGRAMS, Unknown, unknown, walked
from console.triage.trees import parts_of

Flow = Generator[Any, None, object]
"""The values of a statement, and what it leaves in the end."""
Giving = Callable[[Scope], Flow]
"""A statement that gives values, one after the other; it returns what it leaves, as a Step does."""
_YIELDS = (ast.Yield, ast.YieldFrom)


class Generating(Statements):
    """Makes statements with a `yield` in them into Python's own generators; all others stay as they are."""

    def giving_block(self, body: Sequence[ast.stmt]) -> Giving:
        """Statements as one that gives values."""
        spend = self._spend
        steps: list[tuple[Step | None, Giving]] = [
            (None, self._giving(node)) if yields_in([node]) else (self.step_of(node), _gives_nothing) for node in body
        ]

        def run(scope: Scope) -> Flow:
            for step, giving in steps:
                spend()
                left = step(scope) if step is not None else (yield from giving(scope))
                if left is not None:
                    return left
            return None

        return run

    def _giving(self, node: ast.stmt) -> Giving:
        match node:
            case ast.Expr(value=ast.Yield() | ast.YieldFrom() as value):
                return self._given(value, None)
            case ast.Assign(targets=[target], value=ast.Yield() | ast.YieldFrom() as value):
                return self._given(value, target)
            case ast.If():
                return self._giving_if(node)
            case ast.For():
                return self._giving_for(node)
            case ast.While():
                return self._giving_while(node)
            case ast.Try():
                return self._giving_try(node)
        return unknown

    def _given(self, value: ast.Yield | ast.YieldFrom, target: ast.expr | None) -> Giving:
        value_of = (lambda _: None) if value.value is None else self.run_of(value.value)
        bind = None if target is None else self.bind_of(target)
        several = isinstance(value, ast.YieldFrom)

        def run(scope: Scope) -> Flow:
            given = value_of(scope)
            if several:
                yield from walked(given)
            else:
                yield given
            if bind is not None:
                bind(None, scope)
            return None

        return run

    def _giving_if(self, node: ast.If) -> Giving:
        test, then, otherwise = self.run_of(node.test), self.giving_block(node.body), self.giving_block(node.orelse)

        def run(scope: Scope) -> Flow:
            return (yield from (then if test(scope) else otherwise)(scope))

        return run

    def _giving_for(self, node: ast.For) -> Giving:
        items_of, bind = self.run_of(node.iter), self.bind_of(node.target)
        body, otherwise = self.giving_block(node.body), self.giving_block(node.orelse)

        def run(scope: Scope) -> Flow:
            for item in walked(items_of(scope)):
                bind(item, scope)
                left = yield from body(scope)
                if left is not None and left is not CONTINUED:
                    return None if left is BROKE else left
            return (yield from otherwise(scope))

        return run

    def _giving_while(self, node: ast.While) -> Giving:
        test, body, otherwise = self.run_of(node.test), self.giving_block(node.body), self.giving_block(node.orelse)

        def run(scope: Scope) -> Flow:
            while test(scope):
                left = yield from body(scope)
                if left is not None and left is not CONTINUED:
                    return None if left is BROKE else left
            return (yield from otherwise(scope))

        return run

    def _giving_try(self, node: ast.Try) -> Giving:
        if yields_in(node.handlers) or yields_in(node.finalbody) or yields_in(node.orelse):
            return unknown
        body, otherwise, last = self.giving_block(node.body), self.block_of(node.orelse), self.block_of(node.finalbody)
        handlers = self.handlers_of(node)

        def run(scope: Scope) -> Flow:
            try:
                left = yield from body(scope)
            except RecursionError as error:  # ours, not the program's
                raise Unknown from error
            except OF_PROGRAMS as error:
                left = self.handled(error, handlers, scope)
            else:
                left = otherwise(scope) if left is None else left
            last(scope)
            return left

        return run


def _gives_nothing(_: Scope) -> Flow:
    yield from ()
    return None


def finished(giving: Flow) -> Flow:
    """The values of a whole generator; what it leaves must be a return."""
    left = yield from giving
    if left is not None and not isinstance(left, Returned):
        raise Unknown
    return None


def yields_in(body: Sequence[ast.AST]) -> bool:
    """Whether there is a `yield` among some statements; those of functions inside of them do not count."""
    nodes: list[ast.AST] = list(body)
    for node in nodes:
        kind = node.__class__
        if kind in _YIELDS:
            return True
        if kind is not ast.FunctionDef and kind is not ast.Lambda and kind is not ast.ClassDef:
            nodes += parts_of(node)
    return False
