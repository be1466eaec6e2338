"""Programs that are imagined in tests, beside what Python itself makes of them."""

from __future__ import annotations

import ast

from console.triage.imagining.expressions import Budget
from console.triage.imagining.machine import Machine


def split(programs: str) -> list[str]:
    """Programs that an empty line parts."""
    return [f"\n{one}" for one in programs.strip("\n").split("\n\n")]


def called(source: str, given: object) -> object:
    """What `f` of a program returns when it is imagined."""
    return Machine(ast.parse(source), Budget(5_000, 40_000)).call("f", (given,))[0]


def agreed(source: str) -> bool:
    """Whether `f(4)` of a program comes to the same in Python."""
    names: dict[str, object] = {"__name__": "builtins"}  # where data classes look for their module
    exec(source, names)  # programs of ours: the imagined language must match the real one
    return called(source, 4) == names["f"](4)  # type: ignore[operator]
