from __future__ import annotations

import difflib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"


def made_change(before: str, after: str) -> list[str]:
    """The same of two files."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line[0] + line[1:].strip() for line in lines if line[:1] in "-+" and line[:3] not in ("---", "+++")]


def test_one_key_takes_the_canary_away_and_another_brings_it_back(
    open_console: Callable[..., Any], traffic: Any, registry: Path
) -> None:
    before = registry.read_bytes()
    console = open_console()
    console.wait(r"◆ canary +25 %")
    console.wait(lambda text: "split as set" in text or "users" in text)
    assert traffic.models() == {OLD, NEW}

    console.press("r")
    assert "Cancel" in console.wait(r"Roll back  y")
    shown = console.change
    assert registry.read_bytes() == before
    console.answer("y")
    console.wait_for(lambda: registry.read_bytes() != before)
    written = time.time()
    after = registry.read_bytes()
    assert sorted(shown) == sorted(made_change(before.decode(), after.decode()))
    assert "canary_percentage = 0" in after.decode()
    console.wait(r"rolled back|held")
    console.wait_for(lambda: traffic.models() == {OLD})
    last_canary = max(at for at, model, _, _ in traffic.requests() if model == NEW)
    assert last_canary - written < 2.0
    console.wait(r"‖ HELD|■ REGRESSION")
    console.wait(r"canary +0 %")

    console.press("u")
    console.wait(r"Undo  y|Take back  y")
    console.answer("y")
    console.wait_for(lambda: registry.read_bytes() == before)
    console.wait_for(lambda: traffic.models() == {OLD, NEW})
    console.press("q")
    assert console.end() == 0
    assert console.restored
