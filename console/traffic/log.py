"""The request log as an application uses it: `RequestLog`, and the `Request` that a `with` block fills in.

    log = RequestLog("requests.db")
    with log.request(choice, user_id, call=call) as request:
        response = client.messages.create(**call)
        request.record(response)
    log.feedback(request.id, satisfied=True)

Nothing here blocks, and nothing raises because of the log: an application must not notice that it is being watched.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TypedDict, Unpack

from console.domain.choice import Choice
from console.domain.requests import OUTCOMES, Outcome, RequestRow
from console.traffic.answers import Reading, name, read_answer, whole
from console.traffic.pricing import Price, Pricing
from console.traffic.shapes import Shape, shape_of
from console.traffic.store import Store, Warnings
from console.traffic.storing import Feedback
from console.traffic.upkeep import RETENTION_DAYS
from console.traffic.writer import Mark, Outbox, WriterThread, at_exit_of_a_child

_EXIT_S = 5.0
_MANY = 1_000
_STOPPED = ("CancelledError", "KeyboardInterrupt", "GeneratorExit", "SystemExit")
"""The caller went away: recorded as an error, but no reason for a breaker to distrust the model."""
_logger = logging.getLogger("console.traffic")
_logs: weakref.WeakSet[RequestLog] = weakref.WeakSet()
_abandoned: list[object] = []


class Fields(TypedDict, total=False):
    """What an application can say of a call itself. `input_tokens` include cached ones; times are milliseconds."""

    latency_ms: float | None
    ttft_ms: float | None
    served_model: str | None
    outcome: Outcome | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    retries: int | None


class Request:
    """One call of a model. What is rarely set has its default on the class, since one is built for every call."""

    _answer: object = None
    _ended = 0.0
    _first_token = 0.0
    _error_class = ""
    _outcome: str | None = None
    _fields: Fields | None = None
    _at = 0.0
    _started = 0.0

    def __init__(self, log: RequestLog, choice: Choice, user: object, call: Mapping[str, object] | None) -> None:
        self._log = log
        self._choice = choice
        self._user = user
        # Shallow copies: applications go on to append the answer to the list of messages they sent.
        self._call = None if call is None else _frozen(call)
        self._number = next(log.numbers)

    @property
    def id(self) -> str:
        """The name of this request, unique among all processes; what `RequestLog.feedback` is told later."""
        return f"{int(self._at * 1000):011x}-{self._log.node}-{self._number:x}"

    def __enter__(self) -> Request:
        self._at = time.time()
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            self._ended = time.perf_counter()
        if kind is not None:
            self._error_class = kind.__name__
            self._outcome = "error"
        report = self._choice.report
        if report is not None and self._error_class not in _STOPPED:
            # The application's request must not fail because a breaker does.
            with suppress(Exception):
                report(self._outcome == "error")
        self._log.put(self)

    async def __aenter__(self) -> Request:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def first_token(self) -> None:
        """Marks this moment as the arrival of the first token. Only the first call counts."""
        if not self._first_token:
            self._first_token = time.perf_counter()

    def record(self, response: object = None, **fields: Unpack[Fields]) -> None:
        """Takes the answer of an Anthropic or OpenAI SDK, or the fields of any other; fields win. Never raises.

        Only usage, served model and stop reason are read off the answer, on the log's own thread. Call it inside the
        block: the latency ends here. Nothing is kept of the text.
        """
        if response is not None:
            self._answer = response
            self._ended = time.perf_counter()
        if fields:
            self._fields = {**self._fields, **fields} if self._fields else fields

    def fail(self, error: BaseException | str) -> None:
        """Records that the call failed, for applications that handle the error themselves inside the block."""
        self._outcome = "error"
        self._error_class = error if isinstance(error, str) else type(error).__name__

    def row(self) -> RequestRow:
        """What is stored of this request. Runs on the log's thread; lets go of the answer and the call."""
        try:
            reading = read_answer(self._answer) if self._answer is not None else Reading()
        except Exception:  # answers are foreign objects, and whatever they do, the request is counted
            reading = Reading()
        try:
            shape = shape_of(self._call) if self._call else Shape()
        except Exception:  # the same for calls
            shape = Shape()
        self._answer = self._call = None
        return self._row(reading, shape)

    def _row(self, reading: Reading, shape: Shape) -> RequestRow:
        choice = self._choice
        fields: Fields = self._fields or {}
        outcome = self._outcome or fields.get("outcome") or reading.outcome
        model, at = name(choice.model), self._at
        served = name(fields.get("served_model")) or reading.served
        row = RequestRow(
            id=self.id,
            at=at,
            route=name(choice.route),
            model=model,
            arm=choice.arm,
            why=choice.why,
            rollout=name(choice.rollout),
            evidence_from=choice.evidence_from,
            user=_text(self._user),
            outcome=outcome if outcome in OUTCOMES else "ok",
            error_class=name(self._error_class) or reading.error_class,
            latency_ms=_number(fields.get("latency_ms"), (self._ended - self._started) * 1000),
            ttft_ms=_number(
                fields.get("ttft_ms"), (self._first_token - self._started) * 1000 if self._first_token else None
            ),
            served=served,
            input_tokens=_count(fields.get("input_tokens"), reading.input_tokens),
            output_tokens=_count(fields.get("output_tokens"), reading.output_tokens),
            cached_tokens=_count(fields.get("cached_tokens"), reading.cached_tokens),
            cache_write_tokens=reading.cache_write_tokens,
            reasoning_tokens=_count(fields.get("reasoning_tokens"), reading.reasoning_tokens),
            retries=_count(fields.get("retries"), reading.retries) or 0,
            prompt_hash=shape.prompt_hash,
            parameters=shape.parameters,
            sdk=reading.sdk,
            messages=shape.messages,
            characters=shape.characters,
        )
        return row._replace(cost_usd=_number(fields.get("cost_usd"), self._log.cost_of(row)))


def _frozen(call: Mapping[str, object]) -> dict[str, object] | None:
    try:
        return {key: value.copy() if type(value) is list else value for key, value in call.items()}
    except Exception:  # a mapping of the application's own making; its shape is not worth a request
        return None


def _text(user: object) -> str:
    try:
        return "" if user is None else str(user)[:_MANY]
    except Exception:  # an application's own type; without a user the row is no evidence, but a row
        return ""


def _number(value: object, default: float | None) -> float | None:
    """`value` where it is a number from 0 on (NaN is not), else `default`; bounded, to fit a column."""
    number = default
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        number = value
    return None if number is None else float(min(number, 1e15))


def _count(value: object, default: int | None) -> int | None:
    number = whole(value)
    return default if number is None else number


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How the log is doing in this process. `error` is why the last batch was not stored, or ""."""

    queued: int
    dropped: int
    committed: int
    orphans: int
    error: str


class RequestLog:
    """Records requests in the SQLite file at `path`, made with mode 0600 when the first one arrives.

    Args:
        path: the log; several processes may write the same file on a local disk.
        queue: how many rows may wait for the disk; beyond that the oldest are dropped and counted.
        every_s: how long a row may wait for others before it is written, in seconds.
        retention_days: rows older than this are deleted; the counts stay.
        exit_s: how long the interpreter's exit may wait for the disk, in seconds.
        price: what a request costs (console.traffic.pricing.Price); by default the installed price list.
        clock: epoch seconds; decides in which slot a batch counts.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        queue: int = 10_000,
        every_s: float = 0.25,
        batch: int = 500,
        retention_days: float = RETENTION_DAYS,
        exit_s: float = _EXIT_S,
        price: Price | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path).absolute()
        self._limits = (queue, batch)
        self._every_s = every_s
        self._retention_days = retention_days
        self._exit_s = exit_s
        self._clock = clock
        self._pricing = Pricing(price)
        self._warn = Warnings(_logger.warning)
        self._closed = False
        self._reset()
        _logs.add(self)
        atexit.register(_close_at_exit, weakref.ref(self))

    def _reset(self) -> None:
        """The state of a fresh process: nothing queued, no thread, no connection, numbers of its own."""
        self._outbox = Outbox(*self._limits)
        self._thread: WriterThread | None = None
        self._starting = threading.Lock()
        self.node = secrets.token_hex(4)
        self.numbers = count()

    def request(self, choice: Choice, user_id: object = None, *, call: Mapping[str, object] | None = None) -> Request:
        """A block around one call: times it, records its error, stores what `Request.record` is told.

        Works with `with` and `async with`. `user_id` is stored as a keyed hash only, and `call` as the names of its
        parameters, its sizes, and a hash of system prompt and tools.
        """
        return Request(self, choice, user_id, call)

    def feedback(self, request_id: str, satisfied: bool | None = None, regression: bool | None = None) -> None:
        """Adds a person's rating or a checker's word to an earlier request; the first word on each counts."""
        if satisfied is None and regression is None:
            return
        given = [None if value is None else bool(value) for value in (satisfied, regression)]
        self.put(Feedback(name(request_id), given[0], given[1], self._clock()))

    def put(self, item: Request | Feedback) -> None:
        """Queues a finished request or feedback. For integrations; `request` and `feedback` call it."""
        if self._closed:
            self._outbox.lost(1)
            return
        self._outbox.put(item)
        if self._thread is None:
            self._start()

    def cost_of(self, row: RequestRow) -> float | None:
        """The cost of `row` in USD by the price list, or None."""
        return self._pricing.cost_usd(
            row.served or row.model,
            row.input_tokens,
            row.output_tokens,
            row.cached_tokens,
            row.cache_write_tokens,
            row.at,
        )

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until everything recorded so far is committed. False: not within `timeout` seconds, or dropped."""
        if self._thread is None:
            return True
        mark = Mark()
        self._outbox.put(mark)
        self._outbox.hurry.set()
        return mark.passed.wait(timeout) and mark.kept

    def close(self, timeout: float | None = None) -> bool:
        """Writes what is queued, for at most `timeout` seconds (`exit_s`), and stops. What comes later is dropped."""
        self._closed = True
        thread = self._thread
        return thread is None or thread.close(self._exit_s if timeout is None else timeout)

    def status(self) -> LogStatus:
        """What is queued, dropped and committed in this process."""
        thread = self._thread
        return LogStatus(
            queued=len(self._outbox) + (thread.pending if thread else 0),
            dropped=self._outbox.dropped,
            committed=thread.committed if thread else 0,
            orphans=thread.orphans if thread else 0,
            error=thread.error if thread else "",
        )

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                # A server that cannot start a thread any more has worse problems; the next request tries again.
                with suppress(RuntimeError):
                    self._thread = WriterThread(self._outbox, self._store, self._every_s, self._warn)
                    at_exit_of_a_child(_closer(weakref.ref(self)))

    def _store(self) -> Store:
        return Store(self.path, clock=self._clock, retention_days=self._retention_days, warn=self._warn)

    def after_fork(self) -> None:
        """Makes this the log of a forked child. The parent's connection is kept from being closed: that would
        release the parent's locks and delete its journals."""
        _abandoned.extend((self._outbox, self._thread))
        self._reset()


def _closer(log: weakref.ref[RequestLog]) -> Callable[[], None]:
    return lambda: _close_at_exit(log)


def _close_at_exit(log: weakref.ref[RequestLog]) -> None:
    alive = log()
    if alive is not None:
        alive.close()


def _after_fork() -> None:
    for log in list(_logs):
        log.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
