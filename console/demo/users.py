"""`python -m console.demo.users`: an application under way, with simulated users and everything else real.

Real are the router, the request log, the provider code and its SDKs; the stand-in provider answers. A checker looks at
every answer that had to be JSON, and some users rate what they got. A scenario turns the stand-in's switches for the
canary's model after a while.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from console import RequestLog, Router
from console.demo.children import end_with_parent, ready
from console.demo.people import FLAGGED, MAX_TOKENS, RATED, SATISFIED, SYSTEM, Crowd, Request, call_of
from console.demo.scenarios import AFTER_S, OTHERS, RATE, SCENARIOS, Scenario, switches
from console.demo.standin.control import Control
from console.demo.standin.luck import luck_of
from console.demo.world import CANARY, ROUTES
from console.domain.choice import Choice
from console.providers.asking import answer_of
from console.providers.endpoints import Endpoints
from console.providers.records import Answer, Limits, Question

MOST_AT_ONCE = 400
LIMITS = Limits(total_s=60.0, retries=0)
"""No retries: an error that users meet is to be seen."""
RATING_DELAY_S = (0.5, 4.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one run of the users is told."""

    registry: str
    log: str
    stand_in: str
    rate: float = RATE
    scenario: Scenario = "healthy"
    after_s: float = AFTER_S
    seed: int = 1


class Application:
    """One application process. Setting `stop` ends it; what was asked by then is not waited for."""

    def __init__(
        self, settings: Settings, router: Router, log: RequestLog, endpoints: Endpoints, stop: asyncio.Event
    ) -> None:
        self._settings = settings
        self._router = router
        self._log = log
        self._endpoints = endpoints
        self._luck = luck_of("users", settings.seed)
        self._crowd = Crowd(self._luck)
        self._asking: set[asyncio.Task[None]] = set()
        self._stop = stop

    async def run(self) -> None:
        """Users come and go until it is told to stop."""
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self._traffic(route)) for route, _ in ROUTES]
            running.append(group.create_task(self._scenario()))
            await self._stop.wait()
            for task in running:
                task.cancel()

    async def _traffic(self, route: str) -> None:
        """Arrivals of a Poisson process; a user waits for an answer, the others don't wait for that user."""
        rate = self._settings.rate * (1.0 if route == ROUTES[0][0] else OTHERS)
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += self._luck.expovariate(rate)
            await asyncio.sleep(due - loop.time())
            if len(self._asking) < MOST_AT_ONCE:
                task = asyncio.create_task(self.serve(route, self._crowd.draw(), self._crowd.request(route)))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)

    async def _scenario(self) -> None:
        wanted = switches(self._settings.scenario)
        await asyncio.sleep(self._settings.after_s)
        if wanted:
            await asyncio.to_thread(Control(self._settings.stand_in).set, CANARY, **wanted)

    async def serve(self, route: str, user: str, wanted: Request) -> None:
        """One request, the way an application's code does it."""
        choice = self._router.select(route, user)
        question = Question.of(choice.model, wanted.prompt, SYSTEM[route], {"max_tokens": MAX_TOKENS})
        request = self._log.request(choice, user, call=call_of(route, choice.model, question.messages))
        async with request:
            answer = await answer_of(question, self._endpoints, limits=LIMITS)
            request.record(
                served_model=answer.served_model,
                outcome=answer.outcome,
                latency_ms=answer.latency_ms,
                ttft_ms=answer.ttft_ms,
                input_tokens=answer.input_tokens,
                output_tokens=answer.output_tokens,
                cached_tokens=answer.cached_tokens,
                reasoning_tokens=answer.reasoning_tokens,
                cost_usd=answer.cost_usd,
                retries=answer.retries,
            )
            if answer.failure is not None:
                request.fail(answer.failure.kind)
        await self._judge(request.id, choice, wanted, answer)

    async def _judge(self, request_id: str, choice: Choice, wanted: Request, answer: Answer) -> None:
        if answer.outcome != "ok":
            return
        if wanted.kind == "json":
            self._log.feedback(request_id, regression=not _is_json(answer.text) or self._luck.random() < FLAGGED)
        if self._luck.random() < RATED:
            await asyncio.sleep(self._luck.uniform(*RATING_DELAY_S))
            self._log.feedback(request_id, satisfied=self._luck.random() < SATISFIED)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


async def _warm(model: str, endpoints: Endpoints) -> None:
    """Ask something nobody waits for, which loads the SDK and opens a connection."""
    await answer_of(Question.of(model, "Hello"), endpoints, limits=LIMITS)


def _from_thread(loop: asyncio.AbstractEventLoop, *events: asyncio.Event) -> None:
    for event in events:
        loop.call_soon_threadsafe(event.set)


async def live(settings: Settings) -> None:
    """Run an application until SIGTERM or the end of the parent; what was recorded by then is in the log.

    SDKs and connections are warmed up first; the users come when the parent says go, with registry and log in place.
    """
    loop, go, stop = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, _from_thread, loop, stop, go)
    end_with_parent(functools.partial(_from_thread, loop, stop, go), functools.partial(_from_thread, loop, go))
    async with Endpoints.stand_in(settings.stand_in) as endpoints:
        ready()
        warming = [asyncio.create_task(_warm(model, endpoints)) for _, model in ROUTES]
        await go.wait()
        log = RequestLog(settings.log)
        application = Application(settings, Router(settings.registry, default=ROUTES[0][1]), log, endpoints, stop)
        await application.run()
        log.close()
        await asyncio.gather(*warming)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of the process."""
    parser = argparse.ArgumentParser(prog="python -m console.demo.users", description="Simulated users.")
    parser.add_argument("--registry", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--stand-in", required=True, metavar="URL")
    parser.add_argument("--rate", type=float, default=RATE, help="requests per second on the route with the canary")
    parser.add_argument("--scenario", choices=SCENARIOS, default="healthy")
    parser.add_argument("--after", type=float, default=AFTER_S, help="seconds until the scenario begins")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.rate <= 0:
        parser.error("--rate must be above 0")
    asyncio.run(
        live(Settings(given.registry, given.log, given.stand_in, given.rate, given.scenario, given.after, given.seed))
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
