"""A strict shape that is lost: what a program read before, and cannot read any more."""

from __future__ import annotations

import re

from console.triage.options import options_of, picked
from console.triage.reading import Reading
from console.triage.records import Reason, brief
from console.triage.shapes import Shape

_ONLY = re.compile(
    r"\b(?:only|just|single|one word|exactly|nothing else|no (?:other|explanation|prose|markdown)|as json"
    r"|valid json|answer with|respond with|reply with|classify|label)\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"def |class |import |from |@|async ")
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TICKS = re.compile(r"^[ \t]*```", re.MULTILINE)
_ONLY_LETTER = re.compile(
    r"\b(?:only|just|nothing but|single|one) (?:with |by |use |give )?(?:the |a |one |its )?(?:\w+ )?letter\b"
    r"|letters? only\b|letter (?:and nothing else|alone)\b",
    re.IGNORECASE,
)
_WORDY = 12
_LETTER = re.compile(r"\W*[A-Ja-j]\W*")
"""An option of multiple choice: those are read with and without their words."""
_TEMPLATE = re.compile(r"```(?:json)?\s*[{\[]")
_MUCH = 40
_NO_WORDS = re.compile(
    r"\b(?:only|just|nothing (?:else )?(?:but|than))\b[^.\n]{0,30}"
    r"\b(?:code|json|output|file|function|query|list|object|answer)\b"
    r"|\b(?:code|json|file|object) only\b|\bno (?:other|explanations?|prose|comments?|text|words)\b"
    r"|\b(?:without|do not|don't) (?:\w+ ){0,3}(?:explanations?|explain|prose|text)\b",
    re.IGNORECASE,
)
_EXAMPLE = 0.3
"""The share of an answer below which code in it is an example, not the answer."""
_WRAPS = {"fenced": "is newly wrapped in a fence", "mixed": "is newly wrapped in prose", "bare": "is bare"}


def shape_changes(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    """The loss of a shape; gaining one is none."""
    return [*_thinking(old, new), *_unclosed(old, new), *_unindented(old, new), *_of_shapes(old, new, prompt)]


def unindented(old: Reading, new: Reading) -> bool:
    """Whether the first line of a function's body has lost its place: below the head, it does not parse any more."""
    if not old.raw.startswith("    ") or new.raw[:1].isspace() or "```" in new.raw or _DEFINES.match(new.raw):
        return False
    return "\n    " in new.raw and new.shape.kind == "code"


def _unindented(old: Reading, new: Reading) -> list[Reason]:
    if not unindented(old, new):
        return []
    return [Reason("shape", "the first line of the code has lost its indentation", 0.6)]


def _unclosed(old: Reading, new: Reading) -> list[Reason]:
    """An answer that breaks off inside of a fence."""
    if (
        "```" not in new.text
        or new.shape.kind == "json"
        or len(_TICKS.findall(new.text)) % 2 == 0
        or len(_TICKS.findall(old.text)) % 2
    ):
        return []
    return [Reason("tail", f"breaks off inside of a fence: “{brief(new.text[-60:].strip(), 60)}”", 0.8)]


def _thinking(old: Reading, new: Reading) -> list[Reason]:
    if old.thinks or not new.thinks:
        return []
    strict = old.shape.kind != "prose" and old.shape.wrap == "bare"
    return [Reason("shape", "thinking is newly in front of the answer", 0.7 if strict else 0.2)]


def _of_shapes(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    before, after = old.shape, new.shape
    if before.kind == "json":
        return _of_json(before, after, _around(new), prompt)
    if before.kind == "code":
        return _of_code(old, new, prompt)
    if before.kind not in ("number", "word"):
        return []
    wordy = len(new.text.split()) > _WORDY and _ONLY_LETTER.search(prompt) is not None
    if not wordy and _same_option(old, new, prompt):
        return []
    if after.kind == "prose":
        # Without a prompt nobody can tell that words were welcome.
        strict = not prompt or _ONLY.search(prompt) is not None
        if _LETTER.fullmatch(old.text):
            strict = wordy
        strict = strict and not new.text.startswith(f"{old.text} (")
        text = f"was only a {before.kind} ({brief(old.text, 30)}), is now a text of {len(new.text.split())} words"
        return [Reason("shape", text, 0.6 if strict else 0.3)]
    if before.kind == "number" and after.kind not in ("number", "json"):
        return [Reason("shape", f"was a number ({brief(old.text, 30)}), is now {brief(new.text, 30)}", 0.7)]
    return []


def _same_option(old: Reading, new: Reading, prompt: str) -> bool:
    """Whether both pick the same of the options: those are read with and without their words."""
    options = options_of(prompt)
    return bool(options) and (letter := picked(old.text, options)) is not None and letter == picked(new.text, options)


def _of_json(before: Shape, after: Shape, around: int, prompt: str) -> list[Reason]:
    if after.kind != "json":
        if before.wrap == "mixed" and isinstance(before.data, list):
            return [Reason("shape", "a list between words is written another way", 0.3)]
        return [Reason("shape", "was JSON, does not parse as JSON any more", 0.9 if before.strict else 0.6)]
    if before.strict and not after.strict and before.wrap == after.wrap:
        return [
            Reason("shape", "was valid JSON, now breaks its rules (line breaks or backslashes inside of a text)", 0.7)
        ]
    return _wrapped(before, after, "JSON", around, prompt)


def _of_code(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    before, after = old.shape, new.shape
    if after.kind == "code":
        return _wrapped(before, after, "code", _around(new), prompt)
    if before.wrap == "mixed" and len(before.code) < _EXAMPLE * len(old.text):
        return [Reason("shape", "an example in code is gone", 0.4)]
    return [Reason("shape", "was code, is none any more", 0.85 if before.wrap != "mixed" else 0.6)]


def _wrapped(before: Shape, after: Shape, what: str, around: int, prompt: str) -> list[Reason]:
    if before.wrap == after.wrap or after.wrap == "bare":
        return []
    if before.wrap == "bare":
        # A prompt that shows its format in a fence has it read with one.
        shown = what == "JSON" and after.wrap == "fenced" and _TEMPLATE.search(prompt) is not None
        return [Reason("shape", f"bare {what} {_WRAPS[after.wrap]}", 0.3 if shown else 0.6)]
    if before.wrap == "fenced":
        # What strips a fence copes with a line of greeting before it, less with a page; code has its explanation.
        weight = 0.6 if (what == "JSON" and around > _MUCH) or _NO_WORDS.search(prompt) else 0.35
        return [Reason("shape", f"{what} alone in a fence now has {around} words of prose around it", weight)]
    return []


def _around(reading: Reading) -> int:
    """Words outside of fences."""
    return len(_FENCED.sub(" ", reading.text).split()) if reading.shape.wrap == "mixed" else 0
