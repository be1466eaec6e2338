"""`v` and `s` on the main screen: the review of the route's last run, and the suite itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.domain.errors import ConsoleError, Usage
from console.tui.acting import Acting

if TYPE_CHECKING:
    from console.regression.records import SuiteRun
    from console.tui.screens.suite import Wanted
    from console.view.reviewed import ReviewDesk


class Suites(Acting):
    """Mixed into the main screen, which knows the selected route. What reviews is loaded when it is asked for."""

    def action_review(self) -> None:
        """`v`: what the last run of the route's suite changed; without one, the suite."""
        route = self.route
        if route is not None:
            self._open_review(route.name)

    def action_suite(self) -> None:
        """`s`: run the suite of the route."""
        route = self.route
        if route is not None:
            self._open_suite(route.name)

    def _open_suite(self, route: str) -> None:
        from console.tui.screens.suite import SuiteScreen

        self.app.push_screen(SuiteScreen(self.runtime, route), lambda wanted: self._left_suite(route, wanted))

    def _left_suite(self, route: str, wanted: Wanted | None) -> None:
        if wanted == "review":
            self._open_review(route)
        elif wanted is not None:
            self._propose_record(wanted)

    def _propose_record(self, run: SuiteRun) -> None:
        """The dialog with the change of the pin, as for every other action."""

        def plan() -> None:
            from console.regression.recording import request_of, standing_of

            try:
                proposed = self._desk().plan(request_of(run), standing_of(run))
            except ConsoleError as error:
                self.from_thread(self.tell, str(error), error=True)
            else:
                self.from_thread(self._confirm, proposed)

        self.run_worker(plan, thread=True, group="plan", exit_on_error=True)

    def _open_review(self, route: str) -> None:
        """Files are read off the screen's thread; a review of 5,000 cases takes a second to load."""

        def load() -> None:
            from console.view.reviewed import ReviewDesk
            from console.view.suite_run import SuiteRunDesk

            runtime = self.runtime
            desk = SuiteRunDesk(
                runtime.registry,
                route,
                runtime.endpoints,
                actor=runtime.actor,
                read_only=runtime.read_only,
                clock=runtime.clock,
            )
            try:
                found = ReviewDesk(desk.review(), source=runtime.registry, clock=runtime.clock)
            except Usage as error:
                self.from_thread(self._nothing_to_review, route, error)
            except ConsoleError as error:
                self.from_thread(self.tell, str(error), error=True)
            else:
                self.from_thread(self._show_review, found)

        self.run_worker(load, thread=True, group="review", exclusive=True, exit_on_error=True)

    def _nothing_to_review(self, route: str, error: Usage) -> None:
        """No suite is a message; a suite without a run is an offer to run it."""
        if self.app.screen is not self:
            return
        if "no run of" in error.message:
            self._open_suite(route)
        else:
            self.tell(str(error), error=True)

    def _show_review(self, desk: ReviewDesk) -> None:
        from console.tui.screens.review import ReviewScreen

        if self.app.screen is self:
            self.app.push_screen(ReviewScreen(desk))
