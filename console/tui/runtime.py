"""What the console is started with: made once by the command, never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from console.compare.similarity import Embedder
from console.providers.endpoints import Endpoints
from console.text.safe import NOTHING, SafeText
from console.tui.polling import utc_now


@dataclass(frozen=True, slots=True)
class Runtime:
    """Paths, permissions and doors to the outside. `endpoints` is where the comparer's questions go."""

    registry: Path
    log: Path
    actor: str
    endpoints: Callable[[], Endpoints]
    read_only: bool = False
    ascii_only: bool = False
    stand_in: bool = False
    override: SafeText = NOTHING
    """The sentence about `LLM_MODEL`, where it forces a model in this environment."""
    clock: Callable[[], datetime] = utc_now
    embedder: Embedder = field(default_factory=Embedder)
