"""What the comparer's screen does with a finished comparison: copy, export, save as a case, find again later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from console.compare.past import Past, PastComparisons
from console.compare.records import Comparison
from console.domain.errors import ConsoleError
from console.domain.registry import Route
from console.text.safe import SafeText, safe
from console.tui.runtime import Runtime

if TYPE_CHECKING:
    from textual.screen import Screen

    _Base = Screen[object]
else:
    _Base = object

PRODUCTION, CANARY = "production", "canary"


class Keeping(_Base):
    """Mixed into the screen, which has `runtime`, `comparison`, `route` and `reopen`."""

    runtime: Runtime
    comparison: Comparison | None
    route: Route
    agreement = ""

    def reopen(self, comparison: Comparison) -> None:
        """Show a comparison of earlier. The screen overrides it."""

    def action_copy(self) -> None:
        """Both answers to the clipboard."""
        found = self._finished()
        if found is not None:
            text = "\n\n".join(f"{side.model}\n{side.text}" for side in (found.left, found.right))
            self.app.copy_to_clipboard(str(safe(text)))
            self._tell("both answers are on the clipboard")

    def action_export(self) -> None:
        """A Markdown file in the folder the console was started in."""
        from console.view.exported import markdown

        found = self._finished()
        if found is None or self._forbidden():
            return
        path = _free(Path(f"comparison-{found.at:%Y%m%d-%H%M%S}.md"))
        try:
            path.write_text(markdown(found, self.route.name, self.agreement), "utf-8")
        except OSError as error:
            self._tell(f"{path} cannot be written: {error.strerror or error}", error=True)
            return
        self._tell(f"written: {path}")

    def action_save_case(self) -> None:
        """Ask for an id and which answer is the accepted one."""
        from console.regression.records import is_case_id
        from console.tui.case_saving import case_id_for
        from console.tui.screens.ask import AskScreen, Field

        found = self._finished()
        if found is None or self._forbidden():
            return
        fields = (
            Field(
                "Case id",
                case_id_for(found.prompt),
                check=lambda text: "" if is_case_id(text) else "letters, digits, - _ and . only",
            ),
            Field(
                "Accepted answer",
                PRODUCTION if found.left.failure is None else CANARY,
                f"{PRODUCTION} or {CANARY}",
                (PRODUCTION, CANARY),
                lambda text: "" if text in (PRODUCTION, CANARY) else f"is {PRODUCTION} or {CANARY}",
            ),
        )
        self.app.push_screen(AskScreen(SafeText("Save as case"), fields, "Save"), self._save_case)

    def _save_case(self, values: tuple[str, ...] | None) -> None:
        from console.tui.case_saving import save_case

        found = self.comparison
        if values is None or found is None:
            return
        answer = found.left if values[1] == PRODUCTION else found.right
        try:
            path = save_case(found, answer, values[0], self.route, self.runtime.registry, self.runtime.clock().date())
        except ConsoleError as error:
            self._tell(str(error), error=True)
            return
        self._tell(f"{values[0]} is a case of {path}; console regress asks it")

    def action_past(self) -> None:
        """Choose one of the earlier comparisons."""
        self._open_past()

    @work(exclusive=True, group="past", thread=True)
    def _open_past(self) -> None:
        """The file may be long: it is read in a thread."""
        past = PastComparisons(now=self.runtime.clock).all()
        self.app.call_from_thread(self._choose, past)

    def _choose(self, past: tuple[Past, ...]) -> None:
        from console.tui.screens.past import PastScreen

        self.app.push_screen(PastScreen(past, self.runtime.clock()), self._chosen)

    def _chosen(self, past: Past | None) -> None:
        if past is not None:
            self._judge_again(past)

    @work(exclusive=True, group="past", thread=True)
    def _judge_again(self, past: Past) -> None:
        self.app.call_from_thread(self.reopen, past.comparison())

    def keep(self, comparison: Comparison) -> None:
        """Remember a comparison for 30 days; called off the screen's thread. What fails is told, and stops nothing."""
        if self.runtime.read_only:
            return
        try:
            PastComparisons(now=self.runtime.clock).keep(comparison, self.route.name)
        except OSError as error:
            self.app.call_from_thread(self._tell, f"the comparison could not be kept: {error.strerror}", error=True)

    def _finished(self) -> Comparison | None:
        if self.comparison is None:
            self._tell("there is no finished comparison yet", error=True)
        return self.comparison

    def _forbidden(self) -> bool:
        if self.runtime.read_only:
            self._tell("the console was started with --read-only: it writes nothing", error=True)
        return self.runtime.read_only

    def _tell(self, text: str, *, error: bool = False) -> None:
        severity = "error" if error else "information"
        self.notify(SafeText(safe(text)), severity=severity, markup=False, timeout=6)  # type: ignore[arg-type]


def _free(path: Path) -> Path:
    """`path`, or with a number where a file of that name exists."""
    number = 2
    found = path
    while found.exists():
        found = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return found
