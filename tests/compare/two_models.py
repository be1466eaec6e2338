"""Two models behind one small server: what each answers, and when."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What a model answers. `gates`: before piece number i, wait until gates[i] is set."""

    pieces: list[str]
    status: int = 200
    gates: dict[int, threading.Event] = field(default_factory=dict)
    output_tokens: int = 10


@dataclass
class World:
    url: str = ""
    models: dict[str, Script] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    closing: threading.Event = field(default_factory=threading.Event)


def _events(model: str, script: Script) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": 100, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    yield {"type": "message_start", "message": message}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for piece in script.pieces:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    yield {"type": "content_block_stop", "index": 0}
    spent = {"output_tokens": script.output_tokens}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": spent}
    yield {"type": "message_stop"}


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            world.asked.append(body)
            script = world.models[body["model"]]
            self.send_response(script.status)
            self.send_header("content-type", "text/event-stream" if script.status == 200 else "application/json")
            self.send_header("connection", "close")
            self.end_headers()
            try:
                self._answer(body["model"], script)
            except OSError:
                world.left.add(body["model"])

        def _answer(self, model: str, script: Script) -> None:
            if script.status != 200:
                error = {"type": "error", "error": {"type": "invalid_request_error", "message": "temperature: no"}}
                self.wfile.write(json.dumps(error).encode())
                return
            number = 0
            for event in _events(model, script):
                if event["type"] == "content_block_delta":
                    self._wait(model, script.gates.get(number))
                    number += 1
                self.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
                self.wfile.flush()

        def _wait(self, model: str, gate: threading.Event | None) -> None:
            self.connection.settimeout(0.01)
            while gate is not None and not gate.is_set():
                if world.closing.is_set():
                    raise OSError
                try:
                    if not self.connection.recv(1):
                        raise ConnectionAbortedError
                except TimeoutError:
                    continue

    return Handler


@contextmanager
def serving() -> Iterator[World]:
    """The server, on loopback; what it does is changed through the world it gives."""
    made = World()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    http.daemon_threads = True
    made.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.closing.set()
        http.shutdown()
        http.server_close()
        thread.join()
