"""Reading the registry file: bytes become a Snapshot, or one clear error with file and line.

Standard library only, because it runs inside other people's servers. `tomllib` alone decides what is valid TOML, and
"it parses" is not enough: a quarter of all truncations of a registry still parse, so the validator has the last word.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from console.domain.errors import Problem, RegistryInvalid
from console.domain.record import record
from console.domain.registry import Registry
from console.domain.validate import DEEPEST, check
from console.registry.scanning import line_of, scan

LARGEST_BYTES = 5_000_000
BOM = b"\xef\xbb\xbf"
_MARKER = re.compile(r"^(?:<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE)
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)\Z")
_TOO_DEEP = f"tables and lists are nested deeper than {DEEPEST} levels"
_HINT_MISSING = "Write one with `console init`, or name another with --registry."
_HINT_FIX = "Correct the file, or take its last good version from version control."


@record
class Snapshot:
    """The registry file at one moment. `path` is the file itself, `name` what the person calls it.

    `data` are the bytes as they are on disk, `sha256` their hex digest, `plain` what `tomllib` reads in them.
    """

    path: Path
    name: str
    data: bytes
    sha256: str
    plain: Mapping[str, Any]
    registry: Registry
    warnings: tuple[Problem, ...] = ()


def digest(data: bytes) -> str:
    """The hex SHA-256 by which a version of the file is known."""
    return hashlib.sha256(data).hexdigest()


def resolve(path: str | Path) -> Path:
    """The file behind symbolic links. A loop stays as it is, and fails when it is opened."""
    return Path(os.path.realpath(path))


def read(path: str | Path) -> Snapshot:
    """The registry at `path`. Raises RegistryInvalid with every problem found, each with its line."""
    name = os.fspath(path)
    target = resolve(path) if "\0" not in name else Path(name)
    return parse(read_bytes(target, name), name, target)


def read_bytes(target: Path, name: str) -> bytes:
    """What is in the file: at most 5 MB, and never waiting for a pipe. Raises RegistryInvalid."""
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _invalid(name, f"is {_sort(status.st_mode)}, not a file")
            data = _all(descriptor)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    if len(data) > LARGEST_BYTES:
        raise _invalid(name, "is larger than 5 MB")
    return data


def parse(data: bytes, name: str, path: Path | None = None) -> Snapshot:
    """What the bytes of a registry mean. Raises RegistryInvalid with every problem found, each with its line."""
    text = decode(data, name)
    plain = toml(text, name)
    registry, problems = check(plain)
    if problems:
        problems = _located(problems, text)
    if registry is None:
        raise RegistryInvalid(name, problems, _HINT_FIX)
    return Snapshot(path or Path(name), name, data, digest(data), plain, registry, problems)


def decode(data: bytes, name: str) -> str:
    """The text of the file, without a byte order mark. Raises RegistryInvalid for anything that is not UTF-8."""
    if len(data) > LARGEST_BYTES:
        raise _invalid(name, "is larger than 5 MB")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _invalid(name, "is UTF-16; save it as UTF-8", 1)
    if not data.removeprefix(BOM).strip():
        raise _invalid(name, "is empty")
    if (nul := data.find(b"\0")) >= 0:
        raise _invalid(name, "contains a NUL byte: it was damaged, or is no text", data.count(b"\n", 0, nul) + 1)
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        bad = error.object[error.start]
        raise _invalid(name, f"byte 0x{bad:02x} is not UTF-8; save the file as UTF-8", line) from error


def toml(text: str, name: str) -> dict[str, Any]:
    """What a TOML text says, plain. Raises RegistryInvalid with the line, also for merge markers and deep nesting."""
    if _suspicious(text) and (layout := scan(text)).deepest > DEEPEST:
        raise _invalid(name, _TOO_DEEP, layout.deepest_line)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _invalid(name, _TOO_DEEP) from error
    except tomllib.TOMLDecodeError as error:
        if marker := _MARKER.search(text):
            line = text.count("\n", 0, marker.start()) + 1
            raise _invalid(name, "merge conflict marker: the two versions were not merged yet", line) from error
        message, line = _placed(str(error), text)
        raise _invalid(name, f"is not valid TOML: {message}", line) from error
    except ValueError as error:  # int() refuses thousands of digits, without saying where
        raise _invalid(name, "is not valid TOML: a number has too many digits") from error


def _suspicious(text: str) -> bool:
    """Whether nesting could be too deep: `tomllib` needs quadratic time for keys of thousands of parts."""
    lines = text.split("\n")
    if text.count("{") > DEEPEST or any(line.count(".") >= DEEPEST for line in lines):
        return True
    return text.count("[") > DEEPEST and sum(line.count("[") for line in lines if not _is_heading(line)) > DEEPEST


def _is_heading(line: str) -> bool:
    """Whether a line opens a table, or a list that it closes itself: a thousand of them are no deeper than one."""
    whole = line.startswith("[") and line.endswith("]") and "#" not in line
    return whole and line.count("[") == line.count("]") <= 2


def _placed(message: str, text: str) -> tuple[str, int]:
    match = _AT_LINE.search(message)
    if match is None:
        return message, 0
    line = int(match[1]) if match[1] else text.rstrip().count("\n") + 1
    words = message[: match.start()]
    return (words if match[1] else f"{words}: the file ends too early"), line


def _located(problems: Sequence[Problem], text: str) -> tuple[Problem, ...]:
    lines = scan(text).lines()
    found = (replace(problem, line=line_of(lines, problem.path)) for problem in problems)
    return tuple(sorted(found, key=lambda problem: (problem.severity, problem.line)))


def _invalid(name: str, message: str, line: int = 0) -> RegistryInvalid:
    return RegistryInvalid(name, (Problem((), message, line),), _HINT_FIX)


def _unreadable(name: str, error: OSError | ValueError) -> RegistryInvalid:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT:
        return RegistryInvalid(name, (Problem((), "there is no such file"),), _HINT_MISSING)
    if number == errno.ELOOP:
        return _invalid(name, "is a loop of symbolic links")
    if number in (errno.EACCES, errno.EPERM):
        return RegistryInvalid(name, (Problem((), "may not be read by this user"),), "Check its permissions.")
    reason = os.strerror(number) if number else "is no path"
    return RegistryInvalid(name, (Problem((), f"cannot be read: {reason}"),), _HINT_MISSING)


def _all(descriptor: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while size <= LARGEST_BYTES and (chunk := os.read(descriptor, 1 << 20)):
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)


def _sort(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"
