"""Tests in forked workers: each runs once, what became of it is told, no end of a process or a run is overlooked."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from tests import warm
from tests.workers import MOST, WORLDS, Queues, mixed, prepare, wanted

ROOT = Path(__file__).parents[1]
CONFTEST = """
import os
from pathlib import Path
import pytest
from tests import workers

LOG = Path(__file__).parent / "log"

def note(*words):
    with LOG.open("a") as log:
        print(*words, os.getpid(), file=log)

note("loaded")

@pytest.fixture(scope="module")
def place(request):
    note("up", request.node.name)
    yield
    note("down", request.node.name)

def pytest_runtestloop(session):
    workers.run_in(session, 2)
    return True
"""
MODULES = {
    "test_a.py": """
        import os, warnings, pytest
        from conftest import note

        @pytest.mark.parametrize("n", range(6))
        def test_it(n, place, tmp_path):
            note("ran", f"a{n}")
            print("said by", n)
            (tmp_path / "file").touch()
            assert n != 3

        def test_it_warns(place):
            class Own(UserWarning):
                pass
            note("ran", "warns")
            warnings.warn(Own("an odd thing"))

        def test_it_is_skipped():
            pytest.skip("not here")
    """,
    "test_b.py": """
        import os, pytest
        from conftest import note

        def test_before(place):
            note("ran", "before")

        def test_it_ends_the_process(place):
            note("ran", "ends")
            os._exit(7)

        @pytest.mark.parametrize("n", range(6))
        def test_after(n, place):
            note("ran", f"b{n}")
    """,
}
WAITING = """
    import time, pytest
    from conftest import note

    @pytest.mark.parametrize("n", range(4))
    def test_it(n, place):
        note("ran", n)
        time.sleep(60)
"""

FAILING = """
    import time
    from conftest import LOG

    def test_it(place):
        while "ran" not in LOG.read_text():  # another test is under way
            time.sleep(0.01)
        raise OSError
"""


class Project:
    """A project whose tests run in two workers, and what its tests noted."""

    def __init__(self, folder: Path, modules: dict[str, str]) -> None:
        self.folder = folder
        (folder / "conftest.py").write_text(CONFTEST)
        for name, text in modules.items():
            (folder / name).write_text(dedent(text))
        names = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", "PYTEST_ADDOPTS")
        self._given = {name: value for name, value in os.environ.items() if name not in names}
        self._given |= {"PYTHONPATH": str(ROOT), "CONSOLE_STATE": str(folder)}

    def start(self, *options: str) -> subprocess.Popen[str]:
        left_out = [
            f"-pno:{name}" for name in ("console.plugin", "asyncio", "anyio", "hypothesispytest", "syrupy", "xdist")
        ]
        words = ["-m", "pytest", "-rA", *left_out, *options, str(self.folder)]
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env=self._given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def noted(self, what: str) -> list[list[str]]:
        lines = [line.split() for line in (self.folder / "log").read_text().splitlines()]
        return [words[1:] for words in lines if words[0] == what]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str, int]:
    project = Project(tmp_path_factory.mktemp("project"), MODULES)
    process = project.start()
    said, _ = process.communicate(timeout=60)
    return project, said, process.returncode


def test_every_test_runs_once_in_a_worker_and_what_became_of_it_is_told(ran) -> None:
    project, said, code = ran
    assert code == 1
    assert "2 failed, 13 passed, 1 skipped, 1 warning" in said
    tried = sorted(name for name, _ in project.noted("ran"))
    assert tried == sorted([*(f"a{n}" for n in range(6)), "warns", "before", "ends", *(f"b{n}" for n in range(6))])


def test_all_is_loaded_once_and_run_in_several_processes(ran) -> None:
    project, _, _ = ran
    [[loaded]] = project.noted("loaded")
    workers = {pid for _, pid in project.noted("ran")}
    assert loaded not in workers
    assert len(workers) >= 2


def test_a_failure_and_a_warning_are_told_with_what_was_said(ran) -> None:
    _, said, _ = ran
    failure = said[said.index("FAILURES") :]
    assert re.search(r"assert 3 != 3.*said by 3", failure, re.DOTALL)
    assert "an odd thing" in said


def test_a_test_that_ends_its_process_has_failed_and_the_rest_is_done_by_another(ran) -> None:
    project, said, _ = ran
    assert re.search(r"_ test_it_ends_the_process _+\nthe worker gw\d ended while .* \(exit code 7\)", said)
    [ended] = [pid for name, pid in project.noted("ran") if name == "ends"]
    after = {pid for name, pid in project.noted("ran") if name.startswith("b") and name != "before"}
    assert after
    assert ended not in after


def test_what_was_set_up_is_torn_down_in_the_worker_that_did_it(ran) -> None:
    project, _, _ = ran
    [ended] = [pid for name, pid in project.noted("ran") if name == "ends"]
    up, down = project.noted("up"), project.noted("down")
    assert sorted(down) == sorted(one for one in up if one != ["test_b.py", ended])


def test_ctrl_c_ends_the_workers_and_tears_down_what_they_set_up(tmp_path: Path) -> None:
    project = Project(tmp_path, {"test_one.py": WAITING, "test_two.py": WAITING})
    process = project.start()
    deadline = time.monotonic() + 30
    while not (tmp_path / "log").exists() or len(project.noted("ran")) < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert sorted(project.noted("down")) == sorted(project.noted("up"))
    for _, pid in project.noted("ran"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_the_first_failure_ends_a_run_that_wants_no_more(tmp_path: Path) -> None:
    project = Project(tmp_path, {"test_fails.py": FAILING, "test_waits.py": WAITING})
    process = project.start("-x")
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "stopping after 1 failures" in said
    assert sorted(project.noted("down")) == sorted(project.noted("up"))


@pytest.mark.parametrize("seed", range(20))
def test_every_test_is_given_to_one_worker_whoever_is_quick_and_whoever_dies(seed: int) -> None:
    chance = random.Random(seed)
    sizes = [chance.randrange(1, 9) for _ in range(chance.randrange(1, 7))]
    numbers = iter(range(sum(sizes)))
    queues = Queues([[next(numbers) for _ in range(size)] for size in sizes])
    names, given = ["a", "b", "c"], list[int]()
    while names:
        name = chance.choice(names)
        test = queues.next(name)
        if test is None:
            names.remove(name)
        elif chance.random() < 0.05:
            if queues.put_back(name, [test]):
                names.append(f"{name}+")
            names.remove(name)
        else:
            given.append(test)
    assert sorted(given) == list(range(sum(sizes)))


def test_modules_come_from_both_ends() -> None:
    assert list(mixed([[0], [1, 2], [3], [4], [5]])) == [[0], [5], [1, 2], [4], [3]]
    assert list(mixed([])) == []


def test_a_module_stays_with_one_worker_until_others_have_nothing_left() -> None:
    queues = Queues([[0, 1, 2, 3, 4], [5, 6]])
    assert [queues.next("a"), queues.next("b"), queues.next("b")] == [0, 5, 6]
    assert [queues.next("b"), queues.next("b"), queues.next("a"), queues.next("a")] == [3, 4, 1, 2]
    assert queues.next("a") is queues.next("b") is None


def config(source: str = "TESTPATHS", **changed: Any) -> Any:
    """A run with usual options but the `changed` ones."""
    given: dict[str, Any] = dict.fromkeys(("usepdb", "collectonly", "setuponly", "setupshow", "trace"), False)
    given |= {"numprocesses": None, "dist": "no", "update_snapshots": False, "snapshot_update": False}
    return SimpleNamespace(option=SimpleNamespace(**given | changed), args_source=pytest.Config.ArgsSource[source])


def test_only_where_everything_runs_something_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr("tests.warm.begin", begun.append)
    prepare(config("ARGS"))
    prepare(config(numprocesses=0))
    assert begun == []
    prepare(config())
    assert begun == [WORLDS]


def test_what_is_begun_is_done_beside_the_test(tmp_path: Path) -> None:
    done, deadline = tmp_path / "done", time.monotonic() + 30
    warm.begin(f"from tests.tui import worlds; open({str(done)!r}, 'w').write(worlds.healthy.__name__)")
    while not done.exists() or done.read_text() != "healthy":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_who_asks_for_something_else_gets_it() -> None:
    def count(tests: int = 100, **changed: Any) -> int:
        return wanted(SimpleNamespace(config=config(**changed), items=[None] * tests))  # type: ignore[arg-type]

    assert 2 <= count() <= MOST
    assert count(tests=1) == count(tests=0) == 0
    for changed in ({"numprocesses": 0}, {"numprocesses": 3}, {"dist": "load"}):
        assert count(**changed) == 0
    for name in ("usepdb", "collectonly", "setuponly", "setupshow", "trace", "update_snapshots", "snapshot_update"):
        assert count(**{name: True}) == 0
