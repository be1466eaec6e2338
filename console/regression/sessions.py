"""A test session: which model answers which case, and what came of it.

Knows nothing of the test runner: what it says is values, so that the hooks only carry them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from console.actions.naming import route_named
from console.domain.errors import Usage
from console.domain.registry import Registry, Route
from console.providers.many import Job
from console.providers.questions import question_for
from console.providers.records import Answer
from console.registry import reading
from console.regression import snapshots, suites
from console.regression.answering import UNASKED, Answers
from console.regression.clustering import breaks_demand
from console.regression.judging import Old, Said, judge
from console.regression.records import Case, CaseResult, Run, Snapshot, Suite
from console.routing.lanes import forced
from console.text.clock import utc_now

REGISTRY_NAME = "registry.toml"
NOTHING_ACCEPTED = "no answer is accepted yet"
ACCEPTED_INVENTED = "no answer of a model is accepted yet, only one that the stand-in invented"
ANSWERED_INVENTED = "the stand-in answered: what it invents says nothing about the accepted answer of a model"


@dataclass(frozen=True, slots=True)
class Options:
    """What the session was told. None means: the default."""

    model: str | None = None
    route: str | None = None
    update: bool = False
    replay: bool = False
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """One case on one model, in the test with the id `test`. `params_hash` is of what both models are asked.

    `snapshot` is where the accepted answers are, None where the test itself holds them.
    """

    test: str
    case: Case
    model: str
    jobs: tuple[tuple[str, Job], ...]
    params_hash: str
    snapshot: Path | None = None
    suite: Suite | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a trial. `accepted` is what it was held against; None: nothing, or a text in the test itself."""

    trial: Trial
    result: CaseResult
    accepted: Snapshot | None = None


class Session:
    """The session in the folder `home`, with its `answers`. Methods raise ConsoleError with one clear message."""

    def __init__(
        self,
        options: Options,
        home: Path,
        environment: Mapping[str, str],
        answers: Callable[[], Answers],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.options = options
        self._home = home
        self._environment = environment
        self._make_answers = answers
        self._now = now

    @cached_property
    def answers(self) -> Answers:
        """Where answers come from; made when the first is needed."""
        return self._make_answers()

    @property
    def registry_path(self) -> Path:
        """What `CONSOLE_REGISTRY` names, else `registry.toml`."""
        return self._home / (self._environment.get("CONSOLE_REGISTRY") or REGISTRY_NAME)

    @cached_property
    def registry(self) -> Registry:
        """The registry; an empty one where there is none and the model was named."""
        if self.options.model and not self.registry_path.exists():
            return Registry({}, {})
        return reading.read(self.registry_path).registry

    def suite(self, path: Path) -> Suite:
        """The suite in the file at `path`."""
        return suites.read(path)

    def wanted(self, suite: Suite) -> bool:
        """Whether `--route` leaves the suite in."""
        return not suite.route or self.options.route in (None, suite.route)

    def route(self, name: str = "") -> Route:
        """The route called `name`, else that of `--route`, else the only one, or the only one with a canary."""
        name = name or self.options.route or ""
        routes = list(self.registry.routes.values())
        if not routes and self.options.model:
            return Route(name, self.options.model)
        if name:
            return route_named(self.registry, name)
        on_trial = [route for route in routes if route.canary is not None]
        for candidates in (routes, on_trial):
            if len(candidates) == 1:
                return candidates[0]
        raise Usage("which route?", f"Say --route with one of: {', '.join(self.registry.routes)}")

    def model(self, route: Route) -> str:
        """What `--model` says, else `LLM_MODEL`, else the route's production model."""
        return self.options.model or forced(route.name, self._environment) or route.production

    def trial_of(self, test: str, suite: Suite, case: Case) -> Trial:
        """A case of a suite."""
        trial = self.trial(test, test, case, suite.route)
        return replace(trial, snapshot=snapshots.path_of(suite, case.id), suite=suite)

    def trial(self, test: str, key: str, case: Case, route: str = "", first: int = 1) -> Trial:
        """`case` on this session's model. `key` and the number of the run, from `first` on, tell answers apart."""
        chosen = self.route(route)
        model = self.model(chosen)
        params = {**chosen.params, **case.params}
        question, _ = question_for(model, self.registry, case.messages, params, case.system)
        jobs = tuple((f"{key}#{run}", Job(question, run)) for run in range(first, first + case.repeats))
        return Trial(test, case, model, jobs, snapshots.params_hash(case.messages, case.system, params))

    def send(self, trials: Sequence[Trial]) -> None:
        """Ask all of them at once; returns before there is an answer."""
        self.answers.send([job for trial in trials for job in trial.jobs])

    def runs(self, trial: Trial) -> tuple[Run, ...]:
        """The answers; waits for them."""
        return tuple(Run(self.answers.answer(key, job)) for key, job in trial.jobs)

    def found(self, trial: Trial, runs: tuple[Run, ...] | None = None) -> Found:
        """The answers (`runs`, else those to the trial's questions) against the snapshot."""
        accepted = None if trial.snapshot is None else snapshots.read(trial.snapshot)
        runs = self.runs(trial) if runs is None else runs
        if accepted is None:
            return Found(trial, _first(judge(trial.case, Old((), note=NOTHING_ACCEPTED), runs, trial.params_hash)))
        invented = self.options.stand_in or any(run.answer.stand_in for run in runs)
        if invented and not accepted.stand_in:
            return Found(trial, judge(trial.case, Old((), note=ANSWERED_INVENTED), runs, trial.params_hash))
        if accepted.stand_in and not invented:
            return Found(trial, _first(judge(trial.case, Old((), note=ACCEPTED_INVENTED), runs, trial.params_hash)))
        if self.options.replay and accepted.model == trial.model and _unasked(runs):
            runs = tuple(Run(answer, cached=True) for answer in _as_answers(accepted))
        return Found(trial, judge(trial.case, Old.accepted(accepted), runs, trial.params_hash), accepted)

    def against(self, trial: Trial, runs: tuple[Run, ...], text: str) -> Found:
        """The answers against a text that a test holds."""
        return Found(replace(trial, snapshot=None), judge(trial.case, Old((Said(text),)), runs, trial.params_hash))

    def accept(self, found: Found) -> bool:
        """Write the new answers as the accepted ones; False without one, or where it breaks a demand."""
        result, path = found.result, found.trial.snapshot
        if path is None or result.status == "not measured" or _breaks_a_demand(result):
            return False
        new = snapshots.snapshot_of(result, self._now().date())
        if found.accepted is None or replace(new, date=found.accepted.date) != found.accepted:
            snapshots.write(path, new)
        return True


def home_of(folder: Path, root: Path) -> Path:
    """The nearest folder from `folder` up to the project's `root` that has a registry, else the root.

    A repository may hold several applications, each with its own registry.
    """
    if folder.is_relative_to(root):
        for place in (folder, *folder.parents):
            if place == root or (place / REGISTRY_NAME).exists():
                return place
    return root


def _first(result: CaseResult) -> CaseResult:
    """A result with nothing to compare with: where there is an answer, it waits to be accepted."""
    if result.status != "not measured" or all(run.answer.failure is not None for run in result.new):
        return result
    return replace(result, status="failed", cluster="")


def _breaks_a_demand(result: CaseResult) -> bool:
    return result.triage is not None and any(map(breaks_demand, result.triage.reasons))


def _unasked(runs: Sequence[Run]) -> bool:
    return any(run.answer.failure is UNASKED for run in runs)


def _as_answers(accepted: Snapshot) -> list[Answer]:
    return [
        Answer(accepted.model, accepted.served, text, "ok", tool_calls=accepted.calls_of(number), sdk=accepted.sdk)
        for number, text in enumerate(accepted.answers)
    ]
