"""Both models asked at once, their answers streamed side by side, and the comparison at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import datetime

from console.compare.records import Compared, CompareEvent, Comparison, Delta, Done, Pair, Ratios, Side
from console.providers.asking import DEFAULT_LIMITS, ask
from console.providers.endpoints import Endpoints
from console.providers.records import Answer, Limits, Question
from console.text.clock import utc_now
from console.text.diffing import difference
from console.triage.judging import triage
from console.triage.records import Reason, Triage

_CUT_WEIGHT = 0.7


async def compare(
    pair: Pair,
    endpoints: Endpoints,
    *,
    limits: Limits = DEFAULT_LIMITS,
    now: Callable[[], datetime] = utc_now,
    direct: bool = False,
) -> AsyncGenerator[CompareEvent, None]:
    """Ask both sides at once: their deltas as they arrive, a `Done` for each, and `Compared` at the end.

    A side that fails leaves the other alone: its `Done` carries the failure. May be closed or cancelled at any moment,
    which ends both requests; iterate it under `contextlib.aclosing`. `direct` asks without the providers' SDKs.
    """
    events: asyncio.Queue[Delta | Done | None] = asyncio.Queue()
    sides: Mapping[Side, Question] = {"left": pair.left, "right": pair.right}
    tasks = [
        asyncio.create_task(_answer(side, question, endpoints, limits, now, events, direct), name=f"compare-{side}")
        for side, question in sides.items()
    ]
    answers: dict[Side, Answer] = {}
    try:
        for _ in tasks:
            while (event := await events.get()) is not None:
                if isinstance(event, Done):
                    answers[event.side] = event.answer
                yield event
        await asyncio.gather(*tasks)
        yield Compared(await asyncio.to_thread(compared, pair, answers["left"], answers["right"], now()))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(
    side: Side,
    question: Question,
    endpoints: Endpoints,
    limits: Limits,
    now: Callable[[], datetime],
    events: asyncio.Queue[Delta | Done | None],
    direct: bool,
) -> None:
    try:
        async with aclosing(ask(question, endpoints, limits=limits, now=now, direct=direct)) as items:
            async for item in items:
                events.put_nowait(Done(side, item) if isinstance(item, Answer) else Delta(side, item.text))
    finally:
        events.put_nowait(None)


def compared(pair: Pair, left: Answer, right: Answer, at: datetime) -> Comparison:
    """The comparison of two answers that are there. Up to a second for texts of megabytes: off the UI's thread."""
    left_runs, right_runs = difference(left.text, right.text)
    judged = _judged(pair, left, right)
    return Comparison(pair, left, right, left_runs, right_runs, ratios(left, right), at, judged)


def _judged(pair: Pair, left: Answer, right: Answer) -> Triage | None:
    if left.failure is not None or right.failure is not None:
        return None
    found = triage(
        left.text,
        right.text,
        prompt=pair.prompt,
        requirements=pair.requirements,
        old_tools=left.tool_calls,
        new_tools=right.tool_calls,
        old_error=_withheld(left),
        new_error=_withheld(right),
    )
    if right.outcome == "truncated" != left.outcome:
        cut = Reason("truncated", "the new answer was cut off: it reached its limit of tokens", _CUT_WEIGHT)
        return Triage("worrying", max(found.score, _CUT_WEIGHT), (cut, *found.reasons))
    return found


def _withheld(answer: Answer) -> str:
    """Why a finished answer has no text: the provider's own refusal."""
    return "the provider refused" if answer.outcome == "refusal" and not answer.text.strip() else ""


def ratios(left: Answer, right: Answer) -> Ratios:
    """What the right answer took for each unit of the left one. Answers that failed have no ratios."""
    if left.failure is not None or right.failure is not None:
        return Ratios()
    return Ratios(
        latency=_ratio(left.latency_ms, right.latency_ms),
        ttft=_ratio(left.ttft_ms, right.ttft_ms),
        input_tokens=_ratio(left.input_tokens, right.input_tokens),
        output_tokens=_ratio(left.output_tokens, right.output_tokens),
        cost=_ratio(left.cost_usd, right.cost_usd),
    )


def _ratio(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None or left <= 0 else right / left
