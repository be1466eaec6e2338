"""Whether a string that looks like a model id is used as one, or only mentioned: a price table, a message, a key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from console.catalog.source.context import Link
from console.catalog.source.shapes import Shape
from console.catalog.source.vocabulary import LOOKUPS, MODELISH, NOT_IDS, TABLES, TALK, TEXTS

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TALKERS = frozenset({"it", "describe", "test", "logger", "log", "logging", "console"})
_COUNTERS = frozenset({"tokenizer", "encoding", "encoder", "tiktoken"})
_FIRST = re.compile(r"[.:!]+")
_OUTWARD = 4
"""How many links outward a name still speaks of the string."""


def words(name: str) -> frozenset[str]:
    """The lower-case words of an identifier: `SUPPORT_MODEL`, `modelId`, `x.ChatOpenAI` alike."""
    parts = _SPLIT.split(name)
    return frozenset(part.lower() for part in parts if part) | {name.lower()}


def modelish(name: str) -> bool:
    """Whether something of this name holds or takes a model id."""
    found = words(name)
    if found & NOT_IDS:
        return False
    return bool(found & MODELISH) or "openai" in name.lower() or "model" in name.lower()


def used(shape: Shape, around: Sequence[Link], *, sure: bool = True) -> bool:
    """Whether a string of this shape, with these links around it, is an id that the program sends.

    `sure` False asks for a name that speaks of models also where the shape is strong: for data files.
    """
    if not shape or not around:
        return False
    if any(link.kind in ("compare", "message") for link in around) or around[0].kind == "index":
        return False
    if _is_table(around) or _is_talk(around) or _is_text(around):
        return False
    if _names_model(around):
        return True
    return sure and shape == "strong"


def _is_table(around: Sequence[Link]) -> bool:
    return any(
        words(link.name) & (_COUNTERS if link.kind == "call" and modelish(link.name) else TABLES)
        for link in around[:_OUTWARD]
        if link.kind in ("key", "call", "index")
    )


def _is_talk(around: Sequence[Link]) -> bool:
    for link in around[:2]:
        if link.kind != "call":
            continue
        last = re.split(r"[.:!]+", link.name.rstrip("!?."))[-1].lower()
        first = _FIRST.split(link.name, maxsplit=1)[0].lower()
        if last in TALK or first in _TALKERS or last.endswith(("exception", "error", "warning")):
            return True
        spoken = last in TEXTS and not modelish(link.name)
        if link is around[0] and link.index == 0 and (last in LOOKUPS or spoken):
            return True
        if last in ("in_array", "includes"):
            return True
    return False


def _is_text(around: Sequence[Link]) -> bool:
    name = around[0].name if around[0].kind == "key" else around[0].before if around[0].kind == "call" else ""
    if not name and len(around) > 1 and around[0].kind == "call" and around[1].kind == "key":
        name = around[1].name
    found = words(name)
    if name == "id" and not around[0].tight:
        return False  # `const id = …` may hold a model; the attribute of a page does not
    return bool(found & TEXTS) and not found & MODELISH and "model" not in name.lower()


def _names_model(around: Sequence[Link]) -> bool:
    for depth, link in enumerate(around[:_OUTWARD]):
        if link.kind == "return":
            return False
        if link.kind == "call" and (modelish(link.name) or modelish(link.before)):
            return True
        if link.kind == "key" and modelish(link.name):
            return depth < 3
        if link.kind == "key" and depth >= 2:
            return False
    return False
