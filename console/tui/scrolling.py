"""The keys that move up and down, once: a page that is read, a list and a dialog answer to the same ones."""

from __future__ import annotations

from textual.binding import Binding

PAGE = 10
"""Rows of a page: half of what 24 rows show, so that the eye finds its place again."""
READING = ("down", "up", "pagedown", "pageup")
"""What moves and decides nothing; it may be held down."""


def scrolling(action: str = "move", page: int = PAGE, *, letters: bool = True) -> list[Binding]:
    """Bindings that call `action(rows)`, negative rows upward. Without `letters` where something is typed."""
    down, up = ("down,j", "up,k") if letters else ("down", "up")
    further, back = ("pagedown,space", "pageup") if letters else ("pagedown", "pageup")
    return [
        Binding(down, f"{action}(1)", "down", show=False),
        Binding(up, f"{action}(-1)", "up", show=False),
        Binding(further, f"{action}({page})", "page down", show=False),
        Binding(back, f"{action}(-{page})", "page up", show=False),
    ]
