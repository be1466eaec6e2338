"""The guard in figures: how soon a bad canary is gone, what 200 crashes leave behind, false rollbacks, idle CPU.

Run: `python bench/guard.py` (about twenty minutes), `--quick` (three), `--only speed,crashes,healthy,idle`,
`--json FILE`. Exit code 1 if a target is missed. Needs numpy and scipy; the product needs neither.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

IDLE_GOAL = 0.01
ROUTES = 20


def idle(seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """CPU time of `console guard` over twenty routes with a canary each, while nothing happens."""
    with tempfile.TemporaryDirectory(prefix="guard-idle-") as name:
        folder = Path(name)
        _twenty(folder)
        words = ["guard", "--registry", str(folder / "registry.toml"), "--log", str(folder / "requests.db")]
        with (folder / "said").open("w") as said:
            process = subprocess.Popen([sys.executable, "-m", "console", *words], stderr=said, cwd=ROOT)
        try:
            time.sleep(8.0)  # the start is no idling
            before, began = _cpu_s(process.pid), time.monotonic()
            time.sleep(seconds)
            share = (_cpu_s(process.pid) - before) / (time.monotonic() - began)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    say(f"idle over {ROUTES} routes: {share:.2%} of one core over {seconds:g} s (goal {IDLE_GOAL:.0%})")
    return {"cpu_share": share, "seconds": seconds, "ok": share <= IDLE_GOAL}


def _twenty(folder: Path) -> None:
    from console.domain.registry import instant_text
    from console.domain.requests import RequestRow
    from console.traffic.importing import write_history

    now = datetime.now(UTC)
    start = instant_text(now - timedelta(hours=2))
    old, new = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
    lines, rows = ["schema = 1"], []
    for i in range(ROUTES):
        name = f"route{i}"
        lines.append(
            f'[routes.{name}]\nproduction = "{old}"\ncanary = "{new}"\ncanary_percentage = 25\ncanary_start = {start}'
        )
        for n in range(400):
            arm = "canary" if n % 4 == 0 else "production"
            rows.append(
                RequestRow(
                    id=f"{i}-{n}",
                    at=now.timestamp() - 3_000 + n * 7,
                    route=name,
                    model=new if arm == "canary" else old,
                    arm=arm,
                    why="bucket",
                    rollout=f"{name}|{new}|{start}",
                    user=f"u{n}",
                    latency_ms=800.0,
                )
            )
    pin = 'provider = "anthropic"\npinned_date = 2026-05-15\nreason = "bench"'
    lines += [f'[models."{model}"]\n{pin}' for model in (old, new)]
    (folder / "registry.toml").write_text("\n\n".join(lines) + "\n")
    write_history(folder / "requests.db", sorted(rows, key=lambda row: row.at))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def parts(quick: bool) -> dict[str, Callable[[Callable[[str], None]], dict[str, Any]]]:
    """What can be measured, in this order."""
    from guard_crashes import crashes
    from guard_speed import healthy, speed

    return {
        "crashes": lambda say: crashes(20 if quick else 200, say),  # first: it forks, and wants no threads
        "idle": lambda say: idle(20.0 if quick else 60.0, say),
        "healthy": lambda say: healthy(20 if quick else 200, say),
        "speed": lambda say: speed(40 if quick else 300, 2 if quick else 20, say),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="speed, crashes, healthy, idle; several with commas")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    chosen = [each for each in asked.only.split(",") if each]
    known = parts(asked.quick)
    if unknown := set(chosen) - set(known):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    found = {}
    for name, run in known.items():
        if not chosen or name in chosen:
            print(f"\n{name}, load {os.getloadavg()[0]:.1f}")
            found[name] = run(lambda line: print(line, flush=True))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2, default=str))
    missed = [name for name, result in found.items() if not result["ok"]]
    print(f"\n{'missed: ' + ', '.join(missed) if missed else 'every target met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
