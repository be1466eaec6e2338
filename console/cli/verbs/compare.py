"""`console compare`: one prompt (or a file of them) on two models, side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from console.cli import compared, diagnostics, output
from console.cli.comparing import Asked, chosen_route, endpoints_of, prompt_text, prompts_of, run, stand_in
from console.cli.settings import STAND_IN, Settings, common
from console.compare.questions import questions_for
from console.compare.records import Comparison, Pair
from console.domain.errors import EXIT_GOOD, RegistryInvalid, Unmeasured, Usage
from console.domain.registry import Registry, Route
from console.registry.reading import read


@click.command("compare", help="PROMPT on both models of a route: words, tokens, cost, latency. `-` reads stdin.")
@click.argument("prompt", required=False)
@click.option("--route", metavar="ROUTE", help="Whose models and parameters; default the one with a canary.")
@click.option("--models", nargs=2, metavar="A B", help="Two other models than the route's.")
@click.option("--file", metavar="F.jsonl", help='Many prompts: one {"prompt": …} a line, with an id if you like.')
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask each prompt N times.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@STAND_IN
@common
def command(
    settings: Settings,
    prompt: str | None,
    route: str | None,
    models: tuple[str, str] | None,
    file: str | None,
    repeat: int,
    as_json: bool,
    stand_in: bool,
) -> int:
    """Compare two models."""
    if (prompt is None) == (file is None):
        raise Usage("give one prompt, or --file with many", 'For example: console compare "Where is my parcel?"')
    asked = [Asked("", prompt_text(prompt))] if prompt is not None else prompts_of(Path(str(file)))
    if repeat > 1:
        asked = [Asked(f"{one.name} run {n}".strip(), one.prompt) for one in asked for n in range(1, repeat + 1)]
    registry = _registry(settings, named=route is not None, models=models)
    meant = chosen_route(registry, route, models)
    pairs = [questions_for(meant, registry, one.prompt, models) for one in asked]
    _tell(pairs[0], meant)
    made = _measure(pairs, stand_in or settings.stand_in)
    _print(made, asked, meant, as_json=as_json, single=len(made) == 1)
    return _verdict(made)


def _registry(settings: Settings, *, named: bool, models: Sequence[str] | None) -> Registry:
    """The registry; an empty one where two models are named and there is no file at all."""
    try:
        return read(settings.registry_path).registry
    except RegistryInvalid:
        if models and not named and not settings.registry_path.exists():
            return Registry({}, {})
        raise


def _tell(pair: Pair, route: Route) -> None:
    where = f" on {route.name}" if route.name else ""
    diagnostics.say(f"comparing {pair.left.model} against {pair.right.model}{where}")
    for question, notes in ((pair.left, pair.left_notes), (pair.right, pair.right_notes)):
        for note in notes:
            diagnostics.say(f"{note.parameter} is not sent to {question.model}: {note.reason}")


def _measure(pairs: Sequence[Pair], by_stand_in: bool) -> list[Comparison]:
    with stand_in(by_stand_in) as url:
        return run(pairs, endpoints_of(url, os.environ))


def _print(made: Sequence[Comparison], asked: Sequence[Asked], route: Route, *, as_json: bool, single: bool) -> None:
    if as_json:
        documents = [compared.fields(one, name, route.name) for one, name in zip(made, asked, strict=True)]
        output.emit_json({"comparisons": documents, "summary": compared.summary(made)})
    elif single:
        compared.print_comparison(made[0], route.name)
    else:
        compared.print_many(made, asked)


def _verdict(made: Sequence[Comparison]) -> int:
    """Good, or Unmeasured with each different reason once."""
    failures = [answer for one in made for answer in compared.unmeasured(one)]
    if not failures:
        return EXIT_GOOD
    reasons = dict.fromkeys(f"{answer.model}: {answer.failure.message}" for answer in failures if answer.failure)
    hints = dict.fromkeys(answer.failure.hint for answer in failures if answer.failure and answer.failure.hint)
    raise Unmeasured("\n".join(reasons), " ".join(hints))
