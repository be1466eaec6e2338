"""What each family of models rejects: the rules that make an upgrade more than a changed id.

Sources: the providers' migration guides and API references, API version 2026-10-21 of Anthropic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.demo.standin.asked import Rejection, mapping
from console.demo.standin.models import claude_version, gpt_version

SAMPLING = ("temperature", "top_p", "top_k")
NO_SAMPLING_SINCE = "2026-10-21"


def signature_of(model_id: str) -> str:
    """The signature that a thinking block of `model_id` carries: bound to the model, as real ones are."""
    return f"stand-in signature of {model_id}"


def claude_rejects(model_id: str, body: Mapping[str, object], version: str) -> Rejection | None:
    """Why Anthropic would answer 400 to `body`, or None. `version` is the `anthropic-version` header."""
    for name in SAMPLING:
        if name in body and version >= NO_SAMPLING_SINCE:
            return _no(f"{name}: Extra inputs are not permitted", name)
    foreign = _foreign_thinking(model_id, body)
    if foreign:
        return _no(foreign, "messages")
    return _newer_claude_rejects(model_id, body) if claude_version(model_id) >= (5, 5) else None


def _newer_claude_rejects(model_id: str, body: Mapping[str, object]) -> Rejection | None:
    for name, default in (("temperature", 1), ("top_p", 1), ("top_k", None)):
        if body.get(name, default) != default:
            return _no(f"`{name}` may only be set to its default on {model_id}", name)
    thinking = mapping(body.get("thinking")).get("type")
    if thinking in ("enabled", "disabled"):
        return _no(f"thinking.type: `{thinking}` is not supported on {model_id}; use `adaptive` or omit it", "thinking")
    choice = mapping(body.get("tool_choice")).get("type")
    if choice in ("any", "tool"):
        return _no(f"tool_choice.type: `{choice}` is not supported with thinking on {model_id}", "tool_choice")
    messages = body.get("messages")
    if isinstance(messages, list) and messages and mapping(messages[-1]).get("role") == "assistant":
        return _no(f"{model_id} does not support assistant message prefill", "messages")
    return None


def _foreign_thinking(model_id: str, body: Mapping[str, object]) -> str:
    messages = body.get("messages")
    for number, message in enumerate(messages if isinstance(messages, list) else ()):
        content = mapping(message).get("content")
        for block in content if isinstance(content, Sequence) and not isinstance(content, str) else ():
            if mapping(block).get("type") == "thinking" and mapping(block).get("signature") != signature_of(model_id):
                return f"messages.{number}: Invalid `signature` in `thinking` block"
    return ""


def gpt_rejects(model_id: str, body: Mapping[str, object], *, chat: bool) -> Rejection | None:
    """Why OpenAI would answer 400 to `body`, or None. `chat` tells Chat Completions from Responses."""
    version = gpt_version(model_id)
    if version < (5, 0):
        return None
    if chat and "max_tokens" in body:
        use = "Use 'max_completion_tokens' instead."
        return _unsupported("max_tokens", f"'max_tokens' is not supported with this model. {use}")
    effort = body.get("reasoning_effort") if chat else mapping(body.get("reasoning")).get("effort")
    if version >= (6, 1):
        if effort in ("none", "minimal"):
            return _no(f"Unsupported value: 'reasoning_effort' does not support '{effort}'", "reasoning_effort")
        if chat and body.get("tools"):
            return _no("This model supports tools only through the Responses API.", "tools")
    if chat and version >= (6, 0) and body.get("tools") and effort != "none":
        use = "use /v1/responses or set reasoning_effort to 'none'"
        return _no(f"Function tools with reasoning are not supported for {model_id} here; {use}.", "reasoning_effort")
    return _gpt_sampling(version, effort, body)


def _gpt_sampling(version: tuple[int, int], effort: object, body: Mapping[str, object]) -> Rejection | None:
    if version >= (6, 2):
        rejected: tuple[str, ...] = ("temperature",)
    elif version >= (5, 1) and (effort == "none" or (effort is None and version < (6, 0))):
        rejected = ()
    else:
        rejected = ("temperature", "top_p", "logprobs")
    for name in rejected:
        value = body.get(name)
        harmless = value is None or value is False or (value == 1 and name != "logprobs")
        if not harmless:
            return _unsupported(name, f"'{name}' is not supported with this model.")
    return None


def gemini_rejects(model_id: str, body: Mapping[str, object]) -> Rejection | None:
    """Why Google's OpenAI-compatible endpoint would answer 400 to `body`, or None."""
    thinking = mapping(mapping(body.get("google")).get("thinking_config"))
    if "thinking_budget" in thinking and model_id.split("gemini-", 1)[-1].startswith("4"):
        return _no("thinking_budget is not supported by this model; use thinking_level", "thinking_budget")
    return None


def _no(message: str, param: str) -> Rejection:
    return Rejection(400, message, param)


def _unsupported(param: str, message: str) -> Rejection:
    return Rejection(400, f"Unsupported parameter: {message}", param, "unsupported_parameter")
