"""What a run asks: of which models, of which cases, and what it refuses before anything is paid for."""

from __future__ import annotations

from datetime import date

import pytest

from console.domain.errors import Usage
from console.regression import snapshots
from console.regression.planning import candidate
from console.regression.records import Snapshot
from console.regression.snapshots import SnapshotInvalid
from tests.regression.conftest import NEW, OLD, App


def accept(app: App, case: str, **given: object) -> None:
    fields = {"served": OLD, "date": date(2026, 6, 1), "params_hash": "0" * 12, "sdk": "anthropic 2", **given}
    snapshots.write(app.snapshot(case), Snapshot(case, OLD, answers=("Yes.",), **fields))  # type: ignore[arg-type]


def test_without_accepted_answers_both_models_are_asked(app: App) -> None:
    plan = app.plan()
    assert (plan.old_model, plan.new_model, plan.route, plan.partial) == (OLD, NEW, "support", False)
    assert plan.jobs == 6
    assert plan.accepted == 0


def test_the_old_model_is_not_asked_where_an_answer_is_accepted(app: App) -> None:
    accept(app, "two")
    plan = app.plan()
    assert plan.jobs == 5
    assert [bool(trial.old) for trial in plan.trials] == [False, True, False]
    assert plan.trials[1].old_jobs == ()


def test_naming_the_old_model_asks_it_although_answers_are_accepted(app: App) -> None:
    accept(app, "two")
    plan = app.plan(old=OLD)
    assert plan.accepted == 0
    assert plan.jobs == 6


def test_accepted_answers_of_real_models_say_nothing_about_the_stand_in(app: App) -> None:
    accept(app, "two")
    accept(app, "three", stand_in=True)
    assert [bool(trial.old) for trial in app.plan(stand_in=True).trials] == [False, False, True]
    assert [bool(trial.old) for trial in app.plan(stand_in=False).trials] == [False, True, False]


def test_repeats_of_the_case_and_of_the_command(app: App) -> None:
    app.write_suite({"one": "Question one?"}, more="repeats = 3\n")
    assert app.plan().jobs == 6
    assert app.plan(repeats=2).jobs == 4


def test_one_model_on_both_sides_answers_for_each(app: App) -> None:
    plan = app.plan(new=OLD, repeats=2)
    trial = plan.trials[0]
    assert [job.run for job in trial.new_jobs] == [1, 2]
    assert [job.run for job in trial.old_jobs] == [3, 4]  # the journal must not give one answer to both


def test_parameters_of_the_route_that_a_model_is_not_sent_are_noted_once(app: App) -> None:
    text = app.registry_path.read_text().replace("suite =", "params = { temperature = 0.2 }\nsuite =")
    app.registry_path.write_text(text)
    notes = app.plan().notes
    assert {note.parameter for _, note in notes} == {"temperature"}
    assert [model for model, _ in notes].count(NEW) == 1  # three cases, one note


def test_cases_and_tags_choose(app: App) -> None:
    text = app.suite_path.read_text().replace('id = "two"\n', 'id = "two"\ntags = ["refund", "long"]\n')
    app.suite_path.write_text(text)
    assert [trial.case.id for trial in app.plan(cases=("three", "one")).trials] == ["one", "three"]
    assert [trial.case.id for trial in app.plan(tags=("refund",)).trials] == ["two"]
    assert app.plan(tags=("refund",)).partial
    with pytest.raises(Usage, match="no case of support has both"):
        app.plan(tags=("refund",), cases=("one",))


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"cases": ("twoo",)}, "has no case 'twoo'; did you mean two"),
        ({"tags": ("refund",)}, "has no tag 'refund'"),
    ],
)
def test_a_case_or_tag_that_is_not_there_is_refused(app: App, wish: dict[str, object], message: str) -> None:
    with pytest.raises(Usage, match=message):
        app.plan(**wish)


def test_damaged_snapshots_are_all_named_before_anything_is_paid_for(app: App) -> None:
    for case in ("one", "three"):
        accept(app, case)
        path = app.snapshot(case)
        path.write_bytes(path.read_bytes().replace(b"Yes.", b"No."))
    with pytest.raises(SnapshotInvalid) as found:
        app.plan()
    assert "one.llmsnap" in found.value.message
    assert "three.llmsnap" in found.value.message


def without_candidate(app: App) -> None:
    app.registry_path.write_text(app.registry_path.read_text().replace(f'experimental = "{NEW}"  # on trial\n', ""))


def test_the_candidate_is_the_canary_else_the_experimental_model_else_production(app: App) -> None:
    assert candidate(app.route) == NEW
    without_candidate(app)
    assert candidate(app.route) == OLD


def test_without_a_model_on_trial_production_is_held_against_its_accepted_answers(app: App) -> None:
    without_candidate(app)
    accept(app, "two")
    plan = app.plan()
    assert (plan.new_model, plan.old_model) == (OLD, OLD)
    assert plan.accepted == 1


def test_one_model_and_nothing_accepted_is_nothing_to_compare(app: App) -> None:
    without_candidate(app)
    with pytest.raises(Usage, match="no model on trial, and no accepted answers") as found:
        app.plan()
    assert "--model" in found.value.hint
    assert app.plan(new=OLD).jobs == 6  # asked for by name: how much does it vary by itself?
