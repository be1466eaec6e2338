"""The classes, objects and functions of an imagined program, as values that Python's own operators work on.

An object has every special method; each looks for the one that the program defines, and takes a step. Nothing of them
can be reached by a program but by the names it gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from console.triage.imagining.values import Own, Unknown, limited, listed, walked

Members = dict[str, Any]
_UNHASHED = "unhashable"


class Function(Own):
    """A function of the program. `home` is the class in which it was defined, `kept` what it gave by its arguments."""

    __slots__ = ("defaults", "fields", "home", "invoke", "kept", "name", "node", "outer")

    def __init__(self, node: Any, name: str, outer: Any, invoke: Callable[..., Any], defaults: Mapping[str, Any]):
        self.node, self.name, self.outer = node, name, outer
        self.invoke, self.defaults = invoke, defaults
        self.home: Kind | None = None
        self.kept: dict[Any, Any] | None = None
        self.fields: Members = {}

    def __call__(self, *given: Any, **keywords: Any) -> Any:
        """What it returns. Raises the program's own error, or Unknown."""
        if self.kept is None:
            return self.invoke(self, given, keywords)
        key = (given, tuple(keywords.items()))
        if key not in self.kept:
            self.kept[key] = self.invoke(self, given, keywords)
        return self.kept[key]


class Marked(Own):
    """A member of a class that is no plain method: a property, a method of the class, or one of nothing."""

    __slots__ = ("function", "how", "setter")

    def __init__(self, how: str, function: Any, setter: Any = None) -> None:
        self.how, self.function, self.setter = how, function, setter


class Field(Own):
    """`field(default=…, default_factory=…)` of a data class."""

    __slots__ = ("default", "factory")

    def __init__(self, **said: Any) -> None:
        self.default = said.get("default", Field)
        self.factory = said.get("default_factory")


class Kind(Own):
    """A class of the program: its members, the classes it is made from, and the built-in error among those."""

    __slots__ = ("error", "frozen", "line", "members", "name", "options", "spend")

    def __init__(self, name: str, bases: Sequence[Kind], members: Members, spend: Callable[[], None]) -> None:
        self.name, self.members, self.spend = name, members, spend
        self.error: type[Exception] | None = next((one.error for one in bases if one.error is not None), None)
        self.line: list[Kind] = [self]
        above = [kind for base in bases for kind in base.line]
        self.line += [kind for at, kind in enumerate(above) if kind not in above[at + 1 :]]
        self.options: list[Instance] | None = None
        self.frozen = False

    def find(self, name: str, after: Kind | None = None) -> Any:
        """A member by its name, of the classes `after` one where that is given; None where there is none."""
        line = self.line if after is None else self.line[self.line.index(after) + 1 :]
        for kind in line:
            if name in kind.members:
                return kind.members[name]
        return None

    def __call__(self, *given: Any, **keywords: Any) -> Any:
        """A new object. Raises the program's own error, or Unknown."""
        self.spend()
        if self.options is not None:
            return self._option(*given)
        missing = [name for name in self._abstract() if getattr(self.find(name), "how", "") == "abstract"]
        if missing:
            raise TypeError(f"Can't instantiate abstract class {self.name}")
        made = Instance(self)
        if self.error is not None:
            made.fields["args"] = given
        start = self.find("__init__")
        if start is not None:
            start(made, *given, **keywords)
        elif (given or keywords) and self.error is None:
            raise TypeError(f"{self.name}() takes no arguments")
        return made

    def _abstract(self) -> set[str]:
        return {
            name for kind in self.line for name, one in kind.members.items() if getattr(one, "how", "") == "abstract"
        }

    def _option(self, value: Any) -> Instance:
        for one in self.options or ():
            if one.fields["value"] == value:
                return one
        raise ValueError(f"{value!r} is not a valid {self.name}")

    def __iter__(self) -> Any:
        if self.options is None:
            raise TypeError("not iterable")
        return iter(self.options)

    def __len__(self) -> int:
        return len(listed(self))

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        for one in self.options or ():
            if one.fields["name"] == name:
                return one
        raise KeyError(name)

    def __repr__(self) -> str:
        return f"<class '{self.name}'>"


class Instance(Own):
    """An object of a class of the program: its fields, and its class."""

    __slots__ = ("fields", "kind")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.fields: Members = {}

    def __copy__(self) -> Instance:
        found = Instance(self.kind)
        found.fields = dict(self.fields)
        return found

    def does(self, name: str) -> Callable[..., Any] | None:
        """A special method of its class, bound; None where the program defines none."""
        self.kind.spend()
        found = self.kind.find(name)
        return None if found is None else partial(found, self)

    def __repr__(self) -> str:
        shows = self.does("__repr__")
        return _text(shows()) if shows is not None else _of_error(self) or f"<{self.kind.name} object>"

    def __str__(self) -> str:
        shows = self.does("__str__")
        if shows is not None:
            return _text(shows())
        if self.kind.error is not None and self.does("__repr__") is None:
            return str(self.kind.error(*self.fields["args"]))
        return repr(self)

    def __format__(self, spec: str) -> str:
        shows = self.does("__format__")
        return str(self) if shows is None else _text(shows(spec))

    def __bool__(self) -> bool:
        for name in ("__bool__", "__len__"):
            says = self.does(name)
            if says is not None:
                return bool(says())
        return True

    def __eq__(self, other: object) -> bool:
        says = self.does("__eq__")
        return self is other if says is None else says(other)

    def __hash__(self) -> int:
        says = self.does("__hash__")
        if says is None:
            if self.does("__eq__") is not None:
                raise TypeError(_UNHASHED)
            return id(self) >> 4
        return int(says())

    def __iter__(self) -> Any:
        gives = self.does("__iter__")
        if gives is not None:
            found = gives()
            return found if isinstance(found, Instance) else iter(walked(found))
        if self.does("__getitem__") is None:
            raise TypeError("not iterable")
        raise Unknown

    def __next__(self) -> Any:
        gives = self.does("__next__")
        if gives is None:
            raise TypeError("not an iterator")
        return gives()

    def __contains__(self, item: object) -> bool:
        says = self.does("__contains__")
        return bool(says(item)) if says is not None else any(one is item or one == item for one in self)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return limited(value)  # type: ignore[no-any-return]


def _of_error(one: Instance) -> str:
    if one.kind.error is None:
        return ""
    return f"{one.kind.name}({', '.join(map(repr, one.fields['args']))})"


def _binary(name: str) -> Callable[[Instance, Any], Any]:
    def apply(self: Instance, other: Any) -> Any:
        found = self.does(name)
        return NotImplemented if found is None else limited(found(other))

    return apply


def _other(name: str) -> Callable[..., Any]:
    def apply(self: Instance, *given: Any) -> Any:
        found = self.does(name)
        if found is None:
            raise TypeError(f"{self.kind.name} has no {name}")
        return limited(found(*given))

    return apply


_OPERATORS = "add sub mul truediv floordiv mod pow and or xor lshift rshift matmul"
for _name in _OPERATORS.split():
    for _whole in (f"__{_name}__", f"__r{_name}__"):
        setattr(Instance, _whole, _binary(_whole))
for _whole in ("__lt__", "__le__", "__gt__", "__ge__"):
    setattr(Instance, _whole, _binary(_whole))
for _name in [
    "len",
    "getitem",
    "setitem",
    "delitem",
    "neg",
    "pos",
    "abs",
    "invert",
    "int",
    "float",
    "round",
    "index",
    "reversed",
]:
    setattr(Instance, f"__{_name}__", _other(f"__{_name}__"))


class Raised(Exception):
    """An error of a class of the program, under way."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance)
        self.instance = instance

    def __str__(self) -> str:
        return str(self.instance)


def error_name(error: BaseException) -> str:
    """The name of the class of an error, one of the program's own included."""
    return error.instance.kind.name if isinstance(error, Raised) else type(error).__name__


def is_one(value: object, kind: object) -> bool:
    """Whether a value is one of a class: one of the program's, or a built-in one."""
    if isinstance(value, Raised):
        value = value.instance
    if isinstance(kind, Kind):
        return isinstance(value, Instance) and kind in value.kind.line
    if isinstance(value, Instance) and isinstance(kind, type) and issubclass(kind, Exception):
        return value.kind.error is not None and issubclass(value.kind.error, kind)
    return isinstance(kind, type) and not isinstance(value, Own) and isinstance(value, kind)


class Above(Own):
    """`super()`: the members of the classes after `home`, for an object or a class."""

    __slots__ = ("home", "owner")

    def __init__(self, home: Kind, owner: Any) -> None:
        self.home, self.owner = home, owner


class Record(tuple):  # type: ignore[type-arg]
    """A named tuple: its names, beside what a tuple is."""

    names: tuple[str, ...] = ()
    kind = ""
    __slots__ = ()

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={value!r}' for name, value in zip(self.names, self, strict=True))})"
