"""Two answers (or three) in columns, with the words that only one side has on a tint of that side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import overload

from console.text import words
from console.text.cells import cell_width, clip_middle, wrap_spans
from console.text.wrapping import GrowingWraps
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.frame import Piece, put_pieces
from console.tui.drawing.glyphs import TIERS
from console.view.comparison import AnswerView, Run

STACKED_BELOW = 60
_STYLES = {
    "prod": {"same": "fg", "only": "strong on prodt", "named": "bg bold on prod"},
    "canary": {"same": "fg", "only": "strong on canaryt", "named": "bg bold on canary"},
    "fg": {"same": "fg", "only": "fg", "named": "fg"},
}
Columns = Sequence[AnswerView]
Line = tuple[Piece, ...]
_WRAPS = GrowingWraps()


def column_width(width: int, gap: int, columns: int = 2) -> int:
    """The width of each of so many columns."""
    return max(1, (width - gap * (columns - 1)) // columns)


class _Lines(Sequence[Line]):
    """The lines of a text, of which only those in sight are made."""

    def __init__(
        self, text: str, spans: Sequence[tuple[int, int]], runs: Sequence[Run], styles: dict[str, str]
    ) -> None:
        self._runs, self._spans, self._text, self._styles = runs, spans, text, styles
        self._ends = list(accumulate(len(run.text) for run in runs))

    def __len__(self) -> int:
        return len(self._spans)

    @overload
    def __getitem__(self, index: int) -> Line: ...

    @overload
    def __getitem__(self, index: slice) -> list[Line]: ...

    def __getitem__(self, index: int | slice) -> Line | list[Line]:
        if isinstance(index, slice):
            return [self._made(span) for span in self._spans[index]]
        return self._made(self._spans[index])

    def _made(self, span: tuple[int, int]) -> Line:
        return _line(self._text, *span, self._runs, self._ends, self._styles)


@lru_cache(maxsize=32)
def answer_lines(answer: AnswerView, width: int) -> Sequence[Line]:
    """The answer wrapped into `width` cells, each line as pieces of text with their style."""
    if answer.problem:
        return tuple(((answer.problem[a:b], "red"),) for a, b in wrap_spans(answer.problem, width))
    text = answer.runs[0].text if len(answer.runs) == 1 else "".join(run.text for run in answer.runs)
    return _Lines(text, _WRAPS.spans(text, width), answer.runs, _STYLES[TIERS[answer.side].style])


def _line(text: str, start: int, end: int, runs: Sequence[Run], ends: Sequence[int], styles: dict[str, str]) -> Line:
    pieces: list[Piece] = []
    for number in range(bisect_right(ends, start), len(runs)):
        run, run_end = runs[number], ends[number]
        first, last = max(start, run_end - len(run.text)), min(end, run_end)
        if first < last:
            pieces.append((text[first:last], styles[run.kind]))
        if run_end >= end:
            break
    return tuple(pieces)


def draw_answers(
    answers: Columns,
    width: int,
    height: int,
    *,
    gap: int = 4,
    offset: int = 0,
    ruled: bool = True,
    titled: bool = False,
) -> Canvas:
    """Headings and texts in `width` × `height`, scrolled by `offset` lines; `ruled` draws a line under headings.

    `titled` names the side before the model id. Each column says how many lines are below.
    """
    canvas = Canvas(width, height)
    if width < STACKED_BELOW:
        return _draw_stacked(canvas, answers, offset)
    size = column_width(width, gap, len(answers))
    for number, answer in enumerate(answers):
        x = number * (size + gap)
        room = size if number < len(answers) - 1 else width - x
        _put_heading(canvas, x, 0, room, answer, titled, with_figure=not ruled)
        top = 1
        if ruled:
            canvas.fill(x, x + room, 1, "▔", TIERS[answer.side].style)
            top = 2
        _put_lines(canvas, x, top, answer_lines(answer, room), offset)
    return canvas


def hidden_lines(answers: Columns, width: int, gap: int, rows: int) -> int:
    """How many lines of the longer answer are beyond `rows`: how far one can scroll."""
    size = width if width < STACKED_BELOW else column_width(width, gap, len(answers))
    counts = [len(answer_lines(answer, size)) for answer in answers]
    return max(0, (sum(counts) + 3 if width < STACKED_BELOW else max(counts)) - rows)


def _put_heading(
    canvas: Canvas, x: int, y: int, width: int, answer: AnswerView, titled: bool, with_figure: bool
) -> None:
    mark, end = TIERS[answer.side], x + width
    if with_figure and answer.figures:
        figure = answer.figures[0]
        text = f"{figure.text}  {figure.ratio}" if figure.ratio else figure.text
        if width - cell_width(text) >= 20:
            end = canvas.right(end, y, text, "muted") - 2
    canvas.put(x, y, mark.glyph, mark.style)
    if not titled:
        at = canvas.put(x + 2, y, clip_middle(answer.model_id, end - x - 2), f"{mark.style} bold")
    else:
        at = canvas.put(x + 2, y, answer.side, f"{mark.style} bold", end=end) + 2
        at = canvas.put(at, y, clip_middle(answer.model_id, max(0, end - at)), "fg")
    if answer.note:
        canvas.put(at + 2, y, answer.note, "muted", end=end)


def _put_lines(canvas: Canvas, x: int, top: int, lines: Sequence[Sequence[Piece]], offset: int) -> None:
    rows = canvas.height - top
    shown = lines[offset : offset + rows]
    below = len(lines) - offset - rows
    if below > 0 and rows > 1:
        shown = shown[:-1]
    for y, line in enumerate(shown, top):
        put_pieces(canvas, x, y, line)
    if below > 0 and rows > 1:
        canvas.put(x, canvas.height - 1, f"↓ {words.plural(below + 1, 'more line')}", "muted")


def _draw_stacked(canvas: Canvas, answers: Columns, offset: int) -> Canvas:
    """One under the other where two columns would be too narrow to read."""
    parts = [answer_lines(answer, canvas.width) for answer in answers]
    tall = Canvas(canvas.width, sum(map(len, parts)) + 3)
    y = 0
    for answer, lines in zip(answers, parts, strict=True):
        _put_heading(tall, 0, y, canvas.width, answer, titled=False, with_figure=True)
        for row, line in enumerate(lines, y + 1):
            put_pieces(tall, 0, row, line)
        y += len(lines) + 2
    canvas.paste(0, 0, tall, offset)
    below = tall.height - offset - canvas.height
    if below > 0 and canvas.height > 1:
        canvas.fill(0, canvas.width, canvas.height - 1)
        canvas.put(0, canvas.height - 1, f"↓ {words.plural(below + 1, 'more line')}", "muted")
    return canvas
