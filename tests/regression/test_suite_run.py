"""A suite run from the console: its plan, its progress, stopping and going on, and what it looks like."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.errors import ConsoleError, Unmeasured, Usage
from console.providers.endpoints import Endpoints
from console.regression import saving
from console.text.safe import SafeText
from console.tui.drawing.suite import draw_suite, draw_suite_header, draw_suite_strip
from console.view import suite_run
from console.view.suite_run import AT_ONCE, FoundRow, SuiteRunDesk, SuiteRunView
from tests.regression.conftest import NEW, OLD, App
from tests.regression.test_planning import accept

pytestmark = pytest.mark.usefixtures("state")


def desk_of(app: App, **given: object) -> SuiteRunDesk:
    values = {"actor": "olga@desk"} | given
    return SuiteRunDesk(app.registry_path, "support", app.endpoints, **values)  # type: ignore[arg-type]


def change(app: App) -> None:
    app.provider.answers[(OLD, "Question two?")] = "You can return it within 30 days."
    app.provider.answers[(NEW, "Question two?")] = "You can return it within 14 days."


def test_the_plan_is_shown_before_anything_is_asked(app: App) -> None:
    accept(app, "one")
    view = desk_of(app).prepare()
    assert (view.state, view.cases, view.accepted, view.of, view.kept) == ("ready", 3, 1, 5, 0)
    assert (view.new_model, view.old_model) == (NEW, OLD)
    assert app.provider.asked == []


def test_a_run_to_its_end_can_be_reviewed(app: App) -> None:
    change(app)
    desk, shown = desk_of(app), list[SuiteRunView]()
    view = desk.run(desk.prepare(), shown.append)
    assert view.state == "finished"
    assert view.counts == {"same": 2, "worrying": 1}
    assert view.found == (FoundRow("worrying", SafeText("two"), SafeText("value changed: 30 → 14")),)
    assert shown[0].state == "running"
    assert view.cost_usd
    assert list(desk.review().results) == ["two"]


def test_stopping_keeps_what_was_answered_and_going_on_pays_for_the_rest_only(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite_run, "SHOWN_EVERY_S", 0.0)
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(40)})
    stopping = threading.Event()
    app.provider.before = lambda number: number <= 60 or stopping.wait(30)  # the last answers come after the stop
    desk = desk_of(app)

    def stop() -> None:
        desk.stop()
        stopping.set()

    def show(view: SuiteRunView) -> None:
        if view.answers == 20:
            threading.Thread(target=stop).start()

    stopped = desk.run(desk.prepare(), show)
    assert stopped.state == "stopped"
    assert 20 <= stopped.answers <= 60
    assert saving.load_latest(app.suite_path) is None
    again = desk_of(app)
    ready = again.prepare()
    assert ready.kept >= stopped.answers
    view = again.run(ready, lambda _: None)
    assert view.state == "finished"
    assert view.kept == ready.kept
    assert len(app.provider.asked) <= 80 + AT_ONCE  # what was under way is asked again, nothing else


def test_the_same_desk_goes_on_after_a_stop(app: App) -> None:
    desk = desk_of(app)
    ready = desk.prepare()
    desk.stop()
    desk.begin()
    assert desk.run(ready, lambda _: None).state == "finished"  # a stop before the run is of no run


def test_a_stop_in_the_moment_before_the_first_request_is_of_the_run_that_begins(app: App) -> None:
    desk = desk_of(app)
    ready = desk.prepare()
    desk.begin()
    desk.stop()
    view = desk.run(ready, lambda _: None)
    assert (view.state, view.answers, app.provider.asked) == ("stopped", 0, [])


def test_an_outage_is_said_and_the_next_run_asks_only_for_what_is_missing(app: App) -> None:
    app.provider.answers[(NEW, "Question one?")] = 400
    desk = desk_of(app)
    view = desk.run(desk.prepare(), lambda _: None)
    assert "33" in view.problem
    assert "got no answer" in "\n".join(draw_suite(view, "", 120, 34).text())
    app.provider.answers.clear()
    asked = len(app.provider.asked)
    view = desk.run(view, lambda _: None)
    assert (view.problem, view.counts) == ("", {"same": 3})
    assert len(app.provider.asked) == asked + 1


def test_the_worst_stand_first_at_the_end(app: App) -> None:
    change(app)
    app.provider.answers[(OLD, "Question three?")] = "Hello, how can I help you today?"
    app.provider.answers[(NEW, "Question three?")] = "Hi there, how may I help you today?"
    desk = desk_of(app)
    view = desk.run(desk.prepare(), lambda _: None)
    assert [row.word for row in view.found] == ["worrying", "acceptable"]


def test_read_only_runs_and_keeps_nothing(app: App, state: Path) -> None:
    change(app)
    desk = desk_of(app, read_only=True)
    assert desk.run(desk.prepare(), lambda _: None).changed == 1
    assert not list(state.rglob("*.json*"))


def test_what_stands_in_the_way_is_one_error(app: App) -> None:
    broken = SuiteRunDesk(app.registry_path, "support", lambda: Endpoints.from_environment({}), actor="o")
    with pytest.raises(Unmeasured, match="ANTHROPIC_API_KEY"):
        broken.prepare()
    app.suite_path.write_text("schema = 1\n")
    with pytest.raises(ConsoleError, match="holds no case"):
        desk_of(app).prepare()
    app.write_suite({"a": "q"})
    with pytest.raises(Usage, match="no run of"):
        desk_of(app).review()


def test_the_screen_is_not_told_of_every_answer(app: App) -> None:
    app.write_suite({f"case-{number}": f"Question {number}?" for number in range(60)})
    desk, shown = desk_of(app), list[SuiteRunView]()
    began = time.monotonic()
    desk.run(desk.prepare(), shown.append)
    assert len(shown) <= 2 + (time.monotonic() - began) / 0.1


VIEW = SuiteRunView(
    SafeText("support"), SafeText("support"), SafeText(OLD), SafeText(NEW), "running", 200, 50, 350, 120, 20,
    {"same": 50, "worrying": 3, "failed": 1},
    (FoundRow("worrying", SafeText("refund"), SafeText("value changed: 30 → 14")),) * 3,
    12.0, 40.0, 0.1234,
)  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(120, 36), (80, 24), (40, 10), (200, 50), (8, 4), (0, 0)])
def test_the_drawing_fits_every_size(width: int, height: int) -> None:
    for view in (VIEW, None):
        assert draw_suite(view, "", width, height).width == width
        draw_suite_strip(view, "support", width, 1)
        draw_suite_header(view, "registry.toml", "14:32 UTC", width)


def test_what_a_run_under_way_shows() -> None:
    text = "\n".join(draw_suite(VIEW, "", 120, 34).text())
    assert "120 of 350 answers" in text
    assert "≈ 40 s left" in text
    assert "20 kept from an interrupted run" in text
    assert "= 50 same" in text
    assert "▲ 3 worrying" in text
    assert "▲ refund  value changed: 30 → 14" in text


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("ready", "200 cases, 50 with accepted answers"),
        ("stopped", "Stopped at 120 of 350 answers"),
        ("finished", "3 of 200 cases changed"),
    ],
)
def test_the_headline_says_the_state(state: str, expected: str) -> None:
    assert expected in "\n".join(draw_suite(replace(VIEW, state=state), "", 120, 34).text())  # type: ignore[arg-type]


def test_what_has_no_room_is_counted() -> None:
    many = replace(VIEW, found=VIEW.found * 20)
    assert "and 4" in draw_suite(many, "", 80, 22).text()[-1]


def test_without_a_plan_the_problem_is_what_there_is_to_read() -> None:
    assert draw_suite(None, "support has no suite\nWrite one", 80, 22).text()[:2] == [
        "  support has no suite", "  Write one",
    ]  # fmt: skip
