"""Processes that never outlive the one that started them, and never see a provider's key."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from console.domain.errors import EXIT_UNMEASURED, ConsoleError

PROVIDER_PREFIXES = ("ANTHROPIC_", "OPENAI_", "GEMINI_", "GOOGLE_", "AZURE_OPENAI_", "AWS_", "LLM_MODEL")
"""Names that could make a simulated user spend money, or send it to another model than the registry says."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
"""A proxy between two processes of one machine could only break what they say to each other."""
GRACE_S = 3.0
_LOOK_S = 1.0


class ChildFailed(ConsoleError):
    """A process of the demo did not start."""

    exit_code = EXIT_UNMEASURED


def safe_environment(environment: Mapping[str, str], url: str | None = None) -> dict[str, str]:
    """`environment` without anything that names or unlocks a provider; with `url`, every SDK is pointed at it."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(PROVIDER_PREFIXES) and name.upper() not in PROXIES
    }
    if url is not None:
        kept["ANTHROPIC_BASE_URL"], kept["OPENAI_BASE_URL"] = url, f"{url}/v1"
        kept["NO_PROXY"] = "127.0.0.1,localhost"
    return kept


class Child:
    """A Python module running as a process whose standard input is held open by this one.

    When this process ends, however it ends, the pipe closes and the child sees it: no orphan can stay behind.
    """

    def __init__(self, module: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close())
        home = str(Path(__file__).resolve().parents[2])
        given = safe_environment(os.environ) if environment is None else dict(environment)
        given["PYTHONPATH"] = os.pathsep.join(filter(None, (home, given.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=given,
            start_new_session=True,  # ctrl+c belongs to the console on top
        )
        self.pid = self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait_ready(self, timeout_s: float = 20.0) -> dict[str, object]:
        """What the child said with `ready`. Raises ChildFailed, and ends it, when it does not in time."""
        said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        output = self._process.stdout
        if output is None:
            raise ChildFailed(f"{self._module} has no output")
        threading.Thread(target=lambda: said.put(output.readline()), daemon=True).start()
        try:
            words: dict[str, object] = json.loads(said.get(timeout=timeout_s))
        except (queue.Empty, ValueError) as error:
            self._process.kill()
            self._process.wait()
            complaint = self.complaints().strip().splitlines()
            self.close()
            hint = complaint[-1] if complaint else f"no answer within {timeout_s:g} s"
            raise ChildFailed(f"{self._module} did not start", hint) from error
        return words

    def go(self) -> None:
        """Tell the child that what it needs is in place. A child that has died meanwhile is not told."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(b"go\n")
                self._process.stdin.flush()

    def complaints(self) -> str:
        """The end of what the child wrote to standard error."""
        if self._complaints.closed:
            return ""
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - 4000))
        return self._complaints.read().decode("utf-8", "replace")

    def end_now(self) -> None:
        """End the child at once: for one whose files go away with it, so that nobody waits for its last requests."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Ask the child to end by closing its input, then insist. Returns when it has ended."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        for insist in (None, self._process.terminate, self._process.kill):
            if insist is not None:
                insist()
            try:
                self._process.wait(GRACE_S)
                break
            except subprocess.TimeoutExpired:
                continue
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._complaints.close()


def ready(**words: object) -> None:
    """Tell the parent, in one line of JSON, that this process is at work."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def end_with_parent(finish: Callable[[], None] | None = None, go: Callable[[], None] | None = None) -> None:
    """Watch the parent from a thread, and end this process when it has gone.

    `finish` is called first and has 2 seconds to bring things to an end; without it the process ends at once.
    `go` is called when the parent says `Child.go`. Both are called on other threads.
    """
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent, finish, go), daemon=True, name="parent watch").start()


def _watch(parent: int, finish: Callable[[], None] | None, go: Callable[[], None] | None) -> None:
    ended = threading.Event()
    threading.Thread(target=_read_to_end, args=(ended, go), daemon=True, name="parent pipe").start()
    while not ended.wait(_LOOK_S) and os.getppid() == parent:
        continue  # a forked sibling may hold the pipe open, so the parent's id is looked at too
    if finish is not None:
        finish()
        time.sleep(GRACE_S - 1.0)  # the parent that waits for this end insists a second later
    os._exit(0)


def _read_to_end(ended: threading.Event, go: Callable[[], None] | None) -> None:
    try:
        while os.read(0, 4096):
            if go is not None:
                go()
    except OSError:
        pass
    ended.set()
