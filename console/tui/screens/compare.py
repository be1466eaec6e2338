"""The comparer on the whole screen: type a prompt, both models answer side by side, differences are marked."""

from __future__ import annotations

import threading
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from console.catalog.identify import identify
from console.compare.questions import questions_for
from console.compare.running import compare
from console.compare.similarity import Similarity
from console.domain.errors import ConsoleError
from console.domain.registry import Registry, Route
from console.providers.adapters import warm
from console.text.safe import SafeText, safe, safe_line
from console.tui.drawing.frame import Hint
from console.tui.runtime import Runtime
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar
from console.view.compared import Unfolding, similarity_text
from console.view.comparison import ComparisonView

REDRAW_S = 0.1
"""While answers stream the screen is drawn ten times a second, however fast the words come."""


class Likened(Message):
    """It was found how alike the two answers of the comparison of `at` are."""

    def __init__(self, at: datetime, similarity: Similarity) -> None:
        super().__init__()
        self.at = at
        self.similarity = similarity


def warm_for(route: Route) -> None:
    """Begin to load the SDKs that a comparison on `route` needs: seconds that nobody then waits for."""
    warm(dict.fromkeys(identify(model).provider for _, model in route.tiers()))


class CompareScreen(Screen[ComparisonView | None]):
    """One prompt on two models. Leaving it while answers stream ends both requests."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", show=False),
        Binding("down,ctrl+n", "scroll(1)", "down", show=False),
        Binding("up,ctrl+b", "scroll(-1)", "up", show=False),
        Binding("pagedown", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
        Binding("ctrl+y", "copy", "copy", show=False),
    ]

    def __init__(
        self, runtime: Runtime, route: Route, registry: Registry, last: ComparisonView | None, typed: str = ""
    ) -> None:
        super().__init__()
        self.runtime, self._route, self._registry = runtime, route, registry
        self._view = last if last is not None and last.route == safe_line(route.name) else None
        self._unfolding: Unfolding | None = None
        self.typed = typed

    def compose(self) -> ComposeResult:
        """The answers, the prompt, the keys."""
        pane = ComparerPane(id="comparer-full")
        pane.full = True
        yield pane
        yield Input(placeholder="Type a prompt; enter asks both models", id="prompt", max_length=100_000)
        yield KeyBar()

    def on_mount(self) -> None:
        """The prompt has the focus; the SDKs load while it is typed."""
        warm_for(self._route)
        self.runtime.embedder().warm()
        self._show(self._view)
        prompt = self.query_one("#prompt", Input)
        if self._view is not None:
            prompt.value = str(self._view.prompt)
        if self.typed:
            prompt.value = self.typed
        prompt.focus()
        hints = [Hint("enter", "ask both"), Hint("↑ ↓", "scroll"), Hint("^y", "copy"), Hint("esc", "back")]
        self.query_one(KeyBar).show(hints)
        self.set_interval(REDRAW_S, self._draw_streaming)

    def _show(self, view: ComparisonView | None) -> None:
        self._view = view
        self.query_one(ComparerPane).show(view, self.runtime.clock())

    def _draw_streaming(self) -> None:
        if self._unfolding is not None:
            self._show(self._unfolding.view())

    @on(Input.Changed, "#prompt")
    def _typed(self, event: Input.Changed) -> None:
        self.typed = event.value

    @on(Input.Submitted, "#prompt")
    def _asked(self, event: Input.Submitted) -> None:
        self._ask(event.value)

    @work(exclusive=True, group="compare", exit_on_error=True)
    async def _ask(self, prompt: str) -> None:
        """Stream both answers; what was typed stays in the prompt whatever happens."""
        try:
            pair = questions_for(self._route, self._registry, prompt)
        except ConsoleError as error:
            self.notify(SafeText(safe(str(error))), severity="error", markup=False)
            return
        unfolding = self._unfolding = Unfolding(pair, self._route.name)
        self._show(unfolding.view())
        try:
            async with self.runtime.endpoints() as endpoints, aclosing(compare(pair, endpoints)) as events:
                async for event in events:
                    unfolding.take(event)
        finally:
            if self._unfolding is unfolding:
                self._unfolding = None
        self._show(unfolding.view())
        self._add_similarity(unfolding)

    def _add_similarity(self, unfolding: Unfolding) -> None:
        """A hint that comes when it is there. Its thread is a daemon: not even leaving waits for a model to load."""
        done = unfolding.comparison
        if done is None or done.left.failure or done.right.failure:
            return

        def find() -> None:
            found = self.runtime.embedder().similarity(done.left.text, done.right.text)
            self.post_message(Likened(done.at, found))

        threading.Thread(target=find, name="similarity", daemon=True).start()

    @on(Likened)
    def _show_likeness(self, message: Likened) -> None:
        """Put the hint beside the comparison it belongs to, if that is still shown."""
        if self._view is not None and self._view.finished_at == message.at:
            self._show(replace(self._view, similarity=similarity_text(message.similarity)))

    def action_scroll(self, lines: int) -> None:
        """Both answers together."""
        self.query_one(ComparerPane).scroll_lines(lines)

    def action_copy(self) -> None:
        """Both answers to the clipboard, as they are shown."""
        if self._view is None:
            return
        parts = [f"{answer.model_id}\n{''.join(run.text for run in answer.runs)}" for answer in self._view.answers]
        self.app.copy_to_clipboard(str(safe("\n\n".join(parts))))
        self.notify("both answers are on the clipboard", markup=False, timeout=3)

    def action_back(self) -> None:
        """To the main screen, with the last finished comparison."""
        view = self._view
        if self._unfolding is not None:
            view = replace(self._unfolding.view(), status=SafeText("stopped"))
        self.workers.cancel_group(self, "compare")
        self.dismiss(view)
