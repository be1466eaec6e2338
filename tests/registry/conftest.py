"""A registry file to work on, and a journal that only remembers what it was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from console.domain.errors import HistoryInvalid

DESIGN = """\
# Every model this application calls, pinned. Edited here by hand or from the console.
schema = 1

[routes.support]
description = "Replies to customer e-mail"
production = "claude-sonnet-4-5-20250929"
canary = "claude-sonnet-5-5"
canary_percentage = 5
canary_start = 2026-11-20T09:00:00Z
fallback = "claude-haiku-4-5-20251001"
steps = [5, 25, 50, 100]

[models."claude-sonnet-4-5-20250929"]
provider = "anthropic"
pinned_date = 2026-05-15
pinned_by = "platform team"
reason = "214 regression cases, no differences. Upgrade needs review, suite and canary."
tested = true
regression_tested = true
last_regression_test = 2026-06-01

[models."claude-sonnet-5-5"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "Named replacement of a retiring model"
tested = false

[models."claude-haiku-4-5-20251001"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Cheap, known, other capacity pool"
"""


@dataclass
class Remembering:
    """A journal. `meanwhile` runs when an intent arrives: that is in the middle of a write."""

    meanwhile: Callable[[], object] = lambda: None
    broken_at: str = ""
    log: list[tuple[str, int]] = field(default_factory=list)
    intents: list[tuple[bytes, bytes]] = field(default_factory=list)

    def intend(self, before: bytes, after: bytes) -> int:
        self._tell("intend", len(self.intents) + 1)
        self.intents.append((before, after))
        self.meanwhile()
        return len(self.intents)

    def commit(self, number: int) -> None:
        self._tell("commit", number)

    def abandon(self, number: int) -> None:
        self._tell("abandon", number)

    def _tell(self, word: str, number: int) -> None:
        if word == self.broken_at:
            raise HistoryInvalid("the history is broken", "mend it")
        self.log.append((word, number))


@pytest.fixture
def design() -> str:
    """The registry of the documentation."""
    return DESIGN


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with that registry."""
    file = tmp_path / "registry.toml"
    file.write_text(DESIGN)
    return file


@pytest.fixture
def new_journal() -> type[Remembering]:
    return Remembering
