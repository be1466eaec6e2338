"""OpenAI's Chat Completions API through its SDK; Gemini too, which speaks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
from openai.resources.chat.completions import AsyncCompletions

from console.providers.openai_client import SDK, api_version, connect
from console.providers.records import Limits, Question
from console.providers.seen import Malformed, Seen, count_of, field_of, word_of
from console.providers.shaping import chat_call
from console.providers.transport import is_stream, timeout

__all__ = ["SDK", "api_version", "connect", "stream"]


async def stream(client: openai.AsyncOpenAI, question: Question, seen: Seen, limits: Limits) -> AsyncIterator[str]:
    """The answer's text as it arrives ("" where something else did); all the rest goes into `seen`."""
    call = chat_call(question)
    model, messages = call.pop("model"), call.pop("messages")
    events = await AsyncCompletions(client).create(
        model=model,
        messages=messages,
        stream=True,
        stream_options={"include_usage": True},
        extra_body=call,
        timeout=timeout(limits),
    )
    async with events:
        seen.opened, seen.streamed = True, is_stream(events.response)
        async for chunk in events:
            for piece in _take(chunk, seen):
                yield piece
    seen.finished = seen.stop_reason is not None


def _take(chunk: Any, seen: Seen) -> list[str]:
    """One chunk: its pieces of text, "" for content that is no text."""
    seen.served_model = word_of(field_of(chunk, "model")) or seen.served_model
    if (usage := field_of(chunk, "usage")) is not None:
        _usage(usage, seen)
    pieces: list[str] = []
    choices = field_of(chunk, "choices")
    if choices is not None and not isinstance(choices, list):
        raise Malformed("choices is no list")
    for choice in choices or ():
        seen.stop_reason = word_of(field_of(choice, "finish_reason")) or seen.stop_reason
        pieces.extend(_delta(field_of(choice, "delta"), seen))
    return pieces


def _delta(delta: Any, seen: Seen) -> list[str]:
    pieces: list[str] = []
    if content := field_of(delta, "content"):
        pieces.append(seen.add_text(content))
    if refusal := field_of(delta, "refusal"):
        seen.refused = True
        pieces.append(seen.add_text(refusal))
    for call in field_of(delta, "tool_calls") or ():
        seen.add_tool(call.index, field_of(call, "function", "name"), field_of(call, "function", "arguments"))
        pieces.append("")
    if field_of(delta, "reasoning_content") and not pieces:
        pieces.append("")
    return pieces


def _usage(usage: Any, seen: Seen) -> None:
    prompt, output = count_of(field_of(usage, "prompt_tokens")), count_of(field_of(usage, "completion_tokens"))
    total = count_of(field_of(usage, "total_tokens"))
    reasoning = count_of(field_of(usage, "completion_tokens_details", "reasoning_tokens"))
    if prompt is not None and output is not None and total is not None and total > prompt + output:
        # Gemini counts reasoning in the total only.
        reasoning = reasoning or total - prompt - output
        output = total - prompt
    seen.input_tokens, seen.output_tokens, seen.reasoning_tokens = prompt, output, reasoning
    seen.cached_tokens = count_of(field_of(usage, "prompt_tokens_details", "cached_tokens"))
    seen.cache_write_tokens = count_of(field_of(usage, "prompt_tokens_details", "cache_write_tokens"))
