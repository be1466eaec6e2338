"""The labelled corpus: what is found in it, and that nothing else is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from console.catalog.source.files import left_out
from console.catalog.source.languages import may_hold_ids
from console.catalog.source.reading import uses
from console.catalog.source.shapes import hints

_SPEC = importlib.util.spec_from_file_location("labelled", Path(__file__).parent / "corpus" / "labelled.py")
labelled_module = importlib.util.module_from_spec(_SPEC)
sys.modules["labelled"] = labelled_module
_SPEC.loader.exec_module(labelled_module)
FILES = [file for bundle in labelled_module.BUNDLES for file in labelled_module.labelled(bundle)]
KNOWN_MISSES = {(".aider.conf.yml", 5, 11, "gpt-4o-mini")}


def found(file) -> set[tuple[int, int, str]]:
    if left_out(file.path):
        return set()
    return {(use.line, use.column, use.id) for use in uses(file.path, file.text)}


def test_the_corpus_is_large_and_varied() -> None:
    assert len(FILES) >= 70
    assert sum(len(file.labels) for file in FILES) >= 300
    assert len({Path(file.path).suffix for file in FILES}) >= 15
    assert sum(not file.labels for file in FILES) >= 15


@pytest.mark.parametrize("file", FILES, ids=[f"{file.bundle}:{file.path}" for file in FILES])
def test_exactly_the_marked_ids_are_found(file) -> None:
    misses = {(line, column, name) for path, line, column, name in KNOWN_MISSES if path == file.path}
    assert found(file) == file.labels - misses


def test_precision_and_recall_stay_where_they_are() -> None:
    right = sum(len(found(file) & file.labels) for file in FILES)
    wrong = sum(len(found(file) - file.labels) for file in FILES)
    missed = sum(len(file.labels - found(file)) for file in FILES)
    assert right / (right + wrong) >= 0.99
    assert right / (right + missed) >= 0.99


@pytest.mark.parametrize("file", [file for file in FILES if file.labels], ids=lambda file: file.path)
def test_the_fast_search_never_drops_a_file_with_an_id(file) -> None:
    """Whatever git's fixed strings and the hints let through is all that is ever read."""
    assert may_hold_ids(file.text)
    starts = [0]
    for line in file.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    places = hints(file.text)
    for line, column, name in file.labels:
        at = starts[line - 1] + column - 1
        assert any(at - 40 <= place <= at + len(name) for place in places), (line, name)


def test_what_a_line_says_is_what_stands_there() -> None:
    for file in FILES:
        lines = file.text.split("\n")
        for use in uses(file.path, file.text):
            assert lines[use.line - 1][use.column - 1 :].startswith(use.id)
