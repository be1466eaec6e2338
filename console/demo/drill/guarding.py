"""`python -m console.demo.drill.guarding`: the real guard on the copy of a drill, gone with whoever started it."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from console.demo.children import end_with_parent, ready
from console.guard.equipping import keep_watch


def main(given: Sequence[str] | None = None) -> int:
    """Guard until the parent is gone."""
    parser = argparse.ArgumentParser(prog="python -m console.demo.drill.guarding", description="A drill's guard.")
    parser.add_argument("--registry", type=Path, required=True)
    parser.add_argument("--log", type=Path, required=True)
    asked = parser.parse_args(given)
    stop = threading.Event()
    end_with_parent(stop.set)
    ready()
    keep_watch(asked.registry, asked.log, stop, _say, notices=False)  # they are not what is drilled
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
