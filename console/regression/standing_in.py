"""The stand-in provider as a program beside a test run: only the mark on its answers tells it from a model."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from console.domain.errors import Unmeasured

_MODULE = "console.demo.standin"
_PATIENCE_S = 20.0
_GRACE_S = 3.0


class StandIn:
    """A running stand-in that answers at once; `url` has no path. It ends with this process, however that ends."""

    def __init__(self) -> None:
        home = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, "--child", "--scale", "0"],
            stdin=subprocess.PIPE,  # held open: when it closes, the stand-in ends
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # ctrl+c belongs to the test run
        )
        self.url = self._said_url()

    def _said_url(self) -> str:
        output = self._process.stdout
        if output is None:
            raise Unmeasured("the stand-in has no output")
        said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=lambda: said.put(output.readline()), daemon=True).start()
        try:
            return str(json.loads(said.get(timeout=_PATIENCE_S))["url"])
        except (queue.Empty, ValueError) as error:
            self.close()
            raise Unmeasured("the stand-in did not start") from error

    def close(self) -> None:
        """Ask it to end by closing its input, then insist. Returns when it has ended; twice does no harm."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
