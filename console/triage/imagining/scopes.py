"""Where the names of an imagined program live: each call has its own and sees those around it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from console.triage.imagining.values import Own, Unknown


class Scope:
    """The names of one call or module, and the scope around it."""

    __slots__ = ("_elsewhere", "outer", "own")

    def __init__(self, outer: Scope | None = None) -> None:
        self.own: dict[str, object] = {}
        self.outer = outer
        self._elsewhere: dict[str, bool] = {}

    def get(self, name: str) -> object:
        """The value of a name. Raises KeyError where it has none."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.own:
                return scope.own[name]
            scope = scope.outer
        raise KeyError(name)

    def set(self, name: str, value: object) -> None:
        """Gives a name a value, here or where it was declared to live."""
        (self._home(name) if name in self._elsewhere else self).own[name] = value

    def declare_elsewhere(self, names: list[str], all_the_way: bool = False) -> None:
        """The names of `nonlocal` and, `all_the_way`, of `global`."""
        self._elsewhere.update(dict.fromkeys(names, all_the_way))

    def _home(self, name: str) -> Scope:
        scope, last = self.outer, self._elsewhere[name]
        while scope is not None:
            if scope.outer is None or (name in scope.own and not last):
                return scope
            scope = scope.outer
        raise Unknown


class Signature:
    """The parameters of a function. `plain`: all have a place, none takes what is left over."""

    __slots__ = ("_kwarg", "_positional", "_vararg", "defaults", "names", "plain")

    def __init__(self, wanted: ast.arguments) -> None:
        self._positional = [one.arg for one in (*wanted.posonlyargs, *wanted.args)]
        self.names = self._positional + [one.arg for one in wanted.kwonlyargs]
        self._vararg = wanted.vararg.arg if wanted.vararg is not None else ""
        self._kwarg = wanted.kwarg.arg if wanted.kwarg is not None else ""
        self.plain = not (wanted.kwonlyargs or self._vararg or self._kwarg)
        self.defaults: dict[str, ast.expr] = dict(zip(self._positional[::-1], wanted.defaults[::-1], strict=False))
        keyed = zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True)
        self.defaults.update({one.arg: value for one, value in keyed if value is not None})

    def bound(self, given: tuple[object, ...], keywords: dict[str, object]) -> dict[str, object]:
        """Arguments by their names, without defaults. Raises TypeError where there are too many."""
        values: dict[str, object] = dict(zip(self._positional, given, strict=False))
        if len(given) > len(values) and not self._vararg:
            raise TypeError("too many arguments")
        if self._vararg:
            values[self._vararg] = tuple(given[len(values) :])
        more = {name: value for name, value in keywords.items() if name not in self.names}
        if more and not self._kwarg:
            raise TypeError("unexpected argument")
        if self._kwarg:
            values[self._kwarg] = more
        values.update({name: value for name, value in keywords.items() if name in self.names})
        return values


class Inner(Scope):
    """The names of a comprehension: what is named inside of it with `:=` lives around it."""

    __slots__ = ()


class ClassScope(Scope):
    """The names in the body of a class: the functions defined there do not see them."""

    __slots__ = ()


class Module(Own):
    """An imported module of the library, or a pattern made with `re.compile`: functions by their names."""

    __slots__ = ("members",)

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.members = members
