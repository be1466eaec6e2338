"""A folder with a registry and a request log of one route, the command on it, and the stand-in provider."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.cli.main import main
from console.demo.standin.control import Control
from console.demo.standin.process import StandIn, start
from console.domain.requests import RequestRow
from console.traffic.importing import write_history

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
PLAIN = "max_tokens messages model system"
REGISTRY = """\
schema = 1

[routes.support]
production = "{old}"
{params}
[models."{old}"]
pinned_date = 2026-05-15
reason = "known"
"""


@dataclass(frozen=True)
class Result:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@dataclass
class Place:
    """The folder a command runs in."""

    folder: Path

    @property
    def registry(self) -> Path:
        return self.folder / "registry.toml"

    @property
    def log(self) -> Path:
        return self.folder / "requests.db"

    def write(self, params: str = "", old: str = OLD) -> None:
        """A registry with one route; `params` are lines of its table of parameters."""
        table = f"[routes.support.params]\n{params}\n" if params else ""
        self.registry.write_text(REGISTRY.format(old=old, params=table))

    def record(self, *calls: str, requests: int = 60, old: str = OLD, **more: Any) -> None:
        """`requests` calls over the last two hours, each with the next of the `calls` (names of parameters)."""
        luck, end = random.Random(7), datetime.now(UTC).timestamp() - 15
        rows = []
        for i in range(requests):
            fields = {
                "id": f"row-{i:05}",
                "at": end - 7_200 * (1 - i / requests),
                "route": "support",
                "model": old,
                "user": f"user-{i % 20}",
                "latency_ms": 800.0,
                "input_tokens": luck.randint(800, 4_000),
                "output_tokens": luck.randint(50, 500),
                "cached_tokens": 600,
                "parameters": " ".join(sorted((calls or (PLAIN,))[i % max(1, len(calls))].split())),
                "sdk": "anthropic",
                "prompt_hash": "0011",
                "messages": (1, 3)[i % 2],
            }
            rows.append(RequestRow(**{**fields, **more}))
        write_history(self.log, rows)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person's own environment: no keys, no settings, no cache."""
    for name in list(os.environ):
        if name.startswith(("CONSOLE_", "LLM_MODEL", "ANTHROPIC_", "OPENAI_", "GEMINI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONSOLE_ACTOR", "olga@desk")
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "state"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    folder = tmp_path / "app"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Place(folder)
    made.write()
    return made


@pytest.fixture
def console(place: Place, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the command in this process: `console("preflight", "support", NEW)`."""

    def run(*argv: object) -> Result:
        capsys.readouterr()
        code = main([str(word) for word in argv])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def _stand_in() -> Iterator[StandIn]:
    with start(scale=0.0) as running:
        yield running


@pytest.fixture
def provider(_stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Control:
    """The providers' addresses lead to a running stand-in with keys set; its switches."""
    for name in ("ANTHROPIC", "OPENAI"):
        monkeypatch.setenv(f"{name}_API_KEY", "test-key-0123456789")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", _stand_in.url)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{_stand_in.url}/v1")
    _quiet(_stand_in)
    return _stand_in.control


@pytest.fixture
def stand_in_url(_stand_in: StandIn) -> str:
    _quiet(_stand_in)
    return _stand_in.url


def _quiet(running: StandIn) -> None:
    """Nothing fails but what a test wants to fail."""
    running.control.reset()
    running.control.set(error_rate=0.0, refusal_rate=0.0)
