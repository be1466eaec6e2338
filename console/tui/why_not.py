"""Why a key that writes cannot work now: a person who presses it at night should not wonder whether it was heard."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.registry import Route
from console.text.safe import safe_line


def why_not(action: str, route: Route | None, key: Callable[[str], str], *, read_only: bool) -> str:
    """One sentence about `action`, which is not offered on `route` now; `key` names the key of what leads on."""
    if read_only:
        return "read-only: nothing is changed from here"
    if route is None:
        return ""
    name, canary = safe_line(route.name), route.canary
    if action == "undo":
        return "there is no change to undo"
    if action == "canary":
        return f"{name} has a canary already; {key('drop')} drops it"
    if action == "rollback":
        return f"{name} has no canary traffic and no fallback: there is nothing to roll back to"
    if canary is None:
        return f"{name} has no canary; {key('canary')} starts one"
    if action == "resume":
        return "the canary is not held"
    if canary.held is not None and action in ("advance", "promote", "hold"):
        return f"the canary is held: “{safe_line(canary.held)}”; {key('resume')} resumes it"
    if action == "advance":
        return f"no step up while the verdict is regression; {key('rollback')} rolls back"
    return "the canary is at 0 % already" if action == "retreat" else ""
