"""The comparisons that were made: kept for this user alone for 30 days, newest first, and searched by their words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Past:
    """A comparison of earlier: on which route, when, and how it was judged ("" where a side failed)."""

    at: datetime
    route: str
    prompt: str
    system: str
    left: Answer
    right: Answer
    verdict: str = ""

    def comparison(self) -> Comparison:
        """The comparison again, judged by today's triage. As slow as the first time: off the UI's thread."""
        said = ({"role": "user", "content": self.prompt},)
        left, right = (Question(side.model, said, self.system) for side in (self.left, self.right))
        return compared(Pair(left, right, self.prompt), self.left, self.right, self.at)

    def matches(self, words: str) -> bool:
        """Whether every word is in the prompt, an answer, a model id, the route or the judgement."""
        text = "\n".join(
            (self.prompt, self.left.text, self.right.text, self.left.model, self.right.model, self.route, self.verdict)
        ).casefold()
        return all(word in text for word in words.casefold().split())


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
            "system": pair.left.system,
            "left": _plain(comparison.left),
            "right": _plain(comparison.right),
            "verdict": comparison.triage.verdict if comparison.triage else "",
        }
        append_line(self._path, json.dumps(record).encode())

    def all(self) -> tuple[Past, ...]:
        """Newest first. Those older than 30 days, and beyond 2,000, are cleared out of the file."""
        try:
            lines = [line for line in self._path.read_bytes().split(b"\n") if line]
        except OSError:
            return ()
        border = self._now() - KEPT_FOR
        found = [(line, past) for line in lines if (past := _past(line)) is not None and past.at >= border][-MOST:]
        if len(found) < len(lines):
            with suppress(OSError):  # a disk that takes nothing keeps the old ones a little longer
                keep_lines(self._path, [line for line, _ in found])
        return tuple(past for _, past in reversed(found))


def _plain(answer: Answer) -> dict[str, object]:
    failure = None if answer.failure is None else asdict(answer.failure)
    return {**json_of_answer(answer), "failure": failure}


def _past(line: bytes) -> Past | None:
    try:
        value: dict[str, Any] = json.loads(line)
        left, right = _answer(value["left"]), _answer(value["right"])
        texts = [value[name] for name in ("route", "prompt", "system", "verdict")]
        at = datetime.fromtimestamp(value["at"], UTC)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
        return None
    if left is None or right is None or not all(isinstance(text, str) for text in texts):
        return None
    return Past(at, texts[0], texts[1], texts[2], left, right, texts[3])


def _answer(value: Mapping[str, Any]) -> Answer | None:
    plain = {name: field for name, field in value.items() if name != "failure"}
    failure = value.get("failure")
    return answer_of_json(plain, Failure(**failure) if failure else None)
