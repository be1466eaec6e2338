"""`h`, `l` and `i` on the main screen: the history, the requests behind a number, the note about what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.choice import Arm
from console.text.safe import safe_line
from console.tui.acting import Acting
from console.view.records import ChangeDetail, ChangeView

if TYPE_CHECKING:
    from console.traffic.behind import Kind, Mark, Order
    from console.view.behind import BehindView


class Looking(Acting):
    """Mixed into the main screen, which knows the selected route and the last look."""

    @property
    def last_change(self) -> ChangeView | None:
        """The newest change of the selected route that still stands."""
        changes = self.look.view.changes if self.look and self.route else ()
        begins = f"{safe_line(self.route.name)} " if self.route else ""
        return next((each for each in changes if each.text.startswith(begins) and not each.undone), None)

    def action_history(self) -> None:
        """Who changed what, and why."""
        from console.tui.screens.history import HistoryScreen

        if self.look is not None:
            view, name = self.look.view, self.runtime.registry.name
            screen = HistoryScreen(
                view.changes, view.now, self._detail, self.incident, filename=safe_line(name),
                may_undo=not self.runtime.read_only,
            )  # fmt: skip
            self.app.push_screen(screen, self._undo_chosen)

    def _detail(self, number: int) -> ChangeDetail | None:
        """On a thread: the history is a file."""
        from console.view.changes import change_detail

        entry = self._desk().history.entry(number)
        return change_detail(entry, self.runtime.registry.name) if entry else None

    def _undo_chosen(self, number: int | None) -> None:
        if number is not None and not self.runtime.read_only:
            self.propose_undo(number)

    def action_behind(self) -> None:
        """`l`: what is behind the number that decided, else behind the error rate."""
        from console.tui.screens.behind import BehindScreen
        from console.view.behind import first_kind

        route, log = self.route, self.runtime.log
        if route is None:
            return

        def read(kind: Kind, arm: Arm, order: Order, typed: str, since: Mark | None) -> BehindView | None:
            from console.routing.lanes import own_prices
            from console.traffic.behind import is_newer, read_behind
            from console.traffic.reading import LogReader
            from console.tui.noting import from_here
            from console.view.behind import behind_view

            snapshot = self.look.snapshot if self.look else None
            prices = own_prices(snapshot.registry) if snapshot else None
            reader = LogReader(log)
            try:
                if since is not None and not is_newer(reader, since):
                    return None
                found = read_behind(reader, route.name, rollout, arm, kind, order, typed=typed, prices=prices)
                return behind_view(route.name, kind, arm, found, from_here(log), order, typed)
            finally:
                reader.close()

        rollout = route.rollout_id if route.canary else ""
        begin: Arm = "canary" if route.canary else "production"
        self.app.push_screen(BehindScreen(read, first_kind(self.canary), begin, self.runtime.clock))

    def action_incident(self) -> None:
        """`i`: the note about the last change of this route."""
        from console.domain.errors import ConsoleError

        change = self.last_change
        if change is None:
            return

        def write() -> None:
            try:
                said = self.incident(change.number)
            except ConsoleError as error:
                self.from_thread(self.tell, error.message, error=True)
            else:
                self.from_thread(self.tell, said)

        self.run_worker(write, thread=True, group="note", exclusive=True)

    def incident(self, number: int) -> str:
        """On a thread: write the note about change `number`, put it on the clipboard too, and say where it is."""
        from console.tui.noting import incident_file

        path, text = incident_file(self.runtime.registry, number)
        self.from_thread(self.app.copy_to_clipboard, text)
        return f"written: {path}; the same is on the clipboard"
