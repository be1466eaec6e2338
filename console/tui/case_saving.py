"""A comparison becomes a case: its prompt goes into the route's suite, one of its answers is the accepted one."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

from console.compare.records import Comparison
from console.domain.edits import EditImpossible
from console.domain.errors import Refused, Usage
from console.domain.registry import Registry, Route
from console.providers.questions import question_for
from console.providers.records import Answer, Question
from console.registry.literals import literal
from console.registry.replacing import refusal
from console.regression import finding, snapshots, suites
from console.regression.files import read_file, replace_file
from console.regression.records import Case, Snapshot, Suite, is_case_id

_LONGEST_ID = 60


def case_id_for(prompt: str, taken: Collection[str] = ()) -> str:
    """A first idea of what to call a case, that is not taken: the prompt's own words, `where-is-my-parcel`."""
    words = re.findall(r"[A-Za-z0-9]+", prompt)
    name = ""
    for word in words:
        if len(name) + len(word) + 1 > _LONGEST_ID:
            break
        name = f"{name}-{word.lower()}" if name else word.lower()
    name, number = name or "case", 2
    others = {one.casefold() for one in taken}
    found = name
    while found in others:
        found, number = f"{name}-{number}", number + 1
    return found


def suite_path(route: Route, registry: Path) -> Path:
    """The suite file that `console regress` runs for `route`; where there is none, the one to be made."""
    try:
        return finding.suite_path(route, registry)
    except Usage:
        return registry.parent / "suites" / f"{route.name if is_case_id(route.name) else 'cases'}.toml"


def taken_ids(path: Path, registry: Path) -> tuple[str, ...]:
    """The ids of the cases in the suite at `path`. Raises SuiteInvalid where there is a file that is none."""
    if not path.exists():
        return ()
    return tuple(case.id for case in suites.read(path, registry.resolve().parent).cases)


def save_case(
    comparison: Comparison, answer: Answer, case_id: str, route: Route, registry: Registry, path: Path, day: date
) -> Path:
    """Add the case to the route's suite with `answer` as the accepted one; returns the suite's file.

    `path` is the registry's. Raises Refused or SuiteInvalid, and then the suite is as it was.
    """
    if answer.failure is not None:
        raise Refused(f"{answer.model} gave no answer that could be accepted")
    target, root = suite_path(route, path), path.resolve().parent
    before = _before(target, route.name)
    asked = comparison.pair.left if answer is comparison.left else comparison.pair.right
    data = _with_case(before, case_id, comparison.prompt)
    suite, case = _parsed(data, target, root, case_id)
    if _system(case, asked, registry, route) != asked.system:
        # The suite has a system prompt of its own, which this answer was given without.
        data = _with_case(before, case_id, comparison.prompt, asked.system)
        suite, case = _parsed(data, target, root, case_id)
    _must_be_what_was_asked(case, asked, registry, route, target)
    # The answer first: a case without one is worse than an answer without a case.
    snapshots.write(snapshots.path_of(suite, case_id), _snapshot(case, answer, route, day))
    try:
        replace_file(target, data)
    except OSError as error:
        raise refusal(error, target.name, target) from error
    return target


def _snapshot(case: Case, answer: Answer, route: Route, day: date) -> Snapshot:
    return Snapshot(
        case=case.id,
        model=answer.model,
        served=answer.served_model,
        date=day,
        params_hash=snapshots.params_hash(case.messages, case.system, {**route.params, **case.params}),
        sdk=f"{answer.sdk} ({answer.api_version})" if answer.api_version else answer.sdk,
        answers=(answer.text,),
        calls=(answer.tool_calls,) if answer.tool_calls else (),
        stand_in=answer.stand_in,
    )


def _parsed(data: bytes, target: Path, root: Path, case_id: str) -> tuple[Suite, Case]:
    suite = suites.parse(data, target, root)
    return suite, next(one for one in suite.cases if one.id == case_id)


def _question(case: Case, asked: Question, registry: Registry, route: Route) -> Question:
    """What the model will be sent when the suite is run."""
    return question_for(asked.model, registry, case.messages, {**route.params, **case.params}, case.system)[0]


def _system(case: Case, asked: Question, registry: Registry, route: Route) -> str:
    return _question(case, asked, registry, route).system


def _must_be_what_was_asked(case: Case, asked: Question, registry: Registry, route: Route, target: Path) -> None:
    """An answer to another question must not be the accepted one."""
    now = _question(case, asked, registry, route)
    unlike = [
        name
        for name, one, other in (
            ("system prompt", now.system, asked.system),
            ("parameters", now.params, asked.params),
            ("messages", now.messages, asked.messages),
        )
        if one != other
    ]
    if unlike:
        hint = f"The suite as well as the route may say them: {target.name}, [routes.{route.name}.params]. Ask again."
        raise Refused(f"the case would be asked with other {' and '.join(unlike)} than this answer was given to", hint)


def _before(path: Path, route: str) -> bytes:
    try:
        return read_file(path)
    except FileNotFoundError:
        return f"schema = 1\nroute = {literal(route)}\n".encode()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}", "The suite is as it was.") from error


def _with_case(data: bytes, case_id: str, prompt: str, system: str | None = None) -> bytes:
    """The suite's bytes with one more case at the end, in the file's own line ends."""
    end = "\r\n" if b"\r\n" in data else "\n"
    try:
        lines = ["", "[[case]]", f"id = {literal(case_id)}", f"prompt = {literal(prompt)}"]
        lines += [f"system = {literal(system)}"] if system is not None else []
    except EditImpossible as impossible:
        raise Refused(f"the prompt cannot be a case: {impossible}") from impossible
    gap = "" if not data or data.endswith(b"\n") else end
    return data + (gap + end.join([*lines, ""])).encode()
