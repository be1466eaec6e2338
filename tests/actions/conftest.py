"""A registry file on disk, a clock that stands still until it is moved, and desks in the name of several people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.actions.desk import Desk
from console.registry.reading import read

TEXT = """\
# Every model this application calls, pinned.
schema = 1

[routes.support]
description = "Replies to customer e-mail"
production = "claude-sonnet-4-5-20250929"  # since May
canary = "claude-sonnet-5-5"
canary_percentage = 5
canary_start = 2026-11-20T09:00:00Z
fallback = "claude-haiku-4-5-20251001"
steps = [5, 25, 50, 100]

[routes.summarise]  # ticket summaries
production = "gpt-4.1-mini-2025-04-14"
experimental = "gpt-5.4-mini-2026-03-17"

[models."claude-sonnet-4-5-20250929"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "214 regression cases, no differences"

[models."claude-sonnet-5-5"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "Named replacement of a retiring model"

[models."claude-haiku-4-5-20251001"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Cheap, known, other capacity pool"

[models."gpt-4.1-mini-2025-04-14"]
provider = "openai"
pinned_date = 2026-05-15
reason = "The first one"

[models."gpt-5.4-mini-2026-03-17"]
provider = "openai"
pinned_date = 2026-11-01
reason = "To try"
# the end
"""


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 14, 32, 5, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def text() -> str:
    return TEXT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "registry.toml"
    file.write_text(TEXT)
    return file


@pytest.fixture
def desk_of(path: Path, clock: Clock) -> Callable[..., Desk]:
    def build(actor: str = "olga@desk", **values: object) -> Desk:
        return Desk(path, actor=actor, clock=clock, **values)  # type: ignore[arg-type]

    return build


@pytest.fixture
def desk(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of()


@pytest.fixture
def do(desk: Desk) -> Callable[..., object]:
    """Plan and apply in one go."""

    def act(request, standing=None, *, by: Desk = desk, **how):
        plan = by.plan(request, standing) if standing is not None else by.plan(request)
        return by.apply(plan, **how)

    return act


@pytest.fixture
def route(path: Path) -> Callable[[str], object]:
    return lambda name="support": read(path).registry.routes[name]


@pytest.fixture
def edit(path: Path) -> Callable[[str, str], None]:
    """A change by hand, in an editor."""

    def replace(old: str, new: str) -> None:
        content = path.read_text()
        assert old in content
        path.write_text(content.replace(old, new))

    return replace
