"""A review as a front end uses it: its list and its cases in words, and decisions by the id of a case."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

from console.regression.decisions import Decision, What
from console.regression.record_page import decision_record
from console.regression.records import CaseResult
from console.regression.reporting import write_text
from console.regression.reviewing import Review
from console.text import words
from console.text.safe import NOTHING, SafeText, safe_line
from console.view.review import CaseRow, CaseView, ClusterRow, DecisionWord, ReviewView, narrowed
from console.view.reviewed_case import case_view, when

SEARCHED_CHARACTERS = 2_000
"""A case is found by so much of its prompt: thousands of long ones are searched while somebody types."""


class ReviewDesk:
    """One open review. `decide`, `undo` and `write_record` wait for the disk: call them off the screen's thread.

    `source` says where the suite is; the Markdown record goes to `record_to`, else `review-SUITE.md` here.
    """

    def __init__(
        self, review: Review, *, source: object, clock: Callable[[], datetime], record_to: Path | None = None
    ) -> None:
        self._review = review
        self._clock = clock
        self.source = safe_line(source)
        self.record_to = record_to or Path(f"review-{review.suite.name}.md")
        self._cases = {case.id: case for case in review.suite.cases}
        # A run of thousands of cases is half a million objects that live as long as the review: looking through them
        # for garbage, again and again, would stop the screen for half a second each time.
        gc.freeze()
        self._ids = {case: safe_line(case) for case in review.results}
        self._places = {
            result.case: SafeText(f"case {number} of {len(cluster.results)} in this cluster")
            for cluster in review.clusters
            for number, result in enumerate(cluster.results, 1)
        }

    @property
    def read_only(self) -> bool:
        """Whether nothing can be decided."""
        return self._review.read_only

    def now(self) -> datetime:
        """The time, as everything here tells it."""
        return self._clock()

    def view(self, saving: Collection[str] = ()) -> ReviewView:
        """The list. Cases in `saving` are decided and not on the disk yet."""
        return review_view(self._review, self._ids, self._clock(), saving)

    def narrowed(self, view: ReviewView, typed: str) -> ReviewView:
        """`view` with the cases that hold every word of `typed`: in id, prompt, cluster, judgement or decision."""
        return narrowed(view, typed, self._texts) if typed else view

    @cached_property
    def _texts(self) -> dict[str, str]:
        """What a case is found by, in small letters; made when somebody looks for one."""
        return {
            result.case: "\n".join(
                (result.case, cluster.title, result.word, result.prompt[:SEARCHED_CHARACTERS])
            ).casefold()
            for cluster in self._review.clusters
            for result in cluster.results
        }

    @property
    def taken(self) -> object:
        """The same object until somebody, here or elsewhere, decides or undoes something."""
        return self._review.taken

    def case(self, case: str, *, whole: bool) -> CaseView:
        """One changed case. Unless `whole`, a long answer is cut to what a screen shows, without its differences."""
        review = self._review
        result, place = review.results[case], self._places[case]
        return case_view(result, self._cases.get(case), place, review.run.new_model, self._clock(), whole=whole)

    def new_batch(self) -> int:
        """The number for decisions that are undone together."""
        return self._review.new_batch()

    def decide(self, what: What, case: str, batch: int) -> None:
        """Take a decision. Raises ConsoleError, and then nothing was decided."""
        self._review.decide(what, case, batch)

    def undo(self) -> tuple[str, ...]:
        """Take the last batch back; the cases it was about. Raises ConsoleError."""
        return tuple(decision.case for decision in self._review.undo())

    def warning_about(self, what: What, cases: Sequence[str]) -> SafeText:
        """What stands against deciding `cases` at once, or ""."""
        if what != "accepted":
            return NOTHING
        results = [self._review.results[case] for case in cases]
        broken, unsure = sum(one.status == "failed" for one in results), sum(one.needs_human for one in results)
        worrying = sum(one.status == "worrying" for one in results)
        parts = [f"{words.plural(broken, 'answer')} not as the case requires" if broken else ""]
        parts.append(f"{words.plural(worrying, 'worrying answer')} would become what is right" if worrying else "")
        parts.append(f"{words.plural(unsure, 'needs', 'need')} a human: read some first" if unsure else "")
        parts.append("stand-in answers would become snapshots" if self._review.run.stand_in else "")
        return SafeText(" · ".join(filter(None, parts)))

    def write_record(self) -> str:
        """Write the Markdown record; says where. Raises ConsoleError."""
        write_text(self.record_to, decision_record(self._review, self._clock()))
        return f"written for the pull request: {self.record_to}"


def review_view(review: Review, ids: Mapping[str, SafeText], now: datetime, saving: Collection[str] = ()) -> ReviewView:
    """The list of a review. `ids` are the ids of its cases as they are shown."""
    run, decided = review.run, review.decisions()
    clusters = tuple(
        ClusterRow(
            cluster.name,
            safe_line(cluster.title),
            cluster.worst,  # type: ignore[arg-type]
            tuple(_row(result, ids, decided, saving) for result in cluster.results),
        )
        for cluster in review.clusters
    )
    warnings = ("READ-ONLY" if review.read_only else "", "stand-in answers" if run.stand_in else "")
    return ReviewView(
        suite=safe_line(run.suite),
        model=safe_line(run.new_model),
        ran=SafeText(f"run {when(run.started, now)}"),
        clusters=clusters,
        cases=len(run.results),
        unchanged=run.counts["same"],
        not_measured=run.counts["not measured"],
        warning=SafeText("  ".join(filter(None, warnings))),
    )


def _row(
    result: CaseResult, ids: Mapping[str, SafeText], decided: Mapping[str, Decision], saving: Collection[str]
) -> CaseRow:
    case = result.case
    what: DecisionWord = "saving" if case in saving else decided[case].what if case in decided else ""
    return CaseRow(case, ids[case], what, result.needs_human)
