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


def judged(kind: str, label: str) -> list[bool]:
    """For each pair of a label whether it was found worrying."""
    rows = [json.loads(line) for line in (PAIRS / f"{kind}.jsonl").read_text("utf-8").splitlines()]
    return [
        triage(row["output_old"], row["output_new"], prompt=row["prompt"]).verdict == "worrying"
        for row in rows
        if row["label"] == label
    ]


@pytest.mark.parametrize("kind", ["code", "function_calls", "multiple_choice", "reasoning", "refusals"])
def test_changes_are_found_and_rewordings_are_not(kind: str) -> None:
    found, false = judged(kind, "worrying"), judged(kind, "acceptable")
    assert len(found) > 90
    assert len(false) > 45
    assert sum(found) >= FEWEST_FOUND * len(found)
    assert sum(false) <= MOST_FALSE * len(false)


def test_pairs_have_names_of_their_own_and_one_of_two_labels() -> None:
    rows = [json.loads(line) for path in PAIRS.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["label"] for row in rows} == {"acceptable", "worrying"}
