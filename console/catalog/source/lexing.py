"""Strings, comments and the code between them, in one pass: enough of each language to know which is which."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

LITERAL = "\x02"
"""Stands for every character of a string in the masked code."""

_ONE_LINE = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"' + r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
_TRIPLE = r'"""(?:[^\\]|\\.)*?"""' + r"|'''(?:[^\\]|\\.)*?'''"
_HASH = r"\#[^\n]*"
_SLASHES = r"//[^\n]*|/\*.*?\*/"
_GRAMMARS = {
    "python": rf"(?P<comment>{_HASH})|(?P<string>{_TRIPLE}|{_ONE_LINE})",
    "ruby": r"(?P<comment>^=begin.*?^=end|(?<![\w&])\#(?!\{)[^\n]*)"
    rf"|(?P<string>%[wWiIqQ]?[\[({{][^\])}}]*[\])}}]|{_ONE_LINE})",
    "c": rf'(?P<comment>{_SLASHES})|(?P<string>"""(?:[^\\]|\\.)*?"""|{_ONE_LINE}|`[^`\\]*(?:\\.[^`\\]*)*`)',
    "php": rf"(?P<comment>{_SLASHES}|{_HASH})|(?P<string>{_ONE_LINE})",
    "hash": rf"(?P<comment>(?<![^\s;])\#[^\n]*)|(?P<string>{_TRIPLE}|{_ONE_LINE})",
    "json": rf"(?P<comment>{_SLASHES})|(?P<string>{_ONE_LINE})",
}
_SCANNERS = {name: re.compile(grammar, re.DOTALL | re.MULTILINE) for name, grammar in _GRAMMARS.items()}
_PREFIXES = frozenset("rbfutRBFUT")
_BRACKET = re.compile(r"[()\[\]{}]")
_VISIBLE = re.compile(r"[^\n]")
_OPENING = re.compile(r"[A-Za-z]{0,2}(\"\"\"|'''|[\"'`])|%[A-Za-z]?[\[({]")


@dataclass(frozen=True, slots=True)
class Literal:
    """One string literal: `start` and `end` with its quotes, `body` and `body_end` without, as offsets."""

    start: int
    end: int
    body: int
    body_end: int
    opening: str


@dataclass(frozen=True)
class Lexed:
    """A file taken apart. `masked` has the length of `text`: comments are blank, strings are LITERAL characters."""

    text: str
    masked: str
    starts: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)

    def literal_at(self, offset: int) -> Literal | None:
        """The string around `offset`, or None in code and comments."""
        index = bisect_right(self.starts, offset) - 1
        if index >= 0 and offset < self.ends[index]:
            start, end = self.starts[index], self.ends[index]
            return _literal(self.text[start:end], start, end)
        return None

    def content(self, literal: Literal) -> str:
        """What stands between the quotes, as written."""
        return self.text[literal.body : literal.body_end]

    def enclosing(self, offset: int) -> int:
        """Where the innermost bracket around `offset` opens, -1 outside all brackets."""
        places, openers = self._brackets
        index = bisect_left(places, offset) - 1
        return openers[index] if index >= 0 else -1

    @cached_property
    def _brackets(self) -> tuple[list[int], list[int]]:
        """Every bracket in the code, and for each the opening one that is innermost after it."""
        places: list[int] = []
        openers: list[int] = []
        stack: list[int] = []
        for match in _BRACKET.finditer(self.masked):
            if match.group() in "([{":
                stack.append(match.start())
            elif stack:
                stack.pop()
            places.append(match.start())
            openers.append(stack[-1] if stack else -1)
        return places, openers


def lex(text: str, grammar: str) -> Lexed:
    """Takes `text` apart by the rules of `grammar`: python, ruby, c, php, hash or json. Never raises."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in _SCANNERS[grammar].finditer(text):
        start, end = match.span()
        if match.lastgroup == "comment":
            parts += (text[last:start], _blank(text[start:end]))
        else:
            if text[start - 1 : start] in _PREFIXES:
                start = _with_prefix(text, last, start)
            parts += (text[last:start], LITERAL * (end - start))
            starts.append(start)
            ends.append(end)
        last = end
    parts.append(text[last:])
    return Lexed(text, "".join(parts), starts, ends)


def _with_prefix(text: str, last: int, start: int) -> int:
    """Where a Python string begins with its prefix (`f"…"`, `rb"…"`): a name before the quote is no prefix."""
    begin = start
    while begin > max(last, start - 2) and text[begin - 1] in _PREFIXES:
        begin -= 1
    return start if begin > 0 and (text[begin - 1].isalnum() or text[begin - 1] == "_") else begin


def _blank(comment: str) -> str:
    return _VISIBLE.sub(" ", comment) if "\n" in comment else " " * len(comment)


def _literal(written: str, start: int, end: int) -> Literal:
    opening = _OPENING.match(written)
    size = opening.end() if opening else 1
    closing = 3 if written[size - 3 : size] in ('"""', "'''") else 1
    return Literal(start, end, start + size, max(start + size, end - closing), written[:size])
