"""`console regress`: exit codes, output, reports, what is recorded, what an interrupted run does not pay twice."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pexpect
import pytest
import yaml
from pexpect.fdpexpect import fdspawn

from console.cli.regressing import counted
from console.registry.reading import read
from console.regression import saving
from tests import warm
from tests.regression.conftest import NEW, OLD, REGISTRY, App
from tests.regression.test_planning import accept

ROOT = Path(__file__).resolve().parents[2]


def change(app: App, case: str = "two") -> None:
    """The new model says something else to this case."""
    app.provider.answers[(OLD, f"Question {case}?")] = "You can return it within 30 days."
    app.provider.answers[(NEW, f"Question {case}?")] = "You can return it within 14 days."


def environment(app: App, state: Path) -> dict[str, str]:
    own = {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": app.provider.url, "CONSOLE_STATE": str(state)}
    return {**os.environ, **own}


def pin(app: App):
    return read(app.registry_path).registry.models[NEW]


def test_exit_0_where_nothing_worrying_changed(console, app: App) -> None:
    result = console("regress", "support")
    assert result.code == 0
    assert f"{NEW} against {OLD}" in result.out
    assert "3 same" in result.out
    assert "review" not in result.err  # there is nothing to review


def test_exit_1_with_the_cluster_and_the_reason(console, app: App) -> None:
    change(app)
    result = console("regress")
    assert result.code == 1
    assert re.search(r"facts +1 +value changed", result.out)
    assert "value changed: 30 → 14" in result.out
    assert "1 case changed; review them: console review support" in result.err


def test_exit_4_where_more_than_five_percent_got_no_answer(console, app: App) -> None:
    change(app)
    app.provider.answers[(NEW, "Question one?")] = 400
    result = console("regress", "support")
    assert result.code == 4
    assert " % of the cases got no answer" in result.out
    assert "no answer: " in result.err
    assert "the same command asks for what is missing" in result.err


def test_after_an_outage_only_what_is_missing_is_asked(console, app: App) -> None:
    app.provider.answers[(NEW, "Question one?")] = 400
    console("regress", "support")
    app.provider.answers.clear()
    before = len(app.provider.asked)
    result = console("regress", "support")
    assert result.code == 0
    assert len(app.provider.asked) == before + 1
    assert "--fresh asks again" in result.err
    app.provider.asked.clear()
    console("regress", "support")
    assert len(app.provider.asked) == 6  # that run was complete: the next one is another


def test_fresh_asks_again(console, app: App) -> None:
    app.provider.answers[(NEW, "Question one?")] = 400
    console("regress", "support")
    before = len(app.provider.asked)
    console("regress", "support", "--fresh")
    assert len(app.provider.asked) - before >= 6


def test_json_is_one_document_with_everything(console, app: App) -> None:
    change(app)
    document = json.loads(console("regress", "support", "--json").out)
    assert document["counts"] == {"same": 2, "acceptable": 0, "worrying": 1, "failed": 0, "not measured": 0}
    assert document["clusters"] == {"facts": ["two"]}
    assert (document["passed"], document["recorded"], document["schema"]) == (False, None, 1)
    assert [case["id"] for case in document["cases"]] == ["one", "two", "three"]
    assert document["cost_usd"]["new"] > 0


def test_reports_by_the_end_of_their_name(console, app: App) -> None:
    change(app)
    names = ["out.json", "out.xml", "out.md", "out.html", "out.txt"]
    result = console("regress", "support", *(word for name in names for word in ("--report", name)))
    assert all(f"written: {name}" in result.err for name in names)
    assert json.loads((app.folder / "out.json").read_text())["counts"]["worrying"] == 1
    suite = ElementTree.parse(app.folder / "out.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "0")
    assert "## Regression suite" in (app.folder / "out.md").read_text()
    assert "<svg" in (app.folder / "out.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["support", "--report", "out.docx"], "no report ends like that"),
        (["support", "--report", "nowhere/out.md"], "there is no such folder"),
        (["support", "--reason", "x"], "--reason is what --record keeps"),
        (["support", "--record", "--read-only"], "--read-only forbids it"),
        (["support", "--record", "--stand-in"], "answers of the stand-in are not recorded"),
        (["support", "--record", "--case", "one"], "a run over some of the cases is not recorded"),
        (["suport"], "did you mean"),
        (["support", "--case", "onee"], "did you mean one"),
        (["suites/none.toml"], "there is no such file"),
        (["--suite", "none"], "none: there is no such file"),  # a file, though no route and no .toml is in its name
        (["support", "--suite", "support"], "support: there is no such file"),
        (["support", "--suite", "."], ".: cannot be read: it is a folder"),
        (["support", "--record", "--model", "claude-haiku-4-5-20251001"], "not in the registry"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_paid_for(console, app: App, words, message) -> None:
    result = console("regress", *words)
    assert result.code in (1, 2, 3)
    assert message in result.err
    assert app.provider.asked == []


def test_no_key_is_exit_4_and_names_the_variable(console, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    result = console("regress", "support")
    assert result.code == 4
    assert "ANTHROPIC_API_KEY" in result.err


def test_a_bad_suite_is_exit_3_with_every_line(console, app: App) -> None:
    app.suite_path.write_text(
        app.suite_path.read_text() + '\n[[case]]\nid = "one"\n\n[[case]]\nid = "../x"\nprompt = "q"\n'
    )
    result = console("regress", "support")
    assert result.code == 3
    assert "this id is taken" in result.err
    assert "may not be a path" in result.err


def test_record_writes_the_pin_shows_the_diff_and_undo_takes_it_back(console, app: App) -> None:
    result = console("regress", "support", "--record", "--reason", "weekly")
    assert result.code == 0
    assert "+regression_tested = true" in result.out
    assert "console undo takes it back" in result.err
    assert pin(app).tested
    assert pin(app).regression_tested
    assert pin(app).last_regression_test is not None
    assert "# Its replacement." in app.registry_path.read_text()
    shown = console("history")
    assert "passed the suite of support: 3 cases, 3 same" in shown.out
    assert "weekly" in shown.out
    why = console("history", "--why", "1").out
    assert f"3 cases, 3 same, against {OLD}" in why
    assert "+ regression_tested = true" in why
    assert console("undo", "--yes", "--reason", "no").code == 0
    assert app.registry_path.read_text() == REGISTRY


def test_a_run_that_did_not_pass_is_recorded_as_such(console, app: App) -> None:
    change(app)
    result = console("regress", "support", "--record", "--json")
    assert result.code == 1
    assert json.loads(result.out)["recorded"]["history"] == 1
    assert pin(app).tested
    assert not pin(app).regression_tested
    assert "did not pass the suite" in console("history").out
    again = console("regress", "support", "--record")
    assert "the registry has this result already" in again.err


def test_what_was_not_measured_is_not_recorded(console, app: App) -> None:
    app.provider.answers[(NEW, "Question one?")] = 400
    result = console("regress", "support", "--record")
    assert result.code == 4
    assert "not recorded" in result.err
    assert app.registry_path.read_text() == REGISTRY


def test_read_only_writes_nothing(console, app: App, state: Path) -> None:
    change(app)
    before = sorted(path for path in app.folder.rglob("*"))
    assert console("regress", "support", "--read-only").code == 1
    assert sorted(path for path in app.folder.rglob("*")) == before
    assert saving.load_latest(app.suite_path) is None


def test_some_cases_only(console, app: App) -> None:
    result = console("regress", "support", "--case", "one", "--case", "three")
    assert "only some of the suite's cases" in result.out
    assert {body["messages"][-1]["content"] for body in app.provider.asked} == {"Question one?", "Question three?"}


def test_a_file_and_two_models_need_no_registry(console, app: App) -> None:
    app.registry_path.unlink()
    result = console("regress", "suites/support.toml", "--model", NEW, "--old", OLD)
    assert result.code == 0
    assert "3 same" in result.out


def test_the_route_as_an_option_too(console, app: App) -> None:
    assert console("regress", "--route", "support").code == 0  # what `console schedule` prints


def test_accepted_answers_are_not_paid_for_again(console, app: App) -> None:
    for case in ("one", "two", "three"):
        accept(app, case)
    result = console("regress", "support")
    assert "3 cases, 3 of them with accepted answers, 3 answers to get" in result.err
    assert {body["model"] for body in app.provider.asked} == {NEW}


def test_reading_what_is_accepted_then_running_again_is_the_whole_loop(console, app: App) -> None:
    change(app)
    assert console("regress", "support").code == 1
    assert console("review", "support", "--accept", "two").code == 0
    result = console("regress", "support", "--record")
    assert result.code == 0
    assert pin(app).regression_tested


def test_ctrl_c_ends_at_once_and_the_next_run_goes_on(app: App, state: Path) -> None:
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(30)})
    app.provider.latency_s = 0.1
    words = ["regress", "support", "--concurrency", "2"]
    it = warm.Process(words, environment(app, state), app.folder)
    end = time.monotonic() + 30
    while len(app.provider.asked) < 8 and time.monotonic() < end:
        time.sleep(0.01)
    it.signal(signal.SIGINT)
    began = time.monotonic()
    assert it.end(20) == 130
    assert time.monotonic() - began < 5
    said = re.search(r"stopped: (\d+) of 60 answers kept; the same command goes on from there", it.err)
    assert said
    kept, app.provider.latency_s = int(said[1]), 0.0
    assert kept >= 4
    app.provider.asked.clear()
    done = warm.run(words, environment(app, state), app.folder)
    assert done.returncode == 0, done.stderr
    assert abs(len(app.provider.asked) - (60 - kept)) <= 2  # those under way may be on the disk, or still arriving


def test_the_line_of_progress() -> None:
    line = counted(120, 400, {"same": 50, "worrying": 3}, 20, 10.0)
    assert line == "━━━━━━────────────── 120 of 400 answers · 50 same · 3 worrying · 20 kept · ≈ 28 s left"
    assert counted(0, 0, {}, 0, 0.0).startswith("━" * 20)


def test_a_suite_in_another_file(console, app: App) -> None:
    other = app.suite_path.with_name("smoke.toml")
    other.write_text('schema = 1\n\n[[case]]\nid = "only"\nprompt = "Question one?"\n')
    result = console("regress", "support", "--suite", "suites/smoke.toml")
    assert result.code == 0
    assert f"smoke on support: {NEW}" in result.out


def test_what_schedule_prints_runs(console, app: App) -> None:
    workflow = yaml.safe_load(console("schedule", "--route", "support", "--format", "github").out)
    step = next(one["run"] for one in workflow["jobs"]["regress"]["steps"] if "regress" in one.get("run", ""))
    change(app)
    result = console(*shlex.split(step)[1:])
    assert result.code == 1
    assert "value changed: 30 → 14" in result.out


def test_progress_is_one_line_on_a_terminal_that_is_gone_afterwards(app: App, state: Path) -> None:
    app.provider.latency_s = 0.05
    words, given = ["regress", "support", "--concurrency", "1"], environment(app, state) | {"TERM": "xterm"}
    child = warm.Spawned(words, given, (24, 100), str(app.folder))
    said = fdspawn(child.child_fd, encoding="utf-8", timeout=30)
    said.expect(r"━+─+ \d of 6 answers")
    said.expect("3 same")
    said.expect(pexpect.EOF)
    assert child.ended(30) == 0
    child.close()
    assert "─" not in said.before
