"""Every key of the registry, one by one: read where it is right, and where it is wrong refused with file and line.

The document is made from the table of keys, so a key that is added there is tested here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import pytest

from console.domain.errors import Problem, RegistryInvalid
from console.domain.keys import TABLES, Key, Kind, TableName
from console.domain.kinds import READERS
from console.domain.validate import check
from console.registry.literals import literal
from console.registry.reading import parse

GOOD: dict[Kind, str] = {
    "schema": "1",
    "text": '"in words"',
    "filled": '"in words"',
    "model": '"other"',
    "provider": '"anthropic"',
    "percentage": "12.5",
    "percentages": "[5, 100]",
    "instant": "2026-11-20T09:00:00Z",
    "date": "2026-05-15",
    "bool": "true",
    "count": "50",
    "duration": '"90s"',
    "probability": "0.02",
    "pair": "[1.5, 0.02]",
    "role": '"signal"',
    "users": '"exact"',
    "number": "0.5",
    "windows": '["Fri 16:00-Mon 08:00 UTC"]',
    "free": "{ max_tokens = 5 }",
}
NO_TABLE = ("5", '"x"', "[]", "true")
WRONG: dict[Kind, tuple[str, ...]] = {
    "schema": ("2", "0", '"1"', "true", "1.0"),
    "text": ("5", "true", '["x"]', "2026-05-15"),
    "filled": ('""', '"  "', "5"),
    "model": ('""', '" other"', '"a|b"', "5", '["other"]'),
    "provider": ('"two words"', '""', "5"),
    "percentage": ("-0.0001", "100.0001", "nan", '"5"', "true"),
    "percentages": ("[]", "[25, 5]", "[0, 5]", "[5, 101]", "5"),
    "instant": ('"2026-11-20T09:00:00Z"', "5", "09:00:00"),
    "date": ('"2026-05-15"', "2026-05-15T00:00:00Z", "20260515"),
    "bool": ("1", '"true"', "[]"),
    "count": ("0", "-1", "1.5", "1_000_000_001"),
    "duration": ("90", '"90"', '"1h30m"', '"-1s"'),
    "probability": ("0", "1", "-0.1", '"0.5"'),
    "pair": ("[1.5]", "[0, 0.1]", "[1.5, -0.1]", "1.5"),
    "role": ('"Signal"', '"judge"', "1"),
    "users": ('"Exact"', '"requests"', "1"),
    "number": ("-0.1", "inf", '"1"'),
    "windows": ('["Fri"]', '"Fri 16:00-Mon 08:00 UTC"', "[5]"),
    "free": NO_TABLE,
    "table": NO_TABLE,
    "tables": NO_TABLE,
}
HEADERS: dict[TableName, str] = {
    "route": "[routes.support]",
    "gates": "[routes.support.gates]",
    "metric": "[routes.support.gates.error]",
    "guard": "[routes.support.guard]",
    "model": '[models."gpt-4.1"]',
    "price": '[models."gpt-4.1".price]',
}
OTHERS = """
[models.other]
pinned_date = 2026-05-15
reason = "for the other tiers"

[models.newer]
pinned_date = 2026-05-15
reason = "the canary"
"""


@dataclass(frozen=True)
class Place:
    """One key with a value of its own, and where it stands in the document."""

    table: TableName
    key: Key
    line: int

    @property
    def path(self) -> tuple[str, ...]:
        if self.table == "":
            return (self.key.name,)
        return (*next(iter(tables(tomllib.loads(HEADERS[self.table])))), self.key.name)

    def __str__(self) -> str:
        return ".".join(self.path)


def tables(plain: dict[str, object], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of the innermost tables."""
    inner = [found for key, value in plain.items() if isinstance(value, dict) for found in tables(value, (*path, key))]
    return inner or [path]


def good(key: Key) -> str:
    special = {"production": '"gpt-4.1"', "canary": '"newer"', "tolerance": "[1.2, 0.002]"}
    return special.get(key.name, GOOD.get(key.kind, ""))


def document() -> tuple[list[str], list[Place]]:
    """A registry with every key in it, each on a line of its own, and where each stands."""
    lines, places = ["# all keys", "schema = 1"], [Place("", TABLES[""].keys[0], 2)]
    for table, header in HEADERS.items():
        lines += ["", header]
        for key in TABLES[table].keys:
            if good(key):
                lines.append(f"{key.name} = {good(key)}")
                places.append(Place(table, key, len(lines)))
    return lines + OTHERS.split("\n"), places


LINES, PLACES = document()
TEXT = "\n".join(LINES)


def problems(text: str) -> list[Problem]:
    with pytest.raises(RegistryInvalid) as caught:
        parse(text.encode(), "registry.toml")
    return [problem for problem in caught.value.problems if problem.severity == "error"]


def with_line(line: int, text: str | None) -> str:
    return "\n".join([*LINES[: line - 1], *([] if text is None else [text]), *LINES[line:]])


def test_the_document_holds_every_key_and_is_a_registry():
    snapshot = parse(TEXT.encode(), "registry.toml")
    assert snapshot.warnings == ()
    nested = {"table", "tables"}
    assert {(place.table, place.key.name) for place in PLACES} == {
        (name, key.name) for name, table in TABLES.items() for key in table.keys if key.kind not in nested
    }


@pytest.mark.parametrize(
    ("place", "value"),
    [pytest.param(place, value, id=f"{place}={value}") for place in PLACES for value in WRONG[place.key.kind]],
)
def test_a_wrong_value_is_refused_at_its_key_and_line(place: Place, value: str):
    found = problems(with_line(place.line, f"{place.key.name} = {value}"))
    mine = [problem for problem in found if problem.path == place.path]
    assert len(mine) == 1
    assert mine[0].line == place.line
    assert mine[0].text("registry.toml").startswith(f"registry.toml:{place.line}: ")
    assert {problem.path[: len(place.path) - 1] for problem in found} == {place.path[:-1]}, "others were blamed"


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_misspelt_key_is_refused_at_its_line_with_the_right_spelling(place: Place):
    misspelt = place.key.name[:-1] + "q"
    found = {problem.path: problem for problem in problems(with_line(place.line, f"{misspelt} = {good(place.key)}"))}
    problem = found[(*place.path[:-1], misspelt)]
    assert problem.line == place.line
    assert f"did you mean {place.key.name}?" in problem.message


@pytest.mark.parametrize("place", [place for place in PLACES if place.key.required], ids=str)
def test_a_missing_key_that_is_required_is_reported_at_its_table(place: Place):
    header = 0 if place.table == "" else LINES.index(HEADERS[place.table]) + 1
    (problem,) = problems(with_line(place.line, None))
    assert (problem.path, problem.message, problem.line) == (place.path, "is missing", header)


OPTIONAL = [place for place in PLACES if not place.key.required and not place.key.name.startswith("canary")]


@pytest.mark.parametrize("place", OPTIONAL, ids=str)
def test_a_key_that_is_not_required_may_be_left_out(place: Place):
    registry, found = check(tomllib.loads(with_line(place.line, None)))
    assert registry is not None
    assert found == ()


@pytest.mark.parametrize("place", [place for place in OPTIONAL if place.key.default is not None], ids=str)
def test_a_key_left_out_means_its_default(place: Place):
    left_out, _ = check(tomllib.loads(with_line(place.line, None)))
    said, _ = check(tomllib.loads(with_line(place.line, f"{place.key.name} = {literal(place.key.default)}")))
    other, _ = check(tomllib.loads(TEXT))
    assert left_out == said
    if READERS[place.key.kind](place.key.default) != READERS[place.key.kind](
        tomllib.loads(f"x = {good(place.key)}")["x"]
    ):
        assert left_out != other


@pytest.mark.parametrize("place", [place for place in PLACES if place.key.kind == "bool"], ids=str)
def test_a_switch_is_read_as_written(place: Place):
    def read(value: str) -> object:
        registry, _ = check(tomllib.loads(with_line(place.line, f"{place.key.name} = {value}")))
        assert registry is not None
        record = registry.models["gpt-4.1"] if place.table == "model" else registry.routes["support"].guard
        return getattr(record, place.key.name)

    assert (read("true"), read("false")) == (True, False)


@pytest.mark.parametrize("table", HEADERS)
@pytest.mark.parametrize("key", ["api_key", "base_url"])
def test_no_table_may_carry_a_key_or_an_address(table: TableName, key: str):
    header = LINES.index(HEADERS[table]) + 1
    text = "\n".join([*LINES[:header], f'{key} = "x"', *LINES[header:]])
    (problem,) = problems(text)
    assert problem.path[-1] == key
    assert problem.line == header + 1


def test_every_kind_of_value_has_a_wrong_one():
    assert set(WRONG) == set(READERS)
