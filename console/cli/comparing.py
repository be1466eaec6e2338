"""Asking both models on the command line: one prompt with its progress, or many with a running count."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING

import click

from console.cli import diagnostics
from console.cli.showing import AFTER_THE_FIRST_S, showing
from console.compare.many import Finished, Trial, compare_many
from console.compare.records import Compared, Comparison, Delta, Done, Pair
from console.domain.errors import EXIT_INTERRUPTED, Refused, Usage
from console.domain.registry import Registry, Route
from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.providers.meanwhile import meanwhile
from console.providers.records import Limits
from console.text import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AT_ONCE = 8
"""Requests under way at the same time: many more would measure the providers' rate limits, not the models."""
_BAR = 20
_CHANGED, _UNCHANGED, _FAILED = "changed", "unchanged", "without an answer"


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


def run_one(pair: Pair, endpoints: Endpoints, limits: Limits) -> Comparison:
    """The comparison of one pair. Progress goes to stderr; interrupting ends the open requests."""
    return asyncio.run(_run_one(pair, endpoints, limits))


def run_many(
    trials: Sequence[Trial],
    endpoints: Endpoints,
    *,
    concurrency: int,
    limits: Limits,
    journal: AnswerJournal | None,
) -> list[Finished]:
    """Every trial's comparison, in order. Progress goes to stderr; interrupting ends the open requests.

    What `journal` keeps is not asked again; an interrupted run says so.
    """
    finished: dict[int, Finished] = {}
    try:
        made = compare_many(trials, endpoints, concurrency=concurrency, limits=limits, journal=journal)
        asyncio.run(_run_many(made, len(trials), endpoints, finished))
    except KeyboardInterrupt:
        kept = "; the same command goes on from there" if journal is not None and not journal.problem else ""
        diagnostics.say(f"stopped: {len(finished)} of {words.plural(len(trials), 'comparison')} made{kept}")
        raise click.exceptions.Exit(EXIT_INTERRUPTED) from None  # which says no more
    return [finished[number] for number in range(len(trials))]


async def _run_one(pair: Pair, endpoints: Endpoints, limits: Limits) -> Comparison:
    with diagnostics.progress() as line:
        async with endpoints:
            return await _one(pair, endpoints, limits, line.show)


async def _run_many(
    made: AsyncGenerator[Finished, None], total: int, endpoints: Endpoints, finished: dict[int, Finished]
) -> None:
    with diagnostics.progress() as line:
        tally: Counter[str] = Counter()
        # What judges and prints: a tenth of a second that nobody waits for.
        meanwhile(lambda: import_module("console.cli.compared_json"), AFTER_THE_FIRST_S)
        async with showing(line, lambda: counted(tally, total)), endpoints, aclosing(made) as items:
            async for item in items:
                finished[item.number] = item
                tally[_kind(item.comparison)] += 1


def _kind(made: Comparison) -> str:
    return _FAILED if made.triage is None else _CHANGED if made.worrying else _UNCHANGED


def counted(tally: Mapping[str, int], total: int) -> str:
    """`━━━━━━────────────── 60 of 200 · 7 changed · 52 unchanged · 1 without an answer`."""
    made = sum(tally.values())
    full = round(_BAR * made / total)
    parts = [f"{'━' * full}{'─' * (_BAR - full)} {words.count(made)} of {words.count(total)}"]
    parts += [f"{words.count(tally.get(kind, 0))} {kind}" for kind in (_CHANGED, _UNCHANGED)]
    return " · ".join([*parts, f"{words.count(tally[_FAILED])} {_FAILED}"] if tally.get(_FAILED) else parts)


async def _one(pair: Pair, endpoints: Endpoints, limits: Limits, show: Callable[[object], None]) -> Comparison:
    from console.compare.running import compare

    characters = {"left": 0, "right": 0}
    done: set[str] = set()
    show(_so_far(pair, characters, done))
    async with aclosing(compare(pair, endpoints, limits=limits)) as events:
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
