from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.compare.similarity import Embedder, Similarity, lexical
from console.demo.standin import process
from console.demo.standin.process import StandIn
from console.providers.endpoints import Endpoints
from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.compare import CompareScreen
from console.tui.screens.main import MainScreen
from console.tui.widgets.comparer_pane import ComparerPane

REGISTRY = """\
schema = 1

[routes.support]
production = "claude-sonnet-4-5-20250929"
canary = "claude-sonnet-5-5"
canary_percentage = 25
canary_start = 2026-11-20T09:00:00Z

[models."claude-sonnet-4-5-20250929"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "known"

[models."claude-sonnet-5-5"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "new"
"""


class ByWords(Embedder):
    """No model is loaded."""

    def warm(self) -> None:
        pass

    def similarity(self, left: str, right: str) -> Similarity:
        return lexical(left, right)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with process.start(scale=0.0) as running:
        running.control.set(error_rate=0.0, refusal_rate=0.0)
        yield running


def app(folder: Path, stand_in: StandIn) -> ConsoleApp:
    registry = folder / "registry.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    return ConsoleApp(
        Runtime(
            registry,
            folder / "requests.db",
            "olga@desk",
            lambda: Endpoints.stand_in(stand_in.url),
            stand_in=True,
            embedder=ByWords,
        )
    )


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < deadline, "\n".join(pilot.app.screen.query_one(ComparerPane).plain())
        await pilot.pause(0.02)


async def asked(pilot: Pilot[None], prompt: str) -> ComparerPane:
    """Open the comparer and ask both models."""
    await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen) and pilot.app.screen.look is not None)
    await until(pilot, lambda: pilot.app.screen.route is not None)  # type: ignore[attr-defined]
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen) and pilot.app.focused is not None)
    await pilot.press(*prompt, "enter")
    return pilot.app.screen.query_one(ComparerPane)


async def test_both_models_answer_side_by_side(tmp_path: Path, stand_in: StandIn) -> None:
    async with app(tmp_path, stand_in).run_test(size=(120, 36)) as pilot:
        pane = await asked(pilot, "hello")
        await until(pilot, lambda: "both finished" in "\n".join(pane.plain()))
        text = "\n".join(pane.plain())
        assert "claude-sonnet-4-5-20250929" in text
        assert "claude-sonnet-5-5" in text
        assert "stand-in answers" in text
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert "hello" in "\n".join(pilot.app.screen.query_one("#comparer", ComparerPane).plain())


async def test_leaving_while_answers_stream_ends_them_and_keeps_the_prompt(tmp_path: Path, stand_in: StandIn) -> None:
    stand_in.control.scale(3.0)
    try:
        async with app(tmp_path, stand_in).run_test(size=(120, 36)) as pilot:
            pane = await asked(pilot, "tell me")
            screen = pilot.app.screen
            assert isinstance(screen, CompareScreen)
            await until(pilot, lambda: screen._asking is not None)
            await pilot.press("escape")
            assert "stopped" in "\n".join(pane.plain())
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
            await until(pilot, lambda: not [w for w in pilot.app.workers if w.group == "compare" and not w.is_finished])
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen) and pilot.app.focused is not None)
            assert pilot.app.screen.query_one("#prompt", Input).value == "tell me"
    finally:
        stand_in.control.scale(0.0)


async def test_one_side_may_fail_without_taking_the_other_along(tmp_path: Path, stand_in: StandIn) -> None:
    stand_in.control.set("claude-sonnet-5-5", error_rate=1.0)
    try:
        async with app(tmp_path, stand_in).run_test(size=(120, 36)) as pilot:
            pane = await asked(pilot, "hello")
            await until(pilot, lambda: "no answer from claude-sonnet-5-5" in "\n".join(pane.plain()))
            assert pane._view is not None
            left, right = pane._view.answers
            assert left.runs
            assert not left.problem
            assert right.problem
            assert pilot.app.screen.query_one("#prompt", Input).value == "hello"
    finally:
        stand_in.control.set("claude-sonnet-5-5", error_rate=0.0)


FAULTS: list[tuple[dict[str, object], str]] = [
    ({"error_rate": 1.0, "error_status": 400}, "rejected (400)"),
    ({"error_rate": 1.0, "error_status": 401}, "anthropic rejected the key (401)"),
    ({"error_rate": 1.0, "error_status": 404}, "does not know claude-sonnet-5-5"),
    ({"error_rate": 1.0, "error_status": 429, "retry_after_s": 60.0}, "It asks to wait 60 s"),
    ({"error_rate": 1.0, "error_status": 500, "retry_after_s": 60.0}, "failed by anthropic (500)"),
    ({"error_rate": 1.0, "error_status": 529, "retry_after_s": 60.0}, "overloaded by anthropic (529)"),
    ({"damage": "half"}, "the connection broke in the middle"),
    ({"damage": "no final event"}, "ended without its final event"),
    ({"damage": "error event"}, "by anthropic"),
    ({"damage": "malformed json"}, "could not be read"),
    ({"damage": "refuse"}, "nothing answers at"),
    ({"damage": "empty"}, "empty"),
    ({"refusal_rate": 1.0}, "refus"),
    ({"damage": "escapes"}, "␛"),
]


async def test_every_fault_leaves_the_other_answer_and_the_prompt(tmp_path: Path, stand_in: StandIn) -> None:
    async with app(tmp_path, stand_in).run_test(size=(120, 36)) as pilot:
        pane = await asked(pilot, "why")
        screen = pilot.app.screen
        assert isinstance(screen, CompareScreen)
        await until(pilot, lambda: screen.comparison is not None)
        for switches, words in FAULTS:
            stand_in.control.reset()
            stand_in.control.set(error_rate=0.0, refusal_rate=0.0)
            stand_in.control.set("claude-sonnet-5-5", **{"error_rate": 0.0, "refusal_rate": 0.0, **switches})
            before = screen.comparison
            await pilot.press("enter")
            await until(pilot, lambda last=before: screen.comparison not in (None, last))
            shown = " ".join("\n".join(pane.plain()).split())
            assert words in shown, f"{switches}\n{shown}"
            assert screen.comparison is not None
            assert screen.comparison.left.failure is None
            assert screen.comparison.left.text.split()[0] in shown
            assert pilot.app.screen.query_one("#prompt", Input).value == "why"
    stand_in.control.reset()
    stand_in.control.set(error_rate=0.0, refusal_rate=0.0)


async def test_an_answer_without_end_is_ended_by_escape(tmp_path: Path, stand_in: StandIn) -> None:
    stand_in.control.set("claude-sonnet-5-5", damage="endless")
    try:
        async with app(tmp_path, stand_in).run_test(size=(120, 36)) as pilot:
            pane = await asked(pilot, "why")
            await until(pilot, lambda: pane._view is not None and pane._view.answers[1].runs)
            await pilot.press("escape")
            await until(pilot, lambda: "stopped" in "\n".join(pane.plain()))
            assert pane._view is not None
            assert pane._view.answers[0].runs
    finally:
        stand_in.control.set("claude-sonnet-5-5", damage="none")
