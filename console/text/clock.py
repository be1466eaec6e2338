"""The default clock: whatever needs the time takes a clock as a parameter, and gets this one if none is given."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
