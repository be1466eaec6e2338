"""Suite files are collected, asked ahead of the tests, compared with what was accepted, and told by cluster."""

from __future__ import annotations

import re
from typing import Any

import pytest

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
RULE = "We refund within 30 days of delivery. Send the parcel back in its box and keep the receipt."


@pytest.fixture
def accepted(project: Any) -> Any:
    """A suite of two cases whose answers were accepted, and nothing asked since."""
    project.provider.answers |= {"refund?": RULE, "hours?": "We are open from 9 to 17 on weekdays."}
    project.suite({"refund": "refund?", "hours": "hours?"})
    ran = project.pytest("--snapshot-update")
    assert ran.code == 0, ran.out
    project.provider.asked.clear()
    return project


def test_a_missing_snapshot_fails_and_is_never_made(project: Any) -> None:
    project.suite({"refund": "refund?"})
    ran = project.pytest()
    assert ran.code == 1
    assert ran.counts == {"failed": 1}, ran.out
    assert "no answer is accepted yet" in ran.out
    assert "+ The answer to refund?" in ran.out
    assert "accept it: pytest --snapshot-update suites/support.toml::refund" in ran.out
    assert not project.snapshot("refund").exists()


def test_the_command_that_a_failure_names_accepts_the_answer(project: Any) -> None:
    project.suite({"refund": "refund?", "hours": "hours?"})
    ran = project.pytest("--model", NEW)
    command = re.search(r"accept it: pytest (.*refund)$", ran.out, re.MULTILINE)
    assert command is not None, ran.out
    assert project.pytest(*command[1].split()).code == 0
    assert project.snapshot("refund").exists()
    assert not project.snapshot("hours").exists()


def test_the_same_answers_pass(accepted: Any) -> None:
    ran = accepted.pytest()
    assert ran.code == 0
    assert ran.counts == {"passed": 2}, ran.out
    assert accepted.provider.prompts == ["hours?", "refund?"]
    assert "2 same" in ran.out


def test_an_answer_that_changed_fails_with_the_difference(accepted: Any) -> None:
    accepted.provider.answers["refund?"] = RULE.replace("30 days", "14 days")
    ran = accepted.pytest("--model", NEW)
    assert ran.code == 1
    assert ran.counts == {"passed": 1, "failed": 1}, ran.out
    assert f"- {RULE}" in ran.out
    assert f"+ {RULE.replace('30', '14')}" in ran.out
    assert re.search(r"^  facts +1  refund$", ran.out, re.MULTILINE), ran.out
    assert "Traceback" not in ran.out


def test_updating_accepts_what_changed_and_says_so(accepted: Any) -> None:
    before = accepted.snapshot("hours").read_bytes()
    accepted.provider.answers["refund?"] = "No refunds."
    assert accepted.pytest("--snapshot-update").code == 0
    assert "No refunds." in accepted.snapshot("refund").read_text()
    assert accepted.snapshot("hours").read_bytes() == before
    assert accepted.pytest().counts == {"passed": 2}


def test_updating_on_a_new_model_says_which_model_was_accepted(accepted: Any) -> None:
    assert accepted.pytest("--snapshot-update", "--model", NEW).code == 0
    assert f'model = "{NEW}"' in accepted.snapshot("hours").read_text()


def test_updating_never_accepts_what_breaks_a_demand_of_the_case(project: Any) -> None:
    project.suite('[[case]]\nid = "refund"\nprompt = "refund?"\nmust_include = ["30 days"]\n')
    project.provider.answers["refund?"] = "Never."
    ran = project.pytest("--snapshot-update")
    assert ran.counts == {"failed": 1}, ran.out
    assert "30 days" in ran.out
    assert not project.snapshot("refund").exists()


def test_warning_only_reports_what_changed_and_passes(accepted: Any) -> None:
    accepted.provider.answers["refund?"] = RULE.replace("30 days", "14 days")
    ran = accepted.pytest("--snapshot-warn-on-failure")
    assert ran.code == 0
    assert ran.counts == {"passed": 1, "changed": 1}, ran.out
    assert re.search(r"^  facts +1  refund$", ran.out, re.MULTILINE), ran.out


@pytest.mark.parametrize(
    ("words", "environment", "asked"),
    [
        ((), {}, OLD),
        (("--model", NEW), {}, NEW),
        ((), {"LLM_MODEL": NEW}, NEW),
        ((), {"LLM_MODEL_SUPPORT": NEW}, NEW),
        (("--model", OLD), {"LLM_MODEL": NEW}, OLD),
    ],
)
def test_which_model_is_asked(accepted: Any, words: tuple[str, ...], environment: dict[str, str], asked: str) -> None:
    accepted.pytest(*words, **environment)
    assert {body["model"] for body in accepted.provider.asked} == {asked}


def test_only_suites_of_the_route_run(project: Any) -> None:
    registry = (project.folder / "registry.toml").read_text()
    project.write("registry.toml", registry + f'[routes.summarise]\nproduction = "{NEW}"\n')
    project.suite({"a": "a?"}, "suites/a.toml", 'route = "support"')
    project.suite({"b": "b?"}, "suites/b.toml", 'route = "summarise"')
    project.suite({"c": "c?"}, "suites/c.toml")
    ran = project.pytest("--route", "summarise")
    assert [(body["model"], body["messages"][-1]["content"]) for body in project.provider.asked] == [
        (NEW, "b?"),
        (NEW, "c?"),
    ] or project.provider.prompts == ["b?", "c?"], ran.out


def test_only_what_is_selected_is_sent(accepted: Any) -> None:
    ran = accepted.pytest("-k", "refund")
    assert ran.counts["passed"] == 1, ran.out
    assert accepted.provider.prompts == ["refund?"]


def test_collecting_sends_nothing(accepted: Any) -> None:
    ran = accepted.pytest("--collect-only", "-q")
    assert "suites/support.toml::refund" in ran.out
    assert accepted.provider.asked == []


def test_tags_are_keywords(project: Any) -> None:
    project.suite(
        '[[case]]\nid = "a"\nprompt = "a?"\ntags = ["smoke"]\n[[case]]\nid = "b"\nprompt = "b?"\ntags = ["slow"]\n'
    )
    project.pytest("-k", "smoke")
    assert project.provider.prompts == ["a?"]


def test_all_questions_are_under_way_at_once(project: Any) -> None:
    """40 questions of a second each, 20 at once: two seconds, not forty."""
    project.provider.latency_s = 0.5
    project.suite({f"case-{n}": f"question {n}" for n in range(40)})
    ran = project.pytest("--snapshot-update", "--llm-concurrency=20")
    assert ran.code == 0, ran.out
    assert project.provider.most_under_way == 20
    assert ran.seconds < 10


def test_several_processes_ask_each_question_once_and_report_together(accepted: Any) -> None:
    cases = {f"case-{n}": f"question {n}" for n in range(13)}
    accepted.suite(cases, "suites/more.toml")
    accepted.provider.answers["question 7"] = 400
    ran = accepted.process("-n", "2", "--dist", "worksteal", "--snapshot-update")
    assert ran.counts == {"passed": 14, "not measured": 1}, ran.out
    assert "14 accepted" in ran.out
    assert ran.code == 4, "one in fifteen is more than 5 %"
    assert accepted.provider.prompts == sorted([*cases.values(), "hours?", "refund?"])
    del accepted.provider.answers["question 7"]
    assert accepted.pytest().counts == {"passed": 14, "failed": 1}


def test_of_several_applications_in_a_repository_each_has_its_registry(project: Any) -> None:
    """pytest takes the repository for the project; whoever runs it in an application means that one's models."""
    registry = (project.folder / "registry.toml").read_text()
    project.write("shop/registry.toml", registry.replace(f'production = "{OLD}"', f'production = "{NEW}"'))
    project.suite({"refund": "refund?"}, "shop/suites/support.toml")
    project.folder = project.folder / "shop"
    ran = project.pytest()
    assert "accept it: pytest --snapshot-update suites/support.toml::refund" in ran.out
    assert {body["model"] for body in project.provider.asked} == {NEW}
    assert project.pytest("--snapshot-update", "suites/support.toml::refund").code == 0
    assert project.snapshot("refund").exists()
