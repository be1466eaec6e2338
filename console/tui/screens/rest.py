"""The question before the rest of a cluster is decided at once: how many, which, and what stands against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Label

from console.text import words
from console.text.safe import SafeText
from console.tui.screens.settling import Settling

_SHOWN = 8


class RestScreen(ModalScreen[bool | None]):
    """Confirms with `y`, never with the key that opened it; Cancel has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("y", "confirm", "confirm", show=False),
        Binding("left,right", "app.focus_next", "other button", show=False),
    ]

    def __init__(self, verb: str, cluster: SafeText, ids: Sequence[SafeText], warning: SafeText) -> None:
        super().__init__()
        self._verb, self._cluster, self._ids, self._warning = verb, cluster, tuple(ids), warning
        self._settling = Settling()

    def compose(self) -> ComposeResult:
        """Title, the cases, the buttons."""
        count = words.plural(len(self._ids), "case")
        with Vertical(id="ask"):
            yield Label(Content(f"▌ {self._verb.capitalize()} {count}: {self._cluster}"), id="ask-title")
            for each in self._ids[:_SHOWN]:
                yield Label(Content(f"  {each}"), classes="rest-case")
            if len(self._ids) > _SHOWN:
                yield Label(Content(f"  … {len(self._ids) - _SHOWN:,} more"), classes="rest-case")
            yield Label(Content(self._warning), id="ask-problem")
            with Horizontal(id="buttons"):
                yield Button(Content("Cancel  esc"), id="cancel")
                yield Button(Content(f"{self._verb.capitalize()} {len(self._ids):,}  y"), id="go")

    def on_mount(self) -> None:
        """Cancel has the focus."""
        self._settling.begin(self)
        problem = self.query_one("#ask-problem", Label)
        problem.styles.width, problem.styles.height = "1fr", "auto"  # two warnings need two lines
        self.query_one("#cancel", Button).focus()

    def on_key(self, event: events.Key) -> None:
        """Swallow what was typed before the dialog stood there."""
        if not self._settling.takes(event.key, event.time):
            event.stop()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Nothing is decided."""
        self.dismiss(None)

    @on(Button.Pressed, "#go")
    def action_confirm(self) -> None:
        """Decide them."""
        self.dismiss(True)
