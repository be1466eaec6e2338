"""One recorded request: what a row of the request log holds. Numbers, names and hashes; never a prompt or an answer."""

from __future__ import annotations

from typing import Literal, NamedTuple

from console.domain.choice import Arm, Why

Outcome = Literal["ok", "error", "refusal", "truncated", "empty"]
OUTCOMES: tuple[Outcome, ...] = ("ok", "error", "refusal", "truncated", "empty")

USER_CAP = 20
"""How many requests of one user count as evidence on one rollout, over both arms: requests of one user resemble each
other, and a cap for each arm would let users who moved between the arms count twice."""


class RequestRow(NamedTuple):
    """One request. A tuple, because the log builds one for every call of an application.

    `at` is the epoch second of its start, `user` the application's own id (the log stores only a keyed hash of it).
    Token counts follow one convention for all providers: `input_tokens` includes `cached_tokens` and
    `cache_write_tokens`, `output_tokens` includes `reasoning_tokens`. None means not reported, never zero.
    """

    id: str
    at: float
    route: str
    model: str
    arm: Arm = "production"
    why: Why = "default"
    rollout: str = ""
    evidence_from: float = 0.0
    user: str = ""
    outcome: Outcome = "ok"
    error_class: str = ""
    latency_ms: float | None = None
    ttft_ms: float | None = None
    served: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    retries: int = 0
    prompt_hash: str = ""
    parameters: str = ""
    sdk: str = ""
    messages: int | None = None
    characters: int | None = None
    satisfied: bool | None = None
    flagged: bool | None = None
    price: str = ""
    """What the cost was worked out with: see `console.traffic.pricing`."""
    assigned: Arm | None = None
    """The arm of the user's bucket, where a breaker chose another model; None otherwise."""
