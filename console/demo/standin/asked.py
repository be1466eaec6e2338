"""One request and one reply, in words that all dialects share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from console.demo.standin.faults import Damage
from console.demo.standin.models import Model

Stop = Literal["end", "length", "refusal", "tool"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an application wants: the model, the prompt (its last user message) and what else shapes the answer.

    `everything` is all text that counts as input; `cacheable` is the part of it that a prompt cache keeps.
    """

    model: str
    prompt: str
    everything: str
    stream: bool = False
    max_tokens: int | None = None
    schema: Mapping[str, object] | None = None
    tools: tuple[str, ...] = ()
    cacheable: str = ""
    usage_in_stream: bool = True


@dataclass(frozen=True, slots=True)
class Rejection:
    """An answer that is an error: HTTP status, words, the parameter to blame and the provider's code."""

    status: int
    message: str
    param: str | None = None
    code: str | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before any dialect wrote it down. Times are simulated seconds; tokens are the model's own count."""

    id: str
    model: Model
    served: str
    pieces: tuple[str, ...]
    stop: Stop
    input_tokens: int
    output_tokens: int
    thinking_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    first_token_s: float
    piece_s: float
    tool: str | None = None
    usage_in_stream: bool = True
    damage: Damage = "none"

    @property
    def text(self) -> str:
        """The whole answer, or the tool's arguments."""
        return "".join(self.pieces)


class BadRequest(Exception):
    """The body is not what the dialect describes; carries the rejection to send."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.rejection = Rejection(400, message, param)


def text_of(content: object) -> str:
    """The text inside a content value: a string, or a list of parts, as all three dialects have them."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        inner = content.get("text") or content.get("content") or ""
        return text_of(inner)
    if isinstance(content, Sequence):
        return "\n".join(filter(None, (text_of(part) for part in content)))
    return ""


def messages_in(body: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The messages under `key`. Raises BadRequest when they are missing or of the wrong shape."""
    value = body.get(key)
    if value is None:
        raise BadRequest(f"{key}: Field required", key)
    if not isinstance(value, list) or not value or not all(isinstance(message, dict) for message in value):
        raise BadRequest(f"{key}: Input should be a list with at least one message", key)
    return value


def model_in(body: Mapping[str, object]) -> str:
    """The model id asked for. Raises BadRequest."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("model: Field required", "model")
    return model


def whole_number(body: Mapping[str, object], key: str) -> int | None:
    """An optional count under `key`. Raises BadRequest when it is not a positive whole number."""
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadRequest(f"{key}: Input should be greater than or equal to 1", key)
    return value


def last_user_text(messages: Sequence[Mapping[str, object]]) -> str:
    """The text of the last user message, which is what the answer depends on."""
    for message in reversed(messages):
        if message.get("role", "user") == "user":
            return text_of(message.get("content"))
    return ""


def mapping(value: object) -> Mapping[str, object]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def tool_names(tools: object) -> tuple[str, ...]:
    """The names of the offered tools, in either dialect's shape."""
    found: Iterator[object] = (
        mapping(tool).get("name") or mapping(mapping(tool).get("function")).get("name")
        for tool in (tools if isinstance(tools, list) else [])
    )
    return tuple(name for name in found if isinstance(name, str))


def compact(value: object) -> str:
    """JSON as providers send it: compact, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def event(data: object, name: str | None = None) -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {compact(data)}\n\n".encode("utf-8", "surrogatepass")
