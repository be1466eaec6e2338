from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.text.cells import cell_width, char_width, clip, clip_middle, drawable, wrap, wrap_spans
from console.text.safe import SafeText
from console.tui import theme
from console.tui.drawing.canvas import Canvas, Paint, paint
from console.tui.drawing.glyphs import STATES, plain_ascii, without_colour
from console.tui.drawing.palette import DARK, LIGHT, contrast

ANY_TEXT = st.text(max_size=40)
STYLES = st.sampled_from(["fg", "muted", "strong bold on raised", "canary bold", "prod on band", "fg underline"])


def row_widths(canvas: Canvas) -> set[int]:
    return {sum(cell_len(segment.text) for segment in row) for row in canvas.rows()}


# --- widths -------------------------------------------------------------------------------------------------------


def test_widths_agree_with_the_terminal_library_for_every_character_that_is_drawn() -> None:
    wrong = [
        hex(code)
        for code in range(0x20, 0x110000)
        if (char := chr(code)).isprintable()
        and unicodedata.category(char) not in ("Mn", "Me", "Mc")
        and char_width(char) != cell_len(char)
    ]
    assert wrong == []


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("…", 1), ("⠶", 1)])
def test_a_text_takes_as_many_cells_as_it_shows(text: str, width: int) -> None:
    assert cell_width(text) == width


def test_a_clipped_text_ends_in_an_ellipsis_and_never_exceeds_its_cells() -> None:
    assert clip("claude-sonnet", 8) == "claude-…"
    assert clip("claude", 6) == "claude"
    assert clip("日本語", 4) == "日…"
    assert clip("anything", 0) == ""
    assert clip("anything", -3) == ""


def test_a_model_id_is_cut_in_the_middle_so_that_both_ends_show() -> None:
    assert clip_middle("claude-sonnet-4-5-20250929", 17) == "claude-s…20250929"
    assert clip_middle("claude-sonnet", 20) == "claude-sonnet"


@given(ANY_TEXT, st.integers(-2, 30))
def test_clipping_keeps_the_promise_for_any_text(text: str, width: int) -> None:
    assert cell_width(clip(text, width)) <= max(0, width)
    assert cell_width(clip_middle(text, width)) <= max(0, width)


def test_wrapping_breaks_at_spaces_and_keeps_line_breaks() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("one\n\ntwo", 10) == ["one", "", "two"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("", 5) == [""]
    assert wrap("  indented code", 12) == ["  indented", "code"]


@given(st.text(alphabet="ab \n日e\u0301", max_size=60), st.integers(2, 12))
def test_wrapped_lines_fit_and_lose_only_blanks(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_width(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    spans = wrap_spans(text, width)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


# --- drawing ------------------------------------------------------------------------------------------------------


def test_text_stands_where_it_was_put() -> None:
    canvas = Canvas(12, 2)
    assert canvas.put(2, 0, "left", "fg") == 6
    assert canvas.right(12, 0, "42 %", "strong") == 8
    canvas.fill(0, 12, 1, "─", "rule")
    assert canvas.text() == ["  left  42 %", "────────────"]


def test_a_style_names_colour_attributes_and_background() -> None:
    assert paint("strong bold on raised") == Paint("strong", "raised", bold=True)
    assert paint("fg") == Paint("fg", "")
    with pytest.raises(ValueError, match="one colour"):
        paint("red green")


def test_text_keeps_the_background_it_is_put_on() -> None:
    canvas = Canvas(4, 1, "side")
    canvas.row(0, "raised", 1, 3)
    canvas.put(0, 0, "abcd", "fg")
    assert [segment.paint.bg for segment in canvas.segments(0)] == ["side", "raised", "side"]


def test_what_is_outside_is_clipped_on_every_side() -> None:
    canvas = Canvas(3, 1)
    canvas.put(-2, 0, "abcdefgh")
    canvas.put(0, 5, "below")
    canvas.put(0, -1, "above")
    assert canvas.text() == ["cde"]


def test_half_of_a_wide_character_is_never_drawn() -> None:
    canvas = Canvas(3, 1)
    canvas.put(-1, 0, "日本")
    assert canvas.text() == [" 本"]
    canvas.put(2, 0, "語")
    assert row_widths(canvas) == {3}
    canvas.put(1, 0, "x")
    assert canvas.text() == [" x"]


def test_overwriting_the_second_half_of_a_wide_character_blanks_the_first() -> None:
    canvas = Canvas(4, 1)
    canvas.put(0, 0, "日日")
    canvas.put(1, 0, "ab")
    assert canvas.text() == [" ab"]


def test_combining_marks_join_their_letter_but_not_without_end() -> None:
    canvas = Canvas(5, 1)
    canvas.put(0, 0, "e\u0301" + "a" + "\u0301" * 50)
    assert canvas.text()[0].startswith("e\u0301a")
    assert len(canvas.text()[0]) <= 8


def test_pasting_copies_a_window_and_clips_it() -> None:
    source = Canvas(4, 3)
    for y, text in enumerate(("aaaa", "bbbb", "cccc")):
        source.put(0, y, text)
    target = Canvas(6, 2)
    target.paste(3, 0, source, top=1, rows=2)
    target.paste(-3, 1, source)
    assert target.text() == ["   bbb", "a  ccc"]


def test_fading_turns_texts_grey_and_leaves_decoration() -> None:
    canvas = Canvas(4, 1)
    canvas.put(0, 0, "9", "canary bold")
    canvas.put(1, 0, "─", "track")
    canvas.fade()
    assert [segment.paint.fg for segment in canvas.segments(0)][:2] == ["muted", "track"]


@given(
    st.integers(0, 30),
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(-10, 35), st.integers(-2, 7), ANY_TEXT, STYLES), max_size=8),
)
def test_every_row_is_exactly_as_wide_as_the_canvas_whatever_is_put_on_it(
    width: int, height: int, puts: list[tuple[int, int, str, str]]
) -> None:
    canvas = Canvas(width, height)
    for x, y, text, style in puts:
        canvas.put(x, y, text, style)
        canvas.right(x, y, text, style)
    assert len(canvas.rows()) == height
    assert row_widths(canvas) <= {width}


@given(ANY_TEXT)
def test_ascii_is_ascii_and_keeps_every_cell(text: str) -> None:
    canvas = Canvas(50, 1)
    canvas.put(0, 0, text, "fg")
    row = plain_ascii(canvas.segments(0))
    assert "".join(segment.text for segment in row).isascii()
    assert sum(len(segment.text) for segment in row) == 50


# --- text from outside --------------------------------------------------------------------------------------------

HOSTILE = [
    "\x1b]52;c;aGk=\x07",
    "\x9b31m",
    "a\u202eb",
    "\x00",
    "x\ny\tz",
    "\ud800",
    "\U000e0041",
    "[@click=app.quit]x[/]",
]


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("kind", [str, SafeText])
def test_nothing_that_acts_on_a_terminal_gets_through_the_canvas(payload: str, kind: type[str]) -> None:
    canvas = Canvas(40, 1)
    canvas.put(0, 0, kind(payload))
    shown = "".join(segment.text for segment in canvas.segments(0))
    assert all(char.isprintable() for char in shown)
    assert cell_len(shown) == 40


def test_markup_is_shown_and_not_obeyed() -> None:
    assert drawable("[@click=app.quit]x[/]") == "[@click=app.quit]x[/]"


@given(ANY_TEXT)
def test_a_drawn_text_is_printable_whatever_it_was(text: str) -> None:
    assert drawable(text).isprintable()


# --- colours ------------------------------------------------------------------------------------------------------

TEXTS = ("muted", "fg", "strong", "prod", "canary", "green", "amber", "red")
SURFACES = ("bg", "side", "raised")


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_text_is_readable_on_every_surface(palette: dict[str, str], text: str, surface: str) -> None:
    assert contrast(palette[text], palette[surface]) >= 4.5


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("onred", "redfill"),
        ("strong", "prodt"),
        ("strong", "canaryt"),
        ("bg", "prod"),
        ("bg", "canary"),
        ("bg", "strong"),
        ("prod", "band"),
        ("fg", "band"),
    ],
)
def test_text_on_fills_is_readable(palette: dict[str, str], text: str, surface: str) -> None:
    assert contrast(palette[text], palette[surface]) >= 4.5


def test_contrast_is_the_known_formula() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_both_themes_carry_the_whole_palette() -> None:
    for registered, palette in zip(theme.THEMES, (DARK, LIGHT), strict=True):
        assert {name: registered.variables[name] for name in palette} == palette
        assert registered.background == palette["bg"]
    assert set(DARK) == set(LIGHT)


def test_a_state_is_never_only_a_colour() -> None:
    marks = [(mark.glyph, state.value) for state, mark in STATES.items()]
    assert all(glyph and word for glyph, word in marks)
    assert {STATES[state].style for state in STATES} <= {"muted", "strong", "green", "amber", "red"}


def test_without_colour_only_attributes_are_left() -> None:
    canvas = Canvas(20, 1)
    canvas.put(0, 0, "chip", "bg bold on prod")
    canvas.put(5, 0, "tint", "strong on canaryt")
    canvas.put(10, 0, "grey", "muted")
    strip = theme.strip(canvas.segments(0), 20, "none", False)
    looks = {segment.text: segment.style for segment in strip if segment.style}
    assert all(style.color is None and style.bgcolor is None for style in looks.values())
    assert looks["chip"].reverse
    assert looks["tint"].underline
    assert looks["grey"].dim


def test_dim_is_used_only_without_colours() -> None:
    for colours in ("dark", "light"):
        assert not theme.style(Paint("muted", "bg"), colours).dim


def test_the_band_and_the_ladder_have_shapes_without_colour() -> None:
    canvas = Canvas(5, 1)
    canvas.put(0, 0, " ", "fg on band")
    canvas.put(1, 0, "▆", "band")
    canvas.put(2, 0, "▂", "bg on band")
    canvas.put(3, 0, "▅", "rule")
    canvas.put(4, 0, "▅", "canary")
    assert "".join(segment.text for segment in without_colour(canvas.segments(0))) == "░░░─▅"
    assert "".join(segment.text for segment in plain_ascii(canvas.segments(0))) == ":::-#"


def test_a_strip_is_as_long_as_asked() -> None:
    canvas = Canvas(7, 1)
    canvas.put(0, 0, "日本", "fg")
    assert theme.strip(canvas.segments(0), 7, "dark", False).cell_length == 7
    assert theme.strip(canvas.segments(0), 9, "light", True).cell_length == 9


def test_only_rows_with_another_text_or_look_are_changed() -> None:
    before, after = Canvas(8, 4), Canvas(8, 4)
    for canvas in (before, after):
        canvas.put(0, 0, "same", "muted")
    after.put(0, 1, "new", "fg")
    after.row(3, "raised")
    assert after.changed_rows(before) == [1, 3]
    assert after.changed_rows(after) == []


def test_a_body_under_a_strip_keeps_every_row_and_its_wide_characters() -> None:
    strip, body = Canvas(6, 1, "side"), Canvas(6, 2)
    strip.put(0, 0, "strip")
    body.put(0, 1, "漢字", "fg")
    whole = body.under(strip)
    assert (whole.height, whole.text()) == (3, ["strip", "", "漢字"])
    assert [whole.is_narrow(y) for y in range(3)] == [True, True, False]
