"""`console rehearse`: a past log through the gates; what would have fired, and when."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from console.cli import diagnostics, output
from console.cli.settings import Settings, common
from console.domain.durations import duration_s
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, EXIT_UNMEASURED, LogInvalid, Unmeasured
from console.domain.kinds import USER_MODES
from console.domain.metrics import METRICS
from console.domain.registry import DAY_S, Gates, MetricGate, UserMode
from console.text.clock import utc_now
from console.traffic.foreign import BadRow, Foreign, read_foreign
from console.traffic.rehearsing import Rehearsal, rehearse
from console.view.rehearsed import document, lines
from console.view.rehearsed_past import past_document, past_lines

SHOWN_BAD_ROWS = 10
_METRIC = {metric.name: metric for metric in METRICS if metric.kind != "display"}


@click.command("rehearse", help="Replay a past log through the gates: what would have fired, and when.")
@click.argument("file", metavar="[LOG]", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--alpha", type=float, metavar="P", help="Chance of ever calling a good canary a regression. [0.01]")
@click.option("--tolerance", "tolerances", multiple=True, metavar="METRIC=R[,D]", help="E.g. error=1.1,0.001.")
@click.option("--users", type=click.Choice(USER_MODES), help="How users count, as in the gates. [tempered]")
@click.option("--warm-up", default="0s", metavar="TIME", help="First minutes of the canary that do not count. [0s]")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out instead of refusing the log.")
@click.option("--route", metavar="ROUTE", help="With --log: the route in the request log.")
@click.option("--rollout", metavar="ID", help="With --log: the rollout. [the route's newest]")
@click.option(
    "--days",
    type=click.FloatRange(0, 400, min_open=True),
    metavar="N",
    help="With --log: every rollout of the last N days, as it was judged and as these gates would have.",
)
@common
def command(
    settings: Settings,
    file: Path | None,
    as_json: bool,
    alpha: float | None,
    tolerances: tuple[str, ...],
    users: str | None,
    warm_up: str,
    skip_bad: bool,
    route: str | None,
    rollout: str | None,
    days: float | None,
) -> int:
    """Judge a log that is over. LOG is CSV or JSON lines with `at`, `arm` and what was measured."""
    gates = _gates(alpha, tolerances, users)
    if days is not None:
        if file is not None or rollout is not None:
            raise click.UsageError("--days is about every rollout of the request log: no LOG file, no --rollout")
        return _past(settings, route, days, partial(_changed, alpha=alpha, tolerances=tolerances, users=users), as_json)
    if (file is None) == (route is None):
        raise click.UsageError("give either a LOG file, or --log requests.db --route ROUTE")
    if file is not None:
        seconds = duration_s(warm_up)
        if seconds is None:
            raise click.UsageError(f"--warm-up must be a time like 2m or 90s, got {warm_up!r}")
        found, extra = _from_file(file, gates, seconds, skip_bad)
    else:
        own = gates if alpha is not None or users is not None or tolerances else None
        found, extra = _from_log(settings, route or "", rollout, own), {}
    if as_json:
        output.emit_json({**document(found), **extra})
    else:
        for line in lines(found):
            output.emit(line)
    return {"regression": EXIT_FAILED, "no comparison": EXIT_UNMEASURED}.get(found.verdict.state, EXIT_GOOD)


def _changed(gates: Gates, *, alpha: float | None, tolerances: Sequence[str], users: str | None) -> Gates:
    """A route's own gates with what was given in the place of what they say."""
    given = _gates(alpha, tolerances, users)
    return replace(
        gates,
        metrics={**gates.metrics, **given.metrics},
        alpha=gates.alpha if alpha is None else given.alpha,
        users=gates.users if users is None else given.users,
    )


def _past(settings: Settings, route: str | None, days: float, other: Callable[[Gates], Gates], as_json: bool) -> int:
    from console.registry.reading import read
    from console.traffic.rehearsed_log import rehearse_past

    own: Mapping[str, Gates] = {}
    if settings.registry_path.exists():
        own = {each.name: each.gates for each in read(settings.registry_path).registry.routes.values()}
    since = utc_now().timestamp() - days * DAY_S
    found = rehearse_past(settings.log_path, since, own, other, route)
    if as_json:
        output.emit_json(past_document(found, days))
    else:
        for line in past_lines(found, days):
            output.emit(line)
    return EXIT_GOOD if found else EXIT_UNMEASURED


def _gates(alpha: float | None, tolerances: Sequence[str], users: str | None) -> Gates:
    mode: UserMode = "exact" if users == "exact" else "tempered"
    gates = Gates(metrics=dict(_tolerance(text) for text in tolerances), users=mode)
    if alpha is None:
        return gates
    if not 0 < alpha < 1:
        raise click.UsageError(f"--alpha must be between 0 and 1, both excluded, got {alpha:g}")
    return replace(gates, alpha=alpha)


def _tolerance(text: str) -> tuple[str, MetricGate]:
    """`error=1.1,0.001`; the margin is widened where it would be tighter."""
    name, _, value = text.partition("=")
    metric = _METRIC.get(name.strip())
    if metric is None:
        raise click.UsageError(f"--tolerance: no metric named {name.strip()!r}; there are {', '.join(_METRIC)}")
    try:
        parts = [float(part) for part in value.split(",")]
    except ValueError:
        parts = []
    relative, absolute = (*parts, 0.0)[:2] if len(parts) in (1, 2) else (0.0, 0.0)
    if not (0 < relative < math.inf and 0 <= absolute < math.inf):
        raise click.UsageError(f"--tolerance must be like error=1.1,0.001 with R above 0 and D from 0, got {text!r}")
    margin = (max(metric.margin[0], relative), max(metric.margin[1], absolute))
    return metric.name, MetricGate(tolerance=(relative, absolute), margin=margin)


def _from_file(file: Path, gates: Gates, warm_up_s: float, skip_bad: bool) -> tuple[Rehearsal, dict[str, object]]:
    foreign = read_foreign(file)
    if foreign.bad and not skip_bad:
        raise LogInvalid(_bad_rows(file, foreign.bad), "--skip-bad leaves them out and judges the rest.")
    _remark(file, foreign)
    if foreign.rows and not foreign.measured and any(row.arm == "production" for row in foreign.rows):
        raise Unmeasured(
            f"{file} says nothing that can be judged",
            "Production needs at least one of: outcome, error, latency_ms, ttft_ms, cost_usd, satisfied, regression.",
        )
    skipped = [{"line": row.line, "reason": row.reason} for row in foreign.bad]
    return rehearse(foreign.rows, gates, foreign.measured, warm_up_s), {"skipped": skipped}


def _bad_rows(file: Path, bad: Sequence[BadRow]) -> str:
    shown = [f"{file}:{row.line}: {row.reason}" for row in bad[:SHOWN_BAD_ROWS]]
    more = [f"… and {len(bad) - SHOWN_BAD_ROWS:,} more bad rows"] if len(bad) > SHOWN_BAD_ROWS else []
    return "\n".join([*shown, *more])


def _remark(file: Path, foreign: Foreign) -> None:
    if foreign.bad:
        diagnostics.say(f"left out {len(foreign.bad):,} bad rows:\n{_bad_rows(file, foreign.bad)}")
    if foreign.ignored:
        diagnostics.say(f"columns without a meaning here: {', '.join(foreign.ignored[:10])}")
    if foreign.backwards:
        diagnostics.say(f"{foreign.backwards:,} rows are earlier than the row before them; sorted by time")


def _from_log(settings: Settings, route: str, rollout: str | None, gates: Gates | None) -> Rehearsal:
    from console.traffic.rehearsed_log import rehearse_rollout  # sqlite only where it is asked for

    return rehearse_rollout(settings.log_path, route, rollout, gates)
