from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Button, Input, Label

from console.text.safe import SafeText as S
from console.tui.app import ConsoleApp
from console.tui.drawing.palette import contrast
from console.tui.screens.ask import AskScreen, Field
from console.tui.screens.confirm import ConfirmScreen, Decision
from console.tui.screens.settling import SETTLED_S
from console.tui.styles import DARK_NAME
from console.tui.theme import THEMES
from console.tui.widgets.dialog import PlanBody
from console.view.records import DiffLine, PlanView
from tests.tui import samples


class Stage(App[None]):
    """A dialog with the product's look, and what it returned."""

    CSS_PATH = str(samples.__file__).replace("tests/tui/samples.py", "console/tui/app.tcss")
    HORIZONTAL_BREAKPOINTS = ConsoleApp.HORIZONTAL_BREAKPOINTS

    def __init__(self, screen: ConfirmScreen | AskScreen) -> None:
        super().__init__()
        self.dialog = screen
        self.answers: list[object] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK_NAME

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.answers.append)


def stage(**changes: object) -> Stage:
    plan = replace(samples.plan(), **changes)  # type: ignore[arg-type]
    assert isinstance(plan, PlanView)
    return Stage(ConfirmScreen(plan, "registry.toml"))


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        await pilot.pause(0.01)


async def settle() -> None:
    await asyncio.sleep(SETTLED_S + 0.05)


async def test_only_its_own_key_confirms() -> None:
    app = stage(needs_reason=False, refusal=S(""))
    async with app.run_test(size=(100, 30)) as pilot:
        assert app.focused is app.dialog.query_one("#cancel")
        await settle()
        await pilot.press("p", "r", "plus", "Y", "n", "space")
        assert app.answers == []
        await pilot.press("y")
        await until(pilot, lambda: app.answers)
    assert app.answers == [Decision("")]


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_cancel_is_what_escape_and_enter_do(key: str) -> None:
    app = stage(needs_reason=False, refusal=S(""))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle()
        await pilot.press(key)
        await until(pilot, lambda: app.answers)
    assert app.answers == [None]


async def test_escape_needs_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.tui.screens.settling.SETTLED_S", float("inf"))  # however slow the machine is
    plan = replace(samples.plan(), needs_reason=False, refusal=S(""))
    app = Stage(ConfirmScreen(plan, "registry.toml"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("y", "enter", "escape")
        await until(pilot, lambda: app.answers)
    assert app.answers == [None]


async def test_a_reason_opens_the_button_and_goes_with_the_decision() -> None:
    app = stage(needs_reason=True)
    async with app.run_test(size=(100, 30)) as pilot:
        go = app.dialog.query_one("#go", Button)
        assert go.disabled
        await settle()
        await pilot.press("y")
        assert isinstance(app.focused, Input)
        await pilot.press("space", "space")
        assert go.disabled
        await pilot.press(*"cheap enough")
        assert not go.disabled
        await pilot.press("enter")
        assert app.focused is go
        await pilot.press("enter")
        await until(pilot, lambda: app.answers)
    assert app.answers == [Decision("cheap enough")]


async def test_what_is_refused_cannot_be_confirmed() -> None:
    app = stage(needs_reason=False, refusal=S("the canary is held"))
    async with app.run_test(size=(100, 30)) as pilot:
        assert [button.id for button in app.dialog.query(Button)] == ["cancel"]
        await settle()
        await pilot.press("y")
        assert app.answers == []
        assert "the canary is held" in "\n".join(app.dialog.query_one(PlanBody).plain())


@pytest.mark.parametrize("size", [(20, 5), (60, 20), (80, 24), (200, 50)])
async def test_a_long_change_says_how_much_more_there_is(size: tuple[int, int]) -> None:
    diff = tuple(DiffLine("added", S(f"line_{n} = {n}")) for n in range(60))
    app = stage(needs_reason=False, refusal=S(""), diff=diff)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = "\n".join(app.dialog.query_one(PlanBody).plain())
        if size[1] >= 20:
            assert "line_0 = 0" in text
            assert "more lines" in text
        for button in app.dialog.query(Button):
            assert app.dialog.region.intersection(button.region).width >= 6
            assert app.dialog.region.contains(*button.region.offset)


async def test_a_click_on_the_button_confirms() -> None:
    app = stage(needs_reason=False, refusal=S(""))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle()
        await pilot.click("#go")
        await until(pilot, lambda: app.answers)
    assert app.answers == [Decision("")]


async def test_fields_are_checked_before_anything_goes_on() -> None:
    fields = (Field("Model"), Field("Percent", value="5", check=lambda text: "" if text.isdigit() else "is no number"))
    app = Stage(AskScreen(S("Start"), fields, "Continue"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("enter")
        assert app.focused is app.dialog.query_one("#field-1")
        await pilot.press("x", "enter")
        problem = app.dialog.query_one("#ask-problem", Label)
        assert "Model: is needed" in str(problem.render())
        assert app.focused is app.dialog.query_one("#field-0")
        await pilot.press(*"[b]m[/]", "enter")
        await pilot.press("enter")
        assert "Percent: is no number" in str(problem.render())
        await pilot.press("backspace", "backspace", "9", "enter")
        await until(pilot, lambda: app.answers)
    assert app.answers == [("[b]m[/]", "9")]


async def test_a_question_is_left_with_escape() -> None:
    app = Stage(AskScreen(S("Start"), (Field("Model"),), "Continue"))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press(*"abc", "escape")
        await until(pilot, lambda: app.answers)
    assert app.answers == [None]


async def test_a_change_longer_than_the_dialog_is_read_with_keys_and_wheel() -> None:
    diff = tuple(DiffLine("added", S(f"line_{n} = {n}")) for n in range(60))
    app = stage(needs_reason=False, refusal=S(""), diff=diff)
    async with app.run_test(size=(80, 24)) as pilot:
        body = app.dialog.query_one(PlanBody)
        assert "line_59" not in "\n".join(body.plain())
        for _ in range(12):
            await pilot.press("pagedown")
        assert "line_59 = 59" in "\n".join(body.plain())
        await pilot.press(*["up"] * 3)
        assert "more line" in body.plain()[-1]
        await settle()
        await pilot.press("y")
        await until(pilot, lambda: app.answers)
    assert app.answers == [Decision("")]


@pytest.mark.parametrize("theme", ["console-dark", "console-light"])
async def test_a_button_that_cannot_be_pressed_can_be_read(theme: str) -> None:
    app = stage(needs_reason=True)
    async with app.run_test(size=(100, 30)) as pilot:
        app.theme = theme
        await pilot.pause()
        go = app.dialog.query_one("#go", Button)
        assert go.disabled
        foreground, background = go.styles.color, go.background_colors[1]
        assert foreground.a == 1.0
        assert go.styles.text_opacity == 1.0
        assert background.get_contrast_text(1.0) is not None
        assert contrast(foreground.hex6, background.hex6) >= 4.5
