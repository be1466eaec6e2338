"""Edits in the text: exactly what was asked for, and every other line as it was."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.odd_registries import DOCUMENTS, PLAIN, changes
from bench.registry_faults import untouched
from console.domain.edits import AddTable, DropKey, Edit, SetKey, apply, identical, reverse
from console.domain.errors import Refused, RegistryInvalid
from console.registry.editing import compare, preview
from console.registry.reading import Snapshot, parse

ROUTE = ("routes", "support")
OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
PROMOTE: tuple[Edit, ...] = (
    SetKey((*ROUTE, "production"), NEW),
    DropKey((*ROUTE, "canary")),
    DropKey((*ROUTE, "canary_percentage")),
    DropKey((*ROUTE, "canary_start")),
    SetKey((*ROUTE, "fallback"), OLD),
)
SIGNS = {"same": " ", "removed": "-", "added": "+"}


def snapshot(text: str) -> Snapshot:
    return parse(text.encode(), "registry.toml")


def after(text: str, *edits: Edit) -> str:
    return preview(snapshot(text), edits).after.decode()


def shown(text: str, edits: Sequence[Edit]) -> str:
    return "\n".join(SIGNS[kind] + line for kind, line in preview(snapshot(text), edits).diff)


def test_promote_is_five_lines_out_and_two_in_and_nothing_else(design: str):
    assert (
        shown(design, PROMOTE)
        == f"""\
 [routes.support]
-production = "{OLD}"
-canary = "{NEW}"
-canary_percentage = 5
-canary_start = 2026-11-20T09:00:00Z
-fallback = "claude-haiku-4-5-20251001"
+production = "{NEW}"
+fallback = "{OLD}\""""
    )


def test_promote_taken_back_gives_every_byte_again(design: str):
    promoted = after(design, *PROMOTE)
    back = reverse(tomllib.loads(design), tomllib.loads(promoted))
    assert after(promoted, *back) == design


def test_a_canary_stands_after_production_and_its_model_at_the_end(design: str):
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    edits = [
        AddTable(
            ("models", "gpt-5.4-mini"), {"provider": "openai", "pinned_date": date(2026, 11, 24), "reason": "try"}
        ),
        SetKey((*ROUTE, "canary_percentage"), 5.0),
        SetKey((*ROUTE, "canary_start"), start),
        SetKey((*ROUTE, "canary"), "gpt-5.4-mini"),
        SetKey((*ROUTE, "canary_held"), "wait"),
    ]
    assert (
        shown(after(design, *PROMOTE), edits)
        == """\
 [routes.support]
+canary = "gpt-5.4-mini"
+canary_percentage = 5
+canary_start = 2026-11-24T09:00:00Z
+canary_held = "wait"
+[models."gpt-5.4-mini"]
+provider = "openai"
+pinned_date = 2026-11-24
+reason = "try\""""
    )
    text = after(after(design, *PROMOTE), *edits)
    assert f'production = "{NEW}"\ncanary = "gpt-5.4-mini"\ncanary_percentage = 5\n' in text
    assert '\n\n[models."gpt-5.4-mini"]\n' in text


def test_a_comment_beside_a_value_stays(design: str):
    text = design.replace("= 5\n", "=   5  # slowly\n")
    assert "canary_percentage =   25  # slowly\n" in after(text, SetKey((*ROUTE, "canary_percentage"), 25))


def test_the_diff_shows_each_table_once(design: str):
    edits = [SetKey(("models", NEW, "tested"), True), SetKey((*ROUTE, "canary_percentage"), 25)]
    assert (
        shown(design, edits)
        == f"""\
 [routes.support]
-canary_percentage = 5
+canary_percentage = 25
 [models."{NEW}"]
-tested = false
+tested = true"""
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ('say "hi" \\ \n\t\x1b\x7f\u202e é 語', '"say \\"hi\\" \\\\ \\n\\t\\u001B\\u007F\\u202E é 語"'),
        ("\U000e0041", '"\\U000E0041"'),
        ("", '""'),
    ],
)
def test_text_is_written_so_that_it_hides_nothing(design: str, value: str, written: str):
    text = after(design, SetKey((*ROUTE, "description"), value))
    assert f"description = {written}\n" in text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_mark_and_missing_end_are_kept(design: str, newline: str, bom: str, final: bool):
    text = bom + design.replace("\n", newline)
    text = text if final else text.removesuffix(newline)
    result = after(text, *PROMOTE)
    assert result.startswith(bom + "# Every")
    assert result.count("\n") == text.count("\n") - 3
    assert result.count("\r\n") == (result.count("\n") if newline == "\r\n" else 0)
    assert result.endswith(newline) is final


def test_a_table_is_added_after_a_last_line_without_an_end(design: str):
    text = after(design.rstrip(), AddTable(("models", "m"), {"pinned_date": date(2026, 1, 1), "reason": "x"}))
    assert text == design + '\n[models."m"]\npinned_date = 2026-01-01\nreason = "x"\n'


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([SetKey((*ROUTE, "canary_percentage"), 500)], "routes.support.canary_percentage: must be between 0 and 100"),
        ([SetKey((*ROUTE, "production"), "gone")], "routes.support.production: 'gone' has no table"),
        ([SetKey((*ROUTE, "colour"), "red")], "routes.support.colour: unknown key"),
        ([DropKey((*ROUTE, "canary"))], "canary missing"),
        ([DropKey((*ROUTE, "canary_held"))], "routes.support.canary_held is not in the file"),
        ([AddTable(("models", NEW), {})], "is already in the file"),
        ([SetKey((*ROUTE, "description"), "\ud800")], "lone surrogate"),
        ([SetKey((*ROUTE, "suite"), object())], "routes.support.suite: must be text"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_its_reason(design: str, edits: Sequence[Edit], words: str):
    with pytest.raises(Refused, match="was not changed: ") as caught:
        preview(snapshot(design), edits)
    assert words in caught.value.message


def test_what_cannot_be_done_exactly_is_given_as_an_edit_by_hand():
    text = DOCUMENTS["everything inline"]
    with pytest.raises(Refused) as caught:
        preview(snapshot(text), [AddTable((*ROUTE, "params"), {"max_tokens": 5})])
    assert caught.value.hint == "To make it by hand:\n  at the end: [routes.support.params] | max_tokens = 5"


def test_the_edit_by_hand_names_each_step(design: str):
    edits = [SetKey((*ROUTE, "production"), NEW), DropKey((*ROUTE, "canary")), DropKey(("gone",))]
    with pytest.raises(Refused) as caught:
        preview(snapshot(design), edits)
    assert caught.value.hint.splitlines()[1:] == [
        f'  in [routes.support]: production = "{NEW}"',
        "  in [routes.support]: remove canary",
        "  in the top of the file: remove gone",
    ]


def test_two_whole_files_are_compared_line_by_line(design: str):
    promoted = after(design, *PROMOTE)
    change = compare(promoted.encode(), design.encode(), "registry.toml")
    assert [line for kind, line in change.diff if kind == "added"][1:4] == [
        f'canary = "{NEW}"',
        "canary_percentage = 5",
        "canary_start = 2026-11-20T09:00:00Z",
    ]
    with pytest.raises(RegistryInvalid):
        compare(design.encode(), b"schema = 1", "registry.toml")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_odd_documents_are_edited_exactly_or_not_at_all(name: str):
    text = DOCUMENTS[name]
    before = snapshot(text)
    refused = 0
    for edits in changes(before.plain):
        try:
            result = preview(before, edits).after.decode("utf-8-sig")
        except Refused:
            refused += 1
            continue
        assert identical(tomllib.loads(result), apply(before.plain, edits))
        assert untouched(text.removeprefix("\ufeff"), result, edits)
    assert refused <= 2


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everyday_edits_work_however_the_file_is_written(name: str):
    before = snapshot(DOCUMENTS[name])
    for number in (0, 1, 2, 3, 4, 5, 6, 9, 10):
        preview(before, changes(before.plain)[number])


def test_a_drop_that_leaves_no_trace_of_its_table_is_refused():
    text = PLAIN + "\n[routes]\ntwo.production = 'claude-sonnet-5-5'\ntwo.params.max_tokens = 5\n"
    with pytest.raises(Refused, match="would not say exactly that"):
        preview(snapshot(text), [DropKey(("routes", "two", "params", "max_tokens"))])


VALUES = st.text(max_size=12) | st.integers(-(2**60), 2**60) | st.booleans() | st.dates() | st.floats(allow_nan=False)
NAMES = st.text("abc-_. \"'\\=é", min_size=1, max_size=5)


@st.composite
def params_edits(draw: st.DrawFn) -> tuple[Edit, ...]:
    """Sets, drops and additions in the one table that may hold anything."""
    place = (*ROUTE, "params")
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    edits: list[Edit] = [AddTable(place, {name: draw(VALUES) for name in names})]
    present = set(names)
    for _ in range(draw(st.integers(0, 5))):
        name = draw(NAMES)
        if name in present and draw(st.booleans()):
            present.discard(name)
            edits.append(DropKey((*place, name)))
        else:
            present.add(name)
            edits.append(SetKey((*place, name), draw(VALUES)))
    return tuple(edits)


@given(
    name=st.sampled_from(["as people write it", "CRLF", "subtables first", "comments between"]), edits=params_edits()
)
def test_an_edit_of_the_file_is_the_edit_of_its_data(name: str, edits: tuple[Edit, ...]):
    before = snapshot(DOCUMENTS[name])
    result = preview(before, edits)
    wanted: dict[str, Any] = apply(before.plain, edits)
    assert identical(tomllib.loads(result.after.decode()), wanted)
    assert result.after.startswith(before.data.rstrip())


@given(share=st.integers(0, 1_000_000), document=st.sampled_from(list(DOCUMENTS)))
def test_any_share_can_be_set_in_any_document(share: int, document: str):
    before = snapshot(DOCUMENTS[document])
    route = next(iter(before.registry.routes))
    result = preview(before, [SetKey(("routes", route, "canary_percentage"), share / 10_000)])
    registry = parse(result.after, "r").registry
    assert round(registry.routes[route].canary_percentage * 10_000) == share
    assert len(result.after.splitlines()) == len(before.data.splitlines())
