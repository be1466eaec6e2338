"""A suite being made from another tool's file: its cases as plain values, and what of that file found no place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.domain.errors import Usage
from console.regression.records import message_text

LONGEST_ID = 60
_WORDS_OF_AN_ID = 6
_APART = re.compile(r"[^A-Za-z0-9]+")


class ImportFailed(Usage):
    """A file that cannot be made into a suite. The message names the file, and the line where there is one."""


@dataclass(slots=True)
class Draft:
    """The cases so far, each with the keys of a suite file, and why something was left out -> how often."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    _ids: set[str] = field(default_factory=set)

    def add(self, case: Mapping[str, Any], name: object = "") -> None:
        """One more case, called `name` as far as a case may be called so; else after its first words."""
        found = dict(case)
        tidy_messages(found)
        wished = _slug(name) or _slug(_first_words(found)) or "case"
        number, unlike = 1, wished
        while unlike.casefold() in self._ids:
            number += 1
            unlike = f"{wished}-{number}"
        self._ids.add(unlike.casefold())
        self.cases.append({"id": unlike, **{key: value for key, value in found.items() if value not in ("", (), [])}})

    def leave_out(self, what: str) -> None:
        """Note that `what` found no place."""
        self.left_out[what] += 1


def tidy_messages(case: dict[str, Any]) -> None:
    """A system message in front becomes `system`, and what is left, where it is one text of a user, `prompt`."""
    messages = case.get("messages")
    if not messages:
        return
    first = messages[0]
    if (
        first.get("role") in ("system", "developer")
        and isinstance(first.get("content"), str)
        and not case.get("system")
    ):
        case["system"] = first["content"]
        messages = messages[1:]
    if len(messages) == 1 and messages[0].get("role") == "user" and isinstance(messages[0].get("content"), str):
        del case["messages"]
        case["prompt"] = messages[0]["content"]
    else:
        case["messages"] = messages


def as_texts(value: object) -> list[str]:
    """A text, or a list of them, as a list."""
    values = value if isinstance(value, list | tuple) else [value]
    return [each if isinstance(each, str) else str(each) for each in values if each not in (None, "")]


def _slug(name: object) -> str:
    text = _APART.sub("-", str(name).strip()) if isinstance(name, str | int | float) else ""
    return text.strip("-")[:LONGEST_ID].strip("-")


def _first_words(case: Mapping[str, Any]) -> str:
    said = case.get("prompt") or _last_said(case.get("messages", ()))
    return " ".join(_APART.sub(" ", said).lower().split()[:_WORDS_OF_AN_ID])


def _last_said(messages: Iterable[Mapping[str, Any]]) -> str:
    return next((message_text(each) for each in reversed(list(messages)) if each.get("role") == "user"), "")
