"""A world to guard: a real registry, a real log and a clock that the test moves; sights of routes for the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.actions.desk import Desk
from console.actions.requests import Request
from console.domain.errors import RegistryInvalid
from console.domain.registry import Canary, Gates, GuardSettings, Route, instant_text
from console.domain.requests import RequestRow
from console.guard.records import Sight
from console.guard.watching import Guard, Seen
from console.history.outbox import Outbox
from console.history.records import Entry
from console.history.store import History, beside
from console.registry.reading import read
from console.traffic.importing import write_history

NOW = datetime(2026, 11, 23, 14, 0, 1, tzinfo=UTC)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD, NEW, CHEAP = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
TEXT = f"""\
# Every model, pinned.
schema = 1

[routes.support]
production = "{OLD}"  # since May
canary = "{NEW}"
canary_percentage = 25
canary_start = {instant_text(START)}
fallback = "{CHEAP}"

[routes.support.gates]
min_requests = 50
min_step_time = "1h"
warm_up = "0s"
error = {{ margin = [2.0, 0.03] }}
latency_p95 = {{ role = "display" }}
refusal = {{ role = "display" }}
empty = {{ role = "display" }}
truncated = {{ role = "display" }}

[routes.support.guard]
auto_rollback = true

[routes.summarise]
production = "gpt-4.1-mini-2025-04-14"

[models."{OLD}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "214 cases, no differences"

[models."{NEW}"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "Named replacement"

[models."{CHEAP}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Cheap"

[models."gpt-4.1-mini-2025-04-14"]
provider = "openai"
pinned_date = 2026-05-15
reason = "First"
"""


@dataclass
class World:
    """A folder that is guarded, at a moment that the test chooses."""

    folder: Path
    now: datetime = NOW
    said: list[str] = field(default_factory=list)
    skew_s: float = 0.0
    """How far the wall clock is from the time that passed."""
    _count: int = 0
    _live: Route | None = None

    @property
    def registry(self) -> Path:
        return self.folder / "registry.toml"

    @property
    def log(self) -> Path:
        return self.folder / "requests.db"

    @property
    def route(self) -> Route:
        return read(self.registry).registry.routes["support"]

    @property
    def live(self) -> Route:
        """What the routers serve: the last good registry."""
        with suppress(RegistryInvalid):
            self._live = self.route
        assert self._live is not None
        return self._live

    @property
    def history(self) -> tuple[Entry, ...]:
        """The newest first."""
        return History(beside(self.registry)).entries()

    @property
    def told(self) -> list[Any]:
        """Every alert, the newest first."""
        return [delivery.alert for delivery in Outbox(beside(self.registry)).deliveries()]

    @property
    def alerts(self) -> list[Any]:
        """The same without the ends of models, which the dates of the catalog decide."""
        return [alert for alert in self.told if not alert.key.startswith("retires/")]

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)

    def edit(self, old: str, new: str) -> None:
        """By hand, in an editor."""
        content = self.registry.read_text()
        assert old in content
        self.registry.write_text(content.replace(old, new))

    def settings(self, **values: object) -> None:
        """The route's table for the guard."""
        lines = [f"{key} = {str(value).lower() if isinstance(value, bool) else value}" for key, value in values.items()]
        self.edit("auto_rollback = true", "\n".join(lines))

    def record(
        self, n: int = 300, *, seconds: float = 600.0, bad: dict[str, int] | None = None, served: str = ""
    ) -> None:
        """`n` requests on the canary of support (of one user each) in the `seconds` until now, and as many on
        production as its share means; without a canary, `n` there. Every `bad[arm]`th failed."""
        live = self.live
        counts, models = {"production": n}, {"production": live.production}
        if live.canary:
            share = live.canary.percentage or 25
            counts = {"production": round(n * (100 - share) / share), "canary": n}
            models["canary"] = live.canary.model_id
        self._count += 1
        rows = [
            RequestRow(
                id=f"{arm}-{self._count}-{i}",
                at=self.now.timestamp() - 2 - seconds * (1 - (i + 1) / of_arm),
                route="support",
                model=models[arm],
                arm=arm,  # type: ignore[arg-type]
                why="bucket" if live.canary else "default",
                rollout=live.rollout_id,
                user=f"{arm}-{self._count}-{i}",
                served=served or models[arm],
                outcome="error" if (every := (bad or {}).get(arm, 0)) and i % every == 0 else "ok",
                latency_ms=1.0,
                cost_usd=0.002,
            )
            for arm, of_arm in counts.items()
            for i in range(of_arm)
        ]
        write_history(self.log, sorted(rows, key=lambda row: row.at))

    def act(self, request: Request, reason: str = "because", *, force: bool = False) -> None:
        """A change by a person."""
        desk = Desk(self.registry, actor="olga@desk", clock=lambda: self.now)
        desk.apply(desk.plan(request, reason=reason), reason=reason, force=force)

    def guard(self, **more: Any) -> Guard:
        """A guard of this world."""
        outbox = Outbox(beside(self.registry), {"slack": "info"})
        clock: dict[str, Any] = {
            "clock": lambda: self.now + timedelta(seconds=self.skew_s),
            "monotonic": lambda: (self.now - NOW).total_seconds() + 1000.0,
        }
        return Guard(self.registry, self.log, outbox, say=self.said.append, **{**clock, **more})


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.registry.write_text(TEXT)
    return made


@pytest.fixture
def guard(world: World) -> Iterator[Callable[[], Seen]]:
    """One round of the same guard; returns what it saw of support."""
    watching = world.guard()
    yield lambda: next(seen for seen in watching.round() if seen.sight.route.name == "support")
    watching.close()


@pytest.fixture
def sight() -> Callable[..., Sight]:
    """A canary at 25 % that has passed and had its time, unless told otherwise."""

    def make(
        *,
        percentage: float = 25,
        held: str | None = None,
        canary: bool = True,
        guard: dict[str, Any] | None = None,
        **more: Any,
    ) -> Sight:
        trial = Canary(NEW, percentage, START, held) if canary else None
        settings = GuardSettings(**(guard or {}))
        route = Route("support", OLD, trial, fallback=CHEAP, gates=Gates(min_step_time_s=3_600.0), guard=settings)
        values: dict[str, Any] = {"state": "pass", "sentence": "all 5 guardrails", "step_since": START, **more}
        return Sight(route, **values)

    return make


@pytest.fixture
def changed() -> Callable[..., Any]:
    return replace
