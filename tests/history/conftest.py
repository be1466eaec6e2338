"""A history in a fresh folder, and a way to put changes into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.history.records import Draft
from console.history.store import History

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "registry.history.db")


@pytest.fixture
def draft() -> Callable[..., Draft]:
    def build(**values: object) -> Draft:
        usual = {"at": AT, "actor": "olga@desk", "action": "rollout", "route": "support", "summary": "5 → 25 %"}
        return Draft(**{**usual, **values})  # type: ignore[arg-type]

    return build


@pytest.fixture
def change(draft: Callable[..., Draft]) -> Callable[..., int]:
    def commit(history: History, before: bytes, after: bytes, **values: object) -> int:
        pending = history.begin(draft(**values))
        number = pending.intend(before, after)
        pending.commit(number)
        return number

    return commit
