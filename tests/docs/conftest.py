"""The pages of the documentation, and the places where their examples run."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.demo.standin import process
from console.demo.standin.process import StandIn

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))


@dataclass(frozen=True)
class Page:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```", self.text, re.DOTALL | re.MULTILINE)

    @property
    def prose(self) -> str:
        return re.sub(r"^```.*?^```", "", self.text, flags=re.DOTALL | re.MULTILINE)

    def region(self, name: str) -> str:
        found = re.search(rf"<!-- {name}: generated.*?-->\n(.*?)<!-- end of {name} -->", self.text, re.DOTALL)
        assert found, name
        return found[1]

    @property
    def anchors(self) -> set[str]:
        headings = re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def page_at():
    return lambda name: Page(ROOT / name)


@pytest.fixture(params=PAGES, ids=lambda path: path.name)
def page(request) -> Page:
    return Page(request.param)


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    with process.start(scale=0.0) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the registry of this repository, as a reader's clone has it."""
    shutil.copy(ROOT / "registry.toml", tmp_path / "registry.toml")
    return tmp_path


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """The environment of an example: no keys, no overrides, a cache of its own."""
    private = re.compile(r"LLM_MODEL|CONSOLE_|.*_API_KEY|.*_BASE_URL|FORCE_COLOR|GIT_")
    kept = {name: value for name, value in os.environ.items() if not private.match(name)}
    return kept | {"XDG_CACHE_HOME": str(place / "cache"), "PYTHONPATH": str(ROOT), "CONSOLE_ACTOR": "ana@laptop"}
