"""How fast `console check` is beside `git grep`, how soon it starts, and how often it is right on the labelled corpus.

Run: `python bench/check.py [--files N] [--rounds N] [--json]`. The repository is made of the standard library's files,
repeated, with ids planted into every fiftieth. Rounds are interleaved, so that a busy machine is busy for all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from console.catalog.source.files import left_out  # noqa: E402
from console.catalog.source.languages import STEMS  # noqa: E402
from console.catalog.source.reading import uses  # noqa: E402
from tests.catalog.corpus.labelled import BUNDLES, Labelled, labelled  # noqa: E402

PATTERN = (
    r"claude-[a-z0-9.-]+|gpt-[0-9][a-z0-9.-]*|gemini-[a-z0-9.-]+|deepseek-[a-z0-9-]+|mistral-[a-z0-9-]+"
    r"|text-embedding-[a-z0-9-]+|o[134]-(mini|pro|preview)"
)
PLANTED = '\nMODEL = "gpt-4o-mini"\nclient.messages.create(model="claude-sonnet-4-5-20250929")\n'
HELLO = "import click\n@click.command()\ndef hello():\n    click.echo('hello')\nhello()\n"


def accuracy(bundles: Sequence[Path]) -> tuple[int, int, int]:
    """True positives, false positives and misses: an id counts as found at its line and column only."""
    right = wrong = missed = 0
    for bundle in bundles:
        for file in labelled(bundle):
            found = _found(file)
            right += len(found & file.labels)
            wrong += len(found - file.labels)
            missed += len(file.labels - found)
    return right, wrong, missed


def _found(file: Labelled) -> set[tuple[int, int, str]]:
    return set() if left_out(file.path) else {(use.line, use.column, use.id) for use in uses(file.path, file.text)}


def repository(folder: Path, files: int) -> int:
    """Fills a git repository with `files` files; returns their bytes."""
    library = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"))
    sources = [path for path in library if "site-packages" not in path.parts and path.stat().st_size < 300_000]
    size = 0
    for number, source in zip(range(files), cycle(sources), strict=False):
        target = folder / f"package{number // 200}" / f"module{number}.py"
        target.parent.mkdir(exist_ok=True)
        data = source.read_bytes() + (PLANTED.encode() if number % 50 == 0 else b"")
        target.write_bytes(data)
        size += len(data)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return size


def medians(commands: dict[str, list[str]], folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds of each command: medians over interleaved rounds, after one round that warms the caches."""
    with tempfile.TemporaryDirectory() as compiled:
        environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONPYCACHEPREFIX=compiled)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        samples: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(rounds + 1):
            for name, command in commands.items():
                started = time.perf_counter()
                subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)
                if number:
                    samples[name].append((time.perf_counter() - started) * 1_000)
    return {name: statistics.median(times) for name, times in samples.items()}


def speed(files: int, rounds: int) -> dict[str, float]:
    """Checking a whole repository beside searching it with git."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = repository(folder, files)
        fixed = [word for stem in STEMS for word in ("-e", stem)]
        commands = {
            "check_ms": [sys.executable, "-P", "-m", "console", "check", "--format", "json"],
            "git_grep_regex_ms": ["git", "grep", "-nIE", PATTERN],
            "git_grep_fixed_ms": ["git", "grep", "-nIF", *fixed],
        }
        times = medians(commands, folder, rounds)
    return {
        "files": files,
        "megabytes": round(size / 1e6, 1),
        **{name: round(value) for name, value in times.items()},
        "check_files_per_s": round(files / times["check_ms"] * 1_000),
        "check_over_git_grep_regex": round(times["check_ms"] / times["git_grep_regex_ms"], 2),
        "check_over_git_grep_fixed": round(times["check_ms"] / times["git_grep_fixed_ms"], 2),
    }


def startup(rounds: int) -> dict[str, float]:
    """`console check` of one small file beside a click program that only says hello."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hello.py").write_text(HELLO)
        (folder / "small.py").write_text("x = 1\n")
        commands = {
            "hello_ms": [sys.executable, "hello.py"],
            "check_one_file_ms": [sys.executable, "-P", "-m", "console", "check", "small.py"],
            "check_help_ms": [sys.executable, "-P", "-m", "console", "check", "--help"],
        }
        times = medians(commands, folder, rounds)
    rounded = {name: round(value, 1) for name, value in times.items()}
    return {**rounded, "startup_ratio": round(times["check_one_file_ms"] / times["hello_ms"], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    right, wrong, missed = accuracy(BUNDLES)
    figures: dict[str, float] = {
        "labelled_ids": right + missed,
        "precision": round(right / (right + wrong), 4),
        "recall": round(right / (right + missed), 4),
    }
    if shutil.which("git") and chosen.files:
        figures |= speed(chosen.files, chosen.rounds)
    figures |= startup(max(5, 3 * chosen.rounds))
    if chosen.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:26} {value:>10,}")


if __name__ == "__main__":
    main()
