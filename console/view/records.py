"""What every front end prints: the state of the world turned once into words and numbers.

All text that came from outside is `SafeText`: it passed the neutraliser. Times are aware UTC datetimes; money is USD;
shares are 0..1; percentages 0..100. None means "no data" and is shown as an en dash, never as a zero.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from console.domain.record import record
from console.domain.registry import Role, Tier
from console.text.safe import NOTHING, SafeText

NO_GUARD = SafeText("no guard")

Tone = Literal["plain", "good", "waiting", "bad", "none"]
"""good = green, waiting = amber, bad = red, none = grey (no data), plain = neutral."""


class State(StrEnum):
    """What can be said about a canary. The value is the word shown in capitals."""

    NO_CANARY = "no canary"
    NO_DATA = "no data"
    NO_COMPARISON = "no comparison"
    WARMING_UP = "warming up"
    WATCHING = "watching"
    PASS = "pass"
    UNDECIDED = "undecided"
    HELD = "held"
    SUSPECT = "suspect data"
    REGRESSION = "regression"
    ERROR = "error"


@record
class PinView:
    """One pin of a route. `share` is its percentage of users; None where it gets none."""

    tier: Tier
    model_id: SafeText
    share: float | None
    retires: date | None = None
    clock: SafeText = NOTHING
    clock_tone: Tone = "none"
    replacement: SafeText = NOTHING
    why: SafeText = NOTHING
    """"pinned 15 May by olga: 214 cases, no differences"."""
    note: SafeText = NOTHING
    """A warning about the id itself: "alias: may move", "cannot be pinned", or how the suite went."""
    note_tone: Tone = "none"
    """"waiting" or "bad" where the note is a warning: it is then never left out."""
    served: SafeText = NOTHING
    """The model that answered last within the hour, as the answer named it; "" where nobody knows."""
    ladder: SafeText = NOTHING
    """"the ladder needs 21 days: start by 6 Dec", on production where its end is announced; with a canary also
    "at this rate the ladder needs about 11 days: 4 days too few are left"."""
    ladder_short: SafeText = NOTHING
    """The same for narrow places: "start by 6 Dec"."""
    start_by: date | None = None
    """The last day on which the rest of the ladder fits before the end."""


@record
class RouteView:
    """One route in the registry pane."""

    name: SafeText
    description: SafeText
    state: State
    pins: tuple[PinView, ...]
    percentage: float = 0.0
    held: SafeText = NOTHING
    override: SafeText = NOTHING
    """The model that LLM_MODEL forces in this environment, or ""."""


@record
class RetirementView:
    """A dated event on the time line of the next 60 days."""

    on: date
    route: SafeText
    model_id: SafeText
    tone: Tone


@record
class ChangeView:
    """One line of the history: when, "support canary 5 → 25 %", who."""

    number: int
    at: datetime
    text: SafeText
    actor: SafeText
    reason: SafeText = NOTHING
    undone: bool = False


@record
class StepView:
    """One rung of the ladder. `progress` (0..1) is set on the current step: the slower of time and requests."""

    percentage: float
    state: Literal["done", "current", "todo"]
    progress: float = 0.0
    note: SafeText = NOTHING
    """"5 h 32 min" on the current step, "in ≈ 6 h" on the next."""


@record
class MetricView:
    """One row of the canary table, already in words. Empty text means no data."""

    name: str
    label: str
    production: SafeText
    canary: SafeText
    change: SafeText = NOTHING
    limit: SafeText = NOTHING
    inside: bool = True
    """Whether the estimate is inside the limit (≤) or outside (>)."""
    meter: float | None = None
    """-1 (regression) .. +1 (pass); None without evidence."""
    decided: Literal["", "pass", "regression"] = ""
    to_decide: SafeText = NOTHING
    role: Role = "display"
    measured: bool = True
    minor: bool = False
    """Gives its row to the plot where rows are short, unless it decided: it hardly ever is what one looks for."""
    span: SafeText = NOTHING
    """Between what the change lies, at every look: `−0.05 … +0.31`; where there is room."""


@record
class PointView:
    """One column of a plot: production's value, the canary's value and its 90 % range. None: no data then."""

    at: datetime
    production: float | None
    canary: float | None = None
    low: float | None = None
    high: float | None = None


@record
class PlotView:
    """A metric over time. `unit` is "share", "ms" or "usd"; `steps` are changes of the percentage with their label."""

    title: str
    subtitle: str
    unit: Literal["share", "ms", "usd"]
    points: tuple[PointView, ...]
    steps: tuple[tuple[datetime, str], ...] = ()
    production_now: SafeText = NOTHING
    canary_now: SafeText = NOTHING
    unread: bool = False
    """Its points were not read yet: the numbers come first, their past a moment later."""

    def __hash__(self) -> int:
        """Drawings of it are kept: hashing each of a hundred points takes longer than finding the drawing."""
        return hash((self.title, self.canary_now, self.production_now, self.steps, self.points[-1:], self.unread))


@record
class CanaryView:
    """Everything the live canary pane shows of one route."""

    route: SafeText
    state: State
    sentence: SafeText
    """What decided, or what is missing; one sentence, no full stop."""
    second: SafeText = NOTHING
    """What happens next (under a regression); else what is ruled out, what it costs, which gates were changed."""
    countdown: SafeText = NOTHING
    steps: tuple[StepView, ...] = ()
    since: datetime | None = None
    """Since when the canary has its present share, where that is known."""
    production_requests: int = 0
    canary_requests: int = 0
    split: SafeText = NOTHING
    split_tone: Tone = "plain"
    metrics: tuple[MetricView, ...] = ()
    plots: tuple[PlotView, ...] = ()
    as_of: datetime | None = None
    """When the newest data of this route was committed."""
    stale: bool = False
    """The numbers are old: the log could not be read since."""
    days_left: int = 0
    """Whole days that the rest of the ladder takes at the present rate; 0 where nothing can be said."""


@record
class IntentView:
    """What the guard would do next on a route, why, and when at the earliest."""

    route: SafeText
    kind: SafeText
    sentence: SafeText
    when: datetime | None = None


@record
class GuardView:
    """Who guards the registry, or, with `alive` False, who did so last."""

    alive: bool
    holder: SafeText
    """`pid 4711 on web-1`."""
    since: datetime
    seen: datetime
    """Its last sign of life."""
    stale: bool = False
    """It has the post and gives no sign of life."""
    intents: tuple[IntentView, ...] = ()


@record
class FleetView:
    """The whole screen's state at one moment: what `console status` prints and the panes show."""

    now: datetime
    registry_name: SafeText
    log_name: SafeText
    routes: tuple[RouteView, ...]
    canaries: tuple[CanaryView, ...]
    """One for each route, in the same order."""
    retirements: tuple[RetirementView, ...] = ()
    changes: tuple[ChangeView, ...] = ()
    guard: SafeText = NO_GUARD
    guard_tone: Tone = "none"
    guarded: GuardView | None = None
    """None: nobody ever guarded this registry."""
    read_only: bool = False
    data_age_s: float | None = None
    problem: SafeText = NOTHING
    """Why the registry or the log cannot be read now; the rest of the view is then the last good one."""
    facts_as_of: date | None = None
    """How old what is known of ends is: the oldest of what the pins' clocks go by. None: nothing is known of any."""


@record
class DiffLine:
    """One line of a change: kept, removed or added."""

    kind: Literal["same", "removed", "added"]
    text: SafeText


@record
class ChangeDetail:
    """Everything the history knows about one change."""

    number: int
    title: SafeText
    who: SafeText
    """"olga@desk · 2026-11-27 13:05:02 UTC"."""
    reason: SafeText
    state: State | None
    """The verdict when it was decided; None where nothing was known."""
    sentence: SafeText
    command: SafeText
    diff: tuple[DiffLine, ...]
    fate: SafeText = NOTHING
    """"undone by change 12", "takes back change 9"."""


class PreflightLine(NamedTuple):
    """One line about a candidate before it starts; `mark` (`✓ ▲ ? ≈ ·`) says without a colour what `tone` is."""

    mark: str
    text: SafeText
    tone: Tone


@record
class PlanView:
    """A dialog before an action, and the output of `--dry-run`: consequence, not "are you sure"."""

    title: SafeText
    verb: str
    """The label of the button: "Promote"."""
    route: SafeText
    model_id: SafeText
    arm: Literal["production", "canary", ""]
    state: State
    sentence: SafeText
    details: SafeText
    users: SafeText
    users_note: SafeText
    undo: SafeText
    undo_note: SafeText
    diff: tuple[DiffLine, ...]
    command: SafeText
    needs_reason: bool = False
    lowers: bool = False
    """Whether this takes traffic away from the canary: one confirm, never blocked."""
    refusal: SafeText = NOTHING
    """Why it cannot be done now, or ""."""
    asks: SafeText = NOTHING
    """What it goes against, so that a typed reason is asked for: "the verdict is watching, not pass", or ""."""
    preflight: tuple[PreflightLine, ...] = ()
    """What the candidate does with the requests sent today; only before a canary starts."""
