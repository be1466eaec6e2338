"""The line where a prompt is typed."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from console.text.safe import SafeText, safe

LONGEST = 100_000
_SIGNS = {"\n": "↵", "\t": "⇥"}
"""What stands for a line end and a tab where there is one line only."""


class Prompt(Input):
    """One line of text, the cursor at its end, in which line ends are seen as `↵`: a prompt may have many lines.

    Getting the focus selects nothing: the next letter would replace all. What would act on a terminal is replaced by
    what can be seen, and what can be seen is what is asked.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(
            _on_one_line(text)[:LONGEST],
            placeholder="Type a prompt; enter asks both models",
            id="prompt",
            max_length=LONGEST,
            select_on_focus=False,
        )

    @property
    def text(self) -> str:
        """The prompt, with its line ends."""
        text = self.value
        for character, sign in _SIGNS.items():
            text = text.replace(sign, character)
        return text

    def put(self, text: str) -> None:
        """Another text, the cursor at its end: what is deleted to the left of it is then all of it."""
        self.value = _on_one_line(text)[:LONGEST]
        self.cursor_position = len(self.value)

    def replace(self, text: str, start: int, end: int) -> None:
        """Whatever is typed or pasted goes through here."""
        super().replace(_on_one_line(text), start, end)

    def on_paste(self, event: events.Paste) -> None:
        """All the lines, where an `Input` takes the first and drops the rest."""
        event.stop()
        event.prevent_default()
        self.replace(event.text.strip("\r\n"), *self.selection)

    def restricted(self) -> None:
        """Too long: nothing of it was taken, and that is said."""
        text = f"a prompt has at most {LONGEST:,} characters here; console compare - takes longer ones"
        self.notify(SafeText(text), severity="error", markup=False)


def _on_one_line(text: str) -> str:
    line = safe(text.replace("\r\n", "\n").replace("\r", "\n"))
    for character, sign in _SIGNS.items():
        line = SafeText(line.replace(character, sign))
    return line
