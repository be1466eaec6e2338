"""Suite files: TOML that a reviewer can read becomes cases, or every problem with its line.

schema = 1
route = "support"

[[case]]
id = "refund-30-days"
prompt = "Can I return my order after three weeks?"
must_include = ["30 days"]
max_words = 120
"""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from console.domain.errors import EXIT_INVALID, ConsoleError, Problem, RegistryInvalid
from console.domain.kinds import Wrong
from console.domain.paths import KeyPath
from console.registry.reading import BOM, toml
from console.registry.scanning import line_of, scan
from console.regression.case_keys import Reader, case_keys, suite_keys
from console.regression.files import read_file
from console.regression.records import Case, Suite, is_case_id
from console.triage.records import Requirements

LARGEST_BYTES = 20_000_000
REGISTRY_NAME = "registry.toml"
_HINT_FIX = "Correct the file: docs/suites.md has every key."
_HINT_MISSING = "Write one by hand, or make one of what you have: console suite import FILE"
_MOST_SHOWN = 20


class SuiteInvalid(ConsoleError):
    """A suite file that is missing, is no TOML, or says something that cannot be meant. Carries every problem."""

    exit_code = EXIT_INVALID

    def __init__(self, filename: str, problems: Iterable[Problem], hint: str = _HINT_FIX) -> None:
        self.problems = tuple(problems)
        shown = [problem.text(filename) for problem in self.problems[:_MOST_SHOWN]]
        if len(self.problems) > _MOST_SHOWN:
            shown.append(f"and {len(self.problems) - _MOST_SHOWN:,} more")
        super().__init__("\n".join(shown), hint)


def read(path: Path, root: Path | None = None) -> Suite:
    """The suite in the file at `path`. `root` is the folder of the registry; None: the nearest above that has one.

    Raises SuiteInvalid with every problem found, each with its line.
    """
    try:
        data = read_file(path)
    except (OSError, ValueError) as error:
        raise _unreadable(os.fspath(path), error) from error
    return parse(data, path, root)


def parse(data: bytes, path: Path, root: Path | None = None) -> Suite:
    """What the bytes of a suite file say. Raises SuiteInvalid."""
    name = os.fspath(path)
    text = _decoded(data, name)
    try:
        plain = toml(text, name)
    except RegistryInvalid as invalid:
        raise SuiteInvalid(name, invalid.problems) from invalid
    reader = _Reader(path.parent, scan(text).lines())
    suite = reader.suite(plain, path, root)
    if reader.problems:
        raise SuiteInvalid(name, sorted(reader.problems, key=lambda problem: problem.line))
    return suite


def snapshots_folder(path: Path, name: str, root: Path | None = None) -> Path:
    """Where the accepted answers of the suite `name` in the file at `path` are.

    Beside a file that lies under a folder `tests`, else in `tests` beside the registry.
    """
    folder = path.resolve().parent
    home = _home(folder) if root is None else root.resolve()
    below = folder.relative_to(home).parts if folder.is_relative_to(home) else folder.parts[-1:]
    tests = folder if "tests" in below else home / "tests"
    return tests / "__snapshots__" / name


def nearest(word: str, words: Iterable[str]) -> str:
    """` (did you mean x?)` for a word that is nearly one of `words`, else ""."""
    found = difflib.get_close_matches(word, list(words), 1)
    return f"; did you mean {found[0]}?" if found else ""


class _Reader:
    """Turns plain values into a suite, and collects what is wrong with them."""

    def __init__(self, folder: Path, lines: dict[KeyPath, int]) -> None:
        self.problems: list[Problem] = []
        self._lines = lines
        self._keys = case_keys(folder)
        self._ids: dict[str, tuple[str, int]] = {}

    def suite(self, plain: Mapping[str, Any], path: Path, root: Path | None) -> Suite:
        top = self._values(plain, suite_keys(), (), ())
        if "schema" not in plain:
            self._wrong((), (), "schema is missing; the first line says schema = 1", 1)
        name = str(top.get("name", path.stem))
        if "name" not in plain and not is_case_id(name):
            self._wrong((), (), f"its own name, {name!r}, cannot name its snapshots; say name = …", 1)
        cases = [self._case(value, number, name, top) for number, value in enumerate(top.get("case", ()))]
        if not cases and "case" not in plain:
            self._wrong((), (), "holds no case; one begins with [[case]]", 1)
        found = tuple(case for case in cases if case is not None)
        return Suite(name, path, top.get("route", ""), found, snapshots_folder(path, name, root))

    def _case(self, value: object, number: int, suite: str, top: Mapping[str, Any]) -> Case | None:
        place = ("case", str(number))
        line = line_of(self._lines, place)
        if not isinstance(value, Mapping):
            self._wrong(place, place, "must be a table: cases are written below [[case]]")
            return None
        shown = ("case", value["id"]) if isinstance(value.get("id"), str) else ("case", str(number + 1))
        found = self._values(value, self._keys, place, shown)
        if "id" not in value:
            self._wrong(place, shown, "has no id")
        elif "id" in found:
            self._unlike(found["id"], line, shown)
        if ("prompt" in value) == ("messages" in value):
            problem = "has both prompt and messages" if "prompt" in value else "has neither prompt nor messages"
            self._wrong(place, shown, problem)
        if "id" not in found:
            return None
        said = found.get("messages", ({"role": "user", "content": found.get("prompt", "")},))
        return Case(
            suite=suite,
            id=found["id"],
            messages=said,
            system=found.get("system", top.get("system", "")),
            params={**top.get("params", {}), **found.get("params", {})},
            requirements=_requirements(found),
            tags=found.get("tags", ()),
            repeats=found.get("repeats", 1),
            line=line,
        )

    def _unlike(self, case_id: str, line: int, shown: KeyPath) -> None:
        """Ids that differ by case only are one file on the disks of many people."""
        if case_id.casefold() not in self._ids:
            self._ids[case_id.casefold()] = (case_id, line)
            return
        first, where = self._ids[case_id.casefold()]
        if first == case_id:
            self._wrong((), shown, f"this id is taken: a case on line {where} has it", line)
        else:
            self._wrong((), shown, f"differs from {first} on line {where} by upper and lower case only", line)

    def _values(
        self, table: Mapping[str, Any], keys: Mapping[str, Reader], place: KeyPath, shown: KeyPath
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in table.items():
            if name not in keys:
                self._wrong((*place, name), (*shown, name), f"is no key of a suite file{nearest(name, keys)}")
                continue
            try:
                found[name] = keys[name](value)
            except Wrong as wrong:
                self._wrong((*place, name), (*shown, name), str(wrong))
        return found

    def _wrong(self, place: KeyPath, shown: KeyPath, message: str, line: int = 0) -> None:
        self.problems.append(Problem(shown, message, line or line_of(self._lines, place)))


def _requirements(found: Mapping[str, Any]) -> Requirements:
    return Requirements(
        must_include=found.get("must_include", ()),
        must_not_include=found.get("must_not_include", ()),
        schema=found.get("schema"),
        max_words=found.get("max_words"),
        reference=found.get("reference", ""),
    )


def _home(folder: Path) -> Path:
    """The nearest folder from here upwards that has a registry, else a repository's, else this one."""
    for marks in ((REGISTRY_NAME,), (".git", "pyproject.toml")):
        for place in (folder, *folder.parents):
            if any((place / mark).exists() for mark in marks):
                return place
    return folder


def _decoded(data: bytes, name: str) -> str:
    if len(data) > LARGEST_BYTES:
        raise SuiteInvalid(name, [Problem((), "is larger than 20 MB")])
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SuiteInvalid(name, [Problem((), "is UTF-16; save it as UTF-8", 1)])
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise SuiteInvalid(name, [Problem((), problem, line)]) from error


def _unreadable(name: str, error: OSError | ValueError) -> SuiteInvalid:
    if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ENOTDIR):
        return SuiteInvalid(name, [Problem((), "there is no such file")], _HINT_MISSING)
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else "is no path"
    return SuiteInvalid(name, [Problem((), f"cannot be read: {reason}")], "")
