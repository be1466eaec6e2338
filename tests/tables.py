"""Parametrised tests of pure functions are collected as tables: one test each, which tries every row and names all that
fail.

Half of all rows take less than a millisecond, and to collect, hand out and report a test takes several. Only a test
without anything of its own per row is a table: none that asks for a fixture made per test, or has marks on a row. Who
selects rows (`-k`, `test_x[row]`), or sets `CONSOLE_THOROUGH=1`, gets each row as a test of its own.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import pytest

from tests.effort import TIMES

Row = Mapping[str, Any]


def wanted(config: pytest.Config) -> bool:
    """Whether tables are tables in this run."""
    return TIMES == 1 and not config.option.keyword and not any("[" in argument for argument in config.args)


def collected(collector: Any, name: str, function: Any) -> pytest.Function | None:
    """The test that tries every row of a parametrised function; None where each row has to be a test."""
    rows = _rows(function)
    if rows is None or any(collector.iter_markers("parametrize")):
        return None
    item = pytest.Function.from_parent(collector, name=name, callobj=_table(function, rows), originalname=name)
    fixtures = itertools.chain.from_iterable(item._fixtureinfo.name2fixturedefs.values())
    return None if any(fixture.scope == "function" for fixture in fixtures) else item


def _rows(function: Any) -> list[Row] | None:
    """What the parametrisations give the function, row by row; None where they say more than values."""
    marks = getattr(function, "pytestmark", [])
    plain = inspect.isfunction(function) and not inspect.iscoroutinefunction(function)
    if not marks or not plain or hasattr(function, "hypothesis"):
        return None
    columns = [_column(mark) for mark in reversed(marks)]
    if any(column is None for column in columns):
        return None
    product = itertools.product(*(column for column in columns if column is not None))
    return [{name: value for part in parts for name, value in part.items()} for parts in product]


def _column(mark: pytest.Mark) -> list[Row] | None:
    if mark.name != "parametrize" or len(mark.args) != 2 or set(mark.kwargs) - {"ids"}:
        return None
    names, given = mark.args
    as_text = isinstance(names, str)
    names = [name.strip() for name in names.split(",") if name.strip()] if as_text else list(names)
    if not isinstance(given, Collection) or not given:
        return None
    rows = []
    for value in given:
        if isinstance(value, _PARAM):
            if value.marks:
                return None
            value = value.values
        elif as_text and len(names) == 1:
            value = (value,)
        if len(value) != len(names):
            return None  # pytest says what is wrong there
        rows.append(dict(zip(names, value, strict=True)))
    return rows


_PARAM = type(pytest.param())


def _table(function: Callable[..., None], rows: list[Row]) -> Callable[..., None]:
    signature = inspect.signature(function)
    rest = [one for one in signature.parameters.values() if one.name not in rows[0]]

    def table(**fixtures: Any) -> None:
        failed = list(_failures(function, rows, fixtures))
        if failed:
            raise BaseExceptionGroup(f"{len(failed)} of {len(rows)} rows", failed)

    table.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
    table.__name__, table.__doc__, table.__module__ = function.__name__, function.__doc__, function.__module__
    return table


def _failures(function: Callable[..., None], rows: list[Row], fixtures: Row) -> Iterator[BaseException]:
    skipped = 0
    for row in rows:
        try:
            function(**row, **fixtures)
        except pytest.skip.Exception:
            skipped += 1
            if skipped == len(rows):
                raise
        except (Exception, pytest.fail.Exception) as failure:
            failure.add_note(f"in the row {dict(row)!r}")
            yield failure
