"""Routes, verdicts and counts to put into words; and a folder with a real registry, log and history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.actions.desk import Desk
from console.actions.requests import Request
from console.domain.registry import Canary, Gates, Pin, Registry, Route, instant_text
from console.domain.requests import RequestRow
from console.traffic.importing import write_history
from console.verdict.verdict import Judged, Needed, Verdict
from console.view.lookout import Look, Lookout

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
TEXT = f"""\
schema = 1

[routes.support]
description = "Replies"
production = "{OLD}"
canary = "{NEW}"
canary_percentage = 50
canary_start = {instant_text(START)}
fallback = "claude-haiku-4-5-20251001"

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

[models."claude-haiku-4-5-20251001"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Cheap"

[models."gpt-4.1-mini-2025-04-14"]
provider = "openai"
pinned_date = 2026-05-15
reason = "First"
"""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def route() -> Route:
    return Route("support", OLD, Canary(NEW, 25, START), fallback="claude-haiku-4-5-20251001", gates=Gates())


@pytest.fixture
def make_pin() -> Callable[..., Pin]:
    return lambda model_id=OLD, **more: Pin(model_id, **{"pinned_date": date(2026, 5, 15), "reason": "", **more})


@pytest.fixture
def registry(route: Route, make_pin: Callable[..., Pin]) -> Registry:
    return Registry({"support": route}, {id_: make_pin(id_) for _, id_ in route.tiers()})


@pytest.fixture
def judged() -> Callable[..., Judged]:
    """One metric's standing: an error rate of 1.1 % against 1.0 % unless told otherwise."""

    def make(name: str = "error", **more: Any) -> Judged:
        values: dict[str, Any] = {
            "role": "guardrail",
            "production": 0.010,
            "canary": 0.011,
            "production_n": 20_000,
            "canary_n": 1_000,
            "change": 0.001,
            "limit": 0.002,
            "margin": 0.0075,
            "inside": True,
            "interval": (-0.004, 0.018),
            "log_regression": 0.0,
            "log_pass": 0.0,
            "meter": 0.2,
            "decided": "",
            "needed": Needed(500, 1_389, 3_000),
        }
        return Judged(name=name, **{**values, **more})

    return make


@pytest.fixture
def verdict(judged: Callable[..., Judged]) -> Callable[..., Verdict]:
    """A verdict on one metric, watching unless told otherwise."""

    def make(state: str = "watching", **more: Any) -> Verdict:
        values: dict[str, Any] = {
            "metrics": (judged(),),
            "production_n": 20_000,
            "canary_n": 1_000,
            "needed": Needed(500, 1_389, 3_000),
        }
        return Verdict(state=state, **{**values, **more})  # type: ignore[arg-type]

    return make


@dataclass
class World:
    """A folder that is looked at, at a moment that the test chooses."""

    folder: Path
    now: datetime = NOW

    @property
    def registry(self) -> Path:
        return self.folder / "registry.toml"

    @property
    def log(self) -> Path:
        return self.folder / "requests.db"

    @property
    def rollout(self) -> str:
        return f"support|{NEW}|{instant_text(START)}"

    def rows(self, n: int, arm: str, seconds: float = 3_600.0, bad: int = 0, **more: Any) -> list[RequestRow]:
        """`n` answered requests of n users on one arm up to a minute ago; every `bad`th failed."""
        end = self.now.timestamp() - 60
        base = RequestRow("", 0.0, "support", NEW if arm == "canary" else OLD, arm, "bucket", self.rollout)  # type: ignore[arg-type]
        fields = {"latency_ms": 900.0, "cost_usd": 0.002, "input_tokens": 100, "output_tokens": 50, **more}
        return [
            base._replace(
                id=f"{arm}-{end}-{i}",
                at=end - seconds * (1 - i / n),
                user=f"{arm}-{i}",
                outcome="error" if bad and i % bad == 0 else "ok",
                **fields,
            )
            for i in range(n)
        ]

    def record(self, n: int = 300, canary_bad: int = 0) -> None:
        """`n` requests on each arm of support."""
        rows = [*self.rows(n, "production"), *self.rows(n, "canary", bad=canary_bad)]
        write_history(self.log, sorted(rows, key=lambda row: row.at))

    def lookout(self, **more: Any) -> Lookout:
        return Lookout(self.registry, self.log, **{"environment": {}, **more})

    def act(self, request: Request, reason: str = "", actor: str = "olga@desk") -> None:
        """Make a change as a person would, at the world's present moment."""
        desk = Desk(self.registry, actor=actor, clock=lambda: self.now)
        desk.apply(desk.plan(request, reason=reason), reason=reason, force=bool(reason))

    def forward(self, **span: float) -> datetime:
        self.now = self.now + timedelta(**span)
        return self.now


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.registry.write_text(TEXT)
    return made


@pytest.fixture
def look(world: World) -> Iterator[Callable[[], Look]]:
    """Look once more, with one lookout for the whole test."""
    lookout = world.lookout()
    yield lambda: lookout.look(world.now)
    lookout.close()


@pytest.fixture
def changed() -> Callable[..., Any]:
    """`dataclasses.replace`, for routes and their canaries."""

    def change(route: Route, **values: Any) -> Route:
        canary = {key: values.pop(key) for key in ("percentage", "held", "start") if key in values}
        if canary and route.canary is not None:
            values["canary"] = replace(route.canary, **canary)
        return replace(route, **values)

    return change
