"""One session in several processes: each asks its own part of the questions, and all get every answer.

Which process a test will run in is decided while the tests run, so the questions are shared out beforehand by their
place in the list, which is the same in every process. Answers pass through a private folder, a file for each.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from console.domain.errors import Refused
from console.domain.record import record
from console.providers.many import Job
from console.providers.records import Answer, Failure, ToolCall
from console.regression.answering import Asked

_LOOK_S = 0.02
_ALIVE_S = 0.5


@record
class Worker:
    """This process among `count` (from 1); `number` is 0 .. count - 1, `folder` is private to the session."""

    number: int
    count: int
    folder: Path


class Shared:
    """The answers of a session that `worker` is a part of. A process that is gone leaves its part to who needs it."""

    def __init__(self, asked: Asked, worker: Worker) -> None:
        self._asked = asked
        self._worker = worker
        self._owners: dict[str, int] = {}
        self._put(f"{worker.number}.pid", str(os.getpid()))

    def send(self, jobs: Sequence[tuple[str, Job]]) -> None:
        """Begin to ask this process's part of `jobs`; every process of the session must be given the same."""
        ours = []
        for place, (key, job) in enumerate(dict(jobs).items()):
            self._owners[key] = place % self._worker.count
            if self._owners[key] == self._worker.number:
                ours.append((key, job))
        self._asked.send(ours)
        for key, _ in ours:
            self._asked.when_answered(key, lambda answer, key=key: self._put(_name(key), _written(answer)))  # type: ignore[misc]

    def answer(self, key: str, job: Job) -> Answer:
        """The answer, whichever process asked for it."""
        owner = self._owners.get(key, self._worker.number)
        if owner == self._worker.number:
            return self._asked.answer(key, job)
        given = self._wait(key, owner)
        return self._asked.answer(key, job) if given is None else given

    @property
    def resumed(self) -> int:
        """Of this process's part."""
        return self._asked.resumed

    def close(self, *, finish: bool = False, complete: bool = True) -> None:
        """With `finish` the others still get what they count on; without it they are told to ask for themselves."""
        self._asked.close(finish=finish, complete=complete)
        self._put(f"{self._worker.number}.gone", "")

    def _wait(self, key: str, owner: int) -> Answer | None:
        path = self._worker.folder / _name(key)
        look_at = time.monotonic() + _ALIVE_S
        while True:
            answer = _read(path)
            if answer is not None:
                return answer
            if time.monotonic() >= look_at:
                if not self._is_there(owner):
                    return _read(path)
                look_at = time.monotonic() + _ALIVE_S
            time.sleep(_LOOK_S)

    def _is_there(self, number: int) -> bool:
        """Whether the process `number` may still answer: it has not begun, or runs and did not say that it left."""
        if (self._worker.folder / f"{number}.gone").exists():
            return False
        try:
            os.kill(int((self._worker.folder / f"{number}.pid").read_text()), 0)
        except FileNotFoundError:
            return True
        except (OSError, ValueError):
            return False
        return True

    def _put(self, name: str, text: str) -> None:
        """Whole or not at all: who reads it may come at any moment. A folder that was cleared away needs nothing."""
        path = self._worker.folder / name
        draft = path.with_name(f"{name}.{self._worker.number}.new")
        try:
            draft.write_text(text, "utf-8", "surrogatepass")
            draft.replace(path)
        except OSError:
            return


def _name(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest() + ".json"


def _written(answer: Answer) -> str:
    return json.dumps(asdict(answer))


def _read(path: Path) -> Answer | None:
    try:
        plain = json.loads(path.read_text("utf-8", "surrogatepass"))
    except FileNotFoundError:
        return None
    failure = plain.pop("failure")
    calls = tuple(ToolCall(**call) for call in plain.pop("tool_calls"))
    return Answer(**plain, failure=None if failure is None else Failure(**failure), tool_calls=calls)


def private_folder(folder: Path) -> None:
    """Make `folder`, for this user alone, where it is not there yet. Raises Refused where it is somebody else's."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise Refused(f"{folder} is not this user's own folder", "Set TMPDIR to one that is.")
