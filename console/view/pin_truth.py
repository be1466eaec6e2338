"""Whether the model that was asked for is the one that answers, in words beside its pin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from console.catalog.rerouting import rerouted, same_model
from console.text import words
from console.text.safe import NOTHING, SafeText, join, safe_line
from console.traffic.serving import LATELY_S, Server

KNOWN_REQUESTS = 20
"""What answered this often before is what an alias pointed to; less says too little."""


def moved(asked: str, servers: Sequence[Server], now: datetime) -> SafeText:
    """`answered by claude-opus-5 since 14:00`, where that is not what it should be; "" where it is, or nobody knows.

    A pinned id has to be answered by itself. What an alias or an unknown id stands for is only told by what answered
    before: another model than that is a move.
    """
    lately = [server for server in servers if now.timestamp() - server.last_at < LATELY_S]
    other = [server for server in lately if rerouted(asked, server.model)]
    if not other and lately and not same_model(asked, lately[0].model):
        newest = lately[0]
        before = [
            server for server in servers if server.since < newest.since and not same_model(server.model, newest.model)
        ]
        if sum(server.requests for server in before) >= KNOWN_REQUESTS:
            other = [newest]
    if not other:
        return NOTHING
    by = other[0]
    return join("answered by ", safe_line(by.model), " since ", _since(by, now), f" ({words.count(by.requests)} times)")


def answering(servers: Sequence[Server], now: datetime) -> SafeText:
    """The model that answered last within the hour, for who wants to know what an alias stands for; "" if none did."""
    lately = [server for server in servers if now.timestamp() - server.last_at < LATELY_S]
    return safe_line(lately[0].model) if lately else NOTHING


def _since(server: Server, now: datetime) -> str:
    at = datetime.fromtimestamp(server.since, UTC)
    return words.clock(at) if at.date() == now.astimezone(UTC).date() else words.day(at.date(), now.date())
