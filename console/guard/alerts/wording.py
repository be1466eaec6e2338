"""The words of an alert, the same on every channel: what happened, what decided, what was done, how to undo it."""

from __future__ import annotations

from datetime import UTC

from console.domain.alerts import Alert
from console.text.safe import SafeText, safe_line

TITLE_CHARACTERS = 150
PART_CHARACTERS = 1_000


def title(alert: Alert) -> SafeText:
    """One line: `CRITICAL support: canary rolled back to 0 %`."""
    return safe_line(f"{alert.severity.upper()} {alert.title}", TITLE_CHARACTERS)


def parts(alert: Alert) -> tuple[tuple[str, SafeText], ...]:
    """(heading, words) of what happened, what decided and what was done; nothing empty."""
    told = (("What happened", alert.what), ("What decided", alert.decided), ("What was done", alert.done))
    return tuple((heading, safe_line(words, PART_CHARACTERS)) for heading, words in told if words)


def command(alert: Alert) -> tuple[tuple[str, SafeText], ...]:
    """The same of the command that takes it back or looks into it, which channels show as something to be typed."""
    return (("Undo or look into it", safe_line(alert.undo, PART_CHARACTERS)),) if alert.undo else ()


def footer(alert: Alert, source: str) -> SafeText:
    """When and where: `2026-11-23 14:33:02 UTC · payments/registry.toml on web-1 · history/12`."""
    at = alert.at.astimezone(UTC)
    return safe_line(f"{at:%Y-%m-%d %H:%M:%S} UTC · {source} · {alert.key}", PART_CHARACTERS)


def text(alert: Alert, source: str) -> str:
    """All of it as plain text, for channels that have no form of their own."""
    lines = [f"{heading}:\n  {words}" for heading, words in parts(alert) + command(alert)]
    return "\n\n".join([*lines, footer(alert, source)])
