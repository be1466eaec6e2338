"""What a dialect of the providers' APIs must be able to do; the server knows nothing else about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from console.demo.standin.asked import Asked, Rejection, Reply


class Dialect(Protocol):
    """One API. A stream is `opening`, one `piece` per portion of text, `closing`; all are complete events."""

    def read(self, body: Mapping[str, object]) -> Asked:
        """The request in common words. Raises BadRequest."""
        ...

    def rejects(self, asked: Asked, body: Mapping[str, object], headers: Mapping[str, str]) -> Rejection | None:
        """Why the asked model does not accept this request, or None."""
        ...

    def error(self, rejection: Rejection) -> dict[str, object]:
        """The JSON body of an error."""
        ...

    def whole(self, reply: Reply) -> dict[str, object]:
        """The JSON body of an answer that is not streamed."""
        ...

    def opening(self, reply: Reply) -> bytes:
        """The events before the first text."""
        ...

    def piece(self, reply: Reply, number: int, text: str) -> bytes:
        """The event that carries portion `number` (from 0)."""
        ...

    def closing(self, reply: Reply) -> bytes:
        """The events after the last text."""
        ...

    def failure(self, reply: Reply) -> bytes:
        """The event of an error inside a stream that began well."""
        ...
