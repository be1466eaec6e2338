"""Whatever happens to the files while the console is open: it stays up, says so, and goes on when they are whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.history.store import History, beside


def edit(registry: Path, old: str, new: str) -> bytes:
    """Save the file as an editor does; returns what it then holds."""
    text = registry.read_text(encoding="utf-8")
    assert old in text
    beside_it = registry.with_name("registry.toml~")
    beside_it.write_text(text.replace(old, new), encoding="utf-8")
    beside_it.replace(registry)
    return registry.read_bytes()


def test_a_file_saved_while_a_dialog_is_open_is_not_overwritten(
    open_console: Callable[..., Any], registry: Path
) -> None:
    console = open_console()
    console.wait("r roll back")
    console.press("r")
    console.wait("Roll back  y")
    edited = edit(registry, 'description = "Replies to customer e-mail"', 'description = "Replies"')
    console.answer("y")
    console.wait("look again, then decide")
    assert registry.read_bytes() == edited
    console.press("r")
    console.wait("Roll back  y")
    console.answer("y")
    console.wait_for(lambda: b"canary_percentage = 0" in registry.read_bytes())
    assert b'description = "Replies"' in registry.read_bytes()


def test_a_change_by_hand_appears_and_enters_the_history(open_console: Callable[..., Any], registry: Path) -> None:
    console = open_console()
    console.wait(r"◆ canary +25 %")
    edit(registry, "canary_percentage = 25", "canary_percentage = 30")
    console.wait(r"◆ canary +30 %")
    console.wait(r"registry.toml: edited by hand")
    console.wait_for(lambda: History(beside(registry)).entries())
    assert [entry.actor for entry in History(beside(registry)).entries()] == ["external"]
    console.press("u")
    console.wait(r"Undo  y|Take back  y")
    console.answer("y")
    console.wait_for(lambda: b"canary_percentage = 25" in registry.read_bytes())


def test_a_read_only_console_tells_of_a_change_and_records_nothing(
    open_console: Callable[..., Any], registry: Path
) -> None:
    console = open_console("--read-only")
    console.wait(r"◆ canary +25 %")
    edit(registry, "canary_percentage = 25", "canary_percentage = 30")
    console.wait(r"edited by hand")
    assert not beside(registry).exists()


def test_a_change_by_another_person_is_told_with_the_name(
    open_console: Callable[..., Any], registry: Path, command: Callable[..., Any]
) -> None:
    console = open_console()
    console.wait(r"◆ canary +25 %")
    done = command("rollout", "support", "50", "--yes", "--reason", "looks good")
    assert done.returncode == 0, done.stderr
    console.wait(r"bob@laptop: ")
    console.wait(r"◆ canary +50 %")
    assert len(History(beside(registry)).entries()) == 1


def test_a_broken_registry_is_shown_and_survived(open_console: Callable[..., Any], registry: Path) -> None:
    console = open_console()
    console.wait(r"◆ canary +25 %")
    whole = registry.read_bytes()
    broken = edit(registry, "canary_percentage = 25", "canary_percentage = 500")
    console.wait(r"▲ registry.toml:8: .*must be between 0 and 100")
    console.press("r")
    console.wait("Nothing was written")
    assert registry.read_bytes() == broken
    registry.write_bytes(whole[: len(whole) // 2])
    console.wait(r"▲ registry.toml:\d+: .*has no table")
    registry.unlink()
    console.wait(r"▲ registry.toml: there is no such file")
    registry.write_bytes(whole)
    console.wait(lambda text: "▲" not in text and "◆ canary" in text)
    console.press("?")
    console.wait("Help")


def test_a_log_that_goes_away_comes_back(
    open_console: Callable[..., Any], traffic: Any, registry: Path, log: Path
) -> None:
    console = open_console()
    console.wait(r"WARMING UP|WATCHING")
    traffic.close()
    for path in log.parent.glob("requests.db*"):
        path.unlink()
    console.wait("× ERROR  there is no request log")
    log.write_bytes(b"this is no database " * 500)
    console.wait("is not an SQLite database")
    log.unlink()
    console.wait("there is no request log")
    console.press("r")
    console.wait("Roll back  y")
    console.answer("y")
    console.wait_for(lambda: b"canary_percentage = 0" in registry.read_bytes())


def test_a_locked_log_keeps_the_last_numbers(open_console: Callable[..., Any], traffic: Any, log: Path) -> None:
    console = open_console()
    console.wait(r"WARMING UP|WATCHING")
    traffic.close()
    holder = sqlite3.connect(log, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    console.press("?")
    console.wait("Help")
    console.press("\x1b")
    console.wait(lambda text: "requests" in text and "2 Live canary" in text)
    holder.execute("ROLLBACK")
    holder.close()
    console.press("q")
    assert console.end() == 0
