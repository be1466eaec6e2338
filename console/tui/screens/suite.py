"""Running a suite in the console: the plan first, then its progress; stopping loses nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from console.domain.errors import ConsoleError
from console.regression.records import SuiteRun
from console.text import words
from console.text.safe import NOTHING, SafeText, safe, safe_line
from console.tui.drawing.frame import NARROW, Hint
from console.tui.drawing.reading import REVIEW
from console.tui.runtime import Runtime
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.tui.suite_keys import SUITE_KEYS
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.suite_page import SuitePage
from console.view.suite_run import SuiteRunDesk, SuiteRunView

_WORDS = {"stopped": "go on"}


Wanted = Literal["review"] | SuiteRun
"""The review of the run, or the run itself to be recorded."""


class Told(Message):
    """The run is farther than before, or at its end."""

    def __init__(self, view: SuiteRunView) -> None:
        super().__init__()
        self.view = view


class SuiteScreen(Screen["Wanted | None"]):
    """Dismissed with what is wanted next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=False, tooltip=key.help) for key in SUITE_KEYS
    ]
    AUTO_FOCUS = "SuitePage"

    def __init__(self, runtime: Runtime, route: str) -> None:
        super().__init__()
        self.runtime, self.route = runtime, route
        self.desk = SuiteRunDesk(
            runtime.registry,
            route,
            runtime.endpoints,
            actor=runtime.actor,
            stand_in=runtime.stand_in,
            read_only=runtime.read_only,
            clock=runtime.clock,
        )
        self.view: SuiteRunView | None = None
        self._problem: SafeText = NOTHING

    def compose(self) -> ComposeResult:
        """The page and the keys."""
        yield SuitePage()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the files."""
        self._show()
        self._prepare()
        self.set_interval(1.0, self._show)

    def on_unmount(self) -> None:
        """Whoever leaves stops the run."""
        self.desk.stop()

    @work(thread=True, group="suite", exit_on_error=True)
    def _prepare(self) -> None:
        try:
            view = self.desk.prepare()
        except ConsoleError as error:
            text = SafeText(safe(f"{error.message}\n{error.hint}".strip()))
            self.app.call_from_thread(self._cannot, text)
            return
        self.post_message(Told(view))

    def _cannot(self, problem: SafeText) -> None:
        self._problem = problem
        self._show()

    @work(thread=True, group="suite", exit_on_error=True)
    def _run(self, ready: SuiteRunView) -> None:
        def show(view: SuiteRunView) -> None:
            self.post_message(Told(view))

        show(self.desk.run(ready, show))

    @on(Told)
    def _told(self, message: Told) -> None:
        self.view = message.view
        self._show()

    def _show(self) -> None:
        now = self.runtime.clock()
        self.query_one(SuitePage).show(
            self.view,
            problem=self._problem,
            source=safe_line(self.runtime.registry),
            route=safe_line(self.route),
            clock=f"{words.clock(now)} UTC",
        )
        state = self.view.state if self.view else ""
        hints = [
            Hint(key.shown, _WORDS.get(state, key.label) if key.action == "run" else key.label)
            for key in SUITE_KEYS
            if key.group == "act" and self.allows(key.action)
        ]
        fixed = ("help", "leave") if self.size.width < NARROW else ("help", "leave", "quit")
        pinned = [Hint(key.shown, key.label) for key in SUITE_KEYS if key.action in fixed]
        self.query_one(KeyBar).show(hints, pinned)

    def allows(self, action: str) -> bool:
        """Whether `action` can work now."""
        state = self.view.state if self.view else ""
        match action:
            case "run":
                return state in ("ready", "stopped", "finished")
            case "stop":
                return state == "running"
            case "review":
                return state == "finished" and bool(self.view and self.view.changed) and not self.runtime.read_only
            case "record":
                run = self.desk.finished
                usable = run is not None and not run.stand_in and not run.unmeasured
                return state == "finished" and usable and not self.runtime.read_only
            case _:
                return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot work now do nothing."""
        return super().check_action(action, parameters) and self.allows(action)

    def action_run(self) -> None:
        """Begin, go on, or begin anew."""
        if self.view is not None:
            ready, self.view = self.view, replace(self.view, state="running")  # at once: a second press pays nothing
            self.desk.begin()
            self._run(ready)

    def action_stop(self) -> None:
        """End what is under way."""
        self.desk.stop()

    def action_review(self) -> None:
        """To the review of this run."""
        self.dismiss("review")

    def action_record(self) -> None:
        """To the dialog that shows what would be written."""
        self.dismiss(self.desk.finished)

    def action_leave(self) -> None:
        """Back."""
        self.desk.stop()
        self.dismiss(None)

    def action_quit(self) -> None:
        """Leave the console."""
        self.desk.stop()
        self.app.exit()

    def action_theme(self) -> None:
        """Dark or light."""
        self.app.theme = LIGHT_NAME if self.app.current_theme.dark else DARK_NAME

    def action_help(self) -> None:
        """What can be done here."""
        from console.tui.screens.reading import HelpScreen

        self.app.push_screen(HelpScreen(REVIEW, SUITE_KEYS))
