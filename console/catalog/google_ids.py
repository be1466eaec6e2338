"""Google's ids: a number or a date makes the pin; stable names from 2.5 on are pinned, but softly.

Sources: https://ai.google.dev/gemini-api/docs/models and
https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versioning
"""

from __future__ import annotations

import re

from console.catalog.names import MOVING, Kind, Name, words_and_version

_OURS = re.compile(
    r"(?:gemini|gemma|imagen|veo|lyria|text-embedding-0\d\d|text-multilingual-embedding|learnlm)(?![a-z])"
)
_NUMBERED = re.compile(r"-0\d\d$")
_MONTH_YEAR = re.compile(r"-preview-(0[1-9]|1[0-2])-(20\d\d)$")
_MONTH_DAY = re.compile(r"-preview-(0[1-9]|1[0-2])-([0-2]\d|3[01])$")
_LAST_AUTO_UPDATED = (2, 0)
_DROPPED = frozenset({"preview", "latest", "exp", "experimental"})


def read(name: str) -> Name | None:
    """Reads `name` (lower case, platform parts taken off), or None when it is not Google's."""
    if not _OURS.match(name):
        return None
    stem = _MONTH_DAY.sub("", _MONTH_YEAR.sub("", _NUMBERED.sub("", name)))
    family, version = words_and_version(stem, _DROPPED)
    kind, why = _verdict(name, version)
    month = _MONTH_YEAR.search(name)
    return Name("google", family, version, kind, why, f"{month[2]}-{month[1]}" if month else None)


def _verdict(name: str, version: str | None) -> tuple[Kind, str]:
    if MOVING.search(name):
        return "alias", "Names the latest model of its line, which is swapped with every release"
    if _NUMBERED.search(name):
        return "pinned", "A numbered stable version"
    if _MONTH_YEAR.search(name) or _MONTH_DAY.search(name):
        return "pinned", "A dated preview: fixed, with two weeks' notice before it ends"
    if not name.startswith("gemini"):
        return "unknown", "Nothing promises that a name of this kind stays on one version"
    if version is None or _parts(version) <= _LAST_AUTO_UPDATED:
        return "alias", "Up to Gemini 2.0 a name without -00N is updated to the newest numbered version"
    tokens = name.split("-")
    if "preview" in tokens or "exp" in tokens or "experimental" in tokens:
        return "unknown", "A preview without a date: its name may be redirected to a newer model"
    return "pinned", "A stable name, pinned but softly: at retirement its requests may be answered by a newer model"


def _parts(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)
