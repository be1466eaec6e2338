"""Suites as pytest sees them: a file whose tests are its cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.domain.errors import ConsoleError
from console.regression.records import Case, Suite
from console.regression.sessions import Session
from console.text.safe import safe


class Changed(Exception):
    """The answer is not what was accepted. The message is neutralised."""


class SuiteFile(pytest.File):
    """A suite: each of its cases is a test, which `run` runs."""

    def __init__(self, *, session_of: Callable[[], Session], run: Callable[[CaseItem], None], **rest: Any) -> None:
        super().__init__(**rest)
        self._session_of, self._run = session_of, run

    def collect(self) -> Iterator[CaseItem]:
        """The cases, in their order. What is wrong with the file, the registry or the route is one error."""
        try:
            session = self._session_of()
            suite = session.suite(self.path)
            if not session.wanted(suite):
                return
            session.model(session.route(suite.route))
        except ConsoleError as error:
            raise self.CollectError(safe(error)) from None
        for case in suite.cases:
            yield CaseItem.from_parent(self, name=case.id, suite=suite, case=case, run=self._run)


class CaseItem(pytest.Item):
    """One case of a suite. Its tags are keywords, for `-k`."""

    def __init__(self, *, suite: Suite, case: Case, run: Callable[[CaseItem], None], **rest: Any) -> None:
        super().__init__(**rest)
        self.suite, self.case, self._run = suite, case, run
        self.extra_keyword_matches.update(case.tags)

    def runtest(self) -> None:
        """Wait for the answer and judge it."""
        self._run(self)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Words instead of a traceback through code that is not the reader's."""
        if isinstance(excinfo.value, Changed | ConsoleError):
            return str(safe(excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file and the line of the case."""
        return self.path, max(0, self.case.line - 1), f"{self.suite.name}::{self.name}"
