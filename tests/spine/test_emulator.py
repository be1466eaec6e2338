"""The emulator that is quick is no other terminal than pyte's."""

from __future__ import annotations

import random
from typing import Any

import pyte
import pytest

from tests.spine import emulator

PIECES = [
    "\x1b[1m", "\x1b[0m", "\x1b[m", "\x1b[38;2;1;2;3m", "\x1b[48;5;7m", "\x1b[38;5m", "\x1b[4;5;6mxx", "\x9b1m",
    "\x1b[7m", "\x1b[27m", "\x1b[3;4H", "\x1b[H", "\x1b[999;999H", "\x1b[2J", "\x1b[K", "\x1b[M", "\x1b[3L",
    "\x1b[4h", "\x1b[4l", "\x1b[?25l", "\x1b]0;title\x07", "\x1b7", "\x1b8", "\x1b(0q\x1b(B", "\x0e", "\x0f",
    "\x08", "\t", "\r\n", "\x7f", "abc", "a" * 50, "wide 中文 x", "é", "e\u0301", "─│▌",
]  # fmt: skip


def shown(screen: pyte.Screen) -> tuple[list[list[Any]], int, int]:
    """Every cell with its colours, and where the cursor is."""
    cells = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
    return cells, screen.cursor.x, screen.cursor.y


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_and_however_it_arrives_the_screen_is_the_same(seed: int) -> None:
    chance = random.Random(seed)
    data = "".join(chance.choice(PIECES) for _ in range(40)).encode()
    quick, plain = emulator.Screen(20, 6), pyte.Screen(20, 6)
    streams = emulator.Stream(quick), pyte.ByteStream(plain)
    while data:
        size = chance.randrange(1, 30)
        for stream in streams:
            stream.feed(data[:size])
        data = data[size:]
        assert shown(quick) == shown(plain)
        assert quick.rows == tuple("".join(cell.data for cell in row).rstrip() for row in shown(plain)[0])
