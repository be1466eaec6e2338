"""One changed case at a time: accept what the new model answers, reject it, or leave it for later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from console.text import words
from console.text.safe import SafeText, safe
from console.tui.deciding import Deciding
from console.tui.drawing.frame import NARROW, TINY, Hint
from console.tui.drawing.reading import REVIEW
from console.tui.drawing.review import PLAIN
from console.tui.keys import Key
from console.tui.narrowing import Narrowing
from console.tui.review_keys import REVIEW_KEYS
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.review_page import ReviewPage
from console.view.reviewed import ReviewDesk

_FIXED, _FIXED_TIGHT = ("help", "command_palette", "quit"), ("help", "command_palette", "leave")
"""At the right end of the footer. Where there is room for one way out it is the one that only leaves the review."""
_CHIPS = ("accept", "reject", "skip")
_CHIPS_FROM = 32
"""Rows from which these stand as chips under the answers."""
_WRITES = {"accept", "reject", "skip", "accept_rest", "reject_rest", "skip_rest", "undo", "record"}


def _bindings() -> list[BindingType]:
    return [
        Binding("enter", "choose", "this case", show=False),
        *(
            Binding(key.key, key.action, key.label, show=False, tooltip=key.help, priority=key.key == "tab")
            for key in REVIEW_KEYS
            if key.action != "command_palette"
        ),
    ]


class ReviewScreen(Narrowing, Deciding, Screen[None]):
    """Shows the list and the case at the cursor. Decisions are saved one after the other, off the screen's thread."""

    NARROWED_BY: ClassVar[tuple[str, str]] = ("worrying, human, undecided, or words of a case", "case")

    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    AUTO_FOCUS = "ReviewPage"

    def __init__(self, desk: ReviewDesk) -> None:
        super().__init__()
        self.start(desk)

    def compose(self) -> ComposeResult:
        """The page and the keys."""
        yield ReviewPage()
        yield KeyBar()

    def on_mount(self) -> None:
        """The first case that is not decided."""
        self.go_to_open(0)
        self.show()
        self.run_worker(self.save_decisions(), group="decide", exit_on_error=True)
        self.set_interval(2.0, self.look_around)

    def on_resize(self, _event: events.Resize) -> None:
        """Another size may be another layout."""
        self.show()

    def show(self) -> None:
        """Put the state on the screen."""
        page, row = self.query_one(ReviewPage), self.row
        decision = row.decision if row else ""
        chips = tuple(
            Hint(key.shown, key.label) for key in REVIEW_KEYS if key.action in _CHIPS and self.allows(key.action)
        )
        page.show(
            self.view, self.case, self.cursor, decision,
            acts=chips, source=self.desk.source, clock=f"{words.clock(self.desk.now())} UTC",
        )  # fmt: skip
        roomy = self.size.width >= 120 and self.size.height >= _CHIPS_FROM
        fixed = _FIXED if roomy or self.size.width < TINY else _FIXED_TIGHT
        pinned = [Hint(key.shown, self.label(key)) for key in REVIEW_KEYS if key.action in fixed]
        self.query_one(KeyBar).show([hint for hint in self._hints() if hint not in pinned], pinned)
        self.prepare(page.answer_width)

    def _hints(self) -> list[Hint]:
        """The footer: what the chips say stands there only where there is no room for chips."""
        chips = self.size.height >= _CHIPS_FROM
        order = ["accept_rest", "undo", "diff", "info", "leave", "next", "record", "reject_rest", "further(10)"]
        if not chips:
            order = ["accept", "reject", "skip", "accept_rest", "undo", "list", "leave", *order]
        if self.size.width < TINY:
            order.insert(2, "leave")
        keys = {key.action: key for key in REVIEW_KEYS}
        return [Hint(keys[each].shown, self.label(keys[each])) for each in dict.fromkeys(order) if self.allows(each)]

    def label(self, key: Key) -> str:
        """The word in the footer says the effect: `accept 5 like it`; where columns are short, `accept all 5`."""
        narrow = self.size.width < NARROW
        if key.action.endswith("_rest") and narrow:
            return f"{key.action.removesuffix('_rest')} all {words.count(len(self.rest))}"
        if key.action.endswith("_rest"):
            return f"{key.action.removesuffix('_rest')} {words.count(len(self.rest))} like it"
        if key.action == "accept" and self.size.height < _CHIPS_FROM:
            return "accept"
        if key.action == "leave" and self._is_list:
            return "back"
        if key.action == "leave" and self.is_filtered:
            return "all cases"
        if key.action == "leave" and narrow:
            return "leave"
        return key.label

    def allows(self, action: str) -> bool:
        """Whether `action` can work now."""
        if action in _WRITES and self.desk.read_only:
            return False
        if action in _CHIPS:
            return self.row is not None
        if action.endswith("_rest"):
            return len(self.rest) > 1
        if action == "undo":
            return self.whole.decided > 0
        if action == "list":
            return not self.query_one(ReviewPage).is_beside
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot work now do nothing."""
        if not self.is_mounted:
            return super().check_action(action, parameters)
        return super().check_action(action, parameters) and self.allows(action)

    def commands(self) -> Iterable[tuple[str, str, Callable[[], None]]]:
        """What the palette offers here: title, help, what runs it."""
        for key in REVIEW_KEYS:
            if key.action != "command_palette" and self.allows(key.action):
                yield f"{self.label(key).capitalize()}  {key.shown}", key.help, self._runner(key.action)

    def _runner(self, action: str) -> Callable[[], None]:
        def run() -> None:
            self.run_worker(self.run_action(action), exclusive=False)

        return run

    def action_next(self) -> None:
        """The next case."""
        self.move(1)

    def action_previous(self) -> None:
        """The case before."""
        self.move(-1)

    def action_next_cluster(self) -> None:
        """The first case of the next cluster, or of the first after the last."""
        starts, at = [0], 0
        for cluster in self.view.clusters[:-1]:
            at += len(cluster.cases)
            starts.append(at)
        self.go_to(next((start for start in starts if start > self.cursor), 0))

    def action_further(self, lines: int) -> None:
        """Read on in both answers, or move in the list where that is what is shown."""
        if self._is_list:
            self.move(lines)
        else:
            self.query_one(ReviewPage).scroll_by(lines)

    @on(ReviewPage.Scrolled)
    def _wheel(self, message: ReviewPage.Scrolled) -> None:
        self.action_further(message.lines)

    @on(ReviewPage.Chosen)
    def _clicked(self, message: ReviewPage.Chosen) -> None:
        self.query_one(ReviewPage).listed = False
        self.go_to(message.number)

    def moved(self) -> None:
        """Another case is read from its beginning."""
        page = self.query_one(ReviewPage)
        page.shown = PLAIN._replace(diff=page.shown.diff, info=page.shown.info)

    @property
    def narrowed(self) -> ReviewPage:
        """The cases."""
        return self.query_one(ReviewPage)

    def narrow(self) -> None:
        """List what holds what is typed."""
        self.list_again()
        self.count_filtered(self.view.changed, self.whole.changed)
        self.show()

    def move_narrowed(self, rows: int) -> None:
        """From case to case."""
        self.move(rows)

    def action_diff(self) -> None:
        """Tints on or off."""
        page = self.query_one(ReviewPage)
        page.shown = page.shown._replace(diff=not page.shown.diff)
        page.redraw()

    def action_info(self) -> None:
        """Where the answers come from, or not."""
        page = self.query_one(ReviewPage)
        page.shown = page.shown._replace(info=not page.shown.info, offset=0)
        page.redraw()

    def action_list(self) -> None:
        """The list or the case, where they don't stand side by side."""
        page = self.query_one(ReviewPage)
        page.listed = not page.listed
        self.show()

    def action_choose(self) -> None:
        """From the list to the case at the cursor."""
        if self._is_list:
            self.action_list()

    @property
    def _is_list(self) -> bool:
        """Whether the list stands in the place of the case."""
        page = self.query_one(ReviewPage)
        return page.listed and not page.is_beside

    def action_theme(self) -> None:
        """Dark or light."""
        self.app.theme = LIGHT_NAME if self.app.current_theme.dark else DARK_NAME

    def action_help(self) -> None:
        """What can be done here."""
        from console.tui.screens.reading import HelpScreen

        self.app.push_screen(HelpScreen(REVIEW, REVIEW_KEYS))

    async def action_leave(self) -> None:
        """Back: from the list to its case, from what was filtered to all cases, else out.

        What is being saved is saved first, what is not decided stays.
        """
        if self._is_list:
            self.action_list()
            return
        if self.clear_filter():
            return
        await self.finish()
        self.dismiss(None)

    async def action_quit(self) -> None:
        """Leave the console."""
        await self.finish()
        self.app.exit()

    def tell(self, text: str, *, error: bool = False) -> None:
        """A toast; it never takes the focus."""
        self.notify(SafeText(safe(text)), severity="error" if error else "information", markup=False, timeout=8)
