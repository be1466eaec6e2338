"""The comparer on the whole screen, driven by its keys, against two models whose answers the test decides."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, Label

from console.compare.past import PastComparisons
from console.tui.screens.ask import AskScreen
from console.tui.screens.compare import CompareScreen
from console.tui.screens.main import MainScreen
from console.tui.screens.past import PastScreen
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.prompt import LONGEST
from tests.compare.two_models import Script, World, serving
from tests.tui.comparer_desk import AT, NEW, OLD, REGISTRY, THIRD, desk


@pytest.fixture(scope="module")
def server() -> Iterator[World]:
    with serving() as world:
        yield world


@pytest.fixture
def world(server: World) -> World:
    server.models = {OLD: Script(["On Monday."]), NEW: Script(["On ", "Tuesday."]), THIRD: Script(["On Friday."])}
    server.asked.clear()
    server.left.clear()
    return server


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSOLE_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_judgement_reasons_similarity_answers_and_figures(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.shows("▲ worrying", "similarity 0.50, lowest part 0.40", "On Monday.", "On Tuesday.", "first word")
        assert "stand-in answers" in here.text


async def test_lines_that_are_pasted_stay_and_are_sent(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        here.prompt.post_message(events.Paste("Dear all,\r\n\r\n\twhere is it?\n"))
        await here.until(lambda: here.prompt.value)
        assert here.prompt.value == "Dear all,↵↵⇥where is it?"
        await here.pilot.press("ctrl+j", "!", "enter")
        await here.shows("both finished")
        assert {body["messages"][0]["content"] for body in world.asked} == {"Dear all,\n\n\twhere is it?\n!"}


async def test_what_would_act_on_a_terminal_is_seen_and_sent_as_it_is_seen(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        here.prompt.post_message(events.Paste("\x1b]0;x\x07[@click=app.quit]a[/]"))
        await here.until(lambda: here.prompt.value)
        assert here.prompt.text == "␛]0;x␇[@click=app.quit]a[/]"


async def test_a_prompt_that_is_too_long_is_refused_whole(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        here.prompt.put("kept")
        here.prompt.post_message(events.Paste("x" * LONGEST))
        await here.hears("at most 100,000 characters")
        assert here.prompt.text == "kept"


async def test_an_empty_prompt_asks_nobody(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.pilot.press("space", "enter")
        await here.hears("the prompt is empty")
        assert world.asked == []


async def test_repeats_tell_change_from_chance(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        assert "^t runs 1" in here.keys
        await here.pilot.press("ctrl+t")
        assert "^t runs 3" in here.keys
        await here.asks("When?", "3 runs each")
        assert "changed" in here.text
        assert len(world.asked) == 6
        await here.pilot.press("ctrl+t", "ctrl+t", "ctrl+t")
        assert "^t runs 1" in here.keys


async def test_a_third_model_has_a_column_where_there_is_room(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world, (200, 50)) as here:
        await here.asks("When?")
        await here.shows(f"○ fallback  {THIRD}", "On Friday.", "10 out")
        await here.pilot.resize_terminal(120, 36)
        await here.until(lambda: "On Friday." not in here.text)
        await here.shows("On Monday.", "On Tuesday.")


async def test_where_there_is_no_room_nobody_else_is_asked(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world, (150, 40)) as here:
        await here.asks("When?")
        assert {body["model"] for body in world.asked} == {OLD, NEW}


async def test_json_is_compared_key_by_key_and_raw_on_demand(tmp_path: Path, world: World) -> None:
    world.models[OLD] = Script(['{"order": 7, "status": "sent"}'])
    world.models[NEW] = Script(['{"order": 7, "status": "lost", "eta": null}'])
    async with desk(tmp_path, world) as here:
        assert "^r raw" not in here.keys
        await here.asks("Status?")
        await here.shows("2 values differ", 'status  "sent" → "lost"', "eta")
        assert "^r raw" in here.keys
        await here.pilot.press("ctrl+r")
        await here.shows('{"order": 7, "status": "sent"}')
        assert "2 values differ" not in here.text
        await here.pilot.press("ctrl+r")
        await here.shows("2 values differ")


async def test_escape_stops_first_and_leaves_then(tmp_path: Path, world: World) -> None:
    never = threading.Event()
    world.models[OLD] = Script(["So far ", "so good"], gates={1: never})
    async with desk(tmp_path, world) as here:
        await here.asks("When?", "So far")
        assert "esc stop" in here.keys
        await here.pilot.press("escape")
        assert "stopped" in here.text
        assert "So far" in here.text
        assert "esc back" in here.keys
        await here.until(lambda: OLD in world.left)
        await here.pilot.press("escape")
        await here.until(lambda: isinstance(here.pilot.app.screen, MainScreen))
        await here.pilot.press("enter")
        await here.opens(CompareScreen)
        assert here.prompt.text == "When?"


async def test_another_prompt_ends_the_one_before(tmp_path: Path, world: World) -> None:
    never = threading.Event()
    world.models[OLD] = Script(["So far ", "so good"], gates={1: never})
    async with desk(tmp_path, world) as here:
        await here.asks("When?", "So far")
        world.models[OLD] = Script(["At noon."])
        await here.asks("And then?")
        await here.shows("At noon.", "And then?")
        await here.until(lambda: OLD in world.left)


async def test_both_answers_scroll_together_and_stop_at_the_end(tmp_path: Path, world: World) -> None:
    world.models[OLD] = Script(["\n".join(f"left {n}" for n in range(100))])
    world.models[NEW] = Script(["\n".join(f"right {n}" for n in range(100))])
    async with desk(tmp_path, world) as here:
        await here.asks("Count")
        await here.pilot.press("pagedown", "down")
        await here.shows("left 11", "right 11")
        assert "left 10\n" not in here.text
        for _ in range(15):
            await here.pilot.press("pagedown")
        await here.shows("left 99", "right 99")
        await here.pilot.press("pageup")
        await here.until(lambda: "left 99" not in here.text)


async def test_earlier_comparisons_are_found_by_their_words_and_opened_again(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("When does it\ncome?")
        world.models[OLD] = Script(["Five euros."])
        await here.asks("What does it cost?")
        await here.until(lambda: len(PastComparisons(now=lambda: AT).all()) == 2)
        await here.pilot.press("ctrl+o")
        await here.opens(PastScreen)
        shown = here.earlier
        assert "2 of 2" in shown
        assert shown.index("What does it cost?") < shown.index("When does it come?")
        assert "stand-in answers" in shown
        await here.pilot.press(*"monday", "enter")
        await here.shows("On Monday.", "▲ worrying")
        assert here.prompt.text == "When does it\ncome?"
        await here.pilot.press("ctrl+s")
        await here.opens(AskScreen)


async def test_earlier_comparisons_asked_for_twice_are_one_page_and_none_after_leaving(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, go_on = PastComparisons.all, threading.Event()

    def slowly(past: PastComparisons) -> object:
        go_on.wait(20)
        return read(past)

    monkeypatch.setattr(PastComparisons, "all", slowly)
    async with desk(tmp_path, world) as here:
        await here.pilot.press("ctrl+o", "ctrl+o")
        go_on.set()
        await here.opens(PastScreen)
        await here.pilot.pause(0.2)
        assert sum(isinstance(screen, PastScreen) for screen in here.pilot.app.screen_stack) == 1
        await here.pilot.press("escape")
        await here.opens(CompareScreen)
        go_on.clear()
        await here.pilot.press("ctrl+o", "escape")
        await here.until(lambda: isinstance(here.pilot.app.screen, MainScreen))
        go_on.set()
        await here.pilot.pause(0.3)
        assert isinstance(here.pilot.app.screen, MainScreen)


async def test_a_comparison_of_another_route_is_no_case_of_this_one(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        assert here.screen.comparison is not None
        PastComparisons(now=lambda: AT).keep(here.screen.comparison, "billing")
        await here.pilot.press("ctrl+o")
        await here.opens(PastScreen)
        await here.pilot.press(*"billing", "enter")
        await here.shows("3 Comparer  billing")
        await here.pilot.press("ctrl+s")
        await here.hears("this was asked on billing")
        assert isinstance(here.pilot.app.screen, CompareScreen)
        await here.asks("When?")
        await here.pilot.press("ctrl+s")
        await here.opens(AskScreen)


async def test_a_search_without_a_match_opens_nothing(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.pilot.press("ctrl+o")
        await here.opens(PastScreen)
        assert "none yet" in here.earlier
        await here.pilot.press("x", "enter", "down", "up")
        assert isinstance(here.pilot.app.screen, PastScreen)
        await here.pilot.press("escape")
        await here.opens(CompareScreen)


async def test_a_comparison_becomes_a_case_of_the_routes_suite(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("Where is my parcel?")
        await here.pilot.press("ctrl+s")
        await here.opens(AskScreen)
        await here.pilot.press("enter", "enter")
        await here.hears("where-is-my-parcel is a case of suites/support.toml; its answer is marked as the stand-in's")
        assert 'prompt = "Where is my parcel?"' in (tmp_path / "suites" / "support.toml").read_text()
        kept = (tmp_path / "tests" / "__snapshots__" / "support" / "where-is-my-parcel.llmsnap").read_text()
        assert "On Monday." in kept
        assert "stand_in = true" in kept


async def test_an_id_that_is_taken_is_told_while_it_can_be_changed(tmp_path: Path, world: World) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "support.toml").write_text('schema = 1\n[[case]]\nid = "when"\nprompt = "Hi"\n')
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.pilot.press("ctrl+s")
        await here.opens(AskScreen)
        first = here.pilot.app.screen.query_one("#field-0", Input)
        assert first.value == "when-2"
        first.value = "When"
        await here.pilot.press("enter", "enter")
        problem = here.pilot.app.screen.query_one("#ask-problem", Label)
        assert "has this id" in str(problem.content)
        first.value = "../../etc"
        await here.pilot.press("enter", "enter")
        assert "letters, digits" in str(problem.content)
        await here.pilot.press("escape")
        await here.opens(CompareScreen)
        assert 'id = "When"' not in (tmp_path / "suites" / "support.toml").read_text()


async def test_a_suite_that_cannot_be_read_is_told(tmp_path: Path, world: World) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "support.toml").write_text("schema = 1\n[[case")
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.pilot.press("ctrl+s")
        await here.hears("support.toml")
        assert isinstance(here.pilot.app.screen, CompareScreen)


async def test_the_side_that_answered_may_be_accepted(tmp_path: Path, world: World) -> None:
    world.models[OLD] = Script([], status=400)
    async with desk(tmp_path, world) as here:
        await here.asks("When?", "no answer from")
        await here.pilot.press("ctrl+s")
        await here.opens(AskScreen)
        assert here.pilot.app.screen.query_one("#field-1", Input).value == "canary"
        await here.pilot.press("enter", "enter")
        await here.hears("when is a case of")


async def test_export_writes_a_new_file_each_time(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.pilot.press("ctrl+g")
        await here.hears("written: comparison-20261123-140000.md")
        await here.pilot.press("ctrl+g")
        await here.hears("written: comparison-20261123-140000-2.md")
        text = (tmp_path / "comparison-20261123-140000.md").read_text()
        assert "On Monday." in text
        assert "tand-in" in text


async def test_a_folder_that_is_gone_is_told(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        monkeypatch.chdir(gone)
        gone.rmdir()
        await here.pilot.press("ctrl+g")
        await here.hears("cannot be written")


async def test_both_answers_go_to_the_clipboard_marked(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.pilot.press("ctrl+y")
        await here.hears("on the clipboard")
        assert here.pilot.app.clipboard == f"{OLD} (stand-in)\nOn Monday.\n\n{NEW} (stand-in)\nOn Tuesday."


@pytest.mark.parametrize("key", ["ctrl+y", "ctrl+g", "ctrl+s"])
async def test_without_a_comparison_there_is_nothing_to_keep(tmp_path: Path, world: World, key: str) -> None:
    async with desk(tmp_path, world) as here:
        await here.pilot.press(key)
        await here.hears("there is no finished comparison yet")


async def test_read_only_writes_nothing(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world, read_only=True) as here:
        await here.asks("When?")
        await here.shows("similarity 0.50")
        assert "save as case" not in here.keys
        assert "export" not in here.keys
        await here.pilot.press("ctrl+s", "ctrl+g")
        await here.hears("--read-only: it writes nothing")
    assert names(tmp_path) <= {"registry.toml", "requests.db"}


async def test_a_state_folder_that_takes_nothing_is_told_and_stops_nothing(tmp_path: Path, world: World) -> None:
    (tmp_path / "state").write_text("in the way")
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.hears("could not be kept")
        await here.shows("On Monday.", "similarity 0.50")


async def test_on_the_main_screen_the_last_comparison_is_marked_too(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        await here.pilot.press("escape")
        await here.until(lambda: isinstance(here.pilot.app.screen, MainScreen))
        pane = "\n".join(here.pilot.app.screen.query_one("#comparer", ComparerPane).plain())
        assert "stand-in answers" in pane
        assert "“When?”" in pane


async def test_the_last_comparison_can_still_be_used_after_a_look_at_another_route(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = REGISTRY.split("\n\n")[1].replace("routes.support", "routes.summarise")
    monkeypatch.setattr("tests.tui.comparer_desk.REGISTRY", f"{REGISTRY}\n{other}\n")
    async with desk(tmp_path, world) as here:
        await here.asks("When?")
        for moved in ("down", "up"):
            await here.pilot.press("escape")
            await here.until(lambda: isinstance(here.pilot.app.screen, MainScreen))
            await here.pilot.press("1", moved, "enter")
            await here.opens(CompareScreen)
        assert here.screen.route.name == "support"
        await here.shows("On Monday.")
        await here.pilot.press("ctrl+s")
        await here.opens(AskScreen)


async def test_the_keys_that_matter_fit_on_a_small_screen(tmp_path: Path, world: World) -> None:
    async with desk(tmp_path, world, (80, 24)) as here:
        await here.asks("When?")
        assert here.keys.rstrip().endswith("esc back")
        assert "enter ask both" in here.keys
        assert "^s save as case" in here.keys
