"""How far a run over many questions is: a line that is drawn ten times a second, however fast the answers come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from console.cli.diagnostics import Progress

AFTER_THE_FIRST_S = 0.1
"""Seconds after which the first requests are out, and what else is needed may be loaded."""
_EVERY_S = 0.1


@asynccontextmanager
async def showing(line: Progress, text: Callable[[], object]) -> AsyncIterator[None]:
    """Meanwhile `line` shows what `text` says; where nobody sees it, nobody asks."""

    async def draw() -> None:
        while True:
            line.show(text())
            await asyncio.sleep(_EVERY_S)

    drawing = asyncio.create_task(draw()) if line.is_seen else None
    try:
        yield
    finally:
        if drawing is not None:
            drawing.cancel()
