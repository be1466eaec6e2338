"""The HTTP client under both SDKs, and through a proxy: no redirects, a cap on what one response may weigh."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from console.providers.endpoints import Endpoint
from console.providers.records import Limits
from console.providers.seen import TooLarge
from console.providers.wire import WIRE_FACTOR, trusted


class _Capped(httpx2.AsyncByteStream):
    """A response body that ends with TooLarge after `most` bytes."""

    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._left = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLarge
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def http_client(endpoint: Endpoint, limits: Limits) -> httpx2.AsyncClient:
    """A client for one provider.

    Redirects are not followed: they would carry the key to another host. Compressed answers are not asked for, so that
    the cap counts what is read. Proxies of the environment are used, but not to reach the stand-in on this machine.
    """
    most = limits.max_bytes * WIRE_FACTOR

    async def cap(response: httpx2.Response) -> None:
        stream = response.stream
        if isinstance(stream, httpx2.AsyncByteStream):
            response.stream = _Capped(stream, most)

    return httpx2.AsyncClient(
        event_hooks={"response": [cap]},
        headers={"accept-encoding": "identity"},
        limits=httpx2.Limits(max_connections=200, max_keepalive_connections=50),
        verify=trusted(),
        timeout=timeout(limits),
        follow_redirects=False,
        trust_env=not endpoint.stand_in,
    )


def timeout(limits: Limits) -> httpx2.Timeout:
    """The connection's own time-outs; the time to the first token and the total are watched above."""
    return httpx2.Timeout(limits.total_s, connect=limits.connect_s)
