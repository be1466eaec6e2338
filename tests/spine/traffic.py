"""An application with users: the real Router and the real RequestLog in a process of its own, until its input closes.

`python traffic.py REGISTRY LOG SEEN`; one line in SEEN for each request: seconds since 1970, model, why, user.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from console import RequestLog, Router

USERS = 40
PAUSE_S = 0.005
"""200 requests a second: fine enough to see which request was the first on another model."""


class Answer:
    """What a provider's SDK would return, as far as the log reads it."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.stop_reason = "end_turn"
        self.usage = None


def main(registry: Path, log_path: Path, seen: Path) -> None:
    """Ask for every user in turn."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    router = Router(registry, default="claude-sonnet-4-5-20250929", cache_dir=registry.parent / "cache", environment={})
    log = RequestLog(log_path)
    with seen.open("a", encoding="utf-8", buffering=1) as lines:
        n = 0
        while not ended.wait(PAUSE_S):
            user = f"user-{n % USERS}"
            choice = router.select("support", user)
            with log.request(choice, user) as request:
                request.record(Answer(choice.model))
            lines.write(f"{time.time():.4f} {choice.model} {choice.why} {user}\n")
            n += 1
            if n == 1:
                os.write(1, b"ready\n")
    log.close(2.0)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
