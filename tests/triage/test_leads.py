"""Answers that begin with their result, or have it in bold, and go on with numbers of advice."""

from __future__ import annotations

import pytest

from console.triage.judging import triage
from console.triage.leads import same_lead
from console.triage.reading import Reading

CISTERN = "A cistern is 2 m wide, 3 m long and 1.5 m deep. How much water does it hold?"
DRIVE = "I drive 340 km at 95 km/h on average. How long does it take?"
RENT = "Gym A costs $29 a month, gym B $310 a year. Which is cheaper over a year, and by how much?"


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        (
            CISTERN,
            "2 × 3 × 1.5 = 9, so the cistern holds **9 m³**.",
            "It holds 9,000 litres when it is full to the brim.\n\nFill it no higher than 95 % so that it can overflow "
            "safely; most people leave 10 cm free.",
        ),
        (
            DRIVE,
            "340 / 95 = 3.58\n\nIt takes about **3.6 hours**.",
            "3 h 35 min, if nothing holds you up.\n\nI wouldn't plan for less than four hours, though: a break of "
            "15 minutes every two hours is what most clubs recommend.",
        ),
        (
            RENT,
            "12 × $29 = $348.\n\n**B is cheaper by $38.00.**\n\nMind that B binds you for 12 months, and that a "
            "registration of about $25 may be due.",
            "Take B. You'll save $38.\n\nOver twelve months A comes to 348 and B to 310. Whoever pauses for 2 months "
            "would be better off with A.",
        ),
    ],
)
def test_what_is_said_beside_the_result_is_not_the_result(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict == "acceptable"


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        (
            CISTERN,
            "2 × 3 × 1.5 = 9, so the cistern holds **9 m³**.",
            "It holds 900 litres when it is full to the brim.\n\nFill it no higher than 95 % so that it can overflow.",
        ),
        (
            DRIVE,
            "340 / 95 = 3.58\n\nIt takes about **3.6 hours**.",
            "3 h 53 min, if nothing holds you up.\n\nI wouldn't plan for less than four hours, though.",
        ),
        (
            RENT,
            "12 × $29 = $348.\n\n**B is cheaper by $38.00.**\n\nMind that B binds you for 12 months.",
            "Take B. You'll save $83.\n\nOver twelve months A comes to 348 and B to 310.",
        ),
    ],
)
def test_another_result_at_the_beginning_is_another_result(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict == "worrying"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("About 8.9 hours.", "8 h 53 min.", True),
        ("About 8.9 hours.", "9 h 53 min.", False),
        ("You save $48.20.", "You save about 48 dollars.", True),
        ("You save $48.20.", "You save about 47 dollars.", False),
        ("It is 24.5 cm.", "It is 24 cm.", False),
        ("It is 8.4 cm.", "It is 8 cm.", False),
        ("It weighs 61 kg.", "It takes 61 minutes.", False),
        ("First we add 10 and 5, which gives 15.", "Then there are 15.", False),
        ("With 7 of them it is hard.", "There are 7 of them, you say.", False),  # the prompt gives it
        ("It is 7.", "7.", True),
    ],
)
def test_a_result_may_be_rounded_or_in_another_unit(old: str, new: str, same: bool) -> None:
    for one, other in ((old, new), (new, old)):
        assert same_lead(Reading(one), Reading(other), "7 of them") is same
