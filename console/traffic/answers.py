"""Reads usage, served model and outcome off the answers of the Anthropic and OpenAI SDKs, by their shape alone.

No SDK is imported: an object (or a mapping) with the fields of a Message, a ChatCompletion or a Response is read,
anything else yields an empty reading. Token counts are brought to one convention: input includes cached tokens.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from console.domain.requests import Outcome

_LARGEST = (1 << 53) - 1
_NAME = 200
LONGEST_ROLLOUT = 2 * _NAME + 32
"""A rollout's id is its route, its canary and an instant. Cut short, nobody would find its requests."""


class Reading(NamedTuple):
    """What an answer says about itself. None and "" mean that it does not say."""

    outcome: Outcome = "ok"
    error_class: str = ""
    served: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    retries: int = 0
    sdk: str = ""


def read_answer(answer: object) -> Reading:
    """The reading of a finished answer, or an empty one for an object of another shape."""
    retries, sdk = whole(field(answer, "retries_taken")) or 0, sdk_of(answer)
    try:
        answer = _unwrapped(answer)
    except Exception:  # a body that was not read, or is no JSON: what the wrapper itself says is all there is
        return Reading(retries=retries, sdk=sdk)
    if field(answer, "choices") is not None:
        reading = _chat_completion(answer)
    elif field(answer, "stop_reason") is not None or field(answer, "type") == "message":
        reading = _message(answer)
    elif field(answer, "output") is not None or field(answer, "object") == "response":
        reading = _response(answer)
    else:
        return Reading(retries=retries)
    return reading._replace(served=name(field(answer, "model")), retries=retries, sdk=sdk)


def field(value: object, key: str) -> object:
    """The attribute or the item `key` of `value`, or None."""
    if isinstance(value, Mapping):
        return value.get(key)
    return getattr(value, key, None)


def whole(value: object) -> int | None:
    """A count as it can be stored, or None for anything that is not one."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return min(max(value, 0), _LARGEST)


def name(value: object, longest: int = _NAME) -> str:
    """A name from outside as it can be stored: text, of at most `longest` characters, without lone surrogates."""
    if not isinstance(value, str):
        return ""
    return value[:longest].encode("utf-8", "replace").decode("utf-8")


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def _sum(*values: object) -> int | None:
    numbers = [n for n in map(whole, values) if n is not None]
    return sum(numbers) if numbers else None


def _unwrapped(answer: object) -> object:
    """The body inside what `with_raw_response` returns, where it was read; nothing is read from the network here."""
    if not hasattr(answer, "parse"):
        return answer
    body = getattr(getattr(answer, "http_response", None), "json", None)
    return body() if callable(body) else answer


def sdk_of(answer: object) -> str:
    """The SDK that made `answer` and its version, or ""."""
    package = type(answer).__module__.partition(".")[0]
    version = getattr(sys.modules.get(package), "__version__", None)
    return f"{package} {version}"[:_NAME] if isinstance(version, str) else ""


def _message(answer: object) -> Reading:
    """Anthropic's Message: `input_tokens` there leaves cached tokens out."""
    usage = field(answer, "usage")
    cached, written = field(usage, "cache_read_input_tokens"), field(usage, "cache_creation_input_tokens")
    stop = field(answer, "stop_reason")
    outcome: Outcome = "ok"
    if stop == "refusal":
        outcome = "refusal"
    elif stop in ("max_tokens", "model_context_window_exceeded"):
        outcome = "truncated"
    elif stop != "pause_turn" and not any(_speaks(block) for block in _items(field(answer, "content"))):
        outcome = "empty"
    return Reading(
        outcome=outcome,
        input_tokens=_sum(field(usage, "input_tokens"), cached, written),
        output_tokens=whole(field(usage, "output_tokens")),
        cached_tokens=whole(cached),
        cache_write_tokens=whole(written),
        reasoning_tokens=whole(field(field(usage, "output_tokens_details"), "thinking_tokens")),
    )


def _speaks(block: object) -> bool:
    """Whether a content block is more than blank text or thinking."""
    kind = field(block, "type")
    if kind in ("text", "output_text"):
        text = field(block, "text")
        return isinstance(text, str) and not text.isspace() and text != ""
    return kind not in ("thinking", "redacted_thinking", "reasoning")


def _chat_completion(answer: object) -> Reading:
    usage = field(answer, "usage")
    choices = list(_items(field(answer, "choices")))
    outcomes = [_choice_outcome(choice) for choice in choices]
    # With several choices the first bad one names the request: an application that asked for n uses them all.
    bad = [outcome for outcome in outcomes if outcome != "ok"]
    outcome: Outcome = bad[0] if bad else "ok" if outcomes else "empty"
    return Reading(
        outcome=outcome,
        input_tokens=whole(field(usage, "prompt_tokens")),
        output_tokens=whole(field(usage, "completion_tokens")),
        cached_tokens=whole(field(field(usage, "prompt_tokens_details"), "cached_tokens")),
        reasoning_tokens=whole(field(field(usage, "completion_tokens_details"), "reasoning_tokens")),
    )


def _choice_outcome(choice: object) -> Outcome:
    message, finish = field(choice, "message"), field(choice, "finish_reason")
    if finish == "content_filter" or field(message, "refusal"):
        return "refusal"
    if finish == "length":
        return "truncated"
    content = field(message, "content")
    said = content.strip() if isinstance(content, str) else content
    if said or field(message, "tool_calls") or field(message, "function_call") or field(message, "audio"):
        return "ok"
    return "empty"


def _response(answer: object) -> Reading:
    usage = field(answer, "usage")
    outcome, error_class = _response_outcome(answer)
    return Reading(
        outcome=outcome,
        error_class=error_class,
        input_tokens=whole(field(usage, "input_tokens")),
        output_tokens=whole(field(usage, "output_tokens")),
        cached_tokens=whole(field(field(usage, "input_tokens_details"), "cached_tokens")),
        reasoning_tokens=whole(field(field(usage, "output_tokens_details"), "reasoning_tokens")),
    )


def _response_outcome(answer: object) -> tuple[Outcome, str]:
    status = field(answer, "status")
    if status in ("failed", "cancelled"):
        return "error", name(field(field(answer, "error"), "code")) or str(status)
    if status == "incomplete":
        filtered = field(field(answer, "incomplete_details"), "reason") == "content_filter"
        return ("refusal" if filtered else "truncated"), ""
    spoken = False
    for item in _items(field(answer, "output")):
        if field(item, "type") == "message":
            parts = list(_items(field(item, "content")))
            if any(field(part, "type") == "refusal" for part in parts):
                return "refusal", ""
            spoken = spoken or any(_speaks(part) for part in parts)
        else:
            spoken = spoken or _speaks(item)
    return ("ok" if spoken or status in ("queued", "in_progress") else "empty"), ""
