"""A world in which every field from outside holds text that acts on terminals, and the check that none of it acts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from console.demo.standin.texts import ESCAPES
from console.domain.kinds import bad_name
from console.domain.requests import RequestRow
from console.guard.post import Intent, Post, report_path
from console.history.records import Draft
from console.history.store import History, beside
from console.registry.reading import read
from console.traffic.importing import write_history
from tests.regression.review_world import NEW, OLD, make_world

PAYLOADS: dict[str, str] = json.loads(Path(__file__).with_name("hostile.json").read_text(encoding="utf-8"))
MARKUP = tuple(PAYLOADS[name] for name in ("markup", "mlink", "break1", "break2", "break3"))
CONTROLS = tuple(PAYLOADS[name] for name in ("ctrl", "c1", "c0", "uni"))
ALL = MARKUP + CONTROLS
LETTERS = ("RED", "PWNT", "UFdORUQ", "LINK", "CLICKME", "BOLD", "list[/usr/bin]", "dcba")
"""Parts of the payloads by which one sees that they were on the screen at all."""

_COLOUR = r"[34]8;2;\d+;\d+;\d+"
OWN = re.compile(
    rf"\x1b\[(?:[0-9]|{_COLOUR})(?:;(?:[0-9]|{_COLOUR}))*m"  # true colours and attributes only
    r"|\x1b\[\d+;\d+H|\r\n"  # going to a cell, and to the next row
    r"|\x1b\[\?\d+(?:[hl]|\$p)|\x1b\[[<>]\d*u"  # modes
    r"|\x1b\]22;[a-z-]+\x07"  # the shape of the mouse pointer
)
"""All that the console needs to draw itself."""
RAW = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def assert_tame(raw: bytes) -> None:
    """Whether everything in `raw` is drawing by the console itself, or text that can only be read."""
    text = OWN.sub("", raw.decode("utf-8", "surrogateescape"))
    found = RAW.search(text)
    assert found is None, (
        f"{found.group()!r} reached the terminal: {text[max(0, found.start() - 60) : found.end() + 40]!r}"
    )


def literal(text: str) -> str:
    """A TOML string of all but NUL, in which every character that may not stand there is escaped."""
    text = text.replace("\0", "")
    plain = (c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def named(text: str, prefix: str) -> str:
    """As much of `text` as the name of a route or a model may hold."""
    name = (prefix + "".join(c for c in text if c.isprintable() and c != "|"))[:200].strip()
    assert not bad_name(name)
    return name


def in_path(text: str) -> str:
    """As much of `text` as the name of a file may hold."""
    return text.replace("\0", "").replace("/", "∕")


@dataclass(frozen=True)
class Hostile:
    """Where that world is. Its last route, `support`, has two real models and a suite with a run to review."""

    registry: Path
    log: Path
    state: Path
    post: Post
    provider: Provider

    def environment(self) -> dict[str, str]:
        """What the console is started with."""
        return {
            "CONSOLE_ACTOR": "".join(ALL).replace("\0", "") + "\udcff\udc9b31m",
            "LLM_MODEL_NOWHERE": ALL[0],
            "CONSOLE_STATE": str(self.state),
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{self.provider.server_port}",
            "ANTHROPIC_API_KEY": "sk-test",
        }

    def entries(self) -> list[tuple[int, str, str]]:
        """What the history holds."""
        return [(entry.number, entry.actor, entry.state) for entry in History(beside(self.registry)).entries()]

    def history(self) -> list[str]:
        """What the history says, newest first."""
        return [entry.summary for entry in History(beside(self.registry)).entries()]

    def close(self) -> None:
        """Leave the guard's post, and end the provider."""
        self.post.leave()
        self.provider.shutdown()
        self.provider.server_close()


def make(where: Path) -> Hostile:
    """The whole world, in a folder whose own name is hostile, in bytes that are no UTF-8 too."""
    folder = where / in_path(CONTROLS[0] + "\udcff")
    folder.mkdir()
    cases = {f"case-{n}": ("worrying", "facts", text, f"{ALL[n - 1]} more") for n, text in enumerate(ALL)}
    suite = make_world(folder, cases)  # type: ignore[arg-type]
    registry, log = folder / in_path(f"{MARKUP[-1]}\udcff.toml"), folder / in_path(f"log {CONTROLS[0]}.db")
    began = datetime.now(UTC) - timedelta(hours=1)
    tables = [_route(number, payload, began) for number, payload in enumerate(ALL)]
    tables += [_without(), _real(began)]
    registry.write_text("schema = 1\n" + "\n".join(tables), encoding="utf-8")
    _log(registry, log)
    _remember(registry)
    return Hostile(registry, log, suite.state, _guard(registry), Provider())


def _route(number: int, payload: str, began: datetime) -> str:
    route, models = named(payload, f"r{number} "), [named(payload, f"{number}{tier} ") for tier in "pcfx"]
    held = f"canary_held = {literal(payload)}\n" if number % 2 else ""
    lines = [
        f"[routes.{literal(route)}]",
        f"description = {literal(payload)}",
        *(f"{tier} = {literal(model)}" for tier, model in zip(
            ("production", "canary", "fallback", "experimental"), models, strict=True)),
        f"canary_percentage = 25\ncanary_start = {began:%Y-%m-%dT%H:%M:%SZ}\n{held}suite = {literal(payload)}",
        f"params = {{ system = {literal(payload)}, {literal(payload)} = {literal(payload)} }}",
    ]  # fmt: skip
    for tier, model in zip("pcfx", models, strict=True):
        lines += [
            f"[models.{literal(model)}]",
            'provider = "anthropic"',
            f"pinned_date = 2026-05-15\nreason = {literal(payload)}\npinned_by = {literal(payload)}",
        ]
        if tier == "p":
            soon = datetime.now(UTC).date() + timedelta(days=7 + number)
            lines += [f"retires = {soon}", f"replacement = {literal(models[1])}"]
    return "\n".join(lines) + "\n"


def _without() -> str:
    """A route without a canary, on which another model may be tried: the dialog shows what preflight finds."""
    production, candidate = named(ALL[0], "0p "), named(ALL[1], "1c ")
    return "\n".join([
        f"[routes.{literal(named(ALL[0], 'without '))}]",
        f"production = {literal(production)}\nexperimental = {literal(candidate)}",
        f"params = {{ temperature = 0.2, system = {literal(ALL[5])}, {literal(ALL[6])} = {literal(ALL[7])} }}",
    ]) + "\n"  # fmt: skip


def _real(began: datetime) -> str:
    models = (f'[models."{name}"]\npinned_date = 2026-05-15\nreason = "known"' for name in (OLD, NEW))
    return "\n".join([
        f'[routes.support]\nproduction = "{OLD}"\ncanary = "{NEW}"\ncanary_percentage = 5',
        f'canary_start = {began:%Y-%m-%dT%H:%M:%SZ}\nsuite = "suites/support.toml"', *models,
    ]) + "\n"  # fmt: skip


def _log(registry: Path, log: Path) -> None:
    now, rows = datetime.now(UTC).timestamp(), []
    for route, payload in zip(read(registry).registry.routes.values(), ALL, strict=False):
        assert route.canary is not None
        for arm, model in (("production", route.production), ("canary", route.canary.model_id)):
            rows += [
                RequestRow(
                    id=f"{route.name[:2]}-{arm}-{i}", at=now - 1_800 + i, route=route.name, model=model, arm=arm,  # type: ignore[arg-type]
                    why="bucket", rollout=route.rollout_id, user=payload + arm + str(i), served=payload,
                    outcome="error" if i % 9 == 0 else "ok", error_class=payload if i % 9 == 0 else "",
                    latency_ms=800.0, output_tokens=50, parameters=payload, sdk=payload, price=payload,
                )
                for i in range(60)
            ]  # fmt: skip
    write_history(log, sorted(rows, key=lambda row: row.at))


def _remember(registry: Path) -> None:
    """Hostile people changed this file for hostile reasons."""
    data = registry.read_bytes()
    history = History(beside(registry))
    for n, payload in enumerate(ALL):
        draft = Draft(
            at=datetime.now(UTC), actor=payload, action=payload, route=payload, summary=f"{n} {payload}",
            reason=f"{payload}\n{payload}", command=payload, evidence={"state": "watching", "sentence": payload},
        )  # fmt: skip
        before = data if n == len(ALL) - 1 else data + f"# {n} {literal(payload)}\n".encode()
        pending = history.begin(draft)
        pending.commit(pending.intend(before, data))


def _guard(registry: Path) -> Post:
    """A guard on another machine, with a hostile name and hostile intentions."""
    post, now = Post(registry, {"log": ALL[0]}), datetime.now(UTC)
    assert post.take(now)
    routes = read(registry).registry.routes
    intents = (
        Intent(name, "countdown", text, now + timedelta(hours=1)) for name, text in zip(routes, ALL, strict=False)
    )
    post.report(intents, now)
    path = report_path(registry)
    held = json.loads(path.read_bytes())
    held["host"] = "".join(CONTROLS)
    held["beat"] = (now + timedelta(minutes=5)).isoformat()
    path.write_text(json.dumps(held), encoding="utf-8")
    return post


class Provider(ThreadingHTTPServer):
    """Speaks the Messages API. A prompt chooses what it answers: a text to both models, or an error to the newer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Messages)
        texts = [*PAYLOADS.values(), ESCAPES]
        self.answers: Mapping[str, str] = {
            "answer": "\n\n".join(texts),
            "fail": " ".join(texts[6:]),
            "short": PAYLOADS["break1"],
            "case-": "\n\n".join(texts),
        }
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Messages(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = json.dumps(asked["messages"])
        text = next(answer for name, answer in self.server.answers.items() if name in prompt)
        fails = "fail" in prompt and asked["model"] == NEW
        kind, body = (
            ("application/json", _error(text)) if fails else ("text/event-stream", _stream(asked["model"], text))
        )
        self.send_response(400 if fails else 200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error(text: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": text}}).encode()


def _stream(model: str, text: str) -> bytes:
    if model == NEW:
        text = f"Something else. {text} And more."
    message = {
        "id": text, "type": "message", "role": "assistant", "model": text, "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 1},
    }  # fmt: skip
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in re.findall(r"(?s).{1,40}", text)
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": text, "stop_sequence": text}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events)
