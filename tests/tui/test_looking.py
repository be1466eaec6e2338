"""From a red number to the requests behind it, and from what was done to a note about it, in the running app."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from console.actions.desk import Desk
from console.actions.requests import SetShare
from console.domain.requests import RequestRow
from console.registry.reading import read
from console.traffic.behind import Behind
from console.traffic.importing import write_history
from console.tui.app import ConsoleApp
from console.tui.behind_keys import BEHIND_KEYS
from console.tui.drawing.behind import columns, draw_behind
from console.tui.noting import from_here
from console.tui.screens.behind import BehindPage, BehindScreen
from console.tui.screens.history import HistoryScreen
from console.tui.screens.reading import HelpPage
from console.tui.widgets.frame import KeyBar
from console.view.behind import behind_view
from tests.tui import worlds
from tests.tui.test_app import REGISTRY, dialog, ready, until


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of a canary that fails three times in ten, on a share that was raised before it."""
    folder = tmp_path_factory.mktemp("made")
    registry = folder / "registry.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    rollout = read(registry).registry.routes["support"].rollout_id
    begun, luck = worlds.NOW.timestamp() - 3_600, random.Random(3)
    blank = RequestRow("", begun, "support", "", why="bucket", rollout=rollout, latency_ms=900.0, ttft_ms=200.0)
    rows = []
    for number in range(3_000):
        canary = number % 10 == 0
        fails = luck.random() < (0.3 if canary else 0.01)
        model = "claude-sonnet-5-5" if canary else "claude-sonnet-4-5-20250929"
        row = blank._replace(
            id=f"r{number}", at=begun + number, user=f"u{number % 900}", arm="canary" if canary else "production",
            model=model, outcome="error" if fails else "ok", error_class="InternalServerError" if fails else "",
        )  # fmt: skip
        rows.append(row)
    write_history(folder / "requests.db", rows)
    desk = Desk(registry, actor=worlds.ACTOR, clock=lambda: worlds.NOW - timedelta(hours=1))
    desk.apply(desk.plan(SetShare("support", 10)))
    return folder


@pytest.fixture
def world(made: Path, tmp_path: Path) -> worlds.World:
    """A copy of it, to be changed."""
    folder = tmp_path / "world"
    shutil.copytree(made, folder)
    return worlds.World(folder / "registry.toml", folder / "requests.db")


def app(world: worlds.World) -> ConsoleApp:
    """The console on it."""
    return ConsoleApp(world.runtime())


def notes(folder: Path) -> list[str]:
    """Every incident note in `folder`."""
    return [path.read_text(encoding="utf-8") for path in folder.glob("incident-*.md")]


async def page(pilot: Pilot[None]) -> BehindPage:
    """The page of requests, once it was read."""
    await pilot.press("l")
    await until(pilot, lambda: isinstance(pilot.app.screen, BehindScreen))
    found = pilot.app.screen.query_one(BehindPage)
    await until(pilot, lambda: found._view is not None)
    return found


def footer(pilot: Pilot[None]) -> str:
    """The last row of the page."""
    return pilot.app.screen.query_one(KeyBar).plain()[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 20), (200, 50)])
async def test_l_lists_the_failed_requests_of_the_canary(world: worlds.World, size: tuple[int, int]) -> None:
    async with app(world).run_test(size=size) as pilot:
        await ready(pilot)
        found = await page(pilot)
        rows = found.plain()
        assert rows[0].startswith("▌ Errors of canary  support")
        assert "◆ canary" in rows[1]
        assert " users" in rows[1]
        assert "● production" in rows[2]
        assert rows[4].split()[:2] == ["when", "outcome"]
        assert "InternalServer" in rows[5]
        assert any("Same as" in row for row in rows)


async def test_the_usual_name_of_an_error_is_whole_on_80_columns(world: worlds.World) -> None:
    failed(world, 1, error_class="InternalServerError", latency_ms=1_234_000.0)
    failed(world, 2, error_class="InternalServerError", latency_ms=250.0)
    async with app(world).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        rows = (await page(pilot)).plain()
        assert "     InternalServerError 250 ms " in rows[5]
        assert "     InternalServerError 20 min " in rows[6]


async def test_m_and_tab_change_what_is_listed_and_the_cursor_moves(world: worlds.World) -> None:
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        before = found.plain()[-5:]
        await pilot.press("j", "j")
        assert found.cursor == 2
        assert found.plain()[-5:] != before
        await pilot.press("k", "k", "k")
        assert found.cursor == 0
        await pilot.press("m")
        await until(pilot, lambda: found.plain()[0].startswith("▌ Refusals of canary"))
        await pilot.press("M")
        await until(pilot, lambda: found.plain()[0].startswith("▌ Errors of canary"))
        await pilot.press("tab")
        await until(pilot, lambda: found.plain()[0].startswith("▌ Errors of production"))
        assert "m refusals   tab those of canary" in pilot.app.screen.query_one(KeyBar).plain()[0]
        await pilot.click(BehindPage, offset=(4, 8))
        assert found.cursor == 3
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, BehindScreen))


def failed(world: worlds.World, number: int, **more: object) -> None:
    """One more failed request of the canary, newer than all before it."""
    rollout = read(world.registry).registry.routes["support"].rollout_id
    row = RequestRow(
        f"new{number}", worlds.NOW.timestamp() - 5 + number, "support", "claude-sonnet-5-5", arm="canary", why="bucket",
        rollout=rollout, user="u", outcome="error", error_class=f"New{number}",
    )  # fmt: skip
    write_history(world.log, [row._replace(**more)])


async def test_new_requests_appear_at_the_first_row_and_not_to_whoever_reads_further_down(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.tui.screens.behind._FOLLOW_S", 0.02)
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        assert found.plain()[0].endswith(" · live")
        assert "follow" not in footer(pilot)
        failed(world, 1)
        await until(pilot, lambda: " New1 " in found.plain()[5])
        assert found.plain()[5].startswith("▌")  # the cursor is at the newest
        await pilot.press("j", "j")
        before, read_before = found.plain()[5:], pilot.app.screen._due
        assert found.plain()[0].endswith(" · ‖ paused")
        assert footer(pilot).startswith("  l follow   m refusals")
        failed(world, 2)
        for _ in range(10):
            await pilot.pause(0.02)
        assert found.plain()[5:] == before
        assert pilot.app.screen._due == read_before  # the log was not even asked
        await pilot.press("l")
        await until(pilot, lambda: " New2 " in found.plain()[5])
        assert found.plain()[0].endswith(" · live")
        await pilot.press("j", "k")  # back at the first row it goes on by itself
        failed(world, 3, outcome="refusal")
        failed(world, 4)
        await until(pilot, lambda: " New4 " in found.plain()[5])
        assert found.plain()[0].startswith("▌ Errors of canary")  # what was chosen to be listed stays
        assert not any("refusal" in row for row in found.plain()[5:20])


async def test_a_reading_that_comes_after_the_reader_went_on_moves_nothing(world: worlds.World) -> None:
    async with app(world).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        screen, newer = pilot.app.screen, found.view
        await pilot.press("j", "j")
        screen._done(screen._asked, newer, "", 0.1, followed=True)
        assert found.cursor == 2
        screen._done(screen._asked - 1, newer, "", 0.1, followed=False)  # of a list that was left meanwhile
        assert found.cursor == 2


async def test_following_a_large_log_takes_a_twentieth_of_the_time(world: worlds.World) -> None:
    async with app(world).run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        screen, asked = pilot.app.screen, []
        screen._start = asked.append
        screen._done(screen._asked, found.view, "", 0.2, followed=True)
        screen._go_on()
        assert asked == []  # it took 0.2 s: not before 3 s, for 4 s from one to the next
        screen._done(screen._asked, found.view, "", 0.004, followed=True)
        screen._go_on()
        assert asked == [found.view.mark]


async def test_a_log_that_is_locked_for_a_moment_leaves_the_list_and_says_so(world: worlds.World) -> None:
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        rows, screen = found.plain()[5:], pilot.app.screen
        screen._done(screen._asked, None, "the log is locked", 0.25, followed=True)
        assert found.plain()[0].endswith(" · the log is locked")
        assert found.plain()[5:] == rows
        screen._done(screen._asked, None, "", 0.01, followed=True)
        assert found.plain()[0].endswith(" · live")


async def test_s_sorts_and_the_title_says_how(world: worlds.World) -> None:
    failed(world, 1, latency_ms=50_000.0)
    failed(world, 2, cost_usd=7.5)
    failed(world, 3)
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        assert " newest first · " in found.plain()[0]
        assert " New3 " in found.plain()[5]
        for says, first in (("slowest first", "New1"), ("dearest first", "New2"), ("newest first", "New3")):
            assert f"   s {says}   " in footer(pilot)  # the key says what it would do
            await pilot.press("s")
            await until(pilot, lambda says=says: f" {says} · " in found.plain()[0])
            assert f" {first} " in found.plain()[5]
        await pilot.press("s", "m", "M")
        await until(pilot, lambda: found.plain()[0].startswith("▌ Errors") and " slowest first · " in found.plain()[0])
        await pilot.press("M")  # all requests
        await until(pilot, lambda: found.plain()[0].startswith("▌ All requests of canary"))
        await pilot.press("s", "s")
        await until(pilot, lambda: " failed first · " in found.plain()[0])
        assert all("New" in row or "InternalServer" in row for row in found.plain()[5:20])
        await pilot.press("M")  # dearest answers: the name says how they are sorted
        await until(pilot, lambda: found.plain()[0].startswith("▌ Dearest answers of canary"))
        assert " first" not in found.plain()[0] + footer(pilot)
        await pilot.press("s")
        assert found.view.kind == "cost"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_what_is_typed_narrows_the_requests_and_escape_lists_all(
    world: worlds.World, size: tuple[int, int]
) -> None:
    failed(world, 1, error_class="RareError")
    failed(world, 2, error_class="CommonError")
    async with app(world).run_test(size=size) as pilot:
        await ready(pilot)
        found = await page(pilot)
        all_, of = found.view.matching, found.view.of
        await pilot.press("slash", *"rare m")  # none of these letters is a key of the page meanwhile
        await until(pilot, lambda: found.view.typed == "rare m")
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: found.view.typed == "rare")
        assert [line.what for line in found.view.lines] == ["RareError"]
        row = pilot.app.screen.query_one("FilterRow .filter-count", Label)
        assert str(row.content) == f" 1 of {of} requests · esc shows all "
        await pilot.press("enter")
        assert "/rare" in found.plain()[0]
        assert "1 match" in found.plain()[1]
        assert "esc all of them" in footer(pilot)
        await pilot.press("m")  # another number keeps it
        await until(pilot, lambda: found.view.kind == "refusal")
        assert "none of canary with “rare”" in "\n".join(found.plain())
        await pilot.press("M", "escape")
        await until(pilot, lambda: not found.view.typed and found.view.matching == all_ == of)
        assert "/rare" not in found.plain()[0]
        assert "esc back" in footer(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, BehindScreen))


async def test_new_requests_appear_among_those_that_were_looked_for(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.tui.screens.behind._FOLLOW_S", 0.02)
    failed(world, 1, error_class="RareError")
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        await pilot.press("slash", *"rare", "enter")
        await until(pilot, lambda: len(found.view.lines) == 1)
        failed(world, 2, error_class="Usual")
        failed(world, 3, error_class="RarestError")
        await until(pilot, lambda: [line.what for line in found.view.lines] == ["RarestError", "RareError"])
        assert found.plain()[0].endswith(" · live")
        await pilot.press("slash", "down")
        assert found.cursor == 1
        await pilot.press("escape", "q")
        await until(pilot, lambda: not isinstance(pilot.app.screen, BehindScreen))


async def test_many_keys_typed_during_one_reading_are_one_more_reading(world: worlds.World) -> None:
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        screen, begun = pilot.app.screen, []
        await pilot.press("slash")
        screen._reading, screen._begin = True, lambda: begun.append(screen.typed_filter)
        await pilot.press(*"internal")
        await pilot.pause()
        assert begun == []
        screen._done(screen._asked, found.view, "", 0.1, followed=False)
        assert begun == ["internal"]


async def test_the_page_has_its_own_help_and_both_ends(world: worlds.World) -> None:
    async with app(world).run_test(size=(120, 36)) as pilot:
        await ready(pilot)
        found = await page(pilot)
        await pilot.press("G")
        assert found.cursor == len(found.view.lines) - 1
        await pilot.press("home")
        await until(pilot, lambda: found.cursor == 0)
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen.query(HelpPage))
        help_ = "\n".join(pilot.app.screen.query_one(HelpPage).plain())
        assert all(key.shown in help_ and key.help in help_ for key in BEHIND_KEYS)
        assert "Change the rollout" not in help_  # no key of this page does


async def test_the_costs_of_the_page_go_by_the_prices_of_the_registry(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "world"
    shutil.copytree(made, folder)
    registry, log = folder / "registry.toml", folder / "requests.db"
    priced = registry.read_text().replace(
        '[models."claude-sonnet-5-5"]', '[models."claude-sonnet-5-5"]\nprice = { input = 1000.0, output = 5000.0 }'
    )
    registry.write_text(priced)
    rollout = read(registry).registry.routes["support"].rollout_id
    row = RequestRow(
        "own", worlds.NOW.timestamp() - 5, "support", "claude-sonnet-5-5", arm="canary", why="bucket", rollout=rollout,
        user="u", outcome="error", error_class="Own", input_tokens=1_000, output_tokens=1_000,
    )  # fmt: skip
    write_history(log, [row])
    async with app(worlds.World(registry, log)).run_test(size=(160, 36)) as pilot:
        await ready(pilot)
        assert "6.00" in "\n".join((await page(pilot)).plain())


async def test_the_page_is_copied_wider_than_it_is_shown(world: worlds.World) -> None:
    async with app(world).run_test(size=(60, 20)) as pilot:
        await ready(pilot)
        await page(pilot)
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard)
        text = pilot.app.clipboard
        assert text.startswith("Errors of canary  support")
        # Wrapped where the folder's name is long.
        assert "SELECT * FROM request_log WHERE id =" in " ".join(text.split())
        assert text.count("InternalServerError") > 10


def test_a_command_names_the_log_as_one_does_in_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert from_here(tmp_path / "requests.db") == Path("requests.db")
    assert from_here(tmp_path / "logs" / "requests.db") == Path("logs/requests.db")
    assert from_here(Path("/elsewhere/requests.db")) == Path("/elsewhere/requests.db")
    assert from_here(Path("requests.db")) == Path("requests.db")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert from_here(tmp_path / "requests.db") == tmp_path / "requests.db"
    monkeypatch.chdir(tmp_path)


async def test_a_log_that_cannot_be_read_is_said_on_the_page(world: worlds.World) -> None:
    async with app(world).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        main._poller.stop()
        for file in world.log.parent.glob(f"{world.log.name}*"):
            file.unlink()
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, BehindScreen))
        found = pilot.app.screen.query_one(BehindPage)
        await until(pilot, lambda: "there is no request log" in found.plain()[2])
        await pilot.press("j", "m", "tab", "y", "escape")


async def test_after_a_rollback_the_footer_offers_the_note_that_colleagues_get(
    world: worlds.World, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with app(world).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        assert main.query_one(KeyBar).plain()[0].startswith("  r roll back now   l requests   h history")
        await pilot.press("r")
        await dialog(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "  i incident note   u undo   h history" in main.query_one(KeyBar).plain()[0])
        await pilot.press("i")
        await until(pilot, lambda: pilot.app.clipboard)
        (note,) = notes(tmp_path)
        assert note == pilot.app.clipboard
        assert "rolled back" in note
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
        await pilot.press("i")
        await until(pilot, lambda: len(notes(tmp_path)) == 2)


async def test_a_route_on_which_nothing_was_done_offers_no_note(world: worlds.World) -> None:
    async with app(world).run_test(size=(80, 24)) as pilot:
        main = await ready(pilot)
        assert main.allows("incident")  # its share was raised an hour ago
        await pilot.press("j")
        await until(pilot, lambda: main.chosen_name == "summarise")
        assert not main.allows("incident")
        found = await page(pilot)  # a route without a canary has requests, too
        assert found.plain()[0].startswith("▌ Errors of production  summarise")


@pytest.mark.parametrize("width", range(1, 130, 7))
def test_a_page_survives_every_width(width: int) -> None:
    view = behind_view("support", "error", "canary", Behind(), Path("requests.db"))
    for height in (1, 2, 5, 9, 24):
        canvas = draw_behind(view, worlds.NOW, width, height, 0, "")
        assert (canvas.width, canvas.height) == (width, height)
    at = columns(width)
    ends = [end for end in (at.latency, at.first, at.tokens, at.cost, at.user) if end]
    assert ends == sorted(ends)
