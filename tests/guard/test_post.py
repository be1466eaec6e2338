"""The post: one guard has it, everybody sees who, and a lock file that is taken away gives it up."""

from __future__ import annotations

import json
import os
import threading
from datetime import timedelta

import pytest

from console.domain.errors import Refused
from console.guard.post import Intent, Post, holder, last_report, lock_path, report_path
from console.guard.watching import watch

SETUP = {"log": "/data/a.db", "alerts": "slack"}


@pytest.fixture
def post(world):
    made = Post(world.registry, SETUP)
    yield made
    made.leave()


def test_one_has_it(world, post) -> None:
    other = Post(world.registry, SETUP)
    assert post.take(world.now)
    assert post.held
    assert not other.take(world.now)
    assert not other.held
    post.leave()
    assert other.take(world.now)
    other.leave()


def test_everybody_sees_who_and_what_comes_next(world, post) -> None:
    assert holder(world.registry) is None
    post.take(world.now)
    later = world.now + timedelta(hours=1)
    intents = [Intent("support", "nothing", "raises to 50 % if it still passes", later), Intent("a", "hold", "why")]
    post.report(intents, world.now)
    found = holder(world.registry)
    assert found is not None
    assert (found.pid, found.since, found.beat, found.setup) == (os.getpid(), world.now, world.now, SETUP)
    assert found.intents == tuple(intents)
    assert found.name.startswith(f"pid {os.getpid()} on ")
    assert not found.is_stale(world.now + timedelta(seconds=14))
    assert found.is_stale(world.now + timedelta(seconds=16))
    post.leave()
    assert holder(world.registry) is None
    assert last_report(world.registry) == found


def test_it_is_written_when_something_changed_or_as_a_sign_of_life(world, post) -> None:
    post.take(world.now)
    intent = Intent("support", "nothing", "watches")
    post.report([intent], world.now)
    first = report_path(world.registry).stat().st_ino
    post.report([intent], world.now + timedelta(seconds=4))
    assert report_path(world.registry).stat().st_ino == first
    post.report([intent], world.now + timedelta(seconds=5))
    assert holder(world.registry).beat == world.now + timedelta(seconds=5)
    post.report([Intent("support", "hold", "why")], world.now + timedelta(seconds=6))
    assert holder(world.registry).intents[0].kind == "hold"
    post.report([Intent("support", "hold", "why")], world.now - timedelta(hours=1))
    assert holder(world.registry).beat == world.now - timedelta(hours=1)
    assert [path.name for path in world.folder.glob(".registry.guard*")] == []


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'{"host": 1}', b"\xff\xfe", json.dumps({"host": "h", "pid": "x"}).encode()],
)
def test_a_report_that_is_none_is_no_report(world, post, data) -> None:
    post.take(world.now)
    report_path(world.registry).write_bytes(data)
    assert holder(world.registry) is None


def test_a_lock_file_that_was_taken_away_is_the_post_lost(world, post) -> None:
    post.take(world.now)
    lock_path(world.registry).unlink()
    assert not post.held
    other = Post(world.registry, SETUP)
    assert other.take(world.now)
    other.leave()


def test_the_post_of_a_link_is_that_of_the_file(world, post, tmp_path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.toml"
    link.symlink_to(world.registry)
    post.take(world.now)
    assert not Post(link, SETUP).take(world.now)


def test_two_that_were_started_differently_say_so(world, post) -> None:
    post.take(world.now)
    post.report([], world.now)
    other = Post(world.registry, {"log": "/data/b.db", "alerts": "slack"})
    assert other.differences(holder(world.registry)) == ("log: /data/a.db there, /data/b.db here",)


def test_a_folder_that_takes_no_lock_is_said_and_tried_again(world, monkeypatch) -> None:
    said, rounds, stop = [], [], threading.Event()

    class Watched:
        def round(self):
            rounds.append(1)
            stop.set()
            return ()

    class Refusing(Post):
        tries = 0

        def take(self, now):
            Refusing.tries += 1
            if Refusing.tries < 3:
                raise Refused("registry.guard.lock cannot be locked: no space left on device")
            return super().take(now)

    monkeypatch.setattr("console.guard.watching._until_next", lambda now: 0.0)
    post = Refusing(world.registry, SETUP)
    watch(Watched(), post, world.registry, stop, clock=lambda: world.now, say=said.append)
    assert rounds == [1]
    assert said == [
        "nobody guards: registry.guard.lock cannot be locked: no space left on device",
        "the post is free again: this guard has it",
    ]
    assert not post.held
    assert holder(world.registry) is None
