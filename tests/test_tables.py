"""Tests that are tables: every row is tried, each that fails is named, and what is more stays many tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import tables


@pytest.fixture(scope="module")
def limit() -> int:
    return 3


@pytest.fixture
def own(tmp_path: object) -> object:
    return tmp_path


@pytest.fixture
def collected(request: pytest.FixtureRequest) -> Callable[..., pytest.Function | None]:
    """The table that a function of this module is, or None."""
    return lambda function: tables.collected(request.node.parent, "test_it", function)


def parametrised(*columns: Any, **how: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return pytest.mark.parametrize(*columns, **how)


def failures(item: pytest.Function | None, **fixtures: Any) -> list[str]:
    """What the failed rows of a table say about themselves."""
    assert item is not None
    try:
        item.obj(**fixtures)
    except BaseExceptionGroup as group:
        return [note for failure in group.exceptions for note in failure.__notes__]
    return []


def test_every_row_is_tried_and_each_that_fails_is_named(collected) -> None:
    seen = []

    @parametrised("number", [1, 2, 3, 4])
    def function(number: int) -> None:
        seen.append(number)
        assert number % 2

    assert failures(collected(function)) == ["in the row {'number': 2}", "in the row {'number': 4}"]
    assert seen == [1, 2, 3, 4]


def test_rows_multiply_and_may_have_names(collected) -> None:
    seen = []

    @parametrised("left, right", [pytest.param(1, 2, id="one"), (3, 4)])
    @parametrised(["sign"], [["-"], ["+"]], ids=["minus", "plus"])
    def function(left: int, right: int, sign: str) -> None:
        seen.append((left, right, sign))

    assert failures(collected(function)) == []
    assert sorted(seen) == [(1, 2, "+"), (1, 2, "-"), (3, 4, "+"), (3, 4, "-")]


def test_what_is_made_once_for_many_tests_is_given_to_every_row(collected) -> None:
    @parametrised("number", [1, 5])
    def function(number: int, limit: int) -> None:
        assert number < limit

    item = collected(function)
    assert item is not None
    assert "number" not in item.fixturenames
    assert failures(item, limit=3) == ["in the row {'number': 5}"]


def test_a_failure_on_purpose_is_one_and_skipped_rows_are_none(collected) -> None:
    @parametrised("number", [1, 2, 3])
    def function(number: int) -> None:
        if number == 1:
            pytest.skip("not here")
        if number == 2:
            pytest.fail("on purpose")

    assert failures(collected(function)) == ["in the row {'number': 2}"]


def test_a_table_is_skipped_where_all_of_its_rows_are(collected) -> None:
    @parametrised("number", [1, 2])
    def function(number: int) -> None:
        pytest.skip(f"not {number}")

    with pytest.raises(pytest.skip.Exception, match="not 2"):
        failures(collected(function))


def per_test(number: int, own: object) -> None:
    """Asks for something made for each test."""


def plain(number: int) -> None:
    """Asks for nothing."""


async def waiting(number: int) -> None:
    """Needs a loop."""


def numbers() -> Iterator[int]:
    yield 1


def test_what_is_more_than_a_table_stays_many_tests(collected) -> None:
    one = [1, 2]
    more_than_values = [
        parametrised("number", one)(per_test),
        parametrised("number", one)(waiting),
        parametrised("number", one, indirect=True)(lambda number: None),
        parametrised("number", [pytest.param(1, marks=pytest.mark.skip)])(lambda number: None),
        parametrised("number", numbers())(lambda number: None),
        parametrised("number", [])(lambda number: None),
        pytest.mark.skip(parametrised("number", one)(lambda number: None)),
        plain,
    ]
    assert [collected(function) for function in more_than_values] == [None] * len(more_than_values)


def test_who_selects_rows_gets_rows(monkeypatch) -> None:
    class Config:
        class option:  # noqa: N801
            keyword = ""

        args = ("tests/text",)

    assert tables.wanted(Config) is (tables.TIMES == 1)
    monkeypatch.setattr(Config, "args", ("tests/text/test_safe.py::test_it[1]",))
    assert not tables.wanted(Config)
    monkeypatch.setattr(Config, "args", ("tests/text",))
    monkeypatch.setattr(Config.option, "keyword", "2")
    assert not tables.wanted(Config)
