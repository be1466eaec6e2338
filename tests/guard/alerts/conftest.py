"""Receivers of alerts on this machine that behave as they are told: a web server and a mail server, both real ones."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from console.domain.alerts import Alert
from console.history.outbox import Delivery, Outbox
from tests import certificates

AT = datetime(2026, 11, 23, 14, 33, 2, tzinfo=UTC)


class Clock:
    """Epoch seconds that pass when a test says so."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Heard:
    """One request that the web server got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A web server. `says` is what it does: a status, or one of the words below; the last one goes on for ever."""

    url: str = ""
    port: int = 0
    says: list[Any] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> Any:
        with self.lock:
            return self.says.pop(0) if len(self.says) > 1 else self.says[0]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            how = receiver.next()
            if how == "hang":
                receiver.over.wait(20)
                return
            if how in ("drip", "drip after the status"):
                begin = b"HTTP/1.1 200 OK\r\n" if how != "drip" else b""
                self.wfile.write(begin)
                for byte in (b"HTTP/1.1 200 OK\r\nx-slow: " + b"a" * 2_000)[len(begin) :]:
                    if receiver.over.wait(0.06):
                        return
                    self.wfile.write(bytes([byte]))
                return
            if how == "garbage":
                self.wfile.write(b"\x00\xff no http at all\r\n\r\n")
                return
            if how == "close":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            size = 10_000_000 if how == "huge" else 2
            self.send_response(200 if how == "huge" else how)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(size))
            self.end_headers()
            self.wfile.write(b"x" * size)

        def do_GET(self) -> None:
            receiver.heard.append(Heard(f"GET {self.path}", {}, b""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the sender has gone, which is what the test is about
                super().handle()

        def finish(self) -> None:
            with contextlib.suppress(OSError):
                super().finish()

    return Handler


@pytest.fixture
def receivers() -> Iterator[Callable[..., Receiver]]:
    """Starts web servers; `certificate` makes one encrypted."""
    running: list[tuple[ThreadingHTTPServer, Receiver]] = []

    def start(*says: Any, certificate: tuple[Path, Path] | None = None, **headers: str) -> Receiver:
        receiver = Receiver(says=list(says) or [200], headers=headers)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
        server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        receiver.port = server.server_address[1]
        receiver.url = f"http{'s' if certificate else ''}://127.0.0.1:{receiver.port}/hook/T0SECRET"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        running.append((server, receiver))
        return receiver

    yield start
    for server, receiver in running:
        receiver.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver(receivers: Callable[..., Receiver]) -> Receiver:
    return receivers()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and localhost that nobody else trusts, with its key."""
    return certificates.make(tmp_path_factory.mktemp("certificate"))


@dataclass
class MailServer:
    """A mail server. `says` maps a command to another answer than the usual one; "hang" never answers."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


USUAL = {
    "EHLO": "250-localhost\r\n{starttls}250 AUTH PLAIN LOGIN",
    "STARTTLS": "220 go",
    "AUTH": "235 good",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go",
    ".": "250 kept",
    "QUIT": "221 bye",
    "RSET": "250 ok",
}


def _talk(mail: MailServer, connection: socket.socket, context: ssl.SSLContext | None, tls: bool) -> None:
    if tls and context is not None:
        connection = context.wrap_socket(connection, server_side=True)
    lines, encrypted = connection.makefile("rb"), tls

    def say(text: str) -> None:
        connection.sendall(text.encode() + b"\r\n")

    say(mail.says.get("", "220 localhost ESMTP"))
    while line := lines.readline():
        word = line.split()[0].decode().upper() if line.split() else ""
        mail.commands.append(word + line.decode().strip()[len(word) :])
        answer = mail.says.get(word, USUAL.get(word, "500 what?"))
        if answer == "hang":
            mail.over.wait(20)
            return
        say(answer.replace("{starttls}", "250-STARTTLS\r\n" if context and not encrypted else ""))
        if word == "STARTTLS" and answer.startswith("220") and context is not None:
            connection = context.wrap_socket(connection, server_side=True)
            lines, encrypted = connection.makefile("rb"), True
        if word == "DATA" and answer.startswith("354"):
            letter = b""
            while (part := lines.readline()) not in (b".\r\n", b""):
                letter += part
            final = mail.says.get(".", USUAL["."])
            if final.startswith("250"):
                mail.letters.append(letter.decode())
            say(final)
        if word == "QUIT":
            return


@pytest.fixture
def mail_servers() -> Iterator[Callable[..., MailServer]]:
    """Starts mail servers; with a `certificate` they offer STARTTLS, with `tls` they begin with it."""
    running: list[tuple[socket.socket, MailServer]] = []

    def start(certificate: tuple[Path, Path] | None = None, tls: bool = False, **says: str) -> MailServer:
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        listener = socket.create_server(("127.0.0.1", 0))
        mail = MailServer(listener.getsockname()[1], says)

        def talk(connection: socket.socket) -> None:
            try:
                with connection:
                    _talk(mail, connection, context, tls)
            except (OSError, ValueError):
                pass  # the sender left, or does not trust the certificate

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        running.append((listener, mail))
        return mail

    yield start
    for listener, mail in running:
        mail.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def alert() -> Callable[..., Alert]:
    def make(key: str = "history/12", **values: Any) -> Alert:
        usual: dict[str, Any] = {
            "severity": "critical",
            "title": "support: canary rolled back to 0 %",
            "at": AT,
            "route": "support",
            "what": "claude-sonnet-5-5 failed more often than production",
            "decided": "error rate +2.4 points, limit 1.0, n = 1,212",
            "done": "5 % → 0 %, held; 34 users return to production",
            "undo": "console resume support --reason '…'",
        }
        return Alert(key=key, **{**usual, **values})

    return make


@pytest.fixture
def delivery(alert: Callable[..., Alert]) -> Callable[..., Delivery]:
    def make(resolves_id: str = "", **values: Any) -> Delivery:
        made = alert(**values)
        return Delivery(number=1, target="x", alert=made, id=f"console-abc/{made.key}", resolves_id=resolves_id)

    return make


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.history.db"


@pytest.fixture
def outbox(path: Path, clock: Clock) -> Outbox:
    """For a target `webhook` that hears of everything and one `pagerduty` that hears of what is critical."""
    return Outbox(path, {"webhook": "info", "pagerduty": "critical"}, clock=clock)


@pytest.fixture
def until() -> Callable[..., None]:
    def wait(condition: Callable[[], object], within_s: float = 30.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "did not happen in time"
            time.sleep(0.005)

    return wait
