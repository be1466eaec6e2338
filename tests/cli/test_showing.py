"""The line of a long run: there at once, drawn by the clock and not by the answers, and gone afterwards."""

from __future__ import annotations

import asyncio

import pytest

from console.cli import showing
from console.cli.diagnostics import Progress


class Line(Progress):
    """What was shown, in its order."""

    def __init__(self, *, is_seen: bool) -> None:
        super().__init__()
        self.is_seen = is_seen
        self.shown: list[object] = []

    def show(self, text: object) -> None:
        self.shown.append(text)


async def test_it_stands_there_before_the_first_answer_and_follows_the_count(monkeypatch):
    monkeypatch.setattr(showing, "_EVERY_S", 0.0)
    line, count = Line(is_seen=True), [0]
    async with showing.showing(line, lambda: f"{count[0]} of 9"):
        await asyncio.sleep(0)
        assert line.shown == ["0 of 9"]
        count[0] = 3
        for _ in range(3):
            await asyncio.sleep(0)
        assert line.shown[-1] == "3 of 9"
    drawn = len(line.shown)
    for _ in range(3):
        await asyncio.sleep(0)
    assert len(line.shown) == drawn


async def test_many_answers_between_two_looks_are_drawn_once(monkeypatch):
    monkeypatch.setattr(showing, "_EVERY_S", 100.0)
    line, count = Line(is_seen=True), [0]
    async with showing.showing(line, lambda: count[0]):
        for number in range(500):
            count[0] = number
            await asyncio.sleep(0)
    assert len(line.shown) == 1


async def test_nobody_is_asked_for_what_nobody_sees():
    def text() -> str:
        raise AssertionError

    async with showing.showing(Line(is_seen=False), text):
        await asyncio.sleep(0)


async def test_it_ends_with_the_run_however_that_ends():
    line = Line(is_seen=True)
    with pytest.raises(ZeroDivisionError):
        async with showing.showing(line, lambda: "x"):
            raise ZeroDivisionError
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if task.get_coro().__qualname__.endswith("draw")]
