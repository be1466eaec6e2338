"""A run as JUnit's XML, which every CI shows: a change for the worse is a failure, a missing answer an error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from console.regression.escaping import in_html
from console.regression.grouping import reason_text
from console.regression.records import CaseResult, SuiteRun

_CHARACTERS = 4_000


def as_junit(run: SuiteRun) -> str:
    """The document. A case's time is what the new model took for one answer."""
    head = (
        f'name="{in_html(run.suite)}" tests="{len(run.results)}" failures="{run.bad}" '
        f'errors="{run.counts["not measured"]}" '
        f'time="{run.seconds:.3f}" timestamp="{run.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"'
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", f"<testsuite {head}>", "<properties>"]
    for name, value in (
        ("old_model", run.old_model), ("new_model", run.new_model), ("route", run.route),
        ("stand_in", str(run.stand_in).lower()), ("acceptable", str(run.counts["acceptable"])),
    ):  # fmt: skip
        lines.append(f'<property name="{name}" value="{in_html(value)}"/>')
    lines.append("</properties>")
    for result in run.results:
        lines.extend(_case(run, result))
    return "\n".join([*lines, "</testsuite>", "</testsuites>", ""])


def _case(run: SuiteRun, result: CaseResult) -> Iterator[str]:
    seconds = (result.new_figures.latency_ms or 0.0) / 1000
    head = f'<testcase classname="{in_html(run.suite)}" name="{in_html(result.case)}" time="{seconds:.3f}"'
    if result.status in ("same", "acceptable"):
        yield f"{head}/>"
        return
    tag = "error" if result.status == "not measured" else "failure"
    kind = result.cluster if tag == "failure" and result.cluster else result.status
    yield f"{head}>"
    message = in_html(reason_text(result)[:300])
    yield f'<{tag} type="{in_html(kind)}" message="{message}">{in_html(_body(result))}</{tag}>'
    yield "</testcase>"


def _body(result: CaseResult) -> str:
    reasons = [reason.text for reason in result.triage.reasons] if result.triage else [result.note]
    parts = [f"{result.status}", *reasons]
    old, new = result.pair
    if old < len(result.old):
        parts += ["", "old:", result.old[old][:_CHARACTERS]]
    if new < len(result.new):
        parts += ["", "new:", result.new[new].answer.text[:_CHARACTERS]]
    return "\n".join(parts)
