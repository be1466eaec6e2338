"""The guard in words: alive or not, since when, what comes next, and where it stands in the panes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.guard.post import Intent, Post
from console.text.safe import SafeText
from console.view.guarded import PRESS, guard_view, guarded, header, line, sentence
from console.view.records import CanaryView, GuardView, IntentView, State
from tests.tui import samples

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WHO = SafeText("pid 4711 on web-1")


def guard(*intents: IntentView, **more) -> GuardView:
    values = {"alive": True, "holder": WHO, "since": NOW - timedelta(hours=3), "seen": NOW, "intents": intents}
    return GuardView(**{**values, **more})


def intent(kind: str, words: str, when: datetime | None = None) -> IntentView:
    return IntentView(SafeText("support"), SafeText(kind), SafeText(words), when)


def shown(state: State, second: str, *intents: IntentView, **more) -> CanaryView:
    fleet = samples.fleet(state)
    canaries = tuple(
        replace(each, state=state, second=SafeText(second)) if each.route == "support" else each
        for each in fleet.canaries
    )
    view = guarded(replace(fleet, canaries=canaries, now=NOW), guard(*intents, **more))
    return next(each for each in view.canaries if each.route == "support")


@pytest.mark.parametrize(
    ("given", "words", "tone"),
    [
        (None, "no guard", "none"),
        (guard(alive=False), "no guard", "none"),
        (guard(), "guard watching 3 h", "good"),
        (guard(stale=True, seen=NOW - timedelta(minutes=2)), "guard silent for 2 min", "waiting"),
        (guard(intent("roll back", "error rate")), "guard rolls back", "bad"),
        (guard(intent("countdown", "x", NOW + timedelta(seconds=8))), "guard rolls back in 8 s", "bad"),
        (guard(intent("countdown", "x", NOW - timedelta(seconds=1))), "guard rolls back now", "bad"),
        (guard(intent("nothing", "raises to 50 %")), "guard watching 3 h", "good"),
    ],
)
def test_the_header_says_whether_somebody_guards(given, words, tone) -> None:
    assert header(given, NOW) == (words, tone)


def test_the_soonest_of_two_countdowns_is_in_the_header() -> None:
    both = guard(
        intent("countdown", "a", NOW + timedelta(seconds=40)), intent("countdown", "b", NOW + timedelta(seconds=5))
    )
    assert header(both, NOW)[0] == "guard rolls back in 5 s"


def test_the_sentence_names_the_holder_and_since_when() -> None:
    assert sentence(guard(), NOW) == "guard  watching since 11:00 UTC (pid 4711 on web-1)"
    long_ago = guard(since=NOW - timedelta(days=2))
    assert sentence(long_ago, NOW) == "guard  watching since 2026-11-21 14:00 UTC (pid 4711 on web-1)"
    assert sentence(guard(stale=True, seen=NOW - timedelta(minutes=2)), NOW).endswith(", silent for 2 min")
    gone = guard(alive=False, seen=NOW - timedelta(hours=1))
    assert sentence(gone, NOW) == "guard  none since 13:00 UTC (it was pid 4711 on web-1)"
    assert "console guard" in sentence(None, NOW)


def test_the_line_says_what_comes_next_and_when() -> None:
    assert line(intent("nothing", "raises to 50 % if it still passes", NOW + timedelta(minutes=40)), NOW) == (
        "guard: raises to 50 % if it still passes, in 40 min"
    )
    assert line(intent("nothing", "waits"), NOW) == "guard: waits"


def test_a_countdown_takes_the_place_of_the_key_under_a_regression() -> None:
    second = f"{PRESS}25 % → 0 %; 12 users return to production"
    found = shown(State.REGRESSION, second, intent("countdown", "error rate", NOW + timedelta(seconds=30)))
    assert found.second == "guard rolls back 25 % → 0 %; 12 users return to production"
    assert found.countdown == "in 30 s"


def test_a_rollback_that_failed_says_why_beside_the_key() -> None:
    second = f"{PRESS}25 % → 0 %"
    found = shown(State.REGRESSION, second, intent("roll back", "error rate: registry.toml is read-only"))
    assert found.second == f"{second} · guard: error rate: registry.toml is read-only"
    told = shown(State.REGRESSION, second, intent("nothing", "regression, told; auto_rollback is off"))
    assert told.second.startswith(PRESS)
    assert told.second.endswith("guard: regression, told; auto_rollback is off")


def test_a_rollback_that_is_done_is_left_as_it_is() -> None:
    done = "rolled back at 13:00; console undo"
    assert shown(State.REGRESSION, done, intent("nothing", "held")).second == done


def test_what_happens_now_stands_before_the_forecast_and_a_standing_rule_behind_it() -> None:
    soon = shown(State.WATCHING, "1,400 more", intent("nothing", "raises to 50 %", NOW + timedelta(hours=1)))
    assert soon.second == "guard: raises to 50 %, in 1 h · 1,400 more"
    rule = shown(State.WATCHING, "1,400 more", intent("nothing", "a person takes the next step"))
    assert rule.second == "1,400 more · guard: a person takes the next step"
    alone = shown(State.WATCHING, "", intent("nothing", "waits"))
    assert alone.second == "guard: waits"


@pytest.mark.parametrize("state", [State.HELD, State.NO_CANARY, State.NO_DATA, State.ERROR])
def test_what_is_said_already_is_not_said_twice(state) -> None:
    assert shown(state, "held by olga", intent("nothing", "held: a person resumes")).second == "held by olga"


def test_a_silent_guard_promises_nothing() -> None:
    found = shown(State.WATCHING, "1,400 more", intent("nothing", "raises"), stale=True)
    assert found.second == "1,400 more"
    assert shown(State.WATCHING, "1,400 more", intent("nothing", "raises"), alive=False).second == "1,400 more"


def test_the_view_comes_from_the_post_and_what_it_last_said(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    registry.write_text("schema = 1\n")
    assert guard_view(registry, NOW) is None
    post = Post(registry, {"log": "a.db"})
    assert post.take(NOW)
    post.report([Intent("support", "countdown", "rolls \x1b[31mback", NOW + timedelta(minutes=1))], NOW)
    found = guard_view(registry, NOW + timedelta(seconds=10))
    assert found is not None
    assert (found.alive, found.stale, found.since) == (True, False, NOW)
    assert "\x1b" not in found.intents[0].sentence
    late = guard_view(registry, NOW + timedelta(seconds=16))
    assert late is not None
    assert late.stale
    post.leave()
    left = guard_view(registry, NOW + timedelta(minutes=5))
    assert left is not None
    assert (left.alive, left.stale) == (False, False)
