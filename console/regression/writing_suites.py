"""A suite as TOML that a reviewer reads: one key a line, texts of several lines as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.domain.edits import EditImpossible
from console.domain.errors import Refused
from console.registry.literals import literal

_ORDER = ("id", "prompt", "messages", "system", "params", "tags", "repeats")
_DEMANDS = ("must_include", "must_not_include", "schema", "max_words", "reference")
_LONG = 100


def suite_text(cases: Sequence[Mapping[str, Any]], route: str = "", source: str = "") -> str:
    """The file's text. A system prompt that all cases share stands once. Raises Refused for what TOML cannot hold."""
    systems = {case.get("system", "") for case in cases}
    shared = systems.pop() if len(systems) == 1 else ""
    head = [f"# Made from {source}. Correct it by hand: docs/suites.md has every key."] if source else []
    head += ["schema = 1", *([f"route = {literal(route)}"] if route else [])]
    head += [_line("the system prompt", "system", shared)] if shared else []
    return "\n".join(head) + "\n" + "".join(_case(case, shared) for case in cases)


def _case(case: Mapping[str, Any], shared: str) -> str:
    keys = [key for key in (*_ORDER, *_DEMANDS) if key in case and not (key == "system" and case[key] == shared)]
    return "\n".join(["", "[[case]]", *(_line(case["id"], key, case[key]) for key in keys)]) + "\n"


def _line(place: str, key: str, value: object) -> str:
    try:
        return f"{key} = {_value(value)}"
    except EditImpossible as error:
        raise Refused(f"{place}: {key} cannot be written in TOML: {error}") from error


def _value(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list) and (len(literal(value)) > _LONG or any(isinstance(each, Mapping) for each in value)):
        return "[\n" + "".join(f"  {literal(each)},\n" for each in value) + "]"
    return literal(value)


def _text(text: str) -> str:
    """Several lines as several lines, where every character of them can be seen; else escaped."""
    seen = all(character.isprintable() or character in "\n\t" for character in text)
    if "\n" in text and seen and "'''" not in text and not text.endswith("'"):
        return f"'''\n{text}'''"
    return literal(text)
