"""The rules of .gitignore files, for folders where git itself cannot be asked.

Source: https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_SPECIAL = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]/]*\]|\\.|[^*?\[\\/]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    negated: bool
    folders_only: bool


class Ignored:
    """The ignore rules met on a walk from the top down. Paths are relative to `root`, with `/`."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)
        self._rules: list[_Rule] = []

    def enter(self, prefix: str) -> None:
        """Reads the .gitignore of one folder; `prefix` is "" for the root or ends in `/`."""
        try:
            text = (self._root / prefix / ".gitignore").read_text("utf-8", "replace")
        except OSError:
            return
        self._rules += [rule for line in text.splitlines() if (rule := _rule(line, prefix))]

    def covers(self, path: str, is_folder: bool) -> bool:
        """Whether the last rule that speaks of `path` ignores it."""
        for rule in reversed(self._rules):
            if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(path):
                return not rule.negated
        return False


def _rule(line: str, prefix: str) -> _Rule | None:
    text = re.sub(r"(?<!\\) +$", "", line)
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[negated:]
    folders_only = text.endswith("/")
    text = text.rstrip("/") if folders_only else text
    anchored = "/" in text
    body = "".join(_piece(piece) for piece in _SPECIAL.findall(text.removeprefix("/")))
    start = re.escape(prefix) + ("" if anchored else "(?:.*/)?")
    try:
        return _Rule(re.compile(start + body, re.DOTALL), negated, folders_only)
    except re.error:
        return None


def _piece(piece: str) -> str:
    if piece == "**/":
        return "(?:.*/)?"
    if piece == "/**":
        return "/.*"
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 2:
        return "[" + ("^" + piece[2:] if piece[1] == "!" else piece[1:])
    return re.escape(piece[1:] if piece.startswith("\\") and len(piece) == 2 else piece)
