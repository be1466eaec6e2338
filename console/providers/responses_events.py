"""What the events of the Responses API say, whoever read them off the wire."""

from __future__ import annotations

from typing import Any

from console.providers.seen import Malformed, ReportedFault, Seen, count_of, field_of, word_of


def take(event: Any, seen: Seen) -> str | None:
    """One event: its text, "" for content that is no text, None for anything else."""
    match getattr(event, "type", None):
        case "response.output_text.delta":
            return seen.add_text(event.delta)
        case "response.refusal.delta":
            seen.refused = True
            return seen.add_text(event.delta)
        case "response.output_item.added":
            if field_of(event, "item", "type") == "function_call":
                seen.add_tool(event.output_index, name=event.item.name)
            return ""
        case "response.function_call_arguments.delta":
            seen.add_tool(event.output_index, arguments=event.delta)
            return ""
        case "response.created":
            seen.served_model = word_of(field_of(event, "response", "model")) or ""
        case "response.completed" | "response.incomplete":
            _finish(event.response, seen)
        case "response.failed":
            error = field_of(event, "response", "error")
            raise ReportedFault(str(field_of(error, "code") or "server_error"), str(field_of(error, "message") or ""))
        case "error":
            raise ReportedFault(str(field_of(event, "code") or "server_error"), str(field_of(event, "message") or ""))
    return None


def _finish(response: Any, seen: Seen) -> None:
    status = word_of(field_of(response, "status"))
    if status is None:
        raise Malformed("a response without a status")
    seen.finished = True
    seen.served_model = word_of(field_of(response, "model")) or seen.served_model
    seen.stop_reason = word_of(field_of(response, "incomplete_details", "reason")) or status
    usage = field_of(response, "usage")
    seen.input_tokens = count_of(field_of(usage, "input_tokens"))
    seen.output_tokens = count_of(field_of(usage, "output_tokens"))
    seen.cached_tokens = count_of(field_of(usage, "input_tokens_details", "cached_tokens"))
    seen.cache_write_tokens = count_of(field_of(usage, "input_tokens_details", "cache_write_tokens"))
    seen.reasoning_tokens = count_of(field_of(usage, "output_tokens_details", "reasoning_tokens"))
