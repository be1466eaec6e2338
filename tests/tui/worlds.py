"""The demo's world at one fixed moment, on disk: for pictures of the running app that are the same on every machine.

Nothing lives in it: no user asks, and the clock stands still. What the app shows then depends on these files alone.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from console.actions.desk import Desk
from console.actions.requests import SetShare
from console.compare.past import PastComparisons
from console.compare.records import Pair
from console.compare.running import compared
from console.demo import world
from console.domain.buckets import is_canary
from console.domain.requests import RequestRow
from console.providers.endpoints import Endpoints
from console.providers.records import Answer, Question
from console.registry.reading import read
from console.regression.records import Status
from console.text.safe import SafeText
from console.traffic.importing import write_history
from console.traffic.keys import KEY_BYTES, key_path
from console.tui.runtime import Runtime
from console.view.reviewed import ReviewDesk
from tests.regression.review_world import make_world
from tests.together import once

NOW = datetime(2026, 11, 23, 14, 32, 5, tzinfo=UTC)
MADE = NOW + timedelta(seconds=world.QUIET_S - 2)
"""The newest request is two seconds old."""
RAISED = NOW - timedelta(minutes=62)
SHARE = 25
ERRORS = 0.06
ACTOR = "olga@desk"
MADE_IN = "made-in.txt"
"""Beside the world: how many seconds of the processor it took to make."""


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
    return _copied("healthy", _healthy, folder)


def regression(folder: Path, now: datetime = NOW, errors: float = ERRORS) -> World:
    """The share was raised to 25 % an hour before `now`; since then that share of the canary's requests fails."""
    name = f"regression-{now.timestamp():.0f}-{errors}"
    return _copied(name, partial(_regression, now=now, errors=errors), folder)


def _copied(name: str, make: Callable[[Path], world.World], folder: Path) -> World:
    """Making it takes seconds of the processor, and gives the same files every time."""
    place = once(name, make)
    shutil.copytree(place, folder, dirs_exist_ok=True)
    return World(folder / world.REGISTRY_NAME, folder / world.LOG_NAME)


def _healthy(folder: Path) -> world.World:
    begun = time.process_time()
    made = world.make(folder, MADE)
    (folder / MADE_IN).write_text(str(time.process_time() - begun), encoding="ascii")
    return made


def _regression(folder: Path, now: datetime, errors: float) -> world.World:
    made_at, raised = now + (MADE - NOW), now - (NOW - RAISED)
    made = world.without_past(folder, made_at)
    key_path(made.log).write_text("07" * KEY_BYTES + "\n", encoding="ascii")  # users have the same hashes anywhere
    write_history(made.log, sorted(_worse(made_at, raised, errors), key=lambda row: row.at))
    desk = Desk(made.registry, actor=ACTOR, clock=lambda: raised)
    desk.apply(desk.plan(SetShare("support", SHARE), reason="a clean morning at 5 %"), reason="a clean morning at 5 %")
    return made


def _worse(made_at: datetime, raised: datetime, errors: float) -> Iterator[RequestRow]:
    luck = random.Random(7)
    for row in world.rows(made_at, made_at - world.ROLLOUT_AGE):
        if not row.rollout or row.at < raised.timestamp():
            yield row
            continue
        if not is_canary(row.rollout, row.user, SHARE):
            yield row
            continue
        moved = row._replace(arm="canary", model=world.CANARY, served=world.CANARY)
        fails = luck.random() < errors
        yield moved._replace(outcome="error", error_class="InternalServerError") if fails else moved


PROMPT = "My lamp arrived broken. How long do I have to return a damaged item?"
ANSWERS = (
    "Thanks for reaching out, and sorry the lamp arrived broken.\n\nYou can return a damaged item within 30 days of "
    "delivery. Please keep the original packaging and send us a photo of the damage first.",
    "Thanks for reaching out, and sorry the lamp arrived broken.\n\nDamaged items can be returned within 14 days of "
    "delivery. Keep the original packaging and include a photo of the damage.",
)


def compare_before(world: World) -> None:
    """One comparison of two minutes ago, kept in this user's own folder."""
    sides = (
        Answer(
            "claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929", ANSWERS[0], "ok", stop_reason="end_turn",
            latency_ms=2_310.0, ttft_ms=610.0, input_tokens=1_412, output_tokens=48, cost_usd=0.006,
        ),
        Answer(
            world_canary(world), world_canary(world), ANSWERS[1], "ok", stop_reason="end_turn",
            latency_ms=3_020.0, ttft_ms=840.0, input_tokens=1_829, output_tokens=61, cost_usd=0.0079,
        ),
    )  # fmt: skip
    asked = [Question.of(side.model, PROMPT) for side in sides]
    pair = Pair(asked[0], asked[1], PROMPT)
    PastComparisons(now=lambda: NOW).keep(compared(pair, *sides, NOW - timedelta(minutes=2)), "support")


def world_canary(world: World) -> str:
    """The model on trial on `support`."""
    canary = read(world.registry).registry.routes["support"].canary
    assert canary is not None
    return canary.model_id


def _case(status: Status, cluster: str, old: str, new: str) -> tuple[Status, str, str, str]:
    return status, cluster, old, new


CASES = {
    "refund-window-damaged": _case("worrying", "facts", ANSWERS[0], ANSWERS[0].replace("30 days", "14 days")),
    "refund-window-opened": _case(
        "worrying", "facts", "Opened goods can be returned within 30 days.", "Opened goods come back within 14 days."
    ),
    "warranty-length": _case("worrying", "facts", "The warranty lasts 24 months.", "The warranty lasts 12 months."),
    "order-status-json": _case("worrying", "shape", '{"state": "sent"}', '```json\n{"state": "sent"}\n```'),
    "address-json": _case("worrying", "shape", '{"city": "Graz"}', '```json\n{"city": "Graz"}\n```'),
    "medication-shipping": _case(
        "worrying", "refusal", "We ship it within two days.", "I'm sorry, but I can't help with medication."
    ),
    "greeting-late-parcel": _case(
        "acceptable", "tone", "Hello, how can I help you?", "Hi there, how may I help you today?"
    ),
    "apology-wrong-size": _case("acceptable", "tone", "Sorry about the size.", "We are sorry about the wrong size."),
    "thanks-followup": _case("acceptable", "tone", "Thank you for writing.", "Thanks for your message."),
    "opening-hours": _case("same", "", "We are open from 9 to 17.", "We are open from 9 to 17."),
    "delivery-cost": _case("same", "", "Delivery is free from 50 euros.", "Delivery is free from 50 euros."),
}


def reviewed(folder: Path) -> ReviewDesk:
    """The review of a run with nine changed cases, one of them accepted."""
    made = make_world(folder, CASES)
    desk = ReviewDesk(made.review(clock=lambda: NOW), source=SafeText("suites/support.toml"), clock=lambda: NOW)
    desk.decide("accepted", "thanks-followup", desk.new_batch())
    return desk
