"""What the chunks of the Chat Completions API say, whoever read them off the wire."""

from __future__ import annotations

from typing import Any

from console.providers.seen import Malformed, Seen, count_of, field_of, word_of


def take(chunk: Any, seen: Seen) -> list[str]:
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
