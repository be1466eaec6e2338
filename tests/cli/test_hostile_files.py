"""Hostile logs, histories and file names: every command that reads them prints only text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.history.records import Draft
from console.history.store import History, beside
from console.tui.terminal_app import _write_trace

PAYLOADS = json.loads((Path(__file__).parents[1] / "spine" / "hostile.json").read_text(encoding="utf-8"))
RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def assert_tame(result) -> None:
    for stream in (result.out, result.err):
        found = RAW.search(stream)
        assert found is None, ascii(stream[max(0, found.start() - 40) : found.end() + 20])
    assert "Traceback" not in result.err
    assert "a defect in the console" not in result.err


@pytest.fixture(params=["markup", "break2", "ctrl", "c1", "c0", "uni"])
def payload(request) -> str:
    return PAYLOADS[request.param]


def test_every_field_of_the_log(console, world, payload) -> None:
    world.record(40, served=payload, parameters=payload, sdk=payload, price=payload)
    for words in (("status",), ("status", "--json"), ("doctor",), ("doctor", "--json"), ("rehearse",)):
        assert_tame(console(*words))


def test_every_field_of_a_history_that_others_wrote(console, world, payload) -> None:
    data = world.registry.read_bytes()
    history = History(beside(world.registry))
    draft = Draft(
        at=datetime.now(UTC),
        actor=payload,
        action=payload,
        route=payload,
        summary=payload,
        reason=f"{payload}\n{payload}",
        command=payload,
        evidence={payload: [payload]},
    )
    pending = history.begin(draft)
    pending.commit(pending.intend(data + b"# before\n", data))
    for words in (("history",), ("history", "--json"), ("history", "--why", "1"), ("undo", "--dry-run"), ("status",)):
        assert_tame(console(*words))


@pytest.mark.parametrize("verb", ["status", "doctor", "history", "undo", "rehearse"])
def test_names_of_files_that_are_no_text(console, world, payload, verb) -> None:
    name = payload.replace("\0", "").replace("/", "") + "\udcff"
    moved = world.registry.rename(world.folder / f"{name}.toml")
    log = world.folder / f"{name}.db"
    log.write_bytes(b"no database " * 900)
    assert_tame(console(verb, "--registry", moved, "--log", log))


def test_a_crash_file_names_places_and_no_values(payload, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fails(key: str) -> None:
        raise ValueError(f"with {key}")

    try:
        fails(f"sk-secret {payload}")
    except ValueError as error:
        written = _write_trace(error)
    assert written is not None
    text = written.read_text(encoding="utf-8")
    assert "ValueError in the console" in text
    assert "fails" in text
    assert "sk-secret" not in text
    assert not RAW.search(text)
