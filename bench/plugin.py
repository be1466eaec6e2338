"""What suites cost under pytest: `python bench/plugin.py`. About two minutes; a provider on loopback answers.

Wall time of 200 cases on two models at concurrency 20 and 50 against what the answers alone would take; the processor
time that pytest and the plugin together add to a case that needs no network; memory; and a suite of 5,000 cases.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.compare import GOALS, MODELS, stub  # noqa: E402

OLD, NEW = MODELS
REGISTRY = f"""schema = 1
[routes.support]
production = "{OLD}"
[models."{OLD}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "known"
"""
MOST_MS = 2.0


@dataclass(frozen=True)
class Ran:
    """One pytest process. `busy` is its processor time, `kilobytes` the most memory it held at once."""

    code: int
    seconds: float
    busy: float
    kilobytes: int
    out: str


def run(folder: Path, url: str, *words: str) -> Ran:
    """Run pytest in `folder`."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "CONSOLE_STATE": str(folder / "state"),
        "ANTHROPIC_API_KEY": "none",
        "ANTHROPIC_BASE_URL": url,
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "console.plugin", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ran(process.returncode, time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, out)


def project(folder: Path, cases: int) -> Path:
    """A project with a suite of so many cases."""
    made = folder / f"of-{cases}"
    (made / "suites").mkdir(parents=True)
    (made / "registry.toml").write_text(REGISTRY)
    (made / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    text = "".join(
        f'[[case]]\nid = "case-{number}"\nprompt = "Question {number}: may I return my order after three weeks?"\n'
        'must_include = ["parcel"]\nmax_words = 120\ntags = ["returns"]\n\n'
        for number in range(cases)
    )
    (made / "suites" / "support.toml").write_text("schema = 1\n\n" + text)
    return made


def told(what: str, figure: str, limit: str, *, good: bool) -> bool:
    """Print a figure beside its limit."""
    print(f"{'ok ' if good else 'BAD'}  {what:<58} {figure:>24}  {limit}")
    return good


def spent(ran: Ran) -> str:
    """The wall and processor time of a process."""
    return f"{ran.seconds:.1f} s, of a processor {ran.busy:.1f} s"


def walls(folder: Path, latency_s: float) -> Iterator[bool]:
    """200 cases on two models, against the time that the answers take."""
    with stub(latency_s) as url:
        made = project(folder, 200)
        for concurrency, most in GOALS.items():
            alone = 2 * 200 / concurrency * latency_s
            accepted = run(made, url, "--snapshot-update", f"--llm-concurrency={concurrency}")
            again = run(made, url, "--model", NEW, f"--llm-concurrency={concurrency}")
            if accepted.code or again.code:
                sys.exit(accepted.out + again.out)
            wall = accepted.seconds + again.seconds
            figure = f"{wall:.1f} s = {wall / alone:.2f} x {alone:.0f} s"
            what = f"200 cases x 2 models, {concurrency} at once, {latency_s:g} s an answer"
            yield told(what, figure, f"<= {most} x", good=wall <= most * alone)
            memory = max(accepted.kilobytes, again.kilobytes) / 1024
            print(f"     of a processor {accepted.busy + again.busy:.1f} s, {memory:.0f} MB")


def overheads(folder: Path) -> Iterator[bool]:
    """What a case costs when its answer is there already, and what a large suite costs."""
    with stub(0.0) as url:
        one, many, most = (project(folder, cases) for cases in (1, 1_000, 5_000))
        for made in (one, many, most):
            written = run(made, url, "--snapshot-update", "--llm-concurrency=50")
            if written.code:
                sys.exit(written.out)
        print(f"     5,000 cases asked and accepted: {spent(written)}")
        base = min(run(one, url, "--replay").busy for _ in range(3))
        for made, cases in ((many, 1_000), (most, 5_000)):
            replayed = min((run(made, url, "--replay") for _ in range(2)), key=lambda ran: ran.busy)
            each = (replayed.busy - base) / (cases - 1) * 1_000
            what = f"a case without the network, of {cases:,} replayed"
            yield told(what, f"{each:.2f} ms", f"<= {MOST_MS:g} ms", good=each <= MOST_MS)
            print(f"     {spent(replayed)}, {replayed.kilobytes / 1024:.0f} MB")
        listed, alone = run(most, url, "--collect-only"), run(most, url, "--replay", "-k", "case-4711")
        print(f"     5,000 cases listed: {listed.busy:.1f} s of a processor; one of them alone: {alone.busy:.1f} s")
        print(f"     a suite of one: {base:.1f} s")


def main() -> None:
    """Measure and say whether every figure is within its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=2.0, metavar="SECONDS")
    parser.add_argument("--only", choices=("walls", "overheads"))
    given = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.only != "walls":
            good &= all(list(overheads(folder)))
        if given.only != "overheads":
            good &= all(list(walls(folder, given.latency)))
    sys.exit(not good)


if __name__ == "__main__":
    main()
