"""What stands behind the dot in an imagined program: members of its own objects, listed ones of all others."""

from __future__ import annotations

from functools import partial
from typing import Any

from console.triage.imagining.library import bound, static
from console.triage.imagining.objects import Above, Function, Instance, Kind, Marked, Record
from console.triage.imagining.scopes import Module
from console.triage.imagining.values import FIELDS, METHODS, PLAIN, Own, Unknown

_NEW = ("__init__", "__init_subclass__", "__post_init__")


def attribute(holder: Any, name: str) -> Any:
    """`holder.name`. Raises AttributeError where the program's own object has none, Unknown where nobody can tell."""
    if isinstance(holder, Instance):
        return _of_instance(holder, name)
    if isinstance(holder, Module):
        if name not in holder.members:
            raise Unknown
        return holder.members[name]
    kind = type(holder)
    if name in METHODS.get(kind, ()):
        return lambda *given, **keywords: bound(holder, name, *given, **keywords)
    if name in FIELDS.get(kind, ()):
        return getattr(holder, name)
    if isinstance(holder, Own):
        return _of_own(holder, name)
    if isinstance(holder, Record):
        return _of_record(holder, name)
    if isinstance(holder, Exception) and name == "args":
        return holder.args
    found = static(holder, name)
    if found is None:
        if (kind in METHODS or kind in PLAIN) and not name.startswith("__") and not hasattr(holder, name):
            raise AttributeError(f"'{kind.__name__}' object has no attribute '{name}'")
        raise Unknown
    return found


def _of_instance(holder: Instance, name: str) -> Any:
    if name in holder.fields:
        return holder.fields[name]
    if name == "__class__":
        return holder.kind
    if name == "__dict__":
        return dict(holder.fields)
    found = holder.kind.find(name)
    if found is not None or any(name in kind.members for kind in holder.kind.line):
        return _bound_to(found, holder)
    if holder.kind.error is not None and name in ("with_traceback", "add_note", "__cause__", "__traceback__"):
        raise Unknown
    otherwise = holder.kind.find("__getattr__")
    if otherwise is not None:
        return otherwise(holder, name)
    raise AttributeError(f"'{holder.kind.name}' object has no attribute '{name}'")


def _bound_to(member: Any, holder: Instance) -> Any:
    if isinstance(member, Function):
        return partial(member, holder)
    if isinstance(member, Marked):
        if member.how == "property":
            return member.function(holder)
        if member.how == "class":
            return partial(member.function, holder.kind)
        return member.function if member.how == "static" else partial(member.function, holder)
    return member


def _of_own(holder: Own, name: str) -> Any:
    if isinstance(holder, Kind):
        return _of_kind(holder, name)
    if isinstance(holder, Above):
        return _of_above(holder, name)
    if isinstance(holder, Function):
        if name in ("__name__", "__qualname__"):
            return holder.name
        if name == "cache_clear" and holder.kept is not None:
            return holder.kept.clear
        if name in holder.fields:
            return holder.fields[name]
        raise Unknown if name.startswith("__") else AttributeError(name)
    if isinstance(holder, Marked) and name in ("setter", "getter", "deleter"):
        return lambda function: Marked("property", holder.function, function if name == "setter" else holder.setter)
    raise Unknown


def _of_kind(holder: Kind, name: str) -> Any:
    if name == "__name__":
        return holder.name
    found = holder.find(name)
    if isinstance(found, Marked):
        return partial(found.function, holder) if found.how == "class" else found.function
    if found is not None or any(name in kind.members for kind in holder.line):
        return found
    if name.startswith("__"):
        raise Unknown
    raise AttributeError(f"type object '{holder.name}' has no attribute '{name}'")


def _of_above(holder: Above, name: str) -> Any:
    owner = holder.owner
    if isinstance(owner, Kind):
        found = owner.find(name, holder.home)
        return partial(found.function if isinstance(found, Marked) else found, owner) if found else _missing(name)
    found = owner.kind.find(name, holder.home)
    if found is not None:
        return _bound_to(found, owner)
    if name == "__init__" and owner.kind.error is not None:
        return lambda *given: owner.fields.__setitem__("args", given)
    if name in _NEW:
        return lambda *given, **keywords: _nothing(given, keywords)
    if name == "__str__" and owner.kind.error is not None:
        return lambda: str(owner.kind.error(*owner.fields["args"]))
    if name == "__eq__":
        return lambda other: owner is other
    if name == "__setattr__":
        return lambda key, value: owner.fields.__setitem__(key, value)
    return _missing(name)


def _missing(name: str) -> Any:
    raise Unknown if name.startswith("__") else AttributeError(name)


def _nothing(given: tuple[Any, ...], keywords: dict[str, Any]) -> None:
    if given or keywords:
        raise TypeError("object.__init__() takes exactly one argument")


def _of_record(holder: Record, name: str) -> Any:
    if name in holder.names:
        return holder[holder.names.index(name)]
    if name == "_asdict":
        return lambda: dict(zip(holder.names, holder, strict=True))
    if name == "_replace":
        return lambda **new: type(holder)(
            [new.get(key, value) for key, value in zip(holder.names, holder, strict=True)]
        )
    if name in METHODS[tuple]:
        return lambda *given: bound(tuple(holder), name, *given)
    raise Unknown


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """`owner.name = value`. Raises AttributeError for what is frozen, Unknown for what is no object of the program."""
    if isinstance(owner, Instance):
        member = owner.kind.find(name)
        if owner.kind.frozen or (isinstance(member, Marked) and member.how == "property" and member.setter is None):
            raise AttributeError(f"can't set attribute '{name}'")
        if owner.kind.find("__setattr__") is not None:
            owner.kind.find("__setattr__")(owner, name, value)
        elif isinstance(member, Marked) and member.how == "property":
            member.setter(owner, value)
        else:
            owner.fields[name] = value
    elif isinstance(owner, Kind):
        owner.members[name] = value
    elif isinstance(owner, Function):
        owner.fields[name] = value
    else:
        raise Unknown


def get_attribute(owner: Any, name: str, *default: Any) -> Any:
    """`getattr`, of the program's own objects."""
    if not isinstance(owner, (Instance, Kind)) or not isinstance(name, str):
        raise Unknown
    try:
        return attribute(owner, name)
    except AttributeError:
        if default:
            return default[0]
        raise


def has_attribute(owner: Any, name: str) -> bool:
    """`hasattr`, of the program's own objects and of what they hold."""
    if not isinstance(owner, (Instance, Kind)):
        if name in ("__iter__", "__len__", "__getitem__") and not isinstance(owner, Own):
            return hasattr(owner, name)
        raise Unknown
    try:
        attribute(owner, name)
    except AttributeError:
        return False
    return True
