"""What may never stand in a registry: keys, and addresses that keys would be sent to.

A registry is committed and reviewed, so a key in it is public; and an address in it would let whoever edits the
repository receive the keys of everybody who runs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from console.domain.paths import KeyPath

_ADDRESS = frozenset({"base_url", "api_base", "api_url", "endpoint", "api_endpoint", "azure_endpoint", "host", "proxy"})
_SECRET = frozenset(
    {"api_key", "apikey", "x_api_key", "key", "secret", "api_secret", "client_secret", "token", "auth_token"}
    | {"access_token", "bearer_token", "password", "passwd", "authorization", "credential", "credentials"}
)
_VALUE = re.compile(r"\b(?:sk-[A-Za-z0-9_-]{16,}|AIza[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16})")
_NOT_OURS = ("tools", "system", "messages")
"""Inside `params`: what the model is told. A tool may well have a parameter called `token`."""

NO_KEY = "a registry may not carry a key; keys come from the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, …)"
NO_ADDRESS = (
    "a registry may not say where keys are sent; set ANTHROPIC_BASE_URL or OPENAI_BASE_URL, or bind host and key "
    "in your own configuration outside the repository"
)


def is_secret(text: str) -> bool:
    """Whether `text` contains something with the form of a provider's key."""
    return _VALUE.search(text) is not None


def forbidden(key: str) -> str:
    """Why `key` may not be in a registry, or ""."""
    plain = key.lower().replace("-", "_")
    if plain in _ADDRESS or plain.endswith("_base_url"):
        return NO_ADDRESS
    return NO_KEY if plain in _SECRET or plain.endswith(("_api_key", "_secret")) else ""


def find(plain: Mapping[str, Any], path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Where `plain` carries a key or an address, each with the reason why it may not. Never yields the value."""
    for key, value in plain.items():
        here = (*path, key)
        reason = "" if _names_something(path) else forbidden(key)
        if reason or is_secret(key):
            yield (here, reason or NO_KEY)
        elif isinstance(value, Mapping):
            if not (key in _NOT_OURS and "params" in path):
                yield from find(value, here)
        elif any(is_secret(text) for text in _texts(value)):
            yield (here, NO_KEY)
        elif isinstance(value, list) and key not in _NOT_OURS:
            for item in value:
                if isinstance(item, Mapping):
                    yield from find(item, here)


def _names_something(path: KeyPath) -> bool:
    """Whether the keys below `path` are names that people chose: a route may be called `token`."""
    return path in (("routes",), ("models",))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
