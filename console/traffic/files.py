"""The log as a file: opening it safely, telling ours from another program's, and putting a corrupt one aside."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from pathlib import Path

from console.domain.errors import LogInvalid
from console.domain.record import record
from console.traffic.schema import APPLICATION_ID

_MAGIC = b"SQLite format 3\0"
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs"}
_FILES = ("-journal", "-wal", "-shm", "")
"""Moved in this order: once the log itself is gone another process may make a new one with journals of its own."""
MOUNTS = Path("/proc/self/mounts")

Version = tuple[int, ...]
Identity = tuple[int, int]


def has_wal_fix(version: Version) -> bool:
    """Whether this SQLite can share a WAL file among processes without the WAL-reset race (sqlite.org/wal.html).

    The race can corrupt a database when one connection checkpoints while another commits; it is in 3.7.0 to 3.51.2
    and fixed in 3.51.3, 3.50.7 and 3.44.6.
    """
    if version >= (3, 51, 3):
        return True
    return version[:2] in ((3, 50), (3, 44)) and version >= {50: (3, 50, 7), 44: (3, 44, 6)}[version[1]]


def journal_reason(version: Version = sqlite3.sqlite_version_info) -> tuple[str, str]:
    """The journal mode a new log gets here, and why."""
    number = ".".join(map(str, version[:3]))
    if has_wal_fix(version):
        return "wal", f"SQLite {number} has the fix of the WAL-reset race"
    return "truncate", f"SQLite {number} lacks the fix of the WAL-reset race (3.51.3, 3.50.7, 3.44.6)"


@record
class Look:
    """What a path holds before SQLite has seen it. `kind` is `missing`, `empty`, `log`, `foreign`."""

    kind: str
    why: str = ""


def look(path: Path) -> Look:
    """Reads the first 100 bytes of `path` to tell a request log from anything else; opens nothing with SQLite."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                return Look("foreign", "is not a file")  # a pipe without a writer would be waited for, for ever
            head = os.read(descriptor, 100)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        return Look("missing")
    except OSError as error:
        return Look("foreign", f"cannot be read: {error.strerror}")
    if not head:
        return Look("empty")
    if not head.startswith(_MAGIC):
        return Look("foreign", "is not an SQLite database")
    number = int.from_bytes(head[68:72], "big")
    pages = int.from_bytes(head[28:32], "big")
    if number == APPLICATION_ID or (number == 0 and pages <= 1):
        return Look("log" if number else "empty")
    return Look("foreign", "is another program's SQLite database")


def identity(path: Path) -> Identity | None:
    """Device and inode of the file at `path`: changes when the file is replaced. None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - on the writer's path before every commit
    except OSError:
        return None
    return status.st_dev, status.st_ino


def network_filesystem(path: Path, mounts: Path = MOUNTS) -> str:
    """The type of the network file system `path` is on, or "". SQLite's locks cannot be relied on there."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = os.path.realpath(path)
    best, kind = "", ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind if kind in _NETWORK else ""


def connect_writer(path: Path, *, busy_s: float, version: Version = sqlite3.sqlite_version_info) -> sqlite3.Connection:
    """A connection that writes the log at `path`, made with mode 0600 if it is missing.

    Raises:
        LogInvalid: the path holds something else, or is on a network file system. Nothing was touched then.
        sqlite3.Error, OSError: it cannot be opened now.
    """
    found = look(path)
    if found.kind == "foreign":
        raise LogInvalid(f"{path} {found.why}", "Give the request log a path of its own.")
    network = network_filesystem(path.parent)
    if network:
        raise LogInvalid(
            f"{path} is on a network file system ({network}), where SQLite's locks do not hold",
            "Keep the request log on a local disk.",
        )
    if found.kind == "missing":
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite would create it readable for all; its journals take the mode of the file they belong to.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(path, timeout=busy_s, isolation_level=None, cached_statements=64, check_same_thread=False)
    try:
        _configure(db, journal_reason(version)[0], fresh=found.kind in ("missing", "empty"))
    except BaseException:
        db.close()
        raise
    return db


def _configure(db: sqlite3.Connection, wanted: str, *, fresh: bool) -> None:
    """Only a new log is put into WAL: processes with different SQLite versions must not switch it to and fro."""
    mode = db.execute("PRAGMA journal_mode").fetchone()[0]
    if wanted == "truncate" or (fresh and mode != "wal"):
        db.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA journal_size_limit = 16777216")
    db.execute("PRAGMA mmap_size = 0")
    db.execute("PRAGMA cache_size = -8000")
    db.execute("PRAGMA temp_store = MEMORY")


def put_aside(path: Path, seen: Identity | None) -> Path | None:
    """Renames the corrupt log and its journals to `<name>.corrupt-<time>`; nothing is deleted.

    Does nothing (None) when the file is no longer the one that was `seen`: another process was faster.
    """
    if seen is None or identity(path) != seen:
        return None
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = path.with_name(f"{path.name}.corrupt-{stamp}-{os.getpid()}")
    for side in _FILES:
        source = path.with_name(path.name + side)
        if source.exists():
            source.rename(target.with_name(target.name + side))
    return target
