"""Strings, comments and the code between them, in one pass: enough of each language to know which is which."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

LITERAL = "\x02"
"""Stands for every character of a string in the masked code."""

_ONE_LINE = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"' + r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
_TRIPLE = r'[A-Za-z]{0,2}"""(?:[^\\]|\\.)*?"""' + r"|[A-Za-z]{0,2}'''(?:[^\\]|\\.)*?'''"
_HASH = r"\#[^\n]*"
_SLASHES = r"//[^\n]*|/\*.*?\*/"
_GRAMMARS = {
    "python": rf"(?P<comment>{_HASH})|(?P<string>{_TRIPLE}|(?<!\w)[rbfuRBFU]{{1,2}}(?:{_ONE_LINE})|{_ONE_LINE})",
    "ruby": r"(?P<comment>^=begin.*?^=end|(?<![\w&])\#(?!\{)[^\n]*)"
    rf"|(?P<string>%[wWiIqQ]?[\[({{][^\])}}]*[\])}}]|{_ONE_LINE})",
    "c": rf'(?P<comment>{_SLASHES})|(?P<string>"""(?:[^\\]|\\.)*?"""|{_ONE_LINE}|`[^`\\]*(?:\\.[^`\\]*)*`)',
    "php": rf"(?P<comment>{_SLASHES}|{_HASH})|(?P<string>{_ONE_LINE})",
    "hash": rf"(?P<comment>(?<![^\s;])\#[^\n]*)|(?P<string>{_TRIPLE}|{_ONE_LINE})",
    "json": rf"(?P<comment>{_SLASHES})|(?P<string>{_ONE_LINE})",
}
_SCANNERS = {name: re.compile(grammar, re.DOTALL | re.MULTILINE) for name, grammar in _GRAMMARS.items()}
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
    literals: tuple[Literal, ...]
    starts: tuple[int, ...] = field(repr=False)

    def literal_at(self, offset: int) -> Literal | None:
        """The string around `offset`, or None in code and comments."""
        index = bisect_right(self.starts, offset) - 1
        if index >= 0 and (found := self.literals[index]).start <= offset < found.end:
            return found
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
    literals: list[Literal] = []
    last = 0
    for match in _SCANNERS[grammar].finditer(text):
        start, end = match.span()
        parts.append(text[last:start])
        last = end
        if match.lastgroup == "comment":
            parts.append(_VISIBLE.sub(" ", match.group()))
        else:
            parts.append(LITERAL * (end - start))
            literals.append(_literal(match.group(), start, end))
    parts.append(text[last:])
    return Lexed(text, "".join(parts), tuple(literals), tuple(literal.start for literal in literals))


def _literal(written: str, start: int, end: int) -> Literal:
    opening = _OPENING.match(written)
    size = opening.end() if opening else 1
    closing = 3 if written[size - 3 : size] in ('"""', "'''") else 1
    return Literal(start, end, start + size, max(start + size, end - closing), written[:size])
