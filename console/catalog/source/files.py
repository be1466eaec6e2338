"""Which files are worth reading: git's own search where there is git, else a walk that minds .gitignore."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from functools import cache

from console.catalog.source.languages import STEMS, grammar_of
from console.catalog.source.records import Skipped

LARGEST_BYTES = 1_000_000
_LEFT_OUT = (
    r"(?:^|/)(?:node_modules|bower_components|vendor|third_party|site-packages|dist|build|target|out|\.git|\.hg|\.venv"
    r"|venv|\.tox|__pycache__|\.next|\.terraform|coverage|\.console"
    r"|\.[\w.-]*cache)/"
    r"|(?:^|/)(?:package|package-lock|npm-shrinkwrap|composer|tsconfig[\w.]*)\.json$"
    r"|(?:\.min\.[cm]?js|\.bundle\.js|[.-]lock(?:\.\w+)?|\.d\.ts)$"
)
_TESTS = (
    r"(?:^|/)(?:tests?|testing|__tests__|specs?|fixtures?|testdata|test_data|__fixtures__|__mocks__|mocks|cassettes"
    r"|__snapshots__|snapshots|e2e)/|(?:^|/)(?:test_[^/]*|conftest)\.py$|_test\.(?:py|go|rb|exs)$|_spec\.rb$"
    r"|\.(?:test|spec|stories)\.[cm]?[jt]sx?$|Tests?\.(?:java|kt|cs|php|swift)$"
)
_NEEDLES = tuple(stem.encode() for stem in STEMS)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: a check of one file that is named never is."""
    return re.compile(pattern)


def is_test(path: str) -> bool:
    """Whether a file is a test or belongs to one, by its path."""
    return _compiled(_TESTS).search(path) is not None


def left_out(path: str, tests: bool = False) -> bool:
    """Whether a file that was found in a folder is left out: generated, vendored, of no known language, or a test."""
    return not grammar_of(path) or _compiled(_LEFT_OUT).search(path) is not None or (not tests and is_test(path))


def listed(paths: Sequence[str], *, tests: bool = False) -> tuple[list[str], list[Skipped]]:
    """The files under `paths` that may hold an id, as the person would name them, and the paths that lead nowhere.

    A file that is named itself is taken whatever its folder says.
    """
    found: list[str] = []
    skipped: list[Skipped] = []
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - pathlib costs more than this whole function for 10,000 files
            inside = _by_git(path)
            names = _by_walking(path) if inside is None else inside
            found += [_joined(path, name) for name in names if not left_out(name, tests)]
        elif why := _no_file(path):
            skipped.append(Skipped(path, why))
        elif grammar_of(path):
            found.append(path)
    return list(dict.fromkeys(found)), skipped


def _no_file(path: str) -> str:
    """Why nothing is read at `path`, "" where there is a file: a pipe can be read once, a device for ever."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except (OSError, ValueError):
        return "there is no such file"
    if stat.S_ISREG(mode):
        return ""
    kind = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
    return f"is {kind}, and only files and folders are read"


def text_of(path: str) -> str | Skipped:
    """The text of a file, or why there is none: not readable, not a file, too large, binary."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return Skipped(path, getattr(error, "strerror", None) or "cannot be read")
    try:
        data = _bytes(descriptor)
    except OSError as error:
        return Skipped(path, error.strerror or "cannot be read")
    finally:
        os.close(descriptor)
    if len(data) > LARGEST_BYTES:
        return Skipped(path, "is larger than 1 MB")
    if b"\0" in data[:8_000]:
        return Skipped(path, "is not text")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _bytes(descriptor: int) -> bytes:
    chunks = []
    size = 0
    while size <= LARGEST_BYTES and (chunk := os.read(descriptor, LARGEST_BYTES + 1 - size)):
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)


def _joined(folder: str, name: str) -> str:
    return name if folder in (".", "") else f"{folder.rstrip('/')}/{name}"


def _by_git(folder: str) -> list[str] | None:
    """What git finds under `folder`: tracked and untracked files, not the ignored ones. None without git's help.

    Fixed strings in git's own threads are an order of magnitude faster than opening every file from here.
    """
    # No file system monitor: it is a command that the repository's own settings may choose.
    search = ["git", "-C", folder, "-c", "core.fsmonitor=false", "grep", "-lzIF", "--no-color", "--untracked"]
    for needle in STEMS:
        search += ["-e", needle]
    code, out = _output([*search, "--", "."])
    if code not in (0, 1):
        return None
    return sorted(os.fsdecode(name) for name in out.split(b"\0") if name)


def _output(command: list[str]) -> tuple[int, bytes]:
    """Exit code and stdout of a command, stderr thrown away. `subprocess` alone would cost a tenth of a short check."""
    inward, outward = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, outward, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
    ]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        child = os.posix_spawnp(command[0], command, environment, file_actions=actions)
    except OSError:
        os.close(inward)
        return 127, b""
    finally:
        os.close(outward)
    with open(inward, "rb") as pipe:  # noqa: PTH123 - a descriptor, not a path
        out = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), out


def _by_walking(folder: str) -> list[str]:
    return sorted(name for name in _walk(folder) if _may_hold_ids(_joined(folder, name)))


def _walk(folder: str) -> Iterator[str]:
    from console.catalog.source.ignoring import Ignored

    ignored = Ignored(folder)
    for parent, folders, names in os.walk(folder):
        here = os.path.relpath(parent, folder)
        prefix = "" if here == "." else f"{here}/"
        ignored.enter(prefix)
        folders[:] = [
            name for name in sorted(folders) if name != ".git" and not ignored.covers(f"{prefix}{name}", True)
        ]
        for name in names:
            path = f"{prefix}{name}"
            if grammar_of(name) and not ignored.covers(path, False):
                yield path


def _may_hold_ids(path: str) -> bool:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except OSError:
        return True  # reading it again says why it cannot be read
    return any(needle in data for needle in _NEEDLES)


def shown(path: str) -> str:
    """A path as it may be put into a report: bytes that are not text become visible."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
