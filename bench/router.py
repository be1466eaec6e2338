"""What `Router.select` costs, beside a digest and beside other SDKs: `python -m bench.router [--json] [--no-peers]`.

All figures of a run come from one process, in turns of short batches, so that a busy machine slows all of them alike.
The peers are installed into `.venv-peers` at the first run, and read their flags from memory or a file: no network.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
PACKAGES = ("growthbook==4.0.0", "launchdarkly-server-sdk==9.18.2", "eppo-server-sdk==4.4.1")
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
ROLLOUT = f"support|{NEW}|2026-11-20T09:00:00Z"
PERCENTAGE = 25
BATCH = 250
RETURNING = 1_000
REGISTRY = f"""schema = 1
[routes.support]
production = "{OLD}"
canary = "{NEW}"
canary_percentage = {PERCENTAGE}
canary_start = 2026-11-20T09:00:00Z
[models."{OLD}"]
pinned_date = 2026-05-15
reason = "chosen"
[models."{NEW}"]
pinned_date = 2026-11-18
reason = "chosen"
"""
Pick = Callable[[str], object]


def plain(key: str) -> str:
    """The published rule as anybody would write it: one digest and a comparison."""
    digest = hashlib.sha256(f"{ROLLOUT}\0{key}".encode()).digest()
    return NEW if (int.from_bytes(digest[:4], "big") * 1_000_000) >> 32 < PERCENTAGE * 10_000 else OLD


def bare() -> Pick:
    """Nothing but the digest and a comparison of bytes: what no router can be faster than without a memory."""
    prefix, limit, sha256 = f"{ROLLOUT}\0".encode(), (1 << 30).to_bytes(4, "big"), hashlib.sha256

    def pick(key: str) -> str:
        return NEW if sha256(prefix + key.encode()).digest() < limit else OLD

    return pick


def growthbook() -> Pick:
    """A coverage rule, evaluated by one shared instance."""
    from growthbook import GrowthBook

    rule = {"force": NEW, "coverage": PERCENTAGE / 100, "hashAttribute": "id"}
    shared = GrowthBook(features={"model": {"defaultValue": OLD, "rules": [rule]}})

    def pick(key: str) -> object:
        shared.set_attributes({"id": key})
        return shared.get_feature_value("model", OLD)

    return pick


def launchdarkly(folder: Path) -> Pick:
    """A percentage rollout from a file, events off."""
    import ldclient
    from ldclient.config import Config
    from ldclient.integrations import Files

    weights = [{"variation": 0, "weight": 75_000}, {"variation": 1, "weight": 25_000}]
    flag = {
        "key": "model",
        "on": True,
        "variations": [OLD, NEW],
        "fallthrough": {"rollout": {"variations": weights}},
        "offVariation": 0,
        "salt": "s",
        "version": 1,
    }
    file = folder / "flags.json"
    file.write_text(json.dumps({"flags": {"model": flag}}))
    source = Files.new_data_source(paths=[str(file)])
    client = ldclient.LDClient(Config("none", update_processor_class=source, send_events=False))

    def pick(key: str) -> object:
        return client.variation("model", ldclient.Context.create(key), OLD)

    return pick


def eppo() -> Pick:
    """The SDK with the compiled core; assignments are logged nowhere, nothing is polled."""
    import eppo_client
    from eppo_client.config import AssignmentLogger, Config

    edge = PERCENTAGE * 100
    ranges = {"control": [0, 10_000 - edge], "canary": [10_000 - edge, 10_000]}
    splits = [
        {"variationKey": name, "shards": [{"salt": ROLLOUT, "ranges": [{"start": start, "end": end}]}]}
        for name, (start, end) in ranges.items()
    ]
    flag = {
        "key": "model",
        "enabled": True,
        "variationType": "STRING",
        "variations": {"control": {"key": "control", "value": OLD}, "canary": {"key": "canary", "value": NEW}},
        "allocations": [{"key": "rollout", "rules": [], "splits": splits, "doLog": False}],
        "totalShards": 10_000,
    }
    configuration = {
        "createdAt": "2026-01-01T00:00:00Z",
        "format": "SERVER",
        "environment": {"name": "bench"},
        "flags": {"model": flag},
    }
    client = eppo_client.init(
        Config(
            api_key="none",
            base_url="http://127.0.0.1:9",
            assignment_logger=AssignmentLogger(),
            poll_interval_seconds=None,
            initial_configuration=eppo_client.Configuration(flags_configuration=json.dumps(configuration).encode()),
        )
    )

    def pick(key: str) -> object:
        return client.get_string_assignment("model", key, {}, "none")

    return pick


def fresh() -> Iterator[str]:
    """A user nobody has seen before, each time."""
    return (f"user-{number}" for number in count())


def returning() -> Iterator[str]:
    """A thousand users who come again and again."""
    return cycle([f"user-{number}" for number in range(RETURNING)])


def batch(pick: Pick, keys: list[str]) -> float:
    """Nanoseconds a call."""
    start = time.perf_counter_ns()
    for key in keys:
        pick(key)
    return (time.perf_counter_ns() - start) / len(keys)


def p50s(picks: dict[str, Pick], users: Callable[[], Iterator[str]], rounds: int) -> dict[str, float]:
    """The median of many short batches of each contender, in turns."""
    source = users()
    times: dict[str, list[float]] = {name: [] for name in picks}
    for _ in range(rounds):
        keys = [next(source) for _ in range(BATCH)]
        for name, pick in picks.items():
            times[name].append(batch(pick, keys))
    return {name: statistics.median(found) for name, found in times.items()}


def calls_per_s(pick: Pick, threads: int, calls: int) -> float:
    """Calls a second of all threads together."""
    keys = [f"user-{number}" for number in range(calls)]
    ready = threading.Barrier(threads + 1)

    def work() -> None:
        ready.wait()
        for key in keys:
            pick(key)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    start = time.perf_counter()
    for worker in workers:
        worker.join()
    return threads * calls / (time.perf_counter() - start)


def shares(picks: dict[str, Pick]) -> None:
    """Every contender must do the work it is timed for: 25 % of users get the new model."""
    for name, pick in picks.items():
        share = sum(pick(f"check-{number}") == NEW for number in range(4_000)) / 4_000
        if abs(share - PERCENTAGE / 100) > 0.03:
            raise SystemExit(f"{name} is not set up: {share:.1%} of users get the new model")


def measure(*, rounds: int, peers: bool) -> dict[str, Any]:
    """All figures of one run."""
    from console.routing.router import Router

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "registry.toml").write_text(REGISTRY)
        with Router(folder / "registry.toml", OLD, cache_dir=folder / "cache", environment={}) as router:
            select = router.select
            picks: dict[str, Pick] = {
                "select": lambda key: select("support", key).model,
                "plain digest": plain,
                "bare digest": bare(),
            }
            if peers:
                picks |= {"GrowthBook": growthbook(), "LaunchDarkly": launchdarkly(folder), "Eppo": eppo()}
            shares(picks)
            figures = {users.__name__: p50s(picks, users, rounds) for users in (fresh, returning)}
            totals = [
                (calls_per_s(picks["select"], 1, 60_000), calls_per_s(picks["select"], 4, 60_000)) for _ in range(5)
            ]
    return {
        "p50_ns": figures,
        "threads_ratio": statistics.median(four / one for one, four in totals),
        "python": sys.version.split()[0],
    }


def report(figures: dict[str, Any]) -> None:
    """The figures in words."""
    for users, times in figures["p50_ns"].items():
        print(f"p50 with {users} users")
        for name, nanoseconds in times.items():
            others = f"  select takes {times['select'] / nanoseconds:.3f} of it" if name != "select" else ""
            print(f"  {name:14}{nanoseconds:10,.0f} ns{others}")
    print(f"4 threads do {figures['threads_ratio']:.2f} of the calls of 1 thread, together")


def peer_python() -> Path | None:
    """The interpreter that has the peers, made if need be; None where they cannot be installed."""
    python = PEERS / "bin" / "python"
    if not (PEERS / "ready").exists():
        venv.create(PEERS, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES]
        if subprocess.run(command, timeout=600, check=False).returncode:
            return None
        (PEERS / "ready").touch()
    return python


def main() -> int:
    """Measure, with the peers if they can be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peers", action="store_true", help="only against the digest")
    parser.add_argument("--in-peers", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    if not (options.no_peers or options.in_peers):
        if python := peer_python():
            arguments = [str(python), "-m", "bench.router", "--in-peers", *sys.argv[1:]]
            return subprocess.run(
                arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
            ).returncode
        print("the peers cannot be installed here: only the digest stands beside", file=sys.stderr)
    logging.disable(logging.CRITICAL)
    figures = measure(rounds=options.rounds, peers=options.in_peers)
    if options.json:
        print(json.dumps(figures))
    else:
        report(figures)
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the peers keep threads that wait for servers
