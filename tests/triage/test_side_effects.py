"""What code does beside its results: arguments it changes, queries it pastes values into, quotes it loses."""

from __future__ import annotations

import pytest

from console.triage.judging import triage


def fenced(code: str, language: str = "python") -> str:
    return f"```{language}\n{code}\n```"


KEEPING = fenced("def ranked(names):\n    return sorted(names)")
CHANGING = fenced("def ranked(names):\n    names.sort()\n    return names")


def test_a_list_that_is_changed_although_it_must_not_be_is_worrying() -> None:
    found = triage(
        KEEPING, CHANGING, prompt="Write ranked(names) that sorts names without changing the list passed in."
    )
    assert found.verdict == "worrying"
    assert "changes what it is given" in found.reasons[0].text


def test_a_list_that_is_changed_elsewhere_is_for_a_person_to_look_at() -> None:
    found = triage(KEEPING, CHANGING, prompt="Write ranked(names) that sorts names.")
    assert (found.verdict, found.needs_human) == ("acceptable", True)
    assert triage(CHANGING, KEEPING, prompt="Write ranked(names) that sorts names.").score < found.score


@pytest.mark.parametrize(
    "query",
    [
        "f\"SELECT * FROM orders WHERE city = '{city}'\"",
        '"SELECT * FROM orders WHERE city = \'" + city + "\'"',
        "\"SELECT * FROM orders WHERE city = '%s'\" % city",
        "\"SELECT * FROM orders WHERE city = '{}'\".format(city)",
    ],
)
def test_values_pasted_into_a_query_are_worrying(query: str) -> None:
    old = fenced('def of(db, city):\n    return db.execute("SELECT * FROM orders WHERE city = ?", (city,)).fetchall()')
    new = fenced(f"def of(db, city):\n    rows = db.execute({query})\n    return rows.fetchall()")
    found = triage(old, new, prompt="A function of(db, city) that returns the orders of a city.")
    assert "injection" in found.reasons[0].text
    assert found.verdict == "worrying"


def test_a_query_of_constant_parts_is_no_pasting() -> None:
    old = fenced('def of(db, city):\n    return db.execute("SELECT * FROM orders WHERE city = ?", (city,)).fetchall()')
    new = fenced(
        'def of(db, city):\n    rows = db.execute("SELECT * FROM orders " + "WHERE city = ?", (city,))\n'
        "    return rows.fetchall()"
    )
    found = triage(old, new, prompt="A function of(db, city) that returns the orders of a city.")
    assert not any("injection" in reason.text for reason in found.reasons)


def test_money_reckoned_with_float_is_worrying() -> None:
    old = fenced(
        "from decimal import Decimal\n\ndef net(price, rate):\n"
        '    return str((Decimal(price) / (1 + Decimal(rate))).quantize(Decimal("0.01")))'
    )
    new = fenced('def net(price, rate):\n    return f"{float(price) / (1 + float(rate)):.2f}"')
    assert (
        triage(old, new, prompt="net(price, rate): the price without tax, as text, to the cent.").verdict == "worrying"
    )


def test_a_variable_of_the_shell_that_loses_its_quotes_is_worrying() -> None:
    old = fenced('find . -name "*.log" | while read -r log; do\n  gzip -- "$log"\ndone', "bash")
    new = fenced("for log in *.log; do\n  echo packing\n  gzip $log\ndone", "bash")
    found = triage(old, new, prompt="A bash loop that packs every log file.")
    assert found.verdict == "worrying"
    assert "quotes $log" in found.reasons[0].text


def test_brackets_around_the_one_parameter_of_an_arrow_function_are_style() -> None:
    old, new = (fenced(f"const ids = rows.map({head} => row.id);", "js") for head in ("(row)", "row"))
    assert triage(old, new).verdict != "worrying"


def test_a_context_manager_may_be_a_function_or_a_class_of_that_name() -> None:
    old = fenced(
        "from contextlib import contextmanager\n\n@contextmanager\ndef quiet(level):\n    before = level\n"
        "    try:\n        yield before\n    finally:\n        print(before)"
    )
    new = fenced(
        "class quiet:\n    def __init__(self, level):\n        self.before = level\n\n    def __enter__(self):\n"
        "        return self.before\n\n"
        "    def __exit__(self, *error):\n        print(self.before)\n        return False"
    )
    found = triage(old, new, prompt='I want `with quiet("info"):` to print the level at the end.')
    assert not any("interface" in reason.text for reason in found.reasons)
