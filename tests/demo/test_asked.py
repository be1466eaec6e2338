"""What all dialects read alike: texts inside contents, messages, counts, tools; and how an event is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.standin.asked import (
    BadRequest,
    event,
    last_user_text,
    messages_in,
    model_in,
    text_of,
    tool_names,
    whole_number,
)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "content", "x"]), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo"),
        ([{"type": "input_text", "text": "one"}, {"type": "input_image", "image_url": "x"}, "two"], "one\ntwo"),
        ({"type": "tool_result", "content": [{"type": "text", "text": "found"}]}, "found"),
        ({"role": "user", "content": "hello"}, "hello"),
        ({"text": "", "content": "the other"}, "the other"),
        (None, ""),
        (7, ""),
        ([], ""),
        ([[["deep"]]], "deep"),
    ],
)
def test_the_text_of_a_content_is_found_in_every_shape(content: object, text: str) -> None:
    assert text_of(content) == text


@given(ANY_JSON)
def test_any_content_has_a_text(content: object) -> None:
    assert isinstance(text_of(content), str)


@pytest.mark.parametrize("value", [[], "hello", {"role": "user"}, [{"role": "user"}, "hello"], 0, False])
def test_messages_of_the_wrong_shape_are_refused_with_their_key(value: object) -> None:
    with pytest.raises(BadRequest) as caught:
        messages_in({"input": value}, "input")
    assert (caught.value.rejection.status, caught.value.rejection.param) == (400, "input")
    assert "at least one message" in caught.value.rejection.message


@pytest.mark.parametrize("body", [{}, {"messages": None}])
def test_missing_messages_are_called_missing(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest, match="messages: Field required"):
        messages_in(body, "messages")


@pytest.mark.parametrize("body", [{}, {"model": None}, {"model": ""}, {"model": 5}, {"model": ["x"]}])
def test_a_request_without_a_model_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as caught:
        model_in(body)
    assert caught.value.rejection.param == "model"


@pytest.mark.parametrize("value", [0, -1, 1.0, "5", True, False, []])
def test_a_limit_that_is_no_positive_count_is_refused(value: object) -> None:
    with pytest.raises(BadRequest) as caught:
        whole_number({"max_tokens": value}, "max_tokens")
    assert caught.value.rejection.param == "max_tokens"


def test_a_limit_may_be_missing_or_one() -> None:
    assert whole_number({}, "max_tokens") is None
    assert whole_number({"max_tokens": None}, "max_tokens") is None
    assert whole_number({"max_tokens": 1}, "max_tokens") == 1


def test_the_last_word_of_the_user_is_the_prompt() -> None:
    first, last = {"role": "user", "content": "first"}, {"role": "user", "content": "last"}
    assistant = {"role": "assistant", "content": "in between"}
    assert last_user_text([first, assistant, last]) == "last"
    assert last_user_text([first, last, assistant]) == "last"
    assert last_user_text([assistant]) == ""
    assert last_user_text([assistant, {"content": "nobody said who"}]) == "nobody said who"


@pytest.mark.parametrize(
    ("tools", "names"),
    [
        ([{"name": "a"}, {"name": "b"}], ("a", "b")),
        ([{"type": "function", "function": {"name": "a"}}], ("a",)),
        ([{"type": "web_search"}, {"name": 5}, "x", None, {"name": "b"}], ("b",)),
        ({"name": "a"}, ()),
        (None, ()),
    ],
)
def test_tools_are_named_in_either_shape(tools: object, names: tuple[str, ...]) -> None:
    assert tool_names(tools) == names


def test_an_event_is_one_line_of_data_whatever_the_text_holds() -> None:
    written = event({"text": 'a\n\nb: {"c"}'}, "delta").decode()
    head, data, *rest = written.split("\n")
    assert head == "event: delta"
    assert json.loads(data.removeprefix("data: ")) == {"text": 'a\n\nb: {"c"}'}
    assert rest == ["", ""]


def test_an_event_without_a_name_has_none() -> None:
    assert event({"a": [1, "ü"]}) == 'data: {"a":[1,"ü"]}\n\n'.encode()
