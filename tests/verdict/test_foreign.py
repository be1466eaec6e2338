"""Logs of other origin: every spelling that means a row, and the line of every row that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.domain.errors import LogInvalid
from console.traffic.foreign import Foreign, read_foreign


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def read(path: Path, text: str) -> Foreign:
    path.write_text(text, encoding="utf-8")
    return read_foreign(path)


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-18T12:00:00Z",
        "2026-11-18T12:00:00",
        "2026-11-18 12:00:00",
        "2026-11-18T13:00:00+01:00",
        "1795003200",
        "1795003200.0",
        " 1795003200 ",
    ],
)
def test_one_instant_in_every_spelling(path: Path, at: str) -> None:
    assert read(path, f"at,arm\n{at},canary\n").rows[0].at == 1_795_003_200.0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(path: Path, separator: str) -> None:
    found = read(path, f"at{separator}arm{separator}error\n1{separator}canary{separator}1\n")
    assert [(row.arm, row.outcome) for row in found.rows] == [("canary", "error")]


def test_a_byte_order_mark_blank_lines_and_capitals_are_fine(path: Path) -> None:
    found = read(path, "\ufeff\n\nAt , ARM\n1,Canary\n\n2,PRODUCTION\n")
    assert [row.arm for row in found.rows] == ["canary", "production"]
    assert not found.bad


def test_lines_are_those_of_the_file(path: Path) -> None:
    found = read(path, "\n\nat,arm\n1,canary\nx,canary\n\n2,nobody\n")
    assert [row.line for row in found.bad] == [5, 7]


def test_a_quoted_cell_over_several_lines_keeps_the_count(path: Path) -> None:
    found = read(path, 'at,arm,user\n1,canary,"a\nb"\nx,canary,c\n')
    assert found.rows[0].user == "a\nb"
    assert [row.line for row in found.bad] == [4]


def test_lines_of_json_lines_count_blank_ones(path: Path) -> None:
    found = read(path, '\n{"at": 1, "arm": "canary"}\n\n[1]\n{"at": 2}\n')
    assert [(row.line, row.reason) for row in found.bad] == [(4, "must be an object"), (5, "arm is missing")]


@pytest.mark.parametrize(
    ("word", "value"), [("1", True), ("true", True), ("Yes", True), ("0", False), ("FALSE", False)]
)
def test_truths(path: Path, word: str, value: bool) -> None:
    row = read(path, f"at,arm,satisfied,regression\n1,canary,{word},{word}\n").rows[0]
    assert (row.satisfied, row.flagged) == (value, value)


@pytest.mark.parametrize("value", [True, False, 1, 0, 1.0, 0.0])
def test_truths_of_json(path: Path, value: object) -> None:
    row = read(path, json.dumps({"at": 1, "arm": "canary", "satisfied": value})).rows[0]
    assert row.satisfied is bool(value)


def test_empty_cells_are_no_data_and_never_zero(path: Path) -> None:
    row = read(path, "at,arm,user,latency_ms,cost_usd,satisfied,outcome\n1,canary,,,, ,\n").rows[0]
    assert (row.user, row.latency_ms, row.cost_usd, row.satisfied, row.outcome) == ("", None, None, None, "ok")


@pytest.mark.parametrize(
    ("columns", "cells", "measured"),
    [
        ("error", "0", {"error"}),
        ("outcome", "ok", {"error", "refusal", "empty", "truncated"}),
        ("latency_ms", "5", {"latency_p50", "latency_p95"}),
        ("ttft_ms,cost_usd", "5,0.1", {"ttft_p50", "cost"}),
        ("satisfied,regression", "1,0", {"dissatisfied", "flagged"}),
        ("latency_ms", "", set()),
        ("colour", "red", set()),
    ],
)
def test_what_is_measured_is_what_production_says_something_about(
    path: Path, columns: str, cells: str, measured: set[str]
) -> None:
    assert read(path, f"at,arm,{columns}\n1,production,{cells}\n").measured == measured
    assert read(path, f"at,arm,{columns}\n1,canary,{cells}\n").measured == set()


def test_columns_without_a_meaning_and_rows_out_of_order_are_told(path: Path) -> None:
    found = read(path, "at,arm,colour\n5,canary,red\n3,canary,red\n4,canary,red\n2,canary,red\n")
    assert found.ignored == ("colour",)
    assert found.backwards == 2


def test_long_nonsense_is_cut(path: Path) -> None:
    reason = read(path, f"at,arm\n{'x' * 5_000},canary\n").bad[0].reason
    assert len(reason) < 120


def test_a_directory_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(LogInvalid, match="cannot be read"):
        read_foreign(tmp_path)


def test_a_line_without_end_is_refused_and_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.traffic.foreign.LONGEST_LINE", 100)
    with pytest.raises(LogInvalid, match=":3: is longer than"):
        read(path, "at,arm\n2026-11-18T12:00:00Z,canary\n" + "x" * 101)
