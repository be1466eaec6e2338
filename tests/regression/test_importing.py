"""Suites made from JSONL and from promptfoo's configuration: what becomes what, what is left out and said so."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.errors import ConsoleError, Refused, Unmeasured
from console.regression import importing_jsonl, importing_promptfoo, suites
from console.regression.importing import Imported, imported, write
from console.regression.records import Case
from console.regression.writing_suites import suite_text


@pytest.fixture
def jsonl(tmp_path: Path) -> Any:
    def make(*lines: object) -> Imported:
        source = tmp_path / "prompts.jsonl"
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        source.write_text(text, "utf-8")
        return imported(source, tmp_path / "suites" / "support.toml", "support")

    return make


@pytest.fixture
def promptfoo(tmp_path: Path) -> Any:
    def make(text: str, name: str = "promptfooconfig.yaml", **files: str) -> Imported:
        for path, content in files.items():
            (tmp_path / path.replace("__", ".")).write_text(content, "utf-8")
        source = tmp_path / name
        source.write_text(text, "utf-8")
        return imported(source, tmp_path / "suites" / "support.toml")

    return make


def only(made: Imported) -> Case:
    (case,) = made.suite.cases
    return case


def test_every_key_of_a_case_is_taken_as_it_is(jsonl: Any) -> None:
    case = only(
        jsonl(
            {
                "id": "refund",
                "prompt": "Can I return it?",
                "system": "Be brief.",
                "params": {"max_tokens": 200},
                "tags": ["smoke"],
                "repeats": 3,
                "must_include": ["30 days"],
                "must_not_include": "never",
                "schema": {"type": "object"},
                "max_words": 80,
                "reference": "30 days",
            }
        )
    )
    assert (case.id, case.prompt, case.system, case.repeats) == ("refund", "Can I return it?", "Be brief.", 3)
    assert (case.params, case.tags) == ({"max_tokens": 200}, ("smoke",))
    demands = case.requirements
    assert (demands.must_include, demands.must_not_include) == (("30 days",), ("never",))
    assert (demands.schema, demands.max_words, demands.reference) == ({"type": "object"}, 80, "30 days")


def test_the_route_and_the_source_stand_in_the_file(jsonl: Any) -> None:
    made = jsonl({"prompt": "x"})
    assert made.suite.route == "support"
    assert made.text.startswith("# Made from prompts.jsonl.")


@pytest.mark.parametrize("key", ["prompt", "input", "question"])
def test_a_prompt_has_many_names(jsonl: Any, key: str) -> None:
    assert only(jsonl({key: "Why?"})).prompt == "Why?"


@pytest.mark.parametrize("key", ["reference", "ideal", "expected", "answer"])
def test_so_has_the_right_answer(jsonl: Any, key: str) -> None:
    assert only(jsonl({"prompt": "2 + 2?", key: "4"})).requirements.reference == "4"


def test_a_row_of_a_fine_tuning_file_ends_with_what_is_right(jsonl: Any) -> None:
    messages = [
        {"role": "system", "content": "You are support."},
        {"role": "user", "content": "Hours?"},
        {"role": "assistant", "content": "9 to 17"},
    ]
    case = only(jsonl({"messages": messages}))
    assert (case.system, case.prompt, case.requirements.reference) == ("You are support.", "Hours?", "9 to 17")


def test_a_conversation_stays_one(jsonl: Any) -> None:
    messages = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi!"},
        {"role": "user", "content": "Hours?"},
    ]
    assert only(jsonl({"messages": messages})).messages == tuple(messages)


def test_ids_are_made_of_names_or_first_words_and_never_twice(jsonl: Any) -> None:
    made = jsonl(
        {"id": "../../etc/passwd", "prompt": "a"},
        {"id": 7, "prompt": "b"},
        {"prompt": "Can I return my order after three weeks?"},
        {"prompt": "can I return my order after four weeks?"},
        {"prompt": "¿?"},
        {"id": "Case", "prompt": "c"},
        {"id": "x" * 300, "prompt": "d"},
    )
    ids = [case.id for case in made.suite.cases]
    assert ids == [
        "etc-passwd",
        "7",
        "can-i-return-my-order-after",
        "can-i-return-my-order-after-2",
        "case",
        "Case-2",
        "x" * 60,
    ]


def test_what_found_no_place_is_counted(jsonl: Any) -> None:
    made = jsonl({"prompt": "a", "output": "x", "ideal": ["1", "2"]}, {"prompt": "b", "output": "y"})
    assert made.left_out == {"the key output": 2, "all but the first text of ideal": 1}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"prompt": "a"}', "{"], "prompts.jsonl:2: is not JSON"),
        (["[1]"], "prompts.jsonl:1: is no JSON object"),
        ([{"text": "a"}], "prompts.jsonl:1: has none of prompt"),
        ([{"messages": ["a"]}], "prompts.jsonl:1: messages are a list of objects"),
        ([""], "holds no case"),
        ([{"prompt": "a", "repeats": 0}], "repeats"),
        ([{"messages": [{"role": "robot", "content": "a"}, {"role": "user", "content": "b"}]}], "role must be one of"),
        ([{"prompt": "half \ud800 a character"}], "cannot be written in TOML"),
        ([{"prompt": "a", "schema": {"const": None}}], "schema cannot be written in TOML"),
    ],
)
def test_a_bad_line_is_one_message_with_its_place(jsonl: Any, lines: list[object], said: str) -> None:
    with pytest.raises(ConsoleError) as caught:
        jsonl(*lines)
    assert said in caught.value.message


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)},
            optional={
                "system": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
                "must_include": st.lists(st.sampled_from(["30 days", "it's", '"""', "'''", "\\"]), min_size=1),
                "reference": st.sampled_from(["4", "line\nline", "a'", "'''\n", "\t\n"]).filter(str.strip),
                "max_words": st.integers(1, 9),
            },
        ).flatmap(
            lambda case: (
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
                .filter(str.strip)
                .map(lambda text: case | {"prompt": text})
            )
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda case: case["id"],
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_a_case_says_is_read_back_from_the_file(cases: list[dict[str, Any]]) -> None:
    suite = suites.parse(suite_text(cases).encode(), Path("suites/any.toml"))
    for given_case, case in zip(cases, suite.cases, strict=True):
        assert case.id == given_case["id"]
        assert case.prompt == given_case["prompt"]
        assert case.system == given_case.get("system", "")
        assert case.requirements.must_include == tuple(given_case.get("must_include", ()))
        assert case.requirements.reference == given_case.get("reference", "")


def test_a_suite_that_is_there_is_not_written_over(jsonl: Any, tmp_path: Path) -> None:
    made = jsonl({"prompt": "a"})
    target = tmp_path / "suites" / "support.toml"
    write(made, target)
    assert suites.read(target).cases == made.suite.cases
    with pytest.raises(Refused, match="there already"):
        write(made, target)


_WORDS = ("vars", "assert", "type", "value", "metadata", "tags", "description", "a", "id", "raw", "max", "role")
PROMPTFOO = """\
prompts:
  - "Answer briefly: {{question}}"
providers: [openai:gpt-4.1-mini]
defaultTest:
  vars: {who: Ana}
  assert:
    - {type: not-icontains, value: as an AI}
tests:
  - description: Refund after three weeks
    vars: {question: "Can {{who}} return it?"}
    metadata: {tags: [smoke]}
    assert:
      - {type: contains, value: 30 days}
      - {type: contains-all, value: "parcel, receipt"}
      - {type: word-count, value: {max: 80}}
      - {type: llm-rubric, value: is polite}
      - {type: javascript, value: output.length}
"""


def test_a_promptfoo_test_becomes_a_case_with_what_it_demands(promptfoo: Any) -> None:
    made = promptfoo(PROMPTFOO)
    case = only(made)
    assert (case.id, case.tags) == ("Refund-after-three-weeks", ("smoke",))
    assert case.requirements.must_include == ("30 days", "parcel", "receipt")
    assert case.requirements.must_not_include == ("as an AI",)
    assert case.requirements.max_words == 80
    assert made.left_out == {
        "providers: the registry says which model answers": 1,
        "the assertion llm-rubric": 1,
        "the assertion javascript": 1,
    }


@pytest.mark.parametrize(
    ("assertion", "demands"),
    [
        ("{type: equals, value: 4}", {"reference": "4"}),
        ("{type: factuality, value: It is 4.}", {"reference": "It is 4."}),
        ("{type: is-json}", {"schema": {}}),
        ("{type: is-json, value: {type: object}}", {"schema": {"type": "object"}}),
        ("{type: is-json, value: file://schema.json}", {"schema": {"required": ["a"]}}),
        ("{type: contains-any, value: [only]}", {"must_include": ("only",)}),
        ("{type: contains, value: file://said.txt}", {"must_include": ("from a file",)}),
        ('{type: contains, value: "{{name}}"}', {"must_include": ("Ana",)}),
        ("{type: word-count, value: 7}", {"max_words": 7}),
    ],
)
def test_assertions_as_requirements(promptfoo: Any, assertion: str, demands: dict[str, object]) -> None:
    text = f"prompts: ['Hello {{{{name}}}}']\ntests:\n  - vars: {{name: Ana}}\n    assert: [{assertion}]\n"
    made = promptfoo(text, schema__json='{"required": ["a"]}', said__txt="from a file\n")
    found = only(made).requirements
    assert {key: getattr(found, key) for key in demands} == demands
    assert made.left_out == {}


@pytest.mark.parametrize(
    "assertion",
    [
        "{type: contains-any, value: [a, b]}",
        "{type: regex, value: x}",
        "{type: word-count, value: {min: 3}}",
        "{}",
        "x",
    ],
)
def test_assertions_that_no_requirement_means_are_left_out_and_said(promptfoo: Any, assertion: str) -> None:
    made = promptfoo(f"prompts: [Hello]\ntests:\n  - assert: [{assertion}]\n")
    assert sum(made.left_out.values()) == 1


def test_each_value_of_a_list_and_each_prompt_is_a_case(promptfoo: Any) -> None:
    made = promptfoo("prompts: ['{{a}} {{b}}', '{{b}}, {{a}}!']\ntests:\n  - vars: {a: [x, y], b: 1}\n")
    assert [case.prompt for case in made.suite.cases] == ["x 1", "1, x!", "y 1", "1, y!"]


def test_a_prompt_of_messages_is_a_conversation_whatever_its_variables_hold(promptfoo: Any) -> None:
    chat = json.dumps([{"role": "system", "content": "Be {{how}}."}, {"role": "user", "content": "{{q}}"}])
    made = promptfoo(
        "prompts: [file://chat.json]\ntests:\n  - vars: {how: brief, q: 'say \"hi\"\n\n      twice'}\n", chat__json=chat
    )
    case = only(made)
    assert (case.system, case.prompt) == ("Be brief.", 'say "hi"\ntwice')


def test_files_of_prompts_and_tests_are_read(promptfoo: Any) -> None:
    made = promptfoo(
        "prompts: [file://two.txt]\ntests: [file://t.yaml, file://t.jsonl, t.csv, file://t.py]\n",
        two__txt="One {{n}}\n---\nTwo {{n}}\n",
        t__yaml="- vars: {n: 1}\n",
        t__jsonl='{"vars": {"n": 2}}\n',
        t__csv="n,__expected,__expected2,__note\n3,not-contains: no,is-json,x\n4,four,,\n",
    )
    assert [case.prompt for case in made.suite.cases] == [f"{one} {n}" for n in (1, 2, 3, 4) for one in ("One", "Two")]
    assert made.suite.cases[4].requirements.must_not_include == ("no",)
    assert made.suite.cases[4].requirements.schema == {}
    assert made.suite.cases[6].requirements.reference == "four"
    assert made.left_out == {
        "the column __note": 2,
        "the tests of file://t.py: only YAML, JSON, JSONL and CSV are read": 1,
    }


@pytest.mark.parametrize("prompt", ["{% if a %}x{% endif %}", "{{ a | upper }}", "{{ missing }}", "{# note #}x"])
def test_a_prompt_that_needs_more_than_variables_is_left_out_and_said(promptfoo: Any, prompt: str) -> None:
    made = promptfoo(f"prompts: [{json.dumps(prompt)}, plain]\ntests:\n  - vars: {{a: 1}}\n")
    assert only(made).prompt == "plain"
    assert sum(made.left_out.values()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompts: [a\ntests: }", "promptfooconfig.yaml:2: is not YAML"),
        ("tests: []", "has no prompts"),
        ("- a", "has no prompts"),
        ("prompts: [a]\ntests: [5]", "a test is no table"),
        ("prompts: [a]\ntests:\n  - vars: [1]", "vars of a test is no table"),
        ("prompts: [a]\ntests: [file://gone.yaml]", "gone.yaml: cannot be read: No such file"),
        ("prompts: ['{{x}}']", "holds no case\nleft out, 1 time"),
        ("prompts: ['{{a}}']\ntests:\n  - vars: {a: {b: &x [*x]}}", "holds itself"),
        ("prompts: [a]\ntests:\n  - assert: [{type: contains, value: &x [*x]}]", "holds itself"),
        ("!!python/object/apply:os.system ['true']", "is not YAML"),
    ],
)
def test_a_bad_configuration_is_one_message(promptfoo: Any, text: str, said: str) -> None:
    with pytest.raises(ConsoleError) as caught:
        promptfoo(text)
    assert said in caught.value.message


_VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1.5, "", "{{a}}", "{{", "file://gone.txt", "a,b", "contains", "x" * 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["prompts", "tests", "defaultTest", "providers", "x"]), _VALUES))
@settings(max_examples=150, deadline=None)
def test_whatever_a_configuration_holds_it_makes_a_suite_or_one_clear_message(config: dict[str, Any]) -> None:
    path = Path("nowhere/promptfooconfig.json")
    data = json.dumps({"prompts": ["Hello {{a}}"], "tests": [{"vars": {"a": 1}}], **config}).encode()
    with suppress(ConsoleError):
        draft = importing_promptfoo.draft_of(data, path)
        with suppress(ConsoleError):
            suites.parse(suite_text(draft.cases).encode(), path)


@given(st.dictionaries(st.sampled_from(["prompt", "messages", "reference", "params", "schema", *_WORDS]), _VALUES))
@settings(max_examples=100, deadline=None)
def test_whatever_a_line_holds_it_makes_a_case_or_one_clear_message(value: dict[str, Any]) -> None:
    with suppress(ConsoleError):
        draft = importing_jsonl.draft_of(json.dumps({"input": "Hello", **value}).encode(), "lines")
        suites.parse(suite_text(draft.cases).encode(), Path("nowhere/suite.toml"))


def test_an_empty_reference_is_none(jsonl: Any) -> None:
    assert only(jsonl({"prompt": "a", "ideal": [""]})).requirements.reference == ""


def test_variables_whose_combinations_are_too_many_are_refused(promptfoo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_promptfoo, "_MOST_CASES", 20)
    many = "prompts: ['{{a}}{{b}}']\ntests:\n  - vars: {a: &l [1, 2, 3, 4, 5], b: *l}"
    with pytest.raises(ConsoleError, match="more than 20 cases"):
        promptfoo(many)


def test_a_cell_of_a_table_may_be_a_whole_document(promptfoo: Any) -> None:
    document = "word " * 30_000
    made = promptfoo("prompts: ['{{ text }}']\ntests: t.csv\n", t__csv=f'text,__expected\n"{document}",contains: a\n')
    assert len(only(made).prompt) > 131_072


def test_without_a_yaml_reader_it_says_what_to_install(promptfoo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(Unmeasured) as caught:
        promptfoo(PROMPTFOO)
    assert "model-console[promptfoo]" in caught.value.hint


def test_a_json_configuration_needs_no_yaml_reader(promptfoo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    assert only(promptfoo('{"prompts": ["Hello"]}', "promptfooconfig.json")).prompt == "Hello"


def test_other_files_are_refused_with_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ConsoleError, match=r"ends in none of \.jsonl"):
        imported(tmp_path / "a.txt", tmp_path / "s.toml")
    with pytest.raises(ConsoleError, match="No such file"):
        imported(tmp_path / "b.jsonl", tmp_path / "s.toml")
