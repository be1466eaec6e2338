"""A regression suite and what came of running it: cases, accepted answers, and the result of old against new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from console.domain.record import record
from console.providers.records import Answer, ToolCall
from console.triage.records import Requirements, Triage

Message = Mapping[str, object]
Status = Literal["same", "acceptable", "worrying", "failed", "not measured"]
"""failed: the new answer breaks a requirement of the case. not measured: no answer came; neither passed nor failed."""
STATUSES: tuple[Status, ...] = ("same", "acceptable", "worrying", "failed", "not measured")
CHANGED: tuple[Status, ...] = ("failed", "worrying", "acceptable")
"""What a person reviews, worst first."""
Word = Literal["same", "acceptable", "needs a human", "worrying", "failed", "not measured"]
WORDS: tuple[Word, ...] = ("same", "acceptable", "needs a human", "worrying", "failed", "not measured")
"""What a person is told of a case: its status, or that an acceptable one differs in what only a person can weigh."""
CHANGED_WORDS: tuple[Word, ...] = ("failed", "worrying", "needs a human", "acceptable")
WORST_FIRST: tuple[Word, ...] = (*CHANGED_WORDS, "same", "not measured")
Cluster = Literal["shape", "refusal", "facts", "length", "tone", "requirements", "fault", ""]
CLUSTERS: tuple[Cluster, ...] = ("requirements", "refusal", "shape", "facts", "length", "tone", "fault", "")
NO_REQUIREMENTS = Requirements()
MOST_UNMEASURED = 0.05
"""The share of cases that may go without an answer before a run says nothing about the model."""
CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
"""What a case may be called, without two dots in a row: its id is the name of its snapshot's file."""


@record
class Case:
    """One question of a suite, and what it demands of the answer.

    `messages` are `{"role": …, "content": …}`; `system` is the case's own, else the suite's, "" where neither says
    one. `params` are the suite's with the case's over them; a route's come before both. `repeats` (1..100) is how often
    each model is asked. `line` is where the case begins in the suite's file, 0 where it has no file.
    """

    suite: str
    id: str
    messages: tuple[Message, ...]
    system: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    requirements: Requirements = NO_REQUIREMENTS
    tags: tuple[str, ...] = ()
    repeats: int = 1
    line: int = 0

    @property
    def prompt(self) -> str:
        """The text of the last message of a user."""
        said = [message for message in self.messages if message.get("role") == "user"]
        return message_text(said[-1]) if said else ""


@record
class Suite:
    """The cases of one file, in its order. `snapshots` is the folder of their accepted answers.

    `route` is "" where the file names none.
    """

    name: str
    path: Path
    route: str
    cases: tuple[Case, ...]
    snapshots: Path


@record
class Run:
    """One answer of one model to one case. `cached`: it was paid for by an earlier run, and is no new evidence."""

    answer: Answer
    cached: bool = False


@record
class Snapshot:
    """The accepted answers to a case: any of them will do.

    `model` was asked, `served` answered. `params_hash` tells whether the question is still the one that was accepted.
    `calls` are the tool calls of each answer; empty, or as long as `answers`.
    """

    case: str
    model: str
    served: str
    date: date
    params_hash: str
    sdk: str
    answers: tuple[str, ...]
    calls: tuple[tuple[ToolCall, ...], ...] = ()
    stand_in: bool = False

    def calls_of(self, number: int) -> tuple[ToolCall, ...]:
        """The tool calls of answer `number`, from 0."""
        return self.calls[number] if number < len(self.calls) else ()


@record
class Figures:
    """What one answer took, on average over a side's answers; the cost is their sum. None: the provider did not say."""

    latency_ms: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    cost_usd: float | None = None

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Figures:
        """The figures of those `answers` that did not fail."""
        good = [answer for answer in answers if answer.failure is None]
        return cls(
            _mean(answer.latency_ms for answer in good),
            _mean(answer.input_tokens for answer in good),
            _mean(answer.output_tokens for answer in good),
            total(answer.cost_usd for answer in good),
        )


NO_FIGURES = Figures()


@record
class CaseResult:
    """One case, old against new.

    `case` is its id. `old` are the accepted answers where `accepted`, else the old model's own, `old_model` who gave
    them. `triage` judges the answers of `pair` (places in `old` and `new`): the new run farthest from every old answer
    and the old answer nearest to it. It is None where nothing was measured. `note` is one line beside the verdict.
    """

    case: str
    status: Status
    cluster: Cluster
    old: tuple[str, ...]
    new: tuple[Run, ...]
    triage: Triage | None = None
    flaky: bool = False
    """The old model's own repeats already disagree."""
    old_figures: Figures = NO_FIGURES
    new_figures: Figures = NO_FIGURES
    note: str = ""
    prompt: str = ""
    old_model: str = ""
    old_calls: tuple[tuple[ToolCall, ...], ...] = ()
    accepted: bool = False
    accepted_on: date | None = None
    params_hash: str = ""
    pair: tuple[int, int] = (0, 0)
    tags: tuple[str, ...] = ()
    line: int = 0

    @property
    def changed(self) -> bool:
        """Whether there is something for a person to look at."""
        return self.status in CHANGED

    @property
    def needs_human(self) -> bool:
        """Whether only a person can say if it is worse. A broken requirement or a changed fact says so itself."""
        return self.status == "acceptable" and self.triage is not None and self.triage.needs_human

    @property
    def word(self) -> Word:
        """What a person is told of it: the same in a run, its reports and its review."""
        return "needs a human" if self.needs_human else self.status


def told(counts: Mapping[Word, int]) -> Mapping[Word, int]:
    """Every word with how many cases it is told of, `needs a human` only where it is told of any."""
    return {word: counts.get(word, 0) for word in WORDS if counts.get(word) or word != "needs a human"}


@record
class SuiteRun:
    """A suite on two models. `results` are in the order of the suite. `seconds` is the wall time.

    `stand_in`: at least one answer came from the local stand-in, so that nothing was learnt about a model. `partial`:
    only some of the suite's cases were asked for.
    """

    suite: str
    suite_path: Path
    route: str
    old_model: str
    new_model: str
    stand_in: bool
    started: datetime
    seconds: float
    results: tuple[CaseResult, ...]
    partial: bool = False

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many cases have each status; every status is there."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in STATUSES}

    @property
    def words(self) -> Mapping[Word, int]:
        """How many cases a person is told each word of; every word is there, `needs a human` where any does."""
        return told(Counter(result.word for result in self.results))

    @property
    def not_measured(self) -> float:
        """The share (0..1) of cases without an answer; 1 of a run without cases."""
        return self.counts["not measured"] / len(self.results) if self.results else 1.0

    @property
    def unmeasured(self) -> bool:
        """Whether so much is missing that the run says nothing about the model."""
        return self.not_measured > MOST_UNMEASURED

    @property
    def bad(self) -> int:
        """How many cases failed or are worrying."""
        return self.counts["failed"] + self.counts["worrying"]

    @property
    def clusters(self) -> Mapping[Cluster, tuple[CaseResult, ...]]:
        """The changed cases by cluster, in the order of `CLUSTERS`; no empty ones."""
        found: dict[Cluster, list[CaseResult]] = {}
        for result in self.results:
            if result.changed:
                found.setdefault(result.cluster, []).append(result)
        return {cluster: tuple(found[cluster]) for cluster in CLUSTERS if cluster in found}

    @property
    def old_cost_usd(self) -> float | None:
        """What the old model's answers cost; None where it was not asked, or no price is known."""
        return total(result.old_figures.cost_usd for result in self.results if not result.accepted)

    @property
    def new_cost_usd(self) -> float | None:
        """What the new model's answers cost, those of earlier attempts included; None where no price is known."""
        return total(result.new_figures.cost_usd for result in self.results)


def message_text(message: Message) -> str:
    """The text of a message, whose content is text or a list of blocks."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list | tuple) else ()
    texts = (block.get("text") for block in blocks if isinstance(block, Mapping))
    return "\n".join(text for text in texts if isinstance(text, str))


def is_case_id(text: str) -> bool:
    """Whether a case may be called that: it becomes a file's name."""
    return CASE_ID.match(text) is not None and ".." not in text


def total(values: Iterable[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
