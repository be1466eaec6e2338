"""A small interpreter of pure Python: what functions and classes would return, without running any of their code.

It walks the syntax tree with values of its own making. There are no files, no clock, no imports but a few harmless
modules, and no attributes but the listed methods; steps, depth and sizes are limited. Whatever it does not know ends
it: then nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from console.triage.imagining.expressions import Budget, Expressions, Module
from console.triage.imagining.library import MODULES
from console.triage.imagining.scopes import Instance, Scope, Signature
from console.triage.imagining.values import ERRORS, OF_PROGRAMS, Unknown, calculated, limited, listed
from console.triage.trees import parts_of

_DEEPEST = 24
_IGNORED_MODULES = frozenset({"typing", "__future__", "dataclasses", "abc"})
_HARMLESS = frozenset({"lru_cache", "cache", "staticmethod"})
"""Decorators that change no result."""


class _Returned(BaseException):
    def __init__(self, value: object) -> None:
        self.value = value


class _Broke(BaseException):
    pass


class _Continued(BaseException):
    pass


class Machine(Expressions):
    """The functions and classes of one module, ready to be called with values."""

    def __init__(self, tree: ast.Module, budget: Budget) -> None:
        super().__init__(budget)
        self._tree = tree
        self._depth = 0
        self._yielded: list[list[Any]] = []
        self._generators: dict[ast.FunctionDef, bool] = {}
        self._signatures: dict[ast.FunctionDef | ast.Lambda, Signature] = {}

    def call(self, name: str, given: tuple[object, ...], kind: str = "") -> tuple[object, tuple[str, ...]]:
        """What a function, or the method of a new `kind`, returns and prints. Raises its own error, or Unknown."""
        return self._begun(lambda scope: self._reached(name, kind, scope)(*given))

    def live(
        self, kind: str, given: tuple[object, ...], steps: Iterable[tuple[str, tuple[object, ...]]]
    ) -> list[object]:
        """What the methods of one object return, called one after the other; errors are results, too."""

        def lived(scope: Scope) -> list[object]:
            made: Any = scope.get(kind)
            owner = made(*given)
            found: list[object] = []
            for name, arguments in steps:
                try:
                    value = self._attribute(owner, name)
                    found.append(value(*arguments) if callable(value) else value)
                except OF_PROGRAMS as error:
                    found.append(type(error).__name__)
            return found

        return listed(self._begun(lived)[0])

    def _begun(self, work: Callable[[Scope], object]) -> tuple[object, tuple[str, ...]]:
        self._budget.begin_call()
        allotted = self._budget.call
        self._depth, self._printed, self._yielded = 0, [], []
        scope = Scope()
        try:
            for node in self._tree.body:
                self._of_module(node, scope)
            self._printed.clear()
            return work(scope), tuple(self._printed)
        finally:
            self._budget.end_call(allotted)

    def _of_module(self, node: ast.stmt, scope: Scope) -> None:
        """Definitions only: what a file does beside them are its examples."""
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.AnnAssign)):
            self._statement(node, scope)
        elif isinstance(node, ast.Assign):
            try:
                self._statement(node, scope)
            except Unknown:
                if self._budget.call <= 0:
                    raise

    def _reached(self, name: str, kind: str, scope: Scope) -> Callable[..., object]:
        found: Any = scope.get(kind or name)
        if kind:
            found = self._attribute(found(), name)
        if not callable(found):
            raise Unknown
        return found  # type: ignore[no-any-return]

    # --- functions and classes

    def closure(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Callable[..., object]:
        """A function of the program as one that can be called."""
        return lambda *given, **keywords: self._invoke(node, given, keywords, scope)

    def method(self, holder: Instance, name: str) -> Callable[..., object] | None:
        """A method of an object of the program, None where it has none of that name; a property's value is Unknown."""
        for node in holder.kind.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                names = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
                if "property" in names or "classmethod" in names:
                    raise Unknown
                function = self.closure(node, holder.scope)
                return function if "staticmethod" in names else partial(function, holder)
        for node in holder.kind.body:
            if isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == name for one in node.targets
            ):
                raise Unknown
        return None

    def _class(self, node: ast.ClassDef, scope: Scope) -> Callable[..., Instance]:
        if node.decorator_list or node.keywords or any(_dotted(base) != "object" for base in node.bases):
            return _unknown

        def made(*given: object, **keywords: object) -> Instance:
            instance = Instance(node, scope)
            start = self.method(instance, "__init__")
            if start is not None:
                start(*given, **keywords)
            elif given or keywords:
                raise TypeError("no arguments")
            return instance

        return made

    def _invoke(
        self,
        node: ast.FunctionDef | ast.Lambda,
        given: tuple[object, ...],
        keywords: dict[str, object],
        outer: Scope,
    ) -> object:
        if self._depth >= _DEEPEST:
            raise Unknown
        scope = Scope(outer)
        self._arguments(node, given, keywords, scope)
        self._depth += 1
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body, scope)
            if self._generates(node):
                return self._generated(node, scope)
            self._block(node.body, scope)
        except _Returned as returned:
            return returned.value
        except (_Broke, _Continued) as stray:  # outside of a loop: the parser lets it through
            raise Unknown from stray
        finally:
            self._depth -= 1
        return None

    def _arguments(
        self, node: ast.FunctionDef | ast.Lambda, given: tuple[object, ...], keywords: dict[str, object], scope: Scope
    ) -> None:
        wanted = self._signatures.get(node)
        if wanted is None:
            wanted = self._signatures[node] = Signature(node.args)
        if wanted.plain and not keywords and len(given) == len(wanted.names):
            scope.own.update(zip(wanted.names, given, strict=True))
            return
        values = wanted.bound(given, keywords)
        for name in wanted.names:
            if name not in values:
                default = wanted.defaults.get(name)
                if default is None:
                    raise TypeError(name)
                values[name] = self.value(default, scope)
        scope.own.update(values)

    def _generates(self, node: ast.FunctionDef) -> bool:
        known = self._generators.get(node)
        if known is None:
            known = self._generators[node] = _yields(node)
        return known

    def _generated(self, node: ast.FunctionDef, scope: Scope) -> list[Any]:
        """All that a generator yields: nobody can tell that it was not asked for one at a time."""
        self._yielded.append([])
        with suppress(_Returned):
            self._block(node.body, scope)
        return self._yielded.pop()

    # --- statements

    def _block(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        self._budget.call -= 1
        if self._budget.call <= 0:
            raise Unknown
        match node:
            case ast.Expr():
                self._expression(node.value, scope)
            case ast.Assign():
                value = self.value(node.value, scope)
                for target in node.targets:
                    self.bind(target, value, scope)
            case ast.If():
                self._block(node.body if self.value(node.test, scope) else node.orelse, scope)
            case ast.Return():
                raise _Returned(self.value(node.value, scope) if node.value else None)
            case ast.AugAssign():
                self._augment(node, scope)
            case ast.For() | ast.While():
                self._loop(node, scope)
            case ast.AnnAssign():
                if node.value is not None:
                    self.bind(node.target, self.value(node.value, scope), scope)
            case ast.Break():
                raise _Broke
            case ast.Continue():
                raise _Continued
            case ast.Pass():
                pass
            case _:
                self._rare_statement(node, scope)

    def _rare_statement(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.FunctionDef():
                plain = all(_dotted(one).rpartition(".")[2] in _HARMLESS for one in node.decorator_list)
                scope.set(node.name, self.closure(node, scope) if plain else _unknown)
            case ast.ClassDef():
                scope.set(node.name, self._class(node, scope))
            case ast.Try():
                self._try(node, scope)
            case ast.Raise():
                self._raise(node, scope)
            case ast.Import():
                for one in node.names:
                    scope.set(one.asname or one.name, Module(MODULES.get(one.name, {})))
            case ast.ImportFrom():
                self._import(node, scope)
            case ast.Nonlocal() | ast.Global():
                scope.declare_elsewhere(node.names)
            case ast.Assert():
                if not self.value(node.test, scope):
                    raise AssertionError
            case ast.Delete():
                self._delete(node, scope)
            case _:
                raise Unknown

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Yield):
            self._yielded[-1].append(self.value(node.value, scope) if node.value else None)
            limited(self._yielded[-1])
        elif isinstance(node, ast.YieldFrom):
            self._yielded[-1] += listed(self.value(node.value, scope))
            limited(self._yielded[-1])
        else:
            self.value(node, scope)

    def _augment(self, node: ast.AugAssign, scope: Scope) -> None:
        if not isinstance(node.target, (ast.Name, ast.Subscript, ast.Attribute)):
            raise Unknown
        before, by = self.value(node.target, scope), self.value(node.value, scope)
        if isinstance(before, list) and isinstance(node.op, ast.Add):
            before += listed(by)  # in place: others may hold the same list
            self.bind(node.target, limited(before), scope)
        else:
            self.bind(node.target, calculated(node.op, before, by), scope)

    def _loop(self, node: ast.For | ast.While, scope: Scope) -> None:
        items: Iterable[Any] = self._while(node, scope)
        if isinstance(node, ast.For):
            items = listed(self.value(node.iter, scope))
        for item in items:
            if isinstance(node, ast.For):
                self.bind(node.target, item, scope)
            try:
                self._block(node.body, scope)
            except _Continued:
                continue
            except _Broke:
                return
        self._block(node.orelse, scope)

    def _while(self, node: ast.For | ast.While, scope: Scope) -> Iterator[None]:
        while isinstance(node, ast.While) and self.value(node.test, scope):
            yield None

    def _try(self, node: ast.Try, scope: Scope) -> None:
        try:
            self._block(node.body, scope)
        except RecursionError as error:  # ours, not the program's
            raise Unknown from error
        except OF_PROGRAMS as error:
            for handler in node.handlers:
                if handler.type is None or isinstance(error, self._error_types(handler.type)):
                    if handler.name:
                        scope.set(handler.name, str(error))
                    self._block(handler.body, scope)
                    break
            else:
                raise
        else:
            self._block(node.orelse, scope)
        finally:
            self._block(node.finalbody, scope)

    def _error_types(self, node: ast.expr) -> tuple[type[Exception], ...]:
        names = [_dotted(part) for part in (node.elts if isinstance(node, ast.Tuple) else [node])]
        if not all(name in ERRORS for name in names):
            raise Unknown
        return tuple(ERRORS[name] for name in names)

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        name = "" if node.exc is None else _dotted(node.exc)
        if name not in ERRORS:
            raise Unknown
        raise ERRORS[name]

    def _import(self, node: ast.ImportFrom, scope: Scope) -> None:
        if node.module in _IGNORED_MODULES:
            return
        members = MODULES.get(node.module or "", {})
        for one in node.names:
            if one.name == "*":
                scope.own.update(members)
            else:
                scope.set(one.asname or one.name, members.get(one.name, _unknown))

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
                raise Unknown
            holder: Any = self.value(target.value, scope)
            if not isinstance(holder, (list, dict)):
                raise TypeError("no item deletion")
            del holder[self.value(target.slice, scope)]


def _dotted(node: ast.expr) -> str:
    """`functools.lru_cache(None)` as `functools.lru_cache`; "" for anything else but names."""
    if isinstance(node, ast.Call):
        return _dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _yields(function: ast.FunctionDef) -> bool:
    """Whether a function is a generator; those inside of it do not count."""
    nodes: list[ast.AST] = list(function.body)
    for node in nodes:
        kind = node.__class__
        if kind is ast.Yield or kind is ast.YieldFrom:
            return True
        if kind is not ast.FunctionDef and kind is not ast.Lambda:
            nodes += parts_of(node)
    return False


def _unknown(*_: object, **__: object) -> Any:
    raise Unknown
