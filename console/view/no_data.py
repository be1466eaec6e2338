"""Why a route has no numbers: nothing came yet, nothing since the rollout began, or it came under another name."""

from __future__ import annotations

from collections.abc import Collection

from console.domain.registry import Route
from console.text.safe import SafeText, join, safe_line
from console.traffic.reading import LogReader


def unlisted(reader: LogReader, listed: Collection[str]) -> SafeText:
    """The routes that were asked for and the registry (`listed`) does not have, sorted and quoted; empty without one.

    Raises LogInvalid.
    """
    names = sorted(name for name in reader.routes() if name and name not in listed)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return join(", ".join(f'"{safe_line(name, 80)}"' for name in names[:3]), more)


def no_data(reader: LogReader, route: Route, listed: Collection[str]) -> SafeText:
    """The sentence for a route without a request to count. Raises LogInvalid."""
    if reader.series(route.name):
        return SafeText("no requests since this rollout began")
    if others := unlisted(reader, listed):
        return join("no requests yet; the log has some of ", others, ", which this registry lacks")
    return SafeText("no requests yet")
