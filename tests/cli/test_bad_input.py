"""Registries, logs and arguments that are wrong: one clear message, the right exit code, nothing lost."""

from __future__ import annotations

import os
import sqlite3
import threading

import pytest

REGISTRIES = {
    "empty": (b"", "registry.toml: is empty"),
    "only white space": (b"\n \n", "registry.toml: is empty"),
    "half written": (b'schema = 1\n[routes.support]\nproduction = "claude-', "registry.toml:3: is not valid TOML"),
    "no TOML": (b"schema: 1\n", "registry.toml:1: is not valid TOML"),
    "merge conflict": (b"schema = 1\n<<<<<<< HEAD\n", "registry.toml:2: merge conflict marker"),
    "a NUL byte": (b"schema = 1\n\0", "registry.toml:2: contains a NUL byte"),
    "UTF-16": ("schema = 1".encode("utf-16"), "registry.toml:1: is UTF-16"),
    "Latin-1": (b'schema = 1\nx = "\xe9"\n', "registry.toml:2: byte 0xe9 is not UTF-8"),
}
READS = [("status",), ("compare", "hello", "--stand-in"), ("doctor",), ("rollback", "support", "--yes")]


@pytest.mark.parametrize(("data", "message"), REGISTRIES.values(), ids=REGISTRIES)
@pytest.mark.parametrize("words", READS, ids=[words[0] for words in READS])
def test_an_unreadable_registry_is_one_message_with_its_line(console, world, data, message, words) -> None:
    world.registry.write_bytes(data)
    result = console(*words)
    assert result.code == 3
    assert message in result.err + result.out
    assert "Traceback" not in result.err
    assert world.registry.read_bytes() == data
    assert not world.history.exists()


@pytest.mark.parametrize("words", [("status",), ("rollback", "support", "--yes"), ("undo", "--yes"), ("hold", "x")])
def test_only_what_writes_says_that_nothing_was_written(console, world, words) -> None:
    world.registry.write_text("schema = 1\n[routes.support]\nproduction = 5\n")
    said = console(*words).err
    assert said.count("Nothing was written.") == (words[0] != "status")
    assert "Correct the file, or take its last good version from version control." in said


@pytest.mark.parametrize("words", READS, ids=[words[0] for words in READS])
def test_a_missing_registry_says_what_to_do(console, world, words) -> None:
    world.registry.unlink()
    result = console(*words)
    assert result.code == 3
    said = result.err + result.out
    assert "registry.toml: there is no such file" in said
    assert "--registry" in said


def test_every_problem_of_a_registry_is_listed_with_its_line(console, world) -> None:
    world.edit("canary_percentage = 5", "canary_percentage = 500")
    world.edit('experimental = "gpt-5.4-mini-2026-03-17"', "experimental = 7")
    result = console("status")
    assert result.code == 3
    lines = world.registry.read_text().splitlines()
    percentage = lines.index("canary_percentage = 500") + 1
    experimental = lines.index("experimental = 7") + 1
    assert f"registry.toml:{percentage}: routes.support.canary_percentage: must be between 0 and 100" in result.err
    assert f"registry.toml:{experimental}: routes.summarise.experimental" in result.err


def test_a_directory_in_the_place_of_the_registry(console, world) -> None:
    world.registry.unlink()
    world.registry.mkdir()
    result = console("status")
    assert result.code == 3
    assert "is a directory, not a file" in result.err


@pytest.mark.parametrize("words", READS, ids=[words[0] for words in READS])
def test_the_root_folder_in_the_place_of_the_registry(console, world, words) -> None:
    result = console(*words, "--registry", "/")
    assert result.code == 3
    assert "/: is a directory, not a file" in result.err + result.out


def test_a_history_of_a_mistyped_registry_is_not_an_empty_history(console, world) -> None:
    assert console("history", "--registry", "registri.toml").code == 3


def a_foreign_database(path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE invoices (total)")
        db.execute("INSERT INTO invoices VALUES (1)")
    db.close()


def a_text_file(path) -> None:
    path.write_text("just some text\n" * 100)


def a_directory(path) -> None:
    path.mkdir()


def a_pipe(path) -> None:
    os.mkfifo(path)


LOGS = {
    "a pipe": (a_pipe, "is not a file"),
    "another program's": (a_foreign_database, "is another program's SQLite database"),
    "no database": (a_text_file, "is not an SQLite database"),
    "a directory": (a_directory, "cannot be read"),
}


@pytest.mark.parametrize(("make", "message"), LOGS.values(), ids=LOGS)
@pytest.mark.parametrize("verb", ["status", "doctor"])
def test_a_log_that_is_none_is_told_and_left_alone(console, world, make, message, verb) -> None:
    make(world.log)
    before = world.files()
    result = console(verb)
    assert result.code == 3
    assert message in result.err + result.out
    assert "path of its own" in result.err + result.out
    assert world.files() == before


def test_status_still_shows_the_registry_beside_an_unreadable_log(console, world) -> None:
    a_text_file(world.log)
    result = console("status")
    assert "claude-sonnet-4-5-20250929  95 %" in result.out
    assert "support  ERROR" in result.out


def test_a_corrupt_log_is_told(console, world) -> None:
    world.record(300)
    data = bytearray(world.log.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    world.log.write_bytes(data)
    for verb in ("status", "doctor"):
        result = console(verb)
        assert result.code == 3
        assert "corrupt" in result.err + result.out
    assert world.log.read_bytes() == bytes(data)


def test_a_locked_log_is_told(console, world) -> None:
    world.record(100)
    holder = sqlite3.connect(world.log, isolation_level=None, check_same_thread=False)
    try:
        holder.execute("PRAGMA journal_mode = delete")
        holder.execute("BEGIN EXCLUSIVE")
        result = console("status")
        assert result.code == 3
        assert "is locked by another process" in result.err
        assert "claude-sonnet-4-5-20250929  50 %" in result.out
    finally:
        holder.close()
    assert console("status").code == 0


def test_an_empty_log_is_no_requests_yet(console, world) -> None:
    world.log.touch()
    result = console("status")
    assert result.code == 0
    assert "NO DATA" in result.out
    assert "RequestLog" in result.err


def test_a_locked_registry_names_who_holds_it(console, world, monkeypatch) -> None:
    from console.registry.locking import hold

    monkeypatch.setattr("console.registry.writing.hold", lambda target, name, *_: hold(target, name, timeout_s=0.2))
    held, done = threading.Event(), threading.Event()

    def keep() -> None:
        with hold(world.registry, "registry.toml"):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        assert held.wait(10)
        result = console("rollout", "support", "25", "--yes")
        assert result.code == 1
        assert "is being written by" in result.err
    finally:
        done.set()
        thread.join()
    assert console("rollout", "support", "25", "--yes").code == 0


def test_a_misspelt_verb_names_the_nearest(console, world) -> None:
    result = console("stauts")
    assert result.code == 2
    assert "did you mean 'status'?" in result.err


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("status", "--frob"),
        ("promote",),
        ("pin", "support", "canary", "x"),
        ("history", "--limit", "0"),
    ],
)
def test_a_wrong_call_is_a_usage_error_on_stderr(console, world, words) -> None:
    result = console(*words)
    assert result.code == 2
    assert result.out == ""
    assert "Usage: console" in result.err


def test_a_defect_is_one_line_and_no_failed_check(console, world, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        secret = "sk-secret"
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("console.cli.verbs.status.Lookout", broken)
    result = console("status")
    assert result.code == 4
    assert "a defect in the console: ZeroDivisionError at test_bad_input.py:" in result.err
    assert "sk-secret" not in result.err
    monkeypatch.setenv("CONSOLE_TRACEBACK", "1")
    assert "in broken" in console("status").err
