"""Opening the review of a suite's last run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from console.domain.errors import Usage
from console.regression import saving, suites
from console.regression.decisions import DecisionJournal
from console.regression.records import SuiteRun
from console.regression.reviewing import Files, Review


def open_review(
    suite_path: Path,
    *,
    actor: str,
    clock: Callable[[], datetime],
    model: str = "",
    read_only: bool = False,
    root: Path | None = None,
    folder: Path | None = None,
) -> Review:
    """The review of the last run of the suite at `suite_path`, on `model` or on whichever ran last.

    `root` is the folder of the registry, `folder` where runs are kept; None: the usual ones. Raises SuiteInvalid, and
    Usage where no run is kept.
    """
    suite = suites.read(suite_path, root)
    run = saving.load_latest(suite_path, model, folder)
    if run is None:
        on = f" on {model}" if model else ""
        raise Usage(f"no run of {suite.name}{on} is kept: there is nothing to review", f"console regress {suite_path}")
    saved = saving.path_of(suite_path, run.new_model, folder)
    journal = DecisionJournal(journal_path(saved, run))
    return Review(run, suite, journal, Files(suite_path, saved), actor=actor, clock=clock, read_only=read_only)


def journal_path(saved: Path, run: SuiteRun) -> Path:
    """Where the decisions about `run` are, beside the run: another run of the same suite has another file."""
    return saved.with_name(f"{saved.stem}-{run.started.astimezone(UTC):%Y%m%dT%H%M%S%f}.decisions.jsonl")
