"""The text of one file becomes the model ids that it uses, by the rules of its language."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from console.catalog.source import yaml_lines
from console.catalog.source.context import Link, is_compared, is_key, links
from console.catalog.source.deciding import used
from console.catalog.source.embedded import Part, in_assignments, in_text
from console.catalog.source.languages import grammar_of
from console.catalog.source.lexing import Lexed, Literal, lex
from console.catalog.source.notebooks import Cell, code_cells
from console.catalog.source.records import Use
from console.catalog.source.shapes import framework_prefix, hints, shape

MOST_USES = 2_000
"""Ids looked at in one file; a file with more is a data set."""
ALLOW = "console: allow"
_RECORDED = re.compile(
    r'"object"\s*:\s*"(?:chat\.completion|response|text_completion|list|message)|"stop_reason"\s*:|"http_interactions"'
)
_INTERPOLATED = re.compile(r"\$?\{[^{}]*\}|#\{[^{}]*\}")
_SEPARATORS = re.compile(r"[,\s]+")
_TABLE = re.compile(r"^[ \t]*\[\[?([^\]\n]+)\]\]?[ \t]*$", re.MULTILINE)
_SHELL_COMMENT = re.compile(r"(?<![^\s;])#[^\n]*")
_FUNCTION = re.compile(
    r"^[ \t]*(?:export\s+|default\s+|pub\s+|public\s+|private\s+|protected\s+|static\s+|async\s+)*"
    r"(?:def|function\*?|func|fn|fun)\s+(?:\([^)\n]*\)\s*)?(?:self\.)?(?P<name>\w+)",
    re.MULTILINE,
)


def uses(path: str, text: str) -> tuple[Use, ...]:
    """Every model id that the file at `path` uses, in the order of the text. Never raises; at most MOST_USES."""
    grammar = grammar_of(path)
    if not grammar or not (at := hints(text)):
        return ()
    if grammar == "notebook":
        return _in_notebook(path, text)
    found = sorted(_parts(grammar, text, at), key=lambda part: part.start)
    return _located(path, text, found[:MOST_USES], grammar)


def _parts(grammar: str, text: str, at: Sequence[int]) -> Iterator[Part]:
    if grammar == "yaml":
        yield from yaml_lines.parts(text)
    elif grammar in ("shell", "properties"):
        yield from _in_shell(text, properties=grammar == "properties")
    elif grammar != "json" or not _RECORDED.search(text):
        yield from _in_literals(lex(text, grammar), at, grammar)


def _in_shell(text: str, *, properties: bool = False) -> Iterator[Part]:
    code = _SHELL_COMMENT.sub(lambda match: " " * len(match.group()), text)
    seen: set[int] = set()
    for part in (*in_assignments(code, properties=properties), *in_text(code)):
        if part.start not in seen:
            seen.add(part.start)
            yield part


def _in_literals(lexed: Lexed, at: Sequence[int], grammar: str) -> Iterator[Part]:
    done = -1
    for hint in at[: 5 * MOST_USES]:
        literal = lexed.literal_at(hint)
        if literal is None or literal.start <= done:
            continue
        done = literal.start
        yield from _in_literal(lexed, literal, grammar)


def _in_literal(lexed: Lexed, literal: Literal, grammar: str) -> Iterator[Part]:
    body = lexed.content(literal)
    whole = list(_whole(body))
    if not whole:
        if not _is_docstring(lexed, literal):
            for part in in_text(body, lines=len(literal.opening) >= 3):
                yield Part(literal.body + part.start, part.id, part.name)
        return
    if is_key(lexed, literal) or is_compared(lexed, literal):
        return
    around = links(lexed, literal)
    if grammar == "hash":
        around += _table_around(lexed, literal.start)
    for part in whole:
        if used(shape(part.id), around, sure=grammar != "json"):
            yield Part(literal.body + part.start, part.id, _name(around))


def _whole(body: str) -> Iterator[Part]:
    """The ids of a string that holds ids and nothing else: one, or several between commas or spaces."""
    if len(body) > 4_000:
        return
    plain = _INTERPOLATED.sub(lambda match: "\0" * len(match.group()), body)
    found: list[Part] = []
    at = 0
    for word in _SEPARATORS.split(plain):
        start = plain.index(word, at)
        at = start + len(word)
        token = word.strip("\0/")
        if not token:
            continue
        if "\0" in token or not shape(token):
            return
        found.append(Part(start + word.index(token), token))
    if len(found) == 1 or "," in plain or (" " in plain and all(shape(part.id) for part in found)):
        yield from found


def _is_docstring(lexed: Lexed, literal: Literal) -> bool:
    if len(literal.opening) < 3:
        return False
    before = lexed.masked[max(0, literal.start - 200) : literal.start]
    line = before.rpartition("\n")[2]
    return not line.strip() and before.rstrip()[-1:] in ("", ":", "\x02")


def _table_around(lexed: Lexed, at: int) -> tuple[Link, ...]:
    """The `[table]` of a TOML file that a value stands in."""
    last = None
    for match in _TABLE.finditer(lexed.masked, 0, at):
        last = match
    return (Link("key", lexed.text[last.start(1) : last.end(1)]),) if last else ()


def _name(around: tuple[Link, ...]) -> str:
    first = around[0]
    if first.kind == "call":
        return first.before or next((link.name for link in around if link.kind == "key"), "")
    return first.name if first.kind == "key" else ""


def _in_notebook(path: str, text: str) -> tuple[Use, ...]:
    found = [
        _in_cell(path, text, cell, part)
        for cell in code_cells(text)
        for part in _in_literals(lex(cell.code, "python"), hints(cell.code), "python")
    ]
    return tuple(found[:MOST_USES])


def _in_cell(path: str, text: str, cell: Cell, part: Part) -> Use:
    number = cell.code.count("\n", 0, part.start)
    at = cell.offsets[min(number, len(cell.offsets) - 1)]
    at = max(at, text.find(part.id, at))
    line = cell.code.split("\n")[number]
    start = text.rfind("\n", 0, at) + 1
    return _use(path, text.count("\n", 0, at) + 1, at - start + 1, part, ALLOW in line, "")


def _located(path: str, text: str, parts: list[Part], grammar: str) -> tuple[Use, ...]:
    if not parts:
        return ()
    functions = [] if grammar in ("yaml", "json", "shell", "properties", "hash") else list(_FUNCTION.finditer(text))
    places = [match.start() for match in functions]
    found = []
    for part in parts:
        start = text.rfind("\n", 0, part.start) + 1
        end = text.find("\n", part.start)
        index = bisect_right(places, part.start) - 1
        within = functions[index]["name"] if index >= 0 and _inside(text, functions[index], start) else ""
        allowed = ALLOW in text[start : end if end >= 0 else len(text)]
        row = text.count("\n", 0, start) + 1
        found.append(_use(path, row, part.start - start + 1, part, allowed, within))
    return tuple(found)


def _inside(text: str, function: re.Match[str], line: int) -> bool:
    """Whether a line is indented deeper than the function above it; a one-line function is its own inside."""
    head = text.rfind("\n", 0, function.start("name")) + 1
    return line <= head or _indent(text, line) > _indent(text, head)


def _indent(text: str, line: int) -> int:
    end = line
    while end < len(text) and text[end] in " \t":
        end += 1
    return end - line


def _use(path: str, line: int, column: int, part: Part, allowed: bool, within: str) -> Use:
    model = part.id[framework_prefix(part.id) :]
    return Use(path, line, column, part.id, model, part.name, within, allowed)
