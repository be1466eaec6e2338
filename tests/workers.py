"""The tests of a run in several processes, forked when all is loaded and collected: nothing of that is done twice.

Processes of pytest-xdist each import and collect everything: seven seconds of the processor, four times. To plugins a
worker looks like one of pytest-xdist: the same names in the environment and on the configuration. Who says `-n`, or
wants a debugger or new snapshots, gets what pytest makes of that.
"""

from __future__ import annotations

import gc
import itertools
import os
import pickle
import signal
import sys
import time
import traceback
import uuid
import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from tests import later

MOST = 8
WORLDS = """
from pathlib import Path
from tempfile import TemporaryDirectory
from tests.tui import worlds

for make in (worlds.healthy, worlds.regression):
    with TemporaryDirectory() as folder:
        make(Path(folder))
"""
"""Makes those that are made once for all tests; whoever needs one meanwhile waits for it."""
ON_THE_WAY = 3
"""Tests a worker knows of: the one that runs, the next, which says what of the first is torn down, and one more."""
PATIENCE_S = 20.0
GRACE_S = 0.3


def are_wanted(config: pytest.Config) -> bool:
    """Whether there are to be any: not where somebody looks into a run, or distributes it otherwise."""
    option = config.option
    alone = option.usepdb or option.collectonly or option.setuponly or option.setupshow or option.trace
    given = getattr(option, "numprocesses", None) is not None or getattr(option, "dist", "no") != "no"
    updating = getattr(option, "update_snapshots", False) or getattr(option, "snapshot_update", False)
    return hasattr(os, "fork") and not (alone or given or updating or hasattr(config, "workerinput"))


def wanted(session: pytest.Session) -> int:
    """How many workers there are to be; 0 where this process runs the tests itself."""
    # Tests wait for processes, screens and timers: three for each processor keep it busy.
    count = min(3 * (os.cpu_count() or 1), MOST, len(session.items))
    return count if count > 1 and are_wanted(session.config) else 0


def prepare(config: pytest.Config) -> None:
    """While the tests are collected, another process prepares what the whole of them needs."""
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and are_wanted(config):
        from tests import warm

        warm.begin(WORLDS)


def mixed(modules: Sequence[list[int]]) -> Iterator[list[int]]:
    """The first and the last in turn: those that wait lie together, and so do those that calculate."""
    left = deque(modules)
    while left:
        yield left.popleft()
        if left:
            yield left.pop()


class Queues:
    """Which test is next where: module by module, at the end from whoever has most before them."""

    def __init__(self, modules: Sequence[Sequence[int]]) -> None:
        self._modules = deque(deque(module) for module in modules)
        self._own: dict[str, deque[int]] = {}

    def next(self, name: str) -> int | None:
        """The next test of the worker `name`; None where nothing is left."""
        own = self._own.setdefault(name, deque())
        if not own and self._modules:
            own.extend(self._modules.popleft())
        elif not own:
            most = max(self._own.values(), key=len)
            taken = [most.pop() for _ in range((len(most) + 1) // 2)]
            own.extend(reversed(taken))
        return own.popleft() if own else None

    def put_back(self, name: str, tests: Sequence[int]) -> bool:
        """Let others do what the worker `name` was to do, and `tests` before; whether that is anything."""
        left = [*tests, *self._own.pop(name, ())]
        if left:
            self._modules.appendleft(deque(left))
        return bool(left)


class Worker:
    """A forked process as the one that forked it sees it."""

    def __init__(self, session: pytest.Session, name: str, others: Sequence[Worker], run: dict[str, Any]) -> None:
        self.config = session.config
        self.gateway = SimpleNamespace(id=name)
        self.workeroutput: dict[str, Any] = {}
        self.on_the_way: deque[int] = deque()
        self.told_all = False
        self.channel, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for other in (self, *others):
                other.channel.close()
            _work(session, theirs, run | {"workerid": name})
        theirs.close()

    def give(self, test: int | None) -> None:
        """Tell it which test is next, or that there is none."""
        self.told_all = test is None
        if test is not None:
            self.on_the_way.append(test)
        with suppress(OSError):  # it has ended; its end is read where its reports are
            self.channel.send(test)

    def end(self, number: signal.Signals | None = None) -> int:
        """Wait for its end, after sending it the signal `number`; returns its exit code."""
        if number is not None:
            os.kill(self.pid, number)
        self.channel.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Run:
    """The tests of a session, given to workers until all are done."""

    def __init__(self, session: pytest.Session, count: int) -> None:
        self._session, self._config = session, session.config
        modules = itertools.groupby(range(len(session.items)), lambda index: session.items[index].path)
        self._queues = Queues(list(mixed([list(tests) for _, tests in modules])))
        self._run = {"workercount": count, "testrunuid": uuid.uuid4().hex, "mainargv": sys.argv}
        self._names = (f"gw{number}" for number in itertools.count())
        self._workers: list[Worker] = []
        self._count = count

    def all(self) -> None:
        """Run them. Raises what a session raises that ends early."""
        try:
            for _ in range(self._count):
                self._start()
            while self._workers:
                for channel in wait([worker.channel for worker in self._workers]):
                    self._hear(next(worker for worker in self._workers if worker.channel is channel))
                    if self._session.shouldfail:
                        raise self._session.Failed(self._session.shouldfail)
                    if self._session.shouldstop:
                        raise self._session.Interrupted(self._session.shouldstop)
        finally:
            self._leave()

    def _start(self) -> None:
        worker = Worker(self._session, next(self._names), self._workers, self._run)
        self._workers.append(worker)
        for _ in range(ON_THE_WAY):
            self._give(worker)

    def _give(self, worker: Worker) -> None:
        if not worker.told_all:
            worker.give(self._queues.next(worker.gateway.id))

    def _hear(self, worker: Worker) -> None:
        try:
            kind, said = worker.channel.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        if kind == "done":
            for data in said:
                report = self._config.hook.pytest_report_from_serializable(config=self._config, data=data)
                self._config.hook.pytest_runtest_logreport(report=report)
            self._finished(worker.on_the_way.popleft())
            self._give(worker)
        elif kind == "warning":
            self._config.hook.pytest_warning_recorded.call_historic(kwargs=said)
        elif kind == "end":
            worker.workeroutput = said
            self._over(worker)

    def _finished(self, test: int) -> None:
        item = self._session.items[test]
        self._config.hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _over(self, worker: Worker, error: str | None = None) -> None:
        self._workers.remove(worker)
        worker.end()
        down = getattr(self._config.hook, "pytest_testnodedown", None)  # of pytest-xdist
        if down is not None:
            down(node=worker, error=error)

    def _died(self, worker: Worker) -> None:
        """A test ended the process it ran in: that test failed, another worker does the rest."""
        self._workers.remove(worker)
        how = worker.end()
        if worker.on_the_way:
            test = worker.on_the_way.popleft()
            item = self._session.items[test]
            said = f"the worker {worker.gateway.id} ended while it ran this test (exit code {how})"
            report = pytest.TestReport(item.nodeid, item.location, {}, "failed", said, "call")
            self._config.hook.pytest_runtest_logreport(report=report)
            self._finished(test)
        if self._queues.put_back(worker.gateway.id, list(worker.on_the_way)):
            self._start()

    def _leave(self) -> None:
        """End the workers of a run that ends early, each after tearing down what it has set up."""
        # Whoever pressed ctrl+c told them too; a second time might reach them before they ignore it.
        for worker in [one for one in self._workers if not _closed_within(one.channel, GRACE_S)]:
            with suppress(OSError):
                os.kill(worker.pid, signal.SIGINT)
        for worker in self._workers:
            late = not _closed_within(worker.channel, PATIENCE_S)
            worker.end(signal.SIGKILL if late else None)


def _closed_within(channel: Connection, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    with suppress(EOFError, OSError):
        while channel.poll(max(0.0, deadline - time.monotonic())):
            channel.recv()
        return False
    return True


class Told:
    """The plugin of a worker that tells its reports and warnings to the process that forked it."""

    def __init__(self, config: pytest.Config, channel: Connection) -> None:
        self._config, self._channel = config, channel
        self._reports: list[dict[str, Any]] = []
        self._all = bool(config.option.durations or getattr(config.option, "xmlpath", None))

    def done(self) -> None:
        """Tell how a test went, once."""
        self._channel.send(("done", self._reports))
        self._reports = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # That nothing happened before and after a test interests those only who count its seconds.
        if self._all or report.when == "call" or not report.passed or report.sections:
            data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
            self._reports.append(data)

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: Any
    ) -> None:
        given = {"message": warning_message.message, "category": warning_message.category}
        try:
            pickle.loads(pickle.dumps(given))
        except Exception:  # whatever somebody's warning has in it
            given = {"message": Warning(str(warning_message.message)), "category": Warning}
        told = warnings.WarningMessage(**given, filename=warning_message.filename, lineno=warning_message.lineno)
        said = {"warning_message": told, "when": when, "nodeid": nodeid, "location": location}
        self._channel.send(("warning", said))


def _work(session: pytest.Session, channel: Connection, run: dict[str, Any]) -> NoReturn:
    """Be a worker until there is no more test."""
    code = 1
    try:
        _become(session.config, run)
        told = Told(session.config, channel)
        session.config.pluginmanager.register(told, "told")
        try:
            for test, following in _tests(channel):
                nextitem = None if following is None else session.items[following]
                item = session.items[test]
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
                told.done()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            session.config.hook.pytest_sessionfinish(session=session, exitstatus=int(session.testsfailed > 0))
        channel.send(("end", session.config.workeroutput))  # type: ignore[attr-defined]
        code = 0
    except (KeyboardInterrupt, EOFError, BrokenPipeError):
        code = 2
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tests(channel: Connection) -> Iterator[tuple[int, int | None]]:
    """Each test with the one after it."""
    test = channel.recv()
    while test is not None:
        following = channel.recv()
        yield test, following
        test = following


def _become(config: Any, run: dict[str, Any]) -> None:
    """What is of one process: what it captures, where it says things, its folders, its name."""
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    config.pluginmanager.unregister(name="terminalreporter")
    name = run["workerid"]
    config.option.basetemp = str(config._tmp_path_factory.getbasetemp() / f"popen-{name}")
    config._tmp_path_factory = type(config._tmp_path_factory).from_config(config, _ispytest=True)
    config.workerinput, config.workeroutput = run, {}
    os.environ["PYTEST_XDIST_WORKER"], os.environ["PYTEST_XDIST_WORKER_COUNT"] = name, str(run["workercount"])
    os.environ["PYTEST_XDIST_TESTRUNUID"] = run["testrunuid"]
    state = Path(os.environ["CONSOLE_STATE"]) / name
    state.mkdir()
    os.environ["CONSOLE_STATE"] = str(state)


def run_in(session: pytest.Session, count: int) -> None:
    """Run the tests of a session in `count` workers, loading before they are forked what most of them would load."""
    session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # the one folder of theirs
    if "tests.warm" in sys.modules:
        sys.modules["tests.warm"].start()
    if "console.providers.adapters" in sys.modules:
        sys.modules["console.providers.adapters"].warm().join()  # the SDKs, and what they load with a first answer
        if "anthropic" in sys.modules:
            later.read_certificates_once()
    gc.collect()
    gc.freeze()
    Run(session, count).all()
