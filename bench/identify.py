"""How often the rules for model ids are right, what one reading costs, and what importing the catalog costs.

Run: `python bench/identify.py`. Prints one line a figure; `--json` prints them as one object.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from console.catalog import identify as identify_module  # noqa: E402
from console.catalog.identify import identify  # noqa: E402
from console.catalog.prices import price_usd  # noqa: E402

EXAMPLES = ROOT / "tests" / "catalog" / "data" / "version_examples.json"
FIELDS = ("platform", "family", "version", "date")
IMPORT = (
    "import time; t = time.process_time(); import dataclasses, datetime, functools, re, typing; "
    "s = time.process_time(); import console.catalog.identify as i; a = time.process_time(); i.identify('gpt-4o'); "
    "print(1000 * (a - t), 1000 * (a - s), 1000 * (time.process_time() - t))"
)


def accuracy(examples: list[dict[str, Any]]) -> tuple[int, int, int]:
    """How many examples have the right kind, how many every compared field, how many the labelled provider.

    One is labelled with a provider that its id, the ARN of a profile, does not show: no rule can know it.
    """
    kind = whole = provider = 0
    for example in examples:
        found = identify(example["id"], example["platform_key"])
        expected = dict(example, platform=example["platform_key"])
        right = found.kind == example["label"]
        kind += right
        whole += right and all(getattr(found, name) == expected[name] for name in FIELDS)
        provider += found.provider == expected["provider"]
    return kind, whole, provider


def microseconds(call: Callable[[], object], calls: int) -> float:
    """The median over seven rounds of the time per call."""
    rounds = []
    for _ in range(7):
        started = time.perf_counter()
        for _ in range(calls):
            call()
        rounds.append((time.perf_counter() - started) / calls * 1e6)
    return statistics.median(rounds)


def import_ms() -> tuple[float, float, float]:
    """Milliseconds to import the catalog, its own part of that (without the standard library), and to a first answer.

    Of the processor, so that a busy machine counts for nothing; medians of eleven processes, with compiled files in
    place as on any installed system.
    """
    samples = []
    with tempfile.TemporaryDirectory() as compiled:
        environment = dict(os.environ, PYTHONPYCACHEPREFIX=compiled)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-c", IMPORT]
        for _ in range(12):
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            samples.append([float(part) for part in done.stdout.split()])
    whole, own, answer = (statistics.median(column) for column in zip(*samples[1:], strict=True))
    return whole, own, answer


def main() -> None:
    examples = json.loads(EXAMPLES.read_text("utf-8"))
    pairs = [(example["id"], example["platform_key"]) for example in examples]
    kind, whole, provider = accuracy(examples)
    uncached = identify_module._identify.__wrapped__
    at = datetime(2026, 11, 23, tzinfo=UTC)
    imported, own, first = import_ms()
    price_usd("claude-sonnet-5-5", "anthropic", 1, 1, at=at)
    figures = {
        "examples": len(examples),
        "kind_right": kind,
        "all_fields_right": whole,
        "provider_right": provider,
        "identify_new_us": round(microseconds(lambda: [uncached(*pair) for pair in pairs], 50) / len(pairs), 2),
        "identify_again_us": round(microseconds(lambda: [identify(*pair) for pair in pairs], 200) / len(pairs), 2),
        "price_us": round(microseconds(lambda: price_usd("claude-sonnet-5-5", "anthropic", 9, 9, 3, at=at), 5_000), 2),
        "import_ms": round(imported, 1),
        "import_own_ms": round(own, 1),
        "first_answer_ms": round(first, 1),
    }
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:20} {value:>8}")


if __name__ == "__main__":
    main()
