"""`llm(prompt) == accepted` in tests of the application's own code."""

from __future__ import annotations

import re
from typing import Any

import pytest

NEW = "claude-sonnet-5-5"
RULE = "We refund within 30 days of delivery. Send the parcel back in its box and keep the receipt."
OTHER = RULE.replace("30 days", "14 days")


@pytest.fixture
def written(project: Any) -> Any:
    """Writes tests/test_a.py with one test of the given body."""

    def write(body: str, *, marker: str = "", arguments: str = "llm") -> Any:
        project.provider.answers["refund?"] = RULE
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        project.write("tests/test_a.py", f"import pytest\n{marker}\ndef test_a({arguments}):\n{lines}\n")
        return project

    return write


def test_an_answer_equals_an_accepted_text_in_other_words(written: Any) -> None:
    ran = written(f'assert llm("refund?") == {RULE.replace("Send", "Please send")!r}').pytest()
    assert ran.counts == {"passed": 1}, ran.out


def test_an_answer_with_another_number_is_not_equal_and_the_reason_is_told(written: Any) -> None:
    ran = written(f'assert llm("refund?") == {OTHER!r}').pytest()
    assert ran.counts == {"failed": 1}, ran.out
    assert "the answer is not the accepted one" in ran.out
    assert re.search(r"E .*14.*→.*30", ran.out), ran.out
    assert f"- {OTHER}" in ran.out
    assert f"+ {RULE}" in ran.out
    assert "--snapshot-update" not in ran.out
    assert re.search(r"^  facts +1  test_a$", ran.out, re.MULTILINE), ran.out


def test_the_accepted_answer_on_the_disk_is_never_made_by_itself(written: Any) -> None:
    project = written('assert llm("refund?") == accepted', arguments="llm, accepted")
    path = project.folder / "tests/__snapshots__/test_a/test_a.llmsnap"
    ran = project.pytest()
    assert ran.counts == {"failed": 1}, ran.out
    assert "no answer is accepted yet" in ran.out
    assert "accept it: pytest --snapshot-update tests/test_a.py::test_a" in ran.out
    assert not path.exists()
    assert project.pytest("--snapshot-update").counts == {"passed": 1}
    assert RULE in path.read_text()
    assert project.pytest("--model", NEW).counts == {"passed": 1}
    project.provider.answers["refund?"] = OTHER
    assert project.pytest("--model", NEW).counts == {"failed": 1}
    assert project.pytest("--snapshot-warn-on-failure").counts == {"changed": 1}


def test_each_comparison_in_a_test_has_its_own_accepted_answer(written: Any) -> None:
    project = written('assert llm("refund?") == accepted\nassert llm("hours?") == accepted', arguments="accepted, llm")
    assert project.pytest("--snapshot-update").counts == {"passed": 1}
    found = sorted(path.name for path in (project.folder / "tests/__snapshots__/test_a").iterdir())
    assert found == ["test_a.2.llmsnap", "test_a.llmsnap"]
    assert project.pytest().counts == {"passed": 1}


def test_names_of_parametrised_tests_make_file_names(project: Any) -> None:
    project.write(
        "tests/test_a.py",
        "import pytest\n@pytest.mark.parametrize('who', ['../../x', 'a/b', 'ä b'])\n"
        "def test_a(llm, accepted, who):\n    assert llm(who) == accepted\n",
    )
    assert project.pytest("--snapshot-update").counts == {"passed": 3}
    found = sorted(path.name for path in (project.folder / "tests/__snapshots__/test_a").iterdir())
    assert len(found) == 3
    assert project.pytest().counts == {"passed": 3}


def test_what_is_demanded_is_demanded(written: Any) -> None:
    ran = written(f'assert llm("refund?", must_include="60 days") == {RULE!r}').pytest()
    assert ran.counts == {"failed": 1}, ran.out
    assert "60 days" in ran.out
    assert re.search(r"^  requirements +1 ", ran.out, re.MULTILINE), ran.out


def test_the_call_carries_system_and_parameters(written: Any) -> None:
    project = written('llm("refund?", system="Be brief.", max_tokens=77)')
    assert project.pytest().counts == {"passed": 1}
    assert project.provider.asked[0]["system"] == "Be brief."
    assert project.provider.asked[0]["max_tokens"] == 77


def test_what_a_marker_announces_is_asked_ahead_and_once(project: Any) -> None:
    project.provider.latency_s = 0.5
    project.write(
        "tests/test_a.py",
        "import pytest\n"
        + "".join(
            f"@pytest.mark.llm('question {n}', max_tokens=50)\ndef test_{n}(llm):\n    assert 'question {n}' in llm()\n"
            for n in range(8)
        ),
    )
    ran = project.pytest("--model", NEW)
    assert ran.counts == {"passed": 8}, ran.out
    assert project.provider.prompts == [f"question {n}" for n in range(8)]
    assert project.provider.most_under_way == 8


def test_a_deselected_marker_is_not_asked(project: Any) -> None:
    project.write(
        "tests/test_a.py",
        "import pytest\n@pytest.mark.llm('one')\ndef test_one(llm): llm()\n"
        "@pytest.mark.llm('two')\ndef test_two(llm): llm()\n",
    )
    assert project.pytest("-k", "two").counts["passed"] == 1
    assert project.provider.prompts == ["two"]


def test_the_same_prompt_twice_is_asked_twice(written: Any) -> None:
    project = written('llm("refund?")\nllm("refund?")')
    assert project.pytest().counts == {"passed": 1}
    assert project.provider.prompts == ["refund?", "refund?"]


def test_an_answer_of_the_applications_own_code_is_compared(written: Any) -> None:
    project = written(f"assert llm.model == {NEW!r}\nassert llm.given({RULE!r}) == accepted", arguments="llm, accepted")
    assert project.pytest("--model", NEW, "--snapshot-update").counts == {"passed": 1}
    assert project.pytest("--model", NEW).counts == {"passed": 1}
    assert project.provider.asked == []


def test_without_an_answer_the_test_was_not_measured(written: Any) -> None:
    project = written('assert llm("refund?") == "x"')
    project.provider.answers["refund?"] = 400
    ran = project.pytest()
    assert ran.counts == {"not measured": 1}, ran.out
    assert ran.code == 4


@pytest.mark.parametrize(
    ("body", "marker", "said"),
    [
        ("llm()", "", "llm() needs a prompt"),
        ('llm("x")', '@pytest.mark.llm(route="nowhere")', 'there is no route "nowhere"'),
    ],
)
def test_a_mistake_is_one_clear_message(written: Any, body: str, marker: str, said: str) -> None:
    ran = written(body, marker=marker).pytest()
    assert ran.counts == {"failed": 1}, ran.out
    assert said in ran.out
    assert "sessions.py" not in ran.out


def test_a_damaged_snapshot_is_one_clear_message(written: Any) -> None:
    project = written('assert llm("refund?") == accepted', arguments="llm, accepted")
    project.pytest("--snapshot-update")
    path = project.folder / "tests/__snapshots__/test_a/test_a.llmsnap"
    path.write_text(f"<<<<<<< HEAD\n{path.read_text()}")
    ran = project.pytest()
    assert ran.counts == {"failed": 1}, ran.out
    assert "test_a.llmsnap:1: merge conflict marker" in ran.out
    assert "snapshots.py" not in ran.out


def test_hostile_answers_reach_no_terminal(written: Any) -> None:
    project = written('assert llm("refund?") == "fine"')
    project.provider.answers["refund?"] = "\x1b]0;owned\x07\x1b[31mred\u202e\x9b1m I cannot help with that"
    ran = project.pytest("-vv", "--showlocals")
    assert ran.counts == {"failed": 1}, ran.out
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(ran.out)


def test_no_two_tests_share_an_accepted_answer(project: Any) -> None:
    """Also those that differ only in their class, in upper and lower case, or in what no file's name may hold."""
    project.write(
        "tests/test_a.py",
        "import pytest\n"
        "class TestOne:\n    def test_a(self, llm, accepted): assert llm('in one') == accepted\n"
        "class TestTwo:\n    def test_a(self, llm, accepted): assert llm('in two') == accepted\n"
        "@pytest.mark.parametrize('who', ['a/b', 'a b', 'x', 'X', 'long' * 60 + '1', 'long' * 60 + '2'])\n"
        "def test_a(llm, accepted, who): assert llm(who) == accepted\n",
    )
    assert project.pytest("--snapshot-update").counts == {"passed": 8}
    found = [path.name for path in (project.folder / "tests/__snapshots__/test_a").iterdir()]
    assert len({name.casefold() for name in found}) == 8
    assert {"TestOne.test_a.llmsnap", "TestTwo.test_a.llmsnap", "test_a-x.llmsnap"} <= set(found)
    assert max(map(len, found)) < 130
    assert project.pytest().counts == {"passed": 8}
