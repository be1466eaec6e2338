"""Every key of the registry file: one table, which the validator, the editors' schema and the docs work off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from console.domain.record import record

Kind = Literal[
    "schema", "text", "filled", "model", "provider", "percentage", "percentages", "instant", "date", "bool", "count",
    "duration", "probability", "pair", "role", "users", "number", "windows", "free", "table", "tables",
]  # fmt: skip
"""What a value must be. `table` and `tables` have keys of their own; `free` belongs to the application."""

TableName = Literal["", "route", "gates", "metric", "guard", "model", "price"]


@record
class Key:
    """One key. `default` is written as it would be in the file; None means there is no default."""

    name: str
    kind: Kind
    meaning: str
    default: object = None
    unit: str = ""
    required: bool = False


@record
class Table:
    """One kind of table, and where it stands: `[routes.R.gates]`."""

    place: str
    keys: tuple[Key, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys in the order in which a person would write them."""
        return tuple(key.name for key in self.keys)


_TOP = (
    Key("schema", "schema", "version of this format", 1, required=True),
    Key("routes", "tables", "the named places in the application that call a model", required=True),
    Key("models", "tables", "every model id in use: who pinned it, when and why", required=True),
)
_ROUTE = (
    Key("description", "text", "what the application does here", ""),
    Key("production", "model", "serves everybody who is not on the canary", required=True),
    Key("canary", "model", "the newer model on trial"),
    Key("canary_percentage", "percentage", "share of users on the canary", unit="percent, up to 4 decimals"),
    Key("canary_start", "instant", "when this rollout began; part of its id", unit="UTC, 2026-11-20T09:00:00Z"),
    Key("canary_held", "filled", "why nothing raises the share while this is here"),
    Key("fallback", "model", "what a rollback and the breaker use"),
    Key("experimental", "model", "what only the comparer and the suites use"),
    Key("steps", "percentages", "the ladder of shares", (5, 25, 50, 100), "percent, rising"),
    Key("suite", "filled", "the route's suite, from the registry's folder; else `suites/<route>.toml`"),
    Key("params", "free", "what the application sends: max_tokens, effort, system, tools"),
    Key("gates", "table", "when the canary may go on"),
    Key("guard", "table", "what the guard may do by itself"),
)
_GATES = (
    Key("min_requests", "count", "requests on each arm before PASS", 100),
    Key("min_step_time", "duration", "before the next step", "24h"),
    Key("warm_up", "duration", "first minutes of a rollout that do not count", "2m"),
    Key("alpha", "probability", "chance of ever calling a good canary a regression", 0.01),
    Key("alpha_pass", "probability", "chance of ever passing a bad canary", 0.05),
    Key("users", "users", "tempered judges requests, corrected for users; exact judges users, in shares", "tempered"),
)
_METRIC = (
    Key("tolerance", "pair", "[r, d]: a regression is beyond r x production + d"),
    Key("margin", "pair", "[r, d]: a pass is shown to be below r x production + d"),
    Key("role", "role", "guardrail rolls back, signal tells, display is only shown"),
    Key("weight", "number", "share of the family-wise alpha", unit="0 or more, relative to the other weights"),
    Key("limit", "number", "absolute limit", unit="the metric's own"),
)
_GUARD = (
    Key("auto_rollback", "bool", "roll back on a regression", True),
    Key("auto_advance", "bool", "take the next step on a pass", False),
    Key("auto_promote", "bool", "promote after the last step", False),
    Key("grace", "duration", "countdown before an automatic rollback", "0s"),
    Key("rollback_window", "duration", "how long a promotion is watched", "24h"),
    Key("freeze", "windows", "when raising stops; lowering never does", (), "Fri 16:00-Mon 08:00 Europe/Berlin"),
)
_MODEL = (
    Key("provider", "provider", "anthropic, openai, gemini, or a name of your own configuration; default: from the id"),
    Key("pinned_date", "date", "when this version was chosen", required=True),
    Key("pinned_by", "text", "who chose it"),
    Key("reason", "filled", "why it was chosen", required=True),
    Key("tested", "bool", "somebody tried it", False),
    Key("regression_tested", "bool", "the regression suite passed", False),
    Key("last_regression_test", "date", "when the regression suite last ran"),
    Key("allow_alias", "bool", "this id may move, and the reason says why that is acceptable", False),
    Key("price", "table", "overrides the known prices"),
    Key("retires", "date", "overrides the catalog's retirement date"),
    Key("replacement", "model", "overrides the catalog's replacement"),
)
_PRICE = tuple(
    Key(name, "number", meaning, unit="USD per million tokens")
    for name, meaning in (
        ("input", "input tokens"),
        ("output", "output tokens"),
        ("cache_read", "input tokens read from the cache"),
        ("cache_write", "input tokens written to the cache"),
    )
)

TABLES: Mapping[TableName, Table] = {
    "": Table("", _TOP),
    "route": Table("routes.R", _ROUTE),
    "gates": Table("routes.R.gates", _GATES),
    "metric": Table("routes.R.gates.METRIC", _METRIC),
    "guard": Table("routes.R.guard", _GUARD),
    "model": Table('models."ID"', _MODEL),
    "price": Table('models."ID".price', _PRICE),
}
"""All tables. `gates` may also hold one table for each metric of console/domain/metrics.py."""
