"""A prompt on its way: two answers streaming, a third beside them, repeated runs after them; what to show of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime

from console.compare.many import Trial, compare_many
from console.compare.records import Compared, Comparison, Pair
from console.compare.repeats import agreement
from console.compare.running import compare, compared
from console.providers.asking import ask
from console.providers.endpoints import Endpoints
from console.providers.records import Answer
from console.text import words
from console.text.safe import NOTHING, SafeText, join
from console.view.agreement import agreement_text
from console.view.compared import SHOWN_CHARACTERS, Unfolding, comparison_view, third_view
from console.view.comparison import ComparisonView, Side
from console.view.judged import judged

AT_ONCE = 4
_TOLD_FROM_S = 2.0
"""Who has waited this long is told how long it has been."""


@dataclass(slots=True)
class Asking:
    """One prompt asked of a route's models. `third` is production against another model, `side` its tier."""

    pair: Pair
    route: str
    runs: int = 1
    third: Pair | None = None
    side: Side = "fallback"
    agreement: SafeText = NOTHING
    made: list[Comparison] = field(default_factory=list)
    begun: datetime | None = None
    unfolding: Unfolding = field(init=False)
    _third_text: str = ""
    _third_answer: Answer | None = None
    _third_word: str = ""

    def __post_init__(self) -> None:
        self.unfolding = Unfolding(self.pair, self.route)

    @property
    def comparison(self) -> Comparison | None:
        """The first run, once both sides have answered."""
        return self.unfolding.comparison

    def view(self, now: datetime | None = None) -> ComparisonView:
        """What to show; at `now`, while there is something to wait for, with how long that has been."""
        shown = replace(self.unfolding.view(), agreement=self.agreement)
        if now is not None and self.begun is not None and self.comparison is None:
            waited = (now - self.begun).total_seconds()
            if waited >= _TOLD_FROM_S:
                shown = replace(shown, status=join(shown.status, f" · {words.age(waited)}"))
        if self.third is None:
            return shown
        third = third_view(
            self.third.right,
            self.side,
            self._third_text,
            self._third_answer,
            self._third_word,
            stopped=self.unfolding.stopped,
        )
        return replace(shown, third=third)

    def stop(self) -> None:
        """What has arrived is all there will be."""
        self.unfolding.stopped = True
        if self.made and len(self.made) < self.runs:
            self.agreement = SafeText(f"stopped after {len(self.made)} of {self.runs} runs")

    async def run(self, endpoints: Endpoints, now: Callable[[], datetime]) -> None:
        """Ask; `view` changes meanwhile. May be cancelled at any moment, which ends the open requests."""
        self.begun = now()
        third = asyncio.create_task(self._ask_third(endpoints, now))
        try:
            async with aclosing(compare(self.pair, endpoints, now=now, direct=True)) as events:
                async for event in events:
                    if isinstance(event, Compared):
                        self.unfolding.shown = await asyncio.to_thread(comparison_view, event.comparison, self.route)
                    self.unfolding.take(event)
            await self._repeat(endpoints, now)
            await third
            await self._judge_third(now)
        finally:
            third.cancel()
            await asyncio.gather(third, return_exceptions=True)

    async def _repeat(self, endpoints: Endpoints, now: Callable[[], datetime]) -> None:
        first = self.comparison
        if first is None or first.triage is None or self.runs < 2:
            return
        self.made = [first]
        trials = [Trial(self.pair, run) for run in range(2, self.runs + 1)]
        async with aclosing(compare_many(trials, endpoints, concurrency=AT_ONCE, now=now)) as more:
            self._count()
            async for finished in more:
                self.made.append(finished.comparison)
                self._count()
        self.agreement = agreement_text(await asyncio.to_thread(agreement, self.made))

    def _count(self) -> None:
        self.agreement = SafeText(f"{len(self.made)} of {self.runs} runs")

    async def _ask_third(self, endpoints: Endpoints, now: Callable[[], datetime]) -> None:
        if self.third is None:
            return
        async with aclosing(ask(self.third.right, endpoints, now=now, direct=True)) as items:
            async for item in items:
                if isinstance(item, Answer):
                    self._third_answer = item
                elif len(self._third_text) < SHOWN_CHARACTERS:
                    self._third_text += item.text

    async def _judge_third(self, now: Callable[[], datetime]) -> None:
        first, answer = self.comparison, self._third_answer
        if self.third is None or first is None or answer is None:
            return
        made = await asyncio.to_thread(compared, self.third, first.left, answer, now())
        self._third_word = judged(made.triage) if made.triage else ""
