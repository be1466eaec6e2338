"""The simulated users: what one request records, who is judged and rated, and how the traffic flows."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from console.demo import users
from console.demo.people import PEOPLE, RATED, SATISFIED, SYSTEM, Crowd, Request
from console.demo.standin.luck import luck_of
from console.demo.users import Application, Settings
from console.demo.world import CANARY, ROUTES
from console.domain.choice import Choice
from console.providers.records import Answer, Failure

MAIL, AS_JSON = Request("mail", "Where is my parcel?"), Request("json", "Answer as JSON.")


class Recorded:
    """One request as the log takes it."""

    def __init__(self, number: int, choice: Choice, user: str, call: dict[str, Any]) -> None:
        self.id = f"request-{number}"
        self.choice, self.user, self.call = choice, user, call
        self.recorded: dict[str, Any] = {}
        self.failed = ""
        self.ended = False

    async def __aenter__(self) -> Recorded:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.ended = True

    def record(self, **values: Any) -> None:
        self.recorded = values

    def fail(self, kind: str) -> None:
        self.failed = kind


@dataclass
class Log:
    """Remembers what it was told."""

    requests: list[Recorded] = field(default_factory=list)
    words: list[tuple[str, dict[str, bool]]] = field(default_factory=list)

    def request(self, choice: Choice, user: str, call: dict[str, Any]) -> Recorded:
        self.requests.append(Recorded(len(self.requests), choice, user, call))
        return self.requests[-1]

    def feedback(self, request_id: str, **said: bool) -> None:
        assert self.requests[int(request_id.removeprefix("request-"))].ended, "judged before it was recorded"
        self.words.append((request_id, said))

    def said(self, what: str) -> list[bool]:
        return [words[what] for _, words in self.words if what in words]


class Routing:
    """Gives every user the canary."""

    def select(self, route: str, user: str) -> Choice:
        return Choice(route, CANARY, "canary", "bucket", "a rollout")


def answer(text: str = "Kind regards", **changes: Any) -> Answer:
    usual: dict[str, Any] = {
        "model": CANARY,
        "served_model": CANARY,
        "text": text,
        "outcome": "ok",
        "latency_ms": 900.0,
        "ttft_ms": 300.0,
        "input_tokens": 50,
        "output_tokens": 20,
    }
    return Answer(**{**usual, **changes})


@dataclass
class World:
    """An application whose provider says what `says` holds, and whose users don't wait."""

    application: Application
    log: Log
    stop: asyncio.Event
    says: Answer
    asked: list[Any] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def serve(self, wanted: Request, route: str = "support", times: int = 1) -> None:
        async def all_of_them() -> None:
            for _ in range(times):
                await self.application.serve(route, "user-0001", wanted)

        asyncio.run(all_of_them())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    log, stop = Log(), asyncio.Event()
    settings = Settings("r.toml", "r.db", "http://127.0.0.1:1", rate=50.0)
    made = World(Application(settings, Routing(), log, object(), stop), log, stop, answer())  # type: ignore[arg-type]

    async def says(question: Any, endpoints: Any, *, limits: Any) -> Answer:
        made.asked.append((question, limits))
        return made.says

    async def sleep(seconds: float) -> None:
        made.slept.append(seconds)

    monkeypatch.setattr(users, "answer_of", says)
    monkeypatch.setattr("console.demo.users.asyncio.sleep", sleep)
    return made


def test_a_request_is_asked_as_the_route_asks_and_recorded_as_it_was_answered(world: World) -> None:
    world.serve(MAIL)
    ((question, limits),) = world.asked
    assert (question.model, question.system) == (CANARY, SYSTEM["support"])
    assert limits.retries == 0, "an error that users meet would be hidden"
    (request,) = world.log.requests
    assert (request.user, request.choice.arm) == ("user-0001", "canary")
    assert (request.call["model"], request.call["system"]) == (CANARY, SYSTEM["support"])
    assert request.recorded["outcome"] == "ok"
    assert (request.recorded["latency_ms"], request.recorded["ttft_ms"]) == (900.0, 300.0)
    assert (request.recorded["input_tokens"], request.recorded["output_tokens"]) == (50, 20)
    assert request.failed == ""


def test_a_failure_is_recorded_by_its_kind_and_neither_judged_nor_rated(world: World) -> None:
    world.says = answer("", outcome="error", failure=Failure("overloaded", "the provider is overloaded"))
    world.serve(AS_JSON, times=100)
    assert {request.failed for request in world.log.requests} == {"overloaded"}
    assert {request.recorded["outcome"] for request in world.log.requests} == {"error"}
    assert world.log.words == []


@pytest.mark.parametrize("outcome", ["refusal", "truncated", "empty"])
def test_what_is_no_answer_is_not_judged(world: World, outcome: str) -> None:
    world.says = answer("{", outcome=outcome)
    world.serve(AS_JSON, times=50)
    assert world.log.words == []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [(json.dumps({"a": 1}), False), ("```json\n{}\n```", True), ("Kind regards", True), ("{", True), ("5", False)],
)
def test_the_checker_flags_an_answer_that_should_be_json_and_is_not(world: World, text: str, flagged: bool) -> None:
    world.says = answer(text)
    world.serve(AS_JSON)
    assert world.log.said("regression") == [flagged]


def test_the_checker_looks_at_nothing_but_json(world: World) -> None:
    world.serve(MAIL, times=50)
    world.serve(Request("summary", "Summarise."), "summarise", times=50)
    assert world.log.said("regression") == []


def test_some_answers_are_rated_later_and_most_of_them_well(world: World) -> None:
    world.serve(MAIL, times=3_000)
    ratings = world.log.said("satisfied")
    assert len(ratings) / 3_000 == pytest.approx(RATED, abs=0.02)
    assert sum(ratings) / len(ratings) == pytest.approx(SATISFIED, abs=0.05)
    assert len(world.slept) == len(ratings)
    assert all(0.5 <= seconds <= 4.0 for seconds in world.slept)


def test_users_arrive_at_the_rate_of_their_route(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that goes on by what is slept: 50 a second on the route with the canary, a fifth on the other."""
    asked: Counter[str] = Counter()
    at = [0.0]

    class Enough(Exception):
        pass

    async def serve(route: str, user: str, wanted: Request) -> None:
        asked[route] += 1

    async def arrivals(route: str) -> None:
        at[0] = 0.0
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "time", lambda: at[0])
        real = type(loop).time

        async def sleep(seconds: float) -> None:
            at[0] += max(0.0, seconds)
            if at[0] > 40.0:
                raise Enough
            await _turn()

        monkeypatch.setattr("console.demo.users.asyncio.sleep", sleep)
        with contextlib.suppress(Enough):
            await world.application._traffic(route)
        monkeypatch.setattr(loop, "time", lambda: real(loop))

    monkeypatch.setattr(world.application, "serve", serve)
    for route, _ in ROUTES:
        asyncio.run(arrivals(route))
    assert asked["support"] / 40 == pytest.approx(50, rel=0.1)
    assert asked["summarise"] / 40 == pytest.approx(10, rel=0.2)


class _turn:  # noqa: N801
    """One turn of the event loop, for tasks that wait; `asyncio.sleep` is another here."""

    def __await__(self) -> Iterator[None]:
        yield


def test_a_stuck_provider_does_not_pile_up_requests_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "MOST_AT_ONCE", 7)
    begun = []

    async def run() -> None:
        turns = 0
        over = asyncio.get_running_loop().create_future()

        async def sleep(seconds: float) -> None:
            nonlocal turns
            turns += 1
            if turns > 50:
                raise asyncio.CancelledError
            await _turn()

        async def serve(route: str, user: str, wanted: Request) -> None:
            begun.append(user)
            await over

        monkeypatch.setattr("console.demo.users.asyncio.sleep", sleep)
        monkeypatch.setattr(world.application, "serve", serve)
        with contextlib.suppress(asyncio.CancelledError):
            await world.application._traffic("support")
        over.set_result(None)

    asyncio.run(run())
    assert len(begun) == 7


@pytest.mark.parametrize(("scenario", "turned"), [("slow", [{"latency_factor": 2.0}]), ("healthy", [])])
def test_a_scenario_turns_the_canarys_switches_once_after_its_time(
    monkeypatch: pytest.MonkeyPatch, scenario: Any, turned: list[dict[str, object]]
) -> None:
    slept, found = [], []

    class Hand:
        def __init__(self, url: str) -> None:
            assert url == "http://127.0.0.1:1"

        def set(self, model: str, **switches: object) -> None:
            assert model == CANARY
            assert slept == [12.5], "too early"
            found.append(switches)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(users, "Control", Hand)
    monkeypatch.setattr("console.demo.users.asyncio.sleep", sleep)
    settings = Settings("r", "l", "http://127.0.0.1:1", scenario=scenario, after_s=12.5)

    async def run() -> None:
        unused: Any = None
        await Application(settings, unused, unused, unused, asyncio.Event())._scenario()

    asyncio.run(run())
    assert found == turned


@pytest.mark.parametrize("rate", ["0", "-1", "many"])
def test_a_senseless_rate_is_a_usage_error(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--registry", "r", "--log", "l", "--stand-in", "http://127.0.0.1:1", f"--rate={rate}"]
    with pytest.raises(SystemExit) as ended:
        users.main(words)
    assert ended.value.code == 2
    assert "--rate" in capsys.readouterr().err


@pytest.mark.parametrize("scenario", ["", "unhealthy"])
def test_a_scenario_that_does_not_exist_is_a_usage_error(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        users.main(["--registry", "r", "--log", "l", "--stand-in", "u", "--scenario", scenario])
    assert "healthy" in capsys.readouterr().err


def test_the_same_luck_draws_the_same_people_and_questions() -> None:
    one, other = Crowd(luck_of("x")), Crowd(luck_of("x"))
    assert [(one.draw(), one.request("support")) for _ in range(50)] == [
        (other.draw(), other.request("support")) for _ in range(50)
    ]


def test_the_busiest_user_writes_most_and_everybody_can_write() -> None:
    crowd = Crowd(luck_of("people"))
    writes = Counter(crowd.draw() for _ in range(60_000))
    assert writes.most_common(1)[0][0] == "user-0000"
    assert len(writes) > PEOPLE * 0.97
    assert set(writes) <= {f"user-{number:04d}" for number in range(PEOPLE)}
    halves = [sum(writes[f"user-{n:04d}"] for n in numbers) for numbers in (range(1000), range(1000, 2000))]
    assert halves[0] > 1.5 * halves[1]


def test_questions_name_orders_that_an_answer_can_repeat() -> None:
    crowd = Crowd(luck_of("orders"))
    prompts = [crowd.request("support").prompt for _ in range(200)]
    assert not any("{" in prompt.replace("{}", "") for prompt in prompts)
    assert sum(any(char.isdigit() for char in prompt) for prompt in prompts) == 200
    assert len(set(prompts)) > 190
