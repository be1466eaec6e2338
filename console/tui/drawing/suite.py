"""A suite being run: how far it is, what came of its cases so far, and the changed ones as they are found."""

from __future__ import annotations

from console.regression.records import told
from console.text import words
from console.text.cells import cell_width, wrap
from console.tui.drawing.canvas import Canvas
from console.tui.drawing.glyphs import TRIAGE, Mark
from console.view.suite_run import SuiteRunView

MARKS: dict[str, Mark] = {
    **TRIAGE,
    "failed": Mark("×", "red"),
    "not measured": Mark("–", "muted"),
}
_ROOMY = 28
_ID_WIDTH = 30


def draw_suite_header(view: SuiteRunView | None, source: str, clock: str, width: int) -> Canvas:
    """The first row: which registry, what stands against the answers, the time in UTC."""
    canvas = Canvas(width, 1)
    end = canvas.right(width - 2, 0, clock, "muted")
    if view is not None and view.warning:
        end = canvas.right(end - 3, 0, view.warning, "amber bold", start=2)
    x = canvas.put(2, 0, "console", "strong bold", end=end - 2)
    if x + 3 + cell_width(source) <= end - 2:
        canvas.put(x + 3, 0, source, "muted")
    return canvas


def draw_suite_strip(view: SuiteRunView | None, route: str, width: int, margin: int) -> Canvas:
    """The raised row: whose suite, which models."""
    canvas = Canvas(width, 1, "raised")
    canvas.put(0, 0, "▌", "strong")
    end = width - margin
    x = canvas.put(margin, 0, "Suite", "strong bold", end=end)
    x = canvas.put(x + 2, 0, view.suite if view else route, "fg", end=end)
    if view is None:
        return canvas
    x = canvas.put(x + 3, 0, "◆ ", "canary", end=end)
    x = canvas.put(x, 0, view.new_model, "strong", end=end)
    if x + 14 < end:
        x = canvas.put(x + 1, 0, "against ", "muted", end=end)
        x = canvas.put(x, 0, "● ", "prod", end=end)
        canvas.put(x, 0, view.old_model, "fg", end=end)
    return canvas


def draw_suite(view: SuiteRunView | None, problem: str, width: int, height: int, margin: int = 2) -> Canvas:
    """Everything below the strip. Without a view: what stands in its way, or that the files are being read."""
    canvas = Canvas(width, height)
    inner = max(0, width - 2 * margin)
    y = 1 if height >= _ROOMY else 0
    if view is None:
        text = problem or "Reading the suite …"
        for row, line in enumerate(line for part in text.split("\n") for line in wrap(part, max(2, inner))):
            canvas.put(margin, y + row, line, "red" if problem and not row else "muted")
        return canvas
    y = _put_progress(canvas, y, margin, inner, view)
    y = y + 1 if view.state == "ready" else _put_counts(canvas, y + 1, margin, inner, view) + 1
    for note in (view.problem, problem, *view.notes[:3]):
        if note:
            style = "amber" if note in (view.problem, problem) else "muted"
            canvas.put(margin, y, note, style, end=width - margin)
            y += 1
    _put_found(canvas, y + (1 if height >= _ROOMY else 0), margin, view)
    return canvas


def _put_progress(canvas: Canvas, y: int, margin: int, inner: int, view: SuiteRunView) -> int:
    end = margin + inner
    canvas.put(margin, y, _headline(view), "strong bold", end=end)
    if view.state == "running":
        right = f"{words.about(view.left_s)} left" if view.left_s is not None else words.span(view.elapsed_s)
        canvas.right(end, y, right, "muted", start=margin + 30)
    y += 1
    done = round(inner * view.answers / view.of) if view.of else inner
    canvas.fill(margin, end, y, "━", "rule")
    canvas.fill(margin, margin + done, y, "━", "fg")
    canvas.put(margin, y + 1, _subline(view), "muted", end=end)
    return y + 2


def _headline(view: SuiteRunView) -> str:
    if view.state == "ready":
        held = f", {words.count(view.accepted)} with accepted answers" if view.accepted else ""
        return f"{words.plural(view.cases, 'case')}{held}"
    if view.state == "finished":
        return f"{words.count(view.changed)} of {words.plural(view.cases, 'case')} changed"
    count = f"{words.count(view.answers)} of {words.plural(view.of, 'answer')}"
    return f"Stopped at {count}" if view.state == "stopped" else count


def _subline(view: SuiteRunView) -> str:
    if view.state == "ready":
        kept = f" · {words.count(view.kept)} are there from an interrupted run" if view.kept else ""
        return f"{words.plural(view.of, 'answer')} to get{kept}"
    took = words.seconds(view.elapsed_s * 1_000) if view.elapsed_s < 60 else words.span(view.elapsed_s)
    parts = [took if view.state != "running" else ""]
    parts.append(f"{words.dollars(view.cost_usd)}" if view.cost_usd is not None else "")
    parts.append(f"{words.count(view.kept)} kept from an interrupted run" if view.kept else "")
    parts.append("what was answered is kept, and not paid for again" if view.state == "stopped" else "")
    return " · ".join(filter(None, parts))


def _put_counts(canvas: Canvas, y: int, margin: int, inner: int, view: SuiteRunView) -> int:
    x, end = margin, margin + inner
    for word, count in told(view.counts).items():
        mark = MARKS[word]
        size = 2 + cell_width(words.count(count)) + 1 + cell_width(word)
        if x > margin and x + size > end:
            x, y = margin, y + 1
        canvas.put(x, y, mark.glyph, mark.style if count else "muted")
        at = canvas.put(x + 2, y, words.count(count), "strong bold" if count else "muted", end=end)
        x = canvas.put(at + 1, y, word, "fg" if count else "muted", end=end) + 3
    return y + 1


def _put_found(canvas: Canvas, y: int, margin: int, view: SuiteRunView) -> None:
    """The changed cases, the newest first; how many are out of sight."""
    rows = canvas.height - y
    end = canvas.width - margin
    if not view.found or rows < 2:
        return
    shown = view.found if len(view.found) <= rows else view.found[: rows - 1]
    longest = min(_ID_WIDTH, max(cell_width(row.case) for row in shown))
    for at, row in enumerate(shown, y):
        mark = MARKS[row.word]
        canvas.put(margin, at, mark.glyph, mark.style)
        canvas.put(margin + 2, at, row.case, "strong", end=margin + 2 + longest)
        canvas.put(margin + 2 + longest + 2, at, row.reason, "muted", end=end)
    if len(shown) < len(view.found):
        canvas.put(margin, canvas.height - 1, f"and {words.count(len(view.found) - len(shown))} more", "muted", end=end)
