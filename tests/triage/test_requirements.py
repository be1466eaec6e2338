"""What a case demands of the new answer: facts, lengths, schemas, the right answer."""

from __future__ import annotations

import pytest

from console.triage.judging import triage
from console.triage.records import Requirements
from console.triage.schema import violations

OLD = "Return it within 30 days. Keep the box."


def checks(new: str, wanted: Requirements, old: str = OLD, prompt: str = "") -> list[str]:
    return [r.text for r in triage(old, new, requirements=wanted, prompt=prompt).reasons if r.check == "required"]


def test_a_required_text_that_is_missing_is_worrying() -> None:
    found = triage(OLD, "You may send it back.", requirements=Requirements(must_include=("30 days",)))
    assert found.verdict == "worrying"
    assert "required text is missing: “30 days”" in [reason.text for reason in found.reasons]


def test_case_white_space_and_quotes_do_not_count_in_required_texts() -> None:
    assert checks("KEEP  the\nbox, it’s needed", Requirements(must_include=("keep the box", "it's"))) == []


def test_an_unchanged_answer_still_has_to_fit() -> None:
    found = triage(OLD, OLD, requirements=Requirements(must_include=("refund",)))
    assert found.verdict == "worrying"
    assert "(before, too)" in found.reasons[0].text


def test_an_unchanged_answer_that_fits_is_the_same() -> None:
    assert triage(OLD, OLD, requirements=Requirements(must_include=("30 days",), max_words=50)).verdict == "same"


def test_forbidden_texts_and_lengths() -> None:
    assert checks("Ask Acme Ltd.", Requirements(must_not_include=("acme",))) == ["forbidden text is there: “acme”"]
    assert checks("one two three", Requirements(max_words=2)) == ["3 words, at most 2 allowed"]
    assert checks("one two", Requirements(max_words=2)) == []


def test_a_schema_is_checked_inside_of_fences_too() -> None:
    schema = {"type": "object", "required": ["team"]}
    assert checks('```json\n{"team": "a"}\n```', Requirements(schema=schema), old='{"team": "b"}') == []
    assert checks('{"tam": "a"}', Requirements(schema=schema), old='{"team": "b"}') == ["schema: team is missing"]
    assert checks("no data", Requirements(schema=schema)) == ["schema: the answer is no JSON"]


PROMPT = "How many bottles are there?"


def test_a_reference_tells_better_from_worse() -> None:
    right, wrong = "So the answer is 84.", "So the answer is 74."
    wanted = Requirements(reference="# 84")
    worse = triage(right, wrong, prompt=PROMPT, requirements=wanted)
    assert worse.verdict == "worrying"
    assert worse.reasons[0].text.startswith("worse")
    better = triage(wrong, right, prompt=PROMPT, requirements=wanted)
    assert better.verdict == "acceptable"
    assert "the old one did not" in better.reasons[0].text
    neither = triage(wrong, "So the answer is 64.", prompt=PROMPT, requirements=wanted)
    assert neither.verdict == "worrying"


def test_without_a_reference_a_changed_answer_is_called_changed() -> None:
    found = triage("So the answer is 74.", "So the answer is 84.", prompt=PROMPT)
    assert found.reasons[0].text == "stated answer changed: 74 → 84"


def test_a_reference_excuses_no_lost_shape() -> None:
    found = triage('{"answer": 84}', "The answer is 84.", requirements=Requirements(reference="84"))
    assert found.verdict == "worrying"


SCHEMA = {
    "type": "object",
    "required": ["team", "n"],
    "additionalProperties": False,
    "properties": {
        "team": {"enum": ["a", "b"]},
        "n": {"type": "integer", "minimum": 1, "maximum": 9},
        "tags": {"type": "array", "items": {"type": "string", "minLength": 2}, "maxItems": 2, "uniqueItems": True},
        "when": {"type": "string", "pattern": r"^\d{4}$"},
        "id": {"$ref": "#/$defs/id"},
        "one": {"oneOf": [{"type": "number"}, {"type": "integer"}]},
        "any": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "all": {"allOf": [{"type": "number"}, {"exclusiveMinimum": 0}, {"exclusiveMaximum": 1}]},
        "no": {"not": {"const": "x"}},
        "kind": {"const": "k"},
        "flag": {"type": ["boolean", "null"]},
    },
    "$defs": {"id": {"type": "string", "maxLength": 3}},
}
GOOD = {"team": "a", "n": 3}


@pytest.mark.parametrize(
    "more",
    [
        *({}, {"n": 3.0}, {"tags": ["ab", "cd"]}, {"when": "2026"}, {"id": "abc"}, {"one": 1.5}, {"any": None}),
        *({"all": 0.5}, {"no": "y"}, {"kind": "k"}, {"flag": None}, {"flag": True}),
    ],
)
def test_values_that_fit_a_schema(more: dict[str, object]) -> None:
    assert violations({**GOOD, **more}, SCHEMA) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"team": "c"}, "team is none of a, b"),
        ({"n": "3"}, "n is not of type integer"),
        ({"n": True}, "n is not of type integer"),
        ({"n": 1.5}, "n is not of type integer"),
        ({"n": 0}, "n is 0, at least 1 wanted"),
        ({"n": 10}, "n is 10, at most 9 wanted"),
        ({"x": 1}, "x is not allowed"),
        ({"tags": ["ab", "c"]}, "tags[1] has 1 characters, at least 2 wanted"),
        ({"tags": ["ab", "ab"]}, "tags has an item twice"),
        ({"tags": ["ab", "cd", "ef"]}, "tags has 3 items, at most 2 wanted"),
        ({"when": "26"}, r"when does not match ^\d{4}$"),
        ({"id": "abcd"}, "id has 4 characters, at most 3 wanted"),
        ({"one": 1}, "one does not fit oneOf"),
        ({"any": 1}, "any does not fit anyOf"),
        ({"all": 0}, "all is 0, not above 0"),
        ({"all": 1}, "all is 1, not below 1"),
        ({"no": "x"}, "no fits what it must not"),
        ({"kind": "j"}, "kind is not 'k'"),
    ],
)
def test_values_that_break_a_schema_are_named_with_their_place(more: dict[str, object], told: str) -> None:
    assert violations({**GOOD, **more}, SCHEMA) == [told]


def test_schemas_that_are_odd_are_survived() -> None:
    endless: dict[str, object] = {"$ref": "#"}
    assert violations(1, endless) == []
    assert violations(1, {"$ref": "#/nowhere"}) == []
    assert violations("a", {"pattern": "("}) == []
    assert violations(1, {"type": 5, "enum": 3}) == []
    assert violations(1, False) == ["the value is not allowed"]
    assert len(violations(list(range(50)), {"items": {"type": "string"}})) == 5


def test_infinite_numbers_fit_no_integer() -> None:
    assert violations(float("inf"), {"type": "integer"}) == ["the value is not of type integer"]
