"""How soon a bad canary is gone, link by link, and whether a healthy one ever is: the guard in figures.

The statistics run in simulated time on the product's own evidence, fed with the slots that such traffic makes. What
comes after the slot (guard, file, routers, alert) is measured on real drills: real processes on real files.
"""

from __future__ import annotations

import dataclasses
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import numpy as np  # noqa: E402
from verdict_methods import Betting  # noqa: E402

from console.demo.drill.records import Drill, Traffic  # noqa: E402
from console.demo.drill.running import run  # noqa: E402
from console.domain.cells import SLOT_S, Block, Counts  # noqa: E402
from console.domain.registry import Gates  # noqa: E402
from console.verdict.evidence import Evidence  # noqa: E402
from console.verdict.plan import GatePlan, plan_for  # noqa: E402

RATE, SHARE, BASE = 50.0, 0.05, 0.01
PAST = 20_000
HEALTHY_SLOTS = 180
GOAL_S = 14.0
"""p95 from the deciding request to the last request that the bad model served; 11 s of it are the slot."""
WEEK_SLOTS = 7 * 86_400 // SLOT_S
CHECKED_SLOTS = 2_000
MEASURED = frozenset({"error", "refusal", "empty", "truncated"})
_COUNTS = {"error": "errors", "refusal": "refusals", "empty": "empty", "truncated": "truncated"}
SHARES = {"error": BASE, "refusal": 0.005, "empty": 0.002, "truncated": 0.004}


def plan() -> GatePlan:
    """The default gates after a day of such production."""
    past = Counts(requests=PAST, **{_COUNTS[name]: int(PAST * share) for name, share in SHARES.items()})
    return plan_for(Gates(), past, measured=MEASURED)


def slots(luck: np.random.Generator, rate: float, factor: float, n: int) -> Iterator[tuple[Counts, Counts]]:
    """(production, canary) of `n` slots; the canary has `factor` times the errors."""
    arms = []
    for share, worse in ((1 - SHARE, 1.0), (SHARE, factor)):
        requests = luck.poisson(rate * SLOT_S * share, n)
        bad = {name: luck.binomial(requests, p * (worse if name == "error" else 1)) for name, p in SHARES.items()}
        arms.append((requests, bad))
    for i in range(n):
        yield tuple(  # type: ignore[misc]
            Counts(requests=int(requests[i]), **{_COUNTS[name]: int(found[i]) for name, found in bad.items()})
            for requests, bad in arms
        )


def regressed_after(evidence: Evidence, found: Iterator[tuple[Counts, Counts]], first: int = 0) -> int | None:
    """How many slots from slot `first` on it took; None if it never was a regression."""
    waiting, begin = (Counts(), Counts()), first
    for number, (production, canary) in enumerate(found, first):
        waiting = (waiting[0] + production, waiting[1] + canary)
        if min(part.requests for part in waiting) < 10:
            continue
        evidence.feed(Block(first, number, *waiting))
        waiting, first = (Counts(), Counts()), number + 1
        if evidence.regressed_at is not None:
            return number + 1 - begin
    return None


def seconds(factor: float, runs: int) -> list[float]:
    """From the onset, anywhere in a slot, to the end of the deciding slot. Half a healthy hour lies before it."""
    luck = np.random.default_rng([3, int(factor)])
    found = []
    for _ in range(runs):
        evidence = Evidence(plan())
        if regressed_after(evidence, slots(luck, RATE, 1.0, HEALTHY_SLOTS)):
            continue  # a false alarm before the fault is no fast detection
        took = regressed_after(evidence, slots(luck, RATE, factor, 2_000), HEALTHY_SLOTS)
        found.append(took * SLOT_S - luck.uniform(0, SLOT_S) if took else math.inf)
    return found


def chain(drills: int, say: Callable[[str], None]) -> list[dict[str, float]]:
    """Real drills, quick because the fault is gross: what the links after the slot take does not depend on it."""
    example = ROOT / "console" / "demo" / "registry.toml"
    found = []
    for number in range(drills):
        with tempfile.TemporaryDirectory(prefix="guard-bench-") as name:
            registry = Path(name) / "registry.toml"
            registry.write_bytes(example.read_bytes())
            traffic = Traffic(rate=RATE, latency_ms=200.0)
            drill = Drill(registry, Path(name) / "r.db", "support", factor=40.0, traffic=traffic, seed=number + 1)
            came = run(dataclasses.replace(drill, warm_s=1.0), lambda line: None)
        if not came.proven:
            say(f"  drill {number + 1} did not hold: {came.problem or came.links}")
            continue
        at = {link.name: link.at_s or 0.0 for link in came.links}
        found.append(
            {
                "verdict": at["verdict"] - at["evidence"],
                "write": max(0.0, at["write"] - at["verdict"]),
                "routers": at["routers"] - at["write"],
                "last request": max(0.0, came.last_bad_s - at["evidence"]),
                "alert": at["alert"] - at["write"],
            }
        )
    return found


def speed(runs: int, drills: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Seconds and canary requests from the onset to the last request that the bad model served."""
    links = chain(drills, say)
    after = [each["last request"] for each in links]
    luck = random.Random(5)
    from_deciding = [luck.uniform(0, SLOT_S) + luck.choice(after) for _ in range(10_000)]
    result: dict[str, Any] = {"runs": runs, "drills": len(links)}
    for factor in (5.0, 10.0):
        slot = seconds(factor, runs)
        whole = [each + luck.choice(after) for each in slot]
        requests = [each * RATE * SHARE for each in whole]
        result[f"x{factor:g}"] = {
            "slot_closed_s": _both(slot), "last_request_s": _both(whole), "canary_requests": _both(requests),
        }  # fmt: skip
        say(
            f"errors ×{factor:g} at {SHARE:.0%} of {RATE:g} requests/s ({len(slot)} simulated rollouts): "
            f"slot closed {_said(slot)} s, last bad request {_said(whole)} s, {_said(requests)} canary requests"
        )
    say(f"after the slot, {len(links)} real drills (median, p95):")
    for name in links[0]:
        values = [each[name] for each in links]
        result[name] = _both(values)
        say(f"  {name:13} {_said(values, 2)} s")
    p95 = _both(from_deciding)[1]
    say(f"from the deciding request to the last one of the bad model: p95 {p95:.1f} s (goal {GOAL_S:g} s)")
    return {**result, "from_deciding_p95_s": p95, "ok": p95 <= GOAL_S and len(links) == drills}


def healthy(weeks: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Nothing is wrong at 100 requests/s, and the guard looks after every slot of a week; `weeks` weeks at once.

    The product's test in numpy, held against the product's own evidence on the first slots of the first week.
    """
    began = time.monotonic()
    luck, gates = np.random.default_rng([7, weeks]), plan()
    tests = [
        Betting(weeks, r=metric.tolerance[0], d=metric.tolerance[1], prior=metric.prior_rate)
        for metric in gates.metrics
    ]
    weights = np.log([metric.weight for metric in gates.metrics])
    evidence, worst, ever = Evidence(gates), 0.0, np.zeros(weeks, bool)
    for slot in range(WEEK_SLOTS):
        canary_n = np.maximum(10, luck.poisson(100.0 * SLOT_S * SHARE, weeks))
        production_n = luck.poisson(100.0 * SLOT_S * (1 - SHARE), weeks)
        bad = [
            (luck.binomial(canary_n, SHARES[m.name]), luck.binomial(production_n, SHARES[m.name]))
            for m in gates.metrics
        ]
        logs = np.array([test.feed(canary_n, k, production_n, q) for test, (k, q) in zip(tests, bad, strict=True)])
        total = np.logaddexp.reduce(logs + weights[:, None], axis=0)
        ever |= total >= math.log(1 / gates.alpha)
        if slot < CHECKED_SLOTS:
            evidence.feed(_block(slot, gates, canary_n, production_n, bad))
            worst = max(worst, abs(evidence.log_regression() - float(total[0])))
    rolled_back, took = int(ever.sum()), time.monotonic() - began
    say(
        f"healthy: {rolled_back} rollbacks in {weeks} weeks at 100 requests/s ({weeks * WEEK_SLOTS:,} looks,"
        f" {took:.0f} s; by design at most 1 %); differs from the product's own evidence by {worst:.1e} at most"
    )
    allowed = max(1, math.ceil(0.01 * weeks + 2 * math.sqrt(0.01 * weeks)))
    return {"weeks": weeks, "rolled_back": rolled_back, "differs": worst, "ok": rolled_back <= allowed and worst < 1e-6}


def _block(slot: int, gates: GatePlan, canary_n: Any, production_n: Any, bad: list[tuple[Any, Any]]) -> Block:
    """The slot of the first week, as the product sees it."""
    canary, production = (
        Counts(
            requests=int(n[0]),
            **{_COUNTS[metric.name]: int(pair[side][0]) for metric, pair in zip(gates.metrics, bad, strict=True)},
        )
        for side, n in ((0, canary_n), (1, production_n))
    )
    return Block(slot, slot, production, canary)


def _both(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]


def _said(values: list[float], digits: int = 0) -> str:
    median, p95 = _both(values)
    return f"{median:.{digits}f} ({p95:.{digits}f})"
