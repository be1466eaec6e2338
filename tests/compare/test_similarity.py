"""How alike two answers are, by words and by meaning."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.compare.embedding import chunks, matched, verify
from console.compare.similarity import (
    DEFAULT_MODEL,
    INSTALL,
    PACKAGED,
    PACKAGED_SHA256,
    VARIABLE,
    Embedder,
    is_installed,
    lexical,
    model_of,
)

needs_weights = pytest.mark.skipif(
    not is_installed() or importlib.util.find_spec(PACKAGED) is None, reason="installed without the extra `semantic`"
)


def test_the_same_words_are_wholly_alike() -> None:
    assert lexical("Send it back.", "send it back").mean == 1.0


def test_nothing_and_nothing_are_alike_and_nothing_and_something_are_not() -> None:
    assert lexical("", "  ").mean == 1.0
    assert lexical("", "word").mean == 0.0


def test_by_words_the_note_says_what_to_install() -> None:
    assert lexical("a", "b", f"by meaning after {INSTALL}").note == f"by meaning after {INSTALL}"


@given(st.text(), st.text())
def test_likeness_of_words_is_between_0_and_1_for_any_texts(left: str, right: str) -> None:
    found = lexical(left, right)
    assert 0.0 <= found.mean <= 1.0
    assert found.how == "words"


def test_a_very_long_text_is_bounded() -> None:
    assert lexical("word " * 200_000, "other " * 200_000).mean == 0.0


def test_words_that_repeat_themselves_take_bounded_time() -> None:
    begun = time.process_time()
    found = lexical("one two three four five " * 2_000, "one two three four six " * 2_000)
    assert time.process_time() - begun < 2
    assert found.mean == pytest.approx(0.8, abs=0.01)


def test_of_prose_every_word_counts() -> None:
    left = [f"word{number}" for number in range(4_000)]
    right = [*left[:3_000], *(f"other{number}" for number in range(1_000))]
    assert lexical(" ".join(left), " ".join(right)).mean == 0.75


@given(st.lists(st.text("abc", min_size=1, max_size=9)), st.integers(1, 12))
def test_chunks_keep_every_letter_in_order_and_their_size(words: list[str], limit: int) -> None:
    pieces = chunks(" ".join(words), len, limit)
    assert "".join("".join(pieces).split()) == "".join(words)
    assert all(sum(len(word) for word in piece.split()) <= limit for piece in pieces)


def test_an_empty_text_is_one_empty_chunk() -> None:
    assert chunks("  \n ", len) == [""]


def test_each_chunk_is_matched_with_the_best_one_of_the_other_side() -> None:
    left = numpy.array([[1.0, 0.0], [0.0, 1.0]])
    right = numpy.array([[1.0, 0.0]])
    assert matched(left, right) == [1.0, 0.0, 1.0]


def test_weights_with_another_hash_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(ValueError, match="not the expected ones"):
        verify(tmp_path, PACKAGED_SHA256)


def test_the_model_that_the_environment_names_comes_first() -> None:
    assert model_of({VARIABLE: " /models/mine@abc "}) == ("/models/mine@abc", "")


def test_without_packaged_weights_the_hub_id_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.compare.similarity.importlib.util.find_spec", lambda name: None)
    assert model_of({}) == (DEFAULT_MODEL, "")
    assert not is_installed()
    found = Embedder({}).similarity("one", "one")
    assert (found.mean, found.how) == (1.0, "words")
    assert INSTALL in found.note


def test_a_model_that_cannot_be_loaded_leaves_the_words_and_says_which(tmp_path: Path) -> None:
    embedder = Embedder({VARIABLE: str(tmp_path / "nothing"), "PATH": ""})
    if not is_installed():
        pytest.skip("installed without the extra `semantic`")
    found = embedder.similarity("one two", "one three")
    assert found.how == "words"
    assert "could not be loaded" in found.note
    assert VARIABLE in found.note


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    # One thread: on a busy machine several of them mostly wait for each other, and burn what others need.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    made = Embedder({name: value for name, value in environment.items() if name != VARIABLE})
    yield made
    made.close()


@needs_weights
def test_by_meaning_a_rewording_is_closer_than_another_matter(embedder: Embedder) -> None:
    same = embedder.similarity("You can return it within 30 days.", "Returns are accepted for 30 days.")
    other = embedder.similarity("You can return it within 30 days.", "The weather in Bergen is wet.")
    assert same.how == "meaning"
    assert same.mean > 0.6 > other.mean


@needs_weights
def test_a_garbled_end_of_a_long_answer_is_seen_in_the_lowest_part(embedder: Embedder) -> None:
    answer = "We refund the full price within five working days of the parcel's arrival. " * 30
    found = embedder.similarity(answer, answer + "zq xv kk pw " * 60)
    assert found.lowest < 0.6 < found.mean
