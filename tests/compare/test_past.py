"""The comparisons of earlier: kept on the disk for one user, found by their words, forgotten in time."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.compare import past as module
from console.compare.past import PastComparisons
from console.compare.records import Comparison, Pair
from console.compare.running import compared
from console.providers.private import append_line
from console.providers.records import Answer, Failure, Question, ToolCall

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
PARAMS = {"max_tokens": 50, "tools": [{"name": "lookup"}]}


def made(prompt: str = "Where is it?", left: str = "On Monday.", right: str = "On Tuesday.", **changes: object):
    at = changes.pop("at", AT)
    one, other = (Question.of(model, prompt, "Be kind", PARAMS) for model in ("old", "new"))
    answers = (
        Answer("old", "old-1", left, "ok", latency_ms=10.0, cost_usd=0.1, tool_calls=(ToolCall("lookup", "{}"),)),
        replace(Answer("new", "new-1", right, "ok", stand_in=True), **changes),  # type: ignore[arg-type]
    )
    assert isinstance(at, datetime)
    return compared(Pair(one, other, prompt), *answers, at)


@pytest.fixture
def store(tmp_path: Path) -> PastComparisons:
    return PastComparisons(tmp_path, now=lambda: AT)


def file(folder: Path) -> Path:
    return folder / "comparisons" / "past.jsonl"


def test_a_comparison_comes_back_as_it_was(store: PastComparisons) -> None:
    comparison = made()
    store.keep(comparison, "support")
    (past,) = store.all()
    assert (past.at, past.route, past.prompt, past.verdict) == (AT, "support", "Where is it?", "worrying")
    assert (past.left, past.right) == (comparison.left, comparison.right)
    again = past.comparison()
    assert (again.left_runs, again.right_runs, again.triage) == (
        comparison.left_runs,
        comparison.right_runs,
        comparison.triage,
    )
    assert again.at == AT


def test_what_only_a_person_can_weigh_is_listed_as_it_was_shown(store: PastComparisons) -> None:
    comparison = made()
    assert comparison.triage is not None
    store.keep(
        replace(comparison, triage=replace(comparison.triage, verdict="acceptable", needs_human=True)), "support"
    )
    (past,) = store.all()
    assert past.verdict == "needs a human"
    assert "needs a human" in past.words


def test_what_each_model_was_sent_is_kept_with_it(store: PastComparisons) -> None:
    store.keep(made(), "support")
    pair = store.all()[0].comparison().pair
    assert (pair.left.model, pair.right.model) == ("old", "new")
    assert pair.left.messages == ({"role": "user", "content": "Where is it?"},)
    assert (pair.left.system, dict(pair.left.params)) == ("Be kind", PARAMS)


def test_a_side_that_failed_is_kept_with_its_failure(store: PastComparisons) -> None:
    failure = Failure("rate_limited", "rate limited by anthropic (429)", status=429, retry_after_s=2.0)
    store.keep(made(failure=failure, outcome="error"), "support")
    (past,) = store.all()
    assert (past.right.failure, past.verdict) == (failure, "")
    assert past.comparison().triage is None


def test_the_newest_comes_first(store: PastComparisons) -> None:
    for number in range(3):
        store.keep(made(f"prompt {number}", at=AT + timedelta(minutes=number)), "support")
    assert [past.prompt for past in store.all()] == ["prompt 2", "prompt 1", "prompt 0"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True),
        ("where", True),
        ("TUESDAY monday", True),
        ("old-", False),
        ("support", True),
        ("worrying", True),
        ("new where", True),
        ("where wednesday", False),
    ],
)
def test_a_search_is_for_all_its_words_anywhere(store: PastComparisons, words: str, found: bool) -> None:
    store.keep(made(), "support")
    assert store.all()[0].matches(words) is found


def test_it_is_for_this_user_alone(store: PastComparisons, tmp_path: Path) -> None:
    store.keep(made(), "support")
    assert stat.S_IMODE(file(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(file(tmp_path).parent.stat().st_mode) == 0o700


def test_after_30_days_it_is_gone_from_the_disk_too(tmp_path: Path) -> None:
    PastComparisons(tmp_path, lambda: AT).keep(made("old one", at=AT - timedelta(days=31)), "support")
    PastComparisons(tmp_path, lambda: AT).keep(made("new one", at=AT - timedelta(days=29)), "support")
    assert [past.prompt for past in PastComparisons(tmp_path, lambda: AT).all()] == ["new one"]
    assert b"old one" not in file(tmp_path).read_bytes()


def test_so_many_are_kept_and_so_many_bytes(store: PastComparisons, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        store.keep(made(f"prompt {number}"), "support")
    monkeypatch.setattr(module, "MOST", 3)
    assert [past.prompt[-1] for past in store.all()] == ["3", "2", "1"]
    monkeypatch.setattr(module, "MOST_BYTES", 2_500)
    assert 0 < len(store.all()) < 3
    assert store.all()[0].prompt == "prompt 3"


def test_a_file_that_grew_too_large_is_cleared_while_it_is_written(
    store: PastComparisons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 20_000)
    for number in range(30):
        store.keep(made(f"prompt {number}", left="x" * 2_000), "support")
    assert file(tmp_path).stat().st_size < 45_000
    assert store.all()[0].prompt == "prompt 29"


def test_what_another_console_adds_meanwhile_is_not_lost(
    store: PastComparisons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(made("too old", at=AT - timedelta(days=40)), "support")
    keep_lines = module.keep_lines

    def late(path: Path, lines: list[bytes], *, read: int) -> None:
        store.keep(made("from elsewhere"), "support")
        keep_lines(path, lines, read=read)

    monkeypatch.setattr(module, "keep_lines", late)
    assert store.all() == ()
    assert [past.prompt for past in store.all()] == ["from elsewhere"]


def without(value: dict[str, object], name: str) -> dict[str, object]:
    return {key: field for key, field in value.items() if key != name}


DAMAGE: list[Callable[[dict[str, object]], object]] = [
    lambda _: "text",
    lambda _: [],
    lambda value: without(value, "left"),
    lambda value: without(value, "asked"),
    lambda value: {**value, "at": "soon"},
    lambda value: {**value, "at": 1e300},
    lambda value: {**value, "prompt": 3},
    lambda value: {**value, "left": {"model": "old"}},
    lambda value: {**value, "right": {**value["right"], "latency_ms": "fast"}},  # type: ignore[dict-item]
    lambda value: {**value, "right": {**value["right"], "failure": {"kind": "x"}}},  # type: ignore[dict-item]
    lambda value: {**value, "asked": [1, 2]},
    lambda value: {**value, "asked": [{"messages": [1], "system": "", "params": {}, "provider": None}] * 2},
    lambda value: {**value, "asked": [{"messages": [], "system": 1, "params": {}, "provider": None}] * 2},
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_line_that_is_no_comparison_is_left_out(
    store: PastComparisons, tmp_path: Path, damage: Callable[[dict[str, object]], object]
) -> None:
    store.keep(made("first"), "support")
    value = json.loads(file(tmp_path).read_bytes())
    append_line(file(tmp_path), json.dumps(damage(value)).encode())
    store.keep(made("last"), "support")
    assert [past.prompt for past in store.all()] == ["last", "first"]


def test_half_a_line_and_bytes_that_are_no_text_are_left_out(store: PastComparisons, tmp_path: Path) -> None:
    store.keep(made("first"), "support")
    with file(tmp_path).open("ab") as out:
        out.write(b'\xff\xfe\n{"at": 1, "rou')
    store.keep(made("last"), "support")
    assert [past.prompt for past in store.all()] == ["last", "first"]


def test_no_file_is_no_history_and_a_full_disk_is_told(tmp_path: Path) -> None:
    assert PastComparisons(tmp_path).all() == ()
    (tmp_path / "comparisons").write_text("in the way")
    with pytest.raises(OSError, match="comparisons"):
        PastComparisons(tmp_path).keep(made(), "support")
    assert PastComparisons(tmp_path).all() == ()


@pytest.mark.parametrize("text", ["half a character \ud800", "\x00\x1b]0;x\x07", "line\nend\u2028", "{" * 50])
def test_any_text_survives(store: PastComparisons, text: str) -> None:
    comparison: Comparison = made(text, left=text)
    store.keep(comparison, "support")
    (past,) = store.all()
    assert (past.prompt, past.left.text) == (text, text)
