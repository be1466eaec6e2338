"""Accepted answers as files that a person reads in a diff: a small TOML head, then each answer as it is.

    +++
    case = "refund-30-days"
    model = "claude-sonnet-5-5"
    …
    +++ answer
    Yes: within 30 days.
    +++ call "lookup"
    {"order": 7}
    +++ end

A line that begins with the file's first line is a fence; that one has more plus signs than any line of an answer begins
with, so an answer survives byte for byte whatever is in it. The head holds a hash of all below it: a file that a hand,
a merge or a tool for line ends has changed is not taken for what somebody accepted.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from console.domain.errors import EXIT_INVALID, ConsoleError, Refused
from console.providers.records import Answer, ToolCall
from console.registry.literals import literal
from console.registry.replacing import refusal
from console.regression.files import read_file, replace_file
from console.regression.records import CaseResult, Message, Snapshot, Suite

SUFFIX = ".llmsnap"
_FENCE = re.compile(rb"(\+{3,})(?: (answer|call|end)(?: (.*))?)?\Z", re.DOTALL)
_PLUS = re.compile(rb"^\+{3,}", re.MULTILINE)
_MARKER = re.compile(rb"^(?:<{7} |={7}\r?$|>{7} |\|{7} )", re.MULTILINE)
_TEXTS = ("case", "model", "served", "params", "sdk", "sha256")
_HINT = "Take the file from version control, or accept the answer again."


class SnapshotInvalid(ConsoleError):
    """A snapshot that is not what the console wrote: edited, cut off, or not merged."""

    exit_code = EXIT_INVALID


def path_of(suite: Suite, case: str) -> Path:
    """Where the accepted answers of `case` are, or would be."""
    return suite.snapshots / f"{case}{SUFFIX}"


def read(path: Path) -> Snapshot | None:
    """The snapshot at `path`, None where there is none. Raises SnapshotInvalid."""
    try:
        data = read_file(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ENOTDIR:
            return None
        raise SnapshotInvalid(f"{path}: cannot be read: {error.strerror or error}", "Check its permissions.") from error
    return parse(data, str(path))


def write(path: Path, snapshot: Snapshot) -> None:
    """Put `snapshot` at `path`, whole or not at all. Raises Refused, and then the file is as it was."""
    write_bytes(path, dump(snapshot))


def write_bytes(path: Path, data: bytes | None) -> None:
    """Put a file with `data` at `path`, or with None take it away. Raises Refused, and then the file is as it was."""
    try:
        if data is None:
            path.unlink(missing_ok=True)
        else:
            replace_file(path, data)
    except OSError as error:
        raise refusal(error, path.name, path) from error


def snapshot_of(result: CaseResult, day: date) -> Snapshot:
    """The new answers of `result` as the accepted ones, each text once. Raises Refused where there is none."""
    runs = [run.answer for run in result.new if run.answer.failure is None]
    unlike: dict[object, Answer] = {}
    for answer in runs:
        unlike.setdefault((answer.text, answer.tool_calls), answer)
    kept = list(unlike.values())
    if not kept:
        raise Refused(f"{result.case} has no answer to accept", "Run it again.")
    first = kept[0]
    sdk = f"{first.sdk} ({first.api_version})" if first.api_version else first.sdk
    return Snapshot(
        case=result.case,
        model=first.model,
        served=first.served_model,
        date=day,
        params_hash=result.params_hash,
        sdk=sdk,
        answers=tuple(answer.text for answer in kept),
        calls=tuple(answer.tool_calls for answer in kept) if any(answer.tool_calls for answer in kept) else (),
        stand_in=any(answer.stand_in for answer in kept),
    )


def params_hash(messages: Sequence[Message], system: str, params: Mapping[str, object]) -> str:
    """Twelve characters that change when the question does: its messages, system prompt or parameters.

    `params` are those the route and the case name, before a model's own rules leave some out: two models are asked the
    same.
    """
    asked = [[dict(message) for message in messages], system, params]
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=_as_json)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def dump(snapshot: Snapshot) -> bytes:
    """The file's bytes."""
    parts = list(_parts(snapshot))
    longest = max((len(found) for _, body in parts for found in _PLUS.findall(body)), default=2)
    fence = b"+" * max(3, longest + 1)
    body = b"".join(fence + b" " + label + b"\n" + text + b"\n" for label, text in parts) + fence + b" end\n"
    head: dict[str, object] = {
        "case": snapshot.case,
        "model": snapshot.model,
        "served": snapshot.served,
        "date": snapshot.date,
        "params": snapshot.params_hash,
        "sdk": snapshot.sdk,
    }
    if snapshot.stand_in:
        head["stand_in"] = True
    head["sha256"] = _digest(body)
    lines = (f"{name} = {literal(_seen(value))}\n" for name, value in head.items())
    return fence + b"\n" + "".join(lines).encode() + body


def parse(data: bytes, name: str) -> Snapshot:
    """What the bytes of a snapshot say. Raises SnapshotInvalid with file and line."""
    try:
        return _parsed(data)
    except _Bad as bad:
        marker = _MARKER.search(data)
        if marker is not None:
            line, reason = _line(data, marker.start()), "merge conflict marker: the two versions were not merged yet"
        else:
            line, reason = bad.line, bad.reason
        raise SnapshotInvalid(f"{name}:{line}: {reason}", bad.hint) from bad


class _Bad(Exception):
    def __init__(self, line: int, reason: str, hint: str = _HINT) -> None:
        super().__init__(reason)
        self.line, self.reason, self.hint = line, reason, hint


class _Frame(NamedTuple):
    """What stands between two fences. `line` is that of the fence above."""

    label: bytes
    rest: bytes
    body: bytes
    line: int


def _parts(snapshot: Snapshot) -> Iterable[tuple[bytes, bytes]]:
    for number, answer in enumerate(snapshot.answers):
        yield b"answer", answer.encode("utf-8", "surrogatepass")
        for call in snapshot.calls_of(number):
            label = f"call {json.dumps(call.name, ensure_ascii=False)}".encode("utf-8", "surrogatepass")
            yield label, call.arguments.encode("utf-8", "surrogatepass")


def _parsed(data: bytes) -> Snapshot:
    first = data.split(b"\n", 1)[0]
    if first.endswith(b"\r"):
        raise _Bad(1, "its line ends were changed to CRLF", "Say `*.llmsnap -text` in .gitattributes, and restore it.")
    if re.fullmatch(rb"\+{3,}", first) is None:
        raise _Bad(1, "does not begin with +++: this is no snapshot")
    frames = list(_frames(data, first))
    head = _head(frames[0])
    body_at = len(first) + 1 + len(frames[0].body) + (1 if frames[0].body else 0)
    if len(frames) < 2 or frames[-1].label != b"end":
        raise _Bad(_line(data, len(data)), "is cut off: the last line is not “+++ end”")
    if frames[-1].body:
        raise _Bad(frames[-1].line + 1, "there is text after its end")
    if _digest(data[body_at:]) != head["sha256"]:
        raise _Bad(frames[1].line, "the answer was edited by hand: it is not the one that was accepted")
    answers, calls = _answers(frames[1:-1])
    return Snapshot(
        case=head["case"],
        model=head["model"],
        served=head["served"],
        date=head["date"],
        params_hash=head["params"],
        sdk=head["sdk"],
        answers=answers,
        calls=calls if any(calls) else (),
        stand_in=head.get("stand_in", False),
    )


def _frames(data: bytes, fence: bytes) -> Iterable[_Frame]:
    """The head, every answer and call, and the end."""
    label, rest, line = b"", b"", 1
    body: list[bytes] = []
    for number, text in enumerate(data.split(b"\n")[1:], 2):
        if not text.startswith(fence):
            body.append(text)
            continue
        match = _FENCE.match(text)
        if match is None or match[1] != fence or match[2] is None:
            raise _Bad(number, "a line begins with +++ that is no fence of this file")
        yield _Frame(label, rest, b"\n".join(body), line)
        label, rest, line, body = match[2], match[3] or b"", number, []
    yield _Frame(label, rest, b"\n".join(body), line)


def _head(frame: _Frame) -> dict[str, Any]:
    try:
        head = tomllib.loads(frame.body.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        raise _Bad(frame.line + (int(at[1]) if at else 1), "the head is not valid TOML") from error
    for key in _TEXTS:
        if not isinstance(head.get(key), str):
            raise _Bad(frame.line, f"the head has no {key}")
    if type(head.get("date")) is not date:
        raise _Bad(frame.line, "the head has no date")
    if not isinstance(head.get("stand_in", False), bool):
        raise _Bad(frame.line, "stand_in must be true or false")
    return head


def _answers(frames: Sequence[_Frame]) -> tuple[tuple[str, ...], tuple[tuple[ToolCall, ...], ...]]:
    answers: list[str] = []
    calls: list[tuple[ToolCall, ...]] = []
    for frame in frames:
        try:
            text = frame.body.decode("utf-8", "surrogatepass")
            if frame.label == b"answer":
                answers.append(text)
                calls.append(())
                continue
            calls[-1] = (*calls[-1], ToolCall(str(json.loads(frame.rest.decode("utf-8", "surrogatepass"))), text))
        except (ValueError, IndexError) as error:
            raise _Bad(frame.line, "a call that belongs to no answer, or text that is not UTF-8") from error
    if not answers:
        raise _Bad(1, "holds no answer")
    return tuple(answers), tuple(calls)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _seen(value: object) -> object:
    """What TOML cannot hold, half a character, is shown as a question mark: the head is for reading."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _as_json(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)
