"""What may be wrong with an id, and how grave it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from console.catalog.source.records import Use

if TYPE_CHECKING:
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
