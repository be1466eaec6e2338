"""What a test session found, told to the targets of alerts: how many answers changed, never what they say."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from console.domain.alerts import Alert
from console.domain.errors import Usage
from console.guard.alerts.records import NotSent, Target
from console.guard.alerts.sending import source_of
from console.guard.alerts.targets import NAMES, PREFIX, from_environment
from console.history.outbox import Delivery
from console.regression.telling import Told
from console.text import words
from console.text.safe import safe_line

_CHANGED = ("failed", "worrying")
_NAMED = 10


def targets_of(names: Sequence[str], environment: Mapping[str, str]) -> tuple[Target, ...]:
    """The targets called `names`. Raises Usage for one that is unknown, not configured, or configured wrongly."""
    found = from_environment(environment)
    known = {target.name: target for target in found.targets}
    bad = {each.variable: each.problem for each in found.bad}
    for name in names:
        variable = PREFIX + name.upper()
        if name not in NAMES:
            raise Usage(f"--report-to={safe_line(name)}: there is no such target", f"There are: {', '.join(NAMES)}.")
        if variable in bad:
            raise Usage(f"--report-to={name}: {variable} {bad[variable]}")
        if name not in known:
            raise Usage(f"--report-to={name}: {variable} is not set", "docs/alerts.md says what it holds.")
    return tuple(known[name] for name in dict.fromkeys(names))


def session_alert(told: Sequence[Told], at: datetime) -> Alert:
    """The alert about a session with at least one case."""
    counts = Counter(one.verdict for one in told)
    changed = [one for one in told if one.verdict in _CHANGED]
    models = ", ".join(sorted({one.model for one in told}))
    stand_in = " (the stand-in answered)" if any(one.stand_in for one in told) else ""
    clusters = Counter(one.cluster or one.verdict for one in changed)
    shown = ", ".join(one.case for one in changed[:_NAMED])
    more = f" and {len(changed) - _NAMED:,} more" if len(changed) > _NAMED else ""
    return Alert(
        key=f"suite/{secrets.token_hex(8)}",
        severity="warning" if changed or counts["not measured"] else "info",
        title=f"{models}{stand_in}: {len(changed):,} of {words.plural(len(told), 'answer', 'answers')} changed",
        at=at,
        what=", ".join(f"{number:,} {verdict}" for verdict, number in counts.most_common()),
        decided=", ".join(f"{name} {number:,}" for name, number in clusters.most_common()),
        done=f"changed: {shown}{more}" if changed else "",
    )


def tell(targets: Sequence[Target], alert: Alert, registry: Path) -> list[str]:
    """Tell each of `targets`; takes 15 s at most for each. A line for each of what came of it."""
    delivery = Delivery(number=0, target="", alert=alert, id=f"console-{alert.key}")
    return [f"told {target.name}{_trouble(target, delivery, source_of(registry))}" for target in targets]


def _trouble(target: Target, delivery: Delivery, source: str) -> str:
    try:
        target.channel.send(delivery, source)
    except NotSent as error:
        return f": not sent: {safe_line(error.message)}"
    except Exception as error:  # Apprise's plug-ins are anybody's; its words may quote an address
        return f": not sent: failed with {type(error).__name__}"
    return ""
