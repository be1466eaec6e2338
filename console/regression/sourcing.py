"""Where a test session's answers come from: providers, a stand-in or earlier runs; one process, or one of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from console.providers.endpoints import Endpoints
from console.providers.kept import AnswerJournal
from console.regression.answering import Answers, Asked, Replayed, Unfinished
from console.regression.exchanging import Shared, Worker, private_folder
from console.regression.running import RESUMED_WITHIN


@dataclass(frozen=True, slots=True)
class Source:
    """What a session was told about its answers. `concurrency` is of the whole session, `project` its root folder.

    `stand_in` gives the URL of a stand-in, None where none is wanted. `worker` is None where one process does it all.
    """

    project: Path
    environment: Mapping[str, str]
    concurrency: int = 20
    replay: bool = False
    stand_in: Callable[[], str] | None = None
    worker: Worker | None = None

    def answers(self) -> Answers:
        """The answers. Nothing is reached yet. Raises Refused where the processes have no private folder."""
        journal = AnswerJournal.of("pytest", str(self.project))
        if self.replay:
            return Replayed(journal, stand_in=self.stand_in is not None)
        count = self.worker.count if self.worker else 1
        unfinished = Unfinished.of("pytest unfinished", str(self.project))
        unfinished.forget_if_idle(RESUMED_WITHIN)
        concurrency = max(1, self.concurrency // count)
        asked = Asked(self._connect, concurrency=concurrency, journal=journal, unfinished=unfinished)
        if self.worker is None:
            return asked
        private_folder(self.worker.folder)
        return Shared(asked, self.worker)

    def _connect(self) -> Endpoints:
        if self.stand_in is None:
            return Endpoints.from_environment(self.environment)
        return Endpoints.stand_in(self.stand_in())
