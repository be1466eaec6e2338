"""Small dialogs that ask for one or two texts: an exact percentage, or a model with the reason to try it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label

from console.text.safe import SafeText


class Field(NamedTuple):
    """One line to fill in. `check` returns what is wrong with a value, or ""."""

    label: str
    value: str = ""
    hint: str = ""
    suggestions: Sequence[str] = ()
    check: Callable[[str], str] = lambda value: "" if value.strip() else "is needed"


class AskScreen(ModalScreen[tuple[str, ...] | None]):
    """Asks for `fields`; returns their values, or None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]

    def __init__(self, title: SafeText, fields: Sequence[Field], go: str) -> None:
        super().__init__()
        self._title, self._fields, self._go = title, tuple(fields), go

    def compose(self) -> ComposeResult:
        """Title, a row for each field, what is wrong, the buttons."""
        with Vertical(id="ask"):
            yield Label(Content(f"▌ {self._title}"), id="ask-title")
            for number, field in enumerate(self._fields):
                with Horizontal(classes="ask-row"):
                    yield Label(Content(field.label), classes="ask-label")
                    suggester = SuggestFromList(field.suggestions) if field.suggestions else None
                    yield Input(field.value, placeholder=field.hint, suggester=suggester, id=f"field-{number}")
            yield Label(Content(""), id="ask-problem")
            with Horizontal(id="buttons"):
                yield Button(Content("Cancel  esc"), id="cancel")
                yield Button(Content(f"{self._go}  enter"), id="go")

    def on_mount(self) -> None:
        """The first field has the focus: here something is to be typed."""
        self.query_one("#field-0", Input).focus()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        number = int((event.input.id or "field-0").removeprefix("field-"))
        if number + 1 < len(self._fields):
            self.query_one(f"#field-{number + 1}", Input).focus()
        else:
            self._finish()

    @on(Button.Pressed, "#go")
    def _finish(self) -> None:
        values = tuple(self.query_one(f"#field-{n}", Input).value.strip() for n in range(len(self._fields)))
        for number, (field, value) in enumerate(zip(self._fields, values, strict=True)):
            wrong = field.check(value)
            if wrong:
                problem = self.query_one("#ask-problem", Label)
                problem.update(Content(f"{field.label}: {wrong}"))
                problem.display = True
                self.query_one(f"#field-{number}", Input).focus()
                return
        self.dismiss(values)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Nothing happens."""
        self.dismiss(None)
