"""The line where a prompt is typed."""

from __future__ import annotations

from textual.widgets import Input

LONGEST = 100_000


class Prompt(Input):
    """One line of text, the cursor at its end. Getting the focus selects nothing: the next letter would replace all."""

    def __init__(self, value: str = "") -> None:
        super().__init__(
            value,
            placeholder="Type a prompt; enter asks both models",
            id="prompt",
            max_length=LONGEST,
            select_on_focus=False,
        )

    def put(self, value: str) -> None:
        """Another text, the cursor at its end: what is deleted to the left of it is then all of it."""
        self.value = value
        self.cursor_position = len(value)
