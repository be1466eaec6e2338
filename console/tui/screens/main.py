"""The main screen: registry, live canary and comparer, and the keys that act on the selected route."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen

from console.domain.errors import RegistryInvalid
from console.domain.registry import Route
from console.text.safe import NOTHING, SafeText, safe, safe_line
from console.tui.compositing import RowCompositor
from console.tui.drawing.frame import EMPTY_COMPARER, Hint, frame
from console.tui.drawing.screen import tabs_note
from console.tui.filtering import Filtering
from console.tui.keys import KEYS, PINNED, by_action
from console.tui.leading_on import with_ways_on
from console.tui.messages import Looked
from console.tui.offering import Offering
from console.tui.polling import Poller
from console.tui.problem_row import ProblemRow
from console.tui.runtime import Runtime
from console.tui.styles import DARK_NAME, LIGHT_NAME
from console.tui.suites import Suites
from console.tui.widgets.comparer_pane import ComparerPane
from console.tui.widgets.frame import KeyBar, TabRow, TopBar
from console.tui.widgets.live_pane import LivePane
from console.tui.widgets.pane import Pane
from console.tui.widgets.registry_pane import RegistryPane
from console.tui.zooming import Zooming
from console.view.lookout import Look
from console.view.records import CanaryView, FleetView

if TYPE_CHECKING:
    from console.compare.records import Comparison
    from console.registry.reading import Snapshot
    from console.tui.screens.compare import CompareScreen
    from console.view.comparison import ComparisonView

WARM_AFTER_S = 2.0
"""By then the first look is on the screen."""
LATE_S = 1.5
"""Looks come every second; one that is later than this is waited for."""


class _Chosen(NamedTuple):
    """The route under the cursor at one look."""

    look: Look | None
    name: SafeText | None
    route: Route | None = None
    canary: CanaryView | None = None


def _bindings() -> list[BindingType]:
    return [
        Binding(key.key, key.action, key.label, show=False, tooltip=key.help, id=f"console.{key.action}")
        for key in KEYS
        if key.action != "command_palette"
    ]


class MainScreen(Zooming, Filtering, Suites, Offering, Screen[None]):
    """Shows every look, keeps the cursor, and opens a dialog before anything is written."""

    BINDINGS: ClassVar[list[BindingType]] = [*_bindings(), Binding("escape", "all_routes", show=False)]
    AUTO_FOCUS = "LivePane"
    BLANK = True  # its widgets cover it
    HORIZONTAL_BREAKPOINTS = []  # noqa: RUF012 - its drawings know their width: no class shall style all of it again

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self._compositor = RowCompositor()
        self.runtime = runtime
        self.look: Look | None = None
        self.comparison: ComparisonView | None = None
        self._routes: RegistryPane | None = None
        self._chosen = _Chosen(None, None)
        self._typed = ""
        self._is_late = False
        self._arranged_for = Size(0, 0)
        self._last: Comparison | None = None
        self._pane = 2
        self._first_look = runtime.first_look()
        self._poller = Poller(
            self._first_look,
            self._tell_look,
            self._watching_failed,
            clock=runtime.clock,
        )

    def _tell_look(self, look: Look) -> None:
        """From the poller's thread: posting is all it may do here."""
        self.post_message(Looked(look))

    def look_soon(self) -> None:
        """Something was written: look again at once."""
        self._poller.soon()

    def compose(self) -> ComposeResult:
        """Header, tabs, three panes, footer."""
        yield TopBar()
        yield ProblemRow()
        yield TabRow()
        with Horizontal(id="panes"):
            self._routes = RegistryPane(id="registry")
            yield self._routes
            with Vertical(id="right"):
                yield LivePane(id="live")
                yield ComparerPane(id="comparer")
        yield KeyBar()

    def on_mount(self) -> None:
        """Start watching."""
        self._arrange()
        look = self._first_look.within(0)
        if look is not None:
            self.show_look(Looked(look))  # the first frame has numbers
        if self.runtime.opened is not None:
            self.call_after_refresh(self.runtime.opened.ready.set)
        self._poller.start()
        self.set_interval(1.0, self._tick)
        self.set_timer(WARM_AFTER_S, self._warm)
        if self.runtime.guards:
            self.start_guard()

    def on_unmount(self) -> None:
        """Stop watching, and leave the guard's post."""
        self._poller.stop()
        self.end_guard()

    def _watching_failed(self, error: Exception) -> None:
        self.from_thread(self.app._handle_exception, error)

    def _tick(self) -> None:
        """Clock and ages go on while a look takes long: a locked file must not look like fresh data."""
        if self.look is None:
            self.query_one(LivePane).waited_s += 1
            return
        late_s = (self.runtime.clock() - self.look.view.now).total_seconds()
        if late_s >= LATE_S:
            self.look = replace(self.look, view=later(self.look.view, late_s))
            self._show()

    @on(Looked)
    def show_look(self, message: Looked) -> None:
        """Put a new look on the screen."""
        if not gc.isenabled():
            gc.freeze()  # what the start has made lives as long as the console: looking through it costs a frame
            gc.enable()
        self.notice(message.look)
        first, self.look = self.look is None, self._newer(message.look)
        self._show()
        if first:
            self.begin_at_the_worst()
            self._show_route()

    def _newer(self, look: Look) -> Look:
        """`look` with the registry as it was written from here, where that was after the look began."""
        late = self._seen is not None and self.began_before_writing(look)
        return replace(look, snapshot=self._seen) if late else look

    def now_holds(self, written: Snapshot) -> None:
        """What is pressed next goes by what was just written, and so does the footer."""
        if self.look is not None:
            self.look = replace(self.look, snapshot=written)
            self._show_route()

    def on_screen_resume(self) -> None:
        """In sight again."""
        if self._is_late:
            self._show()

    def _show(self) -> None:
        self._is_late = not self._is_seen
        if self.look is None or self._is_late:
            return
        view = self.look.view
        self.query_one(ProblemRow).show(self._registry_problem)
        self.show_routes(view)
        if self.comparison is not None:
            self.query_one(ComparerPane).show(self.comparison, view.now)
        self._show_route()

    @property
    def _is_seen(self) -> bool:
        """Whether no screen above hides this one: behind a dialog its numbers and their age can be read."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        return all(screen.styles.background.a < 1 for screen in above)

    @property
    def _registry_problem(self) -> SafeText:
        problem = self.look.problem if self.look else None
        if not isinstance(problem, RegistryInvalid):
            return NOTHING  # what is wrong with the log stands in the pane that it would fill
        return safe_line(problem.message.replace(str(self.runtime.registry), self.runtime.registry.name))

    @on(RegistryPane.RouteSelected)
    def _show_route(self) -> None:
        canary = self.canary
        if canary is not None:
            canary = with_ways_on(canary, self.route, self.runtime.keys, read_only=self.runtime.read_only)
        if self.look is not None:
            self.query_one(LivePane).show(canary, self.look.view)
        self._show_frame()

    @property
    def canary(self) -> CanaryView | None:
        """The selected route's canary."""
        return self._choice().canary

    @property
    def route(self) -> Route | None:
        """The selected route, as the registry has it."""
        return self._choice().route

    @property
    def chosen_name(self) -> SafeText | None:
        """The name of the selected route."""
        return self._choice().name

    def _choice(self) -> _Chosen:
        """Found once for each look and each move of the cursor: one footer asks for it a hundred times."""
        shown = self._routes.route if self._routes is not None else None
        name = shown.name if shown else None
        if self._chosen.look is not self.look or self._chosen.name != name:
            self._chosen = _chosen(self.look, name)
        return self._chosen

    def on_resize(self, event: events.Resize) -> None:
        """Another size may be another layout."""
        if event.size != self._arranged_for:
            self._arrange()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The footer belongs to the focused pane."""
        for number, name in enumerate(("registry", "live", "comparer"), 1):
            if self.focused is not None and self.focused.id == name:
                self._pane = number
        if self._pane == 3:
            self._warm()
        self._show_frame()

    def _warm(self) -> None:
        """The comparer takes a second to load: a thread does it before anybody opens it."""
        route = self.route
        if route is None:
            return

        def load() -> None:
            from console.tui.screens.compare import warm_for

            warm_for(route)

        self.run_worker(load, thread=True, group="warm", exclusive=True)

    def _arrange(self) -> None:
        self._arranged_for = self.size or self.app.size  # before its first layout a screen has no size
        layout = frame(*self._arranged_for)
        tabs = layout.layout == "tabs" and not self._zoomed
        alone = tabs or self._zoomed
        registry, live, comparer = self.query_one(RegistryPane), self.query_one(LivePane), self.query_one(ComparerPane)
        self.query_one(TabRow).display = tabs
        for pane, number in ((registry, 1), (live, 2), (comparer, 3)):
            pane.tabbed = tabs
            pane.display = not alone or self._pane == number
        registry.styles.width = "1fr" if alone else layout.registry_width
        self.query_one("#right").display = not alone or self._pane != 1
        empty = self.comparison is None
        comparer.full = self._zoomed and not empty
        comparer.styles.height = "1fr" if alone else EMPTY_COMPARER if empty else layout.comparer_height
        self._show_frame()

    def _show_frame(self) -> None:
        canary = self.canary
        if self.look is not None:
            self.query_one(TopBar).show(self.look.view, self.runtime.override, self.alarm)
        note = tabs_note(self.look.view if self.look else None, canary)
        self.query_one(TabRow).show(self._pane, *note)
        pinned = [by_action(action, self.runtime.keys) for action in PINNED]
        hints = self.hints()
        if self.is_filtered:
            hints.insert(1, Hint("esc", "all routes"))
        self.query_one(KeyBar).show(hints, [Hint(key.shown, key.label) for key in pinned])

    def on_tab_row_chosen(self, message: TabRow.Chosen) -> None:
        """A tab was clicked."""
        self.action_pane(message.pane)

    def action_pane(self, number: int) -> None:
        """Go to pane 1, 2 or 3."""
        self._pane = number
        self._arrange()
        self.query_one(("#registry", "#live", "#comparer")[number - 1]).focus()

    def action_down(self) -> None:
        """Next route; in the comparer, further down."""
        self._move(1)

    def action_up(self) -> None:
        """Previous route; in the comparer, further up."""
        self._move(-1)

    def _move(self, rows: int) -> None:
        if self._pane == 3:
            self.query_one(ComparerPane).scroll_lines(rows)
        else:
            self.query_one(RegistryPane).move(rows)

    def action_metric(self) -> None:
        """Draw the other metric."""
        self.query_one(LivePane).plot += 1

    def action_copy(self) -> None:
        """What is marked, else what the focused pane shows, for a message to a colleague."""
        marked = self.get_selected_text()
        pane = self.query_one(("#registry", "#live", "#comparer")[self._pane - 1], Pane)
        self.app.copy_to_clipboard(marked or "\n".join(pane.plain()).lstrip("▌ ").rstrip() + "\n")
        self.tell("copied: what is marked" if marked else "copied: what this pane shows, as text")

    def action_theme(self) -> None:
        """Dark or light."""
        self.app.theme = LIGHT_NAME if self.app.current_theme.dark else DARK_NAME

    def action_help(self) -> None:
        """What can be done here."""
        from console.tui.screens.reading import HelpScreen

        self.app.push_screen(HelpScreen(self._pane, self.runtime.keys))

    def action_quit(self) -> None:
        """Leave."""
        self.app.exit()

    def action_ask(self) -> None:
        """Open the comparer on the whole screen."""
        from console.tui.screens.compare import CompareScreen

        if self.route is not None and self.look is not None and self.look.snapshot is not None:
            registry = self.look.snapshot.registry
            screen = CompareScreen(self.runtime, self.route, registry, self.comparison, self._typed, self._last)
            self.app.push_screen(screen, lambda comparison: self._compared(comparison, screen))

    def _compared(self, comparison: ComparisonView | None, screen: CompareScreen) -> None:
        self._typed = screen.typed
        if comparison is not None:  # else the one before stays, with what can be done with it
            self.comparison, self._last = comparison, screen.comparison
        self.query_one(ComparerPane).show(self.comparison, self.runtime.clock())
        self._arrange()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot work now are not offered."""
        return super().check_action(action, parameters) and (self.allows(action) or action not in _ACTIONS)

    def tell(self, text: str, *, error: bool = False) -> None:
        """A toast; it never takes the focus."""
        said = SafeText(safe(f"× {text}" if error else text))
        self.notify(said, severity="error" if error else "information", markup=False, timeout=8)


def _chosen(look: Look | None, name: SafeText | None) -> _Chosen:
    if look is None or name is None:
        return _Chosen(look, name)
    routes = look.snapshot.registry.routes.values() if look.snapshot else ()
    route = next((each for each in routes if safe_line(each.name) == name), None)
    return _Chosen(look, name, route, next((each for each in look.view.canaries if each.route == name), None))


def later(view: FleetView, seconds: float) -> FleetView:
    """The same view, looked at `seconds` later: nothing new, and everything that much older."""
    age = None if view.data_age_s is None else view.data_age_s + seconds
    return replace(view, now=view.now + timedelta(seconds=seconds), data_age_s=age)


_ACTIONS = {key.action for key in KEYS}
