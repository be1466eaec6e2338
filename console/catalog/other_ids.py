"""Ids of the other makers: a date or a build number makes the pin, everything else is unknown."""

from __future__ import annotations

import re

from console.catalog.names import MOVING, Name, calendar_day, compact_day, words_and_version

_MAKERS = (
    ("deepseek", "deepseek"),
    ("mistral", "mistral"), ("ministral", "mistral"), ("open-mi", "mistral"), ("codestral", "mistral"),
    ("pixtral", "mistral"), ("magistral", "mistral"), ("devstral", "mistral"), ("voxtral", "mistral"),
    ("grok", "xai"), ("command", "cohere"), ("embed-", "cohere"), ("c4ai", "cohere"),
    ("llama", "meta"), ("meta-llama", "meta"), ("qwen", "qwen"), ("qwq", "qwen"), ("kimi", "moonshotai"),
    ("moonshot", "moonshotai"), ("glm", "zai"), ("nova", "amazon"), ("titan", "amazon"), ("jamba", "ai21"),
    ("minimax", "minimax"), ("phi-", "microsoft"), ("sonar", "perplexity"),
)  # fmt: skip
_YEAR_MONTH_DAY = re.compile(r"[-@](20\d\d)-?(\d\d)-?(\d\d)(?=-|$)")
_MONTH_YEAR = re.compile(r"-(0[1-9]|1[0-2])-(20\d\d)(?=-|$)")
_FOUR_DIGITS = re.compile(r"-(?:2\d(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))(?=-|$)")
_DROPPED = frozenset({"latest", "preview"})


def read(name: str, maker: str = "") -> Name:
    """Reads any `name`. `maker` is what the platform's part of the id said, "" where it did not."""
    provider = maker or next((owner for start, owner in _MAKERS if name.startswith(start)), "")
    stem, day = _dated(name)
    family, version = words_and_version(stem.partition(":")[0].removesuffix("@latest"), _DROPPED)
    if MOVING.search(name):
        return Name(provider, family or None, version, "alias", "Names the latest model of its line, which moves")
    if day:
        return Name(provider, family, version, "pinned", "A dated snapshot", day)
    if provider and (match := _FOUR_DIGITS.search(name)):
        # Makers write YYMM or MMDD here; either way it is one build, but the day cannot be read off.
        family, version = words_and_version(name[: match.start()] + name[match.end() :], _DROPPED)
        return Name(provider, family, version, "pinned", "A snapshot with its month in the id")
    if provider == "deepseek":
        why = "DeepSeek's names without a date are pointed at newer models, also after retirement"
        return Name(provider, family, version, "alias", why)
    if not provider:
        return Name(
            "", None, None, "unknown", "Not an id of a known provider; it says nothing about what it stands for"
        )
    return Name(provider, family or None, version, "unknown", "No date, and nothing promises that it stays")


def _dated(name: str) -> tuple[str, str | None]:
    if (match := _YEAR_MONTH_DAY.search(name)) and (day := compact_day("".join(match.groups()))):
        return name[: match.start()] + name[match.end() :], day
    if (match := _MONTH_YEAR.search(name)) and calendar_day(match[2], match[1], "01"):
        return name[: match.start()] + name[match.end() :], f"{match[2]}-{match[1]}"
    return name, None
