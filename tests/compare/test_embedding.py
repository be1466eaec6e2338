"""The embeddings worker without its model: how texts are cut, matched and answered, and what a broken worker costs."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.compare import similarity
from console.compare.embedding import PIECES, chunks, main, matched, serve, verify
from console.compare.similarity import DEFAULT_MODEL, VARIABLE, Embedder, lexical, model_of


class Letters:
    """A model that counts a letter as a word piece, and embeds a text by which of a, b and c are in it."""

    tokenizer: Any

    def __init__(self) -> None:
        self.tokenizer = self
        self.read: list[list[str]] = []

    def tokenize(self, word: str) -> list[str]:
        return list(word)

    def encode(self, texts: list[str], *, normalize_embeddings: bool, show_progress_bar: bool) -> Any:
        assert normalize_embeddings
        assert not show_progress_bar
        self.read.append(texts)
        rows = [[float(letter in text) for letter in "abc"] for text in texts]
        return numpy.array([numpy.array(row) / (sum(row) ** 0.5 or 1.0) for row in rows])


def answered(*pairs: tuple[object, object]) -> tuple[list[dict[str, float]], Letters]:
    model, answers = Letters(), io.StringIO()
    serve(model, [json.dumps(pair) + "\n" for pair in pairs], answers)
    return [json.loads(line) for line in answers.getvalue().splitlines()], model


def test_every_pair_gets_one_line_in_its_order():
    found, _ = answered(("a", "a"), ("a", "b"), ("a b", "b"))
    assert [round(scores["mean"], 3) for scores in found] == [1.0, 0.0, 0.707]


def test_the_lowest_is_that_of_the_worst_part_of_either_side():
    """One part of the left is found on the right, the other is not, and the right is wholly found on the left."""
    (scores,), model = answered(("a" * PIECES + " " + "b" * PIECES, "a" * PIECES))
    assert [len(texts) for texts in model.read] == [3]
    assert (scores["mean"], scores["lowest"]) == (pytest.approx(2 / 3), 0.0)


def test_what_is_no_text_is_read_as_one():
    found, model = answered((5, None))
    assert model.read == [["5", "None"]]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("aa bb cc", ["aa bb", "cc"]),
        ("aaaa", ["aaaa"]),
        ("aaaaa", ["aaaa", "a"]),
        ("a bbbbbbbb c", ["a", "bbbb", "bbbb", "c"]),
        ("aaa b cc", ["aaa b", "cc"]),
    ],
)
def test_a_text_is_cut_between_words_and_a_long_word_within(text: str, pieces: list[str]):
    assert chunks(text, len, 4) == pieces


def test_a_word_that_costs_nothing_still_takes_room():
    assert chunks("x " * 5, lambda word: 0, 2) == ["x x", "x x", "x"]


@given(st.integers(1, 4), st.integers(1, 4))
def test_parts_are_matched_from_both_sides(left: int, right: int):
    one, other = numpy.eye(4)[:left], numpy.eye(4)[:right]
    scores = matched(one, other)
    common = min(left, right)
    assert len(scores) == left + right
    assert sorted(scores) == [0.0] * (left + right - 2 * common) + [1.0] * (2 * common)


def test_the_weights_that_were_expected_are_accepted(tmp_path: Any):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    verify(tmp_path, hashlib.sha256(b"weights").hexdigest())
    with pytest.raises(ValueError, match="not the expected ones"):
        verify(tmp_path, hashlib.sha256(b"other weights").hexdigest())


@pytest.fixture
def fake_worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[list[str]]]:
    """A worker process that does what a line of Python says; the commands that were started."""

    def become(script: str) -> list[list[str]]:
        started: list[list[str]] = []
        real = subprocess.Popen

        def popen(command: list[str], **options: Any) -> Any:
            started.append(command)
            return real([sys.executable, "-S", "-c", script], **options)

        monkeypatch.setattr(similarity, "is_installed", lambda: True)
        monkeypatch.setattr(similarity.subprocess, "Popen", popen)
        return started

    return become


READY = "import sys; print('{}', flush=True)\n"
ECHO = READY + 'for line in sys.stdin: print(\'{"mean": 0.25, "lowest": -0.5}\', flush=True)'


def test_one_worker_answers_every_question(fake_worker: Any):
    started = fake_worker(ECHO)
    embedder = Embedder({VARIABLE: "some/model@abc"})
    try:
        for _ in range(3):
            found = embedder.similarity("one", "two")
            assert (found.mean, found.lowest, found.how, found.note) == (0.25, -0.5, "meaning", "")
    finally:
        embedder.close()
    assert [command[1:] for command in started] == [["-m", "console.compare.embedding", "some/model@abc", ""]]


@pytest.mark.parametrize(
    "script",
    ["", "raise SystemExit(1)", "print('no json', flush=True)", READY, READY + "sys.stdin.readline(); print('{')"],
)
def test_a_worker_that_dies_or_talks_nonsense_costs_the_meaning_and_not_the_answer(fake_worker: Any, script: str):
    started = fake_worker(script)
    embedder = Embedder({VARIABLE: "some/model"})
    first = embedder.similarity("one two", "one three")
    assert (first.how, first.mean) == ("words", lexical("one two", "one three").mean)
    assert "some/model could not be loaded" in first.note
    assert embedder.similarity("one two", "one three") == first
    assert len(started) == 1, "what failed was started again"
    embedder.close()


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch):
    def popen(*command: object, **options: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(similarity, "is_installed", lambda: True)
    monkeypatch.setattr(similarity.subprocess, "Popen", popen)
    found = Embedder({}).similarity("one", "one")
    assert (found.how, found.note) == ("words", "the embeddings process did not start: Cannot allocate memory")


def test_the_network_is_off_unless_the_environment_turns_it_on(fake_worker: Any):
    tell = READY + "import os, json; sys.stdin.readline()\n"
    tell += "print(json.dumps({'mean': float(os.environ['HF_HUB_OFFLINE']), 'lowest': 0}))"
    for environment, offline in (({}, 1.0), ({"HF_HUB_OFFLINE": "0"}, 0.0)):
        fake_worker(tell)
        embedder = Embedder({VARIABLE: "m", **environment})
        assert embedder.similarity("a", "b").mean == offline
        embedder.close()


def test_closing_ends_the_worker_and_closing_twice_does_no_harm(fake_worker: Any):
    fake_worker(ECHO)
    embedder = Embedder({VARIABLE: "m"})
    embedder.similarity("a", "b")
    process = embedder._process
    assert process is not None
    embedder.close()
    assert process.returncode is not None
    embedder.close()


def test_a_folder_that_is_not_there_is_told_before_anything_is_loaded(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    monkeypatch.setattr("console.compare.embedding.os.dup2", lambda one, other: other)
    with pytest.raises(FileNotFoundError):
        main([str(tmp_path / "missing"), ""])


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_name_in_the_environment_names_nothing(value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("console.compare.similarity.importlib.util.find_spec", lambda name: None)
    assert model_of({VARIABLE: value}) == (DEFAULT_MODEL, "")


def test_words_are_compared_without_case_and_punctuation_but_in_order():
    assert lexical("Send it, BACK!", "send it back").mean == 1.0
    assert 0 < lexical("one two three", "three two one").mean < 1
    assert lexical("one two", "one three").mean == pytest.approx(0.5)
    assert lexical("a", "a", "a note").note == "a note"
