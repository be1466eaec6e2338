"""What the machine brings: versions, provider keys (their names, never their values), the terminal, the cache."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata

from console.cli.checks.records import Check
from console.providers.endpoints import KEY_VARIABLES
from console.routing.keeping import cache_home

DISTRIBUTION = "model-console"
NEEDED = ("textual", "tomlkit", "click", "filelock", "sqlite-utils", "genai-prices", "anthropic", "openai")
SEMANTIC = "sentence-transformers"
_SMALL = (80, 24)


def versions() -> Iterator[Check]:
    """Python, the console and what it stands on; nothing of it is imported."""
    yield Check("python", "good", platform.python_version(), facts={"executable": sys.executable})
    yield Check("sqlite", "good", sqlite3.sqlite_version)
    own = version_of(DISTRIBUTION)
    yield Check("console", "good" if own else "look", own or "runs from its source, not installed")
    for name in NEEDED:
        yield _needed(name)
    semantic = version_of(SEMANTIC)
    hint = f"pip install '{DISTRIBUTION}[semantic]' lets the comparer judge meaning; all else works without it."
    yield Check(SEMANTIC, "good" if semantic else "none", semantic or "not installed", "" if semantic else hint)
    if clash := version_of("console"):
        hint = "Uninstall it, or use an environment of its own: both are imported as `console`."
        yield Check("another console", "look", f"an unrelated distribution called console {clash} is installed", hint)


def version_of(distribution: str) -> str:
    """The installed version, from its metadata; "" where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _needed(name: str) -> Check:
    found = version_of(name)
    hint = "" if found else f"pip install {name}"
    return Check(name, "good" if found else "bad", found or "not installed", hint)


def keys(environment: Mapping[str, str]) -> Iterator[Check]:
    """Which provider keys are set, and whether the environment forces a model."""
    for variable in KEY_VARIABLES:
        there = bool(environment.get(variable, "").strip())
        yield Check(variable, "good" if there else "none", "set" if there else "not set", facts={"set": there})
    if not any(environment.get(variable, "").strip() for variable in KEY_VARIABLES):
        yield Check("providers", "none", "no key is set", "`console compare` needs one, or --stand-in.")
    forced = sorted(name for name in environment if name == "LLM_MODEL" or name.startswith("LLM_MODEL_"))
    if forced:
        hint = "Routers in this environment ignore the registry while it is set."
        yield Check("override", "look", f"{', '.join(forced)} forces a model", hint)


def terminal(environment: Mapping[str, str]) -> Iterator[Check]:
    """Size, colour and encoding of the terminal, where there is one."""
    encoding = sys.stdout.encoding or "unknown"
    if not sys.stdout.isatty():
        yield Check("terminal", "none", "stdout is not a terminal", "The console itself needs one; the commands don't.")
    else:
        columns, rows = shutil.get_terminal_size()
        small = columns < _SMALL[0] or rows < _SMALL[1]
        yield Check(
            "terminal",
            "look" if small else "good",
            f"{columns} × {rows}, {environment.get('TERM', 'TERM is not set')}",
            f"From {_SMALL[0]} × {_SMALL[1]} on everything is shown." if small else "",
            {"columns": columns, "rows": rows},
        )
    colour = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    yield Check("colour", "good" if colour else "none", "shown" if colour else "off (NO_COLOR, or a dumb terminal)")
    unicode = "utf" in encoding.lower()
    hint = "" if unicode else "ASCII stands in for glyphs; a UTF-8 locale shows them."
    yield Check("encoding", "good" if unicode else "look", encoding, hint)


def cache(environment: Mapping[str, str]) -> Iterator[Check]:
    """Where routers keep the last good registry, and whether this user may write there."""
    home = cache_home(environment)
    place = home
    while not place.exists() and place != place.parent:
        place = place.parent
    facts = {"path": str(home), "copies": sum(1 for _ in home.glob("*.toml"))}
    if not os.access(place, os.W_OK | os.X_OK):
        hint = "Without it a router that starts beside a broken registry has only its default; set XDG_CACHE_HOME."
        yield Check("router cache", "look", f"{home} cannot be written", hint, facts)
    else:
        yield Check("router cache", "good", str(home), facts=facts)
