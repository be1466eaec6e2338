"""How honest and how fast the verdict is, beside what others do. All numbers come from simulation with fixed seeds.

Run: `python bench/verdict.py` (about two minutes), `--full` for the figures of docs/verdict.md, `--only G1,G3`,
`--json FILE`. Needs numpy and scipy; the product itself needs neither. Exit code 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import numpy as np  # noqa: E402
import verdict_methods as methods  # noqa: E402
from verdict_methods import ALPHA, Betting, Pool, Sums, information_limit  # noqa: E402

from console.domain.cells import Counts  # noqa: E402
from console.domain.histogram import bin_of  # noqa: E402
from console.domain.registry import Gates  # noqa: E402
from console.verdict.means import MeanTest  # noqa: E402
from console.verdict.per_user import UserTest  # noqa: E402
from console.verdict.plan import plan_for  # noqa: E402
from console.verdict.shares import ShareTest  # noqa: E402

BASES, SHARES, EFFECTS = (0.001, 0.01, 0.05), (0.05, 0.25, 0.5), (1.5, 2.0, 5.0, 10.0)
LOG = math.log(1 / ALPHA)
Array = Any
Say = Callable[[str], None]


def upper(alarms: float, runs: int) -> float:
    """The 95 % upper bound (Wilson) of a share."""
    z, p = 1.645, alarms
    centre = p + z * z / (2 * runs)
    return (centre + z * math.sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs))) / (1 + z * z / runs)


def g1_false_alarms(full: bool, say: Say) -> dict[str, Any]:
    """Nothing is wrong, and somebody looks after every ten canary requests."""
    runs, looks = (4_000, 5_000) if full else (400, 2_500)
    found: dict[str, list[float]] = {}
    for base in BASES:
        for share in SHARES:
            for name, alarms in _ever(base, share, runs, looks).items():
                found.setdefault(name, []).append(float(alarms.mean()))
    say(f"P(ever a false alarm), %, {looks:,} looks, {runs:,} canaries a cell (nominal 1)")
    say(f"{'':34}" + " ".join(f"{b:.1%}/{s:.0%}".rjust(9) for b in BASES for s in SHARES) + "      max")
    for name, cells in found.items():
        say(f"{name:34}" + " ".join(f"{100 * c:9.1f}" for c in cells) + f"{100 * max(cells):9.1f}")
    worst = max(found["console"])
    ok = worst <= 0.01 and upper(worst, runs) <= 0.013 if full else worst <= 0.0225
    say(f"console: worst cell {worst:.2%}, its 95 % upper bound {upper(worst, runs):.2%}")
    return {"cells": found, "worst": worst, "upper": upper(worst, runs), "ok": ok}


def _ever(base: float, share: float, runs: int, looks: int) -> dict[str, Array]:
    rng = np.random.default_rng([11, int(base * 1e4), int(share * 100)])
    n_c, n_p = 10, round(10 * (1 - share) / share)
    ours, edge, passing = Betting(runs), Betting(runs, r=1.25), Betting(runs, "pass", r=1.5)
    sums, windows = Sums(), methods.BadWindows(runs)
    names = (
        "naive z at every look",
        "exact, Bonferroni for every look",
        "exact, 10 planned looks, Bonferroni",
        "mSPRT",
        "GrowthBook confidence sequence",
        "3 windows in a row > x1.5",
        "console",
        "console, on the tolerance x1.25",
        "console, false PASS on the margin",
    )
    alarm = {name: np.zeros(runs, bool) for name in names}
    for look in range(1, looks + 1):
        k_p = rng.binomial(n_p, base, runs)
        k_c = rng.binomial(n_c, base, runs)
        sums.add(n_c, k_c, n_p, k_p)
        alarm[names[0]] |= methods.naive_z(sums)
        if look % 5 == 0:
            alarm[names[1]] |= methods.exact(sums, ALPHA / looks)
        if look % (looks // 10) == 0:
            alarm[names[2]] |= methods.exact(sums, ALPHA / 10)
        alarm[names[3]] |= methods.msprt(sums, base)
        alarm[names[4]] |= methods.growthbook(sums)
        alarm[names[5]] |= windows.feed(n_c, k_c, n_p, k_p)
        alarm[names[6]] |= ours.feed(n_c, k_c, n_p, k_p) >= LOG
        alarm[names[7]] |= edge.feed(n_c, rng.binomial(n_c, 1.25 * base, runs), n_p, k_p) >= LOG
        alarm[names[8]] |= passing.feed(n_c, rng.binomial(n_c, 1.5 * base, runs), n_p, k_p) >= LOG
    return alarm


def g2_stress(full: bool, say: Say) -> dict[str, Any]:
    """Two days at 300 requests a minute, 5 -> 25 -> 50 %, nothing wrong; the cycle is high when the share is."""
    runs = 4_000 if full else 500
    worlds: dict[str, Callable[[int], float]] = {
        "stationary": lambda minute: 0.01,
        "daily cycle +-80 %": lambda minute: 0.01 * (1 - 0.8 * math.sin(2 * math.pi * minute / 1_440)),
        "errors x3 on day 2, both arms": lambda minute: 0.01 if minute < 1_440 else 0.03,
        "two common outages at 30 %": lambda minute: 0.30 if minute % 1_440 in range(700, 715) else 0.01,
    }
    found: dict[str, list[float]] = {}
    for number, rate in enumerate(worlds.values()):
        for name, share in _stress(rate, runs, number).items():
            found.setdefault(name, []).append(share)
    say(f"P(ever a false alarm), %, while the percentage is raised ({runs:,} canaries each)")
    say(f"{'':34}" + " ".join(world.rjust(30) for world in worlds))
    for name, cells in found.items():
        say(f"{name:34}" + " ".join(f"{100 * c:30.1f}" for c in cells))
    worst = max(found["console"])
    return {"worlds": list(worlds), "cells": found, "worst": worst, "ok": worst <= 0.01 + 2 * math.sqrt(0.01 / runs)}


def _stress(rate: Callable[[int], float], runs: int, seed: int) -> dict[str, float]:
    rng = np.random.default_rng([22, seed])
    ours, sums, windows = Betting(runs), Sums(), methods.BadWindows(runs)
    names = ("naive z at every look", "exact, 10 planned looks, Bonferroni", "mSPRT", "GrowthBook confidence sequence",
             "3 windows in a row > x1.5", "console")  # fmt: skip
    alarm = {name: np.zeros(runs, bool) for name in names}
    for minute in range(2_880):
        share = 0.05 if minute < 960 else 0.25 if minute < 1_920 else 0.5
        n_c = np.maximum(1, rng.binomial(300, share, runs))
        n_p, p = 300 - n_c, rate(minute)
        k_c, k_p = rng.binomial(n_c, p), rng.binomial(n_p, p)
        sums.add(n_c, k_c, n_p, k_p)
        alarm[names[0]] |= methods.naive_z(sums)
        if minute % 288 == 287:
            alarm[names[1]] |= methods.exact(sums, ALPHA / 10)
        alarm[names[2]] |= methods.msprt(sums, 0.01)
        alarm[names[3]] |= methods.growthbook(sums)
        alarm[names[4]] |= windows.feed(n_c, k_c, n_p, k_p)
        alarm[names[5]] |= ours.feed(n_c, k_c, n_p, k_p) >= LOG
    return {name: float(value.mean()) for name, value in alarm.items()}


def g3_detection(full: bool, say: Say) -> dict[str, Any]:
    """Median canary requests until the alarm, over what the best possible test needs on average."""
    runs = 4_000 if full else 300
    say(f"median canary requests to the alarm / information limit ({runs} canaries a cell); ratio (requests)")
    say(f"{'share':6}" + " ".join(f"{b:.1%} x{e:g}".rjust(15) for b in BASES for e in EFFECTS))
    cells, ok3, ok4 = [], True, True
    for share in SHARES:
        row = []
        for base in BASES:
            for effect in EFFECTS:
                cell = _detect(base, share, effect, runs)
                cells.append(cell)
                row.append(f"{cell['console'] / cell['limit']:.2f} ({cell['console']:,.0f})".rjust(15))
                ok3 &= _fast_enough(cell)
                ok4 &= cell["limit"] < 20 or cell["bonferroni"] >= (1.4 if full else 1.25) * cell["console"]
        say(f"{share:<6.0%}" + " ".join(row))
    worst = max(c["console"] / c["limit"] for c in cells if c["limit"] >= 100)
    gain = min(c["bonferroni"] / c["console"] for c in cells if c["limit"] >= 20)
    # Ten looks planned over 50,000 requests: the first of them comes after 5,000.
    planned = min(5_000 / c["console"] for c in cells if c["base"] >= 0.01 and c["effect"] >= 5)
    say(
        f"worst ratio where the limit is 100 or more: {worst:.2f}; "
        f"earlier than Bonferroni at every look by x{gain:.2f} or more, "
        f"than the first of ten planned looks by x{planned:.0f} or more (effects of x5 and x10, base 1 % and up)"
    )
    return {"cells": cells, "worst": worst, "gain": gain, "planned": planned, "ok": ok3 and ok4 and planned >= 3}


def _fast_enough(cell: dict[str, float]) -> bool:
    """The target, up to the next whole block: nothing can be found between two blocks."""
    limit = cell["limit"]
    allowed = 1.5 * limit if limit >= 100 else 1.75 * limit if limit >= 20 else limit + 20
    return cell["console"] <= math.ceil(allowed / cell["block"]) * cell["block"]


def _detect(base: float, share: float, effect: float, runs: int) -> dict[str, float]:
    rng = np.random.default_rng([33, int(base * 1e4), int(share * 100), int(effect * 10)])
    m = (1 - share) / share
    limit = information_limit(min(effect * base, 0.95), base, m, 1.0, 0.0, ALPHA)
    n_c = max(10, round(limit / 200))
    n_p = round(n_c * m)
    ours, sums = Betting(runs), Sums()
    first = {name: np.full(runs, np.inf) for name in ("console", "bonferroni")}
    for look in range(1, 3_000):
        k_c, k_p = rng.binomial(n_c, effect * base, runs), rng.binomial(n_p, base, runs)
        sums.add(n_c, k_c, n_p, k_p)
        now = {"console": ours.feed(n_c, k_c, n_p, k_p) >= LOG, "bonferroni": methods.exact(sums, ALPHA / 5_000)}
        for name, alarm in now.items():
            first[name] = np.where(alarm & np.isinf(first[name]), look * n_c, first[name])
        if all(np.isfinite(value).mean() > 0.55 for value in first.values()):
            break
    medians = {name: float(np.median(value)) for name, value in first.items()}
    return {"base": base, "share": share, "effect": effect, "limit": limit, "block": n_c, **medians}


def g5_pass(full: bool, say: Say) -> dict[str, Any]:
    """Median canary requests to PASS of an equal canary, over its limit."""
    runs = 4_000 if full else 300
    cases = [
        ("flag 0.1 %, margin x1.5 + 0.1", 0.001, 1.5, 0.001),
        ("error 1 %, margin x1.5", 0.01, 1.5, 0.0),
        ("error 1 %, margin x1.25 + 0.2", 0.01, 1.25, 0.002),
        ("error 5 %, margin x1.25", 0.05, 1.25, 0.0),
        ("dissatisfied 20 %, margin + 3", 0.2, 1.0, 0.03),
        ("p95, margin x1.25 + 2", 0.05, 1.25, 0.02),
    ]
    say(f"PASS of an equal canary at alpha 1 %: median requests / limit ({runs} canaries)")
    rows, worst = {}, 0.0
    for name, base, r, d in cases:
        rows[name] = [_pass(base, share, r, d, runs) for share in SHARES]
        worst = max(worst, *rows[name])
        say(f"{name:34}" + " ".join(f"{ratio:9.2f}" for ratio in rows[name]))
    return {"cells": rows, "worst": worst, "ok": worst <= (1.1 if full else 1.25)}


def _pass(base: float, share: float, r: float, d: float, runs: int) -> float:
    rng = np.random.default_rng([55, int(base * 1e4), int(share * 100), int(r * 100)])
    m = (1 - share) / share
    limit = information_limit(base, base, m, r, d, ALPHA)
    n_c = max(10, round(limit / 200))
    n_p, took = round(n_c * m), np.full(runs, np.inf)
    test = Betting(runs, "pass", r, d, prior=base)  # the day before is known when a rollout begins
    for look in range(1, 2_000):
        log = test.feed(n_c, rng.binomial(n_c, base, runs), n_p, rng.binomial(n_p, base, runs))
        took = np.where((log >= LOG) & np.isinf(took), look * n_c, took)
        if np.isfinite(took).mean() > 0.55:
            break
    return float(np.median(took)) / limit


def g6_users(full: bool, say: Say) -> dict[str, Any]:
    """A user's requests resemble each other: false alarms as if they did not, and with cap 20 and design effect."""
    runs, looks = (2_000, 5_000) if full else (400, 1_500)
    say(f"false alarms, %, when one user's requests are alike ({runs:,} canaries, {looks:,} looks)")
    rows = {}
    for name, icc, rate, heavy in (("20 each, ICC 0.1", 0.1, 0.05, False), ("20 each, ICC 0.3", 0.3, 0.05, False),
                                   ("heavy tail, ICC 0.2, cap 20", 0.2, 0.02, True)):  # fmt: skip
        rows[name] = _clustered(icc, rate, heavy, runs, looks)
        exact = _exact_users(icc, rate, heavy, *((2_000, 300) if full else (200, 120)))
        rows[name] = (*rows[name], exact)
        say(f"{name:34} per request {100 * rows[name][0]:5.1f}   console {100 * rows[name][1]:5.2f}"
            f"   console, users = exact {100 * exact:5.2f}")  # fmt: skip
    worst = max(max(row[1:]) for row in rows.values())
    return {"cells": rows, "worst": worst, "ok": worst <= 0.01 + (0 if full else 0.01)}


def _clustered(icc: float, rate: float, heavy: bool, runs: int, looks: int) -> tuple[float, ...]:
    rng = np.random.default_rng([66, int(icc * 10), heavy])
    a, b, users = rate * (1 / icc - 1), (1 - rate) * (1 / icc - 1), 10
    lengths = (lambda shape: np.minimum(rng.pareto(1.1, shape) + 1, 500).astype(int)) if heavy else (
        lambda shape: np.full(shape, 20))  # fmt: skip
    past_n = np.minimum(lengths((runs, 2_000)), 20)
    past_k = rng.binomial(past_n, rng.beta(a, b, past_n.shape))
    p = (past_k.sum(1) / past_n.sum(1))[:, None]
    squares = (past_k - p * past_n) ** 2 / (p * (1 - p))
    plain, weighted = squares.sum(1) / past_n.sum(1), (squares * past_n).sum(1) / (past_n**2).sum(1)
    spread = np.maximum(plain, weighted)  # as console/verdict/users.py does
    naive, ours = Betting(runs), Betting(runs, effect=np.maximum(1.0, spread))
    alarm = np.zeros((2, runs), bool)
    capped, whole = ([Pool(rng, a, b, (runs, users), lengths, cap) for _ in range(2)] for cap in (20, 500))
    for _ in range(looks):
        for index, (test, pools) in enumerate(((naive, whole), (ours, capped))):
            canary, production = (pool.block() for pool in pools)
            alarm[index] |= test.feed(users, canary, users, production) >= LOG
    return float(alarm[0].mean()), float(alarm[1].mean())


def _exact_users(icc: float, rate: float, heavy: bool, runs: int, blocks: int) -> float:
    """The exact mode on ten new users an arm and block: the product's own test, one value a user."""
    rng = np.random.default_rng([67, int(icc * 10), heavy])
    a, b, shape = rate * (1 / icc - 1), (1 - rate) * (1 / icc - 1), (2, blocks, 10)
    before, alarms = Counts(requests=40_000, errors=int(40_000 * rate)), 0
    for _ in range(runs):
        n = np.minimum(rng.pareto(1.1, shape) + 1, 20).astype(int) if heavy else np.full(shape, 20)
        bins = -(-20 * rng.binomial(n, rng.beta(a, b, shape)) // n)
        plan = plan_for(Gates(users="exact"), before, measured={"error"}, requests_per_user=float(n.mean())).metrics[0]
        test = UserTest("regression", 1.0, 0.0, plan.cap, plan.prior_rate)
        for canary, production in zip(bins[0].tolist(), bins[1].tolist(), strict=True):
            test.feed(Counter(canary), Counter(production))
        alarms += test.wealth.best >= LOG
    return alarms / runs


def g7_latency(full: bool, say: Say) -> dict[str, Any]:
    """Log-normal latencies, tolerance x1.2, threshold up to 10 % off; then a canary twice as slow, at 5 %."""
    runs, looks = (4_000, 2_500) if full else (400, 1_000)
    rng, sigma = np.random.default_rng(77), 0.8

    def beyond(threshold: float, slower: float) -> float:
        return 0.5 * math.erfc((math.log(threshold) - math.log(slower)) / sigma / math.sqrt(2))

    edges = {"p50": 1.0, "p95": math.exp(1.6449 * sigma)}
    alarms, took = {}, {}
    for name, edge in edges.items():
        for off in (0.9, 1.0, 1.1):
            p_c, p_p = beyond(1.2 * edge * off, 1.2), beyond(edge * off, 1.0)
            test, alarm = Betting(runs, prior=p_p), np.zeros(runs, bool)
            for _ in range(looks):
                alarm |= test.feed(10, rng.binomial(10, p_c, runs), 190, rng.binomial(190, p_p, runs)) >= LOG
            alarms[f"{name} x{off}"] = float(alarm.mean())
        test, first = Betting(runs, prior=beyond(edge, 1.0)), np.full(runs, np.inf)
        for look in range(1, 100):
            k_c = rng.binomial(10, beyond(1.2 * edge, 2.0), runs)
            log = test.feed(10, k_c, 190, rng.binomial(190, beyond(edge, 1.0), runs))
            first = np.where((log >= LOG) & np.isinf(first), look * 10, first)
        took[name] = float(np.median(first))
    say("latency exactly on the tolerance, threshold off: " + ", ".join(f"{k} {v:.2%}" for k, v in alarms.items()))
    say("a canary x2 slower is found after: " + ", ".join(f"{k} {v:.0f} requests" for k, v in took.items()))
    ok = max(alarms.values()) <= 0.01 + (0 if full else 0.0125) and max(took.values()) <= 100
    return {"alarms": alarms, "median": took, "ok": ok}


def g8_golden(full: bool, say: Say) -> dict[str, Any]:
    """The product against the published vectors, and this file's numpy against the product."""
    golden = json.loads((ROOT / "tests" / "verdict" / "golden.json").read_text())
    worst = 0.0
    for case in golden["cases"]:
        given = dict(case["params"])
        test = ShareTest(given["side"], given.get("r", 1.0), given.get("d", 0.0),
                         design_effect=given.get("D", 1.0), betting=given.get("start", 0.5))  # fmt: skip
        for counts, expected in zip(golden["buckets"], case["logE"], strict=True):
            test.feed(*counts)
            worst = max(worst, abs(test.wealth.log() - expected))
    shared = max(
        _shared(side, r, d)
        for side, r, d in (("regression", 1.0, 0.0), ("regression", 1.1, 0.001), ("pass", 1.25, 0.005))
    )
    say(f"golden vectors: largest difference {worst:.1e}; numpy against the product: {shared:.1e}")
    return {"golden": worst, "numpy": shared, "ok": worst <= 1e-9 and shared <= 1e-9}


def _shared(side: Any, r: float, d: float) -> float:
    rng, runs, worst = np.random.default_rng(88), 4, 0.0
    fast, slow = Betting(runs, side, r, d, effect=1.7), [ShareTest(side, r, d, design_effect=1.7) for _ in range(runs)]
    for _ in range(400):
        k_c, k_p = rng.binomial(12, 0.03, runs), rng.binomial(150, 0.02, runs)
        log = fast.feed(12, k_c, 150, k_p)
        for run, test in enumerate(slow):
            test.feed(12, int(k_c[run]), 150, int(k_p[run]))
            worst = max(worst, abs(test.wealth.log() - log[run]))
    return worst


def g10_speed(full: bool, say: Say) -> dict[str, Any]:
    """Time a block costs, the best of some rounds: other processes only ever add to it."""
    rng = np.random.default_rng(99)
    share_us = min(_timed(lambda: ShareTest("regression", 1.1, 0.001), _shares(rng)) for _ in range(7))
    cost_us = min(_timed(lambda: MeanTest("regression", 1.05, 0.0, 230), _costs(rng)) for _ in range(7))
    say(f"a block costs a 0/1 test {share_us:.1f} us and the cost test {cost_us:.1f} us")
    return {"share_us": share_us, "cost_us": cost_us, "ok": share_us <= 15 and cost_us <= 80}


def _shares(rng: Any) -> list[tuple[Any, ...]]:
    return [
        (10, int(k), 190, int(j))
        for k, j in zip(rng.binomial(10, 0.02, 2_000), rng.binomial(190, 0.01, 2_000), strict=True)
    ]


def _costs(rng: Any) -> list[tuple[Any, ...]]:
    def histogram(n: int) -> dict[int, int]:
        bins = [bin_of(value) for value in rng.lognormal(8, 0.8, n)]
        return {index: bins.count(index) for index in set(bins)}

    return [(histogram(10), histogram(190)) for _ in range(200)]


def _timed(make: Callable[[], Any], blocks: list[tuple[Any, ...]]) -> float:
    test = make()
    started = time.process_time()  # what other processes take is not the product's
    for block in blocks:
        test.feed(*block)
    return (time.process_time() - started) / len(blocks) * 1e6


BENCHES: dict[str, Callable[[bool, Say], dict[str, Any]]] = {
    "G8": g8_golden,
    "G1": g1_false_alarms,
    "G2": g2_stress,
    "G3": g3_detection,
    "G5": g5_pass,
    "G6": g6_users,
    "G7": g7_latency,
    "G10": g10_speed,
}
"""G4 is part of G3. G9, the exact expectation of a block, is a property test: tests/verdict/test_shares.py."""


def _chosen(only: str) -> Iterator[tuple[str, Callable[[bool, Say], dict[str, Any]]]]:
    wanted = {name.strip().upper() for name in only.split(",") if name.strip()}
    return ((name, bench) for name, bench in BENCHES.items() if not wanted or name in wanted)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the replications of docs/verdict.md")
    parser.add_argument("--only", default="", metavar="G1,G2", help="only these")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    given = parser.parse_args()
    results, missed = {}, []
    for name, bench in _chosen(given.only):
        started = time.perf_counter()
        results[name] = bench(given.full, print)
        print(
            f"{name}: {'ok' if results[name]['ok'] else 'MISSED'} ({time.perf_counter() - started:.0f} s)\n", flush=True
        )
        missed += [] if results[name]["ok"] else [name]
    if given.json:
        Path(given.json).write_text(json.dumps(results, indent=1, default=float))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
