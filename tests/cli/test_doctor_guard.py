"""What `console doctor` finds about the guard: alive, silent, gone, and a freeze that never ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.guard.post import Post


@pytest.fixture
def found(console):
    """The findings of the section by name."""

    def ask() -> dict[str, dict]:
        document = console("doctor", "--json").json
        return {check["name"]: check for check in document["checks"] if check["section"] == "guard"}

    return ask


@pytest.fixture
def post(world):
    made = Post(world.registry, {})
    yield made
    made.leave()


def test_nobody_who_guards_is_no_fault(found, world) -> None:
    assert {name: check["level"] for name, check in found().items()} == {"guard": "none"}


def test_a_guard_is_named_with_its_holder_while_it_lives_and_missed_when_it_is_gone(found, post) -> None:
    assert post.take(datetime.now(UTC))
    post.report((), datetime.now(UTC))
    alive = found()["guard"]
    assert alive["level"] == "good"
    assert alive["text"].startswith("watching since ")
    assert "pid " in alive["text"]
    post.leave()
    gone = found()["guard"]
    assert gone["level"] == "look"
    assert gone["text"].startswith("none since ")
    assert "console guard" in gone["hint"]


def test_a_guard_that_hangs_is_bad(console, found, post) -> None:
    past = datetime.now(UTC) - timedelta(minutes=3)
    assert post.take(past)
    post.report((), past)
    assert found()["guard"]["level"] == "bad"
    assert "silent for 3 min" in found()["guard"]["text"]
    assert console("doctor").code == 1


def test_a_freeze_in_a_zone_that_nobody_knows_is_bad(console, found, world) -> None:
    text = world.registry.read_text()
    freeze = '[routes.support.guard]\nfreeze = ["Fri 16:00-Mon 08:00 Europe/Atlantis"]\n\n[routes.summarise]'
    world.registry.write_text(text.replace("[routes.summarise]", freeze))
    assert found()["freeze"]["level"] == "bad"
    assert "Europe/Atlantis" in found()["freeze"]["text"]
    assert console("doctor").code == 3


def test_a_registry_that_is_broken_is_another_checks_finding(found, world) -> None:
    world.registry.write_text("schema = 1\n[routes")
    assert list(found()) == ["guard"]
