"""A small interpreter of pure Python functions: what they would return, without running any of their code.

It walks the syntax tree with values of its own making. There are no imports, files or attributes in it but the methods
listed here; steps, depth and sizes are limited. Whatever it does not know ends it: then nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from console.triage.imagined import (
    BINARY,
    BUILTINS,
    COMPARE,
    ERRORS,
    LARGEST,
    METHODS,
    OF_PROGRAMS,
    UNARY,
    Unknown,
    in_order,
    limited,
)

MOST_STEPS = 4_000
"""Steps of one call."""
MOST_IN_ALL = 30_000
"""Steps of one machine: about 50 ms."""
_DEEPEST = 24
_ORDERED = frozenset({"list", "tuple", "enumerate", "map", "filter", "zip", "reversed", "join", "extend"})
"""What puts things into an order; a set has none that two programs would share, so it gets one."""


class _Returned(BaseException):
    def __init__(self, value: object) -> None:
        self.value = value


class _Broke(BaseException):
    pass


class _Continued(BaseException):
    pass


class Machine:
    """The functions of one module, ready to be called with values."""

    def __init__(self, tree: ast.Module) -> None:
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self._constants = [node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))]
        self._left = 0
        self._in_all = MOST_IN_ALL
        self._depth = 0
        self._printed: list[str] = []

    def call(self, name: str, arguments: tuple[object, ...]) -> tuple[object, tuple[str, ...]]:
        """What the function returns, and what it prints. Raises the program's own error, or Unknown."""
        self._left, self._depth, self._printed = MOST_STEPS, 0, []
        names: dict[str, object] = {}
        for node in self._constants:
            self._statement(node, names)
        value = self._invoke(self._functions[name], arguments, {}, names)
        return value, tuple(self._printed)

    def _invoke(
        self,
        node: ast.FunctionDef | ast.Lambda,
        given: Iterable[object],
        keywords: Mapping[str, object],
        outer: Mapping[str, object],
    ) -> object:
        if self._depth >= _DEEPEST or node.args.vararg or node.args.kwarg or node.args.posonlyargs:
            raise Unknown
        names = dict(outer)
        parameters = [one.arg for one in node.args.args]
        defaults = dict(zip(parameters[::-1], node.args.defaults[::-1], strict=False))
        values = dict(zip(parameters, given, strict=False))
        values.update(keywords)
        for name in parameters:
            if name not in values:
                if name not in defaults:
                    raise TypeError(name)
                values[name] = self._value(defaults[name], names)
        names.update(values)
        self._depth += 1
        try:
            if isinstance(node, ast.Lambda):
                return self._value(node.body, names)
            self._block(node.body, names)
        except _Returned as returned:
            return returned.value
        except (_Broke, _Continued) as stray:
            raise Unknown from stray
        finally:
            self._depth -= 1
        return None

    # --- statements

    def _block(self, body: Iterable[ast.stmt], names: dict[str, object]) -> None:
        for node in body:
            self._statement(node, names)

    def _statement(self, node: ast.stmt, names: dict[str, object]) -> None:
        self._step()
        match node:
            case ast.Return():
                raise _Returned(self._value(node.value, names) if node.value else None)
            case ast.Expr():
                self._value(node.value, names)
            case ast.Assign():
                value = self._value(node.value, names)
                for target in node.targets:
                    self._bind(target, value, names)
            case ast.AnnAssign():
                if node.value is not None:
                    self._bind(node.target, self._value(node.value, names), names)
            case ast.AugAssign():
                before = self._value(_as_load(node.target), names)
                self._bind(node.target, self._binary(node.op, before, self._value(node.value, names)), names)
            case ast.If():
                self._block(node.body if self._value(node.test, names) else node.orelse, names)
            case ast.For() | ast.While():
                self._loop(node, names)
            case ast.Break():
                raise _Broke
            case ast.Continue():
                raise _Continued
            case ast.Pass():
                pass
            case ast.FunctionDef():
                names[node.name] = self._closure(node, names)
            case ast.Try():
                self._try(node, names)
            case ast.Raise():
                self._raise(node, names)
            case _:
                raise Unknown

    def _loop(self, node: ast.For | ast.While, names: dict[str, object]) -> None:
        for item in self._items(node.iter, names) if isinstance(node, ast.For) else self._while(node, names):
            if isinstance(node, ast.For):
                self._bind(node.target, item, names)
            try:
                self._block(node.body, names)
            except _Continued:
                continue
            except _Broke:
                return
        self._block(node.orelse, names)

    def _while(self, node: ast.While, names: dict[str, object]) -> Iterator[object]:
        while self._value(node.test, names):
            self._step()
            yield None

    def _items(self, node: ast.expr, names: dict[str, object]) -> list[object]:
        value = self._value(node, names)
        if not isinstance(value, (list, tuple, str, dict, set)):
            raise TypeError("not iterable")
        return in_order(value) if isinstance(value, set) else list(value)

    def _try(self, node: ast.Try, names: dict[str, object]) -> None:
        if node.finalbody:
            raise Unknown
        try:
            self._block(node.body, names)
        except OF_PROGRAMS as error:
            for handler in node.handlers:
                if handler.type is None or isinstance(error, self._error_types(handler.type)):
                    self._block(handler.body, names)
                    return
            raise
        self._block(node.orelse, names)

    def _error_types(self, node: ast.expr) -> tuple[type[Exception], ...]:
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        if not all(isinstance(part, ast.Name) and part.id in ERRORS for part in parts):
            raise Unknown
        return tuple(ERRORS[part.id] for part in parts if isinstance(part, ast.Name))

    def _raise(self, node: ast.Raise, names: dict[str, object]) -> None:
        wanted = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if not isinstance(wanted, ast.Name) or wanted.id not in ERRORS:
            raise Unknown
        raise ERRORS[wanted.id]

    def _bind(self, target: ast.expr, value: object, names: dict[str, object]) -> None:
        match target:
            case ast.Name():
                names[target.id] = value
            case ast.Tuple() | ast.List():
                parts = list(value) if isinstance(value, (list, tuple, str)) else []
                if len(parts) != len(target.elts):
                    raise ValueError("unpacking")
                for one, part in zip(target.elts, parts, strict=True):
                    self._bind(one, part, names)
            case ast.Subscript():
                holder: Any = self._value(target.value, names)
                if not isinstance(holder, (list, dict)) or isinstance(target.slice, ast.Slice):
                    raise Unknown
                holder[self._value(target.slice, names)] = value
                limited(holder)
            case _:
                raise Unknown

    # --- expressions

    def _step(self) -> None:
        self._left -= 1
        self._in_all -= 1
        if self._left <= 0 or self._in_all <= 0:
            raise Unknown

    def _value(self, node: ast.expr, names: dict[str, object]) -> Any:
        self._step()
        match node:
            case ast.Constant():
                return limited(node.value)
            case ast.Name():
                return self._named(node.id, names)
            case ast.BinOp():
                return self._binary(node.op, self._value(node.left, names), self._value(node.right, names))
            case ast.UnaryOp():
                return UNARY[type(node.op)](self._value(node.operand, names))
            case ast.BoolOp():
                return self._boolean(node, names)
            case ast.Compare():
                return self._compare(node, names)
            case ast.IfExp():
                return self._value(node.body if self._value(node.test, names) else node.orelse, names)
            case ast.Call():
                return limited(self._called(node, names))
            case ast.List() | ast.Tuple() | ast.Set():
                kind = {ast.List: list, ast.Tuple: tuple, ast.Set: set}[type(node)]
                return limited(kind([self._value(part, names) for part in node.elts]))
            case ast.Dict():
                if None in node.keys:
                    raise Unknown
                pairs = zip(node.keys, node.values, strict=True)
                return limited({self._value(key, names): self._value(value, names) for key, value in pairs if key})
            case ast.Subscript():
                return self._subscript(node, names)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return limited(self._comprehended(node, names))
            case ast.Lambda():
                return self._closure(node, names)
            case ast.JoinedStr():
                return limited("".join(self._part(part, names) for part in node.values))
            case _:
                raise Unknown

    def _named(self, name: str, names: Mapping[str, object]) -> object:
        if name in names:
            return names[name]
        if name in self._functions:
            return self._closure(self._functions[name], names)
        if name == "print":
            return self._print
        if name in BUILTINS:
            return BUILTINS[name]
        raise Unknown

    def _print(self, *values: object) -> None:
        self._printed.append(" ".join(map(str, values)))

    def _closure(self, node: ast.FunctionDef | ast.Lambda, names: Mapping[str, object]) -> Callable[..., object]:
        return lambda *given, **keywords: self._invoke(node, given, keywords, names)

    def _binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Pow):
            if not all(isinstance(side, (int, float)) for side in (left, right)) or abs(left) > 1e6 or abs(right) > 64:
                raise Unknown
            return limited(left**right)
        if type(op) not in BINARY or (isinstance(op, ast.Mod) and isinstance(left, str)):
            raise Unknown
        if isinstance(op, ast.Mult):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, (str, list, tuple)) and isinstance(other, int) and len(one) * other > LARGEST:
                    raise Unknown
        return limited(BINARY[type(op)](left, right))

    def _boolean(self, node: ast.BoolOp, names: dict[str, object]) -> object:
        value: object = None
        for part in node.values:
            value = self._value(part, names)
            if bool(value) != isinstance(node.op, ast.And):
                return value
        return value

    def _compare(self, node: ast.Compare, names: dict[str, object]) -> bool:
        left = self._value(node.left, names)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self._value(part, names)
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _called(self, node: ast.Call, names: dict[str, object]) -> object:
        given = [self._value(part, names) for part in node.args]
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _ORDERED:
            given = [in_order(one) if isinstance(one, set) else one for one in given]
        if any(one.arg is None for one in node.keywords):
            raise Unknown
        keywords = {one.arg: self._value(one.value, names) for one in node.keywords if one.arg}
        if isinstance(node.func, ast.Attribute):
            holder = self._value(node.func.value, names)
            if node.func.attr not in METHODS.get(type(holder), ()):
                raise Unknown
            result = getattr(holder, node.func.attr)(*given, **keywords)
            limited(holder)
            return list(result) if type(result).__name__ in ("dict_items", "dict_keys", "dict_values") else result
        function = self._value(node.func, names)
        if not callable(function):
            raise TypeError("not callable")
        return function(*given, **keywords)

    def _subscript(self, node: ast.Subscript, names: dict[str, object]) -> object:
        holder = self._value(node.value, names)
        if not isinstance(holder, (list, tuple, str, dict)):
            raise TypeError("not subscriptable")
        if isinstance(node.slice, ast.Slice):
            if isinstance(holder, dict):
                raise TypeError("slice")
            parts = (node.slice.lower, node.slice.upper, node.slice.step)
            first, last, step = (self._value(part, names) if part else None for part in parts)
            return holder[slice(first, last, step)]
        return holder[self._value(node.slice, names)]

    def _comprehended(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, names: Mapping[str, object]
    ) -> object:
        inner = dict(names)
        rounds = self._rounds(node.generators, inner)
        if isinstance(node, ast.DictComp):
            return {self._value(node.key, inner): self._value(node.value, inner) for _ in rounds}
        values = [self._value(node.elt, inner) for _ in rounds]
        return set(values) if isinstance(node, ast.SetComp) else values

    def _rounds(self, generators: list[ast.comprehension], names: dict[str, object]) -> Iterator[None]:
        if not generators:
            yield
            return
        first, *rest = generators
        for item in self._items(first.iter, names):
            self._bind(first.target, item, names)
            if all(self._value(test, names) for test in first.ifs):
                yield from self._rounds(rest, names)

    def _part(self, node: ast.expr, names: dict[str, object]) -> str:
        if isinstance(node, ast.FormattedValue) and node.format_spec is None and node.conversion == -1:
            return str(self._value(node.value, names))
        return str(self._value(node, names)) if isinstance(node, ast.Constant) else _unknown()


def _as_load(target: ast.expr) -> ast.expr:
    if not isinstance(target, (ast.Name, ast.Subscript)):
        raise Unknown
    return target


def _unknown() -> str:
    raise Unknown
