"""The preflight of a canary that is about to start, as the gate and the dialog want it handed in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from console.actions.requests import Request, StartCanary
from console.actions.standing import UNKNOWN, Standing
from console.domain.registry import Registry
from console.preflight.checking import check, look
from console.preflight.wording import names, short


def standing_before(request: Request, registry: Registry, log: Path, now: datetime) -> Standing:
    """What is known of a candidate before it starts; UNKNOWN for every other request, and for a route or an id that
    planning will refuse. Reads the log: for a thread beside the screen's. A log that cannot be read hides no rule.
    """
    if not isinstance(request, StartCanary):
        return UNKNOWN
    route = registry.routes.get(request.route)
    if route is None or route.canary is not None or request.model == route.production or not request.model.strip():
        return UNKNOWN
    mix, problem = look(log, route.name, now)
    report = check(registry, route, request.model, mix, now, problem)
    return Standing(
        rejects=names(report.at("rejected")),
        may_reject=names(report.at("depends")),
        preflight=tuple((line.mark, line.text, line.tone) for line in short(report)),
    )
