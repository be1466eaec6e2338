"""Every scene at the three sizes, compared with its text on disk: what changed on the screen shows in a diff."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from console.tui.drawing.glyphs import plain_ascii, without_colour
from tests.tui import pictures

ALL = [(scene, *size) for scene in pictures.SCENES for size in pictures.SIZES]
IDS = [f"{scene}-{width}x{height}" for scene, width, height in ALL]


@pytest.mark.parametrize(("scene", "width", "height"), ALL, ids=IDS)
def test_the_screen_is_the_picture(scene: str, width: int, height: int) -> None:
    expected = pictures.path(scene, width, height).read_text(encoding="utf-8").splitlines()
    assert pictures.screen(scene, width, height).text() == expected


@pytest.mark.parametrize(("scene", "width", "height"), ALL, ids=IDS)
def test_every_row_is_full_in_unicode_ascii_and_without_colour(scene: str, width: int, height: int) -> None:
    for row in pictures.screen(scene, width, height).rows():
        for variant in (row, plain_ascii(row), without_colour(row)):
            assert sum(cell_len(segment.text) for segment in variant) == width


@pytest.mark.parametrize(("scene", "width", "height"), ALL, ids=IDS)
def test_no_text_is_put_in_a_colour_that_cannot_be_read_there(scene: str, width: int, height: int) -> None:
    """`muted` on the band is 4.2:1 in light; decoration colours carry no letters."""
    for row in pictures.screen(scene, width, height).rows():
        for text, look in row:
            letters = any(char.isalnum() for char in text)
            assert not (letters and look.fg in ("rule", "track", "band", "bandk")), text
            assert not (letters and look.fg == "muted" and look.bg in ("band", "prodt", "canaryt")), text


@pytest.mark.parametrize(("scene", "width", "height"), ALL, ids=IDS)
def test_states_can_be_read_as_words_in_ascii(scene: str, width: int, height: int) -> None:
    canvas = pictures.screen(scene, width, height)
    text = "\n".join("".join(segment.text for segment in plain_ascii(row)) for row in canvas.rows())
    words = {"registry": "watching", "compare": "worrying", "dialog": "PASS"}
    assert words.get(scene, scene.upper()) in text
    assert text.isascii()
