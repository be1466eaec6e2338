"""The request log: whether it can be read, how it is doing, and who may read it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from console.cli.checks.records import Check, failed, private
from console.domain.errors import EXIT_INVALID, LogInvalid, RegistryInvalid
from console.registry.reading import read
from console.text import words
from console.traffic.files import has_wal_fix, journal_reason, network_filesystem
from console.traffic.keys import key_path
from console.traffic.reading import LogHealth, LogMissing, LogReader
from console.traffic.upkeep import integrity
from console.view.no_data import unlisted


def log(path: Path, now: float) -> Iterator[Check]:
    """The request log at `path`, at epoch second `now`."""
    if network := network_filesystem(path.absolute().parent):
        hint = "SQLite's locks do not hold there: keep the request log on a local disk."
        yield Check("place", "bad", f"{path.parent} is on a network file system ({network})", hint, {}, EXIT_INVALID)
    yield from _aside(path)
    reader = LogReader(path)
    try:
        health = reader.health(now)
    except LogMissing as missing:
        yield Check("log", "none", missing.message, missing.hint)
        return
    except LogInvalid as error:
        yield failed("log", error)
        return
    finally:
        reader.close()
    yield from _health(health, now)
    found = integrity(path)
    if found:
        hint = "Writers move a corrupt log aside and begin a new one; nothing is deleted."
        yield Check("integrity", "bad", found[0], hint, {"problems": list(found)}, EXIT_INVALID)
    else:
        yield Check("integrity", "good", "sound")
    yield from _permissions(path)


def routes(path: Path, registry: Path) -> Iterator[Check]:
    """Whether the registry has every route that applications ask for. Says nothing where either cannot be read."""
    reader = LogReader(path)
    try:
        others = unlisted(reader, read(registry).registry.routes)
    except (LogInvalid, RegistryInvalid):
        return
    finally:
        reader.close()
    if others:
        hint = "They get the router's default: name the route so in the registry, or ask for one that it has."
        yield Check("routes", "look", f"requests came for {others}, which {registry.name} lacks", hint)


def _health(health: LogHealth, now: float) -> Iterator[Check]:
    facts = {name: getattr(health, name) for name in map(str, health.__match_args__) if name != "path"}
    text = f"{health.path}: {words.count(health.rows)} rows kept of {words.count(health.requests)}, {_size(health)}"
    yield Check("log", "good", text, facts=facts)
    if health.oldest_at is not None and health.newest_at is not None:
        yield Check("rows", "good", f"from {_utc(health.oldest_at)} to {_utc(health.newest_at)} UTC")
    yield _journal(health)
    writers = words.plural(health.writers, "process writes", "processes write")
    last = "" if health.last_commit_at is None else f", last commit {words.ago(now - health.last_commit_at)}"
    yield Check("writers", "good" if health.writers else "none", writers + last)
    if health.dropped or health.lost_feedback:
        text = f"{words.count(health.dropped)} requests, {words.count(health.lost_feedback)} ratings"
        hint = "Dropped because the log could not be written in time: a full disk, a lock, or too slow a disk."
        yield Check("dropped", "look", text, hint)
    else:
        yield Check("dropped", "good", "nothing")


def _journal(health: LogHealth) -> Check:
    wanted, why = journal_reason()
    if health.journal_mode == "wal" and not has_wal_fix(sqlite3.sqlite_version_info):
        hint = "Upgrade SQLite, or stop all writers and run: PRAGMA journal_mode = truncate"
        return Check("journal", "bad", f"wal, but {why}: several writers can corrupt it", hint)
    text = health.journal_mode if health.journal_mode != wanted else f"{wanted}: {why}"
    return Check("journal", "good", text)


def _permissions(path: Path) -> Iterator[Check]:
    if mode := private("permissions", path, "look"):
        yield mode
    key = key_path(path)
    found = private("user key", key, "bad")
    if found is None:
        hint = "A new one is made by the next request; users are then counted anew."
        yield Check("user key", "look", f"{key} is missing", hint)
    else:
        yield found


def _aside(path: Path) -> Iterator[Check]:
    """Corrupt logs that a writer put aside."""
    names = sorted(file.name for file in path.absolute().parent.glob(f"{path.name}.corrupt-*"))
    names = [name for name in names if not name.endswith(("-journal", "-wal", "-shm"))]
    if names:
        hint = "What can be saved: sqlite3 FILE .recover; delete it when it is not needed."
        yield Check("put aside", "look", f"{len(names)} corrupt: {names[-1]}", hint, {"files": names})


def _size(health: LogHealth) -> str:
    megabytes = health.size_bytes / 1e6
    return f"{megabytes:,.1f} MB" if megabytes >= 0.1 else f"{health.size_bytes / 1e3:,.0f} kB"


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
