"""Where each provider is reached and with which key: from the environment by fixed names, or a stand-in.

The registry has no say here: a file that arrives with a repository must not be able to send a key elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from console.domain.record import record
from console.providers.records import Failure

STAND_IN_HINT = "--stand-in answers without a key."


@record
class _Home:
    key_variable: str
    url_variable: str
    url: str
    stand_in_path: str


_HOMES: Mapping[str, _Home] = {
    "anthropic": _Home("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com", ""),
    "openai": _Home("OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1", "/v1"),
    "gemini": _Home("GEMINI_API_KEY", "", "https://generativelanguage.googleapis.com/v1beta/openai/", "/v1beta/openai"),
}

KEY_VARIABLES: tuple[str, ...] = tuple(home.key_variable for home in _HOMES.values())
"""The environment variables that keys are read from; whoever must not spend money removes them."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One provider's address and key. The key is not in its `repr`."""

    provider: str
    base_url: str
    key: str = field(repr=False)
    stand_in: bool = False


class Closable(Protocol):
    """A client that holds connections."""

    async def close(self) -> None:
        """Close them."""


class Endpoints:
    """Every provider that can be reached, and the open connections to them: one client for a provider and event loop.

    Use as an async context manager, or call `aclose`, so that no connection outlives its loop.
    """

    def __init__(self, reachable: Mapping[str, Endpoint | Failure]) -> None:
        self._reachable = dict(reachable)
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Future[Closable]]] = (
            WeakKeyDictionary()
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Endpoints:
        """The real providers, with the keys (and base urls) that `environ` holds under their fixed names."""
        return cls({provider: _from_environment(provider, home, environ) for provider, home in _HOMES.items()})

    @classmethod
    def stand_in(cls, url: str) -> Endpoints:
        """Every provider answered by the stand-in at `url` (`http://127.0.0.1:8000`); no key leaves the process."""
        root = url.rstrip("/")
        return cls(
            {
                provider: Endpoint(provider, root + home.stand_in_path, "stand-in", stand_in=True)
                for provider, home in _HOMES.items()
            }
        )

    def reach(self, provider: str | None) -> Endpoint | Failure:
        """The endpoint of `provider`, or why there is none: no key, or nothing known that serves it."""
        if provider is None or provider not in self._reachable:
            known = ", ".join(self._reachable)
            return Failure(
                "unsupported",
                f"no way to reach the provider {provider!r}"
                if provider
                else "the model's id does not say its provider",
                f"Set provider on the model to one of: {known}.",
            )
        return self._reachable[provider]

    async def client(self, name: str, connect: Callable[[], Closable]) -> Closable:
        """The client called `name` on this event loop, made by `connect` in a thread (it reads certificates)."""
        loop = asyncio.get_running_loop()
        clients = self._clients.setdefault(loop, {})
        if name not in clients:
            clients[name] = loop.run_in_executor(None, connect)
        # Shielded: the question that happened to come first may be cancelled, the client is for all of them.
        try:
            return await asyncio.shield(clients[name])
        except Exception:
            clients.pop(name, None)
            raise

    async def aclose(self) -> None:
        """Close every connection made on this event loop."""
        for client in self._clients.pop(asyncio.get_running_loop(), {}).values():
            await (await client).close()

    async def __aenter__(self) -> Endpoints:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _from_environment(provider: str, home: _Home, environ: Mapping[str, str]) -> Endpoint | Failure:
    key = environ.get(home.key_variable, "").strip()
    if not key:
        return Failure("no_key", f"no key for {provider}: {home.key_variable} is not set", STAND_IN_HINT)
    if not key.isascii() or not key.isprintable():
        # HTTP clients quote a header they cannot send in the error they raise.
        return Failure("no_key", f"{home.key_variable} holds characters no key has", "Copy the key again.")
    url = environ.get(home.url_variable, "").strip() or home.url
    if not _is_web_address(url):
        return Failure("no_key", f"{home.url_variable} is not a web address", "It starts with https://")
    return Endpoint(provider, url, key)


def _is_web_address(url: str) -> bool:
    try:
        place = urlsplit(url)
        return place.scheme in ("http", "https") and bool(place.hostname) and (place.port is None or place.port > 0)
    except ValueError:  # a bracket that does not close, a port that is no number
        return False
