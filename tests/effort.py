"""How hard properties are tried: quickly with every run, at length with `CONSOLE_THOROUGH=1`."""

from __future__ import annotations

import os

TIMES = 10 if os.environ.get("CONSOLE_THOROUGH") else 1
EXAMPLES = 20 * TIMES
"""Examples of a property that names no number of its own; what they found so far is kept as `@example` or a test."""


def examples(few: int) -> int:
    """`few` with every run, ten times as many where somebody asked for thoroughness."""
    return few * TIMES
