"""The demo's world at one fixed moment, on disk: for pictures of the running app that are the same on every machine.

Nothing lives in it: no user asks, and the clock stands still. What the app shows then depends on these files alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.actions.desk import Desk
from console.actions.requests import SetShare
from console.demo import world
from console.domain.buckets import is_canary
from console.domain.requests import RequestRow
from console.providers.endpoints import Endpoints
from console.traffic.importing import write_history
from console.tui.runtime import Runtime

NOW = datetime(2026, 11, 23, 14, 32, 5, tzinfo=UTC)
BEGAN = NOW - world.ROLLOUT_AGE
RAISED = NOW - timedelta(minutes=62)
SHARE = 25
ERRORS = 0.06
ACTOR = "olga@desk"


@dataclass(frozen=True, slots=True)
class World:
    """The files of one moment."""

    registry: Path
    log: Path

    def runtime(self, **given: object) -> Runtime:
        """What the app is started with: the clock stands, and no provider is there."""
        values = {
            "actor": ACTOR,
            "endpoints": lambda: Endpoints.from_environment({}),
            "clock": lambda: NOW,
        } | given
        return Runtime(registry=self.registry, log=self.log, **values)  # type: ignore[arg-type]


def healthy(folder: Path) -> World:
    """Five hours at 5 %, nothing wrong."""
    made = world.make(folder, NOW)
    return World(made.registry, made.log)


def regression(folder: Path) -> World:
    """The share was raised to 25 % an hour ago, and since then the canary fails six times in a hundred."""
    made = world.make(folder, NOW)
    made.log.unlink()
    for rest in folder.glob(f"{made.log.name}-*"):
        rest.unlink()
    write_history(made.log, sorted(_worse(), key=lambda row: row.at))
    desk = Desk(made.registry, actor=ACTOR, clock=lambda: RAISED)
    desk.apply(desk.plan(SetShare("support", SHARE), reason="a clean morning at 5 %"), reason="a clean morning at 5 %")
    return World(made.registry, made.log)


def _worse() -> Iterator[RequestRow]:
    luck = random.Random(7)
    for row in world.rows(NOW, BEGAN):
        if not row.rollout or row.at < RAISED.timestamp():
            yield row
            continue
        if not is_canary(row.rollout, row.user, SHARE):
            yield row
            continue
        moved = row._replace(arm="canary", model=world.CANARY, served=world.CANARY)
        fails = luck.random() < ERRORS
        yield moved._replace(outcome="error", error_class="InternalServerError") if fails else moved
