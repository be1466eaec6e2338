"""What the comparer's screen does with a finished comparison: copy, export, save as a case, find again later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from console.compare.past import Past, PastComparisons
from console.compare.records import Comparison
from console.domain.errors import ConsoleError
from console.domain.registry import Registry, Route
from console.text.safe import SafeText, safe
from console.tui.noting import written
from console.tui.runtime import Runtime
from console.view.compared import comparison_view
from console.view.comparison import ComparisonView

if TYPE_CHECKING:
    from textual.screen import Screen

    _Base = Screen[object]
else:
    _Base = object

PRODUCTION, CANARY = "production", "canary"


class Keeping(_Base):
    """Mixed into the screen, which has `runtime`, `registry`, `route`, `comparison` and `reopen`.

    Files are read and written in threads: a disk may take its time.
    """

    runtime: Runtime
    registry: Registry
    route: Route
    comparison: Comparison | None
    agreement = ""
    asked_on: str | None = None
    """The route of a comparison of earlier that was opened again; None: this screen's."""

    def reopen(self, comparison: Comparison, view: ComparisonView, route: str) -> None:
        """Show a comparison of earlier. The screen overrides it."""

    def action_copy(self) -> None:
        """Both answers to the clipboard."""
        found = self._finished()
        if found is not None:
            sides = [f"{side.model}{' (stand-in)' if side.stand_in else ''}" for side in (found.left, found.right)]
            text = f"{sides[0]}\n{found.left.text}\n\n{sides[1]}\n{found.right.text}"
            self.app.copy_to_clipboard(str(safe(text)))
            self._tell("both answers are on the clipboard")

    def action_export(self) -> None:
        """A Markdown file in the folder the console was started in."""
        found = self._finished()
        if found is not None and not self._forbidden():
            self._export(found, self.agreement)

    @work(group="export", thread=True)
    def _export(self, found: Comparison, agreement: str) -> None:
        from console.view.exported import markdown

        text = markdown(found, self.route.name if self.asked_on is None else self.asked_on, agreement)
        path = Path(f"comparison-{found.at:%Y%m%d-%H%M%S}.md")
        try:
            path = written(path, text)
        except OSError as error:
            self._tell_later(f"{path} cannot be written: {error.strerror or error}", error=True)
            return
        self._tell_later(f"written: {path}")

    def action_save_case(self) -> None:
        """Ask for an id and which answer is the accepted one."""
        found = self._finished()
        if found is None or self._forbidden():
            return
        if self.asked_on not in (None, self.route.name):
            self._tell(
                f"this was asked on {self.asked_on}: save it there, or ask again on {self.route.name}", error=True
            )
            return
        self._look_for_suite(found)

    @work(exclusive=True, group="case", thread=True)
    def _look_for_suite(self, found: Comparison) -> None:
        from console.tui.case_saving import suite_path, taken_ids

        try:
            taken = taken_ids(suite_path(self.route, self.runtime.registry), self.runtime.registry)
        except ConsoleError as error:
            self._tell_later(str(error), error=True)
            return
        self.app.call_from_thread(self._if_looked_at, lambda: self._ask_for_case(found, taken))

    def _if_looked_at(self, then: Callable[[], None]) -> None:
        """What a thread has made ready, unless the screen was left, or something else opened, in the meantime."""
        if self.app.screen is self:
            then()

    def _ask_for_case(self, found: Comparison, taken: tuple[str, ...]) -> None:
        from console.regression.records import is_case_id
        from console.tui.case_saving import case_id_for
        from console.tui.screens.ask import AskScreen, Field

        others = {one.casefold() for one in taken}

        def wrong_id(text: str) -> str:
            if not is_case_id(text):
                return "letters, digits, - _ and . only"
            return "a case of the suite has this id" if text.casefold() in others else ""

        fields = (
            Field("Case id", case_id_for(found.prompt, taken), check=wrong_id),
            Field(
                "Accepted",
                PRODUCTION if found.left.failure is None else CANARY,
                f"whose answer: {PRODUCTION} or {CANARY}",
                (PRODUCTION, CANARY),
                lambda text: "" if text in (PRODUCTION, CANARY) else f"is {PRODUCTION} or {CANARY}",
            ),
        )

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._save_case(found, values[0], values[1])

        self.app.push_screen(AskScreen(SafeText("Save as case"), fields, "Save"), answered)

    @work(exclusive=True, group="case", thread=True)
    def _save_case(self, found: Comparison, case_id: str, accepted: str) -> None:
        from console.tui.case_saving import save_case

        answer = found.left if accepted == PRODUCTION else found.right
        day, registry = self.runtime.clock().date(), self.runtime.registry
        try:
            path = save_case(found, answer, case_id, self.route, self.registry, registry, day)
        except ConsoleError as error:
            self._tell_later(f"{error} {error.hint}".strip(), error=True)
            return
        invented = "; its answer is marked as the stand-in's: real models are not held against it"
        self._tell_later(f"{case_id} is a case of {_near(path, registry)}{invented if answer.stand_in else ''}")

    def action_past(self) -> None:
        """Choose one of the earlier comparisons."""
        self._open_past()

    @work(exclusive=True, group="past", thread=True)
    def _open_past(self) -> None:
        past = PastComparisons(now=self.runtime.clock).all()
        self.app.call_from_thread(self._if_looked_at, lambda: self._choose(past))

    def _choose(self, past: tuple[Past, ...]) -> None:
        from console.tui.screens.past import PastScreen

        def chosen(past: Past | None) -> None:
            if past is not None:
                self._judge_again(past)

        self.app.push_screen(PastScreen(past, self.runtime.clock()), chosen)

    @work(exclusive=True, group="past", thread=True)
    def _judge_again(self, past: Past) -> None:
        comparison = past.comparison()
        view = comparison_view(comparison, past.route)
        self.app.call_from_thread(self._if_looked_at, lambda: self.reopen(comparison, view, past.route))

    def keep(self, comparison: Comparison) -> None:
        """Remember a comparison for 30 days; called off the screen's thread. What fails is told, and stops nothing."""
        if self.runtime.read_only:
            return
        try:
            PastComparisons(now=self.runtime.clock).keep(comparison, self.route.name)
        except OSError as error:
            self._tell_later(f"the comparison could not be kept: {error.strerror or error}", error=True)

    def _finished(self) -> Comparison | None:
        if self.comparison is None:
            self._tell("there is no finished comparison yet", error=True)
        return self.comparison

    def _forbidden(self) -> bool:
        if self.runtime.read_only:
            self._tell("the console was started with --read-only: it writes nothing", error=True)
        return self.runtime.read_only

    def _tell_later(self, text: str, *, error: bool = False) -> None:
        """From a thread, which may outlive the screen."""
        if self.app.is_running:
            self.app.call_from_thread(self._tell, text, error=error)

    def _tell(self, text: str, *, error: bool = False) -> None:
        severity = "error" if error else "information"
        self.notify(SafeText(safe(text)), severity=severity, markup=False, timeout=6)  # type: ignore[arg-type]


def _near(path: Path, registry: Path) -> Path:
    """`path` as a person writes it: from the registry's folder where it is below it."""
    root = registry.resolve().parent
    return path.resolve().relative_to(root) if path.resolve().is_relative_to(root) else path
