"""The keys of a suite file: what each may hold, read into the records' own values."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from console.domain.kinds import READERS, Wrong, bad_name, got
from console.regression.files import read_file
from console.regression.records import CASE_ID, Message, is_case_id, message_text

MOST_REPEATS = 100
ROLES = ("user", "assistant", "system", "developer", "tool")
Reader = Callable[[object], Any]


def suite_keys() -> Mapping[str, Reader]:
    """The keys at the top of a suite file."""
    return {
        "schema": READERS["schema"],
        "name": case_id,
        "route": route_name,
        "system": READERS["text"],
        "params": READERS["free"],
        "case": _cases,
    }


def case_keys(folder: Path) -> Mapping[str, Reader]:
    """The keys of a case in a suite file that lies in `folder`."""
    return {
        "id": case_id,
        "prompt": READERS["filled"],
        "messages": messages,
        "system": READERS["text"],
        "params": READERS["free"],
        "tags": _words,
        "repeats": repeats,
        "must_include": _words,
        "must_not_include": _words,
        "schema": lambda value: _json_schema(value, folder),
        "max_words": READERS["count"],
        "reference": READERS["filled"],
    }


def case_id(value: object) -> str:
    """What a case, or a suite, may be called. Raises Wrong."""
    if not isinstance(value, str):
        raise Wrong(f"must be text in quotes, got {got(value)}")
    if is_case_id(value):
        return value
    if "/" in value or "\\" in value or ".." in value:
        raise Wrong(f"may not be a path, it names a file of its own: got {got(value)}")
    if len(value) > 1 and CASE_ID.match(value[:100]):
        raise Wrong(f"may have at most 100 characters, got {len(value)}")
    raise Wrong(
        f"must be letters, digits, dots, dashes and underscores, and begin with one of the first two: {got(value)}"
    )


def route_name(value: object) -> str:
    """The name of a route. Raises Wrong."""
    if not isinstance(value, str):
        raise Wrong(f"must be text in quotes, got {got(value)}")
    if reason := bad_name(value):
        raise Wrong(reason)
    return value


def messages(value: object) -> tuple[Message, ...]:
    """A conversation. Raises Wrong where it holds nothing a user said."""
    if not isinstance(value, list) or not value:
        raise Wrong(f"must be a list of messages with role and content, got {got(value)}")
    for number, message in enumerate(value, 1):
        if not isinstance(message, Mapping):
            raise Wrong(f"message {number} must be a table with role and content, got {got(message)}")
        if message.get("role") not in ROLES:
            raise Wrong(f"message {number}: role must be one of {', '.join(ROLES)}, got {got(message.get('role'))}")
        if not isinstance(message.get("content"), str | list):
            raise Wrong(f"message {number}: content must be text, or a list of blocks")
    if not any(message["role"] == "user" and message_text(message).strip() for message in value):
        raise Wrong("hold nothing that a user said")
    return tuple(value)


def repeats(value: object) -> int:
    """How often each model is asked. Raises Wrong."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_REPEATS:
        raise Wrong(f"must be a whole number from 1 to {MOST_REPEATS}, got {got(value)}")
    return value


def _cases(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Wrong("cases are written below [[case]]")
    return value


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong(f'must be a list of texts like ["one", "two"], got {got(value)}')
    for item in value:
        if not isinstance(item, str) or not item.strip():
            raise Wrong(f"must hold texts that are not empty, got {got(item)}")
    return tuple(value)


def _json_schema(value: object, folder: Path) -> Mapping[str, object]:
    """A JSON schema as a table, or the name of a file beside the suite that holds it."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, str):
        raise Wrong(f"must be a JSON schema as a table, or the name of a file with one, got {got(value)}")
    path = folder / value
    try:
        found = json.loads(read_file(path))
    except OSError as error:
        raise Wrong(f"{os.fspath(path)} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{os.fspath(path)} is not valid JSON") from error
    if not isinstance(found, dict):
        raise Wrong(f"{os.fspath(path)} holds no JSON schema: an object is expected")
    return found
