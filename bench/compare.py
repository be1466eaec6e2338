"""What a run over many prompts costs beside the models' own time, and what similarity costs beside its library.

Run: `python bench/compare.py [--prompts 200] [--latency 0.2] [--concurrency 20 50] [--similarity] [--json]`. A stub
answers every request after `--latency` seconds; `console compare --file` is timed as a whole process, start included,
against requests × latency / concurrency, the least that any client can take. `--similarity` adds: loading and asking
the embeddings worker, plain sentence-transformers beside it, and the longest times the comparer's screen stands still
meanwhile, each the middle and the worst of `--rounds`. `--prompts 0` measures only that. The stub's own processor time
is told apart. While others work on the machine: `python bench/alone.py bench/compare.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

MODELS = ("claude-sonnet-4-5-20250929", "claude-sonnet-5-5")
GOALS = {20: 1.15, 50: 1.4}
GAP_GOAL_MS = 50.0
GAPS = (
    ("opening", "while it opened"),
    ("streaming", "while two answers streamed"),
    ("loading", "while the model loaded"),
    ("megabyte", "while two answers of a megabyte came and were judged"),
)
ANSWER = "Your parcel left our warehouse on Tuesday and will be with you within three working days."


def events(model: str) -> bytes:
    """One streamed answer of the Messages API."""
    usage = {"input_tokens": 20, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    parts: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word + " "}}
            for word in ANSWER.split()
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 20}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {part['type']}\ndata: {json.dumps(part)}\n\n".encode() for part in parts)


async def serve(latency_s: float) -> None:
    """The stub: every request is answered after `latency_s`, all of it at once."""
    bodies = {model: events(model) for model in MODELS}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
                )
                asked = json.loads(await reader.readexactly(length))
                await asyncio.sleep(latency_s)
                body = bodies[asked["model"]]
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Stub(str):
    """The url of a stub; `pid` is its process."""

    pid: int

    def cpu_s(self) -> float:
        """Its processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def stub(latency_s: float) -> Iterator[Stub]:
    command = [sys.executable, __file__, "--serve", str(latency_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            made = Stub(f"http://127.0.0.1:{process.stdout.readline().strip()}")
            made.pid = process.pid
            yield made
        finally:
            process.terminate()


def whole_run(url: str, folder: Path, prompts: int, concurrency: int) -> tuple[float, float]:
    """Wall and processor seconds of one `console compare --file`, its start included."""
    file = folder / "prompts.jsonl"
    file.write_text("".join(json.dumps({"id": n, "prompt": f"Where is parcel {n}?"}) + "\n" for n in range(prompts)))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CONSOLE_", "ANTHROPIC_"))},
        "PYTHONPATH": str(ROOT),
        "ANTHROPIC_API_KEY": "none",
        "ANTHROPIC_BASE_URL": url,
        "CONSOLE_STATE": tempfile.mkdtemp(dir=folder),
        "NO_PROXY": "127.0.0.1",
    }
    command = [sys.executable, "-m", "console", "compare", "--file", str(file), "--models", *MODELS, "--json"]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [*command, "--concurrency", str(concurrency)], cwd=folder, env=environment, capture_output=True, text=True
    )
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["same"] == prompts
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def many(prompts: int, latency_s: float, concurrencies: list[int], rounds: int) -> list[dict[str, float]]:
    rows = []
    requests = prompts * len(MODELS)
    with stub(latency_s) as url, tempfile.TemporaryDirectory() as folder:
        for concurrency in concurrencies:
            before = url.cpu_s()
            runs = [whole_run(url, Path(folder), prompts, concurrency) for _ in range(rounds)]
            stub_ms = (url.cpu_s() - before) * 1_000 / requests / rounds
            least = requests * latency_s / concurrency
            wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
            rows.append(
                {
                    "concurrency": concurrency,
                    "requests": requests,
                    "least_s": least,
                    "wall_s": wall,
                    "factor": wall / least,
                    "worst_factor": max(wall for wall, _ in runs) / least,
                    "goal": GOALS.get(concurrency, float("nan")),
                    "cpu_ms_a_call": cpu * 1_000 / requests,
                    "stub_cpu_ms_a_call": stub_ms,
                }
            )
    return rows


def similarity(rounds: int) -> dict[str, float | str]:
    from bench.comparer_screen import measure
    from console.compare.similarity import Embedder, model_of

    other = ANSWER.replace("Tuesday", "Monday")
    embedder = Embedder()
    begun = time.perf_counter()
    found = embedder.similarity(ANSWER, other)
    cold = time.perf_counter() - begun
    warm = statistics.median(_timed(lambda: embedder.similarity(ANSWER, other)) for _ in range(20))
    embedder.close()
    name = model_of(os.environ)[0]
    code = (
        "import sys, time\nt = time.perf_counter()\n"
        "from sentence_transformers import SentenceTransformer\n"
        "m = SentenceTransformer(sys.argv[1], device='cpu')\n"
        "f = lambda: m.encode([sys.argv[2], sys.argv[3]], normalize_embeddings=True, show_progress_bar=False)\n"
        "f(); cold = time.perf_counter() - t\n"
        "times = []\n"
        "for _ in range(20):\n    t = time.perf_counter(); f(); times.append(time.perf_counter() - t)\n"
        "print(cold, sorted(times)[10])"
    )
    plain = subprocess.run(
        [sys.executable, "-c", code, name, ANSWER, other],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    plain_cold, plain_warm = map(float, plain.stdout.split()) if plain.returncode == 0 else (float("nan"),) * 2
    return {
        "how": found.how,
        "cold_s": cold,
        "warm_ms": warm * 1_000,
        "plain_cold_s": plain_cold,
        "plain_warm_ms": plain_warm * 1_000,
        **measure(rounds),
        "gap_goal_ms": GAP_GOAL_MS,
    }


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[20, 50])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--similarity", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        asyncio.run(serve(given.serve))
        return 0
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}", file=sys.stderr)
    rows = many(given.prompts, given.latency, given.concurrency, given.rounds) if given.prompts else []
    found = similarity(given.rounds) if given.similarity else None
    if given.json:
        print(json.dumps({"many": rows, "similarity": found}, indent=2))
        return 0
    for row in rows:
        print(
            f"{row['requests']} requests at {row['concurrency']}: {row['wall_s']:.2f} s whole process, "
            f"{row['factor']:.2f} × the least {row['least_s']:.2f} s (worst {row['worst_factor']:.2f}, goal "
            f"{row['goal']:g}), {row['cpu_ms_a_call']:.1f} ms processor time a call, start included; the stub's own "
            f"{row['stub_cpu_ms_a_call']:.1f} ms"
        )
    if found:
        print(
            f"similarity by {found['how']}: cold {found['cold_s']:.1f} s, warm {found['warm_ms']:.0f} ms; plain "
            f"sentence-transformers {found['plain_cold_s']:.1f} s, {found['plain_warm_ms']:.0f} ms"
        )
        gaps = ", ".join(
            f"{found[f'{when}_gap_ms']:.0f} ({found[f'{when}_gap_ms_worst']:.0f}) ms {words}" for when, words in GAPS
        )
        print(
            f"the longest time the comparer's screen stood still, middle (worst) of {given.rounds}: {gaps} (goal "
            f"{GAP_GOAL_MS:.0f}); answered after {found['answered_s']:.1f} s, similarity after "
            f"{found['similarity_after_s']:.1f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
