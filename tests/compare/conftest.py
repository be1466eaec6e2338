"""Two models behind one small server, for every test of comparing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from console.providers.adapters import warm
from console.providers.endpoints import Endpoints
from tests.compare.two_models import Script, World, serving


@pytest.fixture(scope="session", autouse=True)
def _sdk_loaded() -> None:
    warm(["anthropic"]).join()


@pytest.fixture
def world() -> Iterator[World]:
    with serving() as made:
        yield made


@pytest.fixture
async def endpoints(world: World) -> AsyncIterator[Endpoints]:
    async with Endpoints.stand_in(world.url) as made:
        yield made


@pytest.fixture
def script() -> type[Script]:
    return Script
