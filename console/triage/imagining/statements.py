"""Statements of an imagined program, each made into a function of a scope: it says what it leaves, if anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from console.triage.imagining.attributes import attribute
from console.triage.imagining.clocks import Clock
from console.triage.imagining.expressions import LONG, Budget, Expressions
from console.triage.imagining.matching import Matching
from console.triage.imagining.modules import MODULES
from console.triage.imagining.objects import Instance, Kind, Raised, is_one
from console.triage.imagining.scopes import Module, Scope
from console.triage.imagining.searching import searches
from console.triage.imagining.targets import CHANGEABLE
from console.triage.imagining.values import OF_PROGRAMS, OPERATIONS, Unknown, limited, listed, unknown, walked

_IGNORED_MODULES = frozenset({"typing", "__future__", "typing_extensions", "collections.abc"})
Step = Callable[[Scope], object]
"""A statement: None in the end, or what it does to those around it: a Returned, BROKE or CONTINUED."""
_Handler = tuple[Callable[[Scope], Any] | None, str | None, Step]


class Returned:
    """What a function returns, on its way."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


BROKE, CONTINUED = object(), object()


class Statements(Expressions, Matching):
    """How each kind of statement is run. A kind that is not here is unknown, once it is reached."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self._handling: list[Exception] = []
        self._clock = Clock()
        self._steps: Mapping[type[ast.stmt], Callable[[Any], Step]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assign,
            ast.If: self._if,
            ast.Return: self._return,
            ast.AugAssign: self._augment,
            ast.For: self._for,
            ast.While: self._while,
            ast.AnnAssign: self._annotated,
            ast.Break: lambda _: lambda _: BROKE,
            ast.Continue: lambda _: lambda _: CONTINUED,
            ast.Pass: lambda _: lambda _: None,
            ast.FunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Try: self._try,
            ast.Raise: self._raise,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Nonlocal: lambda node: lambda scope: scope.declare_elsewhere(node.names),
            ast.Global: lambda node: lambda scope: scope.declare_elsewhere(node.names, all_the_way=True),
            ast.Assert: self._assert,
            ast.Delete: self._delete,
            ast.Match: self.match_of,
            ast.With: self._with,
        }

    def made_by(self, node: ast.ClassDef, scope: Scope) -> Any:
        """A class of the program. Machines know how."""
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
        run_value = self.run_of(node.value)

        def run(scope: Scope) -> None:
            run_value(scope)

        return run

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
        apply = OPERATIONS.get(type(node.op), unknown)

        def run(scope: Scope) -> None:
            before, by = before_of(scope), by_of(scope)
            changes = _IN_PLACE.get((before.__class__, node.op.__class__))
            if changes is not None:
                changes(before, by)  # others may hold the same
                self._budget.call -= len(before) // LONG
                bind(limited(before), scope)
            elif isinstance(before, Instance):
                bind(self._augmented(before, by, type(node.op).__name__, apply), scope)
            else:
                bind(apply(before, by), scope)

        return run

    def _augmented(self, before: Instance, by: Any, name: str, apply: Callable[[Any, Any], Any]) -> Any:
        changes = before.kind.find(f"__i{name.lower().replace('mult', 'mul')}__")
        return apply(before, by) if changes is None else changes(before, by)

    def _return(self, node: ast.Return) -> Step:
        if node.value is None:
            return lambda _: Returned(None)
        value_of = self.run_of(node.value)
        return lambda scope: Returned(value_of(scope))

    def _if(self, node: ast.If) -> Step:
        test, then, otherwise = self.run_of(node.test), self.block_of(node.body), self.block_of(node.orelse)
        return lambda scope: then(scope) if test(scope) else otherwise(scope)

    def _for(self, node: ast.For) -> Step:
        items_of, bind = self.run_of(node.iter), self.bind_of(node.target)
        body, otherwise = self.block_of(node.body), self.block_of(node.orelse)

        def run(scope: Scope) -> object:
            for item in walked(items_of(scope)):
                bind(item, scope)
                left = body(scope)
                if left is not None and left is not CONTINUED:
                    return None if left is BROKE else left
            return otherwise(scope)

        return run

    def _while(self, node: ast.While) -> Step:
        test, body, otherwise = self.run_of(node.test), self.block_of(node.body), self.block_of(node.orelse)

        def run(scope: Scope) -> object:
            while test(scope):
                left = body(scope)
                if left is not None and left is not CONTINUED:
                    return None if left is BROKE else left
            return otherwise(scope)

        return run

    def _function(self, node: ast.FunctionDef) -> Step:
        decorators = [self.run_of(one) for one in reversed(node.decorator_list)]

        def run(scope: Scope) -> None:
            made: Any = self.closure(node, scope)
            for decorator in decorators:
                made = decorator(scope)(made)
            scope.set(node.name, made)

        return run

    def _class(self, node: ast.ClassDef) -> Step:
        decorators = [self.run_of(one) for one in reversed(node.decorator_list)]

        def run(scope: Scope) -> None:
            made = self.made_by(node, scope)
            for decorator in decorators:
                made = decorator(scope)(made)
            scope.set(node.name, made)

        return run

    def _assert(self, node: ast.Assert) -> Step:
        test, said = self.run_of(node.test), None if node.msg is None else self.run_of(node.msg)

        def run(scope: Scope) -> None:
            if not test(scope):
                raise AssertionError(*([] if said is None else [said(scope)]))

        return run

    def _try(self, node: ast.Try) -> Step:
        body, otherwise, last = self.block_of(node.body), self.block_of(node.orelse), self.block_of(node.finalbody)
        handlers = self.handlers_of(node)

        def run(scope: Scope) -> object:
            try:
                left = body(scope)
            except RecursionError as error:  # ours, not the program's
                raise Unknown from error
            except OF_PROGRAMS as error:
                left = self.handled(error, handlers, scope)
            else:
                left = otherwise(scope) if left is None else left
            finally:
                if last(scope) is not None:  # it leaves from there, and swallows what else was under way
                    raise Unknown
            return left

        return run

    def handlers_of(self, node: ast.Try) -> list[_Handler]:
        """What each handler of a `try` catches, the name it gives that, and its body."""
        return [
            (None if one.type is None else self.run_of(one.type), one.name, self.block_of(one.body))
            for one in node.handlers
        ]

    def handled(self, error: Exception, handlers: Sequence[_Handler], scope: Scope) -> object:
        """Runs the handler of an error, or raises it where there is none."""
        for kinds_of, name, body in handlers:
            if kinds_of is None or _catches(kinds_of(scope), error):
                if name:
                    scope.set(name, error.instance if isinstance(error, Raised) else error)
                self._handling.append(error)
                try:
                    return body(scope)
                finally:
                    self._handling.pop()
        raise error

    def _raise(self, node: ast.Raise) -> Step:
        if node.exc is None:
            return lambda _: self._raise_again()
        error_of = self.run_of(node.exc)

        def run(scope: Scope) -> None:
            error = error_of(scope)
            if isinstance(error, Kind):
                error = error()
            if isinstance(error, Instance) and error.kind.error is not None:
                raise Raised(error)
            if isinstance(error, Exception) or (isinstance(error, type) and issubclass(error, Exception)):
                raise error
            raise TypeError("exceptions must derive from BaseException")

        return run

    def _raise_again(self) -> None:
        if not self._handling:
            raise RuntimeError("No active exception to reraise")
        raise self._handling[-1]

    def _with(self, node: ast.With) -> Step:
        entered = [
            (self.run_of(one.context_expr), None if one.optional_vars is None else self.bind_of(one.optional_vars))
            for one in node.items
        ]
        body = self.block_of(node.body)

        def run(scope: Scope, at: int = 0) -> object:
            if at == len(entered):
                return body(scope)
            manager_of, bind = entered[at]
            manager = manager_of(scope)
            if not isinstance(manager, Instance):
                raise Unknown
            value = attribute(manager, "__enter__")()
            if bind is not None:
                bind(value, scope)
            leave = attribute(manager, "__exit__")
            try:
                left = run(scope, at + 1)
            except OF_PROGRAMS as error:
                if not leave(type(error), error, None):
                    raise
                return None
            leave(None, None, None)
            return left

        return run

    def _import(self, node: ast.Import) -> Step:
        def run(scope: Scope) -> None:
            for one in node.names:
                scope.set(one.asname or one.name.partition(".")[0], Module(self._members_of(one.name)))

        return run

    def _import_from(self, node: ast.ImportFrom) -> Step:
        def run(scope: Scope) -> None:
            members = self._members_of(node.module or "")
            for one in node.names if node.module != "__future__" else ():
                if one.name == "*":
                    scope.own.update(members)
                elif one.name in members or node.module not in _IGNORED_MODULES:
                    scope.set(one.asname or one.name, members.get(one.name, unknown))

        return run

    def _members_of(self, module: str) -> Mapping[str, Any]:
        if module == "time":
            return self._clock.module()
        return searches(self._spend) if module == "re" else MODULES.get(module, {})

    def _delete(self, node: ast.Delete) -> Step:
        if any(not isinstance(one, (ast.Subscript, ast.Name)) for one in node.targets):
            return unknown
        places = [
            (self.run_of(one.value), self.place_of(one.slice)) for one in node.targets if isinstance(one, ast.Subscript)
        ]
        names = [one.id for one in node.targets if isinstance(one, ast.Name)]

        def run(scope: Scope) -> None:
            for name in names:
                if name not in scope.own:
                    raise Unknown
                del scope.own[name]
            for holder_of, place_of in places:
                holder = holder_of(scope)
                if not isinstance(holder, CHANGEABLE):
                    raise TypeError(f"'{type(holder).__name__}' object doesn't support item deletion")
                del holder[place_of(scope)]

        return run


_IN_PLACE: Mapping[tuple[type, type], Callable[[Any, Any], Any]] = {
    (list, ast.Add): lambda one, other: one.extend(listed(other)),
    (set, ast.BitOr): lambda one, other: one.__ior__(other),
    (set, ast.Sub): lambda one, other: one.__isub__(other),
    (set, ast.BitAnd): lambda one, other: one.__iand__(other),
    (dict, ast.BitOr): lambda one, other: one.__ior__(other),
}


def _catches(kinds: Any, error: Exception) -> bool:
    several = kinds if isinstance(kinds, tuple) else (kinds,)
    if any(not isinstance(kind, Kind) and not _is_error(kind) for kind in several):
        raise Unknown
    return any(is_one(error, kind) for kind in several)


def _is_error(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Exception)


def value_of(left: object) -> object:
    """What a function returns whose body was left like that."""
    if left is None:
        return None
    if isinstance(left, Returned):
        return left.value
    raise Unknown  # left a loop outside of one: the parser lets it through
