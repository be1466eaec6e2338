"""What an application imports: router, request log, instrumented clients; each loaded only when it is used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.domain.choice import Choice
    from console.routing.breaker import Breaker
    from console.routing.instrumenting import asking, instrument
    from console.routing.router import Router
    from console.traffic.log import RequestLog

__all__ = ["Breaker", "Choice", "RequestLog", "Router", "__version__", "asking", "instrument"]
__version__ = "0.1.0"

_HOMES = {
    "Breaker": "console.routing.breaker",
    "Choice": "console.domain.choice",
    "RequestLog": "console.traffic.log",
    "Router": "console.routing.router",
    "asking": "console.routing.instrumenting",
    "instrument": "console.routing.instrumenting",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'console' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
