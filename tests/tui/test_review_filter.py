"""`/` in the review: only the cases that hold what is typed, and nothing is decided that is not listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from console.regression.records import SuiteRun
from console.tui.review_app import ReviewApp
from console.tui.screens.rest import RestScreen
from console.tui.screens.review import ReviewScreen
from console.tui.screens.settling import SETTLED_S
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.review_page import ReviewPage
from console.view.reviewed import ReviewDesk
from tests.regression.review_world import CASES, NOW, make_world
from tests.tui.test_app import until

DOUBTFUL = (
    "acceptable",
    "tone",
    "Winter is quiet. Snow covers the roofs and the lake is frozen. Children skate after school.",
    "We like summer. The garden is full of flowers and bees. Trains leave from the old station.",
)


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """A review of seven changed cases, one of which needs a human."""
    world = make_world(tmp_path, {**CASES, "summer": DOUBTFUL})
    return ReviewDesk(world.review(), source="registry.toml", clock=lambda: NOW, record_to=tmp_path / "record.md")


def listed(desk: ReviewDesk, typed: str) -> list[str]:
    """The ids of the cases that hold `typed`."""
    return [row.case for row in desk.narrowed(desk.view(), typed).rows]


@pytest.mark.parametrize(
    ("typed", "cases"),
    [
        ("", ["too-long", "refund-damaged", "refund-opened", "order-json", "thanks", "greeting", "summer"]),
        ("worrying", ["refund-damaged", "refund-opened", "order-json"]),
        ("human", ["summer"]),
        ("failed", ["too-long"]),
        ("acceptable", ["thanks", "greeting"]),
        ("REFUND dama", ["refund-damaged"]),
        ("about order-json?", ["order-json"]),  # the prompt
        ("value changed", ["refund-damaged", "refund-opened"]),  # the cluster
        ("decided", ["refund-damaged", "refund-opened", "order-json", "thanks", "greeting", "summer"]),
        ("undecided worrying", ["refund-damaged", "refund-opened", "order-json"]),
        ("rejected", ["too-long"]),
        ("zzz", []),
    ],
)
def test_cases_are_found_by_judgement_decision_and_words(desk: ReviewDesk, typed: str, cases: list[str]) -> None:
    if typed:
        desk.decide("rejected", "too-long", desk.new_batch())
    assert sorted(listed(desk, typed)) == sorted(cases)


def test_the_list_says_of_how_many_and_shows_no_control_characters(desk: ReviewDesk) -> None:
    view = desk.narrowed(desk.view(), " worrying  \x1b[31m")
    assert (view.changed, view.of) == (0, 7)
    assert "\x1b" not in view.typed
    assert desk.narrowed(desk.view(), "  ").typed == ""


def test_a_case_carries_the_same_word_in_the_run_on_the_list_and_on_its_page(tmp_path: Path) -> None:
    def flaky(run: SuiteRun) -> SuiteRun:  # the old model's own repeats differ as much: worrying on its own, not here
        results = (replace(one, status="acceptable") if one.case == "refund-opened" else one for one in run.results)
        return replace(run, results=tuple(results))

    world = make_world(tmp_path, {**CASES, "summer": DOUBTFUL}, flaky)
    desk = ReviewDesk(world.review(), source="registry.toml", clock=lambda: NOW)
    words = {one.case: one.word for one in world.review().run.results if one.changed}
    assert (words["summer"], words["refund-opened"]) == ("needs a human", "acceptable")
    assert {case: desk.case(case, whole=True).triage for case in words} == words
    assert {row.case for row in desk.view().rows if row.needs_human} == {"summer"}


async def opened(pilot: Pilot[None]) -> ReviewScreen:
    """The review, once it stands."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.is_mounted)
    await pilot.pause()
    assert isinstance(pilot.app.screen, ReviewScreen)
    return pilot.app.screen


def shown(screen: ReviewScreen) -> str:
    """Everything on the page."""
    return "\n".join(screen.query_one(ReviewPage).plain())


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_typing_narrows_the_cases_and_escape_shows_all(desk: ReviewDesk, size: tuple[int, int]) -> None:
    console = ReviewApp(desk)
    async with console.run_test(size=size) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash", *"refund as")  # letters that decide are typed now
        await until(pilot, lambda: screen.row is None)
        assert "No changed case holds what is typed." in shown(screen)
        await pilot.press("backspace", "backspace", "backspace")
        await until(pilot, lambda: screen.view.changed == 2)
        count = screen.query_one("FilterRow .filter-count", Label)
        assert str(count.content) == " 2 of 7 cases · esc shows all "
        await pilot.press("down", "enter")
        assert screen.row is not None
        chosen = screen.row.case
        assert chosen.startswith("refund-")
        assert "/refund" in shown(screen)
        assert "esc all cases" in screen.query_one(KeyBar).plain()[0]
        await pilot.press("escape")
        await until(pilot, lambda: screen.view.changed == 7)
        assert screen.row.case == chosen, "the cursor stays on its case"
        assert "/refund" not in shown(screen)
        assert "esc leave" in screen.query_one(KeyBar).plain()[0]
        assert desk.view().decided == 0
        await pilot.press("escape")
    assert not console.is_running


async def test_the_rest_of_a_cluster_is_only_what_is_listed_of_it(desk: ReviewDesk) -> None:
    console = ReviewApp(desk)
    async with console.run_test(size=(120, 36)) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash", *"acceptable", "enter")
        await until(pilot, lambda: [row.case for row in screen.rest] == ["thanks", "greeting"])
        await pilot.press("A")
        await until(pilot, lambda: isinstance(console.screen, RestScreen))
        await pilot.pause(SETTLED_S + 0.05)  # what was typed before the dialog stood there does not count
        await pilot.press("y")
        await until(pilot, lambda: desk.view().decided == 2)
        assert {row.case for row in desk.view().rows if row.decision} == {"thanks", "greeting"}


async def test_among_the_undecided_a_decision_leads_to_the_next_and_undo_brings_it_back(desk: ReviewDesk) -> None:
    console = ReviewApp(desk)
    async with console.run_test(size=(120, 36)) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash", *"undecided", "enter", "r")
        await until(pilot, lambda: screen.view.changed == 6)
        assert screen.row is not None
        assert screen.row.case == "refund-damaged"
        await pilot.press("u")  # works though none of the listed cases is decided
        await until(pilot, lambda: screen.view.changed == 7)
        assert screen.row.case == "too-long"
        told: list[str] = []
        screen.tell = lambda text, **_: told.append(text)  # type: ignore[method-assign]
        for left in range(6, -1, -1):
            await pilot.press("s")
            await until(pilot, lambda left=left: screen.view.changed == left)
        await until(pilot, lambda: any("every changed case is decided" in text for text in told))
        assert "No changed case holds what is typed." in shown(screen)
