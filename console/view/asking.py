"""A prompt on its way: two answers streaming, a third beside them, repeated runs after them; what to show of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime

from console.compare.many import Trial, compare_many
from console.compare.records import Comparison, Pair
from console.compare.repeats import agreement
from console.compare.running import compare, compared
from console.providers.asking import ask
from console.providers.endpoints import Endpoints
from console.providers.records import Answer
from console.text.safe import NOTHING, SafeText
from console.view.agreement import agreement_text
from console.view.compared import SHOWN_CHARACTERS, Unfolding, third_view
from console.view.comparison import ComparisonView, Side
from console.view.judged import judged

AT_ONCE = 4


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

    def view(self) -> ComparisonView:
        """What to show now."""
        shown = replace(self.unfolding.view(), agreement=self.agreement)
        if self.third is None:
            return shown
        third = third_view(self.third.right, self.side, self._third_text, self._third_answer, self._third_word)
        return replace(shown, third=third)

    async def run(self, endpoints: Endpoints, now: Callable[[], datetime]) -> None:
        """Ask; `view` changes meanwhile. May be cancelled at any moment, which ends the open requests."""
        third = asyncio.create_task(self._ask_third(endpoints, now))
        try:
            async with aclosing(compare(self.pair, endpoints, now=now)) as events:
                async for event in events:
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
        async with aclosing(ask(self.third.right, endpoints, now=now)) as items:
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
