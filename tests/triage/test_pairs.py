"""The written pairs of five kinds of tasks: how often the triage agrees with whoever labelled them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.triage.judging import triage

PAIRS = Path(__file__).parent / "pairs"
FEWEST_FOUND = 0.93
MOST_FALSE = 0.05
"""Lower than what is reached: one change of a rule may cost a pair, but not a kind of pair."""
UNSEEN = ("later", "longer", "wider", "further", "latest", "last", "results")
"""Folders of pairs that were measured once before the checks learnt from them."""


def judged(path: Path) -> list[tuple[str, str, bool]]:
    """For each pair its id, its label, and whether it was found worrying."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        (row["id"], row["label"], triage(row["output_old"], row["output_new"], prompt=row["prompt"]).score >= 0.5)
        for row in rows
    ]


@pytest.mark.parametrize("kind", ["code", "function_calls", "multiple_choice", "reasoning", "refusals"])
def test_changes_are_found_and_rewordings_are_not(kind: str) -> None:
    rows = judged(PAIRS / f"{kind}.jsonl")
    found, false = ([flag for _, label, flag in rows if label == wanted] for wanted in ("worrying", "acceptable"))
    assert len(found) > 90
    assert len(false) > 45
    assert sum(found) >= FEWEST_FOUND * len(found)
    assert sum(false) <= MOST_FALSE * len(false)


def test_what_was_learnt_from_unseen_pairs_is_kept() -> None:
    rows = [one for folder in UNSEEN for path in sorted((PAIRS / folder).glob("*.jsonl")) for one in judged(path)]
    missed = [name for name, label, flag in rows if label == "worrying" and not flag]
    false = [name for name, label, flag in rows if label == "acceptable" and flag]
    assert len(missed) <= (1 - FEWEST_FOUND) * sum(label == "worrying" for _, label, _ in rows), missed
    assert len(false) <= MOST_FALSE * sum(label == "acceptable" for _, label, _ in rows), false


def test_pairs_have_names_of_their_own_and_one_of_two_labels() -> None:
    rows = [json.loads(line) for path in PAIRS.rglob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["label"] for row in rows} == {"acceptable", "worrying"}
