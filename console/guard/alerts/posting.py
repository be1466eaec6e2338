"""One HTTP request to a receiver of alerts: no redirects, bounded in time and size, TLS checked, no secret told on."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import SplitResult, unquote, urlsplit

from console.guard.alerts.addresses import checked, connected, is_literal
from console.guard.alerts.records import NotSent

CONNECT_S, TOTAL_S = 5.0, 10.0
ANSWER_BYTES = 4_096
AGENT = "model-console"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, and for everything together."""

    connect_s: float = CONNECT_S
    total_s: float = TOTAL_S


USUAL = Limits()


def address_problem(url: str) -> str:
    """Why `url` cannot be posted to, without quoting it; "" if it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if any(ord(char) <= 0x20 or ord(char) >= 0x7F for char in url):
        return "has characters that no address has"
    if parts.scheme not in ("https", "http") or not host:
        return "must begin with https://"
    if parts.username is not None or parts.password is not None:
        return "may not carry a name or password"
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        return "must begin with https:// (http:// only on this machine)"
    return ""


def post(url: str, body: bytes, headers: Mapping[str, str], limits: Limits = USUAL) -> None:
    """Send `body` by POST; returns when the receiver answered 2xx. Raises NotSent for everything else."""
    parts = urlsplit(url)
    connection = _connection(parts, limits)
    with _deadline(connection, limits.total_s) as late:
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"user-agent": AGENT, "connection": "close", **headers})
            with connection.getresponse() as response:
                status, retry_after = response.status, response.headers.get("retry-after", "")
                response.read(ANSWER_BYTES)  # politeness: a receiver may wait until it is read
        except NotSent:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            # What these say may quote the address, so only their kind is told on.
            raise NotSent("no answer in time" if late.is_set() else _words(error)) from None
    if 300 <= status < 400:
        raise NotSent(f"answers with a redirect ({status}), which is not followed")
    if not 200 <= status < 300:
        raise NotSent(f"answers {status}", _seconds(retry_after))


class _Connection(http.client.HTTPConnection):
    """A connection to a checked address, encrypted unless it stays on this machine."""

    def __init__(self, host: str, port: int, bounds: Limits, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=bounds.connect_s)
        self._bounds, self._context = bounds, context
        self.peer: socket.socket | None = None
        self.tunnelled: tuple[str, int] | None = None

    def connect(self) -> None:
        """Connect, and encrypt. What is tunnelled through a proxy is encrypted to the receiver, not to the proxy."""
        if self.tunnelled is None:
            self.peer = connected(self.host, self.port, self._bounds.connect_s, loopback_only=self._context is None)
        else:
            self.peer = socket.create_connection((self.host, self.port), self._bounds.connect_s)
        self.sock = self.peer
        self.peer.settimeout(self._bounds.total_s)
        if self.tunnelled is not None:
            self._tunnel()  # type: ignore[attr-defined]
        if self._context is not None:
            name = self.tunnelled[0] if self.tunnelled else self.host
            wrapped = self._context.wrap_socket(self.peer, server_hostname=name, do_handshake_on_connect=False)
            self.sock = self.peer = wrapped
            wrapped.do_handshake()


def _connection(parts: SplitResult, bounds: Limits) -> _Connection:
    host, secure = parts.hostname or "", parts.scheme == "https"
    context = ssl.create_default_context() if secure else None
    port = parts.port or (443 if secure else 80)
    proxy = urllib.request.getproxies_environment().get("https", "") if secure else ""
    if not proxy or urllib.request.proxy_bypass(host):
        return _Connection(host, port, bounds, context)
    through = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    if is_literal(host):
        checked(host, port)  # names are for the proxy to look up
    connection = _Connection(through.hostname or "", through.port or 3128, bounds, context)
    connection.tunnelled = (host, port)
    connection.set_tunnel(host, port, _authorization(through))
    return connection


def _authorization(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@contextlib.contextmanager
def _deadline(connection: _Connection, total_s: float) -> Iterator[threading.Event]:
    """Ends the connection after `total_s`: a receiver that sends a byte a second meets no time-out of a socket."""
    late = threading.Event()

    def end() -> None:
        late.set()
        peer = connection.peer
        if peer is not None:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(total_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not valid"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection came about"
    if isinstance(error, http.client.RemoteDisconnected | ConnectionError):
        return "the connection broke"
    return "it does not answer as a web server does" if isinstance(error, http.client.HTTPException) else "unreachable"


def _seconds(retry_after: str) -> float:
    """What `Retry-After` asks for, as seconds: a number, or a date."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
