"""Every field from outside holds text that acts on terminals: none of it acts, on any screen, in any dialog.

What the real command writes to a real terminal is taken apart: once the sequences that draw the screen are removed,
nothing may be left but printable text. Then the files are compared: nothing was done.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from console.demo.standin.texts import ESCAPES
from console.domain.kinds import bad_name
from console.domain.requests import RequestRow
from console.history.records import Draft
from console.history.store import History, beside
from console.registry.reading import read
from console.traffic.importing import write_history

PAYLOADS: dict[str, str] = json.loads(Path(__file__).with_name("hostile.json").read_text(encoding="utf-8"))
GROUPS = {
    "markup": ("markup", "mlink", "break1", "break2", "break3"),
    "controls": ("ctrl", "c1", "c0", "uni"),
}
LETTERS = re.compile("RED|PWNT|UFdORUQ|LINK|END|CLICKME|BOLD")
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


def route_table(number: int, payload: str, began: datetime) -> str:
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


@pytest.fixture(params=GROUPS.values(), ids=GROUPS)
def payloads(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return tuple(PAYLOADS[name] for name in request.param)


@pytest.fixture
def folder(tmp_path: Path, payloads: tuple[str, ...]) -> Path:
    """A folder whose own name is hostile, in bytes that are no UTF-8 too."""
    path = tmp_path / in_path(payloads[0] + "\udcff")
    path.mkdir()
    return path


@pytest.fixture
def registry(folder: Path, payloads: tuple[str, ...]) -> Path:
    path = folder / in_path(f"{payloads[-1]}\udcff.toml")
    began = datetime.now(UTC) - timedelta(hours=1)
    tables = [route_table(number, payload, began) for number, payload in enumerate(payloads)]
    first, name = named(payloads[0], "0x "), named(payloads[0], "without ")
    tables.append(f"[routes.{literal(name)}]\nproduction = {literal(first)}\nexperimental = {literal(first)}\n")
    path.write_text("schema = 1\n" + "\n".join(tables), encoding="utf-8")
    return path


@pytest.fixture
def log(folder: Path, registry: Path, payloads: tuple[str, ...]) -> Path:
    path = folder / in_path(f"log {payloads[1]}.db")
    now = datetime.now(UTC).timestamp()
    rows = []
    for route, payload in zip(read(registry).registry.routes.values(), payloads, strict=False):
        assert route.canary is not None
        for arm, model in (("production", route.production), ("canary", route.canary.model_id)):
            rows += [
                RequestRow(
                    id=f"{route.name[:2]}-{arm}-{i}", at=now - 1_800 + i, route=route.name, model=model, arm=arm,  # type: ignore[arg-type]
                    why="bucket", rollout=route.rollout_id, user=payload + arm + str(i), served=payload,
                    outcome="error" if i % 9 == 0 else "ok", error_class=payload if i % 9 == 0 else "",
                    latency_ms=800.0, output_tokens=50, parameters=payload, sdk=payload, price=payload,
                )
                for i in range(150)
            ]  # fmt: skip
    write_history(path, sorted(rows, key=lambda row: row.at))
    return path


def remember(registry: Path, payloads: tuple[str, ...]) -> bytes:
    """Hostile people changed this file for hostile reasons; returns the bytes of their history."""
    data = registry.read_bytes()
    history = History(beside(registry))
    for n, payload in enumerate(payloads):
        draft = Draft(
            at=datetime.now(UTC), actor=payload, action=payload, route=payload, summary=f"{n} {payload}",
            reason=f"{payload}\n{payload}", command=payload, evidence={payload: payload},
        )  # fmt: skip
        before = data if n == len(payloads) - 1 else data + b"# %d\n" % n
        history.begin(draft).commit(history.begin(draft).intend(before, data))
    return beside(registry).read_bytes()


@pytest.fixture
def environment(payloads: tuple[str, ...]) -> dict[str, str]:
    named_by = "".join(payloads).replace("\0", "") + "\udcff\udc9b31m"
    return {"CONSOLE_ACTOR": named_by, "LLM_MODEL": payloads[0].replace("\0", "")}


def entries(registry: Path) -> list[tuple[int, str, str]]:
    return [(entry.number, entry.actor, entry.state) for entry in History(beside(registry)).entries()]


def leave(console: Any) -> None:
    """Leave the console as a person does, and look at all that it ever wrote."""
    console.wait("q quit")
    console.press("q")
    assert console.end(within_s=30.0) == 0
    assert console.restored
    assert_tame(console.raw)


def press(console: Any, *keys: str) -> None:
    """Press one key after the other, each when the one before has been drawn."""
    for key in keys:
        console.press(key)
        console.watch(0.06)


def look_around(console: Any, routes: int) -> None:
    """Every pane, with every route selected."""
    press(console, "1", *"j" * routes, "2", "m", "3", "1", *"k" * routes)


def opened(console: Any, key: str, shown: str) -> None:
    """Open what `key` opens, look at it, and leave it."""
    console.press(key)
    console.wait(shown)
    console.press("\x1b")
    console.wait(lambda text: not re.search(shown, text))


def test_the_check_itself_finds_what_it_looks_for() -> None:
    for name in ("ctrl", "c1", "c0", "uni", "surr"):
        with pytest.raises(AssertionError):
            assert_tame(b"\x1b[1;1H" + PAYLOADS[name].encode("utf-8", "surrogatepass"))
    assert_tame("\x1b[12;3H\x1b[1;38;2;1;2;3;48;2;4;5;6m␛[31mRED ◆\x1b[0m\r\n".encode())


def test_every_screen_and_dialog_shows_text_from_outside_as_text(
    open_console: Callable[..., Any],
    registry: Path,
    payloads: tuple[str, ...],
    environment: Mapping[str, str],
    log: Path,
) -> None:
    remember(registry, payloads)
    before, known = registry.read_bytes(), entries(registry)
    console = open_console(size=(200, 50), environment=environment)
    console.wait("h history")
    for size in ((200, 50), (80, 24), (120, 36)):
        console.resize(*size)
        console.wait_for(lambda size=size: len(console.text.splitlines()[-1]) > size[0] - 20)
        look_around(console, len(payloads))
    opened(console, "%", "Continue  enter")
    for number, _ in enumerate(payloads):
        if number % 2 == 0:  # the others are held
            opened(console, "p", "Cancel  esc")
        opened(console, "r", "Cancel  esc")
        press(console, "j")
    opened(console, "c", "Continue  enter")
    console.press("h")
    console.wait("esc back")
    press(console, *"j" * len(payloads))
    console.press("\x1b")
    console.wait(lambda text: "esc back" not in text)
    opened(console, "?", "esc back")
    console.press("\x10")
    console.wait("Search")
    press(console, *"hold")
    console.press("\x1b")
    console.wait(lambda text: "▔▔▔▔" not in text)
    assert registry.read_bytes() == before
    assert entries(registry) == known
    assert LETTERS.search(console.raw.decode("utf-8", "replace"))
    leave(console)


def test_toasts_and_error_messages_show_text_from_outside_as_text(
    open_console: Callable[..., Any],
    registry: Path,
    payloads: tuple[str, ...],
    environment: Mapping[str, str],
    log: Path,
) -> None:
    remember(registry, payloads)  # the newest actor and summary are told at the start
    console = open_console(environment=environment)
    console.wait("h history")
    whole, known = registry.read_bytes(), entries(registry)
    for number, payload in enumerate(payloads):
        edited = whole + f"[models.{literal(named(payload, f'm{number} '))}]\nreason = {literal(payload)}\n".encode()
        registry.write_bytes(edited + f"{literal(payload)} = {literal(payload)}\n".encode())
        console.wait("▲ ")  # an invalid file, quoted in the row of problems
        if number == 0:
            console.press("r")
            console.wait("Nothing was written")  # and in a toast
        registry.write_bytes(edited + b"pinned_date = 2026-05-15\n")
        wanted = len(known) + number + 1
        console.wait_for(lambda wanted=wanted: len(entries(registry)) == wanted)
        console.watch(0.2)  # an edit by hand, told in a toast
    assert "edited by hand" in console.text
    assert {entry[1] for entry in entries(registry)[: len(payloads)]} == {"external"}
    for file in log.parent.glob("log*"):
        file.unlink()
    log.write_bytes(b"this is no database " * 500)
    console.wait("is not an SQLite database")
    leave(console)


class Provider(ThreadingHTTPServer):
    """Speaks the Messages API. A prompt chooses what it answers: a text to both models, or an error to the newer."""

    daemon_threads = True

    def __init__(self, answers: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Messages)
        self.answers = answers
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Messages(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = json.dumps(asked["messages"])
        text = next(answer for name, answer in self.server.answers.items() if name in prompt)
        fails = "fail" in prompt and "canary" in asked["model"]
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
    if "canary" in model:
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


COMPARED = """\
schema = 1
[routes.support]
production = "claude-sonnet-4-5-20250929"
canary = "claude-canary-5-5"
canary_percentage = 5
canary_start = 2026-11-20T09:00:00Z
[models."claude-sonnet-4-5-20250929"]
pinned_date = 2026-05-15
reason = "known"
[models."claude-canary-5-5"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "new"
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    texts = [*PAYLOADS.values(), ESCAPES]
    running = Provider({"answer": "\n\n".join(texts), "fail": " ".join(texts[6:]), "short": PAYLOADS["break1"]})
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def compared(tmp_path: Path) -> Path:
    path = tmp_path / "compared.toml"
    path.write_text(COMPARED, encoding="utf-8")
    return path


def ask(console: Any, prompt: str, shown: str) -> None:
    """Ask both models, until the screen shows `shown`."""
    console.press("\x7f" * 10)
    console.watch(0.2)
    console.press(prompt)
    console.wait(lambda text: prompt in text.splitlines()[-2], within_s=25.0)
    console.press("\r")
    console.wait(shown, within_s=20.0)


@pytest.mark.parametrize("payloads", [("plain", "text")], ids=["comparer"])
def test_answers_and_errors_of_a_provider_are_shown_as_text(
    open_console: Callable[..., Any], compared: Path, tmp_path: Path, provider: Provider
) -> None:
    before = compared.read_bytes()
    url = f"http://127.0.0.1:{provider.server_port}"
    given = ("--registry", str(compared), "--log", str(tmp_path / "none.db"))
    console = open_console(
        *given, size=(200, 50), environment={"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "sk-test"}
    )
    console.wait("enter ask both")
    console.press("\r")
    console.wait("esc back")
    ask(console, "answer", r"␛\[31mRED")
    for _ in range(3):
        console.press("\x1b[6~")
        console.watch(0.1)
    ask(console, "fail", r"400|invalid")
    ask(console, "short", r"list\[/usr/bin\]")
    console.press("\x1b")
    console.wait("q quit")
    assert compared.read_bytes() == before
    assert not beside(compared).exists()
    leave(console)
