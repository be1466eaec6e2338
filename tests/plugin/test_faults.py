"""What goes wrong is said once and clearly; what was not measured neither passes nor fails."""

from __future__ import annotations

from typing import Any

import pytest

NEW = "claude-sonnet-5-5"
CASES = {f"case-{n}": f"question {n}" for n in range(40)}


@pytest.fixture(scope="module")
def forty_snapshots() -> dict[str, bytes]:
    """What the first test that needs forty snapshots has accepted, for the others."""
    return {}


@pytest.fixture
def forty(project: Any, forty_snapshots: dict[str, bytes]) -> Any:
    """Forty accepted cases."""
    project.suite(CASES)
    if not forty_snapshots:
        assert project.pytest("--snapshot-update").code == 0
        forty_snapshots.update((case, project.snapshot(case).read_bytes()) for case in CASES)
        project.provider.asked.clear()
    for case, data in forty_snapshots.items():
        project.snapshot(case).parent.mkdir(parents=True, exist_ok=True)
        project.snapshot(case).write_bytes(data)
    return project


def test_a_case_without_an_answer_is_neither_passed_nor_failed(forty: Any) -> None:
    forty.provider.answers["question 7"] = 400
    ran = forty.pytest()
    assert ran.counts == {"passed": 39, "not measured": 1}, ran.out
    assert ran.code == 0
    assert "1 not measured" in ran.out


def test_more_than_one_in_twenty_without_an_answer_end_with_4(forty: Any) -> None:
    forty.provider.answers |= {f"question {n}": 400 for n in range(3)}
    ran = forty.pytest()
    assert ran.counts == {"passed": 37, "not measured": 3}, ran.out
    assert ran.code == 4


def test_a_failed_case_goes_before_unmeasured_ones(forty: Any) -> None:
    forty.provider.answers |= {f"question {n}": 400 for n in range(3)} | {"question 9": "I cannot help with that."}
    assert forty.pytest().code == 1


def test_updating_keeps_the_snapshot_of_a_case_without_an_answer(forty: Any) -> None:
    before = forty.snapshot("case-7").read_bytes()
    forty.provider.answers["question 7"] = 400
    ran = forty.pytest("--snapshot-update", "--model", NEW)
    assert ran.counts == {"passed": 39, "not measured": 1}, ran.out
    assert forty.snapshot("case-7").read_bytes() == before


def test_one_reason_for_many_cases_is_said_once_in_the_summary(forty: Any) -> None:
    ran = forty.pytest(ANTHROPIC_API_KEY="")
    assert ran.code == 4
    summary = ran.out.partition("model answers")[2]
    assert summary.count("ANTHROPIC_API_KEY is not set") == 1, ran.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('schema = 1\n[[case]]\nid = "a"\nprompt = "x"\nmust_inclde = ["y"]\n', "suites/support.toml:5: "),
        ('schema = 1\n[[case]]\nid = "a"\nprompt = "x"\n[[case]]\nid = "A"\nprompt = "y"\n', "suites/support.toml:5: "),
        ('schema = 1\n[[case]]\nid = "../a"\nprompt = "x"\n', "suites/support.toml:3: "),
        ('schema = 1\n[[case]]\nid = "a"\nprompt = \n', "suites/support.toml:4: "),
        ('schema = 1\nroute = "suport"\n[[case]]\nid = "a"\nprompt = "x"\n', 'did you mean "support"?'),
    ],
)
def test_a_bad_suite_is_one_error_with_its_line(project: Any, text: str, said: str) -> None:
    project.write("suites/support.toml", text)
    ran = project.pytest()
    assert ran.code in (1, 2), ran.out
    assert said in ran.out
    assert "Traceback" not in ran.out
    assert project.provider.asked == []


@pytest.mark.parametrize(
    ("registry", "words", "said"),
    [
        (None, (), "registry.toml"),
        ("schema = 1\n[routes.support]\nproduction = 5\n", (), "registry.toml:3: "),
        (
            'schema = 1\n[routes.a]\nproduction = "m"\n[routes.b]\nproduction = "m"\n',
            (),
            "Say --route with one of: a, b",
        ),
        ("", ("--route", "nowhere"), 'there is no route "nowhere"'),
    ],
)
def test_a_session_without_a_model_says_what_is_missing(
    project: Any, registry: str | None, words: tuple[str, ...], said: str
) -> None:
    project.suite({"a": "a?"})
    if registry is None:
        (project.folder / "registry.toml").unlink()
    elif registry:
        models = "" if "5" in registry else '[models.m]\nprovider="openai"\npinned_date = 2026-01-01\nreason = "r"\n'
        project.write("registry.toml", registry + models)
    ran = project.pytest(*words)
    assert ran.code == 2, ran.out
    assert said in ran.out
    assert "Traceback" not in ran.out


def test_a_named_model_needs_no_registry(project: Any) -> None:
    (project.folder / "registry.toml").unlink()
    project.suite({"a": "a?"})
    assert project.pytest("--model", NEW, "--snapshot-update").code == 0
    assert [body["model"] for body in project.provider.asked] == [NEW]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data + b">>>>>>> other\n", "merge conflict marker"),
        (lambda data: data.replace(b"answer to", b"reply to"), "edited by hand"),
        (lambda data: data[:-20], "cut off"),
        (lambda data: b"", "this is no snapshot"),
    ],
)
def test_a_damaged_snapshot_is_one_error_with_its_line(forty: Any, damage: Any, said: str) -> None:
    path = forty.snapshot("case-7")
    path.write_bytes(damage(path.read_bytes()))
    ran = forty.pytest()
    assert ran.counts == {"passed": 39, "failed": 1}, ran.out
    assert f"{path.relative_to(forty.folder)}:" in ran.out
    assert said in ran.out
    assert "Traceback" not in ran.out


def test_hostile_answers_reach_no_terminal(project: Any) -> None:
    project.suite({"a": "a?"})
    project.provider.answers["a?"] = "fine"
    project.pytest("--snapshot-update")
    project.provider.answers["a?"] = "\x1b]0;owned\x07\x1b[31mred\u202e\x9b1m I cannot help with that"
    ran = project.pytest("-v")
    assert ran.counts == {"failed": 1}, ran.out
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(ran.out)
    assert "␛]0;owned" in ran.out


def test_a_stopped_session_leaves_at_once(project: Any) -> None:
    project.provider.latency_s = 0.0
    project.suite({"a": "a?"} | CASES)
    project.provider.answers["a?"] = "first"
    project.provider.latency_s = 0.4
    ran = project.pytest("-x", "--llm-concurrency=1")
    assert ran.counts["failed"] == 1, ran.out
    assert len(project.provider.asked) < 5
    assert ran.seconds < 8
