"""How a running router follows its file: in time, never half, and never to a worse place than where it was."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.routing.router import Router

DEFAULT = "gpt-4.1-mini-2025-04-14"
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"

MakeRouter = Callable[..., Router]
Write = Callable[..., None]
Until = Callable[..., None]
Text = Callable[..., str]


def production(router: Router) -> str:
    return router.select("support", None).model


def test_a_change_is_served_within_the_poll_interval_and_50_ms(make: MakeRouter, write: Write, until: Until) -> None:
    """0.4 s on top of the promise, for a machine that is busy with other things."""
    write()
    router = make(poll_s=0.3)
    for model in (NEW, OLD, NEW):
        write(production=model, canary=None)
        start = time.monotonic()
        until(lambda model=model: production(router) == model)
        assert time.monotonic() - start <= 0.3 + 0.05 + 0.4


def test_the_first_answer_is_the_registrys(make: MakeRouter, write: Write) -> None:
    write()
    assert production(make(poll_s=60)) == OLD


def test_a_file_with_an_older_time_is_a_change_too(
    make: MakeRouter, write: Write, until: Until, path: Path, text: Text
) -> None:
    write()
    router = make()
    part = path.with_name("older")
    part.write_text(text(production=NEW, canary=None))
    os.utime(part, (1_000_000_000, 1_000_000_000))
    part.replace(path)
    until(lambda: production(router) == NEW)


def test_an_invalid_file_changes_nothing_and_is_told(make: MakeRouter, write: Write, until: Until, path: Path) -> None:
    write()
    router = make()
    before = router.status()
    write("this is not a registry")
    until(lambda: router.status().problem)
    assert production(router) == OLD
    status = router.status()
    assert (status.source, status.sha256) == ("registry", before.sha256)
    assert str(path) in status.problem


def test_a_repaired_file_is_served_and_the_problem_is_gone(make: MakeRouter, write: Write, until: Until) -> None:
    write()
    router = make()
    write("")
    until(lambda: router.status().problem)
    write()
    until(lambda: not router.status().problem)
    write("")
    until(lambda: router.status().problem)
    write(production=NEW, canary=None)
    until(lambda: production(router) == NEW)
    assert router.status().problem == ""


def test_a_removed_route_gets_the_default_and_a_new_one_its_model(make: MakeRouter, write: Write, until: Until) -> None:
    write()
    router = make()
    assert router.select("plain", "user").model == "plain-2026-01-01"
    write(
        f'schema = 1\n[routes.fresh]\nproduction = "{NEW}"\n[models."{NEW}"]\npinned_date = 2026-05-15\nreason = "x"\n'
    )
    until(lambda: router.select("fresh", "user").model == NEW)
    assert router.select("plain", "user").model == DEFAULT


def test_users_are_asked_anew_when_the_percentage_changes(make: MakeRouter, write: Write, until: Until) -> None:
    write(percentage=100)
    router = make()
    assert router.select("support", "user").model == NEW
    write(percentage=0, held="errors")
    until(lambda: router.select("support", "user").model == OLD)


def test_the_last_good_copy_serves_when_the_file_is_broken_at_the_start(
    make: MakeRouter, write: Write, until: Until
) -> None:
    write()
    make().close()
    write("production = ")
    router = make()
    assert production(router) == OLD
    assert router.status().source == "last known good"
    assert router.status().age_s is None
    assert router.status().problem
    write()
    until(lambda: router.status().source == "registry")
    assert router.status().problem == ""


def test_the_copy_is_the_last_registry_that_was_accepted(make: MakeRouter, write: Write, until: Until) -> None:
    write()
    router = make()
    write(production=NEW, canary=None)
    until(lambda: production(router) == NEW)
    router.close()
    write("")
    assert production(make()) == NEW


def test_without_a_file_and_without_a_copy_the_default_serves(make: MakeRouter, write: Write, until: Until) -> None:
    router = make()
    choice = router.select("support", "user")
    assert (choice.model, choice.why, choice.rollout) == (DEFAULT, "default", "")
    assert (router.status().source, router.status().sha256) == ("default", "")
    write()
    until(lambda: router.select("support", "user").why == "bucket")


def test_a_cache_that_cannot_be_written_is_told_and_fails_nothing(
    make: MakeRouter, write: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write()
    (tmp_path / "occupied").write_text("a file, not a directory")
    with caplog.at_level(logging.WARNING, "console.router"):
        router = make(cache_dir=tmp_path / "occupied" / "cache")
    assert production(router) == OLD
    assert ["no copy of" in record.getMessage() for record in caplog.records] == [True]


def test_a_cause_is_logged_once(make: MakeRouter, write: Write, until: Until, caplog: pytest.LogCaptureFixture) -> None:
    write()
    with caplog.at_level(logging.WARNING, "console.router"):
        router = make()
        for _ in range(50):
            router.select("nowhere", "user")
        until(lambda: caplog.records)
        write("[")
        until(lambda: len(caplog.records) == 2)
        for _ in range(50):
            router.select("nowhere", "user")
        until(lambda: not router._complaints._noted)
        router.close()
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert "'nowhere'" in messages[0]
    assert "is not valid TOML" in messages[1]


def test_select_never_waits_for_a_log_handler(make: MakeRouter, write: Write) -> None:
    """A handler may hang on a full disk; the request that met an unknown route may not."""
    write()
    router = make()
    entered, release = threading.Event(), threading.Event()

    class Hanging(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            entered.set()
            release.wait(10)

    handler = Hanging()
    logging.getLogger("console.router").addHandler(handler)
    try:
        router.select("nowhere", "user")
        assert entered.wait(5)
        answers: list[Any] = []
        asking = threading.Thread(target=lambda: answers.append(router.select("elsewhere", "user")))
        asking.start()
        asking.join(2)
        assert [choice.model for choice in answers] == [DEFAULT]
    finally:
        release.set()
        logging.getLogger("console.router").removeHandler(handler)


def test_status_says_how_old_the_answer_is(make: MakeRouter, write: Write, until: Until) -> None:
    now = [1_000.0]
    write()
    router = make(clock=lambda: now[0])
    assert router.status().age_s == 0.0
    router.close()
    now[0] += 75.0
    assert router.status().age_s == 75.0
    assert not router.status().watching


def test_the_age_stays_small_while_the_file_is_good_and_grows_while_it_is_not(
    make: MakeRouter, write: Write, until: Until
) -> None:
    now = [1_000.0]
    write()
    router = make(clock=lambda: now[0])
    now[0] += 5.0
    until(lambda: router.status().age_s == 0.0)
    write("")
    until(lambda: router.status().problem)
    now[0] += 5.0
    assert router.status().age_s == 5.0


def test_a_closed_router_answers_and_follows_nothing(make: MakeRouter, write: Write) -> None:
    write()
    with make() as router:
        assert router.status().watching
    write(production=NEW, canary=None)
    assert production(router) == OLD
    assert router.select("support", "user").why == "bucket"
    assert not [thread for thread in threading.enumerate() if thread is router._thread]


def test_a_router_that_nobody_holds_ends_its_thread(write: Write, path: Path, tmp_path: Path, until: Until) -> None:
    write()
    router = Router(path, DEFAULT, poll_s=0.02, cache_dir=tmp_path / "cache", environment={})
    thread, gone = router._thread, weakref.ref(router)
    assert thread is not None
    del router
    until(lambda: gc.collect() >= 0 and gone() is None and not thread.is_alive())


def test_a_router_that_gets_no_thread_answers_and_tries_again(
    make: MakeRouter, write: Write, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    write()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        router = make()
        assert router.select("support", "user").why == "bucket"
        assert not router.status().watching
    assert router.select("support", "user").why == "bucket"
    assert router.status().watching
    write(production=NEW, canary=None)
    until(lambda: production(router) == NEW)


def test_the_thread_outlives_a_fault_that_nobody_thought_of(
    make: MakeRouter, write: Write, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(pause: object) -> None:
        raise MemoryError("no memory")

    write()
    router = make()
    monkeypatch.setattr(router._looker, "look", fail)
    until(lambda: "MemoryError" in router.status().problem)
    assert production(router) == OLD
    monkeypatch.undo()
    write(production=NEW, canary=None)
    until(lambda: production(router) == NEW)
    assert router.status().problem == ""


def test_a_router_can_be_made_whatever_reading_does(
    make: MakeRouter, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    write()
    with monkeypatch.context() as patch:
        patch.setattr("console.routing.looking.parse", fail)
        router = make(poll_s=60)
    assert production(router) == DEFAULT
    assert "RecursionError" in router.status().problem


@pytest.mark.parametrize("path", ["", "\0", "x" * 5_000, "\ud800", "/", "/dev/null", b"bytes"], ids=range(7))
def test_a_path_that_leads_nowhere_gives_the_default(make: MakeRouter, path: str) -> None:
    assert production(make(path=path)) == DEFAULT


def test_a_fault_that_passes_leaves_no_problem_behind(
    make: MakeRouter, write: Write, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing about the file changed, so only another look can tell that all is well."""

    def fail(pause: object) -> None:
        raise MemoryError("no memory")

    write()
    router = make()
    monkeypatch.setattr(router._looker, "look", fail)
    until(lambda: "MemoryError" in router.status().problem)
    until(lambda: not router.status().problem)
    assert production(router) == OLD


@pytest.mark.parametrize("cache", ["\0", "\ud800", "x" * 5_000, "/dev/null/cache"], ids=range(4))
def test_a_cache_directory_that_is_none_keeps_the_registry(make: MakeRouter, write: Write, cache: str) -> None:
    write()
    router = make(cache_dir=cache)
    assert production(router) == OLD
    assert router.status().problem == ""
    router.close()
    write("")
    assert production(make(cache_dir=cache)) == DEFAULT
