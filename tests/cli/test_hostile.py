"""Text from outside in every field that a command prints: none of it reaches the terminal as it is."""

from __future__ import annotations

import json
import re

import pytest

PAYLOADS = {
    "markup": "pre [b]BOLD[/b] [@click=app.quit]CLICKME[/] post",
    "broken markup": "see [/] and list[/usr/bin] x[0] [foo= [b",
    "escape sequences": "A\x1b[31mRED\x1b[0m \x1b]0;PWNT\x07 \x1b]52;c;UFdORUQ=\x07 \x1b]8;;file:///etc/passwd\x1b\\L\x1b[2J",
    "C1": "A\x9b31mRED \x9d0;PWNT\x9c \x90q\x9c \x85 END",
    "C0": "A\x07\b\bB\x0b\x0cD\x0e\x0fG\x05\x1a\x7f END",
    "invisible": "A \u202edcba\u202c zw\u200bx\u2066iso\u2069 \ufeff \u00ad \U000e0041 \u2028 END",
}
RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


@pytest.fixture(params=PAYLOADS.values(), ids=PAYLOADS)
def payload(request) -> str:
    return request.param


def literal(text: str) -> str:
    """A TOML string: every character that may not stand in one is escaped."""
    return (
        '"'
        + "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
        + '"'
    )


def fill(world, payload: str) -> None:
    """The payload wherever the registry lets it in."""
    text = world.registry.read_text()
    text = text.replace('"Replies to customer e-mail"', literal(payload))
    text = text.replace('"Named replacement of a retiring model"', literal(payload))
    text = text.replace('"gpt-5.4-mini-2026-03-17"', literal("m-" + payload))
    world.registry.write_text(text)


def assert_tame(result) -> None:
    for stream in (result.out, result.err):
        assert not RAW.search(stream), repr(RAW.search(stream))


def test_fields_of_the_registry(console, world, payload) -> None:
    fill(world, payload)
    for words in (
        ("status",),
        ("status", "--json"),
        ("doctor",),
        ("rollout", "support", "25", "--dry-run"),
        ("promote", "support", "--dry-run"),
        ("canary", "summarise", "m-" + payload, "--dry-run", "--reason", "x"),
        ("compare", "hello", "--route", "summarise"),
        ("compare", "hello", "--route", "summarise", "--json"),
    ):
        result = console(*words)
        assert_tame(result)
        assert "Traceback" not in result.err
        assert "a defect in the console" not in result.err, (words, result.err)


def test_held_back_for_a_hostile_reason(console, world, payload) -> None:
    console("hold", "support", "--yes", "--reason", payload)
    for words in (("status",), ("status", "--json"), ("rollout", "support", "next", "--yes")):
        result = console(*words)
        assert_tame(result)
        assert "a defect" not in result.err


def test_reasons_and_actors_in_the_history(console, world, payload, monkeypatch) -> None:
    monkeypatch.setenv("CONSOLE_ACTOR", payload.replace("\0", ""))
    done = console("rollout", "support", "25", "--yes", "--reason", payload)
    assert_tame(done)
    assert done.code == 0, done.err
    for words in (("history",), ("history", "--json"), ("history", "--why", "1"), ("history", "--why", "1", "--json")):
        result = console(*words)
        assert result.code == 0
        assert_tame(result)
    assert_tame(console("undo", "--yes"))


def test_what_was_typed(console, world, payload) -> None:
    for words in (
        (payload,),
        ("status", "--route", payload),
        ("status", f"--{payload}"),
        ("rollout", "support", payload),
        ("promote", payload, "--yes"),
        ("pin", "support", payload, "x"),
        ("history", "--limit", payload),
        ("status", "--registry", f"{payload}.toml"),
        ("compare", "x", "--file", payload),
        ("compare", "x", "--models", payload, payload, "--route", "support"),
    ):
        result = console(*words)
        assert result.code in (1, 2, 3, 4), words
        assert_tame(result)
        assert "a defect" not in result.err, (words, result.err)


def test_lines_of_an_invalid_registry(console, world, payload) -> None:
    world.edit("schema = 1", f"schema = 1\n[routes.{literal(payload)}]\nproduction = 7\n")
    result = console("status")
    assert result.code == 3
    assert_tame(result)


def test_answers_of_a_model(console, world, payload, monkeypatch) -> None:
    """A model that answers with the payload, and one that fails with it."""
    from datetime import UTC, datetime

    from console.cli import comparing
    from console.compare.running import compared
    from console.providers.records import Answer, Failure

    async def invented(pair, endpoints, show):
        left = Answer(pair.left.model, payload, payload + " old", "ok", stop_reason=payload, input_tokens=1)
        right = Answer(pair.right.model, "", payload, "error", Failure("server", payload, "hint"))
        return compared(pair, left, right, datetime.now(UTC))

    monkeypatch.setattr(comparing, "_one", invented)
    (world.folder / "prompts.jsonl").write_text(json.dumps({"id": payload, "prompt": payload}) + "\n")
    for words in ((payload,), (payload, "--json"), (payload, "--repeat", "2"), ("--file", "prompts.jsonl")):
        result = console("compare", *words)
        assert result.code == 4
        assert_tame(result)


def test_colour_does_not_open_a_door(console, world, payload, monkeypatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    fill(world, payload)
    for words in (("doctor",), ("compare", "hello", "--route", "summarise")):
        result = console(*words)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", result.out)
        assert not RAW.search(plain)
        assert "\x1b[31mRED" not in result.out
