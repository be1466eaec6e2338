"""A watched promotion is its own, whatever number it has in a history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from console.actions.past import ProductionChange
from console.domain.registry import Route
from console.guard.succession import Successions

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Log:
    """A log without requests, and gates that nobody froze; it notes from which slot it was read."""

    def __init__(self) -> None:
        self.read_from: list[int] = []

    def cells(self, _route: str, _rollout: object, first: int) -> list[Any]:
        self.read_from.append(first)
        return []

    def pulled_back(self, _watermark: int, _now: float) -> None:
        return None

    def load(self, _rollout: str) -> None:
        return None


def test_a_promotion_of_a_new_history_is_not_judged_by_the_one_that_had_its_number() -> None:
    log, days = Log(), 30
    successions = Successions(log, log)  # type: ignore[arg-type]
    for at in (AT, AT + timedelta(days=days)):
        change = ProductionChange(1, at, "support", "claude-a", "claude-b", promoted=True)
        assert successions.failing(Route("support", "claude-b"), change, at + timedelta(hours=1)) is None
    (before, _, new, since) = log.read_from
    assert since - before > new - before == days * 86_400 // 10
