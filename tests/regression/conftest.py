"""A provider on loopback that answers as told, and a folder with a registry and a suite."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from console.domain.registry import Registry, Route
from console.providers.endpoints import Endpoints
from console.registry.reading import read
from console.regression import snapshots, suites
from console.regression.planning import SuitePlan, Wish, plan_of
from console.regression.records import Suite
from tests.plugin.conftest import Provider, provider  # the fixture, too

__all__ = ["provider"]
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
REGISTRY = f"""\
schema = 1

[routes.support]
production = "{OLD}"
experimental = "{NEW}"  # on trial
suite = "suites/support.toml"

[models."{OLD}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "known"

# Its replacement.
[models."{NEW}"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "its replacement"
"""


@dataclass
class App:
    """The folder of an application; `provider` is what both of its models are."""

    folder: Path
    provider: Provider
    cases: dict[str, str] = field(default_factory=dict)

    @property
    def registry_path(self) -> Path:
        return self.folder / "registry.toml"

    @property
    def registry(self) -> Registry:
        return read(self.registry_path).registry

    @property
    def route(self) -> Route:
        return self.registry.routes["support"]

    @property
    def suite_path(self) -> Path:
        return self.folder / "suites" / "support.toml"

    @property
    def suite(self) -> Suite:
        return suites.read(self.suite_path)

    def write_suite(self, cases: dict[str, str], more: str = "") -> Suite:
        """A suite of `cases` (id, prompt); `more` stands in every case."""
        self.suite_path.parent.mkdir(exist_ok=True)
        tables = (f"[[case]]\nid = {json.dumps(i)}\nprompt = {json.dumps(p)}\n{more}" for i, p in cases.items())
        self.suite_path.write_text('schema = 1\nroute = "support"\n\n' + "\n".join(tables), "utf-8")
        return self.suite

    def plan(self, **wish: object) -> SuitePlan:
        return plan_of(self.suite, self.route, self.registry, Wish(**wish))  # type: ignore[arg-type]

    def endpoints(self) -> Endpoints:
        return Endpoints.from_environment({"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": self.provider.url})

    def snapshot(self, case: str) -> Path:
        return snapshots.path_of(self.suite, case)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut is not among what is tried here, and flushing a busy disk takes longer than everything else."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def app(tmp_path: Path, provider: Provider) -> App:
    folder = tmp_path / "app"
    folder.mkdir()
    made = App(folder, provider)
    made.registry_path.write_text(REGISTRY, "utf-8")
    made.write_suite({"one": "Question one?", "two": "Question two?", "three": "Question three?"})
    return made


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder, empty."""
    folder = tmp_path / "state"
    monkeypatch.setenv("CONSOLE_STATE", str(folder))
    return folder


@dataclass(frozen=True)
class Result:
    """What a command ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def console(
    app: App, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Run the command in this process, in the application's folder, with keys for its provider."""
    for name in [name for name in os.environ if name.startswith(("CONSOLE_", "LLM_MODEL"))]:
        if name != "CONSOLE_STATE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", app.provider.url)
    monkeypatch.setenv("CONSOLE_ACTOR", "olga@desk")
    monkeypatch.chdir(app.folder)

    def run(*argv: object) -> Result:
        from console.cli.main import main

        capsys.readouterr()
        code = main([str(word) for word in argv])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run
