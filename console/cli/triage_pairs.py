"""Pairs of answers as a file has them: one JSON object a line, each checked, none trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from console.triage.records import Requirements

LONGEST_LINE = 32_000_000
"""Bytes of one line; a longer one is not read into memory."""
_TEXTS = ("output_old", "output_new", "prompt", "error_old", "error_new", "reference")


@dataclass(frozen=True, slots=True)
class PairLine:
    """One pair. `name` is its id, else the number of its line."""

    name: object
    prompt: str
    old: str
    new: str
    old_tools: tuple[object, ...] = ()
    new_tools: tuple[object, ...] = ()
    old_error: str = ""
    new_error: str = ""
    requirements: Requirements | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that holds no pair: its number from 1, and why."""

    number: int
    message: str


def pairs_of(lines: BinaryIO) -> Iterator[PairLine | BadLine]:
    """Every line that is not blank, as it arrives."""
    number = 0
    while raw := lines.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            # Told before its rest is read: it may have no end.
            yield BadLine(number, f"is longer than {LONGEST_LINE // 1_000_000} MB")
            while raw and not raw.endswith(b"\n"):
                raw = lines.readline(LONGEST_LINE)
        elif raw.strip():
            yield _pair(raw, number)


def _pair(raw: bytes, number: int) -> PairLine | BadLine:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadLine(number, "is not UTF-8")
    except (ValueError, RecursionError) as error:
        return BadLine(number, f"is not JSON: {error}")
    if not isinstance(value, dict):
        return BadLine(number, "is no JSON object")
    problem = _problem(value)
    if problem:
        return BadLine(number, problem)
    texts = {key: value.get(key) or "" for key in _TEXTS}
    return PairLine(
        name=value["id"] if isinstance(value.get("id"), (str, int)) else number,
        prompt=texts["prompt"],
        old=texts["output_old"],
        new=texts["output_new"],
        old_tools=tuple(value.get("tools_old") or ()),
        new_tools=tuple(value.get("tools_new") or ()),
        old_error=texts["error_old"],
        new_error=texts["error_new"],
        requirements=requirements_of(value),
    )


def _problem(value: Mapping[str, object]) -> str:
    """What is wrong with a line's fields, or ""."""
    for key in ("output_old", "output_new"):
        if key not in value:
            return f"has no {key}"
    for key in _TEXTS:
        if value.get(key) is not None and not isinstance(value[key], str):
            return f"{key} must be text"
    for key in ("tools_old", "tools_new"):
        if value.get(key) is not None and not isinstance(value[key], list):
            return f"{key} must be a list of calls"
    return requirements_problem(value)


def requirements_problem(value: Mapping[str, object]) -> str:
    """What is wrong with the requirements of a line, or ""."""
    for key in ("must_include", "must_not_include"):
        if not isinstance(value.get(key, []), (str, list)) or not all(
            isinstance(one, str) for one in _texts(value, key)
        ):
            return f"{key} must be a list of texts"
    most = value.get("max_words")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 0):
        return "max_words must be a whole number, not negative"
    if value.get("schema") is not None and not isinstance(value["schema"], dict):
        return "schema must be a JSON schema"
    if value.get("reference") is not None and not isinstance(value["reference"], str):
        return "reference must be text"
    return ""


def _texts(value: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = value.get(key) or ()
    return (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list) else ()


def requirements_of(value: Mapping[str, object]) -> Requirements | None:
    """What a checked line demands of the new answer; None where it demands nothing."""
    most, schema, reference = value.get("max_words"), value.get("schema"), value.get("reference")
    found = Requirements(
        must_include=_texts(value, "must_include"),
        must_not_include=_texts(value, "must_not_include"),
        schema=schema if isinstance(schema, dict) else None,
        max_words=most if isinstance(most, int) else None,
        reference=reference if isinstance(reference, str) else "",
    )
    return None if found == Requirements() else found
