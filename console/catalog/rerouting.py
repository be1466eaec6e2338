"""Whether the model that answered is the one that was asked for: retired ids are rerouted without a word."""

from __future__ import annotations

import re
from functools import lru_cache

from console.catalog.identify import identify
from console.catalog.platforms import bare_id

_ECHOING = frozenset({"anthropic", "openai", "google"})
"""Makers whose answers name the model by its own id; hosts of other makers' models call them as they like."""
_BUILD = re.compile(r"-\d{3}")
_WINDOW = re.compile(r"\[\w+\]$")


@lru_cache(maxsize=1_024)
def same_model(one: str, other: str) -> bool:
    """Whether two ids are spellings of one model: another platform's form, or its numbered build (`-001`)."""
    short, long = sorted((_name(one), _name(other)), key=len)
    return short == long or (long.startswith(short) and _BUILD.fullmatch(long[len(short) :]) is not None)


@lru_cache(maxsize=1_024)
def rerouted(asked: str, served: str) -> bool:
    """Whether the pinned id `asked` was answered by another model. What an alias stands for no id tells: False."""
    if not served or same_model(asked, served):
        return False
    identity = identify(asked)
    return identity.kind == "pinned" and identity.provider in _ECHOING and bool(identify(served).provider)


def _name(model_id: str) -> str:
    """The model's own name; `[1m]` asks for a longer window of the same model."""
    return _WINDOW.sub("", bare_id(model_id.strip()))
