"""What happened, told upward: past tense, immutable records, newest wins."""

from __future__ import annotations

from textual.message import Message

from console.domain.errors import ConsoleError
from console.view.lookout import Look


class Looked(Message):
    """A new look at registry and log differs from the last one shown."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    def can_replace(self, message: Message) -> bool:
        """Only the newest look matters."""
        return isinstance(message, Looked)


class Failed(Message):
    """Something asked for could not be done; the console stays up."""

    def __init__(self, error: ConsoleError) -> None:
        super().__init__()
        self.error = error
