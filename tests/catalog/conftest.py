"""The labelled ids that the rules are measured on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = json.loads((Path(__file__).parent / "data" / "version_examples.json").read_text("utf-8"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", EXAMPLES, ids=[f"{e['platform_key'] or 'own'}:{e['id']}" for e in EXAMPLES])


@pytest.fixture
def examples() -> list[dict[str, Any]]:
    return EXAMPLES
