"""What a whole session does: replays, resumes, repeats a case, tells a target, invents nothing, loses nothing."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from console.regression import snapshots

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
RULE = "We refund within 30 days of delivery. Send the parcel back in its box and keep the receipt."
REPEATED = '[[case]]\nid = "refund"\nprompt = "refund?"\nrepeats = 3\n'


def test_a_replay_takes_accepted_answers_without_any_network(project: Any) -> None:
    project.suite({"refund": "refund?"})
    assert project.pytest("--snapshot-update").code == 0
    project.provider.asked.clear()
    fresh = {"CONSOLE_STATE": str(project.folder / "fresh"), "ANTHROPIC_API_KEY": ""}
    assert project.pytest("--replay", **fresh).counts == {"passed": 1}
    ran = project.pytest("--replay", "--model", NEW, **fresh)
    assert ran.counts == {"not measured": 1}, ran.out
    assert ran.code == 4
    assert "Run once without --replay" in ran.out or "no answer of this model is kept" in ran.out
    assert project.provider.asked == []


def test_a_replay_judges_the_answers_of_the_last_run_again(project: Any) -> None:
    project.provider.answers["refund?"] = RULE
    project.suite({"refund": "refund?"})
    project.pytest("--snapshot-update")
    project.provider.answers["refund?"] = RULE.replace("30", "14")
    assert project.pytest("--model", NEW).code == 1
    project.provider.asked.clear()
    assert project.pytest("--model", NEW, "--replay").counts == {"failed": 1}
    assert project.pytest("--model", NEW, "--replay", "--snapshot-update").counts == {"passed": 1}
    assert "14 days" in project.snapshot("refund").read_text()
    assert project.provider.asked == []


def test_a_replayed_session_loads_neither_an_sdk_nor_a_connection(project: Any) -> None:
    project.suite({"refund": "refund?"})
    project.pytest("--snapshot-update")
    project.write(
        "tests/test_z.py",
        "import sys\ndef test_z():\n    assert not {'textual', 'anthropic', 'openai', 'httpx2'} & set(sys.modules)\n",
    )
    ran = project.process("--replay", "-p", "no:anyio", "-p", "no:xdist", "suites", "tests")
    assert ran.counts == {"passed": 2}, ran.out


def test_an_interrupted_session_pays_nothing_twice(project: Any) -> None:
    """Ctrl+c while the fourth answer is under way: the three before it are not asked again, once."""
    cases = {f"case-{n}": f"question {n}" for n in range(6)}
    project.suite(cases)
    assert project.pytest("--snapshot-update").code == 0
    project.provider.asked.clear()
    stop = project.write(
        "conftest.py",
        "def pytest_runtest_setup(item):\n    if item.name == 'case-3':\n        raise KeyboardInterrupt\n",
    )
    held, answer = threading.Event(), project.provider.answer_to

    def hold(body: dict[str, Any]) -> Any:
        if body["messages"][-1]["content"] == "question 3":
            held.wait(20)
        return answer(body)

    project.provider.answer_to = hold
    ran = project.pytest("--llm-concurrency=1", "--model", NEW)
    assert ran.code == 2, ran.out
    assert project.provider.prompts == [f"question {n}" for n in range(4)]
    held.set()
    project.provider.answer_to = answer
    stop.unlink()
    ran = project.pytest("--llm-concurrency=1", "--model", NEW)
    assert ran.counts == {"passed": 6}, ran.out
    assert "3 answers of the interrupted session, not asked again" in ran.out
    assert project.provider.prompts == sorted([*cases.values(), "question 3"])
    project.provider.asked.clear()
    project.pytest("--model", NEW)
    assert len(project.provider.asked) == 6, "a complete session leaves nothing to resume"


@pytest.fixture
def several(project: Any) -> Any:
    """A case asked three times, whose answers differ each time as `said` has them."""
    said: list[str] = []
    answer = project.provider.answer_to
    project.provider.answer_to = lambda body: said.pop(0) if said else answer(body)
    project.suite(REPEATED)

    def run(*answers: str, words: tuple[str, ...] = ()) -> Any:
        said[:] = answers
        return project.pytest("--llm-concurrency=1", *words)

    run.project = project  # type: ignore[attr-defined]
    return run


def test_a_case_keeps_every_answer_that_was_accepted(several: Any) -> None:
    ran = several(RULE, RULE.replace("30 days", "a month"), RULE, words=("--snapshot-update",))
    assert ran.code == 0, ran.out
    found = snapshots.read(several.project.snapshot("refund"))
    assert found is not None
    assert set(found.answers) == {RULE, RULE.replace("30 days", "a month")}
    assert several(RULE, RULE, RULE).counts == {"passed": 1}


def test_a_case_whose_own_answers_differ_is_named_as_flaky_and_tolerates_as_much(several: Any) -> None:
    shorter = "You have 14 days."
    several(RULE, shorter, RULE, words=("--snapshot-update",))
    ran = several(shorter, RULE, RULE.replace("30 days", "60 days"))
    assert ran.code == 0, ran.out
    assert "flaky" in ran.out.partition("model answers")[2]
    assert "refund" in ran.out.partition("flaky")[2]


def test_one_new_answer_among_repeats_that_lies_outside_is_a_change(several: Any) -> None:
    several(RULE, RULE, RULE, words=("--snapshot-update",))
    ran = several(RULE, RULE.replace("30", "14"), RULE)
    assert ran.counts == {"failed": 1}, ran.out
    assert "1 of 3 runs" in ran.out


class Told(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.told.append(json.loads(body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Told)
    server.told = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("target", ["slack", "webhook"])
def test_the_result_is_told_without_what_was_said(project: Any, hook: Any, target: str) -> None:
    project.suite({"refund": "refund?", "hours": "hours?"})
    project.pytest("--snapshot-update")
    project.provider.answers["refund?"] = "I cannot help with that."
    url = f"http://127.0.0.1:{hook.server_address[1]}/"
    ran = project.pytest(f"--report-to={target}", **{f"CONSOLE_ALERTS_{target.upper()}": url})
    assert f"told {target}" in ran.out
    (told,) = hook.told
    text = json.dumps(told)
    assert "1 of 2 answers changed" in text
    assert "refund" in text
    assert "cannot help" not in text


def test_a_target_that_takes_nothing_is_said_and_changes_no_result(project: Any) -> None:
    project.suite({"refund": "refund?"})
    ran = project.pytest("--snapshot-update", "--report-to=slack", CONSOLE_ALERTS_SLACK="http://127.0.0.1:9/x")
    assert ran.code == 0
    assert "told slack: not sent" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--report-to=pigeon",), "there is no such target"), (("--report-to=slack",), "CONSOLE_ALERTS_SLACK is not set")],
)
def test_a_target_that_cannot_be_told_ends_it_before_anything_is_paid(
    project: Any, words: tuple[str, ...], said: str
) -> None:
    project.suite({"refund": "refund?"})
    ran = project.pytest(*words)
    assert ran.code == 4
    assert said in ran.out
    assert project.provider.asked == []


def test_the_stand_in_answers_without_a_key_and_its_answers_are_marked(project: Any) -> None:
    project.suite({"refund": "What is the rule for returns?"})
    ran = project.pytest("--stand-in", "--snapshot-update", ANTHROPIC_API_KEY="")
    assert ran.code == 0, ran.out
    assert "(the stand-in answered)" in ran.out
    assert "stand_in = true" in project.snapshot("refund").read_text()
    ran = project.pytest()
    assert ran.counts == {"failed": 1}, ran.out
    assert "only one that the stand-in invented" in ran.out
    assert project.pytest("--replay").counts == {"failed": 1}
    assert project.pytest("--snapshot-update").code == 0
    assert "stand_in" not in project.snapshot("refund").read_text()


def test_the_stand_in_takes_no_place_of_an_accepted_answer(project: Any) -> None:
    project.suite({"refund": "What is the rule for returns?"})
    project.pytest("--snapshot-update")
    before = project.snapshot("refund").read_bytes()
    ran = project.pytest("--stand-in", "--snapshot-update")
    assert ran.counts == {"not measured": 1}, ran.out
    assert project.snapshot("refund").read_bytes() == before


def test_a_full_disk_while_accepting_loses_nothing(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.suite({"refund": "refund?", "hours": "hours?"})
    project.pytest("--snapshot-update")
    before = project.snapshot("refund").read_bytes()
    project.provider.answers |= {"refund?": "No refunds at all.", "hours?": "Never."}

    def full(path: Any, data: bytes) -> None:
        if path.name.startswith("refund"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data)

    real = snapshots.replace_file
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "replace_file", full)
        ran = project.pytest("--snapshot-update")
    assert ran.counts == {"passed": 1, "failed": 1}, ran.out
    assert "refund.llmsnap cannot be written: no space left on its disk" in ran.out
    assert "Traceback" not in ran.out
    assert project.snapshot("refund").read_bytes() == before
    project.provider.asked.clear()
    assert project.pytest("--snapshot-update", "--replay").counts == {"passed": 2}
    assert "No refunds at all." in project.snapshot("refund").read_text()
    assert project.provider.asked == []
