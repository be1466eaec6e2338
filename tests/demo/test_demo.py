"""The demo as a whole: real processes, real router, real log, real SDKs; and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from console.catalog.own import state_folder
from console.cli.main import main
from console.cli.settings import Settings
from console.demo.start import FOLDER, Demo
from console.domain.errors import Usage

pytestmark = pytest.mark.usefixtures("forked_children")
ROOT = Path(__file__).resolve().parents[2]
ENDING = (signal.SIGTERM, signal.SIGHUP)
HELD = """
import json, sys, time
from console.demo import world
from console.demo.start import Demo
world.HISTORY_DAYS = 0.02
try:
    with Demo(scale=0.0) as demo:
        print(json.dumps([str(demo.folder), demo.users_pid, demo.stand_in_pid]), flush=True)
        {then}
finally:
    print("unwound", flush=True)
"""


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def short_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.demo.world.HISTORY_DAYS", 0.02)


def test_a_named_folder_stays_and_one_that_holds_something_is_refused(tmp_path: Path, short_past: None) -> None:
    folder = tmp_path / "new" / "world"
    with Demo(scale=0.0, folder=folder) as demo:
        assert demo.registry == folder / "registry.toml"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in before} >= {"registry.toml", "requests.db", "app.py", "support.toml"}
    with pytest.raises(Usage, match="holds something already"), Demo(scale=0.0, folder=folder):
        raise AssertionError("it was entered")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_the_console_remembers_goes_with_a_temporary_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, short_past: None
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "theme").write_text("console-light\n")
    monkeypatch.setenv("CONSOLE_STATE", str(own))
    used: list[Path] = []

    def look_around(settings: Settings, **_: object) -> int:
        used.append(state_folder())
        assert used[0].parent == settings.registry_path.parent
        assert (used[0] / "theme").read_text() == "console-light\n"
        (used[0] / "comparisons").mkdir()
        return 0

    monkeypatch.setattr("console.cli.verbs.demo.open_console", look_around)
    assert main(["demo"]) == 0
    assert not used[0].exists()
    assert [path.name for path in own.iterdir()] == ["theme"]
    assert state_folder() == own


def check_and_fail(demo: Demo) -> None:
    with demo:
        assert demo.registry.parent == demo.folder
        assert demo.log.exists()
        assert running(demo.users_pid)
        assert running(demo.stand_in_pid)
        assert demo.folder.stat().st_mode & 0o077 == 0
        assert [signal.getsignal(number) for number in ENDING] == [demo._ended, demo._ended]
        raise KeyError


def test_everything_is_gone_after_a_failure_and_signals_are_given_back(short_past: None) -> None:
    demo, before = Demo(scale=0.0), [signal.getsignal(number) for number in ENDING]
    with pytest.raises(KeyError):
        check_and_fail(demo)
    assert not demo.folder.exists()
    assert not running(demo.users_pid)
    assert not running(demo.stand_in_pid)
    assert [signal.getsignal(number) for number in ENDING] == before
    demo.close()


def held(then: str) -> tuple[subprocess.Popen[str], Path, list[int]]:
    """A process that holds a demo open and does `then` inside; the demo's folder and pids."""
    started = subprocess.Popen(
        [sys.executable, "-c", HELD.format(then=then)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert started.stdout is not None
    folder, *pids = json.loads(started.stdout.readline())
    return started, Path(folder), pids


def test_a_signal_ends_the_demo_cleanly() -> None:
    started, folder, pids = held("time.sleep(60)")
    assert folder.exists()
    started.send_signal(signal.SIGHUP)
    said, _ = started.communicate(timeout=10)
    assert started.returncode == 128 + signal.SIGHUP
    assert "unwound" in said
    assert not folder.exists()
    assert not any(map(running, pids))


@pytest.fixture
def own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder for temporary ones in which no other test's demo sweeps."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_what_a_killed_demo_left_is_swept_by_the_next(
    short_past: None, own_place: None, eventually: Callable[..., None]
) -> None:
    started, folder, pids = held("time.sleep(60)")
    started.kill()
    started.wait(5)
    eventually(lambda: not any(map(running, pids)))
    assert folder.exists()
    other = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
    try:
        with Demo(scale=0.0):
            assert not folder.exists()
            assert other.exists(), "the folder of a living process was taken away"
    finally:
        other.rmdir()


def test_a_world_that_cannot_be_made_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("console.demo.world.EXAMPLE", tmp_path / "missing.toml")
    with pytest.raises(FileNotFoundError), Demo(scale=0.0):
        pytest.fail("it was made")
    assert list(tmp_path.iterdir()) == []


def test_users_refuse_a_senseless_rate() -> None:
    words = ["--registry", "r", "--log", "l", "--stand-in", "http://127.0.0.1:1", "--rate", "0"]
    ended = subprocess.run(
        [sys.executable, "-m", "console.demo.users", *words], capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 2
    assert "--rate" in ended.stderr
