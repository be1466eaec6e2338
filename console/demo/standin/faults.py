"""The switches of the stand-in: what goes wrong with one model, by how much. Plain values, sent as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal, get_args

Damage = Literal[
    "none",
    "half",
    "no final event",
    "error event",
    "malformed json",
    "empty",
    "huge",
    "endless",
    "escapes",
    "hang",
    "refuse",
]
"""What is wrong with an answer.

half: the connection breaks in the middle of the body · no final event: the stream ends early, correctly framed ·
error event: an error inside a 200 stream · malformed json · empty: no content · huge: 10 MB of text ·
endless: never stops · escapes: terminal sequences and markup in the text · hang: never says a word ·
refuse: the connection is reset before any answer.
"""

DAMAGES: tuple[str, ...] = get_args(Damage)
STATUSES = (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529)


class BadSwitch(ValueError):
    """A switch that does not exist, or a value it cannot take."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with one model. The defaults are the model's normal life.

    `error_rate`, `refusal_rate`: shares 0..1 instead of the model's own, None leaves them. `error_factor`
    multiplies the error rate. `latency_factor` and `token_factor` multiply. `fences` wraps every answer
    in a ```json fence. `damage_rate` is the share of answers that `damage` meets. `served` is the model id that
    responses name.
    """

    error_rate: float | None = None
    error_factor: float = 1.0
    error_status: int = 500
    retry_after_s: float | None = None
    refusal_rate: float | None = None
    latency_factor: float = 1.0
    token_factor: float = 1.0
    fences: bool = False
    damage: Damage = "none"
    damage_rate: float = 1.0
    served: str | None = None

    def changed(self, switches: Mapping[str, object]) -> Faults:
        """These faults with `switches` set. Raises BadSwitch."""
        unknown = sorted(set(switches) - _NAMES)
        if unknown:
            raise BadSwitch(f"no switch named {unknown[0]!r}; there are {', '.join(sorted(_NAMES))}")
        for name, value in switches.items():
            _check(name, value)
        return replace(self, **switches)  # type: ignore[arg-type]

    def plain(self) -> dict[str, object]:
        """As JSON can carry it."""
        return asdict(self)


_NAMES = {field.name for field in fields(Faults)}
_SHARES = {"error_rate", "refusal_rate", "damage_rate"}
_FACTORS = {"error_factor", "latency_factor", "token_factor"}


def _check(name: str, value: object) -> None:
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    optional = value is None and name in {"error_rate", "refusal_rate", "retry_after_s", "served"}
    if optional:
        return
    if name in _SHARES:
        good = number is not None and 0.0 <= number <= 1.0
    elif name in _FACTORS:
        good = number is not None and 0.0 <= number <= 1000.0
    elif name == "retry_after_s":
        good = number is not None and 0.0 <= number <= 86_400.0
    elif name == "error_status":
        good = value in STATUSES
    elif name == "damage":
        good = value in DAMAGES
    else:
        good = isinstance(value, bool if name == "fences" else str)
    if not good:
        raise BadSwitch(f"{name} cannot be {value!r}")
