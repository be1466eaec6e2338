"""What of a call is kept: the names of its parameters, its sizes, and a hash of system prompt and tools. No text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

_FIXED = ("system", "instructions", "tools")
"""The parts of a call that an application changes by a release, not by a request: the prompt hash covers these."""
_SPOKEN = ("messages", "input")
_OPENED = ("thinking", "tool_choice", "reasoning", "output_config")
"""Objects whose own keys are kept as well, as `thinking.budget_tokens`: they decide what another model rejects."""
PREFILL = "prefill"
"""Stands among the names where the last message is the assistant's: an answer that the application begins."""
_PARAMETERS = 1_000
_ABSENT = ("NotGiven", "Omit")
"""The types of the SDKs' own words for a parameter that is not there."""


class Shape(NamedTuple):
    """`parameters` are names, sorted and joined by spaces; `characters` is the size of system prompt and messages."""

    prompt_hash: str = ""
    parameters: str = ""
    messages: int | None = None
    characters: int | None = None


def shape_of(call: Mapping[str, object]) -> Shape:
    """The shape of the call `call` (the keyword arguments of an SDK's create method, or the body it sends)."""
    call = {key: value for key, value in call.items() if type(value).__name__ not in _ABSENT}
    spoken = next((call[key] for key in _SPOKEN if key in call), None)
    system, rest = _split(spoken)
    fixed = {key: call[key] for key in _FIXED if call.get(key)}
    if system:
        fixed["system_messages"] = system
    names = " ".join(sorted(_names(call, spoken)))[:_PARAMETERS]
    return Shape(
        prompt_hash=_hash(fixed) if fixed else "",
        parameters=names.encode("utf-8", "replace").decode("utf-8"),
        messages=len(spoken) if isinstance(spoken, list | tuple) else 1 if isinstance(spoken, str) else None,
        characters=_characters(rest) + _characters([fixed.get(key) for key in _FIXED[:2]]) + _characters(system),
    )


def _names(call: Mapping[str, object], spoken: object) -> set[str]:
    names = {str(key) for key in call}
    for key in _OPENED:
        value = call.get(key)
        if isinstance(value, Mapping):
            names |= {f"{key}.{inner}" for inner in value if isinstance(inner, str) and inner.isidentifier()}
    last = spoken[-1] if isinstance(spoken, list | tuple) and spoken else None
    if isinstance(last, Mapping) and last.get("role") == "assistant":
        names.add(PREFILL)
    return names


def _split(spoken: object) -> tuple[list[object], object]:
    """OpenAI's system prompt is the leading messages with the role system or developer."""
    if not isinstance(spoken, list | tuple):
        return [], spoken
    system: list[object] = []
    for message in spoken:
        if not isinstance(message, Mapping) or message.get("role") not in ("system", "developer"):
            break
        system.append(message)
    return system, spoken[len(system) :]


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=_named, ensure_ascii=True)
    return hashlib.blake2b(text.encode("ascii"), digest_size=8).hexdigest()


def _named(value: object) -> object:
    """SDK objects by their own JSON; of anything else only the type's name, since a repr may hold an address."""
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if callable(dump) else type(value).__name__


def _characters(value: object, depth: int = 0) -> int:
    """The length of all text inside `value`, images and other bulk (base64) included."""
    if isinstance(value, str):
        return len(value)
    if depth > 8:
        return 0
    if isinstance(value, Mapping):
        return sum(_characters(item, depth + 1) for key, item in value.items() if key not in ("role", "type"))
    if isinstance(value, list | tuple):
        return sum(_characters(item, depth + 1) for item in value)
    return 0
