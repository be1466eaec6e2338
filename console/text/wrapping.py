"""Lines of a text that grows at its end: what was wrapped before is not wrapped again."""

from __future__ import annotations

from console.text.cells import wrap_spans

Spans = list[tuple[int, int]]
_KEPT = 6
"""Three answers that stream, at the width before and after a change of the terminal's size."""


class GrowingWraps:
    """Remembers the last few texts with their lines. An answer of 64,000 characters is drawn ten times a second."""

    def __init__(self) -> None:
        self._known: list[tuple[int, str, Spans]] = []

    def spans(self, text: str, width: int) -> Spans:
        """As `wrap_spans`: only the last line of a known beginning, and what came after it, is wrapped anew."""
        found = max(
            (each for each in self._known if each[0] == width and text.startswith(each[1])),
            key=lambda each: len(each[1]),
            default=None,
        )
        if found is None:
            spans = wrap_spans(text, width)
        else:
            # Where a line begins, nothing before it counts: greedy wrapping starts there as at the start of a text.
            start = found[2][-1][0]
            spans = [*found[2][:-1], *((start + a, start + b) for a, b in wrap_spans(text[start:], width))]
        # A new list in one step: a thread that prepares a picture may be here at the same time.
        self._known = [(width, text, spans), *(each for each in self._known if each is not found)][:_KEPT]
        return spans
