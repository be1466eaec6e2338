"""The three adapters, imported when first needed and never on the event loop's thread: an SDK costs seconds."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterable
from importlib import import_module
from typing import Any, Literal, Protocol, cast

from console.providers.catalogue import prepare
from console.providers.endpoints import Closable, Endpoint
from console.providers.meanwhile import meanwhile
from console.providers.parameters import needs_responses
from console.providers.records import Limits, Question
from console.providers.seen import Seen

AdapterName = Literal["anthropic_messages", "openai_chat", "openai_responses"]
_PACKAGE = __name__.rpartition(".")[0]


class Adapter(Protocol):
    """What a module that speaks one API offers."""

    SDK: str

    def connect(self, endpoint: Endpoint, http: Any) -> Closable:
        """A client for `endpoint` over the HTTP client `http`."""

    def api_version(self, client: Any) -> str:
        """The version of the API it asks for."""

    def stream(self, client: Any, question: Question, seen: Seen, limits: Limits) -> AsyncIterator[str]:
        """The pieces of the answer's text; everything else goes into `seen`."""


def adapter_name(question: Question, provider: str) -> AdapterName:
    """Which API the question is asked through."""
    if provider == "anthropic":
        return "anthropic_messages"
    if provider == "openai" and needs_responses(question.model, question.params):
        return "openai_responses"
    return "openai_chat"


async def load(name: AdapterName, *, direct: bool = False) -> Adapter:
    """The adapter `name`; an SDK's first import happens in a thread. `direct`: the one that needs no SDK."""
    if direct:
        return _import_direct(name)
    adapter = _READY.get(name)
    return adapter if adapter is not None else await asyncio.to_thread(_import, name)


def connected(adapter: Adapter, endpoint: Endpoint, limits: Limits, *, direct: bool = False) -> Closable:
    """A client of `adapter` for `endpoint`. Takes ~50 ms: certificates are read."""
    if direct:
        from console.providers.wire import carrier

        return adapter.connect(endpoint, carrier(endpoint, limits))
    from console.providers.transport import http_client

    return adapter.connect(endpoint, http_client(endpoint, limits))


def warm(providers: Iterable[str] = ("anthropic", "openai"), *, direct: bool = False) -> threading.Thread:
    """Begin to load what asks `providers`, in the background. Join the thread it returns to know when it is done.

    `direct`: what asks without the SDKs. Importing one holds the interpreter for up to a second, which a screen shows.
    """
    names = {"anthropic": ("anthropic_messages",)}
    wanted = [name for provider in providers for name in names.get(provider, ("openai_chat", "openai_responses"))]

    def work() -> None:
        with contextlib.suppress(ImportError):  # said by the question that needs it
            for name in dict.fromkeys(wanted):
                (_import_direct if direct else _import)(name)

    thread = threading.Thread(target=work, name="warm-providers", daemon=True)
    thread.start()
    return thread


_READY: dict[str, Adapter] = {}
"""What has been imported and has read its first answer. The interpreter's modules are the same for everybody."""
_LOADING = threading.Lock()
_PRICES_AFTER_S = 0.08
"""The requests go out first."""


def _import(name: str) -> Adapter:
    with _LOADING:
        if name not in _READY:
            adapter = cast(Adapter, import_module(f"{_PACKAGE}.{name}"))
            import_module(f"{_PACKAGE}.rehearsing").rehearse(name, adapter)
            prepare()
            _READY[name] = adapter
        return _READY[name]


def _import_direct(name: str) -> Adapter:
    """Without an SDK. The price list loads while the first questions are under way: nobody needs it before."""
    with _LOADING:
        adapters: dict[str, Adapter] = import_module(f"{_PACKAGE}.direct").ADAPTERS
        if not _READY:
            meanwhile(prepare, _PRICES_AFTER_S)
        return _READY.setdefault(f"direct {name}", adapters[name])
