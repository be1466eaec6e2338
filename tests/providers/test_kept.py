"""The journal of answers: what it gives back, what it never mixes up, and that nothing on the disk breaks it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.providers.kept import AnswerJournal
from console.providers.records import Answer, Failure, Question, ToolCall
from tests.effort import examples

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ASKED = Question.of("claude-sonnet-5-5", "Where is my parcel?", "Be short.", {"max_tokens": 100})
ANSWER = Answer(
    "claude-sonnet-5-5",
    "claude-sonnet-5-5",
    "On its way.\r\nSoon \ud800 é",
    "ok",
    stop_reason="end_turn",
    latency_ms=812.5,
    ttft_ms=210.0,
    input_tokens=100,
    output_tokens=42,
    cost_usd=0.001,
    tool_calls=(ToolCall("find", '{"id": 1}'),),
    retries=1,
    sdk="anthropic 2.12",
    api_version="2026-10-21",
)


def journal(folder, now=NOW) -> AnswerJournal:
    return AnswerJournal(folder / "answers.jsonl", lambda: now)


def test_another_process_finds_the_answer_whole(tmp_path):
    journal(tmp_path).keep(ASKED, 1, ANSWER)
    assert journal(tmp_path).recall(ASKED, 1, stand_in=False) == ANSWER


def test_an_answer_is_on_the_disk_before_keeping_returns(tmp_path):
    kept = journal(tmp_path)
    kept.keep(ASKED, 1, ANSWER)
    assert json.loads((tmp_path / "answers.jsonl").read_text())["answer"]["text"] == ANSWER.text


@pytest.mark.parametrize(
    "other",
    [
        Question.of("claude-sonnet-4-5-20250929", "Where is my parcel?", "Be short.", {"max_tokens": 100}),
        Question.of("claude-sonnet-5-5", "Where is my letter?", "Be short.", {"max_tokens": 100}),
        Question.of("claude-sonnet-5-5", "Where is my parcel?", "", {"max_tokens": 100}),
        Question.of("claude-sonnet-5-5", "Where is my parcel?", "Be short.", {"max_tokens": 101}),
        Question(ASKED.model, ASKED.messages, ASKED.system, ASKED.params, provider="bedrock"),
        Question(ASKED.model, ({"role": "user", "content": "Hi"}, *ASKED.messages), ASKED.system, ASKED.params),
    ],
)
def test_another_question_has_no_answer(tmp_path, other):
    kept = journal(tmp_path)
    kept.keep(ASKED, 1, ANSWER)
    assert kept.recall(other, 1, stand_in=False) is None


def test_repeats_and_the_stand_in_are_kept_apart(tmp_path):
    kept = journal(tmp_path)
    kept.keep(ASKED, 1, ANSWER)
    assert kept.recall(ASKED, 2, stand_in=False) is None
    assert kept.recall(ASKED, 1, stand_in=True) is None


def test_the_order_of_parameters_and_their_kind_of_table_do_not_matter(tmp_path):
    kept = journal(tmp_path)
    kept.keep(Question.of("m", "p", "", {"a": 1, "b": {"c": 2}}), 1, ANSWER)
    again = Question.of("m", "p", "", MappingProxyType({"b": MappingProxyType({"c": 2}), "a": 1}))
    assert kept.recall(again, 1, stand_in=False) == ANSWER


def test_a_failure_is_not_kept_and_so_asked_again(tmp_path):
    kept = journal(tmp_path)
    kept.keep(ASKED, 1, Answer("m", "", "half", "error", Failure("timeout", "too slow")))
    assert kept.recall(ASKED, 1, stand_in=False) is None
    assert len(kept) == 0


def test_a_newer_answer_takes_the_place_of_the_older(tmp_path):
    journal(tmp_path).keep(ASKED, 1, Answer("m", "", "first", "ok"))
    journal(tmp_path).keep(ASKED, 1, Answer("m", "", "second", "ok"))
    found = journal(tmp_path).recall(ASKED, 1, stand_in=False)
    assert found is not None
    assert found.text == "second"


def test_every_cut_of_the_last_line_leaves_the_earlier_ones(tmp_path):
    journal(tmp_path).keep(ASKED, 1, ANSWER)
    path = tmp_path / "answers.jsonl"
    whole = path.read_bytes()
    journal(tmp_path).keep(ASKED, 2, ANSWER)
    both = path.read_bytes()
    for cut in range(len(whole), len(both) - 1, 7):
        path.write_bytes(both[:cut])
        kept = journal(tmp_path)
        assert kept.recall(ASKED, 1, stand_in=False) == ANSWER
        assert kept.recall(ASKED, 2, stand_in=False) is None
        kept.keep(ASKED, 3, ANSWER)
        assert journal(tmp_path).recall(ASKED, 3, stand_in=False) == ANSWER


@settings(deadline=None, max_examples=examples(15))
@given(st.binary(max_size=200))
def test_no_bytes_in_the_file_break_it(tmp_path_factory, junk):
    folder = tmp_path_factory.mktemp("junk")
    (folder / "answers.jsonl").write_bytes(junk)
    kept = journal(folder)
    assert kept.recall(ASKED, 1, stand_in=False) is None
    kept.keep(ASKED, 1, ANSWER)
    assert journal(folder).recall(ASKED, 1, stand_in=False) == ANSWER


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", None),
        ("latency_ms", "fast"),
        ("input_tokens", True),
        ("outcome", "fine"),
        ("tool_calls", [1]),
        ("tool_calls", None),
        ("retries", "no"),
        ("stop_reason", 3),
        ("stand_in", "x"),
        ("unknown", 1),
    ],
)
def test_an_answer_that_was_edited_into_something_else_is_asked_again(tmp_path, name, value):
    journal(tmp_path).keep(ASKED, 1, ANSWER)
    path = tmp_path / "answers.jsonl"
    line = json.loads(path.read_text())
    line["answer"][name] = value
    path.write_text(json.dumps(line) + "\n")
    assert journal(tmp_path).recall(ASKED, 1, stand_in=False) is None


def test_lines_older_than_30_days_leave_the_file(tmp_path):
    journal(tmp_path, NOW - timedelta(days=31)).keep(ASKED, 1, ANSWER)
    journal(tmp_path, NOW - timedelta(days=29)).keep(ASKED, 2, ANSWER)
    kept = journal(tmp_path)
    assert kept.recall(ASKED, 1, stand_in=False) is None
    assert kept.recall(ASKED, 2, stand_in=False) == ANSWER
    assert len((tmp_path / "answers.jsonl").read_bytes().splitlines()) == 1


def test_a_disk_that_takes_nothing_is_told_and_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    kept = AnswerJournal(tmp_path / "file" / "answers.jsonl")
    kept.keep(ASKED, 1, ANSWER)
    assert "directory" in kept.problem.lower() or "exists" in kept.problem.lower()
    assert kept.recall(ASKED, 1, stand_in=False) is None


def test_clearing_forgets_everything(tmp_path):
    kept = journal(tmp_path)
    kept.keep(ASKED, 1, ANSWER)
    kept.clear()
    assert kept.recall(ASKED, 1, stand_in=False) is None
    assert not (tmp_path / "answers.jsonl").exists()


def test_each_kind_of_run_has_a_file_of_its_own(tmp_path):
    AnswerJournal.of("compare", "a.jsonl", folder=tmp_path).keep(ASKED, 1, ANSWER)
    other = AnswerJournal.of("compare", "b.jsonl", folder=tmp_path)
    assert other.recall(ASKED, 1, stand_in=False) is None
    assert AnswerJournal.of("compare", "a.jsonl", folder=tmp_path).recall(ASKED, 1, stand_in=False) == ANSWER


def test_an_answer_is_recalled_while_the_disk_takes_its_time(tmp_path, monkeypatch):
    kept = journal(tmp_path)
    kept.keep(ASKED, 1, ANSWER)
    writing, done = threading.Event(), threading.Event()

    def slow(path, line):
        writing.set()
        assert done.wait(10)

    monkeypatch.setattr("console.providers.kept.append_line", slow)
    keeping = threading.Thread(target=kept.keep, args=(ASKED, 2, ANSWER))
    keeping.start()
    assert writing.wait(10)
    assert kept.recall(ASKED, 1, stand_in=False) == ANSWER
    assert kept.recall(ASKED, 2, stand_in=False) is None
    done.set()
    keeping.join()
    assert kept.recall(ASKED, 2, stand_in=False) == ANSWER
