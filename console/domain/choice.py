"""What the router answers to one request: which model to send, and why that one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from console.domain.registry import Price

Arm = Literal["production", "canary"]
Why = Literal["bucket", "pinned conversation", "moved", "override", "breaker", "default"]


class Choice:
    """One request's model. `model` is the id to send; `why` is the reason it was chosen.

    Only `why == "bucket"` counts as evidence: every other reason means that something other than the user's
    bucket picked the model, so the two arms are not comparable on that request.

    Built on the hot path of other people's servers: slots and plain assignment, no dataclass machinery.
    """

    __slots__ = ("arm", "assigned", "evidence_from", "model", "prices", "report", "rollout", "route", "why")

    def __init__(
        self,
        route: str,
        model: str,
        arm: Arm,
        why: Why,
        rollout: str = "",
        evidence_from: float = 0.0,
        report: Callable[[bool], None] | None = None,
        assigned: Arm | None = None,
        prices: Mapping[str, Price] | None = None,
    ) -> None:
        self.route = route
        self.model = model
        self.arm: Arm = arm
        self.why: Why = why
        self.rollout = rollout
        """The rollout's id (`route|canary|canary_start`), or "" on a route without a canary."""
        self.evidence_from = evidence_from
        """Epoch second from which this rollout's requests count as evidence: its start plus the route's warm-up."""
        self.report = report
        """Called by the request log with True after a failed call, False after a good one; feeds the breaker."""
        self.assigned = assigned
        """Where a breaker took the user away from: the split of users counts them there. None otherwise."""
        self.prices = prices
        """Model id -> the price that the registry says, for the request log; None where it says none."""

    def __reduce__(self) -> tuple[type[Choice], tuple[object, ...]]:
        """Pickled and copied without `report`: a breaker belongs to the process that chose, and cannot leave it."""
        kept = (self.route, self.model, self.arm, self.why, self.rollout, self.evidence_from)
        return Choice, (*kept, None, self.assigned, self.prices)

    def __repr__(self) -> str:
        return f"Choice(route={self.route!r}, model={self.model!r}, arm={self.arm!r}, why={self.why!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Choice):
            return NotImplemented
        return (self.route, self.model, self.arm, self.why, self.rollout) == (
            other.route,
            other.model,
            other.arm,
            other.why,
            other.rollout,
        )

    def __hash__(self) -> int:
        return hash((self.route, self.model, self.arm, self.why, self.rollout))
