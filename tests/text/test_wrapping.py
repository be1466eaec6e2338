"""A text that grows is wrapped as if it had been there at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.text import cells
from console.text.cells import wrap_spans
from console.text.wrapping import GrowingWraps

TEXTS = st.text(alphabet="ab  \n-é–漢e\u0301", max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=6), st.integers(1, 9))
def test_piece_by_piece_it_has_the_lines_of_the_whole(pieces: list[str], width: int) -> None:
    wraps, text = GrowingWraps(), ""
    for piece in pieces:
        text += piece
        assert wraps.spans(text, width) == wrap_spans(text, width)


def test_texts_side_by_side_and_other_widths_do_not_mix() -> None:
    wraps = GrowingWraps()
    for text in ("one two", "one three", "one two three four", "one three five", "", "one"):
        for width in (4, 9, 40):
            assert wraps.spans(text, width) == wrap_spans(text, width)


def test_only_what_is_new_is_wrapped(monkeypatch) -> None:
    wrapped: list[int] = []

    def counted(text: str, width: int) -> list[tuple[int, int]]:
        wrapped.append(len(text))
        return wrap_spans(text, width)

    monkeypatch.setattr("console.text.wrapping.wrap_spans", counted)
    wraps, text = GrowingWraps(), "word " * 10_000
    wraps.spans(text, 50)
    wraps.spans(text + "and more", 50)
    assert wrapped[0] == 50_000
    assert wrapped[1] <= 60


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab  c–", max_size=60), st.integers(2, 9))
def test_plain_paragraphs_take_the_short_way_to_the_same_lines(text: str, width: int) -> None:
    short = cells._wrap_plain(text, 0, len(text), width)
    # A wide character after a line end makes the rest of the text go the long way, character by character.
    long = cells._wrap_paragraph(text + "\u0301", 0, len(text), width) if text else short
    assert short == long == cells.wrap_spans(text, width)
