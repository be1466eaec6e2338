from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Button, Input
from textual.widgets._toast import Toast

from console.actions.desk import Desk
from console.actions.requests import Resume
from console.domain.registry import Canary, Route
from console.domain.requests import RequestRow
from console.history.store import History, beside
from console.providers.endpoints import Endpoints
from console.traffic.importing import write_history
from console.tui.app import ConsoleApp
from console.tui.keymap import remapped
from console.tui.keys import KEYS
from console.tui.messages import Looked
from console.tui.runtime import Runtime
from console.tui.screens.ask import AskScreen
from console.tui.screens.compare import CompareScreen
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.history import HistoryScreen
from console.tui.screens.main import MainScreen, later
from console.tui.screens.reading import HelpScreen
from console.tui.screens.settling import BEAT_S, SETTLED_S, Settling
from console.tui.why_not import why_not
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar, TabRow, TopBar
from console.tui.widgets.live_pane import LivePane
from console.tui.widgets.registry_pane import RegistryPane
from console.view.records import State
from tests.tui import samples

REGISTRY = """\
schema = 1

[routes.support]
production = "claude-sonnet-4-5-20250929"
canary = "claude-sonnet-5-5"
canary_percentage = 25
canary_start = 2026-11-20T09:00:00Z
fallback = "claude-haiku-4-5-20251001"

[routes.summarise]
production = "gpt-4.1-mini-2025-04-14"

[models."claude-sonnet-4-5-20250929"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "known"

[models."claude-sonnet-5-5"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "known"

[models."claude-haiku-4-5-20251001"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "known"

[models."gpt-4.1-mini-2025-04-14"]
provider = "openai"
pinned_date = 2026-05-15
reason = "known"
"""


def app(folder: Path, **given: object) -> ConsoleApp:
    registry = folder / "registry.toml"
    if not registry.exists():
        registry.write_text(REGISTRY, encoding="utf-8")
    values = {"endpoints": lambda: Endpoints.from_environment({}), "actor": "olga@desk"} | given
    return ConsoleApp(Runtime(registry=registry, log=folder / "requests.db", **values))  # type: ignore[arg-type]


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        await pilot.pause(0.01)


async def ready(pilot: Pilot[None]) -> MainScreen:
    """The main screen with its first look."""
    main = None

    def there() -> bool:
        nonlocal main
        main = pilot.app.screen
        return isinstance(main, MainScreen) and main.look is not None and bool(main.look.view.routes)

    await until(pilot, there)
    assert isinstance(main, MainScreen)
    return main


async def dialog(pilot: Pilot[None]) -> ConfirmScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen) and pilot.app.focused is not None)
    screen = pilot.app.screen
    assert isinstance(screen, ConfirmScreen)
    await asyncio.sleep(SETTLED_S)
    return screen


def footer(main: MainScreen) -> str:
    return main.query_one(KeyBar).plain()[0]


async def test_numbers_go_to_panes_and_letters_move_the_cursor(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        assert isinstance(main.focused, LivePane)
        for key, kind in (("1", RegistryPane), ("3", ComparerPane), ("2", LivePane)):
            await pilot.press(key)
            assert isinstance(main.focused, kind)
        await pilot.press("j")
        assert main.route is not None
        assert main.route.name == "summarise"
        await pilot.press("k", "k")
        assert main.route.name == "support"


async def test_a_click_on_a_route_selects_it(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        pane = main.query_one(RegistryPane)
        row = next(y for y, line in enumerate(pane.plain()) if "summarise" in line)
        await pilot.click(RegistryPane, offset=(5, row))
        assert main.route is not None
        assert main.route.name == "summarise"
        assert "c start canary" in footer(main)


@pytest.mark.parametrize(
    ("size", "tabs"), [((118, 34), False), ((117, 34), True), ((118, 33), True), ((160, 44), False)]
)
async def test_three_panes_where_they_fit_and_tabs_below(tmp_path: Path, size: tuple[int, int], tabs: bool) -> None:
    async with app(tmp_path).run_test(size=size) as pilot:
        main = await ready(pilot)
        assert main.query_one(TabRow).display is tabs
        shown = [kind for kind in (RegistryPane, LivePane, ComparerPane) if main.query_one(kind).display]
        assert len(shown) == (1 if tabs else 3)
        await pilot.press("1")
        assert main.query_one(RegistryPane).display
        await pilot.resize_terminal(120 if tabs else 80, 36 if tabs else 24)
        await until(pilot, lambda: main.query_one(TabRow).display is not tabs)


async def test_the_footer_offers_what_works_in_each_state(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(200, 50)) as pilot:
        main = await ready(pilot)
        main._poller.stop()
        look = main.look
        assert look is not None

        def show(state: State) -> str:
            canary = replace(look.view.canaries[0], state=state)
            main.look = replace(look, view=replace(look.view, canaries=(canary, *look.view.canaries[1:])))
            main._show()
            return footer(main)

        regressed = show(State.REGRESSION)
        assert regressed.split("   ")[0].strip() == "r roll back now"
        assert "+ to" not in regressed
        passed = show(State.PASS)
        assert passed.split("   ")[0].strip() == "p promote"
        assert "+ to 50 %" in passed
        assert "- to 5 %" in passed
        await pilot.press("3")
        assert show(State.PASS).split("   ")[0].strip() == "enter ask both", "a letter typed there would be a key"
        assert show(State.REGRESSION).strip().startswith("r roll back now   enter ask both   ")
        await pilot.press("2", "j")
        assert footer(main).split("   ")[0].strip() == "c start canary"


async def test_help_lists_every_key(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 56)) as pilot:
        await ready(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        text = "\n".join(pilot.app.screen.query_one("HelpPage").plain())  # type: ignore[attr-defined]
        for key in KEYS:
            assert key.shown in text
            assert key.label in text
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_the_palette_has_every_action_that_can_work(tmp_path: Path) -> None:
    console = app(tmp_path)
    async with console.run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        found = {command.title for command in console.get_system_commands(main)}
        for key in KEYS:
            if key.action != "command_palette" and main.allows(key.action):
                assert f"{key.label.capitalize()}  {key.shown}" in found
        assert {"Hold  o", "Drop canary  d"} <= found
        assert "Resume  e" not in found
        drop = next(command for command in console.get_system_commands(main) if command.title == "Drop canary  d")
        drop.callback()
        shown = await dialog(pilot)
        assert "Drop" in shown.title_text or "drop" in shown.title_text
        await pilot.press("y")
        await until(pilot, lambda: "canary =" not in (tmp_path / "registry.toml").read_text())


async def test_o_holds_and_asks_why_and_e_clears_it(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("e")
        assert pilot.app.screen is main
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"legal", "enter")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: 'canary_held = "legal"' in registry.read_text())
        await until(pilot, lambda: main.allows("resume"))
        assert not main.allows("hold")
        await pilot.press("e")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "canary_held" not in registry.read_text())


async def test_d_drops_the_canary_after_a_dialog(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await pilot.press("d")
        await dialog(pilot)
        assert "canary =" in registry.read_text()
        await pilot.press("y")
        await until(pilot, lambda: "canary =" not in registry.read_text())


def held(folder: Path, percentage: float = 25, **given: object) -> ConsoleApp:
    """A console whose canary somebody holds; its log has a request."""
    text = REGISTRY.replace("= 25\n", f'= {percentage}\ncanary_held = "waiting for legal"\n')
    (folder / "registry.toml").write_text(text, encoding="utf-8")
    at = datetime.now(UTC).timestamp() - 60
    row = RequestRow(id="1", at=at, route="summarise", model="m", arm="production", why="bucket", outcome="ok")
    write_history(folder / "requests.db", [row])
    return app(folder, **given)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_held_canary_says_how_to_end_the_hold(tmp_path: Path, size: tuple[int, int]) -> None:
    async with held(tmp_path).run_test(size=size) as pilot:
        main = await ready(pilot)
        shown = "\n".join(main.query_one(LivePane).plain())
        assert "HELD  “waiting for legal”; a person clears it" in shown
        assert 'press e to resume at 25 % · console resume support --reason "…"' in shown
        assert footer(main).strip().startswith("e resume at 25 %   r roll back   ")
        await pilot.press("e")
        assert "Resume" in (await dialog(pilot)).title_text


async def test_after_a_rollback_the_hold_ends_in_a_new_rollout(tmp_path: Path) -> None:
    async with held(tmp_path, percentage=0).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        assert "press e to start again at 5 % · console resume support" in "\n".join(main.query_one(LivePane).plain())
        offered = footer(main)
        assert offered.strip().startswith("e start again at 5 %   h history   ")
        assert "r roll back" not in offered.partition("v review")[0]  # it would be about production


async def test_the_way_on_obeys_a_key_of_ones_own_and_is_not_shown_where_nothing_can_be_written(tmp_path: Path) -> None:
    async with held(tmp_path, keys=remapped({"resume": "f5"})).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        assert "press f5 to resume at 25 %" in "\n".join(main.query_one(LivePane).plain())
    async with app(tmp_path, read_only=True).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        shown = "\n".join(main.query_one(LivePane).plain())
        assert "a person clears it" in shown
        assert "press" not in shown
        assert "resume" not in footer(main)


async def test_a_read_only_console_refuses_every_writing_action(tmp_path: Path) -> None:
    console = app(tmp_path, read_only=True)
    async with console.run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        assert [key.action for key in KEYS if key.writes and main.allows(key.action)] == []
        assert list(main.more_commands()) == []
        await pilot.press("r", "p", "plus", "c", "u")
        assert pilot.app.screen is main


async def test_undo_of_a_chosen_change_from_the_history(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        before = registry.read_bytes()
        await pilot.press("plus")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: b"= 50" in registry.read_bytes())
        await until(pilot, lambda: main.look is not None and main.look.view.changes)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        await pilot.press("u")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: registry.read_bytes() == before)
        assert len(History(beside(registry)).entries()) == 2


async def test_i_in_the_history_writes_an_incident_note_and_never_over_another(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("minus")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: main.look is not None and main.look.view.changes)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        assert "i incident note" in pilot.app.screen.query_one(KeyBar).plain()[0]
        for name in ("incident-1.md", "incident-1-2.md"):
            await pilot.press("i")
            await until(pilot, (tmp_path / name).exists)
        note = (tmp_path / "incident-1.md").read_text(encoding="utf-8")
        assert note.startswith("# support canary 25 → 5 %\n")
        assert "-canary_percentage = 25\n+canary_percentage = 5" in note
        said = "written: incident-1.md; the same is on the clipboard"
        await until(pilot, lambda: said in [each.message for each in pilot.app._notifications])


async def test_the_theme_changes_and_textuals_own_can_be_used(tmp_path: Path) -> None:
    console = app(tmp_path)
    async with console.run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("t")
        assert console.theme == "console-light"
        await pilot.press("t")
        assert console.theme == "console-dark"
        for theme in ("textual-light", "nord"):
            console.theme = theme
            await pilot.pause()
            assert "support" in "\n".join(main.query_one(RegistryPane).plain())
            await pilot.press("r")
            await dialog(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is main)


async def test_a_toast_leaves_the_focus_where_it_is(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36), notifications=True) as pilot:
        main = await ready(pilot)
        focused = main.focused
        main.tell("[@click=app.quit]something[/] happened [/]")
        await pilot.pause()
        assert main.focused is focused
        assert pilot.app.screen is main


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_toast_covers_neither_the_reason_nor_the_buttons_of_a_dialog(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with app(tmp_path).run_test(size=size, notifications=True) as pilot:
        main = await ready(pilot)
        await pilot.press("p")
        screen = await dialog(pilot)
        main.tell("support canary rolled back, 5 → 0 %\nconsole rollback support --canary\nu takes it back")
        await until(pilot, lambda: screen.query(Toast))
        await pilot.pause()
        (toast,) = screen.query(Toast)
        for covered in (*screen.query(Button), *screen.query(Input)):
            assert not toast.region.overlaps(covered.region)


async def test_what_could_not_be_done_is_told_from_what_was_without_a_colour(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24), notifications=True) as pilot:
        main = await ready(pilot)
        main.tell("no", error=True)
        main.tell("yes")
        await until(pilot, lambda: len(pilot.app._notifications) == 2)
        said = {toast.message: toast.severity for toast in pilot.app._notifications}
        assert said == {"× no": "error", "yes": "information"}


async def test_what_was_written_counts_before_the_next_look(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        main._poller.stop()  # no other look comes
        await asyncio.to_thread(main._poller._thread.join)
        await pilot.pause()
        before = main.look
        await pilot.press("r")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: main.route is not None and main.route.canary_percentage == 0)
        assert main.allows("resume")
        assert not main.allows("retreat")
        await pilot.press("percent_sign")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        assert pilot.app.screen.query_one(Input).placeholder.endswith("0 % today")
        assert before is not None
        main.post_message(Looked(before))  # one that had begun before the file was written
        await pilot.pause()
        assert main.route is not None
        assert main.route.canary_percentage == 0


async def test_a_key_that_cannot_work_now_says_why_and_what_would(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        told: list[str] = []
        main.tell = lambda text, **_: told.append(text)
        await pilot.press("u", "z")
        assert told == ["there is no change to undo"]  # and of a key that means nothing nothing is said
        await pilot.press("r")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: main.route is not None and main.route.canary_percentage == 0)
        told.clear()
        await pilot.press("plus", "minus", "c")
        name = main.route.name
        assert told == [
            f"the canary is held: “{main.route.canary.held}”; e resumes it",
            "the canary is at 0 % already",
            f"{name} has a canary already; d drops it",
        ]


def test_why_a_key_cannot_work_is_said_in_every_state() -> None:
    trial = Canary("new", 5, datetime(2026, 11, 20, 9, tzinfo=UTC))
    bare, running = Route("support", "old"), Route("support", "old", trial)

    def said(action: str, route: Route | None, read_only: bool = False) -> str:
        return why_not(action, route, str.upper, read_only=read_only)

    assert said("advance", running) == "no step up while the verdict is regression; ROLLBACK rolls back"
    assert said("resume", running) == "the canary is not held"
    assert said("promote", bare) == "support has no canary; CANARY starts one"
    assert said("rollback", bare).startswith("support has no canary traffic and no fallback")
    assert said("rollback", running, read_only=True) == "read-only: nothing is changed from here"
    assert said("advance", None) == ""


async def test_what_was_told_before_covers_no_dialog(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24), notifications=True) as pilot:
        main = await ready(pilot)
        main.tell("something that was done before")
        await until(pilot, lambda: main.query(Toast))
        await pilot.press("r")
        screen = await dialog(pilot)
        await pilot.pause()
        assert not screen.query(Toast)


async def test_small_dialogs_are_as_wide_as_a_small_screen(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("percent_sign")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        assert pilot.app.screen.query_one("#ask").region.width == 80


async def test_ages_go_on_while_a_look_takes_long(tmp_path: Path) -> None:
    clock = [datetime(2026, 11, 23, 14, 32, tzinfo=UTC)]
    async with app(tmp_path, clock=lambda: clock[0]).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        main._poller.stop()
        await pilot.pause(0.05)
        clock[0] += timedelta(minutes=3)
        main._tick()
        assert "14:35 UTC" in main.query_one(TopBar).plain()[0]


def test_a_later_view_is_older_and_otherwise_the_same() -> None:
    view = samples.fleet()
    after = later(view, 60.0)
    assert after.now == view.now + timedelta(minutes=1)
    assert after.data_age_s == (None if view.data_age_s is None else view.data_age_s + 60.0)
    assert after.canaries is view.canaries


def test_keys_count_from_the_first_pause_on() -> None:
    now = [0.0]
    settling = Settling(lambda: now[0])
    assert settling.takes("escape", now[0])
    for _ in range(50):  # held down: it never pauses
        now[0] += SETTLED_S / 3
        assert not settling.takes("y", now[0])
    now[0] += 1.01 * SETTLED_S
    assert settling.takes("y", now[0])
    assert settling.takes("y", now[0])


def test_a_key_typed_ahead_does_not_count_however_long_it_waited_for_its_turn() -> None:
    now = [7.0]
    settling = Settling(lambda: now[0])
    for _ in range(40):  # the screen is alive, only the keys are late
        settling.beat()
        now[0] += BEAT_S
    assert not settling.takes("y", 6.9)
    assert not settling.takes("y", 7.0 + SETTLED_S / 2)
    assert settling.takes("y", 7.0 + 2 * SETTLED_S)


def test_keys_after_a_console_stood_still_were_typed_before_its_dialog_was_seen() -> None:
    now = [0.0]
    settling = Settling(lambda: now[0])
    settling.beat()
    now[0] = 5.0  # nothing ran for so long
    assert not settling.takes("y", now[0])
    for _ in range(8):
        now[0] += BEAT_S
        settling.beat()
    now[0] += 5.0
    settling.beat()  # the beat comes before the key that waited
    assert not settling.takes("y", now[0])
    assert settling.takes("escape", now[0])
    for _ in range(8):
        now[0] += BEAT_S
        settling.beat()
    assert settling.takes("y", now[0])
    now[0] += 5.0
    assert settling.takes("y", now[0])  # it was seen


async def test_a_prompt_without_a_key_says_what_is_missing_and_is_kept(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await pilot.press(*"why", "enter")
        pane = pilot.app.screen.query_one(ComparerPane)
        await until(pilot, lambda: "ANTHROPIC_API_KEY" in "\n".join(pane.plain()))
        assert "--stand-in" in "\n".join(pane.plain())
        assert pilot.app.screen.query_one("#prompt", Input).value == "why"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_every_dialog_keeps_change_and_buttons_on_small_screens(tmp_path: Path) -> None:
    for size in ((80, 24), (60, 20)):
        async with app(tmp_path).run_test(size=size) as pilot:
            await ready(pilot)
            for key in ("p", "r", "plus"):
                await pilot.press(key)
                screen = await dialog(pilot)
                body = "\n".join(screen.query_one("PlanBody").plain())  # type: ignore[attr-defined]
                assert "canary_percentage" in body or "more line" in body
                for button in screen.query(Button):
                    assert button.region.height == 1
                    assert screen.region.contains_region(button.region)
                assert isinstance(pilot.app, App)
                assert screen.focused is screen.query_one("#cancel")
                await pilot.press("escape")
                await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_the_question_for_a_canary_begins_with_what_the_screen_offers(tmp_path: Path) -> None:
    text = REGISTRY.replace('production = "gpt-4.1-mini-2025-04-14"\n', 'production = "claude-sonnet-4-5-20250929"\n')
    (tmp_path / "registry.toml").write_text(text, encoding="utf-8")
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        await pilot.press("j")
        await until(pilot, lambda: main.chosen_name == "summarise")
        (pin,) = (pin for pin in main.look.view.routes[1].pins if pin.tier == "production")  # type: ignore[union-attr]
        assert pin.replacement
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        assert pilot.app.screen.query(Input).first().value == pin.replacement


async def test_a_screen_that_covers_the_main_one_has_nothing_drawn_behind_it(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        drawn: list[int] = []
        bar = main.query_one(TopBar)
        redraw = bar.redraw
        bar.redraw = lambda: drawn.append(1) or redraw()  # type: ignore[method-assign, func-returns-value]
        looks = {id(main.look)}
        await until(pilot, lambda: looks.add(id(main.look)) or len(looks) >= 3)  # type: ignore[func-returns-value]
        assert drawn == []
        await pilot.press("escape")
        await until(pilot, lambda: drawn)
        await until(pilot, lambda: pilot.app.screen is main)


async def test_numbers_go_on_behind_a_dialog(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("minus")
        await dialog(pilot)
        assert main.look is not None
        before = main.query_one(TopBar).plain()
        main.post_message(Looked(replace(main.look, view=later(main.look.view, 120))))
        await until(pilot, lambda: main.query_one(TopBar).plain() != before)


async def test_a_first_look_that_takes_long_says_what_is_waited_for_and_for_how_long(tmp_path: Path) -> None:
    go = threading.Event()

    def clock() -> datetime:
        go.wait(20)
        return datetime.now(UTC)

    async with app(tmp_path, clock=clock).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        pane = pilot.app.screen.query_one(LivePane)
        await until(pilot, lambda: "reading the request log" in "\n".join(pane.plain()))
        await until(pilot, lambda: "· 2 s" in "\n".join(pane.plain()))
        go.set()
        await ready(pilot)
        await until(pilot, lambda: "NO DATA" in "\n".join(pane.plain()))


async def test_a_clock_that_is_set_back_after_a_write_hides_no_later_change(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 23, 14, 0, tzinfo=UTC)]
    async with app(tmp_path, clock=lambda: now[0]).run_test(size=(120, 36)) as pilot:
        main = await ready(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen) and pilot.app.focused is not None)
        await pilot.press(*"why", "enter")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: main.allows("resume"))
        now[0] -= timedelta(hours=2)
        desk = Desk(tmp_path / "registry.toml", actor="karl@desk", clock=lambda: now[0])
        desk.apply(desk.plan(Resume("support")))
        await until(pilot, lambda: main.allows("hold"))
