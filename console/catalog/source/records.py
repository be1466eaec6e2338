"""What a scan of source files finds: where an id is used, what is wrong with it, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from console.catalog.names import Kind

Level = Literal["error", "warning", "advice"]
"""`error` fails the check, `warning` only with `--strict`, `advice` never."""
Rule = Literal["alias", "retired", "retires", "unknown", "unlisted", "deprecated", "advice"]
RULES: Mapping[Rule, str] = {
    "alias": "The id may move to another model without a change of the code",
    "retired": "The provider has shut the model down, or answers with another one",
    "retires": "The provider has announced the day on which the model ends",
    "deprecated": "The provider has announced the end of the model, but no day",
    "unknown": "Nothing promises that the id stays on one model",
    "unlisted": "The id is used in the code but has no table in the registry",
    "advice": "What a careful colleague would change in the registry",
}
"""Every rule with one sentence about it: what a code-scanning page shows beside a result."""


@dataclass(frozen=True, slots=True)
class Use:
    """A model id that the code uses. `line` and `column` are 1-based, in characters; `path` is as it was found.

    `id` is as written, `model` without a framework's own prefix (`openai:gpt-4o` -> `gpt-4o`). `name` is what the code
    calls it (`SUPPORT_MODEL`, `model`), `within` the function around it; "" where there is none. `allowed` is whether
    the line carries `console: allow`.
    """

    path: str
    line: int
    column: int
    id: str
    model: str
    name: str = ""
    within: str = ""
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with an id. `use_instead` is the id to write, "" where none is known."""

    rule: Rule
    level: Level
    message: str
    use_instead: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything that is wrong with one use, the gravest first."""

    use: Use
    kind: Kind
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read to its end, and why."""

    path: str
    why: str
