"""What the events of Anthropic's Messages API say, whoever read them off the wire."""

from __future__ import annotations

from typing import Any

from console.providers.seen import Malformed, Seen, count_of, field_of, word_of


def take(event: Any, seen: Seen) -> str | None:
    """One event: its text, "" for content that is no text, None for anything else."""
    match getattr(event, "type", None):
        case "message_start":
            seen.served_model = word_of(field_of(event, "message", "model")) or ""
            _usage(field_of(event, "message", "usage"), seen)
        case "content_block_start":
            block = field_of(event, "content_block")
            if field_of(block, "type") == "tool_use":
                seen.add_tool(event.index, name=block.name)
                return ""
        case "content_block_delta":
            return _delta(event, seen)
        case "message_delta":
            seen.stop_reason = word_of(field_of(event, "delta", "stop_reason")) or seen.stop_reason
            _usage(field_of(event, "usage"), seen)
    return None


def _delta(event: Any, seen: Seen) -> str:
    match field_of(event, "delta", "type"):
        case "text_delta":
            return seen.add_text(event.delta.text)
        case "input_json_delta":
            seen.add_tool(event.index, arguments=event.delta.partial_json)
        case None:
            raise Malformed("a delta without a type")
    return ""


def _usage(usage: Any, seen: Seen) -> None:
    """Counts are running totals; what a later event leaves out keeps its earlier value."""
    for name, theirs in (
        ("output_tokens", count_of(field_of(usage, "output_tokens"))),
        ("cached_tokens", count_of(field_of(usage, "cache_read_input_tokens"))),
        ("cache_write_tokens", count_of(field_of(usage, "cache_creation_input_tokens"))),
        ("reasoning_tokens", count_of(field_of(usage, "output_tokens_details", "thinking_tokens"))),
        ("uncached_tokens", count_of(field_of(usage, "input_tokens"))),
    ):
        if theirs is not None:
            setattr(seen, name, theirs)
    if seen.uncached_tokens is not None:
        seen.input_tokens = seen.uncached_tokens + (seen.cached_tokens or 0) + (seen.cache_write_tokens or 0)
