"""Registries to route by, routers that are closed again, and waiting for a condition instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.routing.router import Router

DEFAULT = "gpt-4.1-mini-2025-04-14"
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"

Text = Callable[..., str]
Write = Callable[..., None]
MakeRouter = Callable[..., Router]
Until = Callable[..., None]


def registry_text(
    *,
    production: str = OLD,
    canary: str | None = NEW,
    percentage: float = 25,
    start: str = "2026-11-20T09:00:00Z",
    held: str | None = None,
    more: str = "",
) -> str:
    """A registry with a route `support` and a route `plain` that has no canary."""
    rollout = ""
    if canary is not None:
        rollout = f'canary = "{canary}"\ncanary_percentage = {percentage}\ncanary_start = {start}\n'
    if held is not None:
        rollout += f'canary_held = "{held}"\n'
    models = "".join(
        f'[models."{name}"]\npinned_date = 2026-05-15\nreason = "chosen"\n'
        for name in dict.fromkeys((production, canary, OLD, NEW, "plain-2026-01-01"))
        if name is not None
    )
    return (
        f'schema = 1\n[routes.support]\nproduction = "{production}"\n{rollout}'
        f'[routes.plain]\nproduction = "plain-2026-01-01"\n{more}\n{models}'
    )


@pytest.fixture
def text() -> Text:
    return registry_text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the registry of a test stands. Nothing is there yet."""
    return tmp_path / "registry.toml"


@pytest.fixture
def write(path: Path) -> Write:
    """Replaces the registry by a rename, as the console does."""

    def replace(text: str | None = None, **changes: object) -> None:
        part = path.with_suffix(".part")
        part.write_text(registry_text(**changes) if text is None else text)  # type: ignore[arg-type]
        part.replace(path)

    return replace


@pytest.fixture
def make(path: Path, tmp_path: Path) -> Iterator[MakeRouter]:
    """Routers on the registry of the test, fast ones, with a cache directory and an environment of their own."""
    made: list[Router] = []

    def router(**changes: object) -> Router:
        settings: dict[str, object] = {
            "default": DEFAULT,
            "poll_s": 0.02,
            "cache_dir": tmp_path / "cache",
            "environment": {},
            **changes,
        }
        made.append(Router(settings.pop("path", path), **settings))  # type: ignore[arg-type]
        return made[-1]

    yield router
    for one in made:
        one.close()


@pytest.fixture
def until() -> Until:
    """Waits until a condition holds, and fails if it does not within the time."""

    def wait(condition: Callable[[], object], within_s: float = 5.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "did not happen in time"
            time.sleep(0.002)

    return wait
