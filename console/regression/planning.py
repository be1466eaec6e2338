"""Which questions a run asks: every case of the new model, and of the old one where no answer is accepted yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from console.domain.errors import Usage
from console.domain.record import record
from console.domain.registry import Registry, Route
from console.providers.many import Job
from console.providers.parameters import Note
from console.providers.questions import question_for
from console.regression import snapshots
from console.regression.judging import Old
from console.regression.records import Case, Suite
from console.regression.snapshots import SnapshotInvalid
from console.regression.suites import nearest


@record
class Wish:
    """What of a suite is run, and on which models. None: what route and suite say.

    `old` asks that model, also where answers are accepted. `tags` and `cases`: only cases with one of them; no tags and
    no cases are all. `stand_in`: the answers will be invented, so accepted ones of real models say nothing about them.
    """

    new: str | None = None
    old: str | None = None
    repeats: int | None = None
    tags: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    stand_in: bool = False


@record
class Trial:
    """One case as it is run. `old` are its accepted answers; None: `old_jobs` ask for them."""

    case: Case
    params_hash: str
    new_jobs: tuple[Job, ...]
    old_jobs: tuple[Job, ...] = ()
    old: Old | None = None


@record
class SuitePlan:
    """A run before anything is asked. `notes` are the parameters that a model is not sent, each with its model."""

    suite: Suite
    route: str
    old_model: str
    new_model: str
    trials: tuple[Trial, ...]
    partial: bool = False
    notes: tuple[tuple[str, Note], ...] = ()

    @property
    def jobs(self) -> int:
        """How many answers the run needs."""
        return sum(len(trial.new_jobs) + len(trial.old_jobs) for trial in self.trials)

    @property
    def accepted(self) -> int:
        """How many cases are held against accepted answers."""
        return sum(trial.old is not None for trial in self.trials)


def candidate(route: Route) -> str:
    """The model of `route` that is on trial: its canary, else its experimental one, else its production model, which
    may answer otherwise today than it did when its answers were accepted."""
    for model in (route.canary.model_id if route.canary else None, route.experimental):
        if model is not None and model != route.production:
            return model
    return route.production


def plan_of(suite: Suite, route: Route, registry: Registry, wish: Wish) -> SuitePlan:
    """What `wish` means for `suite` on `route`.

    Raises Usage for cases and tags that are not there, and where there is nothing to compare; and SnapshotInvalid with
    every damaged snapshot: a person should mend them before paying for answers.
    """
    cases = chosen(suite, wish.cases, wish.tags)
    new, old = wish.new or candidate(route), wish.old or route.production
    notes: dict[tuple[str, str], tuple[str, Note]] = {}
    held = {} if wish.old is not None else accepted_answers(suite, cases, stand_in=wish.stand_in)
    if wish.new is None and new == old and not held:
        hint = "Name a model: console regress --model ID; or accept what production answers: pytest --snapshot-update"
        raise Usage(f"{route.name} has no model on trial, and no accepted answers to hold production against", hint)
    trials = []
    for case in cases:
        params = {**route.params, **case.params}
        repeats = wish.repeats or case.repeats
        new_jobs, new_notes = _jobs(new, registry, case, params, range(1, repeats + 1))
        old_jobs: tuple[Job, ...] = ()
        old_notes: tuple[Note, ...] = ()
        if case.id not in held:
            # The same model on both sides answers twice as often: what one side said is no answer of the other.
            first = repeats + 1 if new == old else 1
            old_jobs, old_notes = _jobs(old, registry, case, params, range(first, first + repeats))
        for model, found in ((new, new_notes), (old, old_notes)):
            notes.update({(model, note.parameter): (model, note) for note in found})
        asked = snapshots.params_hash(case.messages, case.system, params)
        trials.append(Trial(case, asked, new_jobs, old_jobs, held.get(case.id)))
    partial = len(cases) < len(suite.cases)
    return SuitePlan(suite, route.name, old, new, tuple(trials), partial, tuple(notes.values()))


def chosen(suite: Suite, ids: Sequence[str], tags: Sequence[str]) -> tuple[Case, ...]:
    """The cases with one of `ids` and one of `tags`; none given means all. Raises Usage for unknown ones."""
    _must_be_known("case", ids, [case.id for case in suite.cases], suite)
    _must_be_known("tag", tags, sorted({tag for case in suite.cases for tag in case.tags}), suite)
    found = [case for case in suite.cases if not ids or case.id in ids]
    found = [case for case in found if not tags or set(tags) & set(case.tags)]
    if not found:
        raise Usage(f"no case of {suite.name} has both")
    return tuple(found)


def accepted_answers(suite: Suite, cases: Iterable[Case], *, stand_in: bool) -> Mapping[str, Old]:
    """The accepted answers of `cases`, where there are any. Those of the stand-in are for its own runs only.

    Raises SnapshotInvalid that names every damaged file.
    """
    found: dict[str, Old] = {}
    damaged: list[SnapshotInvalid] = []
    for case in cases:
        try:
            snapshot = snapshots.read(snapshots.path_of(suite, case.id))
        except SnapshotInvalid as invalid:
            damaged.append(invalid)
            continue
        if snapshot is not None and snapshot.stand_in == stand_in:
            found[case.id] = Old.accepted(snapshot)
    if damaged:
        raise SnapshotInvalid("\n".join(one.message for one in damaged), damaged[0].hint)
    return found


def _jobs(
    model: str, registry: Registry, case: Case, params: Mapping[str, object], runs: range
) -> tuple[tuple[Job, ...], tuple[Note, ...]]:
    question, notes = question_for(model, registry, case.messages, params, case.system)
    return tuple(Job(question, run) for run in runs), notes


def _must_be_known(kind: str, given: Sequence[str], known: Collection[str], suite: Suite) -> None:
    for name in given:
        if name not in known:
            raise Usage(f"{suite.name} has no {kind} {name!r}{nearest(name, known)}")
