"""What `select` answers: the user's side, conversations, overrides, and something sensible whatever is passed."""

from __future__ import annotations

import asyncio
import enum
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from console.domain.buckets import bucket, is_canary
from console.routing.router import Router

DEFAULT = "gpt-4.1-mini-2025-04-14"
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
ROLLOUT = f"support|{NEW}|2026-11-20T09:00:00Z"
USERS = [f"user-{number}" for number in range(400)]
ON_CANARY = next(user for user in USERS if bucket(ROLLOUT, user) < 250_000)
NOT_ON_CANARY = next(user for user in USERS if bucket(ROLLOUT, user) >= 250_000)

MakeRouter = Callable[..., Router]
Write = Callable[..., None]


@pytest.fixture
def router(make: MakeRouter, write: Write) -> Router:
    write()
    return make()


def test_each_user_gets_the_side_of_the_published_rule_and_keeps_it(router: Router) -> None:
    for _ in range(2):
        for user in USERS:
            choice = router.select("support", user)
            expected = "canary" if is_canary(ROLLOUT, user, 25) else "production"
            assert (choice.arm, choice.why, choice.rollout) == (expected, "bucket", ROLLOUT)
            assert choice.model == (NEW if expected == "canary" else OLD)


def test_a_higher_percentage_only_adds_users(make: MakeRouter, write: Write) -> None:
    previous: set[str] = set()
    for percentage in (0, 5, 25, 50, 100):
        write(percentage=percentage)
        router = make()
        on_canary = {user for user in USERS if router.select("support", user).arm == "canary"}
        assert previous <= on_canary
        previous = on_canary
    assert previous == set(USERS)


def test_a_new_rollout_picks_other_users(make: MakeRouter, write: Write) -> None:
    sides = []
    for start in ("2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z"):
        write(start=start)
        router = make()
        sides.append({user for user in USERS if router.select("support", user).arm == "canary"})
    assert len(sides[0] & sides[1]) < 0.6 * len(sides[0])


def test_at_0_percent_nobody_is_on_the_canary(make: MakeRouter, write: Write) -> None:
    write(percentage=0)
    router = make()
    assert {router.select("support", user).model for user in USERS} == {OLD}


def test_evidence_starts_after_the_warm_up(make: MakeRouter, write: Write) -> None:
    write(more='[routes.support.gates]\nwarm_up = "5m"\n')
    assert make().select("support", "user").evidence_from == 1_795_165_200.0 + 300.0


@pytest.mark.parametrize("key", [None, "", b"", bytearray()])
def test_without_a_key_production_answers_and_it_is_no_evidence(router: Router, key: object) -> None:
    choice = router.select("support", key)
    assert (choice.model, choice.arm, choice.why, choice.rollout) == (OLD, "production", "default", ROLLOUT)


class Plan(str, enum.Enum):  # noqa: UP042
    GOLD = "gold-member"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (7, "7"),
        (True, "True"),
        (1.5, "1.5"),
        (uuid.UUID(int=5), str(uuid.UUID(int=5))),
        ("Zoë".encode(), "Zoë"),
        (bytearray(b"user-1"), "user-1"),
        (memoryview(b"user-1"), "user-1"),
        (Plan.GOLD, "gold-member"),
        (("a", 1), "('a', 1)"),
        ("\ud83d", "\ud83d"),
    ],
)
def test_any_key_counts_as_its_text(make: MakeRouter, write: Write, key: object, text: str) -> None:
    number = bucket(ROLLOUT, text)
    for percentage, arm in ((number / 10_000, "production"), ((number + 1) / 10_000, "canary")):
        write(percentage=percentage)
        assert make().select("support", key).arm == arm


def test_equal_keys_of_different_types_are_different_users(router: Router) -> None:
    answers = {key: router.select("support", key) for key in ("1", "True", "1.0")}
    for key, text in ((1, "1"), (True, "True"), (1.0, "1.0")):
        assert router.select("support", key) == answers[text]


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __hash__(self) -> int:
        raise RuntimeError("no hash")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")


class HostileText(str):
    def __hash__(self) -> int:
        raise RuntimeError("no hash")

    def encode(self, *_: object) -> bytes:
        raise RuntimeError("no bytes")


HOSTILE = [
    Hostile(),
    HostileText("x"),
    [],
    {},
    object(),
    float("nan"),
    -1,
    b"\xff\xfe",
    "\0",
    "\ud800",
    "x" * 1_000_000,
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_passed_raises(router: Router, value: Any) -> None:
    for choice in (
        router.select(value, "user"),
        router.select("support", value),
        router.select("support", "user", value),
        router.select("support", "user", current=[value]),
        router.select(value, value, value),
    ):
        assert choice.model in (OLD, NEW, DEFAULT)


def test_a_conversation_stays_on_the_model_it_started_on(router: Router) -> None:
    for user in (ON_CANARY, NOT_ON_CANARY):
        for model, arm in ((OLD, "production"), (NEW, "canary")):
            choice = router.select("support", user, current=model)
            assert (choice.model, choice.arm, choice.why) == (model, arm, "pinned conversation")


def test_a_conversation_without_a_key_stays_too(router: Router) -> None:
    assert router.select("support", None, NEW).model == NEW


def test_a_conversation_whose_model_left_the_route_moves_to_the_users_side(router: Router) -> None:
    for user, model, arm in ((ON_CANARY, NEW, "canary"), (NOT_ON_CANARY, OLD, "production"), (None, OLD, "production")):
        choice = router.select("support", user, current="claude-3-opus-20240229")
        assert (choice.model, choice.arm, choice.why) == (model, arm, "moved")


def test_after_a_rollback_conversations_leave_the_canary(make: MakeRouter, write: Write) -> None:
    write(percentage=0, held="error rate")
    choice = make().select("support", ON_CANARY, current=NEW)
    assert (choice.model, choice.why) == (OLD, "moved")


def test_a_held_canary_with_traffic_keeps_its_conversations(make: MakeRouter, write: Write) -> None:
    write(percentage=25, held="waiting for review")
    choice = make().select("support", NOT_ON_CANARY, current=NEW)
    assert (choice.model, choice.why) == (NEW, "pinned conversation")


def test_after_a_promotion_conversations_on_the_new_model_go_on(make: MakeRouter, write: Write) -> None:
    write(production=NEW, canary=None)
    router = make()
    assert router.select("support", "user", current=NEW).why == "pinned conversation"
    assert router.select("support", "user", current=OLD) == router.select("support", "user2", current=OLD)
    assert router.select("support", "user", current=OLD).why == "moved"


def test_an_empty_current_is_no_conversation(router: Router) -> None:
    assert router.select("support", ON_CANARY, current="") == router.select("support", ON_CANARY)


def test_an_unknown_route_gets_the_default(router: Router) -> None:
    choice = router.select("nowhere", "user")
    assert (choice.route, choice.model, choice.arm, choice.why) == ("nowhere", DEFAULT, "production", "default")


def test_a_conversation_on_an_unknown_route_is_told_that_it_moves(router: Router) -> None:
    assert router.select("nowhere", "user", current=NEW).why == "moved"
    assert router.select("nowhere", "user", current=DEFAULT).why == "default"


@pytest.mark.parametrize("variable", ["LLM_MODEL", "LLM_MODEL_SUPPORT"])
def test_the_environment_overrides_everybody(make: MakeRouter, write: Write, variable: str) -> None:
    write()
    router = make(environment={variable: "forced-model"})
    for choice in (
        router.select("support", ON_CANARY),
        router.select("support", None),
        router.select("support", ON_CANARY, current=OLD),
    ):
        assert (choice.model, choice.why) == ("forced-model", "override")
    assert router.status().overrides["support"] == "forced-model"
    assert router.select("plain", "user").why == ("override" if variable == "LLM_MODEL" else "bucket")


def test_the_environment_overrides_routes_that_are_in_no_registry(make: MakeRouter) -> None:
    assert make(environment={"LLM_MODEL": "forced-model"}).select("nowhere", "user").model == "forced-model"


def test_an_override_that_is_set_or_unset_later_counts_at_the_next_look(
    make: MakeRouter, write: Write, until: Callable[..., None]
) -> None:
    write()
    environment: dict[str, str] = {}
    router = make(environment=environment)
    environment["LLM_MODEL_SUPPORT"] = "forced-model"
    until(lambda: router.select("support", "user").model == "forced-model")
    del environment["LLM_MODEL_SUPPORT"]
    until(lambda: router.select("support", "user").why == "bucket")


@pytest.mark.parametrize("default", ["", "  ", None, 5])
def test_a_router_needs_a_default(path: Any, default: Any) -> None:
    with pytest.raises(ValueError, match="default must be"):
        Router(path, default)


def test_a_default_cannot_be_left_out(path: Any) -> None:
    with pytest.raises(TypeError):
        Router(path)  # type: ignore[call-arg]


def test_threads_agree(router: Router) -> None:
    expected = {user: is_canary(ROLLOUT, user, 25) for user in USERS}
    wrong: list[str] = []

    def ask() -> None:
        for _ in range(20):
            wrong.extend(user for user in USERS if (router.select("support", user).arm == "canary") != expected[user])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


async def test_tasks_of_an_event_loop_agree(router: Router) -> None:
    async def ask(user: str) -> bool:
        await asyncio.sleep(0)
        return (router.select("support", user).arm == "canary") == is_canary(ROLLOUT, user, 25)

    assert all(await asyncio.gather(*(ask(user) for user in USERS)))
