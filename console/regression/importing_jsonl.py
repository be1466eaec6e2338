"""Cases from a file with one JSON object a line: prompts, pairs, logged calls, rows of a fine-tuning file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from console.regression.drafts import Draft, ImportFailed, as_texts

_PROMPTS = ("prompt", "messages", "input", "question")
_NAMES = ("id", "name", "key", "description")
_REFERENCES = ("reference", "ideal", "expected", "answer")
_AS_THEY_ARE = ("system", "params", "repeats", "schema", "max_words")
_LISTS = ("tags", "must_include", "must_not_include")
_EXAMPLE = '{"id": "refund", "prompt": "Can I return it?", "must_include": ["30 days"]}'


def draft_of(data: bytes, name: str) -> Draft:
    """The cases of a file called `name`. Raises ImportFailed with the first line that is none."""
    draft = Draft()
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            _add(draft, _object(line, f"{name}:{number}"), f"{name}:{number}")
    return draft


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{place}: is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise ImportFailed(f"{place}: is not JSON: {error}", f"One object a line: {_EXAMPLE}") from error
    if not isinstance(value, dict):
        raise ImportFailed(f"{place}: is no JSON object", f"One object a line: {_EXAMPLE}")
    return value


def _add(draft: Draft, value: Mapping[str, Any], place: str) -> None:
    asked = next((key for key in _PROMPTS if value.get(key)), None)
    if asked is None:
        raise ImportFailed(f"{place}: has none of {', '.join(_PROMPTS)}", f"A line is like {_EXAMPLE}")
    case: dict[str, Any] = {}
    reference = next((key for key in _REFERENCES if value.get(key)), None)
    if isinstance(value[asked], str):
        case["prompt"] = value[asked]
    else:
        case["messages"], said = _conversation(value[asked], place)
        if said and reference is None:
            case["reference"] = said
    case.update({key: value[key] for key in _AS_THEY_ARE if value.get(key) is not None})
    case.update({key: as_texts(value[key]) for key in _LISTS if value.get(key)})
    if reference is not None:
        texts = as_texts(value[reference])
        case["reference"] = next(iter(texts), "")
        if len(texts) > 1:
            draft.leave_out(f"all but the first text of {reference}")
    named = next((key for key in _NAMES if value.get(key) not in (None, "")), None)
    known = {asked, reference, named, *_AS_THEY_ARE, *_LISTS}
    for key in value.keys() - known:
        draft.leave_out(f"the key {key}")
    draft.add(case, value[named] if named else "")


def _conversation(value: object, place: str) -> tuple[list[dict[str, Any]], str]:
    """The messages up to what is asked; and what the assistant is to say then, as fine-tuning files end."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ImportFailed(f"{place}: messages are a list of objects with role and content")
    messages = [{key: each[key] for key in each if each[key] is not None} for each in value]
    last = messages[-1]
    if last.get("role") == "assistant" and isinstance(last.get("content"), str) and len(messages) > 1:
        return messages[:-1], last["content"]
    return messages, ""
