"""`console compare`: one prompt (or a file of them) on two models, side by side, with a judgement."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli import diagnostics, output
from console.cli.comparing import AT_ONCE, chosen_route, endpoints_of, run_many, run_one, stand_in
from console.cli.prompts import Asked, prompt_text, prompts_of
from console.cli.settings import STAND_IN, Settings, common
from console.compare.many import Finished, Trial
from console.compare.questions import beside, questions_for
from console.compare.records import Comparison, Pair
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, RegistryInvalid, Unmeasured, Usage
from console.domain.record import record
from console.domain.registry import Registry, Route
from console.providers.asking import DEFAULT_LIMITS
from console.providers.kept import AnswerJournal
from console.providers.records import Failure, Limits
from console.registry.reading import read
from console.text import words

if TYPE_CHECKING:
    from console.compare.similarity import Similarity

# What judges, prints and compares by meaning is imported where it is used: the first requests go out before.
_Grouped = dict[tuple[int, str], list[Comparison]]


@record
class _Plan:
    """What is asked: a trial for each prompt, model and run, with the name it is shown under."""

    route: Route
    trials: tuple[Trial, ...]
    names: tuple[str, ...]
    groups: tuple[tuple[int, str], ...]
    """Of each trial, prompt and third model: the same for all its runs. The second is its name."""


@click.command("compare", help="PROMPT on both models of a route, and a judgement. `-` reads stdin. Exit 1: worrying.")
@click.argument("prompt", required=False)
@click.option("--route", metavar="ROUTE", help="Whose models and parameters; default the one with a canary.")
@click.option("--models", nargs=2, metavar="A B", help="Two other models than the route's.")
@click.option("--also", metavar="C", help="A third model, compared with the first one.")
@click.option("--file", metavar="F.jsonl", help='Many prompts: one {"prompt": …} a line, or {"messages": […]}.')
@click.option("--sample", type=click.IntRange(1), metavar="N", help="So many of the file's prompts, drawn by --seed.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another draw.")
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask each prompt N times.")
@click.option(
    "--concurrency", type=click.IntRange(1, 200), default=AT_ONCE, show_default=True, help="Requests under way at once."
)
@click.option("--timeout", type=click.FloatRange(0.1), metavar="S", help="Seconds an answer may take. [default: 300]")
@click.option("--fresh", is_flag=True, help="Ask again what an earlier run over the file has answers to.")
@click.option("--similarity", is_flag=True, help="Add how alike the answers are in meaning; a hint, never the judge.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@STAND_IN
@common
def command(
    settings: Settings,
    prompt: str | None,
    route: str | None,
    models: tuple[str, str] | None,
    also: str | None,
    file: str | None,
    sample: int | None,
    seed: int,
    repeat: int,
    concurrency: int,
    timeout: float | None,
    fresh: bool,
    similarity: bool,
    as_json: bool,
    stand_in: bool,
) -> int:
    """Compare two models."""
    if (prompt is None) == (file is None):
        raise Usage("give one prompt, or --file with many", 'For example: console compare "Where is my parcel?"')
    if file is None and sample is not None:
        raise Usage("--sample draws from a file of prompts", "Add --file F.jsonl")
    asked = [Asked("", prompt_text(str(prompt)))] if file is None else prompts_of(Path(file), sample, seed)
    registry = _registry(settings, named=route is not None, models=models)
    plan = _planned(asked, chosen_route(registry, route, models), registry, models, also, repeat)
    _tell(plan)
    journal = None if file is None or settings.read_only else AnswerJournal.of("compare", str(Path(file).resolve()))
    if journal is not None and fresh:
        journal.clear()
    limits = DEFAULT_LIMITS if timeout is None else replace(DEFAULT_LIMITS, total_s=timeout)
    made = _measure(plan, stand_in or settings.stand_in, concurrency, limits, journal)
    _tell_kept(made, journal)
    likenesses = _likenesses(made) if similarity else [None] * len(made)
    grouped = _grouped(plan, made)
    _print(plan, made, grouped if repeat > 1 else {}, likenesses, as_json)
    return _verdict(grouped)


def _registry(settings: Settings, *, named: bool, models: Sequence[str] | None) -> Registry:
    """The registry; an empty one where two models are named and there is no file at all."""
    try:
        return read(settings.registry_path).registry
    except RegistryInvalid:
        if models and not named and not settings.registry_path.exists():
            return Registry({}, {})
        raise


def _planned(
    asked: Sequence[Asked],
    route: Route,
    registry: Registry,
    models: Sequence[str] | None,
    also: str | None,
    repeat: int,
) -> _Plan:
    trials, names, groups = list[Trial](), list[str](), list[tuple[int, str]]()
    for number, one in enumerate(asked):
        first = questions_for(route, registry, one.prompt, models, messages=one.messages, system=one.system)
        first = replace(first, requirements=one.requirements)
        pairs = [first, beside(first, route, registry, also)] if also else [first]
        for run in range(1, repeat + 1):
            for pair in pairs:
                group = f"{one.name} {pair.right.model}".strip() if also else one.name
                trials.append(Trial(pair, run))
                names.append(f"{group} run {run}".strip() if repeat > 1 else group)
                groups.append((number, group))
    return _Plan(route, tuple(trials), tuple(names), tuple(groups))


def _tell(plan: _Plan) -> None:
    """Once for the run: which models, and what of the route's parameters each of them is not sent."""
    where = f" on {plan.route.name}" if plan.route.name else ""
    pairs: dict[str, Pair] = {trial.pair.right.model: trial.pair for trial in reversed(plan.trials)}
    others = " and ".join(dict.fromkeys(trial.pair.right.model for trial in plan.trials))
    diagnostics.say(f"comparing {plan.trials[0].pair.left.model} against {others}{where}")
    sides = [(pair.left, pair.left_notes) for pair in list(pairs.values())[:1]]
    for question, notes in [*sides, *((pair.right, pair.right_notes) for pair in pairs.values())]:
        for note in notes:
            diagnostics.say(f"{note.parameter} is not sent to {question.model}: {note.reason}")


def _measure(
    plan: _Plan, by_stand_in: bool, concurrency: int, limits: Limits, journal: AnswerJournal | None
) -> list[Finished]:
    with stand_in(by_stand_in) as url:
        endpoints = endpoints_of(url, os.environ)
        if len(plan.trials) == 1 and journal is None:
            return [Finished(0, run_one(plan.trials[0].pair, endpoints, limits))]
        return run_many(plan.trials, endpoints, concurrency=concurrency, limits=limits, journal=journal)


def _tell_kept(made: Sequence[Finished], journal: AnswerJournal | None) -> None:
    kept = sum(one.kept for one in made)
    if kept:
        diagnostics.say(f"{words.plural(kept, 'answer')} kept from an earlier run; --fresh asks again")
    if journal is not None and journal.problem:
        diagnostics.say(f"answers could not be kept, so an interrupted run begins anew: {journal.problem}")


def _print(
    plan: _Plan,
    made: Sequence[Finished],
    repeated: _Grouped,
    likenesses: Sequence[Similarity | None],
    as_json: bool,
) -> None:
    from console.cli import compared, compared_json
    from console.compare.repeats import agreement

    agreements = [(name, agreement(runs)) for (_, name), runs in repeated.items()]
    if as_json:
        output.emit_json(compared_json.document(made, plan.names, plan.route.name, agreements, likenesses))
    elif all(one.comparison.left.failure and one.comparison.right.failure for one in made):
        return  # there is no answer to show, and why is said once
    elif len(made) == 1:
        compared.print_comparison(made[0].comparison, plan.route.name, likenesses[0])
    else:
        compared.print_many([one.comparison for one in made], plan.names, agreements)


def _likenesses(made: Sequence[Finished]) -> list[Similarity | None]:
    """How alike the answers are: by meaning where sentence-transformers is installed, else by their words."""
    from console.compare.similarity import Embedder

    embedder = Embedder()
    try:
        return [
            None
            if one.comparison.triage is None
            else embedder.similarity(one.comparison.left.text, one.comparison.right.text)
            for one in made
        ]
    finally:
        embedder.close()


def _grouped(plan: _Plan, made: Sequence[Finished]) -> _Grouped:
    """The runs of each prompt (and third model)."""
    runs: _Grouped = {}
    for one in made:
        runs.setdefault(plan.groups[one.number], []).append(one.comparison)
    return runs


def _reasons(failures: Sequence[tuple[str, Failure]]) -> list[str]:
    """Each different reason once, with the models that it kept from answering."""
    models: dict[str, dict[str, None]] = {}
    for model, failure in failures:
        models.setdefault(failure.message, {})[model] = None
    return [f"{' and '.join(names)}: {message}" for message, names in models.items()]


def _verdict(grouped: _Grouped) -> int:
    """Failed where something worrying changed; else Unmeasured with each different reason once, where there is one.

    Of repeated runs those together decide: what the model does by itself is no change.
    """
    from console.compare.repeats import is_worrying

    answers = [answer for runs in grouped.values() for one in runs for answer in (one.left, one.right)]
    failures = [(answer.model, answer.failure) for answer in answers if answer.failure is not None]
    reasons = _reasons(failures)
    if any(is_worrying(runs) for runs in grouped.values()):
        for reason in reasons:
            diagnostics.say(f"no answer from {reason}")
        return EXIT_FAILED
    if failures:
        raise Unmeasured("\n".join(reasons), " ".join(dict.fromkeys(f.hint for _, f in failures if f.hint)))
    return EXIT_GOOD
