"""pytest hooks only: options, suites as tests, the fixtures `llm` and `accepted`, the summary by cluster.

pytest loads this module in every project of an environment that holds the package, also in those that never use it.
So nothing but pytest and the standard library is imported here before a suite or a fixture asks for more, no option
takes a name that the project or another plugin has, and no file is claimed that is not a suite.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from console.domain.errors import ConsoleError
    from console.guard.alerts.records import Target
    from console.regression.answering import Answers
    from console.regression.asserting import Accepted, Asking, Llm
    from console.regression.collecting import CaseItem, SuiteFile
    from console.regression.sessions import Found, Session, Trial
    from console.regression.standing_in import StandIn
    from console.regression.telling import Told

SUFFIX = "llmsnap"
_GROUP = "model answers"
_UPDATE = "--snapshot-update"
_PLACES = pytest.StashKey[dict[str, str]]()
"""Where each option's value is: its name in underscores -> its dest."""
_TESTING = pytest.StashKey["Testing"]()
_TOLD = pytest.StashKey[list["Told"]]()
_ASSERTING, _COLLECTING = "console.regression.asserting", "console.regression.collecting"
_STAND_IN = "model_console_stand_in"
_UNMEASURED = "not measured"
_EXIT_UNMEASURED = 4

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--model",
        {"metavar": "ID", "help": "The model that answers. [LLM_MODEL; default: the route's production model]"},
    ),
    (
        "--route",
        {"metavar": "NAME", "help": "Run the suites of this route only; llm asks as it does. [default: the only one]"},
    ),
    (
        _UPDATE,
        {"action": "store_true", "default": False, "help": "Accept the answers: write them as the snapshots."},
    ),
    (
        "--snapshot-warn-on-failure",
        {"action": "store_true", "default": False, "help": "Report answers that changed, but let their tests pass."},
    ),
    (
        "--report-to",
        {"action": "append", "metavar": "TARGET", "default": [], "help": "Send the result there: slack, webhook, …"},
    ),
    (
        "--replay",
        {"action": "store_true", "default": False, "help": "No network: answers of earlier runs, else snapshots."},
    ),
    (
        "--stand-in",
        {"action": "store_true", "default": False, "help": "Ask a local stand-in: no key, no cost, invented answers."},
    ),
    (
        "--llm-concurrency",
        {"type": int, "default": 20, "metavar": "N", "help": "Questions under way at once. [default: 20]"},
    ),
)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Declare the options last of all: a name that a plugin or the project's conftest.py has, stays theirs."""
    _are_no_paths(early_config, args)
    yield
    early_config.stash[_PLACES] = _declare(parser)


def _are_no_paths(config: pytest.Config, args: list[str]) -> None:
    """`--model ID` is not declared yet, so pytest took ID for a file, and would look for conftest.py there."""
    paths = getattr(config.known_args_namespace, "file_or_dir", [])
    valued = {name for name, attributes in _OPTIONS if "action" not in attributes or attributes["action"] == "append"}
    for word, value in pairwise(args):
        if word in valued and value in paths:
            paths.remove(value)


def _declare(parser: pytest.Parser) -> dict[str, str]:
    taken = {
        name: option.dest
        for group in (getattr(parser, "_anonymous", None), *getattr(parser, "_groups", ()))
        for option in getattr(group, "options", ())
        for name in option.names()
    }
    group = parser.getgroup("model-console", _GROUP)
    places: dict[str, str] = {}
    for name, attributes in _OPTIONS:
        word = name.strip("-").replace("-", "_")
        if name == _UPDATE:
            places[word] = taken.get(name, "update_snapshots")
            if name in taken:  # syrupy's, or another snapshot plugin's: it means the same
                continue
            group.addoption(name, dest=places[word], **attributes)
            continue
        places[word] = f"model_console_{word}"
        group.addoption(name if name not in taken else f"--llm-{name.strip('-')}", dest=places[word], **attributes)
    return places


def pytest_configure(config: pytest.Config) -> None:
    """Begin; and keep syrupy's `--snapshot-update` from deleting what it takes for its own leftovers."""
    config.addinivalue_line("markers", "llm(*prompts, route=…, system=…, **params): asked before the tests, for `llm`.")
    if hasattr(config.option, "ignore_file_extensions"):
        ignored = config.option.ignore_file_extensions or []
        if SUFFIX not in ignored:
            config.option.ignore_file_extensions = [*ignored, SUFFIX]
    config.stash[_TESTING] = Testing(config)
    config.stash[_TESTING].check()
    config.pluginmanager.register(config.stash[_TESTING], "model-console testing")


class NotMeasured(pytest.skip.Exception):  # type: ignore[name-defined, misc]
    """The model gave no answer: the test neither passed nor failed."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    """A TOML file that is a suite: named on the command line, or in a folder of suites or tests."""
    if file_path.suffix != ".toml":
        return None
    from console.regression.recognising import is_suite

    if not is_suite(file_path, parent.config.rootpath, named=parent.session.isinitpath(file_path)):
        return None
    from console.regression.collecting import SuiteFile

    testing = parent.config.stash[_TESTING]
    return SuiteFile.from_parent(parent, path=file_path, session_of=lambda: testing.session, run=testing.run_case)


class Testing:
    """The hooks of one test run, and what they share. Nothing is loaded before a suite or a fixture needs it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.told: list[Told] = []
        """What became of every case, in the process that reports."""
        self._began = time.monotonic()
        self._trials: dict[str, Trial] = {}
        self._stand_in: StandIn | None = None
        self._answers: Answers | None = None
        self._uid = ""
        self._targets: tuple[Target, ...] = ()

    def check(self) -> None:
        """Refuse what could not be done at the end, before anything is paid for. Raises pytest.UsageError."""
        if self.option("report_to"):
            from console.domain.errors import Usage
            from console.view.session_alert import targets_of

            try:
                self._targets = targets_of(self.option("report_to"), os.environ)
            except Usage as error:
                raise pytest.UsageError(str(error)) from None

    def option(self, name: str) -> Any:
        """The value of the option `name`, wherever it is."""
        return getattr(self.config.option, self.config.stash[_PLACES][name], None)

    @property
    def worker(self) -> dict[str, Any] | None:
        """What pytest-xdist gave this process, or None where it is the only one or the one that reports."""
        return getattr(self.config, "workerinput", None)

    @cached_property
    def session(self) -> Session:
        """The session; nothing is asked before it is needed."""
        from console.regression.sessions import Options, Session, home_of

        update, replay = bool(self.option("snapshot_update")), bool(self.option("replay"))
        stand_in = bool(self.option("stand_in"))
        options = Options(self.option("model"), self.option("route"), update, replay, stand_in)
        home = home_of(self.config.invocation_params.dir, self.config.rootpath)
        return Session(options, home, os.environ, self._make_answers)

    def _make_answers(self) -> Answers:
        from console.regression.exchanging import Worker
        from console.regression.sourcing import Source

        worker, given = None, self.worker
        if given is not None:
            number = int(given["workerid"].removeprefix("gw"))
            worker = Worker(number, int(given["workercount"]), _exchange(given["testrunuid"]))
        self._answers = Source(
            self.config.rootpath,
            os.environ,
            self.option("llm_concurrency"),
            replay=bool(self.option("replay")),
            stand_in=self._stand_in_url if self.option("stand_in") else None,
            worker=worker,
        ).answers()
        return self._answers

    def _stand_in_url(self) -> str:
        """The stand-in of this run, started when it is first needed."""
        if self.worker is not None:
            return str(self.worker[_STAND_IN])
        if self._stand_in is None:
            from console.regression.standing_in import StandIn

            self._stand_in = StandIn()
        return self._stand_in.url

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """All processes of pytest-xdist ask one stand-in, and leave answers for each other in one folder."""
        self._uid = node.workerinput["testrunuid"]
        if self.option("stand_in"):
            node.workerinput[_STAND_IN] = self._stand_in_url()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Send the questions of every test that was selected, before the first of them runs."""
        option = self.config.option
        if not (option.collectonly or getattr(option, "setuponly", False) or getattr(option, "setupplan", False)):
            trials = list(self._ahead(session.items))
            if trials:
                self.session.send(trials)

    def _ahead(self, items: Sequence[pytest.Item]) -> Iterator[Trial]:
        collecting = sys.modules.get(_COLLECTING)
        kind = () if collecting is None else collecting.CaseItem
        for item in items:
            if isinstance(item, kind):
                yield self._trial(item)
            elif "llm" in getattr(item, "fixturenames", ()) and item.get_closest_marker("llm"):
                from console.regression.asserting import asked_ahead

                yield from asked_ahead(self.session, _asking(item))

    def _trial(self, item: CaseItem) -> Trial:
        if item.nodeid not in self._trials:
            self._trials[item.nodeid] = self.session.trial_of(item.nodeid, item.suite, item.case)
        return self._trials[item.nodeid]

    def run_case(self, item: CaseItem) -> None:
        """Judge the answer to a case. Raises NotMeasured or Changed."""
        from console.regression.collecting import Changed

        found = self.session.found(self._trial(item))
        if not self._settled(item, found):
            raise Changed("\n".join(self._explained(found)))

    def _explained(self, found: Found) -> list[str]:
        from console.regression.telling import acceptance, explanation

        file, colons, name = found.trial.test.partition("::")
        here = os.path.relpath(self.config.rootpath / file, self.config.invocation_params.dir)
        return explanation(found, acceptance(found.trial, self.session.options, here + colons + name))

    def llm(self, item: pytest.Item) -> Llm:
        """The fixture `llm` of the test `item`."""
        from console.regression.asserting import Llm

        return Llm(lambda: self.session, _asking(item), lambda found: self._settled(item, found), _stop)

    def _settled(self, item: pytest.Item, found: Found) -> bool:
        """Note what was found, accept it where that was asked, and say whether the test may pass."""
        from console.regression.telling import Told

        good = found.result.status in ("same", "acceptable")
        accepted = self.session.options.update and self.session.accept(found)
        warned = not good and not accepted and bool(self.option("snapshot_warn_on_failure"))
        told = Told.of(found, accepted=accepted, warned=warned)
        item.stash.setdefault(_TOLD, []).append(told)
        if told.verdict == _UNMEASURED:
            raise NotMeasured(f"{_UNMEASURED}: {told.said}")
        return good or accepted or warned

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> list[str] | None:
        """Why an answer does not count as the accepted one."""
        if op != "==" or _ASSERTING not in sys.modules:
            return None
        from console.regression.asserting import Answered

        found = next((side.found for side in (left, right) if isinstance(side, Answered)), None)
        if found is None:
            return None
        return ["the answer is not the accepted one", *self._explained(found)]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
        """Let the report carry what was found: it may cross to another process."""
        outcome = yield
        told = item.stash.get(_TOLD, None)
        if told and call.when == "call":
            outcome.get_result().model_console = [one.plain() for one in told]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a report carries."""
        carried = getattr(report, "model_console", None)
        if carried and self.worker is None:
            from console.regression.telling import Told

            self.told += [Told(**plain) for plain in carried]

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """`not measured` is neither passed nor failed, and what was let pass is not simply passed."""
        carried = getattr(report, "model_console", None)
        if carried and report.skipped and any(one["verdict"] == _UNMEASURED for one in carried):
            return _UNMEASURED, "n", _UNMEASURED.upper()
        if carried and report.passed and any(one["warned"] for one in carried):
            return "changed", "w", "CHANGED"
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """End what is under way, and say so where too much went unmeasured."""
        if self._answers is not None:
            stopped = bool(session.shouldstop) or exitstatus not in (0, 1, 5)
            self._answers.close(finish=not (stopped or session.shouldfail), complete=not stopped)
        if self.worker is None and self.told and exitstatus in (0, 5):
            from console.regression.records import MOST_UNMEASURED

            if sum(one.verdict == _UNMEASURED for one in self.told) > MOST_UNMEASURED * len(self.told):
                session.exitstatus = _EXIT_UNMEASURED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The cases by cluster."""
        if not self.told:
            return
        from console.regression.telling import summary

        terminalreporter.write_sep("-", _GROUP)
        resumed = 0 if self._answers is None else self._answers.resumed
        for line in summary(self.told, time.monotonic() - self._began, resumed):
            terminalreporter.write_line(line)
        if self._targets:
            from console.text.clock import utc_now
            from console.view.session_alert import session_alert, tell

            for line in tell(self._targets, session_alert(self.told, utc_now()), self.session.registry_path):
                terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """Leave no process and no folder behind."""
        if self._stand_in is not None:
            self._stand_in.close()
        if self._uid:
            shutil.rmtree(_exchange(self._uid), ignore_errors=True)


def _exchange(session: str) -> Path:
    """Where the processes of a session leave answers for each other: a name that nobody else can guess."""
    return Path(tempfile.gettempdir()) / f"model-console-{session}"


def _stop(error: ConsoleError) -> NoReturn:
    from console.text.safe import safe

    pytest.fail(str(safe(error)), pytrace=False)


def _asking(item: pytest.Item) -> Asking:
    """What the test `item` says about its questions."""
    from console.regression.asserting import Asking

    marker = item.get_closest_marker("llm")
    prompts, options = (marker.args, marker.kwargs) if marker else ((), {})
    return Asking(item.nodeid, item.name, item.path, tuple(map(str, prompts)), options)


@pytest.fixture
def llm(request: pytest.FixtureRequest) -> Llm:
    """Asks the model of this session: `assert llm("…") == accepted`, or `== "an accepted answer"`."""
    return request.config.stash[_TESTING].llm(request.node)


@pytest.fixture
def accepted() -> Accepted:
    """The accepted answers of this test, in `__snapshots__` beside it; `--snapshot-update` writes them."""
    from console.regression.asserting import Accepted

    return Accepted()
