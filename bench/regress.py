"""What a regression run costs beside the models' own time, and how quick its review is.

Run: `python bench/regress.py [--cases 200] [--latency 1] [--concurrency 20 50] [--rounds 3] [--json]`. A stub answers
every request after `--latency` seconds; `console regress` is timed as a whole process, start included, against requests
× latency / concurrency, the least that any client can take. Then `console review` runs on a real terminal of 120x36
over as many changed cases: the time from a key to the first byte of the next case, and the memory of the process.
`--large N` does both over a suite of N cases with a stub that takes 20 ms. On a machine that is busy with other
things: `python bench/alone.py bench/regress.py`.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.compare import ANSWER, GOALS, MODELS, stub  # noqa: E402

KEY_GOAL_MS = 50.0
LARGE_LATENCY_S, LARGE_CONCURRENCY = 0.02, 50
REGISTRY = """schema = 1

[routes.support]
production = "{0}"
experimental = "{1}"
suite = "suites/support.toml"

[models."{0}"]
pinned_date = 2026-05-15
reason = "known"

[models."{1}"]
pinned_date = 2026-11-18
reason = "its replacement"
"""


class Ran(NamedTuple):
    """One `console regress`: wall and processor seconds, and its largest memory in MB."""

    wall_s: float
    cpu_s: float
    memory_mb: float


def project(folder: Path, cases: int, accepted: bool) -> None:
    """A registry, a suite, and, with `accepted`, an accepted answer a case that no answer of the stub is like."""
    (folder / "suites").mkdir()
    (folder / "registry.toml").write_text(REGISTRY.format(*MODELS))
    tables = (f'[[case]]\nid = "case-{n:04}"\nprompt = "Where is parcel {n}?"\n' for n in range(cases))
    (folder / "suites/support.toml").write_text('schema = 1\nroute = "support"\n\n' + "\n".join(tables))
    if accepted:
        from datetime import date

        from console.regression import snapshots, suites
        from console.regression.records import Snapshot

        suite = suites.read(folder / "suites/support.toml")
        suite.snapshots.mkdir(parents=True)
        for case in suite.cases:
            text = ANSWER.replace("three working days", f"{len(case.id) + int(case.id[5:]) % 9} weeks")
            kept = Snapshot(case.id, MODELS[0], MODELS[0], date(2026, 6, 1), "0" * 12, "anthropic", (text,))
            snapshots.path_of(suite, case.id).write_bytes(snapshots.dump(kept))


def environment(folder: Path, url: str) -> dict[str, str]:
    """Nothing of the person's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONSOLE_", "ANTHROPIC_"))}
    return {
        **kept, "PYTHONPATH": str(ROOT), "ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": url,
        "CONSOLE_STATE": str(folder / "state"), "NO_PROXY": "127.0.0.1", "TERM": "xterm-256color",
    }  # fmt: skip


def run(folder: Path, url: str, concurrency: int, codes: tuple[int, ...] = (0,)) -> Ran:
    """One run over the whole suite."""
    command = [sys.executable, "-m", "console", "regress", "support", "--concurrency", str(concurrency)]
    begun = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder, url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in codes, said.decode()
    return Ran(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def runs(cases: int, latency_s: float, concurrencies: list[int], rounds: int) -> list[dict[str, float]]:
    """Both models asked every case, at each concurrency; the middle of several runs."""
    rows = []
    requests = cases * len(MODELS)
    with stub(latency_s) as url, tempfile.TemporaryDirectory() as name:
        project(Path(name), cases, accepted=False)
        for concurrency in concurrencies:
            found = [run(Path(name), url, concurrency) for _ in range(rounds)]
            least = requests * latency_s / concurrency
            wall = statistics.median(one.wall_s for one in found)
            rows.append(
                {
                    "concurrency": concurrency,
                    "requests": requests,
                    "least_s": least,
                    "wall_s": wall,
                    "factor": wall / least,
                    "best_factor": min(one.wall_s for one in found) / least,
                    "goal": GOALS.get(concurrency, float("nan")),
                    "cpu_ms_a_call": statistics.median(one.cpu_s for one in found) * 1_000 / requests,
                    "memory_mb": max(one.memory_mb for one in found),
                }
            )
    return rows


class Terminal:
    """A command on a terminal of 120x36."""

    def __init__(self, command: list[str], folder: Path, variables: dict[str, str]) -> None:
        self.pid, self._end = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, variables)
        fcntl.ioctl(self._end, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))

    def until(self, wanted: bytes, seconds: float = 60.0) -> float:
        """Read until `wanted` was written, whatever colours stand in it; how long that took."""
        begun, seen = time.perf_counter(), b""
        while wanted not in re.sub(rb"\x1b\[[0-9;]*m", b"", seen):
            left = begun + seconds - time.perf_counter()
            if left <= 0 or not select.select([self._end], [], [], left)[0]:
                raise TimeoutError(f"not on the screen: {wanted!r}")
            seen += os.read(self._end, 65_536)
        return time.perf_counter() - begun

    def press(self, key: bytes) -> None:
        """Type a key."""
        os.write(self._end, key)

    def rest(self, quiet_s: float = 0.3) -> None:
        """Read until nothing more comes."""
        while select.select([self._end], [], [], quiet_s)[0]:
            os.read(self._end, 65_536)

    @property
    def memory_mb(self) -> float:
        """What the process holds."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGTERM)
        with suppress(OSError):  # its end of the terminal is gone
            self.rest()
        os.waitpid(self.pid, 0)
        os.close(self._end)


def reviewed(folder: Path, url: str, cases: int, presses: int) -> dict[str, float]:
    """Open the review, then press `a` and `j` in turns: accepting writes a snapshot, both show the next case."""
    command = [sys.executable, "-m", "console", "review", "support"]
    terminal = Terminal(command, folder, environment(folder, url))
    try:
        opened = terminal.until(f"case 1 of {cases:,}".replace(",", "").encode())
        terminal.rest(1.0)
        times: dict[bytes, list[float]] = {b"a": [], b"j": []}
        for number in range(2, presses + 2):
            key = b"aj"[number % 2 : number % 2 + 1]
            begun = time.perf_counter()
            terminal.press(key)
            terminal.until(f"case {number} of {cases}".encode())
            times[key].append((time.perf_counter() - begun) * 1_000)
            terminal.rest(0.05)
        memory = terminal.memory_mb
    finally:
        terminal.close()
    every = sorted(times[b"a"] + times[b"j"])
    return {
        "changed": cases,
        "opened_s": opened,
        "key_ms_median": statistics.median(every),
        "key_ms_p95": every[int(len(every) * 0.95)],
        "key_ms_worst": every[-1],
        "accept_ms_median": statistics.median(times[b"a"]),
        "goal_ms": KEY_GOAL_MS,
        "memory_mb": memory,
    }


def review(cases: int, presses: int) -> dict[str, float]:
    """A run in which everything changed, and its review."""
    with stub(0.0) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder, cases, accepted=True)
        found = run(folder, url, LARGE_CONCURRENCY, codes=(1,))
        return {**reviewed(folder, url, cases, min(presses, cases - 2)), "run_s": found.wall_s}


def large(cases: int) -> dict[str, float]:
    """A suite of many cases: the run, and its review."""
    with stub(LARGE_LATENCY_S) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder, cases, accepted=True)
        found = run(folder, url, LARGE_CONCURRENCY, codes=(1,))
        shown = reviewed(folder, url, cases, 40)
        return {"run_s": found.wall_s, "run_cpu_s": found.cpu_s, "run_memory_mb": found.memory_mb, **shown}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--concurrency", type=int, nargs="*", default=[20, 50])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--large", type=int, metavar="N")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    result: dict[str, object] = {"load": load}
    if given.large:
        result["large"] = large(given.large)
    else:
        result["runs"] = runs(given.cases, given.latency, given.concurrency, given.rounds)
        result["review"] = review(given.cases, given.presses)
    print(json.dumps(result, indent=2) if given.json else _words(result))
    return 0


def _words(result: dict[str, object]) -> str:
    lines = [f"load of the machine before: {result['load']:.1f}"]
    lines += [
        f"{row['requests']} requests at {row['concurrency']}: {row['wall_s']:.2f} s whole process, "
        f"{row['factor']:.2f} × the least {row['least_s']:.2f} s (best {row['best_factor']:.2f}, goal "
        f"{row['goal']:g}), {row['cpu_ms_a_call']:.1f} ms processor time a call, {row['memory_mb']:.0f} MB"
        for row in result.get("runs", [])  # type: ignore[attr-defined]
    ]
    for name in ("review", "large"):
        found = result.get(name)
        if isinstance(found, dict):
            if name == "large":
                lines.append(
                    f"run of {found['changed']} cases: {found['run_s']:.1f} s, {found['run_cpu_s']:.1f} s processor "
                    f"time, {found['run_memory_mb']:.0f} MB"
                )
            lines.append(
                f"review of {found['changed']} changed cases: open after {found['opened_s']:.2f} s; key to next case "
                f"{found['key_ms_median']:.0f} ms (p95 {found['key_ms_p95']:.0f}, worst {found['key_ms_worst']:.0f}, "
                f"accepting {found['accept_ms_median']:.0f}; goal {found['goal_ms']:.0f}), {found['memory_mb']:.0f} MB"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    sys.exit(main())
