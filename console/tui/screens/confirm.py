"""The dialog before an action: what will happen, the exact change of the file, and two buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from console.text.safe import SafeText
from console.tui.drawing.dialog import HEIGHT, WIDTH, plan_rows
from console.tui.screens.settling import Settling
from console.tui.scrolling import READING, scrolling
from console.tui.widgets.dialog import PlanBody
from console.view.records import PlanView

TINY = 30
"""Narrower than this, both buttons have no room for more than their key and the beginning of their word."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person decided: to go on, with this reason ("" where none was asked)."""

    reason: str = ""


class ConfirmScreen(ModalScreen[Decision | None]):
    """Shows a plan. The key that confirms is `y`, never the one that opened the dialog; Cancel has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("y", "confirm", "confirm", show=False),
        Binding("left,right", "app.focus_next", "other button", show=False),
        *scrolling("read", 8),
    ]

    def __init__(self, plan: PlanView, filename: str) -> None:
        super().__init__()
        self._plan = plan
        self._filename = filename
        self._settling = Settling()

    def compose(self) -> ComposeResult:
        """The plan, a reason where one is needed, the buttons."""
        with Vertical(id="dialog"):
            yield PlanBody(self._plan, self._filename)
            if self._plan.needs_reason and not self._blocked:
                yield Input(placeholder="Reason: why is this right all the same?", id="reason")
            with Horizontal(id="buttons"):
                yield Button(Content("Cancel  esc"), id="cancel")
                if not self._blocked:
                    yield Button(Content(f"{self._plan.verb}  y"), id="go", disabled=self._plan.needs_reason)

    def on_mount(self) -> None:
        """Cancel has the focus, whatever else is there."""
        self._settling.begin(self)
        self.query_one("#cancel", Button).focus()
        self._fit()

    def on_resize(self, _event: events.Resize) -> None:
        """A dialog is as wide as the screen below 90 columns."""
        self._fit()

    def _fit(self) -> None:
        dialog = self.query_one("#dialog")
        width = WIDTH if self.size.width >= 90 else self.size.width
        around = 3 + (3 if self.query("#reason") else 0)
        dialog.styles.width = width
        dialog.styles.height = min(max(HEIGHT, plan_rows(self._plan, width) + around), self.size.height)
        tiny = self.size.width < TINY
        self.query_one("#cancel", Button).label = Content("Cancel" if tiny else "Cancel  esc")
        for button in self.query("#go").results(Button):
            button.label = Content(f"y {self._plan.verb}" if tiny else f"{self._plan.verb}  y")

    def action_read(self, rows: int) -> None:
        """Read on, where the change is longer than the dialog."""
        self.query_one(PlanBody).move(rows)

    @property
    def _blocked(self) -> bool:
        return bool(self._plan.refusal)

    @on(Input.Changed, "#reason")
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#go", Button).disabled = not event.value.strip()

    @on(Input.Submitted, "#reason")
    def _entered(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.query_one("#go", Button).focus()

    def on_key(self, event: events.Key) -> None:
        """Swallow what was typed before the dialog stood there. Cancel has the focus then, which leaves keys to us."""
        if event.key not in READING and not self._settling.takes(event.key, event.time):
            event.stop()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Nothing happens."""
        self.dismiss(None)

    @on(Button.Pressed, "#go")
    def action_confirm(self) -> None:
        """Go on, if that is possible now."""
        if self._blocked:
            return
        reason = self._reason
        if self._plan.needs_reason and not reason:
            self.query_one("#reason", Input).focus()
            return
        self.dismiss(Decision(reason))

    @property
    def _reason(self) -> str:
        found = self.query("#reason").results(Input)
        return next((each.value.strip() for each in found), "")

    @property
    def title_text(self) -> SafeText:
        """What the dialog is about, for screen readers."""
        return self._plan.title
