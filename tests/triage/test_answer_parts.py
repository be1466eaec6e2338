"""What a text states as its answer: lists, formulas, orders, days, chosen things; and what only looks like one."""

from __future__ import annotations

import pytest

from console.triage.answers import stated
from console.triage.judging import triage
from console.triage.options import options_of
from console.triage.reading import Reading


@pytest.mark.parametrize(
    ("text", "prompt", "expected"),
    [
        ("Since 3m is 72, the integers are 23, 24 and 25.", "How many?", "23, 24 and 25"),
        ("So x = 7 and y = 3.", "Solve.", "x = 7 and y = 3"),
        ("Der Zug kommt also um **11:15 Uhr** an.", "Wann?", "11:15"),
        ("$$f'(x) = e^{2x}(2x + 1)$$", "Compute f'.", "e^{2x}(2x + 1)"),
        ("The output grid is:\n[[0, 1],\n [1, 0]]", "", "[[0, 1],\n [1, 0]]"),
        ('{"total": 42.5}', "", "42.5"),
        ("Somit hat sie noch 27 Äpfel.", "Wie viele?", "27"),
        ("P = 4 / 36 ≈ 0.111, i.e. $\\frac{1}{9}$.", "What is the probability?", "$1/9"),
    ],
)
def test_the_answer_is_found_where_it_stands(text: str, prompt: str, expected: str) -> None:
    found = stated(Reading(text), prompt, {})
    assert found is not None
    assert found.text == expected


@pytest.mark.parametrize(
    ("prompt", "letters"),
    [
        ("Which two are noble gases? A. Neon B. Nitrogen C. Argon D. Chlorine", "ABCD"),
        ("Which graph fits? Options: a) line b) parabola c) circle", "ABC"),
        ("Pick one: (A) Oxygen (B) Nitrogen", "AB"),
        ("Mr. A. Smith and B. Jones met. Who was late?", ""),
    ],
)
def test_options_may_stand_on_one_line(prompt: str, letters: str) -> None:
    assert "".join(options_of(prompt)) == letters or not letters


CHOICES = {
    "plans": (
        "Basic costs 10, Plus 20. Which plan is cheapest?",
        "The Basic plan is cheapest.",
        "Plus is the cheapest plan.",
    ),
    "runners": ("Maya beat Leo. Who comes second?", "1. Maya\n2. Leo\n\nLeo comes second.", "The second one is Maya."),
    "fractions": (
        "Which is larger, 3/7 or 4/9?",
        "3/7 ≈ 0.43, 4/9 ≈ 0.44, so 4/9 is larger.",
        "3/7 is larger than 4/9.",
    ),
    "oils": ("Which is heavier: a litre of water or a litre of oil?", "Water is heavier.", "Oil. It weighs more."),
    "animals": ("Who is the odd one out: whale, shark, seal?", "The shark: it is a fish.", "The seal: it has fur."),
    "days": (
        "What day was yesterday, if tomorrow is Sunday?",
        "Today is Saturday, so it was Friday.",
        "It was Thursday.",
    ),
    "order": ("Rank by age, oldest first: Rome, Oslo, Bonn.", "Rome, Bonn, Oslo", "1. Oslo\n2. Rome\n3. Bonn"),
}


@pytest.mark.parametrize(("prompt", "old", "new"), CHOICES.values())
def test_another_choice_is_another_answer(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict == "worrying"
    assert triage(new, old, prompt=prompt).verdict == "worrying"


SAME = {
    "plans": (
        "Basic costs 10, Plus 20. Which plan is cheapest?",
        "Basic is cheapest.",
        "Go for Basic, the cheapest plan.",
    ),
    "runners": ("Maya beat Leo. Who comes second?", "The second is Leo.", "1. Maya\n2. **Leo**\n\nLeo comes second."),
    "fractions": (
        "Which is larger, 3/7 or 4/9?",
        "4/9 is larger than 3/7.",
        "3/7 ≈ 0.43 and 4/9 ≈ 0.44, so 4/9 is larger.",
    ),
    "order": ("Rank by age, oldest first: Rome, Oslo, Bonn.", "Rome, Bonn, Oslo", "1. Rome\n2. Bonn\n3. Oslo"),
    "clock": ("When does it arrive?", "8:40 + 2:35 makes 11:15. It arrives at **11:15**.", "It arrives at 11:15 am."),
    "solutions": ("Solve |2x - 1| = 7.", "The solutions are x = 4 and x = -3.", "$$x \\in \\{-3, 4\\}$$"),
}


@pytest.mark.parametrize(("prompt", "old", "new"), SAME.values())
def test_the_same_choice_in_other_words_is_acceptable(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict != "worrying"


@pytest.mark.parametrize(
    ("old", "new", "worrying"),
    [
        ("It costs €2,121.80 in all for the two years.", "For both of the years it costs €2,120.00 in all.", True),
        ("It weighs 23.46 kg without the box it came in.", "Without its box the weight of it is 23.5 kg.", False),
        ("The rate rose by 15 percent over the last year.", "Over the last year the rate went up by 15 %.", False),
        ("The rate rose by 15 percent over the last year.", "Over the last year the rate went up by 51 %.", True),
    ],
)
def test_amounts_are_rounded_but_not_changed(old: str, new: str, worrying: bool) -> None:
    assert (triage(old, new, prompt="Tell me about it.").verdict == "worrying") is worrying
