"""Deciding in the review: where the cursor is, what is being saved, and answers prepared before they are asked for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from textual.screen import Screen

from console.domain.errors import ConsoleError
from console.regression.decisions import What
from console.text import words
from console.tui.drawing.answers import answer_lines
from console.view.review import CaseRow, CaseView, ReviewView
from console.view.reviewed import ReviewDesk

if TYPE_CHECKING:
    _Base = Screen[None]
else:
    _Base = object

RESTED_S = 0.08
"""Somebody who holds a key down reads nothing: a long answer is prepared when the cursor has rested this long."""
LOOKED_EVERY_S = 0.1
"""While the rest of a large cluster is saved, the list is drawn ten times a second, not for every case."""
_KEPT = 32
_WORDS: dict[What, str] = {"accepted": "accept", "rejected": "reject", "skipped": "skip"}


class _Order(NamedTuple):
    """One decision to save; `case` None takes the last batch back."""

    what: What
    case: str | None
    batch: int = 0


class Deciding(_Base):
    """Mixed into the review's screen."""

    desk: ReviewDesk
    view: ReviewView
    """What is listed."""
    whole: ReviewView
    """Every changed case, whatever is listed."""
    cursor: int

    def start(self, desk: ReviewDesk) -> None:
        """Begin with `desk`."""
        self.desk = desk
        self._taken = desk.taken
        self.view = self.whole = desk.view()
        self.cursor = 0
        self._saving: set[str] = set()
        self._batch = 0
        self._looked = 0.0
        self._orders: asyncio.Queue[_Order] = asyncio.Queue()
        self._cases: OrderedDict[str, CaseView] = OrderedDict()
        self._wanted: tuple[str, ...] = ()
        self._lock = threading.Lock()

    @property
    def typed_filter(self) -> str:
        """What the listed cases hold."""
        raise NotImplementedError

    def show(self) -> None:
        """Put the state on the screen."""
        raise NotImplementedError

    def moved(self) -> None:
        """The cursor is on another case."""
        raise NotImplementedError

    def tell(self, text: str, *, error: bool = False) -> None:
        """A toast."""
        raise NotImplementedError

    @property
    def row(self) -> CaseRow | None:
        """The case at the cursor."""
        rows = self.view.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    @property
    def case(self) -> CaseView | None:
        """What there is to see of it now: the whole of it, or its beginning while the whole is prepared."""
        row = self.row
        if row is None:
            return None
        with self._lock:
            found = self._cases.get(row.case)
        return found or self.desk.case(row.case, whole=False)

    @property
    def rest(self) -> tuple[CaseRow, ...]:
        """The undecided cases of the cluster at the cursor."""
        row = self.row
        cluster = self.view.cluster_of(row.case) if row else None
        return cluster.undecided if cluster else ()

    def move(self, rows: int) -> None:
        """The cursor stops at both ends."""
        self.go_to(min(max(0, self.cursor + rows), max(0, self.view.changed - 1)))

    def go_to(self, number: int) -> None:
        """Show case `number`, from 0."""
        if number != self.cursor:
            self.cursor = number
            self.moved()
        self.show()

    def go_to_open(self, start: int) -> None:
        """To the first undecided case from `start` on, then from the beginning; stays where all are decided."""
        rows = self.view.rows
        order = [*range(start, len(rows)), *range(min(start, len(rows)))]
        number = next((number for number in order if not rows[number].decision), None)
        if number is not None and number != self.cursor:
            self.cursor = number
            self.moved()

    def action_accept(self) -> None:
        """`a`."""
        self._decide("accepted")

    def action_reject(self) -> None:
        """`r`."""
        self._decide("rejected")

    def action_skip(self) -> None:
        """`s`."""
        self._decide("skipped")

    def action_accept_rest(self) -> None:
        """`A`."""
        self._ask_about_rest("accepted")

    def action_reject_rest(self) -> None:
        """`R`."""
        self._ask_about_rest("rejected")

    def action_skip_rest(self) -> None:
        """`S`."""
        self._ask_about_rest("skipped")

    def action_undo(self) -> None:
        """`u`: everything that the last key press decided."""
        self._orders.put_nowait(_Order("skipped", None))

    def action_record(self) -> None:
        """`m`."""

        def write() -> None:
            try:
                said = self.desk.write_record()
            except ConsoleError as error:
                self._from_thread(str(error), True)
            else:
                self._from_thread(said, False)

        self.run_worker(write, thread=True, group="record", exit_on_error=True)

    def _from_thread(self, text: str, error: bool) -> None:
        with suppress(RuntimeError):  # the console has been left meanwhile
            self.call_later(self.tell, text, error=error)

    def _decide(self, what: What) -> None:
        if self.row is not None:
            self._order(what, (self.row.case,))

    def _ask_about_rest(self, what: What) -> None:
        from console.tui.screens.rest import RestScreen

        row, rest = self.row, self.rest
        cluster = self.view.cluster_of(row.case) if row else None
        if cluster is None:
            return
        ids, cases = [each.id for each in rest], tuple(each.case for each in rest)
        warning = self.desk.warning_about(what, cases)

        def answered(yes: bool | None) -> None:
            if yes:
                self._order(what, cases)

        self.app.push_screen(RestScreen(_WORDS[what], cluster.title, ids, warning), answered)

    def _order(self, what: What, cases: tuple[str, ...]) -> None:
        """The screen goes on at once; a case that could not be saved is come back to."""
        batch = self._batch = max(self.desk.new_batch(), self._batch + 1)  # what waits has its number already
        self._saving.update(cases)
        for case in cases:
            self._orders.put_nowait(_Order(what, case, batch))
        self._look_again()
        self.go_to_open(self.cursor)
        self.show()

    async def save_decisions(self) -> None:
        """One after the other, for as long as the screen is there."""
        while True:
            order = await self._orders.get()
            try:
                await self._save(order)
            finally:
                self._orders.task_done()

    async def _save(self, order: _Order) -> None:
        try:
            if order.case is None:
                undone = await asyncio.to_thread(self.desk.undo)
                what = undone[0] if len(undone) == 1 else words.plural(len(undone), "decision")
                self.tell(f"undone: {what}")
            else:
                undone = ()
                await asyncio.to_thread(self.desk.decide, order.what, order.case, order.batch)
        except ConsoleError as error:
            self._drop_orders()
            undone = (order.case,) if order.case else ()
            self.tell(str(error), error=True)
        if order.case is not None:
            self._saving.discard(order.case)
        now = time.monotonic()
        if not undone and not self._orders.empty() and now - self._looked < LOOKED_EVERY_S:
            return  # the next of many that wait is saved first
        self._looked = now
        self._look_again()
        self._go_back_to(undone)
        self.show()
        if order.case is not None and self.whole.changed == self.whole.decided and not self._saving:
            self.tell("every changed case is decided; m writes the record for the pull request")

    def _go_back_to(self, cases: tuple[str, ...]) -> None:
        rows = self.view.rows
        number = next((number for number, row in enumerate(rows) if row.case in cases), self.cursor)
        if number != self.cursor:
            self.cursor = number
            self.moved()

    def _look_again(self) -> None:
        self._taken = self.desk.taken
        self.whole = self.desk.view(frozenset(self._saving))
        self.list_again()

    def list_again(self) -> None:
        """List what holds what is typed; the cursor stays on its case, else goes to the one in its place."""
        row, self.view = self.row, self.desk.narrowed(self.whole, self.typed_filter)
        cases = [each.case for each in self.view.rows]
        if row is not None and row.case in cases:
            self.cursor = cases.index(row.case)
        else:
            self.cursor = min(self.cursor, max(0, len(cases) - 1))
            self.moved()

    def look_around(self) -> None:
        """The clock in the header has moved on, and somebody else may have decided something of the same run."""
        if not self._saving and self._orders.empty() and self.desk.taken is not self._taken:
            self._look_again()
        self.show()

    def _drop_orders(self) -> None:
        """What waits to be saved is not decided."""
        while not self._orders.empty():
            order = self._orders.get_nowait()
            self._saving.discard(order.case or "")
            self._orders.task_done()

    async def finish(self) -> None:
        """Let what is being saved be saved; the rest of a cluster that waits is left undecided."""
        if self._orders.qsize() > 1:
            self._drop_orders()
        await self._orders.join()

    def prepare(self, width: int) -> None:
        """Make the whole case at the cursor, then those around it, when the cursor has rested."""
        rows = self.view.rows
        near = [self.cursor, self.cursor + 1, self.cursor - 1]
        wanted = tuple(rows[number].case for number in near if 0 <= number < len(rows))
        with self._lock:
            if wanted == self._wanted and all(case in self._cases for case in wanted):
                return
        self._wanted = wanted
        self.set_timer(RESTED_S, lambda: self._make(wanted, width))

    def _make(self, wanted: tuple[str, ...], width: int) -> None:
        if wanted != self._wanted:
            return

        def make() -> None:
            for case in wanted:
                if wanted != self._wanted:
                    return
                self._make_one(case, width)
            with suppress(RuntimeError):  # the console has been left meanwhile
                self.call_later(self.show)

        threading.Thread(target=make, name="review-case", daemon=True).start()

    def _make_one(self, case: str, width: int) -> None:
        with self._lock:
            if case in self._cases:
                return
        made = self.desk.case(case, whole=True)
        if made is None:
            return
        for answer in made.answers:
            answer_lines(answer, width)  # kept for the drawing
        with self._lock:
            self._cases[case] = made
            while len(self._cases) > _KEPT:
                self._cases.popitem(last=False)
