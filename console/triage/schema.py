"""A JSON value against a JSON schema: the keywords that schemas of model answers use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_DEEPEST = 40
_MOST = 5
_LONGEST_FOR_PATTERN = 1_000
"""A pattern is tried on texts up to this length: patterns of a case may take exponential time on hostile ones."""
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int, float),
}


def violations(value: object, schema: object) -> list[str]:
    """What in `value` breaks `schema`, at most five, each with its place. Unknown keywords are not looked at."""
    found = []
    for text in _check(value, schema, schema, "", 0):
        found.append(text)
        if len(found) == _MOST:
            break
    return found


def _check(value: object, schema: object, root: object, path: str, depth: int) -> Iterator[str]:
    if schema is False:
        yield f"{path or 'the value'} is not allowed"
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return
    if isinstance(ref := schema.get("$ref"), str):
        yield from _check(value, _resolved(ref, root), root, path, depth + 1)
    where = path or "the value"
    if not _is_type(value, schema.get("type")):
        yield f"{where} is not of type {_words(schema.get('type'))}"
        return
    if isinstance(allowed := schema.get("enum"), list) and value not in allowed:
        yield f"{where} is none of {_words(allowed)}"
    if "const" in schema and value != schema["const"]:
        yield f"{where} is not {schema['const']!r}"
    yield from _of_choices(value, schema, root, path, depth)
    if isinstance(value, Mapping):
        yield from _of_object(value, schema, root, path, depth)
    elif isinstance(value, list):
        yield from _of_array(value, schema, root, path, depth)
    elif isinstance(value, str):
        yield from _of_string(value, schema, where)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _of_number(value, schema, where)


def _resolved(ref: str, root: object) -> object:
    found = root
    for part in ref.removeprefix("#").strip("/").split("/"):
        if part:
            found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _is_type(value: object, wanted: object) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, Sequence) else []
    if not names:
        return True
    for name in names:
        if isinstance(value, bool) and name in ("number", "integer"):
            continue
        if isinstance(value, _TYPES.get(str(name), ())) and (name != "integer" or _is_whole(value)):
            return True
    return False


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _number(value: float) -> str:
    """A number as it is read; integers too large for a float are written out."""
    return str(value) if isinstance(value, int) else f"{value:g}"


def _of_choices(value: object, schema: Mapping[str, object], root: object, path: str, depth: int) -> Iterator[str]:
    where = path or "the value"
    for part in _list(schema.get("allOf")):
        yield from _check(value, part, root, path, depth + 1)
    for name in ("anyOf", "oneOf"):
        parts = _list(schema.get(name))
        fit = sum(not any(_check(value, part, root, path, depth + 1)) for part in parts)
        if parts and (fit == 0 or (name == "oneOf" and fit > 1)):
            yield f"{where} does not fit {name}"
    if "not" in schema and not any(_check(value, schema["not"], root, path, depth + 1)):
        yield f"{where} fits what it must not"


def _of_object(
    value: Mapping[str, object], schema: Mapping[str, object], root: object, path: str, depth: int
) -> Iterator[str]:
    known = schema.get("properties")
    properties: Mapping[str, object] = known if isinstance(known, Mapping) else {}
    for key in _list(schema.get("required")):
        if key not in value:
            yield f"{_join(path, str(key))} is missing"
    for key, item in value.items():
        rest = schema.get("additionalProperties", True)
        if key in properties:
            yield from _check(item, properties[key], root, _join(path, key), depth + 1)
        elif rest is False and "patternProperties" not in schema:
            yield f"{_join(path, key)} is not allowed"
        else:
            yield from _check(item, rest, root, _join(path, key), depth + 1)


def _of_array(
    value: Sequence[object], schema: Mapping[str, object], root: object, path: str, depth: int
) -> Iterator[str]:
    where = path or "the value"
    yield from _bounds(len(value), schema, "minItems", "maxItems", f"{where} has {len(value)} items")
    if schema.get("uniqueItems") is True and len({repr(item) for item in value}) < len(value):
        yield f"{where} has an item twice"
    for index, item in enumerate(value):
        yield from _check(item, schema.get("items"), root, f"{path}[{index}]", depth + 1)


def _of_string(value: str, schema: Mapping[str, object], where: str) -> Iterator[str]:
    yield from _bounds(len(value), schema, "minLength", "maxLength", f"{where} has {len(value)} characters")
    if isinstance(pattern := schema.get("pattern"), str) and len(value) <= _LONGEST_FOR_PATTERN:
        try:
            fits = re.search(pattern, value) is not None
        except re.error:
            return
        if not fits:
            yield f"{where} does not match {pattern}"


def _of_number(value: float, schema: Mapping[str, object], where: str) -> Iterator[str]:
    yield from _bounds(value, schema, "minimum", "maximum", f"{where} is {_number(value)}")
    low, high = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(low, (int, float)) and value <= low:
        yield f"{where} is {_number(value)}, not above {_number(low)}"
    if isinstance(high, (int, float)) and value >= high:
        yield f"{where} is {_number(value)}, not below {_number(high)}"


def _bounds(size: float, schema: Mapping[str, object], low: str, high: str, text: str) -> Iterator[str]:
    least, most = schema.get(low), schema.get(high)
    if isinstance(least, (int, float)) and size < least:
        yield f"{text}, at least {_number(least)} wanted"
    if isinstance(most, (int, float)) and size > most:
        yield f"{text}, at most {_number(most)} wanted"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
