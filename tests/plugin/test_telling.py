"""What a session says of its cases, to a person and to a target: short, complete, and harmless to a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.domain.errors import Usage
from console.providers.records import Answer
from console.regression.judging import Old, Said, judge
from console.regression.recognising import is_suite
from console.regression.records import Case, Run
from console.regression.sessions import Found, Options, Trial, home_of
from console.regression.telling import (
    CHARACTERS,
    LINES,
    NAMES,
    Told,
    acceptance,
    cut,
    difference,
    explanation,
    reason,
    summary,
)
from console.view.session_alert import session_alert, targets_of
from tests.regression.review_world import result

MODEL = "claude-sonnet-5-5"
AT = datetime(2026, 11, 20, tzinfo=UTC)
HOSTILE = "\x1b]0;owned\x07\x1b[31mred\u202e\x9b1m"


def told(case: str, verdict: str = "same", **more: object) -> Told:
    return Told(f"suites/s.toml::{case}", case, MODEL, verdict, **more)  # type: ignore[arg-type]


def found(old: str, new: str, **of_answer: object) -> Found:
    case = Case("s", "a", ({"role": "user", "content": "Q?"},))
    answer = replace(Answer(MODEL, MODEL, new, "ok"), **of_answer)  # type: ignore[arg-type]
    result = judge(case, Old((Said(old),)), (Run(answer),), "0" * 12)
    return Found(Trial("suites/s.toml::a", case, MODEL, (), "0" * 12, Path("a.llmsnap")), result)


def test_a_summary_counts_verdicts_and_names_what_changed_by_cluster_the_largest_first() -> None:
    lines = summary(
        [
            told("a"),
            told("b", "acceptable", cost_usd=0.25),
            told("c", "worrying", cluster="tone", cost_usd=0.5),
            told("d", "failed", cluster="facts"),
            told("e", "failed", cluster="facts"),
            told("f", "not measured", said="no key"),
        ],
        2.0,
    )
    assert lines[0] == f"{MODEL}: 2 failed · 1 worrying · 1 acceptable · 1 same · 1 not measured · 2.00 s · $0.7500"
    assert [line.split() for line in lines[1:]] == [
        ["facts", "2", "d,", "e"],
        ["tone", "1", "c"],
        ["no", "key", "1", "f"],
    ]


def test_a_session_says_of_a_case_that_needs_a_human_what_a_run_says_of_it() -> None:
    before = "Winter is quiet. Snow covers the roofs and the lake is frozen. Children skate after school."
    after = "We like summer. The garden is full of flowers and bees. Trains leave from the old station."
    one = replace(found("yes", "no"), result=result("summer", "acceptable", "tone", before, after))
    lines = summary([Told.of(one, accepted=False, warned=False), told("b", "acceptable")], 2.0)
    assert len(lines) == 1
    assert lines[0].startswith(f"{MODEL}: 1 needs a human · 1 acceptable · 2.00 s")


def test_a_summary_of_thousands_stays_short() -> None:
    lines = summary([told(f"case-{n}", "failed", cluster="facts") for n in range(5_000)], 1.0)
    assert len(lines) == 2
    assert f"and {5_000 - NAMES:,} more" in lines[1]


def test_a_summary_names_flaky_cases_and_what_was_resumed_and_nothing_without_cases() -> None:
    lines = summary([told("a", flaky=True), told("b")], 1.0, 7)
    assert "7 answers of the interrupted session, not asked again" in lines[1]
    assert lines[2].split() == ["flaky", "1", "a"]
    assert summary([], 1.0) == []


def test_the_models_of_a_session_and_the_stand_in_are_named() -> None:
    lines = summary([told("a", stand_in=True), replace(told("b"), model="gpt-5.4")], 1.0)
    assert lines[0].startswith(f"{MODEL}, gpt-5.4 (the stand-in answered): ")


def test_an_explanation_holds_the_reasons_the_difference_and_the_way_to_accept() -> None:
    lines = explanation(found("within 30 days\nbye", "within 14 days\nbye"), "pytest --snapshot-update x")
    text = "\n".join(lines)
    assert lines[0].startswith(f"{MODEL}: worrying · facts")
    assert "- within 30 days\n+ within 14 days\n  bye" in text
    assert lines[-1] == "accept it: pytest --snapshot-update x"


def test_hostile_answers_are_harmless_in_every_text() -> None:
    one = found(HOSTILE, HOSTILE + " I cannot help with that.")
    texts = [*explanation(one, "x"), reason(one.result), *summary([Told.of(one, accepted=False, warned=False)], 1.0)]
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set("".join(texts))


def test_a_difference_of_any_length_is_cut() -> None:
    lines = difference("x\n" * 10_000, "y" * 1_000_000)
    assert len(lines) <= LINES + 1
    assert max(map(len, lines)) <= CHARACTERS + 1
    assert cut(str(n) for n in range(LINES + 5))[-1] == "… 5 more lines"
    assert cut(["a"]) == ["a"]


def test_what_is_told_passes_to_another_process_as_plain_values() -> None:
    one = Told.of(found("yes", "no", cost_usd=0.5), accepted=False, warned=True)
    plain = one.plain()
    assert {type(value) for value in plain.values()} <= {str, bool, float}
    assert Told(**plain) == one


@pytest.mark.parametrize(
    ("options", "command"),
    [
        (Options(), "pytest --snapshot-update 's.toml::a b'"),
        (Options(model="m;rm -rf"), "pytest --snapshot-update --model 'm;rm -rf' 's.toml::a b'"),
    ],
)
def test_the_command_that_accepts_can_be_pasted(options: Options, command: str) -> None:
    trial = found("a", "b").trial
    assert acceptance(trial, options, "s.toml::a b") == command
    assert acceptance(replace(trial, snapshot=None), options, "s.toml::a b") == ""


def test_an_alert_says_how_much_changed_and_where_and_never_what_was_said() -> None:
    alert = session_alert(
        [told("a"), *(told(f"c{n}", "failed", cluster="facts", said="secret words") for n in range(12))], AT
    )
    assert alert.severity == "warning"
    assert alert.title == f"{MODEL}: 12 of 13 answers changed"
    assert alert.decided == "facts 12"
    assert alert.done.endswith("and 2 more")
    assert "secret" not in repr(alert)
    assert session_alert([told("a")], AT).severity == "info"
    assert session_alert([told("a", "not measured")], AT).severity == "warning"
    assert session_alert([told("a")], AT).key != session_alert([told("a")], AT).key


def test_targets_are_those_that_are_configured_each_once() -> None:
    environment = {"CONSOLE_ALERTS_SLACK": "https://hooks.example/x", "CONSOLE_ALERTS_WEBHOOK": "no address"}
    assert [target.name for target in targets_of(["slack", "slack"], environment)] == ["slack"]
    for name, said in (("pigeon", "There are: "), ("email", "is not set"), ("webhook", "CONSOLE_ALERTS_WEBHOOK")):
        with pytest.raises(Usage) as caught:
            targets_of(["slack", name], environment)
        assert said in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("name", "text", "found_by_itself", "when_named"),
    [
        ("suites/a.toml", "schema = 1\n[[case]]\n", True, True),
        ("deep/tests/data/a.toml", "  schema=1 # one\n\n [[ case ]]\n", True, True),
        ("app/a.toml", "schema = 1\n[[case]]\n", False, True),
        ("suites/a.toml", "[[case]]\nschema = 1\n", False, True),
        ("suites/a.toml", "[tool]\nschema = 1\n[[case]]\n", False, True),
        ("suites/a.toml", "schema = 2\n[[case]]\n", False, True),
        ("suites/a.toml", "schema = 1\n[case]\n", False, False),
        ("suites/a.toml", "schema = 1\n# [[case]]\n", False, False),
        ("suites/a.toml", "", False, False),
    ],
)
def test_only_what_says_it_is_a_suite_is_taken_for_one(
    tmp_path: Path, name: str, text: str, *, found_by_itself: bool, when_named: bool
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert is_suite(path, tmp_path, named=False) is found_by_itself
    assert is_suite(path, tmp_path, named=True) is when_named
    path.unlink()
    assert is_suite(path, tmp_path, named=True) is False


def test_the_home_of_a_session_is_the_nearest_folder_with_a_registry(tmp_path: Path) -> None:
    inner = tmp_path / "shop" / "deep"
    inner.mkdir(parents=True)
    assert home_of(inner, tmp_path) == tmp_path
    (tmp_path / "shop" / "registry.toml").touch()
    assert home_of(inner, tmp_path) == tmp_path / "shop"
    assert home_of(tmp_path.parent, tmp_path) == tmp_path
