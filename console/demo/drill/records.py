"""What a drill is told, and what it found: the chain from a fault to the people who hear of it, link by link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Fault = Literal["errors", "slow", "refusals"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
FACTORS: Mapping[Fault, float] = {"errors": 10.0, "slow": 3.0, "refusals": 10.0}
"""How many times as many errors or refusals, or as long answers, unless told otherwise."""
LinkName = Literal["fault", "evidence", "verdict", "write", "routers", "alert"]
LINKS: tuple[LinkName, ...] = get_args(LinkName)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The requests of a drill. `rate` is per second on the route; shares are 0..1, `latency_ms` the median.

    `processes` applications, each with its own router, share the requests.
    """

    rate: float = 50.0
    error_share: float = 0.01
    refusal_share: float = 0.005
    latency_ms: float = 800.0
    processes: int = 2


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill: `route` of `registry` with `log`. `live` injects the fault into the real ones."""

    registry: Path
    log: Path
    route: str
    fault: Fault = "errors"
    factor: float = 10.0
    traffic: Traffic = Traffic()
    model: str = ""
    """Plays the canary where the route has none."""
    live: bool = False
    tell: bool = False
    """Tell the targets of the environment too, not only a receiver on this machine."""
    patience_s: float = 300.0
    warm_s: float = 12.0
    """Healthy seconds before the fault: the routers have the file, and one slot of live requests is closed."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain. `at_s` is the time since the fault, `took_s` that since the link before it.

    None: it did not hold; `detail` says what was seen instead.
    """

    name: LinkName
    at_s: float | None
    took_s: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Drilled:
    """What came of a drill. `bad_requests` got the failing model after the fault began, `failed` of them met it."""

    route: str
    model: str
    percentage: float
    live: bool
    links: tuple[Link, ...]
    bad_requests: int
    failed: int
    last_bad_s: float
    problem: str = ""
    undo: str = ""
    notes: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether every link held."""
        return not self.problem and all(link.at_s is not None for link in self.links)
