"""A small interpreter of pure Python: what functions and classes would return, without running any of their code.

It makes the syntax tree into functions of its own and runs those, with values of its own making. There are no files,
no clock, no imports but a few harmless modules, and no attributes but the listed methods; steps, depth and sizes are
limited. Whatever it does not know ends it: then nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from console.triage.imagining.expressions import Budget
from console.triage.imagining.scopes import Instance, Scope, Signature
from console.triage.imagining.statements import Statements, Step, dotted, value_of
from console.triage.imagining.targets import Run
from console.triage.imagining.values import OF_PROGRAMS, Unknown, listed, unknown
from console.triage.trees import parts_of

_DEEPEST = 24
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.AnnAssign, ast.Assign)
_Function = ast.FunctionDef | ast.Lambda


class Machine(Statements):
    """The functions and classes of one module, ready to be called with values."""

    def __init__(self, tree: ast.Module, budget: Budget) -> None:
        super().__init__(budget)
        self._tree = tree
        self._depth = 0
        self._generators: dict[ast.FunctionDef, bool] = {}
        self._signatures: dict[_Function, Signature] = {}
        self._defaults: dict[ast.expr, Run] = {}
        self._bodies: dict[_Function, Step] = {}
        self._members: dict[ast.ClassDef, dict[str, ast.stmt]] = {}
        self._module: list[tuple[bool, Step]] | None = None

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
            self._define(scope)
            self._printed.clear()
            return work(scope), tuple(self._printed)
        finally:
            self._budget.end_call(allotted)

    def _define(self, scope: Scope) -> None:
        """Definitions only: what a file does beside them are its examples."""
        if self._module is None:
            self._module = [
                (isinstance(node, ast.Assign), self.step_of(node))
                for node in self._tree.body
                if isinstance(node, _DEFINITIONS)
            ]
        for value, step in self._module:
            try:
                self._spend()
                step(scope)
            except Unknown:
                if not value or self._budget.call <= 0:
                    raise

    def _reached(self, name: str, kind: str, scope: Scope) -> Callable[..., object]:
        found: Any = scope.get(kind or name)
        if kind:
            found = self._attribute(found(), name)
        if not callable(found):
            raise Unknown
        return found  # type: ignore[no-any-return]

    # --- functions and classes

    def closure(self, node: _Function, scope: Scope) -> Callable[..., object]:
        """A function of the program as one that can be called."""
        return lambda *given, **keywords: self._invoke(node, given, keywords, scope)

    def method(self, holder: Instance, name: str) -> Callable[..., object] | None:
        """A method of an object of the program, None where it has none of that name; a property's value is Unknown."""
        members = self._members.get(holder.kind)
        if members is None:
            members = self._members[holder.kind] = _members_of(holder.kind)
        node = members.get(name)
        if node is None:
            return None
        if not isinstance(node, ast.FunctionDef):
            raise Unknown
        names = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
        if "property" in names or "classmethod" in names:
            raise Unknown
        function = self.closure(node, holder.scope)
        return function if "staticmethod" in names else partial(function, holder)

    def made_by(self, node: ast.ClassDef, scope: Scope) -> Callable[..., Instance]:
        """What makes objects of a class of the program; Unknown where it has other bases or decorators."""
        if node.decorator_list or node.keywords or any(dotted(base) != "object" for base in node.bases):
            return unknown

        def made(*given: object, **keywords: object) -> Instance:
            instance = Instance(node, scope)
            start = self.method(instance, "__init__")
            if start is not None:
                start(*given, **keywords)
            elif given or keywords:
                raise TypeError("no arguments")
            return instance

        return made

    def _invoke(self, node: _Function, given: tuple[object, ...], keywords: dict[str, object], outer: Scope) -> object:
        if self._depth >= _DEEPEST:
            raise Unknown
        scope = Scope(outer)
        self._arguments(node, given, keywords, scope)
        self._depth += 1
        try:
            body = self._bodies.get(node)
            if body is None:
                made = self.run_of(node.body) if isinstance(node, ast.Lambda) else self.block_of(node.body)
                body = self._bodies[node] = made
            if isinstance(node, ast.Lambda):
                return body(scope)
            if self._generates(node):
                return self._generated(body, scope)
            return value_of(body(scope))
        finally:
            self._depth -= 1

    def _arguments(self, node: _Function, given: tuple[object, ...], keywords: dict[str, object], scope: Scope) -> None:
        wanted = self._signatures.get(node)
        if wanted is None:
            wanted = self._signatures[node] = Signature(node.args)
        if wanted.plain and not keywords and len(given) == len(wanted.names):
            scope.own = dict(zip(wanted.names, given, strict=True))
            return
        values = wanted.bound(given, keywords)
        for name in wanted.names:
            if name not in values:
                default = wanted.defaults.get(name)
                if default is None:
                    raise TypeError(name)
                run = self._defaults.get(default)
                if run is None:
                    run = self._defaults[default] = self.run_of(default)
                values[name] = run(scope)
        scope.own.update(values)

    def _generates(self, node: ast.FunctionDef) -> bool:
        known = self._generators.get(node)
        if known is None:
            known = self._generators[node] = _yields(node)
        return known

    def _generated(self, body: Step, scope: Scope) -> list[Any]:
        """All that a generator yields: nobody can tell that it was not asked for one at a time."""
        self._yielded.append([])
        try:
            value_of(body(scope))
            return self._yielded[-1]
        finally:
            self._yielded.pop()


def _members_of(kind: ast.ClassDef) -> dict[str, ast.stmt]:
    """The methods of a class by their names, and what is assigned in it."""
    found: dict[str, ast.stmt] = {}
    for node in kind.body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, node)
    for node in kind.body:
        for one in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(one, ast.Name):
                found.setdefault(one.id, node)
    return found


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
