"""A comparison becomes a case of the route's suite, as `console regress` reads it, or nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from console.compare.questions import questions_for
from console.compare.records import Comparison
from console.compare.running import compared
from console.domain.errors import ConsoleError, Refused
from console.domain.registry import Registry, Route
from console.providers.records import Answer, Failure, ToolCall
from console.registry.reading import read
from console.regression import snapshots, suites
from console.regression.planning import Wish, plan_of
from console.regression.suites import SuiteInvalid
from console.tui.case_saving import case_id_for, save_case, suite_path, taken_ids

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
REGISTRY = f"""\
schema = 1

[routes.support]
production = "{OLD}"
canary = "{NEW}"
canary_percentage = 5
canary_start = 2026-11-20T09:00:00Z

[routes.support.params]
system = "Be kind"
max_tokens = 300

[models."{OLD}"]
pinned_date = 2026-05-15
reason = "known"

[models."{NEW}"]
pinned_date = 2026-11-18
reason = "new"
"""


class Desk:
    """A registry in a folder, and comparisons on its route."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "registry.toml"
        self.path.write_text(REGISTRY, encoding="utf-8")

    @property
    def registry(self) -> Registry:
        return read(self.path).registry

    @property
    def route(self) -> Route:
        return self.registry.routes["support"]

    def compared(self, prompt: str = "Where is my parcel?", **changes: object) -> Comparison:
        pair = questions_for(self.route, self.registry, prompt)
        left = Answer(OLD, OLD, "On Monday.", "ok", sdk="none", api_version="v1")
        return compared(pair, left, replace(left, model=NEW, text="On Tuesday.", **changes), AT)  # type: ignore[arg-type]

    def save(self, made: Comparison, case_id: str = "parcel", *, canary: bool = False) -> Path:
        answer = made.right if canary else made.left
        return save_case(made, answer, case_id, self.route, self.registry, self.path, date(2026, 11, 23))

    def plan(self, suite: Path, **wish: object):
        found = suites.read(suite, self.path.parent)
        return plan_of(found, self.route, self.registry, Wish(**wish))  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_first_case_makes_the_suite_that_regress_runs(desk: Desk, tmp_path: Path) -> None:
    path = desk.save(desk.compared())
    assert path == tmp_path / "suites" / "support.toml"
    assert path.read_text() == (
        'schema = 1\nroute = "support"\n\n[[case]]\nid = "parcel"\nprompt = "Where is my parcel?"\n'
    )
    assert suite_path(desk.route, desk.path) == path


def test_the_accepted_answer_is_a_snapshot_that_regress_holds_the_new_model_against(desk: Desk) -> None:
    path = desk.save(desk.compared())
    suite = suites.read(path, desk.path.parent)
    kept = snapshots.read(snapshots.path_of(suite, "parcel"))
    assert kept is not None
    assert (kept.case, kept.model, kept.served, kept.answers) == ("parcel", OLD, OLD, ("On Monday.",))
    assert (kept.date, kept.sdk, kept.stand_in) == (date(2026, 11, 23), "none (v1)", False)
    (trial,) = desk.plan(path).trials
    assert trial.params_hash == kept.params_hash
    assert trial.old is not None
    assert not trial.old_jobs


def test_the_question_of_the_case_is_the_one_that_was_asked(desk: Desk) -> None:
    made = desk.compared()
    (trial,) = desk.plan(desk.save(made)).trials
    assert trial.new_jobs[0].question == made.pair.right


def test_the_canarys_answer_may_be_the_accepted_one(desk: Desk) -> None:
    path = desk.save(desk.compared(tool_calls=(ToolCall("lookup", '{"order": 7}'),)), canary=True)
    kept = snapshots.read(snapshots.path_of(suites.read(path, desk.path.parent), "parcel"))
    assert kept is not None
    assert (kept.model, kept.answers, kept.calls_of(0)) == (
        NEW,
        ("On Tuesday.",),
        (ToolCall("lookup", '{"order": 7}'),),
    )


def test_a_stand_ins_answer_is_marked_and_no_real_model_is_held_against_it(desk: Desk) -> None:
    path = desk.save(desk.compared(stand_in=True), canary=True)
    kept = snapshots.read(snapshots.path_of(suites.read(path, desk.path.parent), "parcel"))
    assert kept is not None
    assert kept.stand_in
    assert desk.plan(path).trials[0].old is None
    assert desk.plan(path, stand_in=True).trials[0].old is not None


def test_more_cases_go_to_the_end_and_leave_the_rest_as_it_is(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "suites" / "support.toml"
    path.parent.mkdir()
    before = '# ours\nschema = 1\nroute = "support"  # the mail\n\n[[case]]\nid = "one"\nprompt = "Hi"\nmax_words = 9'
    path.write_text(before)
    desk.save(desk.compared())
    assert path.read_text().startswith(before + "\n\n[[case]]\n")
    assert [case.id for case in suites.read(path, tmp_path).cases] == ["one", "parcel"]


def test_windows_line_ends_stay(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "suites" / "support.toml"
    path.parent.mkdir()
    path.write_bytes(b'schema = 1\r\n[[case]]\r\nid = "one"\r\nprompt = "Hi"\r\n')
    desk.save(desk.compared())
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert taken_ids(path, desk.path) == ("one", "parcel")


@pytest.mark.parametrize(
    "prompt",
    ['"""\n[[case]]\nid = "x"', "a\\b\tc\r\nd", "Grüße 👋🏽 \u202eabc", "\x1b[31mred\x07", "'" * 5, "= 1\n# no"],
)
def test_any_prompt_is_read_back_as_it_was(desk: Desk, prompt: str) -> None:
    (case,) = suites.read(desk.save(desk.compared(prompt)), desk.path.parent).cases
    assert case.prompt == prompt


def test_the_suite_that_the_registry_names_is_the_one(desk: Desk, tmp_path: Path) -> None:
    desk.path.write_text(REGISTRY.replace("[routes.support]\n", '[routes.support]\nsuite = "checks/mail.toml"\n'))
    assert desk.save(desk.compared()) == tmp_path / "checks" / "mail.toml"


def test_a_suite_among_the_tests_that_names_the_route_is_found(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "tests" / "llm" / "mail.toml"
    path.parent.mkdir(parents=True)
    (tmp_path / "tests" / "other.toml").write_text("[tool]\nx = 1\n")
    path.write_text('schema = 1\nroute = "support"\n[[case]]\nid = "one"\nprompt = "Hi"\n')
    assert desk.save(desk.compared()) == path
    assert (tmp_path / "tests" / "llm" / "__snapshots__" / "mail" / "parcel.llmsnap").exists()


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(desk: Desk, made: Comparison, case_id: str = "parcel", kind: type[ConsoleError] = Refused) -> str:
    """Saving it fails, and not a byte changes."""
    before = everything(desk.path.parent)
    with pytest.raises(kind) as raised:
        desk.save(made, case_id, canary=made.right.failure is not None)
    assert everything(desk.path.parent) == before
    return str(raised.value)


def test_an_answer_that_failed_is_not_accepted(desk: Desk) -> None:
    made = desk.compared(failure=Failure("timeout", "too slow"), outcome="error")
    assert "gave no answer" in refused(desk, made)


@pytest.mark.parametrize("taken", ["parcel", "PARCEL"])
def test_an_id_that_is_taken_is_refused(desk: Desk, taken: str) -> None:
    desk.save(desk.compared(), taken)
    refused(desk, desk.compared("Another?"), kind=SuiteInvalid)


@pytest.mark.parametrize("case_id", ["../x", "a/b", "", "a..b", ".hidden"])
def test_an_id_that_is_no_file_name_is_refused(desk: Desk, case_id: str) -> None:
    refused(desk, desk.compared(), case_id, SuiteInvalid)


def test_a_broken_suite_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "support.toml").write_text("schema = 1\n[[case")
    refused(desk, desk.compared(), kind=SuiteInvalid)
    with pytest.raises(SuiteInvalid):
        taken_ids(tmp_path / "suites" / "support.toml", desk.path)


def test_a_system_prompt_of_the_suite_is_not_put_before_the_case(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "suites" / "support.toml"
    path.parent.mkdir()
    path.write_text('schema = 1\nsystem = "Be rude"\n[[case]]\nid = "one"\nprompt = "Hi"\n')
    made = desk.compared()
    desk.save(made)
    assert desk.plan(path, cases=("parcel",)).trials[0].new_jobs[0].question == made.pair.right


def test_parameters_of_the_suite_make_another_question(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "suites" / "support.toml"
    path.parent.mkdir()
    path.write_text('schema = 1\nparams = { max_tokens = 7 }\n[[case]]\nid = "one"\nprompt = "Hi"\n')
    assert "other parameters" in refused(desk, desk.compared())


def test_an_answer_from_before_the_route_was_changed_is_not_accepted(desk: Desk) -> None:
    made = desk.compared()
    desk.path.write_text(REGISTRY.replace("max_tokens = 300", "max_tokens = 301"))
    assert "other parameters" in refused(desk, made)


def test_a_folder_that_takes_nothing_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "tests").write_text("in the way")
    message = refused(desk, desk.compared())
    assert "parcel.llmsnap" in message


def test_half_a_character_is_no_reason_to_fall_over(desk: Desk) -> None:
    assert "half a character" in refused(desk, desk.compared("half \ud800"))


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Where is my parcel?", "where-is-my-parcel"),
        ("  Refund, please!  ", "refund-please"),
        ("???", "case"),
        ("где", "case"),
        ("word " * 50, "-".join(["word"] * 12)),
    ],
)
def test_a_case_is_called_after_its_prompt(prompt: str, name: str) -> None:
    assert case_id_for(prompt) == name
    assert case_id_for(prompt, [name.upper()]) == f"{name}-2"
    assert case_id_for(prompt, [name, f"{name}-2"]) == f"{name}-3"
