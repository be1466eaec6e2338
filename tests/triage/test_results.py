"""What the end of an answer comes to, in the many ways in which models put it."""

from __future__ import annotations

import pytest

from console.triage.affirming import affirms, asks_whether
from console.triage.answers import stated
from console.triage.judging import triage
from console.triage.options import described, on_a_line, options_of
from console.triage.quantities import quantity, with_powers_of_ten
from console.triage.reading import Reading

CHOICE = (
    "What is the next step?\n(A) Give magnesium sulfate\n(B) Order a transvaginal ultrasound scan\n"
    "(C) Induce labour with oxytocin\n(D) Perform an immediate operation"
)
ROMAN = "Who was it?\n\ni. Charles Lindbergh\nii. Alcock and Brown\niii. Amelia Earhart\n\nWhich is correct?"
SOLUTIONS = "Goal: turn a worn screw.\nSolution 1: Use a rubber band.\nSolution 2: Use a hammer.\nAnswer 1 or 2."
DAY = "March 10, 2023 was a Friday. Which day of the week is 100 days later?"
DATE = "What date is 45 days after February 15, 2024?"
SORT = "Sort the following words alphabetically: List: quilt quill ember lattice marble"
SPACE = "How many litres is it, as a power of ten?"


@pytest.mark.parametrize(
    ("prompt", "text", "answer"),
    [
        (DATE, "We count on.\n\nSo the date is:\n\n2024-03-31", "2024-03-31"),
        (DATE, "February has 29 days, so it is March 31, 2024.", "2024-03-31"),
        (DAY, "98 days are 14 weeks, so Friday again (June 16). Two days after it is **Sunday**, June 18.", "Sunday"),
        (DAY, "It moves on by two days: Saturday, then Sunday.", "Sunday"),
        ("Factor 2x^2 + 3x - 2.", "So the factorization is (2x - 1)(x + 2).", "(2x - 1)(x + 2)"),
        ("How much water?", "You need **15 L**.\n\n**Check:** 30 × 0.5 + 15 × 0.2 = 18, and 18 / 45 = 0.40", "15 L"),
        ("How many minutes?", "So you wait 4 minutes.\n\n2. How long do you want to wait?", "4 minutes"),
        ("Who won?", "Norway did it, in Lillehammer.\n\n#### Oslo", "Oslo"),
        ("What is printed?", "Step by step.\n[ANSWER]\nassert f('a') == 'b-c'\n[/ANSWER]", "'b-c'"),
        ("Is the excuse fair?", "It has nothing to do with it.\n\nVerdict: unreasonable", "unreasonable"),
        (SPACE, "It makes 1.4 × 10⁹ in all, so the total is 10⁹ litres.", "1e9 litres"),
    ],
)
def test_a_result_is_found_at_the_end(prompt: str, text: str, answer: str) -> None:
    found = stated(Reading(text), prompt, {})
    assert found is not None
    assert found.text == answer


@pytest.mark.parametrize(
    ("prompt", "text", "letter"),
    [
        (CHOICE, "B\n\nChoice D would be too much, and Choice C is contraindicated.", "(B)"),
        (CHOICE, "The bleeding has to be explained first.\n\nB", "(B)"),
        (CHOICE, "Let us see.\n\n**B. Order a transvaginal ultrasound scan**\n\nIt shows the placenta.", "(B)"),
        (
            CHOICE,
            "Let's look at the options:\n\n(A) Magnesium sulfate is not indicated.\n(C) To induce labour is "
            "contraindicated.\n\nThe next step would be to see it by a transvaginal scan with ultrasound.",
            "(B)",
        ),
        (CHOICE, "The answer is therefore (B).", "(B)"),
        (CHOICE, "$\\boxed{\\text{B}}$", "(B)"),
        (ROMAN, "The correct option is ii. Alcock and Brown.", "(2)"),
        (ROMAN, "**i. Charles Lindbergh**\n\nAmelia Earhart followed in 1932.", "(1)"),
        (SOLUTIONS, "2. It gives a better grip on the head.", "(2)"),
    ],
)
def test_the_picked_option_is_found(prompt: str, text: str, letter: str) -> None:
    options = options_of(prompt)
    found = stated(Reading(text), prompt, options)
    assert found is not None
    other = triage(f"The answer is {letter}.", text, prompt=prompt)
    assert other.verdict == "acceptable", other.reasons


def test_an_option_is_described_only_where_no_other_is() -> None:
    options = options_of(CHOICE)
    assert described("A scan with transvaginal ultrasound is ordered.", options) == "B"
    assert described("Induce labour with oxytocin, or order a transvaginal ultrasound scan.", options) is None
    assert described("It depends.", options) is None
    assert on_a_line("A. Give magnesium sulfate\nB. Order a transvaginal ultrasound scan", options) is None


def test_a_numbered_list_picks_no_option() -> None:
    options = options_of(SOLUTIONS)
    assert options == {"1": "use a rubber band", "2": "use a hammer"}
    listed = "1. First, press firmly.\n2. Then turn slowly."
    assert triage("The answer is 1.", listed, prompt=SOLUTIONS).verdict == "worrying"


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        (SORT, "So the answer is ember lattice marble quill quilt.", "So the answer is ember marble quill quilt."),
        (SORT, "So the answer is ember lattice marble quill quilt.", "It is ember lattice marble quilt quill."),
        (DATE, "So it is:\n\n2024-03-31", "So it is:\n\n2024-04-01"),
        (DAY, "Two days on: Sunday.", "Two days on from Friday it is **Saturday**, as the count shows."),
        ("What is printed?", '{"answer": "-ab-0012--c-7"}', '{"answer": "-ab-0012-c--7"}'),
        (SPACE, "So it is 10^9 litres.", "So it is 10⁸ litres."),
        (
            "Which statement is sarcastic?\n(A) Yes\n(B) No, never",
            "(A) is kind. So the answer is (B).",
            "(B) is kind. So the answer is (A).",
        ),
        (
            "neutral or contradiction? Finish with the label.",
            "It is open.\n\nLabel: neutral",
            "It can't be.\n\nLabel: contradiction",
        ),
    ],
)
def test_another_result_is_worrying(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict == "worrying"


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        (SPACE, "So it is about 10^9 litres.", "All in all, the result is about 1,000,000,000 litres."),
        ("What is the remainder?", '{"answer": "10x - 9"}', '{"answer": "\\\\boxed{10x-9}"}'),
        ("What is printed?", '{"answer": "False"}', '{"answer": false}'),
        (
            "How old is Nora now?",
            "Nora is 4 × 12 = 48 years old.\n\n48",
            "N = 4C and N = 48.\n\n**Nora is 48 years old now.**",
        ),
        (
            "Which element is named after Marie Curie's country?",
            "Marie's country was Poland.\n\nElement: Polonium",
            "Curie came from there. The element is **polonium**.",
        ),
        (DAY, "Therefore it is a Sunday.", "June 18, 2023. Since March 10 was a Friday, two days on it is **Sunday**."),
        (
            "Would a pear sink?",
            "Its density is 0.6 g/cm^3. So the answer is no.",
            "Water has 1 g/cm³, pears less. So the answer is no.",
        ),
    ],
)
def test_the_same_result_put_otherwise_is_acceptable(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict == "acceptable"


@pytest.mark.parametrize(
    ("text", "value"),
    [("10^9 litres", 10**9), ("1.9 × 10⁹", 1_900_000_000), ("1.9 \\times 10^{9}", 1_900_000_000), ("2.5e3", 2_500)],
)
def test_powers_of_ten_are_numbers(text: str, value: int) -> None:
    found = quantity(text)
    assert found is not None
    assert found.value == value
    assert with_powers_of_ten("x^10^2 and 2^10 and 110^2") == "x^10^2 and 2^10 and 110^2"


def test_yes_and_no_are_read_in_one_place() -> None:
    assert asks_whether("Is it open on Sundays?")
    assert not asks_whether("When is it open?")
    assert affirms("So, **yes**.") is True
    assert affirms("Not quite: it closes at noon.") is False
    assert affirms("**Yes** and **no**.") is None
