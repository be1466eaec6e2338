"""One question to one model: its text as it arrives, and at the end one `Answer`, whatever happened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from console.providers.adapters import Adapter, adapter_name, connected, load
from console.providers.catalogue import cost_usd, provider_of
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.faults import early_end, failure_of, too_large, too_slow
from console.providers.records import Answer, Failure, Limits, Outcome, Question, TextDelta
from console.providers.retrying import pause_s
from console.providers.seen import Seen, TooLarge
from console.text.clock import utc_now

DEFAULT_LIMITS = Limits()


async def ask(
    question: Question,
    endpoints: Endpoints,
    *,
    limits: Limits = DEFAULT_LIMITS,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = utc_now,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    direct: bool = False,
) -> AsyncGenerator[TextDelta | Answer, None]:
    """Stream the answer to `question`; the last item is always an `Answer`.

    Never raises for what a provider does or fails to do: that is the answer's `failure`. May be cancelled or closed at
    any moment, which ends the request; iterate it under `contextlib.aclosing` when leaving early. A failure before the
    first piece of text is retried within `limits`. `clock` (seconds) measures; `now` dates the price. `direct` asks
    without the provider's SDK, which takes seconds to load.
    """
    provider = provider_of(question)
    endpoint = endpoints.reach(provider)
    if isinstance(endpoint, Failure):
        yield Answer(question.model, "", "", "error", endpoint)
        return
    question = replace(question, provider=endpoint.provider)
    deadline = asyncio.get_running_loop().time() + limits.total_s
    retries = 0
    while True:
        attempt = _Attempt(question, endpoint, endpoints, limits, deadline, clock, Seen(limits.max_bytes), direct)
        async with aclosing(attempt.stream()) as pieces:
            async for piece in pieces:
                yield TextDelta(piece)
        pause = attempt.pause(retries)
        if pause is None:
            break
        await wait(pause)
        retries += 1
    yield attempt.answer(retries, now())


async def answer_of(
    question: Question, endpoints: Endpoints, *, limits: Limits = DEFAULT_LIMITS, direct: bool = False
) -> Answer:
    """The whole answer to `question`, for those who do not show it as it arrives."""
    async with aclosing(ask(question, endpoints, limits=limits, direct=direct)) as items:
        async for item in items:
            if isinstance(item, Answer):
                return item
    raise AssertionError("ask always ends with an answer")


@dataclass(slots=True)
class _Attempt:
    """Asking once."""

    question: Question
    endpoint: Endpoint
    endpoints: Endpoints
    limits: Limits
    deadline: float
    clock: Callable[[], float]
    seen: Seen
    direct: bool = False
    failure: Failure | None = None
    sdk: str = ""
    api_version: str = ""
    begun: float | None = None
    first: float | None = None
    ended: float | None = None
    first_by: float = 0.0
    spoke: bool = False
    """Whether the model produced anything, reasoning included."""

    async def stream(self) -> AsyncGenerator[str, None]:
        """The text as it arrives. Afterwards `failure` says whether it ended well."""
        try:
            source = await self._open()
            async with aclosing(source):
                while (piece := await self._next(source)) is not None:
                    if piece:
                        yield piece
                    self.seen.check_size()
            self._conclude()
        except TooLarge:
            self.failure = too_large(self.limits)
        except TimeoutError:
            self.failure = too_slow(self.seen, self.limits, started=self.spoke)
        except Exception as error:
            # The SDKs parse without validating: a strange answer can raise anything out of them, and none of it may
            # take the other side of a comparison down. Only the exception's name is used, its text may be the answer.
            self.failure = failure_of(error, self.seen, self.question, self.endpoint, self.limits)
        finally:
            self.ended = self.clock()

    async def _open(self) -> AsyncGenerator[str, None]:
        name = adapter_name(self.question, self.endpoint.provider)
        async with asyncio.timeout_at(self.deadline):
            adapter: Adapter = await load(name, direct=self.direct)
            # The limit on the wire belongs to the client, so a client is made for each.
            key = f"{self.endpoint.provider} {name} {self.limits.max_bytes} {self.direct}"
            client: Any = await self.endpoints.client(
                key, lambda: connected(adapter, self.endpoint, self.limits, direct=self.direct)
            )
        self.sdk, self.api_version = adapter.SDK, adapter.api_version(client)
        self.begun = self.clock()
        self.first_by = min(self.deadline, asyncio.get_running_loop().time() + self.limits.first_token_s)
        return cast("AsyncGenerator[str, None]", adapter.stream(client, self.question, self.seen, self.limits))

    async def _next(self, source: AsyncGenerator[str, None]) -> str | None:
        async with asyncio.timeout_at(self.deadline if self.spoke else self.first_by):
            piece = await anext(source, None)
        if piece is not None:
            self.spoke = True
            if self.first is None and (piece or self.seen.tool_calls):
                self.first = self.clock()
        return piece

    def _conclude(self) -> None:
        if not self.seen.finished:
            self.failure = early_end(self.seen)

    def pause(self, retries: int) -> float | None:
        """Seconds until asking again, or None where this answer stands."""
        if self.failure is None or self.seen.text:
            return None
        pause = pause_s(self.failure, retries, self.limits)
        if pause is None or asyncio.get_running_loop().time() + pause >= self.deadline:
            return None
        return pause

    def answer(self, retries: int, at: datetime) -> Answer:
        """What came of it."""
        seen = self.seen
        outcome: Outcome = "error" if self.failure else seen.outcome()
        return Answer(
            model=self.question.model,
            served_model=seen.served_model,
            text=seen.text,
            outcome=outcome,
            failure=self.failure,
            stop_reason=seen.stop_reason,
            latency_ms=_ms(self.begun, self.ended),
            ttft_ms=_ms(self.begun, self.first),
            input_tokens=seen.input_tokens,
            output_tokens=seen.output_tokens,
            cached_tokens=seen.cached_tokens,
            cache_write_tokens=seen.cache_write_tokens,
            reasoning_tokens=seen.reasoning_tokens,
            cost_usd=cost_usd(self.question, self.endpoint.provider, seen, at),
            tool_calls=seen.tool_calls,
            retries=retries,
            sdk=self.sdk,
            api_version=self.api_version,
            stand_in=self.endpoint.stand_in,
        )


def _ms(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else (end - start) * 1_000
