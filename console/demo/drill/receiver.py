"""A receiver of alerts on this machine: what arrives at it has really been sent."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

_LONGEST = 1_000_000


class Receiver:
    """Takes alerts at `url` while it is open, and remembers when each arrived."""

    def __init__(self) -> None:
        self._arrived: list[tuple[float, str]] = []
        arrived = self._arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take one alert."""
                body = self.rfile.read(min(_LONGEST, int(self.headers.get("content-length") or 0)))
                try:
                    key = str(json.loads(body)["key"])
                except (ValueError, KeyError, TypeError):
                    self.send_response(400)
                else:
                    arrived.append((time.time(), key))
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/drill"
        self._thread = threading.Thread(target=self._server.serve_forever, name="drill-receiver", daemon=True)

    def arrived(self, key: str) -> tuple[float, ...]:
        """When the alert `key` arrived, in epoch seconds; more than once if it was sent more than once."""
        return tuple(at for at, each in tuple(self._arrived) if each == key)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
