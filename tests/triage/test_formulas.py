"""Formulas are the same where they have the same value, and intervals and lists where their parts have."""

from __future__ import annotations

import time

import pytest

from console.triage.equality import same_answer
from console.triage.formulas import same_formula

SAME = r"""
\frac{\sqrt{3}}{2} ~ \sqrt{3}/2
3\sqrt{2} ~ \sqrt{18}
5\sqrt{2} ~ \sqrt{50}
x^2 + 2x + 1 ~ (x+1)^2
4x(x-1) ~ 4x^2-4x
\frac{x}{2} ~ 0.5x
\frac{a+b}{2} ~ (a+b)/2
\frac{1+\sqrt{5}}{2} ~ (1+\sqrt5)/2
2\pi ~ 2π
\pi/4 ~ \frac{\pi}{4}
2^{10} ~ 1024
5! ~ 120
\binom{5}{2} ~ 10
\log_2 8 ~ 3
\ln 2 ~ \ln(2)
7\frac{1}{2} ~ 7.5
6 \times 10^3 ~ 6000
-\frac{3}{4} ~ -3/4
10\% ~ 0.1
120^\circ ~ 120
\{1, 2\} ~ 1, 2
(1, 2) ~ \left(1,2\right)
x=2, x=3 ~ x = 3 or x = 2
x = 7, y = 3 ~ (7, 3)
y = 2x + 3 ~ 2x+3
x \in [1, 2] ~ [1,2]
(-\infty, 2) \cup (3, \infty) ~ (-\infty,2)∪(3,\infty)
\sqrt{3}/2 ~ 0.8660
8:00 PM ~ 8 pm
'abc' ~ abc
June 28, 1919 ~ 1919-06-28
"""
OTHER = r"""
\frac{1}{2} ~ \frac{1}{3}
x^2+1 ~ x^2-1
(1,2) ~ (2,1)
[1,2] ~ (1,2)
(2,3) ~ (-\infty, 2) \cup (3, \infty)
(-\infty, 3) ~ (-\infty, 3]
3\sqrt{2} ~ 2\sqrt{3}
1+\sqrt{5} ~ 1-\sqrt{5}
2x+3 ~ 3x+2
\frac{a+b}{2} ~ a+\frac{b}{2}
x<3 ~ x\le 3
10^{-3} ~ 10^{3}
x=2, x=3 ~ x=2, x=4
\{1,2\} ~ \{1,3\}
e^2 ~ 2e
8:00 PM ~ 8:00 AM
2026-05-01 ~ 2026-01-05
'abc' ~ 'ABC'
[1,2,3] ~ [1,3,2]
"""


def pairs(lines: str) -> list[tuple[str, str]]:
    """The two sides of each line."""
    split = [line.partition(" ~ ") for line in lines.strip().split("\n")]
    return [(one, other) for one, _, other in split]


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_the_same_value_in_another_form_is_the_same_answer(one: str, other: str) -> None:
    assert same_answer(one, other, {})
    assert same_answer(other, one, {})


@pytest.mark.parametrize(("one", "other"), pairs(OTHER))
def test_another_value_is_another_answer(one: str, other: str) -> None:
    assert not same_answer(one, other, {})
    assert not same_answer(other, one, {})


@pytest.mark.parametrize(
    "text", ["New York", "2026-05-01", "+49 30-1234-5678", "x^^2", "\\frac{1}", "(1, 2", "1/0", ""]
)
def test_what_is_no_formula_is_left_to_others(text: str) -> None:
    assert same_formula(text, "x^2 + 1") is None


@pytest.mark.parametrize("text", ["2^2^2^2^2^9", "9!!!!", "(" * 150, "-" * 150 + "x", "10^400", "x" * 150, "1e" * 70])
def test_formulas_of_any_size_take_no_time(text: str) -> None:
    begun = time.process_time()
    assert same_formula(text, "x^2 + 1") in (None, False)
    assert time.process_time() - begun < 0.5
