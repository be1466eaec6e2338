"""The comparer on the whole screen: type a prompt, both models answer side by side, differences are marked."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from console.catalog.identify import identify
from console.compare.questions import beside, questions_for, third_model
from console.compare.records import Comparison
from console.compare.similarity import Similarity
from console.domain.errors import ConsoleError
from console.domain.registry import Registry, Route
from console.providers.adapters import warm
from console.providers.catalogue import prepare
from console.text.safe import SafeText, safe, safe_line
from console.tui.compare_keys import COMPARE_KEYS, SHOWN
from console.tui.drawing.comparer import THIRD_FROM
from console.tui.drawing.frame import Hint
from console.tui.keeping import Keeping
from console.tui.runtime import Runtime
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar
from console.tui.widgets.prompt import Prompt
from console.view.asking import Asking
from console.view.compared import similarity_text
from console.view.comparison import ComparisonView

REDRAW_S = 0.1
"""While answers stream the screen is drawn ten times a second, however fast the words come."""
RUNS = (1, 3, 5, 10)


class Likened(Message):
    """It was found how alike the two answers of the comparison of `at` are."""

    def __init__(self, at: datetime, similarity: Similarity) -> None:
        super().__init__()
        self.at = at
        self.similarity = similarity


def warm_for(route: Route) -> None:
    """Begin to load what a comparison on `route` needs: nobody then waits for it."""
    loading = warm(dict.fromkeys(identify(model).provider for _, model in route.tiers()), direct=True)
    threading.Thread(target=_settle, args=(loading,), name="settle-comparer", daemon=True).start()


def _settle(loading: threading.Thread) -> None:
    loading.join()
    prepare()
    _keep_what_is_loaded()


@cache
def _keep_what_is_loaded() -> None:
    """Once: a look through all of it for garbage, in the middle of an answer, keeps the screen still for 70 ms."""
    gc.freeze()


class CompareScreen(Keeping, Screen[ComparisonView | None]):
    """One prompt on two models. Leaving it while answers stream ends the requests."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.key, key.action, key.label, show=False, tooltip=key.help, id=f"compare.{key.action}")
        for key in COMPARE_KEYS
        if key.action != "ask"
    ]

    def __init__(
        self,
        runtime: Runtime,
        route: Route,
        registry: Registry,
        last: ComparisonView | None,
        typed: str = "",
        comparison: Comparison | None = None,
    ) -> None:
        super().__init__()
        self.runtime, self.route, self.registry = runtime, route, registry
        self._view = last if last is not None and last.route == safe_line(route.name) else None
        self.comparison = comparison if self._view is not None else None
        self._asking: Asking | None = None
        self._runs = RUNS[0]
        self._typed = typed

    @property
    def typed(self) -> str:
        """What stands in the prompt: read where it is, since the message about the last letter may be on its way."""
        found = self.query(Prompt)
        return found.first().text if found else self._typed

    def compose(self) -> ComposeResult:
        """The answers, the prompt, the keys."""
        pane = ComparerPane(id="comparer-full")
        pane.full = True
        yield pane
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        """The prompt has the focus; the SDKs load while it is typed."""
        warm_for(self.route)
        self.runtime.embedder().warm()
        self._show(self._view)
        prompt = self.query_one(Prompt)
        prompt.put(self._typed or (self.comparison.prompt if self.comparison is not None else ""))
        prompt.focus()
        self._show_keys()
        self.set_interval(REDRAW_S, self._draw_streaming)
        self.set_interval(1.0, self._draw_age)

    def _show_keys(self) -> None:
        labels = {key.action: Hint(key.shown, key.label) for key in COMPARE_KEYS}
        labels["repeat"] = Hint("^t", f"runs {self._runs}")
        keyed = self._view is not None and self._view.keys is not None
        writing = {key.action for key in COMPARE_KEYS if key.writes} if self.runtime.read_only else set()
        hidden = writing if keyed else {*writing, "raw"}
        leave = Hint("esc", "stop" if self._asking is not None else "back")
        self.query_one(KeyBar).show([labels[action] for action in SHOWN if action not in hidden], [leave])

    def _show(self, view: ComparisonView | None) -> None:
        keyed = self._view is not None and self._view.keys is not None
        self._view = view
        self.query_one(ComparerPane).show(view, self.runtime.clock())
        if keyed != (view is not None and view.keys is not None):
            self._show_keys()

    def _draw_streaming(self) -> None:
        if self._asking is not None:
            self._show(self._asking.view(self.runtime.clock()))

    def _draw_age(self) -> None:
        if self._asking is None and self._view is not None:
            self._show(self._view)

    @on(Input.Submitted, "#prompt")
    def _asked(self) -> None:
        self._ask(self.typed)

    @work(exclusive=True, group="compare", exit_on_error=True)
    async def _ask(self, prompt: str) -> None:
        """Stream the answers; what was typed stays in the prompt whatever happens."""
        try:
            asking = self._prepared(prompt)
        except ConsoleError as error:
            self.notify(SafeText(safe(str(error))), severity="error", markup=False)
            return
        self._asking, self.comparison, self.agreement, self.asked_on = asking, None, "", None
        self._show(asking.view())
        self._show_keys()
        try:
            async with self.runtime.endpoints() as endpoints:
                await asking.run(endpoints, self.runtime.clock)
        finally:
            if self._asking is asking:
                self._asking = None
        self._finish(asking)

    def _prepared(self, prompt: str) -> Asking:
        """Raises Usage where there is nothing to ask, or nobody to ask."""
        pair = questions_for(self.route, self.registry, prompt)
        other = third_model(self.route, pair) if self.size.width - 4 >= THIRD_FROM else None
        third = None if other is None else beside(pair, self.route, self.registry, other)
        side = "experimental" if other == self.route.experimental else "fallback"
        return Asking(pair, self.route.name, self._runs, third, side)  # type: ignore[arg-type]

    def _add_similarity(self, done: Comparison | None) -> None:
        """A hint that comes when it is there. Its thread is a daemon: not even leaving waits for a model to load."""
        if done is None:
            return

        def find() -> None:
            self.keep(done)
            if done.triage is not None:
                found = self.runtime.embedder().similarity(done.left.text, done.right.text)
                self.post_message(Likened(done.at, found))

        threading.Thread(target=find, name="similarity", daemon=True).start()

    @on(Likened)
    def _show_likeness(self, message: Likened) -> None:
        """Put the hint beside the comparison it belongs to, if that is still shown."""
        if self._view is not None and self._view.finished_at == message.at:
            self._show(replace(self._view, similarity=similarity_text(message.similarity)))

    def reopen(self, comparison: Comparison, view: ComparisonView, route: str) -> None:
        """A comparison of earlier, with its prompt to be asked again."""
        self.workers.cancel_group(self, "compare")
        self._asking, self.comparison, self.agreement, self.asked_on = None, comparison, "", route
        self._show(view)
        self._show_keys()
        self.query_one(Prompt).put(comparison.prompt)

    def action_newline(self) -> None:
        """A line end where the cursor is."""
        self.query_one(Prompt).insert_text_at_cursor("\n")

    def action_repeat(self) -> None:
        """How often the next prompt is asked."""
        self._runs = RUNS[(RUNS.index(self._runs) + 1) % len(RUNS)]
        self._show_keys()

    def action_raw(self) -> None:
        """Two JSON answers as they are, or key by key."""
        pane = self.query_one(ComparerPane)
        pane.raw = not pane.raw

    def action_scroll(self, lines: int) -> None:
        """Both answers together."""
        self.query_one(ComparerPane).scroll_lines(lines)

    def action_back(self) -> None:
        """End what is under way, and keep what has arrived; else to the main screen, with the last comparison."""
        if self._asking is not None:
            asking, self._asking = self._asking, None
            self.workers.cancel_group(self, "compare")
            asking.stop()
            self._finish(asking)
            return
        self._typed = self.typed
        self.dismiss(self._view)

    def _finish(self, asking: Asking) -> None:
        """All has arrived, or all that will."""
        self.comparison, self.agreement = asking.comparison, str(asking.agreement)
        self._show(asking.view())
        self._show_keys()
        self._add_similarity(asking.comparison)
