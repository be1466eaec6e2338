"""Two SQL queries tried on small invented tables, in an engine that may do nothing but read them.

SQLite in memory: no file, no clock, no extension; steps and sizes are limited. Whatever it does not understand ends it:
then nothing is said.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from console.triage.imagining.values import words
from console.triage.records import Reason, brief

_QUERY = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*[\s\S]{0,2000}?\*/")
_TABLE = re.compile(r"\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)
_NAMED = re.compile(r"\b(\w+)\s+as\s*\(\s*(?:select|with)\b", re.IGNORECASE)
_QUALIFIED = re.compile(r"\b([a-z_]\w*)\.([a-z_]\w*)", re.IGNORECASE)
_DECLARED = re.compile(r"\b(\w+) ?\((\w+(?:, ?\w+){0,20})\)")
_DRAWN = re.compile(r"\btable:? *`?(\w{1,60})`?[^\n]{0,40}\n\+[-+]+\n((?:[|+][^\n]{0,200}\n){1,40})")
_CELL = re.compile(r"^\| *(\w+) ", re.MULTILINE)
"""`Table: people` with its columns in a frame, a line each."""
_CREATED = re.compile(
    r"\bcreate table (?:if not exists )?[`\"]?(\w{1,60})[`\"]? ?\(((?:[^()]|\([^()]{0,60}\)){1,2000})\)"
)
_COLUMN = re.compile(
    r"(?:^|,)\s*[`\"]?(?!primary\b|foreign\b|unique\b|constraint\b|check\b|key\b)([a-z_]\w*)[`\"]?\s+\w"
)
_WORD = re.compile(r"[a-z_]\w*")
_LABEL = re.compile(r"\bas\s+[`\"]?([a-z_]\w*)")
_KEYWORDS = words(
    """select from where and or not in is null as on by order group having limit offset distinct case when then else end
    between like asc desc union all exists with over partition join left right inner outer using cast integer real text
    numeric true false interval day month year rows row only fetch next first last nulls"""
)
_NUMBER = re.compile(r"(?<![\w.'-])\d{1,6}(?![\w.'-])")
_TEXT = re.compile(r"'([^'\n]{1,40})'")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TODAY = "2026-03-15"
_DAYS = ("2026-03-14", "2026-03-15", "2026-03-16", "2026-02-20", "2025-12-17", "2025-12-14", "2024-06-01", "2023-01-31")
_OF_TIME = re.compile(
    r"(?:^|_)(?:at|on|date|day|time|since|until|created|updated|expires)(?:$|_)|_at$|date$", re.IGNORECASE
)
_OF_TEXT = re.compile(
    r"name|email|status|title|city|country|type|kind|category|department|state|role|code", re.IGNORECASE
)
_DOWNWARDS = re.compile(r"\bdesc\b", re.IGNORECASE)
_KEY = re.compile(r"(?:^|_)id$|_by$", re.IGNORECASE)
_DIALECT = tuple(
    (re.compile(pattern, re.IGNORECASE), by)
    for pattern, by in (
        (r"\bfetch\s+(?:first|next)\s+(\d+)\s+rows?\s+only", r"LIMIT \1"),
        (r"\bdate_sub\(\s*(?:now\(\)|curdate\(\)|current_date),\s*interval\s+'?(\d+)'?\s+(day|month|year)s?\s*\)",
         rf"date('{_TODAY}', '-\1 \2')"),
        (r"\b(?:now\(\)|current_date(?:\(\))?|current_timestamp|curdate\(\))\s*-\s*interval\s+"
         r"'?(\d+)'?\s*(day|month|year)s?'?",
         rf"date('{_TODAY}', '-\1 \2')"),
        (r"\b(?:now\(\)|curdate\(\)|current_date(?:\(\))?|current_timestamp|getdate\(\))", f"'{_TODAY}'"),
        (r"'now'", f"'{_TODAY}'"),
        (r"\bextract\(\s*year\s+from\s+([\w.]+)\s*\)|\byear\(\s*([\w.]+)\s*\)",
         r"CAST(strftime('%Y', \1\2) AS INTEGER)"),
        (r"::\s*\w+", ""),
        (r"\bilike\b", "LIKE"),
        (r"\b(?:date|timestamp)\s+(?=')", ""),
    )
)  # fmt: skip
_FUNCTIONS = words(
    """count sum avg min max total coalesce ifnull nullif round abs lower upper length substr substring trim date
    strftime julianday row_number rank dense_rank lag lead first_value last_value like iif"""
)
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
_STEPS, _AT_ONCE = 100, 1_000
_ROWS, _MOST_ROWS = 9, 300
_SIZES = (_ROWS, _ROWS, _ROWS, _ROWS, 1)
"""Rows of each table, round by round."""
_LONGEST, _MOST_TABLES = 4_000, 6

_Tables = Mapping[str, list[str]]


def queried(before: str, after: str, prompt: str) -> tuple[Reason | None, bool]:
    """What else one query finds than the other; and whether both were tried and found the same."""
    if max(len(before), len(after)) > _LONGEST or not (_QUERY.match(before) and _QUERY.match(after)):
        return None, False
    left, right = _translated(before), _translated(after)
    if ";" in left or ";" in right:
        return None, False
    tables = _tables(f"{left}\n{right}", prompt)
    found = 0
    for turn in range(len(_SIZES) if tables else 0):
        one, other = _rows(tables, left, right, turn, _SIZES[turn])
        if one is None or other is None:
            return None, False
        found += len(one)
        if sorted(map(repr, one)) != sorted(map(repr, other)):
            if "limit" in left.lower() and len(one) == len(other) and turn:
                continue  # which of equal rows come first was never promised
            told = _told(one, other)
            return (replace(told, weight=min(told.weight, 0.6)) if _SIZES[turn] < _ROWS else told), False
    if not found:
        return None, False
    if "order by" in left.lower():
        if "order by" not in right.lower():
            return Reason("code", "the order of the rows is lost", 0.6), False
        if len(_DOWNWARDS.findall(left)) != len(_DOWNWARDS.findall(right)):
            return Reason("code", "the rows are sorted in another direction", 0.6), False
    return Reason("code", f"the same rows of {len(_SIZES)} sets of invented tables", 0.1), True


def _told(one: list[tuple[object, ...]], other: list[tuple[object, ...]]) -> Reason:
    if one and other and len(one[0]) != len(other[0]):
        return Reason("code", f"rows of {len(one[0])} columns are now of {len(other[0])}", 0.5)
    for side, rest, word in ((one, other, "no longer"), (other, one, "newly")):
        apart = [row for row in side if row not in rest]
        if apart:
            # A group of those of whom nothing is known is seldom asked for.
            row = next((row for row in apart if None not in row), apart[0])
            weight = 0.45 if row[:1] == (None,) and any(one is not None for one in row) else 0.8
            return Reason("code", f"on invented tables a row is {word} found: {brief(repr(row), 60)}", weight)
    return Reason("code", f"on invented tables {len(one)} rows are now {len(other)}: repeated rows", 0.75)


def _translated(query: str) -> str:
    """The query as SQLite spells it."""
    query = _COMMENT.sub(" ", query).strip().rstrip("; \n")
    for pattern, by in _DIALECT:
        query = pattern.sub(by, query)
    return query


def _tables(queries: str, prompt: str) -> _Tables:
    """The tables that queries read, with their columns: those the prompt tells, else those written with a table."""
    named = {one.lower() for one in _NAMED.findall(queries)}
    aliases: dict[str, str] = {}
    for table, alias in _TABLE.findall(queries):
        aliases[table.lower()] = table.lower()
        if alias:
            aliases[alias.lower()] = table.lower()
    tables: dict[str, list[str]] = {table: [] for table in aliases.values() if table not in named}
    for table, columns in _DECLARED.findall(prompt.lower()):
        if table in tables:
            tables[table] += [column.strip() for column in columns.split(",")]
    for table, body in _DRAWN.findall(prompt.lower()):
        if table in tables:
            tables[table] += [column for column in _CELL.findall(body) if column != "column"]
    for table, body in _CREATED.findall(prompt.lower()):
        if table in tables:
            tables[table] += _COLUMN.findall(body)
    for alias, column in _QUALIFIED.findall(queries.lower()):
        columns = tables.get(aliases.get(alias, ""), [])
        if column not in columns:
            columns.append(column)
    if len(tables) == 1 and not all(tables.values()):
        words_of = (word for word in _WORD.findall(_TEXT.sub(" ", queries.lower())) if word not in _KEYWORDS)
        own = dict.fromkeys(word for word in words_of if word not in aliases and word not in _FUNCTIONS)
        labels = set(_LABEL.findall(queries.lower()))
        tables = {table: [word for word in own if word not in labels] for table in tables}
    return tables if len(tables) <= _MOST_TABLES and all(tables.values()) else {}


def _rows(
    tables: _Tables, left: str, right: str, turn: int, size: int
) -> tuple[list[tuple[object, ...]] | None, list[tuple[object, ...]] | None]:
    """What both queries find in the same tables; None where one of them is not understood."""
    link = sqlite3.connect(":memory:")
    try:
        chance = random.Random(turn)  # noqa: S311 - the same tables every time
        for table, named in tables.items():
            columns = list(dict.fromkeys(named))
            names = ", ".join(f'"{one}"' for one in columns)
            link.execute(f'CREATE TABLE "{table}" ({names})')
            marks = ", ".join("?" for _ in columns)
            rows = islice(_invented(columns, f"{left}\n{right}", turn, chance), size)
            link.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608 - words only, in memory
        link.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)
        link.set_authorizer(_may)
        return _found(link, left), _found(link, right)
    except sqlite3.Error:
        return None, None
    finally:
        link.close()


def _may(action: int, _: object, name: str | None, *__: object) -> int:
    if action in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and (name or "").lower() in _FUNCTIONS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _found(link: sqlite3.Connection, query: str) -> list[tuple[object, ...]] | None:
    left = iter(range(_STEPS))
    link.set_progress_handler(lambda: next(left, None) is None, _AT_ONCE)
    try:
        rows = link.execute(query).fetchmany(_MOST_ROWS)
    except (sqlite3.Error, sqlite3.Warning, OverflowError):
        return None
    return [tuple(round(one, 6) if isinstance(one, float) else one for one in row) for row in rows]


def _invented(columns: list[str], queries: str, turn: int, chance: random.Random) -> Iterator[tuple[object, ...]]:
    """Rows with equal values, none, and keys that lead nowhere; in the first round amounts differ."""
    texts = [one for one in _TEXT.findall(queries) if not _DAY.match(one)]
    days = list(_DAYS) + [day.group() for day in _DAY.finditer(queries)]
    numbers = [int(one) + step for one in _NUMBER.findall(queries)[:6] for step in (-1, 0, 1)]
    for place in range(_ROWS):
        row: list[object] = []
        for column in columns:
            if column == "id":
                row.append(place + 1)
            elif _KEY.search(column):
                row.append(chance.choice((1, 1, 2, 3, 4, 5, 99, None)))
            elif _OF_TIME.search(column):
                row.append(chance.choice(days))
            elif _OF_TEXT.search(column):
                row.append(chance.choice([*texts, *texts, f"x{place}", "Ann", None if turn else "Bob"]))
            elif turn:
                row.append(chance.choice([*numbers, *numbers, 0, 10, 10, 20, None]))
            else:
                row.append(100 + place * place * 7 + chance.randrange(5))
        yield tuple(row)
