"""From the key to the first request on the other model: the real console on a real terminal beside real traffic.

`python bench/rollback.py [RUNS]` opens the console once, then rolls the canary back and undoes that, RUNS times. Each
time is measured from the `y` in the dialog to the write of the file, to the last request that the canary still
served, and to the first request of a canary user that production answered.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
RUNS = 10


def harness() -> ModuleType:
    """The terminal and the traffic of the tests."""
    path = Path(__file__).resolve().parents[1] / "tests" / "spine" / "conftest.py"
    spec = importlib.util.spec_from_file_location("spine", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measured(console: Any, traffic: Any, registry: Path) -> tuple[float, float, float]:
    """(write, last canary request, first request of a canary user on production), ms after the key."""
    before = registry.read_bytes()
    console.wait(r"◆ canary +25 %")
    console.wait_for(lambda: NEW in traffic.models())
    moved = {user for _, model, _, user in traffic.requests(time.time() - 1) if model == NEW}
    console.press("r")
    console.wait("Roll back  y")
    console.watch(0.4)
    pressed = time.time()
    console.press("y")
    console.wait_for(lambda: registry.read_bytes() != before)
    written = time.time()
    console.wait_for(lambda: traffic.models() == {OLD})
    seen = traffic.requests(pressed)
    last = max((at for at, model, _, _ in seen if model == NEW), default=pressed)
    first = min(at for at, model, _, user in seen if model == OLD and user in moved)
    console.wait(r"‖ HELD|■ REGRESSION")
    console.press("u")
    console.wait("Undo  y|Take back  y")
    console.watch(0.4)
    console.press("y")
    console.wait_for(lambda: registry.read_bytes() == before)
    return (written - pressed) * 1e3, (last - pressed) * 1e3, (first - pressed) * 1e3


def main(runs: int) -> None:
    """Print the table."""
    spine = harness()
    with tempfile.TemporaryDirectory() as folder:
        registry, log = Path(folder) / "registry.toml", Path(folder) / "requests.db"
        start = datetime.now(UTC) - timedelta(hours=1)
        registry.write_text(spine.REGISTRY.format(start=start.strftime("%Y-%m-%dT%H:%M:%SZ")), encoding="utf-8")
        traffic = spine.Traffic(registry, log)
        options = ["-m", "console", "--registry", str(registry), "--log", str(log)]
        console = spine.Terminal(options, (120, 36), {"CONSOLE_ACTOR": "bench"})
        try:
            rows = [measured(console, traffic, registry) for _ in range(runs)]
        finally:
            console.close()
            traffic.close()
    print(f"{runs} rollbacks, 200 requests/s, router looks every second")
    print(f"{'ms after the key':<44}{'p50':>8}{'p95':>8}{'max':>8}")
    names = ("registry written", "last request on the canary", "first canary user on production")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        p95 = statistics.quantiles(values, n=20, method="inclusive")[-1] if runs > 1 else values[0]
        print(f"{name:<44}{statistics.median(values):>8.0f}{p95:>8.0f}{max(values):>8.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
