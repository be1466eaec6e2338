"""What a finished run leaves behind: itself for the review, and its result for the registry."""

from __future__ import annotations

from console.actions.requests import RecordSuite
from console.actions.standing import Standing
from console.domain.errors import Refused, Unmeasured
from console.providers.kept import AnswerJournal
from console.regression import saving
from console.regression.grouping import changed_clusters
from console.regression.records import SuiteRun
from console.text import words


def keep(run: SuiteRun, journal: AnswerJournal | None) -> None:
    """Save `run` for its review. Its answers need not be kept one by one any longer, unless so many are missing that
    it will be run again. Raises Refused where the disk does not take it; then the answers stay."""
    saving.save(run)
    if journal is not None and not run.unmeasured:
        journal.clear()


def passed(run: SuiteRun) -> bool:
    """Whether the run says that the model may go on: nothing failed, nothing worrying, nearly all of it measured."""
    return not run.bad and not run.unmeasured


def result_words(run: SuiteRun) -> str:
    """`214 cases, 210 same, 4 acceptable`."""
    counts = [f"{words.count(count)} {word}" for word, count in run.words.items() if count]
    return ", ".join([words.plural(len(run.results), "case"), *counts])


def request_of(run: SuiteRun) -> RecordSuite:
    """What writes the result of `run` into the registry. Raises Refused and Unmeasured for what is no result."""
    must_be_recordable(stand_in=run.stand_in, partial=run.partial)
    if run.unmeasured:
        share = words.share(run.not_measured)
        raise Unmeasured(f"not recorded: {share} of the cases got no answer, which says nothing about {run.new_model}")
    return RecordSuite(run.route, run.new_model, passed(run), result_words(run))


def must_be_recordable(*, stand_in: bool, partial: bool) -> None:
    """Raises Refused for a run that says nothing about the model, or not all there is to say."""
    if stand_in:
        raise Refused("answers of the stand-in are not recorded: they say nothing about a model", "Leave out --record.")
    if partial:
        raise Refused("a run over some of the cases is not recorded", "Leave out --record, or --case and --tag.")


def standing_of(run: SuiteRun) -> Standing:
    """The result as the evidence that the history keeps."""
    clusters = tuple(f"{one.name}: {len(one.results)} ({one.title})" for one in changed_clusters(run))
    state = "suite passed" if passed(run) else "suite not passed"
    return Standing(state, f"{result_words(run)}, against {run.old_model}", clusters)
