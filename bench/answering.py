"""A provider on loopback that answers as long and as fast as a measurement wants: `python -m bench.answering`.

It speaks Anthropic's stream, and what it says depends on the prompt: `stream SECONDS` is a few words each hundredth of
a second, `megabyte` a million characters at once. It prints its port and ends with its standard input. The stand-in is
no help here: its answers are as long as a real model's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MEGABYTE = 1_000_000
PAUSE_S = 0.01
_WORDS = "Your parcel left our house on Monday and should be with you within four working days. "


def _event(**data: object) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def _pieces(prompt: str, model: str) -> Iterator[str]:
    if "megabyte" in prompt:
        line = f"{_WORDS}{model[-3:]} "
        text = "".join(f"{number}. {line}\n" for number in range(MEGABYTE // len(line)))
        yield from (text[at : at + 4_096] for at in range(0, len(text), 4_096))
        return
    seconds = float(prompt.split("stream ")[1].split()[0]) if "stream " in prompt else 0.1
    words, until = _WORDS.split(" "), time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        yield " ".join(words[(number + more) % len(words)] for more in range(3)) + " "
        number += 3
        time.sleep(PAUSE_S)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One question."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = asked["messages"][-1]["content"]
        prompt = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for data in _stream(prompt, asked["model"]):
                self.wfile.write(data)
        except OSError:
            pass  # the console has heard enough
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


def _stream(prompt: str, model: str) -> Iterator[bytes]:
    usage = {"input_tokens": 9, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
    yield _event(type="message_start", message={**message, "stop_reason": None, "stop_sequence": None})
    yield _event(type="content_block_start", index=0, content_block={"type": "text", "text": ""})
    for text in _pieces(prompt, model):
        yield _event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": text})
    yield _event(type="content_block_stop", index=0)
    yield _event(type="message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=usage)
    yield _event(type="message_stop")


@contextmanager
def answering() -> Iterator[dict[str, str]]:
    """The environment of a console that asks this provider, which runs meanwhile as a process of its own."""
    root = Path(__file__).resolve().parents[1]
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.answering"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        url = f"http://127.0.0.1:{child.stdout.readline().strip()}"
        yield {"ANTHROPIC_API_KEY": "none-needed", "ANTHROPIC_BASE_URL": url}
    finally:
        child.kill()
        child.wait()


def main() -> None:
    """Answer until nobody listens any more."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
