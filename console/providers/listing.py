"""Reading a provider's own list of models: the whole list, or why there is none. Half a list is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any, cast
from urllib.parse import urlsplit

from console.catalog.listings import PROVIDERS, Listed, ListedState, Listing, plausible
from console.providers.adapters import connected
from console.providers.endpoints import Endpoint, Endpoints
from console.providers.faults import failure_of
from console.providers.records import Failure, Limits, Question
from console.providers.retrying import pause_s
from console.providers.seen import Malformed, Seen, TooLarge
from console.text.clock import utc_now

LIST_LIMITS = Limits(total_s=60.0, max_bytes=250_000)
"""A list is a few hundred rows: a minute covers the retries, and the cap on the wire (64 times) is 16 MB."""
PAGE_SIZE = 100
MOST_MODELS = 10_000
_MODULES: Mapping[str, str] = {"anthropic": "anthropic_models"}
_PACKAGE = __name__.rpartition(".")[0]
_WHAT = Question.of("the list of models", "")
_BROKEN = frozenset({"RemoteProtocolError", "ReadError"})


async def listing_of(
    provider: str,
    endpoints: Endpoints,
    *,
    limits: Limits = LIST_LIMITS,
    page_size: int = PAGE_SIZE,
    now: Callable[[], datetime] = utc_now,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Listing | Failure:
    """The models that `provider` lists for this key. Never raises for what a provider does: that is a Failure.

    What is worth asking again is asked again, within `limits`. `now` dates the list.
    """
    endpoint = endpoints.reach(provider)
    if isinstance(endpoint, Failure):
        return endpoint
    deadline = asyncio.get_running_loop().time() + limits.total_s
    retries = 0
    while True:
        found = await _attempt(endpoint, endpoints, limits, page_size, deadline)
        if not isinstance(found, Failure):
            return Listing(provider, _source(endpoint), now(), found)
        pause = pause_s(found, retries, limits)
        if pause is None or asyncio.get_running_loop().time() + pause >= deadline:
            return found
        await wait(pause)
        retries += 1


async def listings_of(
    endpoints: Endpoints, *, limits: Limits = LIST_LIMITS, now: Callable[[], datetime] = utc_now
) -> Mapping[str, Listing | Failure]:
    """The lists of every provider at the same time: one that fails takes no other with it."""
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(listing_of(name, endpoints, limits=limits, now=now)) for name in PROVIDERS}
    return {name: task.result() for name, task in tasks.items()}


async def _attempt(
    endpoint: Endpoint, endpoints: Endpoints, limits: Limits, page_size: int, deadline: float
) -> tuple[Listed, ...] | Failure:
    try:
        async with asyncio.timeout_at(deadline):
            return await _read(endpoint, endpoints, limits, page_size)
    except TooLarge:
        return _too_large(endpoint)
    except TimeoutError:
        return Failure("timeout", f"{endpoint.provider}'s list of models was not complete within {limits.total_s:g} s")
    except Exception as error:
        # As in asking: the SDKs parse without validating, and a strange list can raise anything out of them.
        return _failure(error, endpoint, limits)


async def _read(endpoint: Endpoint, endpoints: Endpoints, limits: Limits, page_size: int) -> tuple[Listed, ...]:
    module = _MODULES.get(endpoint.provider, "openai_models")
    adapter: Any = await asyncio.to_thread(import_module, f"{_PACKAGE}.{module}")
    key = f"{endpoint.provider} {module} {limits.max_bytes}"
    client = await endpoints.client(key, lambda: connected(adapter, endpoint, limits))
    found: dict[str, Listed] = {}
    async with aclosing(adapter.pages(client, page_size)) as pages:
        async for page in pages:
            known = len(found)
            found.update((model.id, model) for model in map(_listed, page))
            if known and len(found) == known:
                raise Malformed("a page that brings nothing new: the list would never end")
            if len(found) > MOST_MODELS:
                raise TooLarge
    if not found:
        # Taken at its word, an empty list would make every model disappear.
        raise Malformed("an empty list")
    return tuple(found.values())


def _listed(row: Any) -> Listed:
    model_id = getattr(row, "id", None)
    name = model_id.removeprefix("models/") if isinstance(model_id, str) else model_id
    if not plausible(name):
        raise Malformed("a model without an id")
    state = getattr(row, "lifecycle", None)
    released = _day(getattr(row, "created_at", None)) or _day(getattr(row, "created", None))
    return Listed(
        cast(str, name),
        cast(ListedState, state) if state in ("active", "deprecated", "retired") else None,
        released,
        _day(getattr(row, "deprecated_at", None)),
        _day(getattr(row, "retires_at", None)) or _day(getattr(row, "shutdown_date", None)),
    )


def _day(value: object) -> date | None:
    """The day (UTC) of an instant, seconds since 1970 or ISO text; None where it is none, or none that can be meant."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            value = datetime.fromtimestamp(value, UTC)
        if not isinstance(value, datetime):
            return None
        day = (value if value.tzinfo is None else value.astimezone(UTC)).date()
    except (ValueError, OverflowError, OSError):
        return None
    # 1970 is how a provider writes that it does not know.
    return day if 2015 <= day.year <= 2099 else None


def _failure(error: Exception, endpoint: Endpoint, limits: Limits) -> Failure:
    if isinstance(error, Malformed):
        return Failure("malformed", f"{endpoint.provider}'s list of models could not be read: {error}")
    if getattr(error, "status_code", None) == 404:
        hint = "" if endpoint.stand_in else "Check the base url."
        return Failure("not_found", f"there is no list of models at {_source(endpoint)} (404)", hint, 404)
    seen = Seen(0)
    links = (error, error.__cause__, error.__context__)
    seen.opened = any(cls.__name__ in _BROKEN for link in links for cls in type(link).__mro__)
    failure = failure_of(error, seen, _WHAT, endpoint, limits)
    if failure.kind == "too_large":
        return _too_large(endpoint)
    return replace(failure, hint="") if failure.hint.startswith("What had arrived") else failure


def _too_large(endpoint: Endpoint) -> Failure:
    return Failure("too_large", f"{endpoint.provider}'s list of models is larger than any list of models")


def _source(endpoint: Endpoint) -> str:
    """The address without what could be a secret in it."""
    place = urlsplit(endpoint.base_url)
    path = place.path.rstrip("/") + ("/v1/models" if endpoint.provider == "anthropic" else "/models")
    return f"{place.scheme}://{place.netloc.rpartition('@')[2]}{path}"
