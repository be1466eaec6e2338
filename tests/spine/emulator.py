"""The terminal's emulator: pyte's, with its usual case done at once.

A console draws ten thousand short runs of narrow characters, each behind one sequence of colours, and a test looks at
the screen a hundred times while it waits. pyte takes sequences apart character by character and puts rows together
anew at every look; that took more of the processor than the console did.
"""

from __future__ import annotations

import re
from typing import Any

import pyte
from pyte.modes import IRM
from wcwidth import wcwidth


class Screen(pyte.Screen):
    """A terminal that is asked about its modes stays silent, as old ones do. Rows are put together when they change."""

    _rows: tuple[str, ...] = ()

    def __init__(self, columns: int, lines: int) -> None:
        self._known: dict[tuple[Any, ...], Any] = {}
        super().__init__(columns, lines)

    def select_graphic_rendition(self, *attributes: int, **private: bool) -> None:
        """What a sequence makes of what colours is always the same."""
        key = (self.cursor.attrs, attributes)
        if key not in self._known:
            super().select_graphic_rendition(*attributes, **private)
            self._known[key] = self.cursor.attrs
        self.cursor.attrs = self._known[key]

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows without the blanks at their ends."""
        if self.dirty or len(self._rows) != self.lines:
            whole = len(self._rows) != self.lines
            self._rows = tuple(self._row(y) if whole or y in self.dirty else self._rows[y] for y in range(self.lines))
            self.dirty.clear()
        return self._rows

    def _row(self, y: int) -> str:
        # The cell after a wide character is empty.
        cells = self.buffer[y]
        return "".join([cells[x].data for x in range(self.columns)]).rstrip()

    def draw(self, data: str) -> None:
        """Narrow characters that fit into the row are put there; pyte does all else."""
        start = self.cursor.x
        if start + len(data) > self.columns or IRM in self.mode or self.charset or any(wcwidth(c) != 1 for c in data):
            super().draw(data)
            return
        attributes, line = self.cursor.attrs, self.buffer[self.cursor.y]
        cells = {character: attributes._replace(data=character) for character in set(data)}
        for x, character in enumerate(data, start):
            line[x] = cells[character]
        self.cursor.x = start + len(data)
        self.dirty.add(self.cursor.y)

    def report_device_status(self, mode: int, **_: object) -> None:
        """No answer."""

    def report_device_attributes(self, mode: int = 0, **_: object) -> None:
        """No answer."""


_USUAL = re.compile(r"\x1b\[((?:\d{1,3};)*\d{1,3})([mH])|[^\x00-\x1f\x7f-\x9f]+")
"""Colours and places, as they are given whole, and text."""


class Stream(pyte.ByteStream):
    """Reads UTF-8; what is usual and whole is no matter for the parser."""

    def feed(self, data: bytes) -> None:
        """Take in what the program wrote."""
        text, done = self.utf8_decoder.decode(data), 0
        screen: Any = self.listener
        does = {"m": screen.select_graphic_rendition, "H": screen.cursor_position}
        for found in _USUAL.finditer(text):
            if found.start() > done:
                pyte.Stream.feed(self, text[done : found.start()])
            if self._taking_plain_text is None:  # amid a sequence that began before: the parser's matter
                pyte.Stream.feed(self, found[0])
            elif found[2] is None:
                screen.draw(found[0])
            else:
                does[found[2]](*map(int, found[1].split(";")))
            done = found.end()
        pyte.Stream.feed(self, text[done:])
