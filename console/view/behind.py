"""The requests behind a number, in words: what both arms count of it, and one line for each request."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from console.domain.choice import Arm
from console.domain.record import record
from console.text import words
from console.text.safe import NOTHING, SafeText, safe_line
from console.traffic.behind import RANKED, Behind, Kind, Mark, Order, Row, Share
from console.view.records import CanaryView

KINDS: Mapping[Kind, str] = {
    "error": "errors",
    "refusal": "refusals",
    "truncated": "truncated answers",
    "empty": "empty answers",
    "dissatisfied": "dissatisfied users",
    "flagged": "flagged answers",
    "latency": "slowest answers",
    "ttft": "slowest first tokens",
    "cost": "dearest answers",
    "all": "all requests",
}
"""In the order in which one goes from one to the next."""
ORDERS: Mapping[Order, str] = {
    "newest": "newest first",
    "slowest": "slowest first",
    "dearest": "dearest first",
    "failed": "failed first",
}
"""In the order in which one goes from one to the next."""
_OF_METRIC: Mapping[str, Kind] = {"latency_p50": "latency", "latency_p95": "latency", "ttft_p50": "ttft"}
_CLASSES = 4
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,80}")


@record
class RequestLine:
    """One request. Texts are empty where nothing was recorded; `bad`: it failed."""

    at: datetime
    what: SafeText
    bad: bool
    latency: SafeText
    first: SafeText
    tokens: SafeText
    cost: SafeText
    model: SafeText
    user: SafeText
    facts: tuple[SafeText, ...]
    """Everything else that is known of it, in sentences."""
    command: SafeText
    """What shows its whole row in a shell."""


@record
class BehindView:
    """The page of requests behind one number of one arm."""

    route: SafeText
    kind: Kind
    arm: Arm
    canary: SafeText
    production: SafeText
    said: SafeText
    """What is listed: `newest 300 of 1,204 since 28 Nov 23:10`."""
    lines: tuple[RequestLine, ...]
    order: Order = "newest"
    mark: Mark = (0, 0.0)
    """How far the log was read."""
    typed: SafeText = NOTHING
    """What each of the lines holds; nothing where all are listed."""
    matching: int = 0
    of: int = 0
    """How many of the arm's requests hold what was typed, of how many that are behind the number."""

    @property
    def sorting(self) -> str:
        """`slowest first`; nothing where the name of what is listed says it."""
        return "" if self.kind in RANKED else ORDERS[self.order]


def first_kind(view: CanaryView | None) -> Kind:
    """What is looked for: what decided a regression, else errors."""
    decided = [metric.name for metric in view.metrics if metric.decided == "regression"] if view else []
    name = decided[0] if decided else "error"
    if name in _OF_METRIC:
        return _OF_METRIC[name]
    return next((kind for kind in KINDS if kind == name), "error")


def orders(kind: Kind) -> tuple[Order, ...]:
    """How requests behind `kind` can be sorted, the usual order first; none where what is listed says how."""
    if kind in RANKED:
        return ()
    return tuple(ORDERS) if kind == "all" else ("newest", "slowest", "dearest")


def behind_view(
    route: str, kind: Kind, arm: Arm, found: Behind, log: Path, order: Order = "newest", typed: str = ""
) -> BehindView:
    """`found`, of which every row holds `typed`, in words."""
    typed = " ".join(typed.split())
    share = found.canary if arm == "canary" else found.production
    return BehindView(
        route=safe_line(route),
        kind=kind,
        arm=arm,
        canary=_share_text(found.canary, kind, typed),
        production=_share_text(found.production, kind, typed),
        said=_said(found, kind, share.matching if typed else share.bad, order),
        lines=tuple(_line(row, log) for row in found.rows),
        order=order,
        mark=found.mark,
        typed=safe_line(typed),
        matching=share.matching,
        of=share.bad,
    )


def _share_text(share: Share, kind: Kind, typed: str) -> SafeText:
    """`27 of 526 = 5.1 %, 21 users · server 25, InternalServerError 2`; once something is typed, how many hold it."""
    if not share.of:
        return SafeText("no requests")
    matches = f" · {words.plural(share.matching, 'match', 'matches')}" if typed else ""
    if kind in RANKED or kind == "all":
        return SafeText(words.plural(share.of, "request") + matches)
    named = [f"{safe_line(name)} {words.count(n)}" for name, n in share.classes[:_CLASSES]]
    more = len(share.classes) - _CLASSES
    classes = f" · {', '.join((*named, *([f'{more} more'] if more > 0 else ())))}" if named else ""
    classes = matches or classes
    of = f"{words.count(share.bad)} of {words.count(share.of)}"
    users = f", {words.plural(share.users, 'user')}" if share.users else ""
    return SafeText(f"{of} = {words.share(share.bad / share.of)}{users}{classes}")


def _said(found: Behind, kind: Kind, of: int, order: Order) -> SafeText:
    if not found.rows or found.since is None:
        return NOTHING
    since = datetime.fromtimestamp(found.since, UTC)
    shown = words.count(len(found.rows))
    if len(found.rows) < of:
        shown = f"{'newest ' if order == 'newest' and kind not in RANKED else ''}{shown} of {words.count(of)}"
    return SafeText(f"{shown} since {since.day} {since:%b %H:%M}")


def _line(row: Row, log: Path) -> RequestLine:
    return RequestLine(
        at=datetime.fromtimestamp(row.at, UTC),
        what=_what(row),
        bad=row.outcome == "error",
        latency=_milliseconds(row.latency_ms),
        first=_milliseconds(row.ttft_ms),
        tokens=_tokens(row),
        cost=_cost(row),
        model=NOTHING if row.outcome == "error" else safe_line(row.served or "not named"),
        user=safe_line(row.user[:8].lower()),
        facts=_facts(row),
        command=safe_line(_command(row.id, log)),
    )


def _what(row: Row) -> SafeText:
    """`server` for an error of that class, else the outcome, with what people and checkers said of it."""
    if row.outcome == "error":
        return safe_line(row.error_class or "error")
    said = [row.outcome, *(["dissatisfied"] if row.satisfied == 0 else []), *(["flagged"] if row.flagged else [])]
    return safe_line(", ".join(said))


def _facts(row: Row) -> tuple[SafeText, ...]:
    failed = f"no answer: {row.error_class or 'error'}"
    answered = failed if row.outcome == "error" else f"answered by {row.served or 'a model that was not named'}"
    retries = words.plural(row.retries, "retry", "retries") if row.retries else ""
    why = "" if row.why in ("", "bucket") else f": {row.why}"
    evidence = "counts in the verdict" if row.evidence else f"does not count in the verdict{why}"
    user = f"user {row.user.lower()}" if row.user else "no user"
    first = f"first token {_milliseconds(row.ttft_ms)}" if row.ttft_ms is not None else ""
    cost = "cost worked out from the price list, the log has none" if row.worked_out else ""
    numbers = (first, _tokens(row, "input", "output"), retries, evidence, cost)
    return (
        safe_line(f"{row.id} · {user}"),
        safe_line(f"asked {row.asked}, {answered}"),
        safe_line(" · ".join(part for part in numbers if part)),
    )


def _tokens(row: Row, into: str = "", out: str = "") -> SafeText:
    """`401 → 161` tokens."""
    if row.input_tokens is None and row.output_tokens is None:
        return NOTHING
    given = [words.NONE if n is None else words.count(n) for n in (row.input_tokens, row.output_tokens)]
    if not into:
        return SafeText(f"{given[0]} → {given[1]}")
    return SafeText(f"{given[0]} {into}, {given[1]} {out} tokens")


def _cost(row: Row) -> SafeText:
    """`$0.0020`; `≈ $0.0020` where the log does not have it."""
    if row.cost_usd is None:
        return NOTHING
    return SafeText(f"≈ {words.dollars(row.cost_usd)}" if row.worked_out else words.dollars(row.cost_usd))


def _milliseconds(value: float | None) -> SafeText:
    return NOTHING if value is None else SafeText(words.seconds(value))


def _command(request: str, log: Path) -> str:
    """What shows the whole row; a shell takes it as it stands, whatever the log holds."""
    query = "SELECT * FROM request_log WHERE id = "
    opening = f"sqlite3 -line {shlex.quote(str(log))}"
    if _PLAIN.fullmatch(request):
        return f"{opening} \"{query}'{request}'\""
    doubled = request.replace("'", "''")
    return f"{opening} " + shlex.quote(f"{query}'{doubled}'")
