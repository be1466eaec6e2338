"""A project with a registry and suites, a provider that answers as told, and pytest within this process or beside it.

Starting an interpreter costs a hundred times what a run of one test does. So runs happen in this process, with the
project's folder and environment; what is about processes asks for one.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
PLUGIN = ("-p", "console.plugin", "-p", "no:cacheprovider")
CHEAP = ("-p", "no:unraisableexception", "-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Within this process: no collection of its garbage after every run, nor a word about what is loaded already."""
REGISTRY = f"""\
schema = 1

[routes.support]
production = "{OLD}"

[models."{OLD}"]
pinned_date = 2026-05-15
reason = "known"

[models."{NEW}"]
pinned_date = 2026-11-18
reason = "its replacement"
"""


@dataclass
class Provider:
    """Speaks the Messages API. `answers` are by prompt, or by (model, prompt); a number is an HTTP status."""

    url: str = ""
    answers: dict[Any, str | int] = field(default_factory=dict)
    latency_s: float = 0.0
    before: Callable[[int], object] = lambda number: None
    """Called with 1, 2, … before a request is answered; one that waits holds the answer back."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def prompts(self) -> list[str]:
        return sorted(body["messages"][-1]["content"] for body in self.asked)

    def answer_to(self, body: dict[str, Any]) -> str | int:
        prompt = body["messages"][-1]["content"]
        return self.answers.get((body["model"], prompt), self.answers.get(prompt, f"The answer to {prompt}"))


def _events(model: str, text: str) -> bytes:
    usage = {"input_tokens": 10, "output_tokens": 5}
    message = {"id": "m", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    return b"".join(b"event: %s\ndata: %s\n\n" % (one["type"].encode(), json.dumps(one).encode()) for one in events)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with provider.lock:
                provider.asked.append(body)
                provider.under_way += 1
                provider.most_under_way = max(provider.most_under_way, provider.under_way)
                number = len(provider.asked)
            provider.before(number)
            time.sleep(provider.latency_s)
            said = provider.answer_to(body)
            with provider.lock:
                provider.under_way -= 1
            if isinstance(said, int):
                error = {"type": "error", "error": {"type": "api_error", "message": "no"}}
                self._send(said, "application/json", json.dumps(error).encode())
            else:
                self._send(200, "text/event-stream", _events(body["model"], said))

        def _send(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # whoever asked has been stopped meanwhile
                self.wfile.write(data)

    return Handler


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    server = _Server(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


class _Known:
    """An installed distribution, asked once for each of its attributes."""

    def __init__(self, distribution: Any) -> None:
        self._distribution = distribution

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._distribution, name)
        setattr(self, name, value)
        return value


@cache
def _installed() -> list[_Known]:
    """What pytest looks for plugins in, at every start anew."""
    return [_Known(one) for one in distributions()]


INSTALLED = ("importlib.metadata.distributions", _installed)


@dataclass(frozen=True)
class Ran:
    """One pytest process: how it ended, and what it said."""

    code: int
    out: str
    seconds: float

    @property
    def counts(self) -> dict[str, int]:
        """`{"passed": 2, "failed": 1}` of the last line."""
        last = next((line for line in reversed(self.out.splitlines()) if re.search(r" in [\d.]+s", line)), "")
        return {
            word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+(?: measured)?)", last.split(" in ")[0])
        }


@dataclass
class Project:
    """A folder that pytest runs in."""

    folder: Path
    provider: Provider
    environment: dict[str, str]
    ini: str = "[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = 'function'\n"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def suite(self, cases: str | dict[str, str], name: str = "suites/support.toml", head: str = "") -> Path:
        if not isinstance(cases, str):
            cases = "".join(f"[[case]]\nid = {json.dumps(i)}\nprompt = {json.dumps(p)}\n" for i, p in cases.items())
        return self.write(name, f"schema = 1\n{head}\n{cases}")

    def snapshot(self, case: str, suite: str = "support") -> Path:
        return self.folder / "tests/__snapshots__" / suite / f"{case}.llmsnap"

    def pytest(self, *words: str, **environment: str) -> Ran:
        """Run pytest in the project, within this process.

        Without the search for garbage: what it calls back parses Python now and then, and a session inside of one that
        is parsing itself at that moment is told of a "recursion depth mismatch".
        """
        said = io.StringIO()
        began = time.monotonic()
        gc.disable()
        try:
            streams = contextlib.redirect_stdout(said), contextlib.redirect_stderr(said)
            with self._inside(environment), streams[0], streams[1], patch(*INSTALLED):
                code = pytest.main([*PLUGIN, *CHEAP, *words])
        finally:
            gc.enable()
        return Ran(int(code), said.getvalue(), time.monotonic() - began)

    def process(self, *words: str, **environment: str) -> Ran:
        """Run pytest in the project, as a process of its own."""
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *PLUGIN, *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), time.monotonic() - began)

    @contextlib.contextmanager
    def _inside(self, environment: dict[str, str]) -> Iterator[None]:
        """The project's folder, environment and modules, and afterwards those of whoever runs the tests of this."""
        folder, paths, modules = Path.cwd(), sys.path[:], set(sys.modules)
        variables, writes = dict(os.environ), sys.dont_write_bytecode
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment | environment)
        sys.path[:0] = environment.get("PYTHONPATH", "").split(":") if "PYTHONPATH" in environment else []
        sys.dont_write_bytecode = True  # two versions of a file within a second would be taken for one
        try:
            yield
        finally:
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(variables)
            sys.path[:], sys.dont_write_bytecode = paths, writes
            for name in set(sys.modules) - modules:
                if self._holds(sys.modules[name]):
                    del sys.modules[name]

    def _holds(self, module: Any) -> bool:
        file = getattr(module, "__file__", None)
        places = [file] if file else list(getattr(module, "__path__", ()))
        return any(Path(place).is_relative_to(self.folder) for place in places)


@pytest.fixture
def project(tmp_path: Path, provider: Provider) -> Project:
    folder = tmp_path / "app"
    folder.mkdir()
    prefixes = ("CONSOLE_", "LLM_MODEL", "ANTHROPIC_", "OPENAI_", "GEMINI_", "PYTEST_", "COVERAGE", "COV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    environment = kept | {
        "PYTHONPATH": str(ROOT),
        "CONSOLE_STATE": str(tmp_path / "state"),
        "ANTHROPIC_API_KEY": "test-key",
        "ANTHROPIC_BASE_URL": provider.url,
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
    made = Project(folder, provider, environment)
    made.write("registry.toml", REGISTRY)
    made.write("pyproject.toml", made.ini)
    return made
