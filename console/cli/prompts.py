"""The prompts of a comparison: one as it was given, or many from a file, all of them or a sample."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from console.cli import diagnostics
from console.cli.triage_pairs import requirements_of, requirements_problem
from console.domain.errors import Usage
from console.domain.record import record
from console.triage.records import Requirements

LARGEST_BYTES = 1_000_000
"""Of one prompt, and of one line of a file."""
_EXAMPLE = '{"id": "greeting", "prompt": "Hello"}'


@record
class Asked:
    """One prompt of a file; `name` is its id, or its line.

    `messages` is the conversation that ends with it, where the line has one; `system` goes before the route's own.
    """

    name: str
    prompt: str
    messages: tuple[Mapping[str, object], ...] = ()
    system: str = ""
    requirements: Requirements | None = None


def prompt_text(given: str) -> str:
    """The prompt as it was given; `-` reads it from stdin. Raises Usage."""
    if given != "-":
        if not _is_whole(given):
            raise Usage("the prompt is not UTF-8", "Set the terminal to UTF-8, or put the prompt into a file: --file")
        return given
    if sys.stdin.isatty():
        diagnostics.say("type the prompt; ctrl+d ends it")
    text = sys.stdin.read(LARGEST_BYTES + 1)
    if len(text) > LARGEST_BYTES:
        raise Usage("the prompt on stdin is larger than 1 MB")
    return text.rstrip("\n")


def prompts_of(file: Path, sample: int | None = None, seed: int = 0) -> list[Asked]:
    """The prompts of a file with one JSON object a line, in its order; `sample` of them, drawn by `seed`.

    A line has a `prompt`, or the `messages` of a conversation; and an `id`, `system` and requirements if you like.
    Raises Usage.
    """
    found = list(_lines(file)) if sample is None else _drawn(_lines(file), sample, seed)
    if not found:
        raise Usage(f"{file} holds no prompt", f"One JSON object a line: {_EXAMPLE}")
    return found


def _drawn(prompts: Iterator[Asked], sample: int, seed: int) -> list[Asked]:
    """So many of them, each as likely as any other, without holding the file in memory."""
    luck = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    kept: dict[int, Asked] = {}
    for number, asked in enumerate(prompts):
        if number < sample:
            kept[number] = asked
        elif luck.randrange(number + 1) < sample:
            del kept[luck.choice(sorted(kept))]
            kept[number] = asked
    return [kept[number] for number in sorted(kept)]


def _lines(file: Path) -> Iterator[Asked]:
    try:
        with file.open("rb") as lines:
            number = 0
            while raw := lines.readline(LARGEST_BYTES + 1):
                number += 1
                if len(raw) > LARGEST_BYTES:
                    raise Usage(f"{file}:{number}: is longer than 1 MB")
                if raw.strip() and (line := _decoded(raw, number, file)).strip():
                    yield _asked(line, number, file)
    except OSError as error:
        raise Usage(f"{file}: {error.strerror}", "It holds one JSON object a line, each with a prompt.") from error


def _decoded(raw: bytes, number: int, file: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Usage(f"{file}:{number}: is not UTF-8", "It holds one JSON object a line, each with a prompt.") from error


def _asked(line: str, number: int, file: Path) -> Asked:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Usage(f"{file}:{number}: is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Usage(f"{file}:{number}: has no prompt", f"Each line is like {_EXAMPLE}")
    problem = requirements_problem(value)
    messages = _messages(value.get("messages"))
    prompt = value.get("prompt") if "prompt" in value else _last_said(messages)
    system = value.get("system") or ""
    if not isinstance(prompt, str) or not prompt.strip() or (messages is None and "messages" in value):
        raise Usage(f"{file}:{number}: has no prompt", f"Each line is like {_EXAMPLE}")
    if not isinstance(system, str):
        problem = "system must be text"
    if "\\ud" in line.lower() and not _is_whole(json.dumps(value, ensure_ascii=False)):
        problem = "holds half a character (a lone surrogate), which no provider takes: was a text cut there?"
    if problem:
        raise Usage(f"{file}:{number}: {problem}")
    name = str(value.get("id", f"line {number}"))
    return Asked(name, prompt, messages or (), system, requirements_of(value))


def _is_whole(text: str) -> bool:
    """Whether it can be sent: JSON and a command line can hold halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _messages(value: object) -> tuple[Mapping[str, object], ...] | None:
    """The messages of a conversation that ends with what a user said; None where it is none."""
    if not isinstance(value, list) or not value:
        return None
    said = [one for one in value if isinstance(one, dict) and one.get("role") in ("user", "assistant")]
    whole = len(said) == len(value) and all(isinstance(one.get("content"), str | list) for one in said)
    return tuple(said) if whole and said[-1]["role"] == "user" else None


def _last_said(messages: tuple[Mapping[str, object], ...] | None) -> str:
    content = messages[-1]["content"] if messages else ""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))
