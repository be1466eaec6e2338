"""Blocks and braille of a picture become shapes; everything else stays text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import screenshots
from bench.drawn_glyphs import BOXES, CELL_HEIGHT, CELL_WIDTH, drawn
from bench.screenshots import clean


def text(content: str, x: float = 0.0) -> str:
    return f'<text class="console-r1" x="{x}" y="18.5" textLength="1" clip-path="url(#a)">{content}</text>'


def paths(svg: str) -> list[str]:
    return re.findall(r'<path class="console-r1" d="([^"]*)"/>', svg)


def test_words_stay_as_they_are():
    line = text("error&#160;rate&#160;1.2&#160;%&#160;─━│┼●◆")
    assert drawn(line) == line


def test_equal_blocks_become_one_rectangle_without_seams():
    assert paths(drawn(text("▂▂▂▂"))) == [f"M0 18.3h{4 * CELL_WIDTH:g}v6.35h-{4 * CELL_WIDTH:g}z"]


def test_different_blocks_become_rectangles_of_their_own():
    (path,) = paths(drawn(text("▂▂█")))
    assert path.count("z") == 2
    assert f"M{2 * CELL_WIDTH:g} 0h{CELL_WIDTH:g}" in path


def test_blocks_that_are_narrower_than_a_cell_stay_apart():
    (path,) = paths(drawn(text("▌▌")))
    assert path.count(f"h{CELL_WIDTH / 2:g}v") == 2


def test_a_braille_cell_has_a_circle_for_each_dot():
    (path,) = paths(drawn(text("⣿⠁")))
    assert path.count("z") == 9
    assert paths(drawn(text("⠀"))) == []


def test_words_beside_blocks_are_kept_in_their_columns():
    line = drawn(text("▇▇&#160;canary"))
    assert ">&#160;&#160;&#160;canary<" in line
    assert len(paths(line)) == 1


def test_a_text_of_shapes_alone_leaves_no_empty_text_behind():
    assert "<text" not in drawn(text("██"))


@pytest.mark.parametrize("char", BOXES)
def test_every_block_stays_within_its_cell(char):
    x, y, width, height = BOXES[char]
    assert 0 <= x < x + width <= 1
    assert 0 <= y < y + height <= 1


@given(st.text(st.sampled_from("a &▁▂█▌⠶⣤é−"), min_size=1, max_size=12), st.integers(0, 100))
def test_shapes_stand_within_the_columns_of_their_text(content, column):
    escaped = content.replace("&", "&amp;").replace(" ", "&#160;")
    svg = drawn(text(escaped, column * CELL_WIDTH))
    ElementTree.fromstring(f"<svg>{svg}</svg>")
    for path in paths(svg):
        for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", path):
            assert column * CELL_WIDTH - 0.01 <= float(x) <= (column + len(content)) * CELL_WIDTH + 0.01
            assert 0 <= float(y) <= CELL_HEIGHT


def test_a_picture_without_ids_and_fonts_of_the_day():
    svg = clean('<svg>@font-face {\n src: url("https://x/y.woff2");\n}<g id="terminal-12345-clip"/>\n   \n</svg>')
    assert "12345" not in svg
    assert "font-face" not in svg
    assert "https" not in svg


async def test_a_picture_that_cannot_be_taken_says_what_did_not_come(monkeypatch):
    class Pilot:
        async def pause(self, _seconds):
            return None

    monkeypatch.setattr(screenshots, "DEADLINE_S", 0.0)
    with pytest.raises(TimeoutError, match="both answers"):
        await screenshots.until(Pilot(), "both answers", lambda: False)
    await screenshots.until(Pilot(), "what is there", lambda: True)


def test_the_script_needs_a_folder(capsys):
    assert screenshots.main([]) == 2
    assert "OUTDIR" in capsys.readouterr().err
