"""Of a call only names, sizes and a hash stay; the hash changes when an application changes its prompt, only then."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.traffic.shapes import shape_of

CALL = {
    "model": "m",
    "max_tokens": 10,
    "system": "Be brief",
    "messages": [{"role": "user", "content": "What is my order number?"}],
}


def test_the_shape_holds_names_and_sizes() -> None:
    shape = shape_of(CALL)
    assert shape.parameters == "max_tokens messages model system"
    assert shape.messages == 1
    assert shape.characters == len("Be brief") + len("What is my order number?")


def test_the_prompt_hash_ignores_what_users_say() -> None:
    other = {**CALL, "messages": [{"role": "user", "content": "Something else"}], "model": "n", "max_tokens": 3}
    assert shape_of(other).prompt_hash == shape_of(CALL).prompt_hash


def test_the_prompt_hash_follows_system_prompt_and_tools() -> None:
    tools = [{"name": "lookup", "input_schema": {"type": "object"}}]
    hashes = {
        shape_of(call).prompt_hash
        for call in (CALL, {**CALL, "system": "Be long"}, {**CALL, "tools": tools}, {"messages": CALL["messages"]})
    }
    assert len(hashes) == 4


def test_a_leading_system_message_counts_as_system_prompt() -> None:
    def call(system: str, user: str) -> dict[str, object]:
        return {"messages": [{"role": "system", "content": system}, {"role": "user", "content": user}]}

    assert shape_of(call("a", "x")).prompt_hash == shape_of(call("a", "y")).prompt_hash
    assert shape_of(call("a", "x")).prompt_hash != shape_of(call("b", "x")).prompt_hash


@given(st.text(min_size=12), st.text(min_size=12))
def test_no_text_survives(system: str, said: str) -> None:
    shape = shape_of({"system": system, "input": said})
    assert system not in str(shape)
    assert said not in str(shape)


def test_objects_without_json_hash_by_their_type() -> None:
    assert shape_of({"tools": [object()]}).prompt_hash == shape_of({"tools": [object()]}).prompt_hash
