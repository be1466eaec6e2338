"""A folder with a registry, the command in this process and as a real one, and request logs with a past."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.cli.main import main
from console.demo.standin.process import StandIn, start
from console.domain.registry import instant_text
from console.domain.requests import RequestRow
from console.traffic.importing import write_history
from tests import warm

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = """\
# Pinned.
schema = 1

[routes.support]
description = "Replies to customer e-mail"
production = "claude-sonnet-4-5-20250929"  # since May
canary = "claude-sonnet-5-5"
canary_percentage = 5
canary_start = {start}
fallback = "claude-haiku-4-5-20251001"
steps = [5, 25, 50, 100]

[routes.summarise]
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
reason = "Cheap, known"

[models."gpt-4.1-mini-2025-04-14"]
provider = "openai"
pinned_date = 2026-05-15
reason = "The first one"

[models."gpt-5.4-mini-2026-03-17"]
provider = "openai"
pinned_date = 2026-11-01
reason = "To try"
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
class World:
    """The folder a command runs in."""

    folder: Path
    start: datetime
    rollout: str = field(init=False)

    def __post_init__(self) -> None:
        self.rollout = f"support|claude-sonnet-5-5|{instant_text(self.start)}"
        self.registry.write_text(REGISTRY.format(start=instant_text(self.start)))

    @property
    def registry(self) -> Path:
        return self.folder / "registry.toml"

    @property
    def log(self) -> Path:
        return self.folder / "requests.db"

    @property
    def history(self) -> Path:
        return self.folder / "registry.history.db"

    def edit(self, old: str, new: str) -> None:
        text = self.registry.read_text()
        assert old in text
        self.registry.write_text(text.replace(old, new))

    def files(self) -> dict[str, bytes]:
        """Every file with its bytes, to see that nothing was written."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def record(self, requests: int = 400, canary_errors: float = 0.0, seconds: float = 7_200.0, **more: Any) -> None:
        """A canary at 50 %, and `requests` on each arm over the last `seconds`; a share of the canary's failed."""
        self.edit("canary_percentage = 5\n", "canary_percentage = 50\n")
        end = datetime.now(UTC).timestamp() - 15
        rows = []
        for i in range(requests):
            at = end - seconds * (1 - i / requests)
            for arm, model in (("production", "claude-sonnet-4-5-20250929"), ("canary", "claude-sonnet-5-5")):
                failed = arm == "canary" and (i * canary_errors) % 1 + canary_errors >= 1
                rows.append(
                    RequestRow(
                        id=f"{arm}-{i:06}",
                        at=at,
                        route="support",
                        model=model,
                        arm=arm,  # type: ignore[arg-type]
                        why="bucket",
                        rollout=self.rollout,
                        user=f"user-{arm}-{i}",
                        outcome="error" if failed else "ok",
                        error_class="InternalServerError" if failed else "",
                        latency_ms=800.0 + i % 50,
                        input_tokens=100,
                        output_tokens=50,
                        cost_usd=0.002,
                        **more,
                    )
                )
        write_history(self.log, rows)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person's own environment: no keys, no settings, no cache."""
    for name in list(os.environ):
        if name.startswith(("CONSOLE_", "LLM_MODEL", "ANTHROPIC_", "OPENAI_", "GEMINI_")):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CONSOLE_ACTOR", "olga@desk")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "state"))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    folder = tmp_path / "app"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return World(folder, (datetime.now(UTC) - timedelta(hours=5)).replace(microsecond=0))


@pytest.fixture
def console(world: World, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the command in this process: `console("status", "--json")`."""

    def run(*argv: object) -> Result:
        capsys.readouterr()
        code = main([str(word) for word in argv])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def shell(world: World) -> Callable[..., Result]:
    """Run the command as a process of its own, without a terminal."""

    def run(*argv: object, stdin: str = "", **environment: str) -> Result:
        given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        words = [str(word) for word in argv]
        if warm.fits(environment):
            done = warm.run(words, given, world.folder, stdin.encode())
        else:
            command = [sys.executable, "-m", "console", *words]
            done = subprocess.run(
                command, cwd=world.folder, env=given, input=stdin.encode(), capture_output=True, timeout=60, check=False
            )
        return Result(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return run


@pytest.fixture(scope="session")
def _stand_in() -> Iterator[StandIn]:
    with start(scale=0.0) as running:
        yield running


@pytest.fixture
def stand_in(_stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in that answers at once and never fails by chance; `--stand-in` uses this one."""
    _stand_in.control.reset()
    _stand_in.control.set(error_rate=0.0, refusal_rate=0.0)

    class Kept:
        url = _stand_in.url

        def __enter__(self) -> Kept:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr("console.demo.standin.process.start", lambda **_: Kept())
    return _stand_in
