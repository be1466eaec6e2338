"""A suite with its accepted answers and a finished run of a new model on it, made of invented texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from console.providers.records import Answer, Failure
from console.regression import saving, snapshots, suites
from console.regression.opening import open_review
from console.regression.records import CaseResult, Figures, Run, Snapshot, Status, Suite, SuiteRun
from console.regression.reviewing import Review
from console.triage.judging import triage
from console.triage.records import Requirements

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
AT = datetime(2026, 11, 23, 13, 58, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ACCEPTED = "You can return a damaged item within 30 days of delivery. Please keep the original packaging."
ANSWERED = "Damaged items can be returned within 14 days of delivery. Keep the original packaging."
CASES: Mapping[str, tuple[Status, str, str, str]] = {
    "refund-damaged": ("worrying", "facts", ACCEPTED, ANSWERED),
    "refund-opened": ("worrying", "facts", ACCEPTED, ANSWERED.replace("14", "10")),
    "order-json": ("worrying", "shape", '{"order": 1}', '```json\n{"order": 1}\n```'),
    "too-long": (
        "failed",
        "requirements",
        "Yes, we do.",
        "Yes, we do indeed and more than ever before, dear customer.",
    ),
    "greeting": ("acceptable", "tone", "Hello, how can I help you?", "Hi there, how may I help?"),
    "thanks": ("acceptable", "tone", "Thank you for writing.", "Thanks for your message."),
    "same-as-ever": ("same", "", "Yes.", "Yes."),
    "broken": ("not measured", "fault", "Yes.", ""),
}


@dataclass(frozen=True)
class World:
    """Where everything is; `review` opens the review anew, as another process would."""

    suite_path: Path
    state: Path
    run: SuiteRun

    @property
    def suite(self) -> Suite:
        return suites.read(self.suite_path)

    def review(self, actor: str = "olga@desk", **given: object) -> Review:
        values = {"actor": actor, "clock": lambda: NOW, "folder": self.state} | given
        return open_review(self.suite_path, **values)  # type: ignore[arg-type]

    def snapshot(self, case: str) -> Path:
        return snapshots.path_of(self.suite, case)


def answer(text: str, model: str = NEW, **given: object) -> Answer:
    """One good answer."""
    numbers = {"latency_ms": 1_200.0, "input_tokens": 80, "output_tokens": 40, "cost_usd": 0.002}
    return replace(Answer(model, model, text, "ok", sdk="anthropic 2.1.0"), **{**numbers, **given})  # type: ignore[arg-type]


def result(case: str, status: Status, cluster: str, old: str, new: str) -> CaseResult:
    """One case, judged as the runner does."""
    demands = Requirements(max_words=5) if status == "failed" else None
    failed = Answer(NEW, "", "", "error", Failure("overloaded", "overloaded"))
    runs = (Run(failed),) if status == "not measured" else (Run(answer(new)),)
    return CaseResult(
        case, status, cluster, (old,), runs,  # type: ignore[arg-type]
        triage=None if status == "not measured" else triage(old, new, prompt=f"About {case}?", requirements=demands),
        old_figures=Figures(1_000.0, 80, 30, 0.001), new_figures=Figures.of(run.answer for run in runs),
        note="overloaded" if status == "not measured" else "", prompt=f"About {case}?", old_model=OLD, accepted=True,
        accepted_on=date(2026, 6, 1),
    )  # fmt: skip


def make_world(
    folder: Path,
    cases: Mapping[str, tuple[Status, str, str, str]] = CASES,
    change: Callable[[SuiteRun], SuiteRun] = lambda run: run,
) -> World:
    """A suite file, a snapshot for each case, and a saved run."""
    path = folder / "suites" / "support.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "registry.toml").write_text("schema = 1\n")
    tables = []
    for case, (status, *_) in cases.items():
        demand = "max_words = 5\n" if status == "failed" else ""
        tables.append(f'[[case]]\nid = "{case}"\nprompt = "About {case}?"\n{demand}')
    path.write_text('schema = 1\nroute = "support"\n\n' + "\n".join(tables), encoding="utf-8")
    suite = suites.read(path)
    for case, (_, _, old, _) in cases.items():
        accepted = Snapshot(case, OLD, OLD, date(2026, 6, 1), "0" * 12, "anthropic 2.1.0", (old,))
        snapshots.write(snapshots.path_of(suite, case), accepted)
    results = tuple(result(case, *values) for case, values in cases.items())
    run = change(SuiteRun(suite.name, path, "support", OLD, NEW, False, AT, 12.5, results))
    saving.save(run, folder / "state", lambda: AT)
    return World(path, folder / "state", run)
