"""`v` and `s` in the console: a suite is run, reviewed, left, and opened again where it was."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from console.regression import snapshots
from console.regression.decisions import What
from console.tui.app import ConsoleApp
from console.tui.review_app import ReviewApp
from console.tui.runtime import Runtime
from console.tui.screens.confirm import ConfirmScreen
from console.tui.screens.main import MainScreen
from console.tui.screens.rest import RestScreen
from console.tui.screens.review import ReviewScreen
from console.tui.screens.settling import SETTLED_S
from console.tui.screens.suite import SuiteScreen
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.review_page import ReviewPage
from console.tui.widgets.suite_page import SuitePage
from console.view.reviewed import ReviewDesk
from console.view.suite_run import SuiteRunDesk, SuiteRunView
from tests.plugin.conftest import provider
from tests.regression.conftest import NEW, OLD, App, app, state
from tests.regression.review_world import CASES, NOW, make_world

__all__ = ["app", "provider", "state"]
pytestmark = pytest.mark.usefixtures("state")


async def until(pilot: Pilot[None], condition: Callable[[], bool], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await pilot.pause(0.02)


def console_of(app: App, **given: object) -> ConsoleApp:
    values = {"actor": "olga@desk", "endpoints": app.endpoints} | given
    runtime = Runtime(registry=app.registry_path, log=app.folder / "requests.db", **values)  # type: ignore[arg-type]
    return ConsoleApp(runtime)


def change(app: App) -> None:
    app.provider.answers[(OLD, "Question two?")] = "You can return it within 30 days."
    app.provider.answers[(NEW, "Question two?")] = "You can return it within 14 days."


async def on_main(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen
    await until(pilot, lambda: isinstance(screen, MainScreen) and screen.route is not None)


async def on_suite(pilot: Pilot[None]) -> None:
    """The suite's screen, with the plan of its run."""
    await on_main(pilot)
    await pilot.press("s")
    await until(pilot, lambda: isinstance(pilot.app.screen, SuiteScreen) and pilot.app.screen.view is not None)


async def test_v_without_a_run_offers_to_run_the_suite_and_then_reviews_it(app: App) -> None:
    change(app)
    console = console_of(app)
    async with console.run_test(size=(120, 36)) as pilot:
        await on_main(pilot)
        assert "v review" in " ".join(console.screen.query_one(KeyBar).plain())
        await pilot.press("v")
        await until(pilot, lambda: isinstance(console.screen, SuiteScreen) and console.screen.view is not None)
        assert "6 answers to get" in "\n".join(console.screen.query_one(SuitePage).plain())
        assert app.provider.asked == []
        await pilot.press("enter")
        await until(pilot, lambda: console.screen.view.state == "finished")
        assert "1 of 3 cases changed" in "\n".join(console.screen.query_one(SuitePage).plain())
        await pilot.press("v")
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen))
        await pilot.press("a")
        await until(pilot, lambda: app.snapshot("two").exists())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(console.screen, MainScreen))
        await pilot.press("v")
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen))
        assert "1 decided" in "\n".join(console.screen.query_one(ReviewPage).plain())
    kept = snapshots.read(app.snapshot("two"))
    assert kept is not None
    assert kept.answers == ("You can return it within 14 days.",)


async def test_a_run_is_stopped_and_goes_on(app: App) -> None:
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(40)})
    app.provider.latency_s = 0.5
    console = console_of(app)
    async with console.run_test(size=(80, 24)) as pilot:
        await on_suite(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: console.screen.view.answers > 0)
        await pilot.press("x")
        await until(pilot, lambda: console.screen.view.state == "stopped")
        assert "enter go on" in " ".join(console.screen.query_one(KeyBar).plain())
        paid = len(app.provider.asked)
        app.provider.latency_s = 0.0
        await pilot.press("enter")
        await until(pilot, lambda: console.screen.view.state == "finished")
        assert console.screen.view.kept > 0
        assert len(app.provider.asked) <= 80 + 20  # what was under way is asked again, nothing else
        assert paid < 80


async def test_a_key_that_is_pressed_twice_runs_and_pays_once(app: App) -> None:
    app.provider.latency_s = 0.2
    console = console_of(app)
    async with console.run_test(size=(80, 24)) as pilot:
        await on_suite(pilot)
        screen = console.screen
        console.post_message(events.Key("enter", None))
        console.post_message(events.Key("enter", None))
        await until(pilot, lambda: screen.view.state == "finished")
        await pilot.pause(0.1)
        assert len(app.provider.asked) == 6
        await pilot.press("enter")  # a finished run begins anew
        await until(pilot, lambda: len(app.provider.asked) == 12)
        await until(pilot, lambda: screen.view.state == "finished")


async def test_leaving_while_the_files_are_read_is_no_defect(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    read, go_on = SuiteRunDesk.prepare, threading.Event()

    def slowly(desk: SuiteRunDesk) -> SuiteRunView:
        go_on.wait(20)
        return read(desk)

    monkeypatch.setattr(SuiteRunDesk, "prepare", slowly)
    app.suite_path.unlink()
    console = console_of(app)
    async with console.run_test(size=(80, 24)) as pilot:
        await on_main(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(console.screen, SuiteScreen))
        left = console.screen
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(console.screen, MainScreen) and not left.is_attached)
        go_on.set()
        await until(pilot, lambda: all(worker.is_finished for worker in console.workers))
        await pilot.pause(0.1)
    assert console.crash_file is None


async def test_a_route_without_a_suite_says_how_to_have_one(app: App) -> None:
    app.suite_path.unlink()
    console = console_of(app)
    async with console.run_test(size=(120, 36)) as pilot:
        await on_main(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(console.screen, SuiteScreen))
        # The path before it may be of any length, so its words may stand on two rows.
        shown = lambda: " ".join(" ".join(console.screen.query_one(SuitePage).plain()).split())  # noqa: E731
        await until(pilot, lambda: "there is no such file" in shown())
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(console.screen, MainScreen))


async def test_leaving_stops_the_run(app: App) -> None:
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(300)})
    app.provider.latency_s = 0.1
    console = console_of(app)
    async with console.run_test(size=(120, 36)) as pilot:
        await on_suite(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: console.screen.view.answers > 0)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(console.screen, MainScreen))
        await until(pilot, lambda: app.provider.under_way == 0)
        assert len(app.provider.asked) < 600


async def test_the_result_is_recorded_after_a_look_at_the_change(app: App) -> None:
    console = console_of(app)
    async with console.run_test(size=(120, 36)) as pilot:
        await on_suite(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: console.screen.view.state == "finished")
        asked = len(app.provider.asked)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(console.screen, ConfirmScreen))
        await pilot.pause(SETTLED_S + 0.05)
        await pilot.press("y")
        await until(pilot, lambda: "regression_tested = true" in app.registry_path.read_text())
        await until(pilot, lambda: isinstance(console.screen, MainScreen))
    assert len(app.provider.asked) == asked  # nothing is paid for again


async def test_read_only_reviews_without_deciding(app: App) -> None:
    change(app)
    async with console_of(app).run_test() as pilot:
        await on_main(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SuiteScreen) and pilot.app.screen.view is not None)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.view.state == "finished")
    console = console_of(app, read_only=True)
    async with console.run_test(size=(120, 36)) as pilot:
        await on_main(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen))
        await pilot.press("a")
        assert "READ-ONLY" in "\n".join(console.screen.query_one(ReviewPage).plain())
    assert not app.snapshot("two").exists()


def review_app(tmp_path: Path) -> tuple[ReviewApp, ReviewDesk]:
    world = make_world(tmp_path)
    desk = ReviewDesk(world.review(), source="registry.toml", clock=lambda: NOW, record_to=tmp_path / "record.md")
    return ReviewApp(desk), desk


async def test_decisions_typed_faster_than_the_disk_takes_them_are_undone_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    console, desk = review_app(tmp_path)
    decide, go_on = ReviewDesk.decide, threading.Event()

    def slowly(self: ReviewDesk, what: What, case: str, batch: int) -> None:
        go_on.wait(20)
        decide(self, what, case, batch)

    monkeypatch.setattr(ReviewDesk, "decide", slowly)
    async with console.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen))
        await pilot.press("s", "s", "s")
        go_on.set()
        await until(pilot, lambda: desk.view().decided == 3)
        await pilot.press("u")
        await until(pilot, lambda: desk.view().decided != 3)
        assert desk.view().decided == 2


def test_before_many_are_accepted_it_says_how_many_need_a_human(tmp_path: Path) -> None:
    before = "Winter is quiet. Snow covers the roofs and the lake is frozen. Children skate after school."
    other = "We like summer. The garden is full of flowers and bees. Trains leave from the old station."
    cases = {**CASES, "summer": ("acceptable", "tone", before, other)}
    world = make_world(tmp_path, cases)
    desk = ReviewDesk(world.review(), source="registry.toml", clock=lambda: NOW)
    assert [row.case for row in desk.view().rows if row.needs_human] == ["summer"]
    assert desk.warning_about("accepted", ["summer", "thanks"]) == "1 needs a human: read some first"
    assert desk.warning_about("accepted", ["thanks"]) == ""
    assert desk.warning_about("rejected", ["summer"]) == ""


def test_before_many_are_accepted_it_says_how_many_are_worrying(tmp_path: Path) -> None:
    worse = ("worrying", "facts", "within 30 days", "within 14 days")
    world = make_world(tmp_path, {**CASES, "one": worse, "two": worse})
    desk = ReviewDesk(world.review(), source="registry.toml", clock=lambda: NOW)
    assert desk.warning_about("accepted", ["one"]) == "1 worrying answer would become what is right"
    assert desk.warning_about("accepted", ["one", "two"]) == "2 worrying answers would become what is right"
    assert desk.warning_about("rejected", ["one", "two"]) == ""


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_every_key_of_the_review(tmp_path: Path, size: tuple[int, int]) -> None:
    console, desk = review_app(tmp_path)

    def decided() -> dict[str, str]:
        return {row.case: row.decision for row in desk.view().rows if row.decision}

    async with console.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen))
        await pilot.press("r")
        await until(pilot, lambda: decided() == {"too-long": "rejected"})
        await pilot.press("s")
        await until(pilot, lambda: decided().get("refund-damaged") == "skipped")
        await pilot.press("u")
        await until(pilot, lambda: decided() == {"too-long": "rejected"})
        await pilot.press("tab", "tab", "A")
        await until(pilot, lambda: isinstance(console.screen, RestScreen))
        await pilot.pause(SETTLED_S + 0.05)  # what was typed before the dialog stood there does not count
        await pilot.press("y")
        await until(pilot, lambda: len(decided()) == 3)
        assert {"thanks", "greeting"} <= decided().keys()
        await pilot.press("m")
        await until(pilot, (tmp_path / "record.md").exists)
        before = console.screen.query_one(ReviewPage).plain()
        await pilot.press("d", "i")
        assert console.screen.query_one(ReviewPage).plain() != before
        await pilot.press("escape")
        await pilot.pause()
    assert "**2** accepted · **1** rejected" in (tmp_path / "record.md").read_text()
    assert len(decided()) == 3  # leaving decides nothing


async def test_from_the_list_of_a_small_screen_the_way_back_leads_to_the_case(tmp_path: Path) -> None:
    console, _ = review_app(tmp_path)
    async with console.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen) and console.screen.is_mounted)
        await pilot.pause()
        page, keys = console.screen.query_one(ReviewPage), console.screen.query_one(KeyBar)
        case = page.plain()
        for back in ("escape", "enter", "l"):
            await pilot.press("l")
            assert page.plain() != case
            assert "esc back" in keys.plain()[0]
            await pilot.press(back)
            assert page.plain() == case, back
            assert "esc leave" in keys.plain()[0]
        await pilot.press("enter")  # where there is no list to choose from it does nothing
        assert page.plain() == case
        await pilot.press("escape")
    assert not console.is_running


async def test_what_somebody_else_decides_of_the_same_run_is_seen_without_a_key(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    desk, other = (ReviewDesk(world.review(), source="registry.toml", clock=lambda: NOW) for _ in range(2))
    console = ReviewApp(desk)
    async with console.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen) and console.screen.is_mounted)
        screen = console.screen
        case, view = screen.row.case, screen.view
        screen.look_around()
        assert screen.view is view  # nothing new, nothing worked out again
        other.decide("rejected", case, other.new_batch())
        screen.look_around()
        await pilot.pause()
        assert screen.row.case == case
        assert "× rejected" in "\n".join(screen.query_one(ReviewPage).plain())
        other.undo()
        screen.look_around()
        assert screen.view.decided == 0


async def test_an_undo_of_one_decision_names_its_case(tmp_path: Path) -> None:
    console, desk = review_app(tmp_path)
    async with console.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen) and console.screen.is_mounted)
        case, told = console.screen.row.id, []
        console.screen.tell = lambda text, **_: told.append(text)
        await pilot.press("r")
        await until(pilot, lambda: desk.view().decided == 1)
        await pilot.press("u")
        await until(pilot, lambda: bool(told))
    assert told == [f"undone: {case}"]


async def test_the_way_out_of_a_review_that_decides_nothing_is_seen_at_every_size(tmp_path: Path) -> None:
    console, _ = review_app(tmp_path)
    async with console.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(console.screen, ReviewScreen) and console.screen.is_mounted)
        while len(console.screen.rest) < 2:
            await pilot.press("j")
        for size in ((80, 24), (60, 20), (44, 16), (99, 30), (100, 30), (119, 40), (120, 31), (120, 36), (200, 50)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: console.screen.size == size)
            await pilot.pause()
            shown = console.screen.query_one(KeyBar).plain()[0]
            assert "esc leave" in shown, size
            assert shown.count("esc ") == 1, size
            if size == (80, 24):
                assert [hint.split()[0] for hint in shown.split("   ") if hint.strip()][:4] == ["a", "r", "s", "A"]
                assert "A accept all " in shown
                assert "? help" in shown
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape")
    assert not console.is_running


async def test_the_way_out_of_a_suite_is_seen_on_a_small_terminal(app: App) -> None:
    console = console_of(app)
    async with console.run_test(size=(80, 24)) as pilot:
        await on_suite(pilot)
        await pilot.pause()
        assert "esc back" in console.screen.query_one(KeyBar).plain()[0]
