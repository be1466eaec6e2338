"""How an imagined program defines its classes: data classes, enumerations, errors, and what decorates them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from console.triage.imagining.objects import Field, Function, Instance, Kind, Marked, Members, Record
from console.triage.imagining.values import Own, Unknown, limited, listed

_PLAIN_BASES = frozenset({"object", "ABC", "Generic", "Protocol"})
_OPTIONS = frozenset({"Enum", "IntEnum", "StrEnum", "Flag"})
_MARKS: Mapping[str, str] = {
    "property": "property", "cached_property": "property", "classmethod": "class", "staticmethod": "static",
    "abstractmethod": "abstract",
}  # fmt: skip


class Base(Own):
    """A class of the library from which one of the program may be made: it does nothing by itself."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, _: object) -> Base:
        return self

    def __call__(self) -> Own:
        """`object()`: something that is like nothing else. Raises Unknown for other classes."""
        if self.name != "object":
            raise Unknown
        return Own()


BASES: Mapping[str, Base] = {name: Base(name) for name in (*_PLAIN_BASES, *_OPTIONS, "NamedTuple")}


def made_kind(node: ast.ClassDef, bases: Sequence[Any], members: Members, spend: Callable[[], None]) -> Any:
    """The class that a statement makes. Raises Unknown for bases that nobody knows."""
    names = {base.name for base in bases if isinstance(base, Base)}
    if "NamedTuple" in names:
        return _named_tuple(node, members)
    kind = Kind(node.name, [base for base in bases if isinstance(base, Kind)], members, spend)
    for base in bases:
        if isinstance(base, type) and issubclass(base, Exception):
            kind.error = base
        elif not isinstance(base, (Kind, Base)):
            raise Unknown
    for member in members.values():
        function = member.function if isinstance(member, Marked) else member
        if isinstance(function, Function) and function.home is None:
            function.home = kind
            if isinstance(member, Marked) and isinstance(member.setter, Function):
                member.setter.home = kind
    if names & _OPTIONS:
        _list_options(kind, names)
    return kind


def _list_options(kind: Kind, names: set[str]) -> None:
    kind.options = []
    for name, value in list(kind.members.items()):
        if name.startswith("_") or isinstance(value, (Function, Marked)):
            continue
        one = Instance(kind)
        counted = len(kind.options) + 1
        one.fields = {"name": name, "value": counted if value is AUTO else value}
        kind.members[name] = one
        kind.options.append(one)
    if "IntEnum" in names or "StrEnum" in names:
        kind.members["__eq__"] = lambda self, other: _plain(self) == _plain(other)
        kind.members["__hash__"] = lambda self: hash(_plain(self))
        kind.members["__lt__"] = lambda self, other: _plain(self) < _plain(other)
        kind.members["__gt__"] = lambda self, other: _plain(self) > _plain(other)
        kind.members.setdefault("__int__", lambda self: int(_plain(self)))
    kind.members.setdefault("__repr__", lambda self: f"<{kind.name}.{self.fields['name']}>")
    kind.members.setdefault("__str__", lambda self: f"{kind.name}.{self.fields['name']}")


def _plain(one: Any) -> Any:
    return one.fields["value"] if isinstance(one, Instance) else one


AUTO = Base("auto")


def record_kind(name: str, fields: Any, defaults: Sequence[Any] = ()) -> Callable[..., Any]:
    """`namedtuple(name, fields)`: what makes such tuples."""
    names = tuple(fields.replace(",", " ").split()) if isinstance(fields, str) else tuple(listed(fields))
    if not all(isinstance(one, str) and one.isidentifier() and not one.startswith("_") for one in (name, *names)):
        raise ValueError("names")
    made = type(name, (Record,), {"names": names, "kind": name, "__slots__": ()})

    def make(*given: Any, **keywords: Any) -> Any:
        values = _by_name(names, given, keywords, dict(zip(names[::-1], list(defaults)[::-1], strict=False)))
        return made([values[one] for one in names])

    return make


def _by_name(names: Sequence[str], given: Sequence[Any], keywords: Members, defaults: Members) -> Members:
    if len(given) > len(names) or not set(keywords) <= set(names[len(given) :]):
        raise TypeError("arguments")
    values = {**defaults, **dict(zip(names, given, strict=False)), **keywords}
    if len(values) < len(names):
        raise TypeError("missing arguments")
    return values


def _named_tuple(node: ast.ClassDef, members: Members) -> Any:
    names = annotated(node)
    if any(isinstance(one, (Function, Marked)) for one in members.values()):
        raise Unknown  # a named tuple with methods
    return record_kind(node.name, names, [members[name] for name in names if name in members])


def annotated(node: ast.ClassDef) -> list[str]:
    """The names that a class only annotates, or gives a value at once."""
    return [
        part.target.id
        for part in node.body
        if isinstance(part, ast.AnnAssign)
        and isinstance(part.target, ast.Name)
        and "ClassVar" not in ast.unparse(part.annotation)
    ]


def as_data(kind: Kind, names: list[str], **said: Any) -> Kind:
    """`@dataclass`: what makes, shows and compares its objects by their fields, in the order of `names`."""
    above = [one for base in kind.line[:0:-1] for one in base.members.get("__fields__", ())]
    names = list(dict.fromkeys([*above, *names]))
    kind.members["__fields__"] = names
    kind.members["__init__"] = kind.members.get("__init__") or (lambda *given, **more: _fill(kind, names, given, more))
    kind.members.setdefault("__repr__", lambda self: _shown(self, names))
    if said.get("eq", True):
        kind.members.setdefault("__eq__", lambda one, other: _as_tuples(one, other, names, lambda a, b: a == b))
    if said.get("order"):
        kind.members["__lt__"] = lambda one, other: _as_tuples(one, other, names, lambda a, b: a < b)
        kind.members["__le__"] = lambda one, other: _as_tuples(one, other, names, lambda a, b: a <= b)
        kind.members["__gt__"] = lambda one, other: _as_tuples(one, other, names, lambda a, b: a > b)
        kind.members["__ge__"] = lambda one, other: _as_tuples(one, other, names, lambda a, b: a >= b)
    if said.get("frozen") or said.get("unsafe_hash"):
        kind.members.setdefault("__hash__", lambda self: hash(_values(self, names)))
        kind.frozen = bool(said.get("frozen"))
    return kind


def _fill(kind: Kind, names: list[str], given: tuple[Any, ...], keywords: Members) -> None:
    made, given = given[0], given[1:]
    defaults: Members = {}
    for name in names:
        told = kind.find(name)
        if isinstance(told, Field):
            if told.factory is not None and name not in keywords:
                defaults[name] = told.factory()
            elif told.default is not Field:
                defaults[name] = told.default
        elif told is not None or any(name in one.members for one in kind.line):
            defaults[name] = told
    made.fields.update(_by_name(names, given, keywords, defaults))
    after = made.kind.find("__post_init__")
    if after is not None:
        after(made)


def _values(one: Instance, names: list[str]) -> tuple[Any, ...]:
    return tuple(one.fields.get(name) for name in names)


def _shown(one: Instance, names: list[str]) -> str:
    shown = ", ".join(f"{name}={one.fields.get(name)!r}" for name in names)
    return str(limited(f"{one.kind.name}({shown})"))


def _as_tuples(one: Instance, other: Any, names: list[str], test: Callable[[Any, Any], bool]) -> Any:
    if not isinstance(other, Instance) or other.kind is not one.kind:
        return NotImplemented
    return test(_values(one, names), _values(other, names))


def ordered_totally(kind: Kind) -> Kind:
    """`@total_ordering`: the comparisons that follow from `<`, or from `>`."""
    less, more = kind.find("__lt__"), kind.find("__gt__")
    if less is None and more is None:
        raise Unknown
    below = less or (lambda one, other: not (more(one, other) or one == other))
    for name, test in (
        ("__lt__", below),
        ("__le__", lambda one, other: bool(below(one, other)) or one == other),
        ("__gt__", lambda one, other: not (below(one, other) or one == other)),
        ("__ge__", lambda one, other: not below(one, other)),
    ):
        if kind.find(name) is None:
            kind.members[name] = test
    return kind


def marked(how: str) -> Callable[[Any], Any]:
    """The decorator of that name, which makes a function a member of another kind."""

    def decorate(function: Any) -> Any:
        if how == "abstractmethod" and isinstance(function, Marked):
            return function
        if isinstance(function, Marked) and function.how == "abstract":
            function = function.function
        return Marked(_MARKS[how], function)

    return decorate


MARKS: Mapping[str, Callable[[Any], Any]] = {name: marked(name) for name in _MARKS}
