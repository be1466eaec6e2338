"""OpenAI's list of models through its SDK, and that of Gemini, which speaks the same. It comes as one page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import openai

from console.providers.openai_client import connect
from console.providers.seen import Malformed

__all__ = ["connect", "pages"]


async def pages(client: openai.AsyncOpenAI, size: int) -> AsyncIterator[Iterable[Any]]:
    """The models of the one page there is; `size` is not asked for. Raises what the SDK raises."""
    page = await client.models.list()
    if not isinstance(page.data, list):
        raise Malformed("a page without its models")
    yield page.data
