"""The console as a guard: started by an option or from the palette, and gone with the console."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from console.cli.main import main
from console.cli.open_console import _keep_watch
from console.cli.settings import Settings
from console.domain.errors import Refused
from console.domain.registry import instant_text
from console.guard.equipping import keep_watch
from console.guard.post import Post, holder
from console.history.outbox import Outbox
from console.history.store import beside
from console.providers.endpoints import Endpoints
from console.tui.app import ConsoleApp
from console.tui.runtime import Runtime
from console.tui.screens.main import MainScreen


async def until(pilot: Pilot[None], condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < deadline, what
        await pilot.pause(0.02)


@pytest.fixture(autouse=True)
def _nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK", "WEBHOOK", "PAGERDUTY", "EMAIL", "APPRISE"):
        monkeypatch.delenv(f"CONSOLE_ALERTS_{name}", raising=False)


@pytest.fixture
def present(world):
    """The world at this very moment, with a canary that regressed."""
    world.now = datetime.now(UTC)
    text = world.registry.read_text()
    world.registry.write_text(text.replace("2026-11-23T09:00:00Z", instant_text(world.now - timedelta(hours=2))))
    world.record(bad={"canary": 5})
    return world


def app(world, **given: object) -> ConsoleApp:
    values: dict[str, object] = {
        "endpoints": lambda: Endpoints.from_environment({}),
        "actor": "olga@desk",
        "keep_watch": lambda stop, say: keep_watch(world.registry, world.log, stop, say),
    }
    return ConsoleApp(Runtime(registry=world.registry, log=world.log, **{**values, **given}))  # type: ignore[arg-type]


async def main_screen(pilot: Pilot[None]) -> MainScreen:
    await until(
        pilot, lambda: isinstance(pilot.app.screen, MainScreen) and pilot.app.screen.look is not None, "no screen"
    )
    screen = pilot.app.screen
    assert isinstance(screen, MainScreen)
    return screen


def offers(screen: MainScreen) -> dict[str, Callable[[], None]]:
    return {title: run for title, _, run in screen.more_commands() if "guard here" in title}


async def test_a_console_that_guards_rolls_back_and_leaves_the_post_with_the_screen(present) -> None:
    async with app(present, guards=True).run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await until(pilot, lambda: present.route.canary_percentage == 0, "it never rolled back")
        await until(pilot, lambda: "guard watching" in screen.look.view.guard, "the header does not say so")
        assert holder(present.registry) is not None
    assert holder(present.registry) is None
    assert [entry.actor for entry in present.history] == ["guard"]
    assert not any(thread.name == "console-guard" for thread in threading.enumerate())


async def test_nobody_guards_unless_somebody_says_so(present) -> None:
    async with app(present).run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        assert screen.look is not None
        assert screen.look.view.guard == "no guard"
        assert list(offers(screen)) == ["Start the guard here"]
    assert present.history == ()


async def test_the_palette_starts_and_stops_it(present) -> None:
    present.settings(auto_rollback=False)
    async with app(present).run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        offers(screen)["Start the guard here"]()
        await until(pilot, lambda: holder(present.registry), "nobody took the post")
        assert list(offers(screen)) == ["Stop the guard here"]
        offers(screen)["Stop the guard here"]()
        await until(pilot, lambda: not holder(present.registry), "the post was not left")
        await until(pilot, lambda: "Start the guard here" in offers(screen), "it cannot be started again")


async def test_it_stands_by_while_another_guard_has_the_post(present) -> None:
    other = Post(present.registry, {})
    assert other.take(datetime.now(UTC))
    other.report((), datetime.now(UTC))
    try:
        async with app(present).run_test(size=(120, 36)) as pilot:
            screen = await main_screen(pilot)
            told: list[str] = []
            screen.tell = lambda text, **_: told.append(text)  # type: ignore[method-assign]
            screen.start_guard()
            await until(pilot, lambda: any("standing by" in line for line in told), "it does not say so")
            assert present.route.canary_percentage == 25
            other.leave()
            await until(pilot, lambda: present.route.canary_percentage == 0, "it did not take over")
    finally:
        other.leave()


async def test_a_guard_that_ends_says_so_and_the_console_stays(present) -> None:
    def refused(stop: threading.Event, say: Callable[[str], None]) -> None:
        raise Refused("the folder cannot be written")

    async with app(present, keep_watch=refused).run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        told: list[str] = []
        screen.tell = lambda text, **_: told.append(text)  # type: ignore[method-assign]
        screen.start_guard()
        await until(pilot, lambda: "the guard here has ended: the folder cannot be written" in told, "it is silent")
        assert isinstance(pilot.app.screen, MainScreen)


async def test_a_defect_of_the_screen_takes_the_guard_with_it(present) -> None:
    console = app(present, guards=True)
    with pytest.raises(RuntimeError, match="a defect"):  # noqa: PT012 - raised when the app is left
        async with console.run_test(size=(120, 36)) as pilot:
            await main_screen(pilot)
            await until(pilot, lambda: holder(present.registry), "nobody took the post")
            console._handle_exception(RuntimeError("a defect"))
            await asyncio.sleep(0.2)
    assert console.crash_file is not None
    console.crash_file.unlink()
    deadline = time.monotonic() + 8.0
    while any(thread.name == "console-guard" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the guard outlived its console"
        await asyncio.sleep(0.02)


def test_a_read_only_console_cannot_guard(present, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    code = main(["--registry", str(present.registry), "--log", str(present.log), "--guard", "--read-only"])
    assert code == 2
    assert "read-only" in capsys.readouterr().err


def test_a_guard_in_an_invented_world_tells_nobody_outside(present, monkeypatch) -> None:
    """The demo's guard must not wake people, whatever the environment says."""
    monkeypatch.setenv("CONSOLE_ALERTS_WEBHOOK", "http://127.0.0.1:9/real-people")
    settings = Settings(registry=str(present.registry), log=str(present.log))
    for tells, told in ((False, [""]), (True, ["webhook"])):
        stop = threading.Event()
        watching = threading.Thread(target=_keep_watch(settings, tells), args=(stop, lambda line: None))
        watching.start()
        deadline = time.monotonic() + 30.0
        while not present.alerts and time.monotonic() < deadline:
            time.sleep(0.01)
        stop.set()
        watching.join()
        mine = [each for each in Outbox(beside(present.registry)).deliveries() if each.alert.key == "history/1"]
        assert [each.target for each in mine] == told
        for left in ("registry.history.db", "registry.guard.json"):
            (present.folder / left).unlink()
        present.edit("canary_percentage = 0", "canary_percentage = 25")
        present.registry.write_text(
            "".join(line for line in present.registry.read_text().splitlines(True) if "canary_held" not in line)
        )
