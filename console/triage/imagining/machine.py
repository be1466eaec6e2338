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

from console.triage.imagining.attributes import attribute, set_attribute
from console.triage.imagining.classes import annotated, made_kind
from console.triage.imagining.expressions import Budget
from console.triage.imagining.generating import Generating, Giving, finished, yields_in
from console.triage.imagining.objects import Above, Function, Instance, Kind, error_name
from console.triage.imagining.probes import Probe, Probed, Working, probed
from console.triage.imagining.scopes import ClassScope, Scope, Signature
from console.triage.imagining.statements import Step, value_of
from console.triage.imagining.structures import HELPERS, Failed, Given, Within, helpers_in, plain
from console.triage.imagining.targets import Run
from console.triage.imagining.values import OF_PROGRAMS, Stream, Unknown, listed
from console.triage.trees import nodes_of

_DEEPEST = 40
_ENOUGH = 12
"""Calls of the methods of one object that tell something."""
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.AnnAssign, ast.Assign)
_Function = ast.FunctionDef | ast.Lambda


class Machine(Generating):
    """The functions and classes of one module, ready to be called with values.

    `imports_all`: names of the library are known without an import, as where a prompt imports them; False where such a
    name is an error, None where nobody can tell.
    """

    def __init__(self, tree: ast.Module, budget: Budget, imports_all: bool | None = None) -> None:
        super().__init__(budget)
        self._tree = tree
        self.nodes = nodes_of(tree)
        self._looks_above = any(isinstance(one, ast.Name) and one.id == "super" for one in self.nodes)
        self._gives = any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in self.nodes)
        self._imports_all = imports_all
        self._depth = 0
        self._signatures: dict[_Function, Signature] = {}
        self._defaults: dict[_Function, list[tuple[str, Run]]] = {}
        self._bodies: dict[_Function, tuple[Step, Giving | None, bool]] = {}
        self._module: list[tuple[bool, Step]] | None = None
        self._helpers = helpers_in(self.nodes)
        self._classes: dict[ast.ClassDef, tuple[list[Run], list[Step]]] = {}

    def call(
        self, name: str, given: tuple[object, ...], kind: str = "", again: bool = False
    ) -> tuple[object, tuple[str, ...]]:
        """What a function, or the method of a new `kind`, returns and prints. Raises its own error, or Unknown.

        `again`: what it returns when it is called a second time with the same.
        """

        def called(scope: Scope) -> object:
            function = self._reached(name, kind, scope)
            if again:
                plain(function(*_ready(given, scope)))
                self._printed.clear()
            ready = _ready(given, scope)
            made = [one for one in ready if isinstance(one, Instance)]
            before = plain(made) if made else None
            found = function(*ready)
            if found is None and made and (after := plain(made)) != before:
                return after  # what returns nothing has changed what it was given
            if isinstance(found, Function):
                return Probed(probed(found), [one.calls for one in ready if isinstance(one, Working)])
            return plain(found)

        return self._begun(called)

    def live(
        self, kind: str, given: tuple[object, ...], steps: Iterable[tuple[str, tuple[object, ...]]], reads: list[str]
    ) -> list[object]:
        """What the methods of one object return, called one after the other; errors are results, too.

        After each of them, what its fields `reads` hold. A step without a name begins a new object.
        """

        def lived(scope: Scope) -> list[object]:
            maker: Any = scope.get(kind)
            owner = maker(*_ready(given, scope))
            found: list[object] = []
            for name, arguments in steps:
                result: object
                if not name:
                    owner = maker(*_ready(given, scope))
                    found.append([None, *[None] * len(reads)])
                    continue
                try:
                    result = _stepped(owner, name, _ready(arguments, scope))
                except OF_PROGRAMS as error:
                    result = Failed(error_name(error))
                except Unknown:
                    if self._budget.call > 0 or len(found) < _ENOUGH:
                        raise
                    break  # no step is left: what came before can be compared
                self._clock.tick()
                found.append([result, *[_read(owner, one) for one in reads]])
            return found

        return listed(self._begun(lived)[0])

    def _begun(self, work: Callable[[Scope], object]) -> tuple[object, tuple[str, ...]]:
        self._budget.begin_call()
        allotted = self._budget.call
        self._depth, self._printed = 0, []
        self._handling.clear()
        self._clock.restart()
        scope = Scope()
        try:
            self._define(scope)
            self._printed.clear()
            found = work(scope)
            return found, tuple("".join(self._printed).splitlines())
        finally:
            self._budget.end_call(allotted)

    def _define(self, scope: Scope) -> None:
        """Definitions only: what a file does beside them are its examples."""
        if self._module is None:
            self._module = [
                (isinstance(node, (ast.Assign, ast.AnnAssign)), self.step_of(node))
                for node in self._tree.body
                if isinstance(node, _DEFINITIONS)
            ]
        for name in self._helpers:
            scope.own[name] = self.made_by(HELPERS[name], scope)
        for value, step in self._module:
            try:
                self._spend()
                step(scope)
            except Unknown:
                if not value or self._budget.call <= 0:
                    raise
            except OF_PROGRAMS:
                if not value:
                    raise

    def _reached(self, name: str, kind: str, scope: Scope) -> Callable[..., object]:
        found: Any = scope.get(kind or name)
        if kind:
            found = attribute(found(), name)
        if not callable(found):
            raise Unknown
        return found  # type: ignore[no-any-return]

    # --- functions and classes

    def closure(self, node: _Function, scope: Scope) -> Function:
        """A function of the program as one that can be called; its defaults are made now, and once."""
        runs = self._defaults.get(node)
        if runs is None:
            defaults = self._signature(node).defaults
            runs = self._defaults[node] = [(name, self.run_of(value)) for name, value in defaults.items()]
        outer = scope.outer if scope.__class__ is ClassScope else scope
        name = node.name if isinstance(node, ast.FunctionDef) else "<lambda>"
        return Function(node, name, outer, self._invoke, {name: run(scope) for name, run in runs})

    def _signature(self, node: _Function) -> Signature:
        found = self._signatures.get(node)
        if found is None:
            found = self._signatures[node] = Signature(node.args)
        return found

    def made_by(self, node: ast.ClassDef, scope: Scope) -> Any:
        """A class of the program. Raises Unknown where it has bases that nobody knows, or keywords."""
        if any(one.arg != "metaclass" for one in node.keywords):
            raise Unknown
        if node not in self._classes:
            self._classes[node] = list(map(self.run_of, node.bases)), list(map(self.step_of, node.body))
        runs, body = self._classes[node]
        bases = [run(scope) for run in runs]
        inside = ClassScope(scope)
        for step in body:
            self._spend()
            step(inside)
        return made_kind(node, bases, {**inside.own, "__annotated__": annotated(node)}, self._spend)

    def _invoke(self, function: Function, given: tuple[object, ...], keywords: dict[str, object]) -> object:
        if self._depth >= _DEEPEST:
            self._budget.endless = True
            raise Unknown
        node, scope = function.node, Scope(function.outer)
        self._arguments(function, given, keywords, scope)
        body = self._bodies.get(node)
        if body is None:
            body = self._bodies[node] = self._body(node)
        run, giving, above = body
        if above and function.home is not None:
            owner = given[0] if given else None
            scope.own["super"] = partial(_above, function.home, owner)
        if giving is not None:
            stream = Stream(finished(giving(scope)))
            stream.spend = self._spend
            return stream
        self._depth += 1
        try:
            return run(scope) if node.__class__ is ast.Lambda else value_of(run(scope))
        finally:
            self._depth -= 1

    def _body(self, node: _Function) -> tuple[Step, Giving | None, bool]:
        if isinstance(node, ast.Lambda):
            return self.run_of(node.body), None, False
        above = self._looks_above and any(isinstance(one, ast.Name) and one.id == "super" for one in nodes_of(node))
        giving = self.giving_block(node.body) if self._gives and yields_in(node.body) else None
        return (self.block_of(node.body) if giving is None else _nothing), giving, above

    def _arguments(
        self, function: Function, given: tuple[object, ...], keywords: dict[str, object], scope: Scope
    ) -> None:
        wanted = self._signature(function.node)
        if wanted.plain and not keywords and len(given) == len(wanted.names):
            scope.own = dict(zip(wanted.names, given, strict=True))
            return
        values = wanted.bound(given, keywords)
        for name in wanted.names:
            if name not in values:
                if name not in function.defaults:
                    raise TypeError(f"{function.name}() missing required argument: '{name}'")
                values[name] = function.defaults[name]
        scope.own.update(values)


def _nothing(_: Scope) -> None:
    return None


def _above(home: Kind, owner: Any, *_: Any) -> Above:
    return Above(home, owner)


def _stepped(owner: Any, name: str, given: list[Any]) -> object:
    """What one step of an object comes to: a call, a property that is read, or one that is set."""
    if name.endswith("="):
        set_attribute(owner, name[:-1], given[0])
        return None
    value = attribute(owner, name)
    return plain(value(*given) if callable(value) else value)


def _read(owner: Any, name: str) -> object:
    """What a field of an object holds; the name of the error where it has none."""
    try:
        return plain(attribute(owner, name))
    except OF_PROGRAMS as error:
        return Failed(error_name(error))


def _ready(given: tuple[object, ...], scope: Scope) -> list[Any]:
    """Arguments of a program's own: trees and lists are made of its nodes."""
    found: list[Any] = []
    for one in given:
        if isinstance(one, Within):
            found.append(one.found_in(found[0] if found else None))
        else:
            found.append(one.made(scope) if isinstance(one, (Given, Probe)) else one)
    return found
