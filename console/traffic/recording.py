"""One recorded call: the block around it, what is read off its answer, and the row that is stored of it.

The caller's thread only takes times and references. Answers are read and rows are built on the log's own thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, TypedDict, Unpack

from console.domain.choice import Choice
from console.domain.requests import OUTCOMES, Outcome, RequestRow
from console.traffic.answers import LONGEST_ROLLOUT, Reading, name, read_answer, whole
from console.traffic.blaming import is_providers, is_providers_name
from console.traffic.pricing import OwnPrice, Priced, Tokens, own_price
from console.traffic.shapes import Shape, shape_of
from console.traffic.streams import STREAM_CLOSED, Streamed, watch

_MANY = 1_000


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
    api_version: str | None


class Log(Protocol):
    """What a request needs of the log it belongs to."""

    node: str
    numbers: Iterator[int]

    def put(self, item: Request) -> None:
        """Takes the request when it is over."""

    def priced(self, model: str, tokens: Tokens, at: float, own: OwnPrice | None = None) -> Priced:
        """The cost of a request that `model` answered, and the price it was worked out with."""


class Request:
    """One call of a model. What is rarely set has its default on the class, since one is built for every call."""

    _answer: object = None
    _call: dict[str, object] | None = None
    _ended = 0.0
    _first_token = 0.0
    _error_class = ""
    _outcome: str | None = None
    _fields: Fields | None = None
    _fault: bool | None = False
    _at = 0.0
    _started = 0.0

    def __init__(self, log: Log, choice: Choice, user: object, call: Mapping[str, object] | None) -> None:
        self._log = log
        self._choice = choice
        self._user = user
        # Copies as deep as they must be: applications go on to append the answer to the list of messages they sent.
        if type(call) is dict:
            self._call = sent = call.copy()
            key = "messages" if "messages" in sent else "input"
            messages = sent.get(key)
            if type(messages) is list:
                sent[key] = messages.copy()
        elif call is not None:
            self._call = _copied(call)
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
            self._fault = _blamed(error or kind.__name__)
        report = self._choice.report
        if report is not None:
            self._report(report)
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

    def stream(self, events: Any) -> Any:
        """The stream `events`, looked on while the application reads it; every chunk passes as it is.

        For what the SDKs' create(stream=True) and stream(...) return, sync and async, and for any iterable of their
        events or of text. Marks the first token (text or a part of a tool call), reads usage and outcome at the end,
        and takes an error that the stream raises. A stream that is closed early is `ok` if it had said something.

            with log.request(choice, user_id, call=call) as request:
                for event in request.stream(client.messages.create(**call, stream=True)):
                    ...

        OpenAI's chat completions tell their usage only where `stream_options` asks for it.
        """
        return self.watched(events, None)

    def watched(self, events: Any, over: Callable[[BaseException | None], None] | None) -> Any:
        """Like `stream`, and calls `over` with the error, if any, when nothing more will come. For integrations."""
        streamed = Streamed()
        self._outcome, self._error_class, self._fault = None, "", False

        def seen(event: object) -> None:
            if streamed.see(event):
                self.first_token()

        def ended(error: BaseException | None, cut: bool) -> None:
            self._ended = time.perf_counter()
            streamed.cut = cut
            if cut and not streamed.spoken:
                self._fault = None
            self._answer = streamed
            if error is not None:
                self.fail(error)
            if over is not None:
                over(error)

        return watch(events, seen, ended)

    def fail(self, error: BaseException | str) -> None:
        """Records that the call failed, for applications that handle the error themselves inside the block."""
        self._outcome = "error"
        self._error_class = error if isinstance(error, str) else type(error).__name__
        self._fault = _blamed(error)

    def _report(self, report: Callable[[bool], None]) -> None:
        """Tells the breaker whether the provider answered, unless what happened says nothing of that."""
        fault = self._fault
        if fault is False and self._fields is not None and self._fields.get("outcome") == "error":
            fault = True
        if fault is not None:
            # The application's request must not fail because a breaker does.
            with suppress(Exception):
                report(fault)

    def row(self) -> RequestRow:
        """What is stored of this request. Runs on the log's thread; lets go of the answer and the call."""
        try:
            reading = _read(self._answer)
        except Exception:  # answers are foreign objects, and whatever they do, the request is counted
            reading = Reading()
        try:
            shape = shape_of(self._call) if self._call else Shape()
        except Exception:  # the same for calls
            shape = Shape()
        self._answer = self._call = None
        return self._row(reading, shape)

    def _row(self, reading: Reading, shape: Shape) -> RequestRow:
        choice, at = self._choice, self._at
        fields: Fields = self._fields or {}
        outcome = self._outcome or fields.get("outcome") or reading.outcome
        model, served = name(choice.model), name(fields.get("served_model")) or reading.served
        first_token = (self._first_token - self._started) * 1000 if self._first_token else None
        input_tokens = _count(fields.get("input_tokens"), reading.input_tokens)
        output_tokens = _count(fields.get("output_tokens"), reading.output_tokens)
        cached_tokens = _count(fields.get("cached_tokens"), reading.cached_tokens)
        tokens = (input_tokens, output_tokens, cached_tokens, reading.cache_write_tokens)
        cost = _number(fields.get("cost_usd"), None)
        own = own_price(choice.prices, model, served or "")
        priced = self._log.priced(served or model, tokens, at, own) if cost is None else Priced(cost)
        return RequestRow(
            id=self.id,
            at=at,
            route=name(choice.route),
            model=model,
            arm=choice.arm,
            why=choice.why,
            rollout=name(choice.rollout, LONGEST_ROLLOUT),
            evidence_from=choice.evidence_from,
            user=_text(self._user),
            outcome=outcome if outcome in OUTCOMES else "ok",
            error_class=name(self._error_class) or reading.error_class,
            latency_ms=_number(fields.get("latency_ms"), (self._ended - self._started) * 1000),
            ttft_ms=_number(fields.get("ttft_ms"), first_token),
            served=served,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cached_tokens=cached_tokens,
            cache_write_tokens=reading.cache_write_tokens,
            reasoning_tokens=_count(fields.get("reasoning_tokens"), reading.reasoning_tokens),
            cost_usd=priced.cost_usd,
            price=priced.price,
            retries=_count(fields.get("retries"), reading.retries) or 0,
            prompt_hash=shape.prompt_hash,
            parameters=shape.parameters,
            sdk=_sdk(reading.sdk, name(fields.get("api_version"))),
            messages=shape.messages,
            characters=shape.characters,
            assigned=choice.assigned,
        )


def _blamed(error: BaseException | str) -> bool | None:
    if error == STREAM_CLOSED:
        return None
    try:
        return is_providers_name(error) if isinstance(error, str) else is_providers(error)
    except Exception:  # an exception with attributes that raise; it says nothing
        return None


def _read(answer: object) -> Reading:
    if answer is None:
        return Reading()
    return answer.reading() if type(answer) is Streamed else read_answer(answer)


def _sdk(sdk: str, api_version: str) -> str:
    """An SDK and the version of the API it spoke share one name: they change by a release, not by a request."""
    return f"{sdk}, API {api_version}".removeprefix(", ") if api_version else sdk


def _copied(call: Mapping[str, object]) -> dict[str, object] | None:
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
