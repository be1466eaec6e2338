"""`llm(prompt) == accepted` in a test of the application's own code: an answer that knows how to be compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, NoReturn

from console.domain.errors import ConsoleError, Usage
from console.domain.record import record
from console.providers.records import Answer, ToolCall
from console.regression.records import Case, Run
from console.regression.sessions import Found, Session, Trial
from console.regression.snapshots import SUFFIX
from console.text.safe import safe_line
from console.triage.records import Requirements

_DEMANDS = frozenset(one.name for one in fields(Requirements))
_FOLDER = "__snapshots__"
_SHOWN = 80
_LONGEST = 100


@record
class Asking:
    """The test that asks: its id and name, its file, and what its `llm` marker says."""

    test: str
    name: str
    file: Path
    prompts: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def route(self) -> str:
        """The route that the marker names, or ""."""
        return str(self.options.get("route", ""))

    def snapshot(self, number: int) -> Path:
        """Where the accepted answers of the test's use `number` (from 1) of `accepted` are: beside the test's file."""
        suffix = "" if number == 1 else f".{number}"
        return self.file.parent / _FOLDER / self.file.stem / f"{_file_name(self.test)}{suffix}{SUFFIX}"

    def case(self, prompt: str, given: Mapping[str, Any]) -> tuple[str, Case]:
        """The case of `prompt`, and a key that is the same for the marker and for the call that it announces."""
        said = {**self.options, **given}
        said.pop("route", None)
        system = str(said.pop("system", ""))
        demands = {name: _demand(name, said.pop(name)) for name in sorted(_DEMANDS & said.keys())}
        messages = ({"role": "user", "content": prompt},)
        case = Case(self.file.stem, self.name, messages, system, said, Requirements(**demands))
        return f"{self.test}\0{prompt}\0{system}\0{sorted((name, repr(value)) for name, value in said.items())}", case


class Accepted:
    """The accepted answers of a test, on the disk. Each comparison in the test has its own."""

    def __init__(self) -> None:
        self.uses = 0

    def __repr__(self) -> str:
        return "accepted"


class Answered:
    """What a model answered. `==` compares it with an accepted text, or with `accepted`, through the triage.

    Equal means: the same or acceptable, and nothing that was demanded is missing.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, trial: Trial, runs: tuple[Run, ...], compare: Callable[[Answered, str | Accepted], bool]
    ) -> None:
        self.trial = trial
        self.runs = runs
        self.found: Found | None = None
        """What the last comparison found."""
        self._compare = compare

    @property
    def answer(self) -> Answer:
        """The answer with what it took: latency, tokens, cost."""
        return self.runs[0].answer

    @property
    def text(self) -> str:
        """The answer's text, as it came."""
        return self.answer.text

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The functions that the model wants called."""
        return self.answer.tool_calls

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        return self._compare(self, other) if isinstance(other, str | Accepted) else NotImplemented

    def __contains__(self, part: str) -> bool:
        return part in self.text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{safe_line(self.answer.model)}: {safe_line(self.text, _SHOWN)!r}>"


class Llm:
    """The fixture `llm`. `settle` is told what a comparison found and says whether it counts as equal.

    `stop` ends the test with an error's message: a traceback through the console helps nobody.
    """

    def __init__(
        self,
        session_of: Callable[[], Session],
        asking: Asking,
        settle: Callable[[Found], bool],
        stop: Callable[[ConsoleError], NoReturn],
    ) -> None:
        self._session_of = session_of
        self._asking = asking
        self._settle = settle
        self._stop = stop
        self._asked: Counter[str] = Counter()

    @property
    def model(self) -> str:
        """The id of the model under test, for the application's own call."""
        __tracebackhide__ = True
        with self._stopping():
            session = self._session_of()
            return session.model(session.route(self._asking.route))

    def __call__(self, prompt: str | None = None, **given: Any) -> Answered:
        """Ask `prompt`, or that of the test's marker, as the route would. Ends the test where no answer comes.

        `system`, `must_include`, `must_not_include`, `schema`, `max_words` and `reference` are those of a suite's
        case; everything else are parameters of the call.
        """
        __tracebackhide__ = True
        with self._stopping():
            trial = self._trial(self._prompt(prompt), given)
            runs = self._session_of().runs(trial)
            if any(run.answer.failure is not None for run in runs):
                self._settle(self._session_of().against(trial, runs, ""))
            return Answered(trial, runs, self._compared)

    def given(self, text: str, prompt: str = "", **demands: Any) -> Answered:
        """An answer that the application's own code got from `llm.model`, to be compared."""
        __tracebackhide__ = True
        with self._stopping():
            trial = self._trial(prompt, demands)
        return Answered(trial, (Run(Answer(trial.model, trial.model, text, "ok")),), self._compared)

    def _prompt(self, prompt: str | None) -> str:
        if prompt is not None:
            return prompt
        if len(self._asking.prompts) != 1:
            raise Usage("llm() needs a prompt", 'Say llm("…"), or mark the test with @pytest.mark.llm("…").')
        return self._asking.prompts[0]

    def _trial(self, prompt: str, given: Mapping[str, Any]) -> Trial:
        key, case = self._asking.case(prompt, given)
        self._asked[key] += 1
        return self._session_of().trial(self._asking.test, key, case, self._asking.route, first=self._asked[key])

    def _compared(self, answered: Answered, other: str | Accepted) -> bool:
        __tracebackhide__ = True
        with self._stopping():
            if isinstance(other, Accepted):
                other.uses += 1
                trial = replace(answered.trial, snapshot=self._asking.snapshot(other.uses))
                answered.found = self._session_of().found(trial, answered.runs)
            else:
                answered.found = self._session_of().against(answered.trial, answered.runs, other)
            return self._settle(answered.found)

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        __tracebackhide__ = True
        try:
            yield
        except ConsoleError as error:
            self._stop(error)


def asked_ahead(session: Session, asking: Asking) -> Iterator[Trial]:
    """The questions that the marker of a test announces. What is wrong with them, the test itself will say."""
    with suppress(ConsoleError):
        for prompt in asking.prompts:
            key, case = asking.case(prompt, {})
            yield session.trial(asking.test, key, case, asking.route)


def _file_name(test: str) -> str:
    """`TestRefund.test_a-x` for `tests/test_a.py::TestRefund::test_a[x]`: readable, and never that of another test.

    What a file's name may not show as it is, on some disk, is told apart by a few characters of a hash.
    """
    within = test.partition("::")[2] or test
    function, bracket, parameters = within.replace("::", ".").partition("[")
    wished = function + (f"-{parameters.removesuffix(']')}" if bracket else "")
    name = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in wished)[:_LONGEST]
    if name == wished and parameters == parameters.lower():
        return name
    return f"{name}-{hashlib.sha256(within.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _demand(name: str, value: Any) -> Any:
    if name not in ("must_include", "must_not_include"):
        return value
    return (value,) if isinstance(value, str) else tuple(value)
