"""Asking both models on the command line: one prompt with its progress, or many with a running count."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli import diagnostics
from console.compare.records import Compared, Comparison, Delta, Done, Pair
from console.compare.running import compare
from console.domain.errors import Refused, Usage
from console.domain.registry import Registry, Route
from console.providers.endpoints import Endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AT_ONCE = 4
"""Prompts under way at the same time: more would measure the providers' rate limits, not the models."""
LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One prompt of a file; `name` is its id, or its line."""

    name: str
    prompt: str


def chosen_route(registry: Registry, name: str | None, models: Sequence[str] | None) -> Route:
    """The route that is meant: the named one, the only one, or the only one with a canary. Raises Usage."""
    from console.actions.naming import route_named

    if name is not None:
        return route_named(registry, name)
    routes = list(registry.routes.values())
    if not routes and models:
        return Route("", models[0])
    on_trial = [route for route in routes if route.canary is not None]
    for candidates in (routes, on_trial):
        if len(candidates) == 1:
            return candidates[0]
    raise Usage("which route?", f"Say --route with one of: {', '.join(registry.routes)}")


def prompt_text(given: str) -> str:
    """The prompt as it was given; `-` reads it from stdin. Raises Usage."""
    if given != "-":
        return given
    if sys.stdin.isatty():
        diagnostics.say("type the prompt; ctrl+d ends it")
    text = sys.stdin.read(LARGEST_BYTES + 1)
    if len(text) > LARGEST_BYTES:
        raise Usage("the prompt on stdin is larger than 1 MB")
    return text.rstrip("\n")


def prompts_of(file: Path) -> list[Asked]:
    """The prompts of a file with one JSON object (`{"prompt": …}`, `id` if you like) a line. Raises Usage."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise Usage(f"{file}: {reason}", "It holds one JSON object a line, each with a prompt.") from error
    found = [_asked(line, number, file) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise Usage(f"{file} holds no prompt", 'One JSON object a line: {"id": "greeting", "prompt": "Hello"}')
    return found


def _asked(line: str, number: int, file: Path) -> Asked:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Usage(f"{file}:{number}: is not JSON: {error}") from error
    prompt = value.get("prompt") if isinstance(value, dict) else None
    if not isinstance(prompt, str) or not prompt.strip():
        raise Usage(f"{file}:{number}: has no prompt", 'Each line is like {"id": "greeting", "prompt": "Hello"}')
    return Asked(str(value.get("id", f"line {number}")), prompt)


def endpoints_of(stand_in_url: str, environment: Mapping[str, str]) -> Endpoints:
    """The stand-in where there is one, else the providers that `environment` has keys for."""
    return Endpoints.stand_in(stand_in_url) if stand_in_url else Endpoints.from_environment(environment)


@contextmanager
def stand_in(wanted: bool, scale: float = 1.0) -> Iterator[str]:
    """The URL of a stand-in that runs meanwhile; "" where none is wanted."""
    if not wanted:
        with nullcontext():
            yield ""
        return
    from console.demo.standin.process import start

    with start(scale=scale) as running:
        yield running.url


def run(pairs: Sequence[Pair], endpoints: Endpoints) -> list[Comparison]:
    """Every pair's comparison, in order. Progress goes to stderr; interrupting ends the open requests."""
    return asyncio.run(_run(pairs, endpoints))


async def _run(pairs: Sequence[Pair], endpoints: Endpoints) -> list[Comparison]:
    with diagnostics.progress() as line:
        async with endpoints:
            if len(pairs) == 1:
                return [await _one(pairs[0], endpoints, line.show)]
            return await _many(pairs, endpoints, line.show)


async def _many(pairs: Sequence[Pair], endpoints: Endpoints, show: Callable[[object], None]) -> list[Comparison]:
    turn = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(pair: Pair) -> Comparison:
        nonlocal done
        async with turn:
            comparison = await _one(pair, endpoints, lambda _: None)
        done += 1
        show(f"{done} of {len(pairs)} compared")
        return comparison

    show(f"0 of {len(pairs)} compared")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(pair)) for pair in pairs]
    return [task.result() for task in tasks]


async def _one(pair: Pair, endpoints: Endpoints, show: Callable[[object], None]) -> Comparison:
    characters = {"left": 0, "right": 0}
    done: set[str] = set()
    show(_so_far(pair, characters, done))
    async with aclosing(compare(pair, endpoints)) as events:
        async for event in events:
            match event:
                case Delta(side, text):
                    characters[side] += len(text)
                case Done(side, _):
                    done.add(side)
                case Compared(comparison):
                    return comparison
            show(_so_far(pair, characters, done))
    raise Refused("the comparison was stopped")


def _so_far(pair: Pair, characters: Mapping[str, int], done: set[str]) -> str:
    """`claude-a 312 characters · claude-b waiting`."""
    parts = []
    for side, question in (("left", pair.left), ("right", pair.right)):
        state = "finished" if side in done else f"{characters[side]:,} characters" if characters[side] else "waiting"
        parts.append(f"{question.model} {state}")
    return " · ".join(parts)
