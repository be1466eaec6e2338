"""OpenAI's ids: a date makes the pin; without one it is an alias where dated snapshots exist, else nobody promised.

Sources: https://developers.openai.com/api/docs/models and https://developers.openai.com/api/docs/deprecations
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from console.catalog.names import MOVING, Name, calendar_day, words_and_version

_OURS = re.compile(
    r"(?:gpt|chatgpt|o[1-9]|davinci|babbage|curie|ada|text-(?:embedding|davinci|moderation|ada|babbage|curie)"
    r"|whisper|tts|dall-e|sora|codex|computer-use|omni-moderation|chat-latest)(?![a-z0-9])"
)
_FULL_DATE = re.compile(r"-(\d{4})-(\d{2})-(\d{2})(?=-|$)")
_SHORT_DATE = re.compile(r"(?<=-)(\d{2})(\d{2})(?=-|$)")
_DROPPED = frozenset({"preview", "latest"})
_PROGRAMMES = frozenset({"daybreak"})
"""Access programmes whose aliases follow no model line: `gpt-daybreak-blue-latest`."""


def read(name: str, snapshots: Mapping[str, tuple[str, ...]]) -> Name | None:
    """Reads `name` (lower case, platform parts taken off), or None when it is not OpenAI's.

    `snapshots` maps an undated name to the dated ids known of it: where an alias may point. A fine-tune
    (`ft:base:organisation:suffix:id`) stands and falls with its base.
    """
    if name.startswith("ft:"):
        base = read(name.split(":")[1], snapshots)
        if base is None:
            return Name("openai", None, None, "unknown", "A fine-tune of a model that is not known")
        why = f"A fine-tune. Its base: {base.why[0].lower()}{base.why[1:]}"
        return Name(base.provider, base.family, base.version, base.kind, why, base.date)
    if not _OURS.match(name):
        return None
    stem, day, bad = undated(name)
    family, version = _family(stem)
    if MOVING.search(name):
        why = "Names the latest model of its line, which changes with every release"
        return Name("openai", family, version, "alias", why)
    if day:
        return Name(
            "openai", family, version, "pinned", "A dated snapshot: it stays as it is until it is shut down", day
        )
    if bad:
        return Name("openai", family, version, "unknown", f"{bad} is not a date, so this is not a documented OpenAI id")
    if name in snapshots:
        targets = snapshots[name]
        why = "Points to a dated snapshot, and moves" if targets else "A documented alias of another model"
        return Name("openai", family, version, "alias", why, candidates=targets)
    why = "No dated snapshot of it is known and nothing promises that it stays: it needs a drift probe"
    return Name("openai", family, version, "unknown", why)


def undated(name: str) -> tuple[str, str | None, str]:
    """The name without its date, the date as `YYYY-MM-DD`, and what looked like a date but is none."""
    if match := _FULL_DATE.search(name):
        day = calendar_day(*match.groups())
        return name[: match.start()] + name[match.end() :], day, "" if day else match.group()[1:]
    if name.startswith(("gpt-3.5", "gpt-4")) and (match := _SHORT_DATE.search(name)):
        month, day_of_month = match.groups()
        # Month and day only was the scheme from March 2023 to January 2024, so the month tells the year.
        day = calendar_day("2023" if month >= "03" else "2024", month, day_of_month)
        return name[: match.start() - 1] + name[match.end() :], day, "" if day else match.group()
    return name, None, ""


def _family(stem: str) -> tuple[str, str | None]:
    tokens = stem.split("-")
    if len(tokens) > 1 and tokens[1] in _PROGRAMMES:
        return tokens[1], None
    if re.fullmatch(r"o\d", tokens[0]):
        return "-".join(["o", *(t for t in tokens[1:] if t not in _DROPPED)]), tokens[0][1:]
    if len(tokens) > 1 and tokens[1] == "4o":
        rest = [t for t in tokens[2:] if t not in _DROPPED]
        head = ["gpt", "4o"] if tokens[0] == "gpt" else [tokens[0]]
        return "-".join(head + rest), "4o"
    return words_and_version(stem, _DROPPED)
