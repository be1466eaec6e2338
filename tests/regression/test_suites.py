"""Suite files: what they say, and every mistake in them with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.errors import EXIT_INVALID
from console.regression import suites
from console.regression.records import Suite
from console.regression.suites import SuiteInvalid
from console.triage.records import Requirements

WHOLE = '''\
schema = 1
name = "support-mail"
route = "support"
system = "You answer e-mail."
params = { max_tokens = 500, effort = "low" }

[[case]]
id = "refund-30-days"
prompt = """
Can I return my order
after three weeks?"""
tags = ["refund"]
repeats = 3
must_include = ["30 days"]
must_not_include = ["guarantee"]
max_words = 120
reference = "yes"
params = { effort = "high" }

[[case]]
id = "talk"
system = "Be brief."

[[case.messages]]
role = "user"
content = "Hello"

[[case.messages]]
role = "assistant"
content = "Hello, how can I help?"

[[case.messages]]
role = "user"
content = [{ type = "text", text = "Where is my parcel?" }]

[case.schema]
type = "object"
required = ["status"]
'''


def parsed(text: str, path: Path | None = None) -> Suite:
    return suites.parse(text.encode(), path or Path("suites/support.toml"))


def problems(text: str) -> list[str]:
    with pytest.raises(SuiteInvalid) as caught:
        parsed(text)
    assert caught.value.exit_code == EXIT_INVALID
    return caught.value.message.splitlines()


def case(**values: str) -> str:
    lines = {"id": '"a"', "prompt": '"Hi"', **values}
    return "schema = 1\n[[case]]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items() if value)


def test_a_whole_suite() -> None:
    suite = parsed(WHOLE)
    assert (suite.name, suite.route, len(suite.cases)) == ("support-mail", "support", 2)
    refund, talk = suite.cases
    assert refund.prompt == "Can I return my order\nafter three weeks?"
    assert refund.requirements == Requirements(("30 days",), ("guarantee",), None, 120, "yes")
    assert (refund.system, refund.params) == ("You answer e-mail.", {"max_tokens": 500, "effort": "high"})
    assert (refund.tags, refund.repeats, refund.line, refund.suite) == (("refund",), 3, 7, "support-mail")
    assert (talk.system, talk.params) == ("Be brief.", {"max_tokens": 500, "effort": "low"})
    assert (talk.prompt, len(talk.messages), talk.line) == ("Where is my parcel?", 3, 20)
    assert talk.requirements.schema == {"type": "object", "required": ["status"]}


def test_the_files_name_is_the_suites_where_it_says_none() -> None:
    assert parsed(case()).name == "support"


def test_a_schema_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "reply.json").write_text('{"type": "object"}')
    suite = parsed(case(schema='"reply.json"'), tmp_path / "support.toml")
    assert suite.cases[0].requirements.schema == {"type": "object"}
    for content, expected in ((None, "cannot be read: No such file"), ("[]", "holds no JSON schema"), ("{", "no")):
        name = tmp_path / "bad.json"
        name.unlink(missing_ok=True)
        if content is not None:
            name.write_text(content)
        with pytest.raises(SuiteInvalid, match=expected):
            parsed(case(schema='"bad.json"'), tmp_path / "support.toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (case(promt='"Hi"'), "suites/support.toml:5: case.a.promt: is no key of a suite file; did you mean prompt?"),
        ("shema = 1\n" + case(), "suites/support.toml:1: shema: is no key of a suite file; did you mean schema?"),
        (case(max_words="0"), "suites/support.toml:5: case.a.max_words: must be a whole number from 1"),
        (case(max_words='"many"'), "suites/support.toml:5: case.a.max_words: must be a whole number"),
        (case(repeats="101"), "suites/support.toml:5: case.a.repeats: must be a whole number from 1 to 100, got 101"),
        (case(repeats="true"), "suites/support.toml:5: case.a.repeats: must be a whole number"),
        (case(must_include='"x"'), "suites/support.toml:5: case.a.must_include: must be a list of texts"),
        (case(must_include='[" "]'), "suites/support.toml:5: case.a.must_include: must hold texts that are not empty"),
        (case(tags="[1]"), "suites/support.toml:5: case.a.tags: must hold texts"),
        (case(params="3"), "suites/support.toml:5: case.a.params: must be a table"),
        (case(schema="3"), "suites/support.toml:5: case.a.schema: must be a JSON schema as a table"),
        (case(system="3"), "suites/support.toml:5: case.a.system: must be text"),
        (case(prompt='"  "'), "suites/support.toml:4: case.a.prompt: may not be empty"),
        (case(prompt=""), "suites/support.toml:2: case.a: has neither prompt nor messages"),
        (case(messages='[{role="user", content="x"}]'), "suites/support.toml:2: case.a: has both prompt and messages"),
        (case(prompt="", messages="[]"), "suites/support.toml:4: case.a.messages: must be a list of messages"),
        (case(prompt="", messages='["hi"]'), "suites/support.toml:4: case.a.messages: message 1 must be a table"),
        (
            case(prompt="", messages='[{role="robot", content="x"}]'),
            "suites/support.toml:4: case.a.messages: message 1: role must be one of user,",
        ),
        (
            case(prompt="", messages='[{role="user", content=3}]'),
            "suites/support.toml:4: case.a.messages: message 1: content must be text",
        ),
        (
            case(prompt="", messages='[{role="system", content="x"}]'),
            "suites/support.toml:4: case.a.messages: hold nothing that a user said",
        ),
        (case(id=""), "suites/support.toml:2: case.1: has no id"),
        (case(id="7"), "suites/support.toml:3: case.1.id: must be text in quotes, got 7"),
        (case(id='"../../etc/passwd"'), "suites/support.toml:3: case.../../etc/passwd"),
        (case(id='"a..b"'), "suites/support.toml:3: "),
        (case(id='"CON/x"'), "suites/support.toml:3: "),
        (case(id='".hidden"'), "suites/support.toml:3: "),
        (case(id='"a b"'), "suites/support.toml:3: "),
        (case(id='""'), "suites/support.toml:3: "),
        (case(id=f'"{"a" * 101}"'), "suites/support.toml:3: "),
        ("[[case]]\nid='a'\nprompt='b'", "suites/support.toml:1: schema is missing"),
        ("schema = 2\n[[case]]\nid='a'\nprompt='b'", "suites/support.toml:1: schema: this version reads schema 1"),
        ("schema = 1\n", "suites/support.toml:1: holds no case"),
        ("schema = 1\ncase = 3", "suites/support.toml:2: case: cases are written below [[case]]"),
        ("schema = 1\ncase = [3]", "suites/support.toml:2: case.0: must be a table"),
        ("schema = 1\n[case]\nid = 'a'", "suites/support.toml:2: case: cases are written below [[case]]"),
        ("schema = 1\nroute = 'a|b'\n" + case()[11:], "suites/support.toml:2: route: a name may not contain"),
        ("schema = 1\nname = '../x'\n" + case()[11:], "suites/support.toml:2: name: may not be a path"),
        ("schema = 1\n[[case]\n", "suites/support.toml:2: is not valid TOML"),
        ("schema = 1\n<<<<<<< HEAD\n", "suites/support.toml:2: merge conflict marker"),
    ],
)
def test_each_mistake_is_told_with_its_line(text: str, expected: str) -> None:
    told = problems(text)
    assert len(told) == 1
    assert told[0].replace('"', "").startswith(expected)


def test_a_path_as_an_id_says_why_it_cannot_be() -> None:
    for value in ("../x", "/etc/passwd", "a\\\\b", "a..b"):
        assert "may not be a path" in problems(case(id=f'"{value}"'))[0]


def test_ids_twice_or_unlike_by_case_only_name_both_lines() -> None:
    twice = 'schema = 1\n[[case]]\nid = "Refund"\nprompt = "a"\n[[case]]\nid = "{}"\nprompt = "b"\n'
    assert problems(twice.format("Refund")) == [
        "suites/support.toml:5: case.Refund: this id is taken: a case on line 2 has it"
    ]
    assert problems(twice.format("reFUND")) == [
        "suites/support.toml:5: case.reFUND: differs from Refund on line 2 by upper and lower case only"
    ]
    inline = 'schema = 1\ncase = [{ id = "a", prompt = "b" }, { id = "a", prompt = "c" }]'
    assert len(problems(inline)) == 1


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    told = problems('schema = 1\nrout = "x"\n[[case]]\nid = "a"\nrepeats = 0\n[[case]]\nprompt = "b"\n')
    assert [line.split(":")[1] for line in told] == ["2", "3", "5", "6"]


def test_very_many_mistakes_are_counted() -> None:
    told = problems("schema = 1\n" + "[[case]]\n" * 30)
    assert len(told) == 21
    assert told[-1] == "and 40 more"


def test_text_that_is_no_utf8() -> None:
    for data, expected in ((b"schema = 1\n\xff", "support.toml:2: byte 0xff"), (b"\xff\xfes\0", "UTF-16")):
        with pytest.raises(SuiteInvalid, match=expected):
            suites.parse(data, Path("support.toml"))
    assert suites.parse(b"\xef\xbb\xbf" + case().encode(), Path("s.toml")).name == "s"


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SuiteInvalid, match="there is no such file") as caught:
        suites.read(tmp_path / "none.toml")
    assert "console suite import" in caught.value.hint
    with pytest.raises(SuiteInvalid, match="it is a folder"):
        suites.read(tmp_path)
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(SuiteInvalid, match="it is not a file"):
        suites.read(tmp_path / "pipe.toml")
    with pytest.raises(SuiteInvalid, match="is no path"):
        suites.read(Path("a\0b"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200) | st.lists(st.sampled_from(WHOLE.splitlines()), max_size=25).map("\n".join))
def test_any_text_is_a_suite_or_one_clear_error(text: str) -> None:
    try:
        suite = suites.parse(text.encode("utf-8", "surrogatepass"), Path("s.toml"))
    except SuiteInvalid as invalid:
        assert all(line.startswith(("s.toml:", "s.toml ", "and ")) for line in invalid.message.split("\n"))  # noqa: PT017
    else:
        assert suite.cases


def test_snapshots_of_a_suite_outside_tests_are_in_tests_beside_the_registry(tmp_path: Path) -> None:
    (tmp_path / "registry.toml").write_text("schema = 1\n")
    file = tmp_path / "suites/support.toml"
    assert suites.snapshots_folder(file, "support") == tmp_path / "tests/__snapshots__/support"
    assert suites.snapshots_folder(file, "support", tmp_path / "app") == tmp_path / "app/tests/__snapshots__/support"


def test_snapshots_of_a_suite_below_tests_are_beside_it(tmp_path: Path) -> None:
    (tmp_path / "registry.toml").write_text("schema = 1\n")
    file = tmp_path / "tests/mail/support.toml"
    assert suites.snapshots_folder(file, "support") == tmp_path / "tests/mail/__snapshots__/support"


def test_a_folder_tests_above_the_project_means_nothing(tmp_path: Path) -> None:
    project = tmp_path / "tests/project"
    project.mkdir(parents=True)
    (project / "registry.toml").write_text("schema = 1\n")
    assert suites.snapshots_folder(project / "suites/s.toml", "s") == project / "tests/__snapshots__/s"


def test_a_suite_of_5000_cases_is_read_at_once(tmp_path: Path) -> None:
    blocks = (f'[[case]]\nid = "case-{number}"\nprompt = "Where is {number}?"\n' for number in range(5_000))
    path = tmp_path / "large.toml"
    path.write_text("schema = 1\n" + "".join(blocks))
    suite = suites.read(path)
    assert len(suite.cases) == 5_000
    assert suite.cases[-1].line == 2 + 3 * 4_999
