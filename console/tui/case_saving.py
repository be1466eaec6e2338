"""A comparison becomes a case: its prompt goes into the route's suite, one of its answers is the accepted one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from console.compare.records import Comparison
from console.domain.errors import ConsoleError, Refused
from console.domain.registry import Route
from console.providers.records import Answer
from console.registry.literals import literal
from console.registry.replacing import refusal
from console.regression import snapshots, suites
from console.regression.files import read_file, replace_file
from console.regression.records import Snapshot, is_case_id

_MOST_FILES = 500
_LONGEST_ID = 60


def case_id_for(prompt: str) -> str:
    """A first idea of what to call a case: the prompt's own words, `where-is-my-parcel`."""
    words = re.findall(r"[A-Za-z0-9]+", prompt)
    name = ""
    for word in words:
        if len(name) + len(word) + 1 > _LONGEST_ID:
            break
        name = f"{name}-{word.lower()}" if name else word.lower()
    return name or "case-1"


def suite_path(route: str, registry: Path) -> Path:
    """The suite file of `route` near the registry: the first that names it, else `suites/<route>.toml`, made anew."""
    root = registry.resolve().parent
    for path in _suite_files(root):
        try:
            if suites.read(path, root).route == route:
                return path
        except ConsoleError:
            continue  # somebody else's TOML, or a suite that `console regress` will complain about
    return root / "suites" / f"{route if is_case_id(route) else 'cases'}.toml"


def save_case(comparison: Comparison, answer: Answer, case_id: str, route: Route, registry: Path, day: date) -> Path:
    """Add the case to the route's suite with `answer` as the accepted one; returns the suite's file.

    Raises Refused or SuiteInvalid, and then the suite is as it was.
    """
    if answer.failure is not None:
        raise Refused(f"{answer.model} gave no answer that could be accepted")
    path = suite_path(route.name, registry)
    root = registry.resolve().parent
    data = _with_case(_before(path, route.name), case_id, comparison)
    suite = suites.parse(data, path, root)
    case = next(one for one in suite.cases if one.id == case_id)
    kept = Snapshot(
        case=case_id,
        model=answer.model,
        served=answer.served_model,
        date=day,
        params_hash=snapshots.params_hash(case.messages, case.system, {**route.params, **case.params}),
        sdk=f"{answer.sdk} ({answer.api_version})" if answer.api_version else answer.sdk,
        answers=(answer.text,),
        calls=(answer.tool_calls,) if answer.tool_calls else (),
        stand_in=answer.stand_in,
    )
    # The answer first: a case without one is worse than an answer without a case.
    snapshots.write(snapshots.path_of(suite, case_id), kept)
    try:
        replace_file(path, data)
    except OSError as error:
        raise refusal(error, path.name, path) from error
    return path


def _suite_files(root: Path) -> Iterator[Path]:
    found = 0
    for pattern in ("suites/*.toml", "tests/**/*.toml"):
        for path in sorted(root.glob(pattern)):
            found += 1
            if found > _MOST_FILES:
                return
            yield path


def _before(path: Path, route: str) -> bytes:
    try:
        return read_file(path)
    except FileNotFoundError:
        return f"schema = 1\nroute = {literal(route)}\n".encode()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}", "The suite is as it was.") from error


def _with_case(data: bytes, case_id: str, comparison: Comparison) -> bytes:
    """The suite's bytes with one more case at the end, in the file's own line ends."""
    end = "\r\n" if b"\r\n" in data else "\n"
    lines = ["", "[[case]]", f"id = {literal(case_id)}", f"prompt = {literal(comparison.prompt)}", ""]
    gap = "" if not data or data.endswith(b"\n") else end
    return data + (gap + end.join(lines)).encode()
