"""Frozen records that cost a start next to nothing: their methods are written when they are first needed.

`@record` means what `@dataclass(frozen=True, slots=True)` means. That one writes and compiles six methods for every
class while its module is imported, whether or not a record is ever made: 0.5 ms each, an eighth of the time to the
console's first frame. Here two are, `__init__` and `__eq__`, each when it is called first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[Made]) -> type[Made]:
    """A class with one slot for each annotation, equal by value, hashable, and not to be changed.

    `replace`, `fields` and `asdict` of `dataclasses`, `match`, `copy` and `pickle` work on it. A default may be
    `field(default_factory=...)`; what else `field` can do, `__post_init__` and inheritance are left to `dataclass`.
    """
    names = tuple(cls.__annotations__)
    body = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    defaults = {name: body.pop(name) for name in names if name in body}
    kind: Any = type(cls)
    made: Any = kind(cls.__name__, cls.__bases__, _methods(names) | body | _fixed(names, defaults))
    made.__qualname__ = cls.__qualname__

    def initialise(self: object, /, *given: object, **named: object) -> None:
        made.__init__ = _initialiser(made, names, defaults)
        made.__init__(self, *given, **named)

    def equal(self: object, other: object) -> bool:
        made.__eq__ = equality = _equality(names)
        return equality(self, other)

    made.__init__ = initialise
    made.__eq__ = body.get("__eq__", equal)
    return made  # type: ignore[no-any-return]


def _methods(names: tuple[str, ...]) -> dict[str, Any]:
    """What a class may say otherwise."""
    values: Callable[[object], object] = attrgetter(*names) if names else type

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__hash__": hashed, "__repr__": _shown}


def _fixed(names: tuple[str, ...], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "__slots__": names,
        "__match_args__": names,
        "__dataclass_fields__": _Fields(defaults),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": _state,
        "__setstate__": _restore,
    }


def _initialiser(cls: Any, names: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., None]:
    """`__init__` with one parameter for each name. A slot is set through its descriptor, which refuses nothing."""
    known: dict[str, Any] = {f"_set_{name}": cls.__dict__[name].__set__ for name in names}
    parameters, lines = [], []
    for name in names:
        value, parameter = name, name
        if name in defaults:
            default, parameter = defaults[name], f"{name}=_{name}"
            known[f"_{name}"] = default
            if isinstance(default, dataclasses.Field):
                known[f"_make_{name}"] = default.default_factory
                value = f"_make_{name}() if {name} is _{name} else {name}"
        parameters.append(parameter)
        lines.append(f"    _set_{name}(self, {value})")
    return _compiled("__init__", f"{cls.__qualname__}.__init__", ["self", *parameters], lines or ["    pass"], known)


def _equality(names: tuple[str, ...]) -> Callable[[object, object], bool]:
    """`__eq__` of tuples, which take what is identical for equal."""
    mine, others = ("".join(f"{of}.{name}, " for name in names) for of in ("self", "other"))
    line = f"    return ({mine}) == ({others}) if other.__class__ is self.__class__ else NotImplemented"
    return _compiled("__eq__", "__eq__", ["self", "other"], [line], {})


def _compiled(
    name: str, full_name: str, parameters: Sequence[str], lines: Sequence[str], known: dict[str, Any]
) -> Callable[..., Any]:
    exec("\n".join((f"def {name}({', '.join(parameters)}):", *lines)), known)  # noqa: S102 - names of our own classes
    made: Callable[..., Any] = known[name]
    made.__qualname__ = full_name
    return made


class _Fields:
    """What `dataclasses` asks a record for, made when it asks."""

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self._defaults = defaults

    def __get__(self, instance: object, owner: Any) -> dict[str, dataclasses.Field[Any]]:
        like: Any = type(owner.__name__, (), {"__annotations__": owner.__annotations__, **self._defaults})
        made = dataclasses.dataclass(init=False, repr=False, eq=False)(like)
        owner.__dataclass_fields__ = made.__dataclass_fields__
        return owner.__dataclass_fields__  # type: ignore[no-any-return]


def _refuse(self: object, name: str, *_value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")


def _shown(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({values})"


def _state(self: Any) -> list[object]:
    return [getattr(self, name) for name in self.__match_args__]


def _restore(self: Any, values: list[object]) -> None:
    for name, value in zip(self.__match_args__, values, strict=True):
        object.__setattr__(self, name, value)
