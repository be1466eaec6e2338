"""The realistic world of the demo: a registry in mid-upgrade and a request log with three days behind it.

Beside them are the application that they belong to and the suite of its route.

The registry is the project's example with its rollout moved to a few hours ago. The past is drawn from the same
simulation that answers live requests, so that what follows looks like what was before.
"""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from console.demo.people import FLAGGED, RATED, SATISFIED, SYSTEM, Crowd, Kind, call_of
from console.demo.standin.asked import Asked, Rejection, Reply
from console.demo.standin.luck import luck_of
from console.demo.standin.models import MODELS
from console.demo.standin.simulation import Simulation
from console.domain.buckets import is_canary
from console.domain.choice import Arm, Why
from console.domain.registry import instant_text
from console.domain.requests import RequestRow
from console.traffic.importing import write_history
from console.traffic.shapes import Shape, shape_of

REGISTRY_NAME = "registry.toml"
LOG_NAME = "requests.db"
EXAMPLE = Path(__file__).with_name(REGISTRY_NAME)
"""The example registry, the same file that stands at the top of the project."""
FILES = Path(__file__).with_name("files")
APPLICATION = "app.py"
SUITE = Path("suites", "support.toml")
EXAMPLE_START = "2026-11-20T09:00:00Z"
HISTORY_DAYS = 3.0
SECONDS_PER_REQUEST = {"support": 2.0, "summarise": 16.0}
"""At the end of the past, on average over the day, by route."""
GROWTH = 60.0
"""By how much traffic grew over the past days: few rows to write where only an outline is seen, many where the canary
is judged. Together about 33,000 rows."""
QUIET_S = 30.0
"""The past ends this long before the live requests begin, so that the two never share a slot."""
ROLLOUT_AGE = timedelta(hours=5)
WARM_UP_S = 120.0
CANARY = "claude-sonnet-5-5"
PERCENTAGE = 5
ROUTES = (("support", "claude-sonnet-4-5-20250929"), ("summarise", "gpt-4.1-mini-2025-04-14"))
_POOL = 400
_PRICES = {
    "claude-sonnet-4-5-20250929": (3.0, 15.0),
    "claude-sonnet-5-5": (2.0, 10.0),
    "gpt-4.1-mini-2025-04-14": (0.4, 1.6),
}
"""USD per million input and output tokens: the list prices of these models, see `genai-prices`."""


@dataclass(frozen=True, slots=True)
class World:
    """Where a made world lies."""

    registry: Path
    log: Path


def make(folder: Path, now: datetime, seed: int = 7) -> World:
    """Write the world into `folder` (which must exist), as of `now`. Raises OSError."""
    world = without_past(folder, now)
    start = (now.astimezone(UTC) - ROLLOUT_AGE).replace(microsecond=0)
    write_history(world.log, sorted(rows(now, start, seed), key=lambda row: row.at))
    return world


def without_past(folder: Path, now: datetime) -> World:
    """Write all of the world but its log."""
    world = World(folder / REGISTRY_NAME, folder / LOG_NAME)
    start = (now.astimezone(UTC) - ROLLOUT_AGE).replace(microsecond=0)
    example = EXAMPLE.read_text(encoding="utf-8")
    world.registry.write_text(example.replace(EXAMPLE_START, instant_text(start)), encoding="utf-8")
    (folder / SUITE).parent.mkdir(exist_ok=True)
    shutil.copyfile(FILES / SUITE, folder / SUITE)
    shutil.copyfile(FILES / "app.txt", folder / APPLICATION)
    return world


def rows(now: datetime, canary_start: datetime, seed: int = 7) -> Iterator[RequestRow]:
    """The requests of the days before `now`, route by route; 5 % of the users are on the canary since its start."""
    luck = luck_of(seed)
    past = _Past(luck, canary_start)
    end = now.timestamp() - QUIET_S
    for route, production in ROUTES:
        for at in _arrivals(end - HISTORY_DAYS * 86_400, end, SECONDS_PER_REQUEST[route], luck):
            yield past.row(route, production, at)


def _arrivals(begin: float, end: float, seconds: float, luck: random.Random) -> Iterator[float]:
    """Instants of a Poisson process that grows towards `end`, with a daily cycle."""
    at = begin
    while (at := at + luck.expovariate(_per_second(at, end) / seconds)) < end:
        yield at


def _per_second(at: float, end: float) -> float:
    """How busy it was, 1 at the end on average: busiest at 15:00 UTC, a fifth of that at 03:00."""
    grown = math.exp(math.log(GROWTH) * (at - end) / (HISTORY_DAYS * 86_400))
    hour = at / 3600.0 % 24.0
    return grown * (1.0 + 0.67 * math.cos((hour - 15.0) / 24.0 * math.tau))


@cache
def _shape(route: str, model_id: str) -> Shape:
    """As the live users call: a prompt that changed in the middle of a rollout would make its numbers suspect."""
    return shape_of(call_of(route, model_id))


class _Past:
    """Draws rows. Each model is asked a few hundred questions once; its rows repeat what came of them."""

    def __init__(self, luck: random.Random, canary_start: datetime) -> None:
        self._luck = luck
        self._crowd = Crowd(luck)
        self._simulation = Simulation()
        self._simulation.switch("*", {"error_rate": 0.0})  # errors are drawn row by row, at the model's own rate
        self._since = canary_start.timestamp()
        self._rollout = f"support|{CANARY}|{instant_text(canary_start)}"
        self._pools: dict[tuple[str, str], list[tuple[Kind, Reply]]] = {}

    def row(self, route: str, production: str, at: float) -> RequestRow:
        """One request on `route` at the epoch second `at`."""
        user = self._crowd.draw()
        rollout = self._rollout if route == "support" and at >= self._since else ""
        arm: Arm = "canary" if rollout and is_canary(rollout, user, PERCENTAGE) else "production"
        model_id = CANARY if arm == "canary" else production
        why: Why = "bucket"
        shape = _shape(route, model_id)
        blank = RequestRow(
            id=f"{self._luck.getrandbits(96):024x}",
            at=at,
            route=route,
            model=model_id,
            arm=arm,
            why=why,
            rollout=rollout,
            evidence_from=self._since + WARM_UP_S if rollout else 0.0,
            user=user,
            prompt_hash=shape.prompt_hash,
            parameters=shape.parameters,
            sdk="",
        )
        if self._luck.random() < MODELS[model_id].error_rate:
            quick = self._luck.uniform(60.0, 400.0)
            return blank._replace(outcome="error", error_class="InternalServerError", latency_ms=quick)
        return self._answered(blank, *self._luck.choice(self._pool(route, model_id)))

    def _answered(self, row: RequestRow, kind: Kind, reply: Reply) -> RequestRow:
        luck = self._luck
        price_in, price_out = _PRICES[row.model]
        slower = luck.lognormvariate(0.0, 0.1)
        good = reply.stop == "end"
        return row._replace(
            outcome="ok" if good else "refusal",
            latency_ms=1000.0 * slower * (reply.first_token_s + reply.piece_s * len(reply.pieces)),
            ttft_ms=1000.0 * slower * reply.first_token_s,
            served=reply.served,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            cached_tokens=0,
            reasoning_tokens=reply.thinking_tokens,
            cost_usd=(reply.input_tokens * price_in + reply.output_tokens * price_out) / 1e6,
            satisfied=luck.random() < SATISFIED if good and luck.random() < RATED else None,
            flagged=luck.random() < FLAGGED if good and kind == "json" else None,
        )

    def _pool(self, route: str, model_id: str) -> list[tuple[Kind, Reply]]:
        key = (route, model_id)
        if key not in self._pools:
            self._pools[key] = [pair for _ in range(_POOL) if (pair := self._one(route, model_id)) is not None]
        return self._pools[key]

    def _one(self, route: str, model_id: str) -> tuple[Kind, Reply] | None:
        wanted = self._crowd.request(route)
        asked = Asked(model_id, wanted.prompt, f"{SYSTEM[route]}\n{wanted.prompt}")
        outcome = self._simulation.decide(asked, MODELS[model_id])
        return None if isinstance(outcome, Rejection) else (wanted.kind, outcome)
