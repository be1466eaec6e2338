"""The demo as a whole: real processes, real router, real log, real SDKs; and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.demo.start import FOLDER, Demo
from console.demo.world import CANARY
from console.domain.errors import Usage

ROOT = Path(__file__).resolve().parents[2]
OLD = "claude-sonnet-4-5-20250929"
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


class Live:
    """Counts of live requests, read from the log as a stranger would."""

    def __init__(self, demo: Demo) -> None:
        self._log = sqlite3.connect(f"file:{demo.log}?mode=ro", uri=True)
        self._log.execute("pragma busy_timeout = 3000")
        (self._before,) = self._log.execute("select max(n) from requests").fetchone()

    def count(self, condition: str = "1") -> int:
        (count,) = self._log.execute(
            f"select count(*) from requests where n > ? and ({condition})", [self._before]
        ).fetchone()
        return int(count)


@pytest.fixture
def short_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.demo.world.HISTORY_DAYS", 0.02)


@pytest.fixture(scope="module")
def fenced() -> Iterator[Demo]:
    """A demo at high speed whose scenario begins at once."""
    with Demo("fences", after_s=0.0, rate=25.0, scale=0.02) as demo:
        yield demo


def test_live_requests_arrive_in_the_log_on_both_routes(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    for model in (OLD, "gpt-4.1-mini-2025-04-14"):
        eventually(lambda model=model: fenced.control.counts().get(f"{model} ok", 0) > 5)
    eventually(lambda: live.count() > 12)


def test_a_named_folder_stays_and_one_that_holds_something_is_refused(tmp_path: Path, short_past: None) -> None:
    folder = tmp_path / "new" / "world"
    with Demo(scale=0.0, folder=folder) as demo:
        assert demo.registry == folder / "registry.toml"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in before} >= {"registry.toml", "requests.db", "app.py", "support.toml"}
    with pytest.raises(Usage, match="holds something already"), Demo(scale=0.0, folder=folder):
        raise AssertionError("it was entered")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_rows_carry_what_answers_say(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    eventually(lambda: live.count("outcome = 'ok'") > 10)
    complete = "latency_ms > 0 and ttft_ms > 0 and input_tokens > 0 and output_tokens > 0"
    assert live.count(f"outcome = 'ok' and not ({complete} and user is not null)") == 0
    assert live.count("outcome = 'ok' and cost_usd > 0") == live.count("outcome = 'ok'")


def test_the_scenario_turns_the_switches_of_the_canary_only(fenced: Demo, eventually: Callable[..., None]) -> None:
    eventually(lambda: CANARY in fenced.control.switches())
    assert fenced.control.switches()[CANARY]["fences"] is True
    assert set(fenced.control.switches()) == {CANARY}


def test_the_checker_flags_fenced_json_of_the_canary(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    fenced.registry.write_text(fenced.registry.read_text().replace("canary_percentage = 5", "canary_percentage = 50"))
    arm = "(select arm from series where series.id = requests.series)"
    eventually(lambda: live.count(f"flagged = 1 and {arm} = 'canary'") >= 3)
    eventually(lambda: live.count(f"flagged = 0 and {arm} = 'production'") >= 3)
    assert live.count(f"flagged = 1 and {arm} = 'production'") <= 2


def test_ratings_come_later(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    eventually(lambda: live.count("satisfied is not null") >= 2)


def test_the_running_users_follow_the_registry(fenced: Demo, eventually: Callable[..., None]) -> None:
    text = fenced.registry.read_text()
    before = fenced.control.counts().get("claude-haiku-4-5-20251001 ok", 0)
    changed = text.replace(f'production = "{OLD}"', 'production = "claude-haiku-4-5-20251001"')
    fenced.registry.write_text(changed)
    begun = time.monotonic()
    eventually(lambda: fenced.control.counts().get("claude-haiku-4-5-20251001 ok", 0) > before, within_s=5)
    assert time.monotonic() - begun < 2.5
    fenced.registry.write_text(text)


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


def test_what_a_killed_demo_left_is_swept_by_the_next(short_past: None, eventually: Callable[..., None]) -> None:
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
