"""Anthropic's list of models through its SDK: every stage of life, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import anthropic

from console.providers.anthropic_messages import connect
from console.providers.seen import Malformed

__all__ = ["connect", "pages"]


async def pages(client: anthropic.AsyncAnthropic, size: int) -> AsyncIterator[Iterable[Any]]:
    """The models of one page after the other. Raises what the SDK raises, Malformed where a page leads nowhere."""
    page = await client.models.list(lifecycle=["active", "deprecated", "retired"], limit=size)
    while True:
        if not isinstance(page.data, list):
            raise Malformed("a page without its models")
        yield page.data
        if not page.has_more:
            return
        if not page.has_next_page():
            # The SDK would stop here without a word, and half a list would pass for the whole.
            raise Malformed("more is announced, but not where")
        page = await page.get_next_page()
