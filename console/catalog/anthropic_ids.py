"""Anthropic's ids: from Claude 4.6 on the undated id is the fixed snapshot, before it the date makes the pin.

Source: https://platform.claude.com/docs/en/about-claude/models/model-ids-and-versions
"""

from __future__ import annotations

import re

from console.catalog.names import MOVING, Kind, Name, compact_day

_VERSION = r"(?P<major>\d{1,2})(?:(?P<joint>[-.])(?P<minor>\d{1,2}))?"
_DATE = r"(?:(?:-v\d)?[-@](?P<date>\d{8}))?"
_NEW_ORDER = re.compile(rf"claude-(?P<family>[a-z]+)-{_VERSION}{_DATE}(?P<rest>-.*)?")
_OLD_ORDER = re.compile(rf"claude-{_VERSION}-(?P<family>[a-z]+){_DATE}(?P<rest>-.*)?")
_FIRST = re.compile(r"claude-(?:(?P<family>instant)-)?(?P<v>v)?(?P<major>\d)(?:[.:](?P<minor>\d))?")
_UNNUMBERED = re.compile(r"claude-(?P<family>[a-z]+)(?P<rest>-.*)?")
_CONTEXT = re.compile(r"\[\w+\]$")
_SHORT_NAMES = frozenset({"sonnet", "opus", "haiku", "fable", "mythos", "opusplan", "best"})
_UNDATED_PINS_FROM = (4, 6)


def read(name: str, dated_ids: tuple[str, ...]) -> Name | None:
    """Reads `name` (lower case, platform parts taken off), or None when it is not Anthropic's.

    `dated_ids` are the dated snapshots known: where an alias may point.
    """
    if name in _SHORT_NAMES:
        why = "A short name that stands for a different model on each platform and over time"
        return Name("anthropic", name, None, "alias", why)
    if name != "claude" and not name.startswith("claude-"):
        return None
    plain = _CONTEXT.sub("", name)  # `[1m]` chooses a context window, not a model
    if MOVING.search(plain):
        return _latest(plain, dated_ids)
    if match := _FIRST.fullmatch(plain):
        return _first_generation(match)
    for order in (_NEW_ORDER, _OLD_ORDER):
        if match := order.fullmatch(plain):
            return _numbered(plain, match, order is _NEW_ORDER, dated_ids)
    match = _UNNUMBERED.fullmatch(plain)
    preview = "preview" in plain.split("-")
    why = "A preview without a date: nothing promises that it stays" if preview else "A Claude name without a version"
    return Name("anthropic", match["family"] if match else None, "preview" if preview else None, "unknown", why)


def _latest(name: str, dated_ids: tuple[str, ...]) -> Name:
    stem = name.removesuffix("-latest")
    numbered = _NEW_ORDER.fullmatch(stem) or _OLD_ORDER.fullmatch(stem)
    plain = _UNNUMBERED.fullmatch(stem)
    family = numbered["family"] if numbered else plain["family"] if plain else None
    version = _version(numbered) if numbered else None
    why = "Names the latest model of its line, which changes with every release"
    return Name("anthropic", family, version, "alias", why, candidates=_dated(stem, dated_ids))


def _first_generation(match: re.Match[str]) -> Name:
    version = match["major"] + (f".{match['minor']}" if match["minor"] else "")
    family = match["family"] or "claude"
    if match["minor"]:
        return Name("anthropic", family, version, "pinned", "A fully numbered id of the first Claude generations")
    if match["v"]:
        return Name("anthropic", family, version, "unknown", "An early Claude name that does not say which build it is")
    why = "A major version of the first Claude generations, which moved to each new minor one"
    return Name("anthropic", family, version, "alias", why)


def _numbered(name: str, match: re.Match[str], new_order: bool, dated_ids: tuple[str, ...]) -> Name:
    modern = (int(match["major"]), int(match["minor"] or 0)) >= _UNDATED_PINS_FROM
    day = compact_day(match["date"]) if match["date"] else None
    kind, why = _verdict(match, modern, day, new_order)
    candidates = _dated(name, dated_ids) if kind == "alias" else ()
    return Name("anthropic", match["family"], _version(match), kind, why, day, candidates)


def _verdict(match: re.Match[str], modern: bool, day: str | None, new_order: bool) -> tuple[Kind, str]:
    if match["rest"]:
        return "unknown", f"The ending “{match['rest'][1:]}” is not part of a documented Claude id"
    if match["date"] and not day:
        return "unknown", f"{match['date']} is not a date, so this is not a documented Claude id"
    if modern and match["date"]:
        return "unknown", "Claude 4.6 and later have no dated ids, so this form is not documented"
    if modern and (match["joint"] == "." or not new_order):
        return "unknown", "Claude 4.6 and later are written claude-name-major-minor, so this form is not documented"
    if modern:
        return "pinned", "From Claude 4.6 on the id without a date is one fixed snapshot; a new build gets a new id"
    if day:
        return "pinned", "A dated snapshot"
    return "alias", "Before Claude 4.6 an id without a date points to the newest dated snapshot"


def _version(match: re.Match[str]) -> str:
    minor = match["minor"]
    return match["major"] if minor in (None, "0") else f"{match['major']}.{minor}"


def _dated(stem: str, dated_ids: tuple[str, ...]) -> tuple[str, ...]:
    """The dated snapshots of `stem`; `claude-opus-4-0` is how the undated `claude-opus-4` is written as an alias."""
    stems = {stem, stem.removesuffix("-0")}
    return tuple(known for known in dated_ids if known[:-9] in stems and known[-8:].isdigit())
