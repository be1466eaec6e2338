"""One question to one model, and what came back: the same records whichever provider answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from console.domain.record import record
from console.domain.registry import Price

Outcome = Literal["ok", "error", "refusal", "truncated", "empty"]
FailureKind = Literal[
    "bad_request",
    "auth",
    "no_key",
    "not_found",
    "rate_limited",
    "overloaded",
    "server",
    "timeout",
    "connection",
    "broken_stream",
    "early_end",
    "malformed",
    "too_large",
    "cancelled",
    "unsupported",
]


@record
class Question:
    """What is asked of which model.

    `messages` are `{"role": …, "content": …}`. `params` are a route's parameters in the neutral words of
    `console.providers.parameters`. `provider` None means: told by the model's id. `price` is the registry's own.
    """

    model: str
    messages: tuple[Mapping[str, object], ...]
    system: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    provider: str | None = None
    price: Price | None = None

    @classmethod
    def of(cls, model: str, prompt: str, system: str = "", params: Mapping[str, object] | None = None) -> Question:
        """One user's `prompt` for `model`."""
        return cls(model, ({"role": "user", "content": prompt},), system, params or {})


@record
class TextDelta:
    """A piece of the answer, as it arrived: text from outside, not neutralised."""

    text: str


@record
class ToolCall:
    """A function the model wants called. `arguments` is the JSON text it wrote, valid or not."""

    name: str
    arguments: str


@record
class Failure:
    """Why there is no whole answer.

    `message` may quote the provider, so it is text from outside; key and prompt were taken out of it. `hint` is ours.
    `parameter` is the name of the rejected parameter, where known.
    """

    kind: FailureKind
    message: str
    hint: str = ""
    status: int | None = None
    parameter: str | None = None
    retry_after_s: float | None = None


@record
class Answer:
    """What one model answered, with what it took. Numbers the provider did not give are None, never 0.

    `model` is what was asked for, `served_model` what the provider says answered. `input_tokens` includes tokens read
    from and written to the prompt cache, `output_tokens` includes reasoning, whichever way the provider counts.
    `latency_ms` and `ttft_ms` (first piece of text or of a tool call) are of the last attempt; `retries` are those
    before it. `text` is whatever arrived, also of a failed answer. `sdk` and `api_version` are part of the version that
    was measured. `stand_in` answers come from the local stand-in and are to be marked wherever they are shown.
    """

    model: str
    served_model: str
    text: str
    outcome: Outcome
    failure: Failure | None = None
    stop_reason: str | None = None
    latency_ms: float | None = None
    ttft_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    retries: int = 0
    sdk: str = ""
    api_version: str = ""
    stand_in: bool = False


def cancelled(model: str, text: str = "", latency_ms: float | None = None) -> Answer:
    """The answer to show of a question whose asking was stopped by the person who asked."""
    failure = Failure("cancelled", "stopped before the answer was complete")
    return Answer(model, "", text, "error", failure, latency_ms=latency_ms)


@record
class Limits:
    """What one question may take. Seconds; `max_bytes` is of answer text in UTF-8.

    `first_token_s` runs from sending until the model produces anything (reasoning counts); `total_s` covers everything,
    retries included. `max_retry_wait_s`: a provider that asks to wait longer is not asked again.
    """

    connect_s: float = 10.0
    first_token_s: float = 120.0
    total_s: float = 300.0
    max_bytes: int = 4_000_000
    retries: int = 2
    max_retry_wait_s: float = 30.0
