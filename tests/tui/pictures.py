"""Whole screens as text, drawn from the sample records. `python -m tests.tui.pictures` writes them anew, to be read."""

from __future__ import annotations

from pathlib import Path

from console.tui.drawing.canvas import Canvas
from console.tui.drawing.comparer import draw_comparison
from console.tui.drawing.dialog import HEIGHT, WIDTH, draw_plan, draw_title
from console.tui.drawing.empty import draw_empty
from console.tui.drawing.frame import Hint, draw_footer, draw_header, draw_strip, draw_tabs, frame
from console.tui.drawing.live import draw_live
from console.tui.drawing.registry import draw_registry, pins_text
from console.view.records import State
from tests.tui import samples

FOLDER = Path(__file__).parent / "pictures"
HINTS = [Hint("r", "roll back"), Hint("+", "to 25 %"), Hint("p", "promote"), Hint("%", "set share"), Hint("u", "undo")]
PINNED = [Hint("?", "help"), Hint("^p", "palette"), Hint("q", "quit")]
SIZES = ((80, 24), (120, 36), (200, 50))
SCENES = ("watching", "regression", "error", "suspect data", "no data", "registry", "compare", "dialog")


def screen(scene: str, width: int, height: int) -> Canvas:
    """The whole screen of `scene`, a state of the canary or the name of a pane, as an application would put it."""
    state = State(scene) if scene in set(State) else State.WATCHING
    fleet = samples.fleet(state)
    canvas = Canvas(width, height)
    canvas.paste(0, 0, draw_header(fleet, width))
    canvas.paste(0, height - 1, draw_footer(width, HINTS, PINNED))
    if frame(width, height).layout == "tabs":
        _put_tab(canvas, scene, state)
    elif scene == "compare":
        canvas.paste(0, 1, draw_strip(width, 3, "support", "both finished · 14 s ago", focused=True))
        canvas.paste(0, 2, draw_comparison(samples.comparison(), width, height - 3, full=True))
    else:
        _put_panes(canvas, state)
    if scene == "dialog":
        _put_dialog(canvas)
    return canvas


def _put_tab(canvas: Canvas, scene: str, state: State) -> None:
    fleet, width, rows = samples.fleet(state), canvas.width, canvas.height - 3
    canvas.paste(0, 1, draw_tabs(width, {"registry": 1, "compare": 3}.get(scene, 2), "support · 2 s ago"))
    if scene == "registry":
        body = draw_registry(fleet, width, rows, bg="bg", details=False)
    elif scene == "compare":
        body = draw_comparison(samples.comparison(), width, rows, margin=1, full=True)
    elif state is State.NO_DATA:
        body = draw_empty(fleet.canaries[0], fleet, width, rows, margin=1)
    else:
        body = draw_live(fleet.canaries[0], width, rows, margin=1)
    canvas.paste(0, 2, body)


def _put_panes(canvas: Canvas, state: State) -> None:
    fleet, shape = samples.fleet(state), frame(canvas.width, canvas.height)
    left, right = shape.registry_width, canvas.width - shape.registry_width
    live = canvas.height - 2 - shape.comparer_height
    canvas.paste(0, 1, draw_strip(left, 1, right=pins_text(fleet)))
    canvas.paste(0, 2, draw_registry(fleet, left, canvas.height - 3))
    canvas.paste(left, 1, draw_strip(right, 2, "support", "2 s ago", focused=True))
    if state is State.NO_DATA:
        canvas.paste(left, 2, draw_empty(fleet.canaries[0], fleet, right, live - 1))
    else:
        canvas.paste(left, 2, draw_live(fleet.canaries[0], right, live - 1))
    comparison = samples.comparison(worrying=False)
    canvas.paste(left, 1 + live, draw_strip(right, 3, f"“{comparison.prompt}”", "14 s ago", detail_x=17))
    canvas.paste(left, 2 + live, draw_comparison(comparison, right, shape.comparer_height - 1))


def _put_dialog(canvas: Canvas) -> None:
    width = WIDTH if canvas.width >= 90 else canvas.width
    height = min(HEIGHT, canvas.height)
    dialog = Canvas(width, height, "side")
    dialog.paste(0, 0, draw_title(samples.plan(), width))
    dialog.paste(0, 1, draw_plan(samples.plan(), width, height - 3))
    canvas.paste((canvas.width - width) // 2, (canvas.height - height) // 2, dialog)


def path(scene: str, width: int, height: int) -> Path:
    """Where the picture is kept."""
    return FOLDER / f"{scene.replace(' ', '-')}-{width}x{height}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in SCENES:
        for size in SIZES:
            path(each, *size).write_text("\n".join(screen(each, *size).text()) + "\n", encoding="utf-8")
