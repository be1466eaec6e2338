"""What a preflight finds: parameters a candidate rejects, what changes, what it will cost, and what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from console.catalog.contract import Told
from console.domain.errors import EXIT_FAILED, EXIT_GOOD, EXIT_UNMEASURED

Level = Literal["rejected", "depends", "changed", "unknown"]
"""`rejected`: HTTP 400 on every such request. `depends`: the same, for values or in places that nobody knows of.
`changed`: accepted, and not what it was. `unknown`: nothing is known of it."""
State = Literal["rejected", "depends", "unmeasured", "unknown", "clear"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One way in which the route is called.

    `names` are as the application writes them. `values` are by the words used here, UNSEEN where only the name is
    known. `api` is the provider's API, "" where that is not known. `requests` is how often it is in the log, 0 for
    what only the registry says; `answered` are those among them that did not fail.
    """

    names: tuple[str, ...]
    values: Mapping[str, object]
    api: str = ""
    requests: int = 0
    answered: int = 0
    origin: Literal["params", "log"] = "log"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that becomes of requests at the candidate.

    `parameter` is as the application writes it; "" where it is about the request as a whole. `source` says where that
    is written, or that it was measured. `requests` is how many of those in sight are affected.
    """

    level: Level
    parameter: str
    reason: str
    instead: str = ""
    source: str = ""
    requests: int = 0
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the route's own requests cost on production and would cost on the candidate. USD; None is "no price".

    `requests` are those it was worked out from. `cold_per_1k` is what 1,000 requests cost while the candidate's prompt
    cache holds nothing. `ratio` is tokens new for old, None where nobody said: then they are counted as the same.
    """

    requests: int = 0
    ratio: float | None = None
    ratio_why: str = ""
    before_per_1k: float | None = None
    after_per_1k: float | None = None
    cold_per_1k: float | None = None
    requests_per_day: float | None = None
    largest_input: int = 0
    largest_output: int = 0
    """Tokens of the largest request and the longest answer in sight, as production counts them."""

    @property
    def before_per_day(self) -> float | None:
        """What a day costs on production."""
        return _per_day(self.before_per_1k, self.requests_per_day)

    @property
    def after_per_day(self) -> float | None:
        """What a day would cost on the candidate, its cache warm."""
        return _per_day(self.after_per_1k, self.requests_per_day)


def _per_day(per_1k: float | None, requests: float | None) -> float | None:
    return None if per_1k is None or requests is None else per_1k * requests / 1_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the candidate and how near the route comes. Tokens; `limit` None: not known. `over`: would not fit."""

    name: Literal["context", "output"]
    limit: int | None
    needed: int
    over: bool = False


@dataclass(frozen=True, slots=True)
class Probed:
    """What really asking found. `failures` say why something could not be measured; `asked` counts requests sent.

    `accepted` are the parameters the candidate took with the values that were sent, `ratio` the measured tokens new
    for old, `cost_usd` what it cost, None where no price is known.
    """

    asked: int = 0
    ways: int = 0
    findings: tuple[Finding, ...] = ()
    accepted: frozenset[str] = frozenset()
    failures: tuple[str, ...] = ()
    ratio: float | None = None
    cost_usd: float | None = None
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Retirement:
    """When the candidate itself ends, in words; `soon` where that asks for another candidate."""

    words: str
    soon: bool = False
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known before the first user meets the candidate.

    `ways` counts the different ways of calling, `requests` the requests in sight. `unknown` are sentences about what
    nobody knows: they are never left out. `turns_share` is the share (0..1) of requests that continue a conversation.
    """

    route: str
    production: str
    model: str
    provider: str | None
    as_of: date
    ways: int = 0
    requests: int = 0
    findings: tuple[Finding, ...] = ()
    changes: tuple[Told, ...] = ()
    forecast: Forecast = Forecast()
    limits: tuple[Limit, ...] = ()
    retirement: Retirement | None = None
    turns_share: float | None = None
    unknown: tuple[str, ...] = ()
    rules_known: bool = True
    probed: Probed | None = None
    problem: str = ""
    """Why the request log could not be read, or ""."""
    sent: tuple[Sent, ...] = field(default=(), repr=False)

    def at(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.level == level)

    @property
    def state(self) -> State:
        """The one word for all of it. Never "clear" where a rule, a call or an answer is missing."""
        rejected = self.at("rejected")
        if self.probed is not None and self.probed.failures and not any(finding.measured for finding in rejected):
            return "unmeasured"
        if rejected:
            return "rejected"
        if self.at("depends"):
            return "depends"
        measured = self.probed is not None and self.probed.ways > 0
        if not self.ways or not (self.rules_known or measured):
            return "unknown"
        return "clear"

    @property
    def exit_code(self) -> int:
        """1 where something is or may be rejected, 4 where nothing can be said or a probe failed, else 0."""
        if self.state in ("rejected", "depends"):
            return EXIT_FAILED
        return EXIT_GOOD if self.state == "clear" else EXIT_UNMEASURED
