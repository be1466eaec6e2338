"""Where things stand in a TOML text: the line of every key and table, and the lines that each statement covers.

Neither `tomllib` nor tomlkit says where a value stands. This scanner only finds places; it never decides what is valid
or what a value means, and it survives any text.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache

from console.domain.paths import KeyPath
from console.domain.record import record
from console.domain.validate import DEEPEST

_TOKEN = re.compile(
    r"""
    (?P<newline>\n)
  | (?P<space>[^\S\n]+|\#[^\n]*)
  | (?P<string>\"{3}[^"\\]*+(?:(?:\\.|"{1,2}(?!"))[^"\\]*+)*+"{3,5}
      | '{3}[^']*+(?:'{1,2}(?!')[^']*+)*+'{3,5}
      | "[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"
      | '[^'\n]*+')
  | (?P<word>[A-Za-z0-9_+:-]+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@record
class Header:
    """A `[table]` line (1-based)."""

    path: KeyPath
    line: int
    array: bool = False


@record
class Statement:
    """A `key = value` and the lines it covers (1-based, both included).

    `prefix` is what stands on its line before the last part of the key: indentation, and the rest of a dotted key.
    `header` is the table header above it, or None. An `inner` one is part of an inline table.
    """

    path: KeyPath
    first: int
    last: int
    prefix: str
    header: Header | None
    inner: bool = False


@dataclass(slots=True)
class Layout:
    """What a scan found, in the order of the file."""

    headers: list[Header] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    deepest: int = 0
    """The most tables, lists and key parts inside each other, and the line where that is."""
    deepest_line: int = 0

    def lines(self) -> dict[KeyPath, int]:
        """The 1-based line of every key and of every table, also of those that only dotted keys imply."""
        found: dict[KeyPath, int] = {}
        places = [(header.path, header.line) for header in self.headers]
        places += [(statement.path, statement.first) for statement in self.statements]
        for path, line in places:
            found.setdefault(path, line)
        for path, line in sorted(places, key=lambda place: place[1]):
            for length in range(1, len(path)):
                found.setdefault(path[:length], line)
        return found


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, or of the nearest table around it; 0 if there is none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0


@lru_cache(maxsize=4)  # a change is looked at before it is made, and by line afterwards
def scan(text: str) -> Layout:
    """The places of everything in `text`, whose line ends are `\\n` or `\\r\\n`. Never raises. Nobody changes it.

    Stops where nesting exceeds DEEPEST: such a text is no registry, and following it would take quadratic time.
    """
    scanner = _Scanner(text)
    for match in _TOKEN.finditer(text):
        scanner.take(match.lastgroup or "other", match.group(), match.start())
        if scanner.layout.deepest > DEEPEST:
            break
    scanner.end_line()
    return scanner.layout


class _Scanner:
    """A state machine over tokens. `state` is what the next token belongs to."""

    def __init__(self, text: str) -> None:
        self.layout = Layout()
        self._text = text
        self._line = 1
        self._line_start = 0
        self._state = "start"
        self._parts: list[str] = []
        self._last_part = 0
        self._first_line = 1
        self._table: KeyPath = ()
        self._header: Header | None = None
        self._array = False
        self._counts: dict[KeyPath, int] = {}
        self._open: list[tuple[str, KeyPath]] = []
        self._lists = 0
        self._path: KeyPath = ()
        self._statement: tuple[KeyPath, int, str] | None = None
        self._inner: list[Statement] = []

    def take(self, kind: str, token: str, at: int) -> None:
        if kind == "newline":
            if not self._open:
                self.end_line()
            self._line += 1
            self._line_start = at + 1
        elif kind != "space":
            getattr(self, f"_{self._state}")(kind, token, at)
            if "\n" in token:
                self._line += token.count("\n")
                self._line_start = at + token.rindex("\n") + 1

    def end_line(self) -> None:
        """A line end outside lists and inline tables closes the statement on it."""
        if self._statement is not None:
            path, first, prefix = self._statement
            self.layout.statements.append(Statement(path, first, self._line, prefix, self._header))
            self.layout.statements += self._inner
        self._statement, self._inner, self._state, self._open, self._lists = None, [], "start", [], 0

    def _start(self, kind: str, token: str, at: int) -> None:
        if token == "[" and not self._open:
            self._state, self._parts, self._array = "heading", [], False
        elif token == "}" and self._open:
            self._close()
        elif kind in ("word", "string"):
            self._parts, self._first_line, self._state = [], self._line, "key"
            self._key(kind, token, at)

    def _heading(self, kind: str, token: str, at: int) -> None:
        if token == "[":
            self._array = True
        elif kind in ("word", "string"):
            self._parts.append(_unquoted(token))
            self._dig(len(self._parts))
        elif token == "]":
            self._end_heading()

    def _end_heading(self) -> None:
        path = self._absolute(tuple(self._parts))
        if self._array:
            index = self._counts.get(path, 0)
            self._counts[path] = index + 1
            path = (*path, str(index))
        self._header = Header(path, self._line, self._array)
        self._table = path
        self.layout.headers.append(self._header)
        self._state = "rest"

    def _absolute(self, path: KeyPath) -> KeyPath:
        """A header below a list of tables means its last one."""
        result: KeyPath = ()
        for number, part in enumerate(path, 1):
            result = (*result, part)
            if number < len(path) and result in self._counts:
                result = (*result, str(self._counts[result] - 1))
        return result

    def _rest(self, kind: str, token: str, at: int) -> None:
        """What follows a header on its line: the second bracket of a list of tables, or nothing."""

    def _key(self, kind: str, token: str, at: int) -> None:
        if token == "=":
            self._begin_value()
        elif kind in ("word", "string"):
            self._parts.append(_unquoted(token))
            self._last_part = at
            self._dig(len(self._base()) + len(self._parts) + self._lists)

    def _begin_value(self) -> None:
        self._path = (*self._base(), *self._parts)
        prefix = self._text[self._line_start : self._last_part]
        if self._open:
            self._inner.append(Statement(self._path, self._line, self._line, prefix, self._header, inner=True))
        else:
            self._statement = (self._path, self._first_line, prefix)
        self._state = "value"

    def _value(self, kind: str, token: str, at: int) -> None:
        if token in ("[", "{"):
            self._open.append((token, self._path))
            self._lists += token == "["
            self._dig(len(self._path) + self._lists)
            self._state = "start" if token == "{" else "value"
        elif token in ("]", "}") and self._open:
            self._close()
        elif token == "," and self._open:
            self._state = "start" if self._open[-1][0] == "{" else "value"

    def _close(self) -> None:
        bracket, self._path = self._open.pop()
        self._lists -= bracket == "["
        self._state = "value"

    def _base(self) -> KeyPath:
        """The table in which the next key stands."""
        return self._open[-1][1] if self._open else self._table

    def _dig(self, depth: int) -> None:
        if depth > self.layout.deepest:
            self.layout.deepest, self.layout.deepest_line = depth, self._line


def _unquoted(token: str) -> str:
    if token[:1] == "'":
        return token[1:-1]
    if token[:1] != '"':
        return token
    try:
        return str(tomllib.loads(f"key = {token}")["key"])
    except ValueError:
        return token[1:-1]
