"""The comparisons that were made: kept for this user alone for 30 days, newest first, and searched by their words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.compare.records import Comparison, Pair
from console.compare.running import compared
from console.providers.kept import answer_of_json, json_of_answer
from console.providers.private import KEPT_FOR, append_line, keep_lines, state_folder
from console.providers.records import Answer, Failure, Question
from console.text.clock import utc_now

FOLDER = "comparisons"
MOST = 2_000
"""Comparisons that are kept."""
MOST_BYTES = 64_000_000
"""What they may take together: two answers may have 4 MB each."""


@dataclass(frozen=True, slots=True)
class Past:
    """A comparison of earlier: on which route, when, and how it was judged ("" where a side failed)."""

    at: datetime
    route: str
    prompt: str
    left: Answer
    right: Answer
    verdict: str = ""
    asked: tuple[Question, Question] | None = None
    """What each model was sent; None: the prompt and nothing else."""
    words: str = field(default="", repr=False, compare=False)
    """All that is searched, in lower case."""

    def comparison(self) -> Comparison:
        """The comparison again, judged by today's triage. As slow as the first time: off the UI's thread."""
        left, right = self.asked or (Question.of(side.model, self.prompt) for side in (self.left, self.right))
        return compared(Pair(left, right, self.prompt), self.left, self.right, self.at)

    def matches(self, words: str) -> bool:
        """Whether every word is in the prompt, an answer, a model id, the route or the judgement."""
        text = self.words or searched(self)
        return all(word in text for word in words.casefold().split())


def searched(past: Past) -> str:
    """What a search of `past` looks through."""
    sides = (past.left, past.right)
    texts = (past.prompt, *(side.text for side in sides), *(side.model for side in sides), past.route, past.verdict)
    return "\n".join(texts).casefold()


class PastComparisons:
    """The file of them. Reading never raises: what is not a comparison is left out. Writing raises OSError."""

    def __init__(self, folder: Path | None = None, now: Callable[[], datetime] = utc_now) -> None:
        self._path = (state_folder() if folder is None else folder) / FOLDER / "past.jsonl"
        self._now = now

    def keep(self, comparison: Comparison, route: str) -> None:
        """Add one, on the disk before it returns."""
        pair = comparison.pair
        record = {
            "at": comparison.at.timestamp(),
            "route": route,
            "prompt": comparison.prompt,
            "asked": [_plain_question(question) for question in (pair.left, pair.right)],
            "left": _plain(comparison.left),
            "right": _plain(comparison.right),
            "verdict": _judged(comparison),
        }
        append_line(self._path, json.dumps(record, default=_as_json).encode())
        if self._path.stat().st_size > 2 * MOST_BYTES:
            self.all()

    def all(self) -> tuple[Past, ...]:
        """Newest first. Those older than 30 days, beyond 2,000 or beyond 64 MB are cleared out of the file."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return ()
        lines = [line for line in data.split(b"\n") if line]
        border = self._now() - KEPT_FOR
        found = [(line, past) for line in _newest(lines) if (past := _past(line)) is not None and past.at >= border]
        if len(found) < len(lines):
            with suppress(OSError):  # a disk that takes nothing keeps the old ones a little longer
                keep_lines(self._path, [line for line, _ in reversed(found)], read=len(data))
        return tuple(past for _, past in found)


def _judged(comparison: Comparison) -> str:
    """The word that stood on the screen: a verdict that is a guess was shown as a question."""
    found = comparison.triage
    return "" if found is None else "needs a human" if found.needs_human else found.verdict


def _newest(lines: list[bytes]) -> list[bytes]:
    """Of the lines of the file, oldest first, those that are kept, newest first."""
    kept: list[bytes] = []
    room = MOST_BYTES
    for line in reversed(lines[-MOST:]):
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def _plain(answer: Answer) -> dict[str, object]:
    failure = None if answer.failure is None else asdict(answer.failure)
    return {**json_of_answer(answer), "failure": failure}


def _plain_question(question: Question) -> dict[str, object]:
    """Without the price: it belongs to the registry."""
    return {
        "messages": [dict(message) for message in question.messages],
        "system": question.system,
        "params": dict(question.params),
        "provider": question.provider,
    }


def _as_json(value: object) -> object:
    """What a TOML file can hold and JSON cannot: dates, and read-only tables."""
    return dict(value) if isinstance(value, Mapping) else str(value)


def _past(line: bytes) -> Past | None:
    try:
        value: dict[str, Any] = json.loads(line)
        left, right = _answer(value["left"]), _answer(value["right"])
        texts = [value[name] for name in ("route", "prompt", "verdict")]
        at = datetime.fromtimestamp(value["at"], UTC)
        if left is None or right is None or not all(isinstance(text, str) for text in texts):
            return None
        one, other = value["asked"]
        asked = _question(one, left.model), _question(other, right.model)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
        return None
    past = Past(at, texts[0], texts[1], left, right, texts[2], asked)
    return replace(past, words=searched(past))


def _question(value: Mapping[str, Any], model: str) -> Question:
    messages, system, params, provider = (value[name] for name in ("messages", "system", "params", "provider"))
    if not isinstance(system, str) or not isinstance(params, dict) or not isinstance(provider, str | None):
        raise TypeError
    return Question(model, tuple(dict(message) for message in messages), system, params, provider)


def _answer(value: Mapping[str, Any]) -> Answer | None:
    plain = {name: field for name, field in value.items() if name != "failure"}
    failure = value.get("failure")
    return answer_of_json(plain, Failure(**failure) if failure else None)
