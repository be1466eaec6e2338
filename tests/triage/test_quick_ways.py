"""The quick ways of reading an answer find what the plain ways find, on any text, and take no long on any."""

from __future__ import annotations

import ast
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.triage import code, normalising, options, quantities, shapes
from console.triage.figures import facts_of, names_of, spelt_out
from console.triage.imagining import trying
from console.triage.imagining.expressions import Budget
from console.triage.imagining.machine import Machine
from console.triage.imagining.values import LARGEST, OPERATIONS, Unknown, limited
from console.triage.judging import triage
from console.triage.phrases import any_of, any_of_all, either, holds_any
from console.triage.reading import Reading, counted, in_parts

SIGNS = "aAbz019 _-'./,%)]\"\n\t*!?。漢字éß²٣ก€½"
texts = st.text(alphabet=SIGNS, max_size=60)

_DIGITS = r"\d+(?:,\d{3}(?!\d)|\.\d+)*(?:/\d+(?!\d*/))?%?"
_LETTER = rf"[^\W\d_{normalising.CJK}]"
PLAIN_TOKEN = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)*|{_DIGITS}|-(?<![\w.)\]-]-){_DIGITS}|[{normalising.CJK}]")
PLAIN_SENTENCE = re.compile(
    r"(?<=。)|\n\s*|\s(?:(?<=[.!?]\s)|(?<=[.!?][\"')\]*]\s)|(?<=[.!?][\"')\]*]{2}\s))\s*(?=[^\s.])"
)
PLAIN_FENCE = re.compile(r"```[ \t]*([\w+#.-]*)[^\n`]{0,200}\n(.*?)(?:\n[ \t]*```|```|\Z)", re.DOTALL)


@settings(max_examples=150)
@given(texts)
def test_tokens_are_those_of_the_plain_pattern(text):
    lower = text.lower()
    if "n't" not in lower and "cannot" not in lower:
        assert normalising.tokens(text) == PLAIN_TOKEN.findall(lower)


@settings(max_examples=150)
@given(texts)
def test_sentences_are_those_of_the_plain_pattern(text):
    parts = [part.strip() for part in PLAIN_SENTENCE.split(text)]
    assert normalising.sentences(text) == [part for part in parts if re.search(r"[^\W_]", part)]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(["`", "``", "```", "\n", " ", "\t", "a", "py", "\n```", "```\n", "x = 1\n"]), max_size=14)
)
def test_fences_are_those_of_the_plain_pattern(parts):
    text = "".join(parts)
    found, plain = shapes._FENCE.finditer(text), PLAIN_FENCE.finditer(text)
    assert [(one.span(), one.groups()) for one in found] == [(one.span(), one.groups()) for one in plain]


PHRASES = """
    i(?:'m| am) (?:not )?sorry
    i can't\\b
    in time
    no <thing> today
    (?:never|always) late
"""
WORDS = ["i", "i'm", "am", "not", "sorry", "can't", "in", "time", "no", "tea", "today", "never", "late", "si", "main"]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))
def test_phrases_are_found_wherever_one_pattern_of_all_finds_one(text):
    phrases = any_of(PHRASES, thing="tea|time")
    plain = re.compile(
        r"\b(?:i(?:'m| am) (?:not )?sorry|i can't\b|in time|no (?:tea|time) today|(?:never|always) late)"
    )
    assert (phrases.search(text) is None) == (plain.search(text) is None)
    both = any_of_all((any_of("in time"), any_of("i can't\\b")))
    assert (both.search(text) is None) == (re.search(r"\b(?:in time|i can't\b)", text) is None)


def test_plain_texts_are_looked_for_without_a_pattern():
    assert either("one|two three") == ("one", "two three")
    assert holds_any("there are two threes", either("one|two three"))
    assert not holds_any("nothing", either("one|two three"))
    assert not holds_any("", either("one"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1 1/2 cups", "3/2 cups"),
        ("21 3/4", "87/4"),
        ("1 1/2/2026", "1 1/2/2026"),
        ("x1 1/2", "x1 1/2"),
        ("\\frac{1}{6} of it", "1/6 of it"),
        ("½ a cup", " 1/2  a cup"),
        ("29,20 €", "29.20 €"),
        ("€29,20", "€29.20"),
    ],
)
def test_fractions_and_prices_are_read_in_every_spelling(text, read):
    assert quantities.with_plain_fractions(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("on March 5, 2026", "on 20260305"),
        ("on the 5th of March 2026", "on the 20260305"),
        ("2026-03-05", "20260305"),
        ("2026/3/5", "20260305"),
        ("MARCH 5, 2026", "20260305"),
        ("March 5, 1823, and the year 1999", "18230305, and the year 1999"),
        ("in 2026, maybe 5 times", "in 2026, maybe 5 times"),
        ("12026-03-05", "12026-03-05"),
    ],
)
def test_dates_are_one_number_in_every_spelling(text, read):
    assert quantities.with_iso_dates(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("twenty-two", "22"),
        ("Ninety nine", "99"),
        ("FIFTY-FIVE of fifty", "55 of fifty"),
        ("a city one can see", "a city one can see"),
        ("safety-first", "safety-first"),
    ],
)
def test_compound_number_words_are_digits(text, read):
    assert quantities.with_digits(text) == read


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("Call 030 1234567 before 5 pm.", {"code", "clock"}),
        ("It opens at 17:30 on Mondays.", {"clock", "day"}),
        ("Write to help@example.org in march.", {"code"}),
        ("Order AB-12 is due on 5 March.", {"code", "date"}),
        ("No figures and no days here.", set()),
        ("In November it rains.", {"day"}),
    ],
)
def test_facts_are_found_of_every_kind(sentence, kinds):
    assert {fact.kind for fact in facts_of(spelt_out(sentence))} == kinds


def test_number_words_and_one_of_a_unit_are_spelt_out():
    assert spelt_out("within a week, after sixteen days or Forty") == "within 1 week, after 16 days or 40"
    assert spelt_out("one a of none") == "one a of none"


def test_names_inside_of_a_sentence_are_found():
    assert [fact.shown for fact in names_of("Then we met Ada Byron, and Bob on Monday.")] == ["Ada Byron", "Bob"]


def test_pieces_are_counted_like_the_whole():
    tokens = [random.Random(place).choice("abcdef") for place in range(20_000)]
    assert counted(tokens) == {letter: tokens.count(letter) for letter in "abcdef"}
    assert "".join(in_parts("ab " * 20_000)) == "ab " * 20_000


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": "one\ntwo"}', "json"),
        ('{"a": 1,}', "prose"),
        ('Here: {x} {y} {"a": 1}', "json"),
        ("\\boxed{42} it is", "prose"),
        ("-- a comment\nselect a from b where c = 1;", "code"),
        ("# A heading\n\nand words under it, many of them.", "prose"),
        ("\n".join(["x = 1", "y = x + 1", "print(y)"]), "code"),
    ],
)
def test_the_shape_of_a_text_is_told_without_reading_all_of_it_twice(text, kind):
    assert Reading(text).shape.kind == kind


def test_the_seventh_brace_is_not_tried():
    assert Reading("{a " * 5 + '{"b": 1}').shape.kind == "json"
    assert Reading("{a " * 6 + '{"b": 1}').shape.kind != "json"


def test_options_by_number_need_a_list_of_them():
    assert options.options_of("Which is best?\n1. tea\n2. milk") == {"1": "tea", "2": "milk"}
    assert options.options_of("Which is best, 1 or 2?") == {}


# --- what no text may take long with


LONG = 50_000
HOSTILE = [
    "1",
    "1 ",
    "1/",
    "0 1/",
    "2020",
    "5 May ",
    "5th ",
    "y-t",
    "`",
    "``",
    "```",
    "```\n",
    "\n`",
    "'",
    "a'",
    ".",
    '."',
    ". ",
]
HOSTILE += [
    "€1,",
    "A1-",
    "(1)",
    "1)",
    "#",
    "# ",
    "-1",
    "A ",
    "a A",
    "i ",
    "{",
    '{"',
    "\\",
    "é'",
    "漢",
    "² ",
    "17:3",
    "ty-",
    "10^",
    "1 x 10",
    "10⁹",
]


@pytest.mark.parametrize("sign", HOSTILE)
def test_no_run_of_signs_takes_long_to_read(sign):
    text = sign * (LONG // len(sign))
    start = time.process_time()
    normalising.tokens(text)
    normalising.sentences(text)
    quantities.with_iso_dates(quantities.with_plain_fractions(quantities.with_digits(quantities.with_minutes(text))))
    quantities.with_powers_of_ten(text)
    list(shapes._FENCE.finditer(text))
    facts_of(text[:500])
    code._left_out(text[:16_000], "")
    assert time.process_time() - start < 1


# --- what is tried


def imagined(source: str, name: str, *arguments: object, steps: int = 3_000) -> object:
    return Machine(ast.parse(source), Budget(steps, 40_000)).call(name, arguments)[0]


@pytest.mark.parametrize(
    ("body", "returned"),
    [
        ("for i in n:\n  if i > 2: break\n else: return 'all'\n return i", 3),
        ("for i in n:\n  if i < 9: continue\n  return i\n else: return 'none'", "none"),
        ("while n:\n  n.pop()\n  if len(n) == 1: break\n return n", [1]),
        ("try:\n  return n[9]\n except IndexError:\n  return 'no'\n finally:\n  n.append(1)", "no"),
        ("try:\n  n[0]\n except IndexError:\n  return 1\n else:\n  return 2", 2),
        ("a, *b, c = n\n return [c, b, a]", [4, [2, 3], 1]),
        ("n[0], n[-1] = n[-1], n[0]\n return n", [4, 2, 3, 1]),
        ("return [x * y for x in n if x % 2 for y in n if y > x]", [2, 3, 4, 12]),
        ("return {x: x ** 2 for x in n if x < 3}", {1: 1, 2: 4}),
        ("return f'{n[0]:.1f} {n[1]!r}'", "1.0 2"),
        ("def f(a, b=n[1], *c, d=4, **e):\n  return [a, b, c, d, e]\n return f(1, d=5, z=6)", [1, 2, (), 5, {"z": 6}]),
        ("def f():\n  for x in n:\n   yield x\n   yield from [x]\n return list(f())[:4]", [1, 1, 2, 2]),
        ("total = 0\n def add(x):\n  nonlocal total\n  total += x\n list(map(add, n))\n return total", 10),
        ("if (m := len(n)) > 3: return m\n return 0", 4),
        ("return 1 < len(n) <= 4 and not n[0] > 1 or None", True),
        ("del n[0]\n n += [5]\n return n[1:], n[::-1]", ([3, 4, 5], [5, 4, 3, 2])),
    ],
)
def test_every_kind_of_statement_does_what_python_does(body, returned):
    assert imagined(f"def f(n):\n {body}", "f", [1, 2, 3, 4]) == returned


def test_an_error_inside_of_a_generator_leaves_the_others_as_they_were():
    source = """
def inner():
    yield 1
    raise ValueError
def outer():
    yield 0
    try:
        list(inner())
    except ValueError:
        pass
    yield 2
def f(n):
    return list(outer())
"""
    assert imagined(source, "f", 1) == [0, 2]


@pytest.mark.parametrize(
    "body",
    [
        "try:\n  return 1\n finally:\n  return 2",
        "while True: pass",
        "return open(n)",
        "return n @ n",
        "async def g(): pass\n return 1",
        "return 'a' * 2000",
        "return '%999s' % n",
        "with n: return 1",
    ],
)
def test_what_it_does_not_know_says_nothing(body):
    with pytest.raises(Unknown):
        imagined(f"def f(n):\n {body}", "f", 1)


def test_what_is_not_reached_may_be_anything():
    assert imagined("def f(n):\n if n: return 1\n import socket\n return socket.create_connection(n)", "f", 1) == 1


def test_steps_are_counted_for_every_part_of_an_expression():
    source = "def f(n):\n return n + n * 2"
    needed = next(steps for steps in range(1, 40) if _ends(source, steps))
    assert needed == 8  # the definition, the statement, its five expressions, and one that is never spent


def _ends(source: str, steps: int) -> bool:
    try:
        return imagined(source, "f", 1, steps=steps) == 3
    except Unknown:
        return False


@pytest.mark.parametrize("op", sorted(OPERATIONS, key=lambda kind: kind.__name__))
def test_no_operation_makes_more_than_fits(op):
    for left, right in ((2, 3), (10**6, 64), (1, 600), ("ab", 900), ([1] * 900, 2), (2**500, 2**500)):
        try:
            made = OPERATIONS[op](left, right)
        except (Unknown, TypeError, OverflowError):
            continue
        assert limited(made) is made
        assert not isinstance(made, (str, list)) or len(made) <= LARGEST


def test_when_no_step_is_left_nothing_more_is_tried(monkeypatch):
    tried = []
    plain = trying.inputs

    def counting(*given):
        for several in plain(*given):
            tried.append(len(several))
            yield several

    monkeypatch.setattr(trying, "inputs", counting)
    functions = "\n".join(f"def f{i}(a, b):\n    return [x for x in range(a) if x % {i + 2}]" for i in range(200))
    reason, same = trying.tried(ast.parse(functions), ast.parse(functions))
    assert reason is None
    assert not same
    assert sum(tried) < 2_500


def test_long_code_of_many_functions_is_judged_in_bounded_time():
    one, other = (
        "\n".join(
            f"def f{i}(a, b):\n    x = a * {i} + b\n    return [y for y in range(x) if y % {k}]" for i in range(400)
        )
        for k in (3, 4)
    )
    start = time.process_time()
    assert triage(f"```python\n{one}\n```", f"```python\n{other}\n```").verdict == "worrying"
    assert time.process_time() - start < 5
