"""Answers that were paid for, kept on the disk: an interrupted run goes on where it was, and pays nothing twice."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from console.providers.private import KEPT_FOR, append_line, forget_old, keep_lines, state_folder
from console.providers.records import Answer, Failure, Outcome, Question, ToolCall
from console.text.clock import utc_now

FOLDER = "answers"


class AnswerJournal:
    """An append-only file of answers, a JSON object a line, each on the disk before `keep` returns. Thread-safe.

    Nothing here raises: a journal that cannot be read is empty, and one that cannot be written says why in `problem`
    and keeps nothing more. A line that a killed writer left half is left out. Lines are forgotten after 30 days.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        """Held as long as the disk takes; who recalls an answer does not wait for it."""
        self._lines: dict[str, bytes] | None = None
        self.problem = ""
        """Why answers are not being kept, or ""."""

    @classmethod
    def of(cls, *names: str, folder: Path | None = None, now: Callable[[], datetime] = utc_now) -> AnswerJournal:
        """The journal of what `names` identify (a kind of run, a file), in `folder`, else `state_folder()`."""
        place = (state_folder() if folder is None else folder) / FOLDER
        forget_old(place, now())
        return cls(place / f"{_digest(names)[:24]}.jsonl", now)

    def recall(self, question: Question, run_number: int, stand_in: bool) -> Answer | None:
        """The answer to this run of `question`, if it is kept. What the stand-in answered is never a model's answer."""
        with self._lock:
            line = self._loaded().get(_key(question, run_number, stand_in))
        return None if line is None else _answer(line)

    def keep(self, question: Question, run_number: int, answer: Answer) -> None:
        """Keep `answer`; one that failed is not kept, so that it is asked again."""
        self.keep_all([(question, run_number, answer)])

    def keep_all(self, answers: Sequence[tuple[Question, int, Answer]]) -> None:
        """Keep several, each with its question and run, in one write: a disk takes as long for one as for fifty."""
        lines = {
            key: json.dumps({"key": key, "at": self._now().timestamp(), "answer": json_of_answer(answer)}).encode()
            for question, run_number, answer in answers
            if answer.failure is None and (key := _key(question, run_number, answer.stand_in))
        }
        if self.problem or not lines:
            return
        with self._writing:
            with self._lock:
                kept = self._loaded()
            try:
                append_line(self._path, b"\n".join(lines.values()))
            except OSError as error:
                self.problem = error.strerror or str(error)
                return
            with self._lock:
                kept.update(lines)

    def forget_if_idle(self, longer_than: timedelta) -> None:
        """Forget everything where nothing was added for so long: what goes on by then is another run."""
        try:
            age = self._now().timestamp() - self._path.stat().st_mtime
        except OSError:
            return
        if age > longer_than.total_seconds():
            self.clear()

    def clear(self) -> None:
        """Forget everything: the next run asks again."""
        with self._writing, self._lock:
            self._lines = {}
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                self.problem = error.strerror or str(error)

    def __len__(self) -> int:
        with self._lock:
            return len(self._loaded())

    def _loaded(self) -> dict[str, bytes]:
        if self._lines is None:
            self._lines = self._read()
        return self._lines

    def _read(self) -> dict[str, bytes]:
        """The last line of each key; those older than 30 days are cleared out of the file."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return {}
        border = (self._now() - KEPT_FOR).timestamp()
        found: dict[str, bytes] = {}
        old = False
        for line in filter(None, data.split(b"\n")):
            key, at = _head(line)
            if key and at >= border:
                found[key] = line
            old = old or at < border
        if old:
            try:
                keep_lines(self._path, list(found.values()), read=len(data))
            except OSError as error:
                self.problem = error.strerror or str(error)
        return found


def _key(question: Question, run_number: int, stand_in: bool) -> str:
    """What was asked, of whom, and the how-manieth time."""
    asked = (question.model, question.provider, question.system, question.messages, question.params)
    return _digest([stand_in, run_number, *asked])


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_as_json)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_json(value: object) -> object:
    """What a TOML file can hold and JSON cannot: dates, and read-only tables."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def _head(line: bytes) -> tuple[str, float]:
    """Key and time of a line; ("", now) of one that is none."""
    try:
        value = json.loads(line)
        return str(value["key"]), float(value["at"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return "", float("inf")


_NUMBERS = frozenset(
    {"latency_ms", "ttft_ms", "cost_usd", "input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens"}
    | {"reasoning_tokens"}
)
_TEXTS = frozenset({"model", "served_model", "text", "sdk", "api_version"})


def json_of_answer(answer: Answer) -> dict[str, object]:
    """An answer as JSON can carry it, without its failure."""
    found = {field.name: getattr(answer, field.name) for field in fields(answer) if field.name != "failure"}
    found["tool_calls"] = [[call.name, call.arguments] for call in answer.tool_calls]
    return found


def answer_of_json(value: Mapping[str, Any], failure: Failure | None = None) -> Answer | None:
    """The answer that `json_of_answer` made, or None where somebody edited it into something else."""
    try:
        calls = tuple(ToolCall(str(name), str(arguments)) for name, arguments in value["tool_calls"])
        answer = Answer(**{**value, "tool_calls": calls, "failure": failure})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return answer if _is_sound(answer) else None


def _answer(line: bytes) -> Answer | None:
    try:
        value = json.loads(line)["answer"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return answer_of_json(value) if isinstance(value, dict) else None


def _is_sound(answer: Answer) -> bool:
    return (
        all(isinstance(getattr(answer, name), str) for name in _TEXTS)
        and all(_is_number(getattr(answer, name)) for name in _NUMBERS)
        and answer.outcome in get_args(Outcome)
        and isinstance(answer.stop_reason, str | None)
        and isinstance(answer.retries, int)
        and isinstance(answer.stand_in, bool)
    )


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
