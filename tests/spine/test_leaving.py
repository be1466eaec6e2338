"""However the console ends, the terminal is as it was before, and the exit code says how it went."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

DEFECT = """\
import sys
from console.cli.main import main
from console.tui.screens.main import MainScreen

def action_metric(self):
    secret = "sk-ant-very-secret"
    raise RuntimeError("it held " + secret)

MainScreen.action_metric = action_metric
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(open_console: Callable[..., Any], number: signal.Signals) -> None:
    console = open_console()
    console.wait("NO DATA")
    console.wait_for(lambda: b"\x1b[?1003h" in console.raw)  # not only the first frame
    console.signal(number)
    assert console.end() == 128 + number
    assert console.restored
    assert b"Traceback" not in console.raw


def seconds_to_leave(console: Any) -> float:
    console.wait("WARMING UP|WATCHING")
    console.press("q")
    began = time.monotonic()
    console.wait_for(lambda: b"\x1b[?1049l" in console.raw)
    took = time.monotonic() - began
    assert console.end() == 0
    assert console.restored
    return took


def test_leaving_is_immediate(open_console: Callable[..., Any], traffic: Any) -> None:
    """At one of a few tries at least: a machine that tests has other things to do."""
    assert any(seconds_to_leave(open_console()) < 0.5 for _ in range(4))


def test_a_defect_restores_the_terminal_and_prints_no_value(open_console: Callable[..., Any]) -> None:
    console = open_console(program=("-c", DEFECT))
    console.wait("NO DATA")
    console.press("m")
    assert console.end() == 70
    assert console.restored
    after = console.raw[console.raw.rfind(b"\x1b[?1049l") :]
    assert b"a defect of ours" in after
    assert b"Traceback" not in after
    assert b"very-secret" not in after
    where = Path(after.partition(b"happened: ")[2].split()[0].decode())
    try:
        trace = where.read_text()
        assert "action_metric" in trace
        assert "very-secret" not in trace
        assert where.stat().st_mode & 0o077 == 0
    finally:
        where.unlink()


def test_a_terminal_that_goes_away_takes_the_console_with_it(open_console: Callable[..., Any]) -> None:
    console = open_console()
    console.wait("NO DATA")
    console.hang_up()
    deadline = time.monotonic() + 30.0
    while Path(f"/proc/{console.pid}/stat").exists():
        with suppress(ChildProcessError):
            if os.waitpid(console.pid, os.WNOHANG)[0]:
                break
        assert time.monotonic() < deadline, "it runs on without a terminal"
        time.sleep(0.02)


def test_without_a_terminal_it_says_what_to_do(registry: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "console", "--registry", str(registry)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "console status" in done.stderr
    assert done.stdout == ""


def test_an_invalid_registry_is_told_before_any_screen(open_console: Callable[..., Any], registry: Path) -> None:
    registry.write_text("schema = 1\n[routes.support]\n", encoding="utf-8")
    console = open_console()
    assert console.end() == 3
    assert b"\x1b[?1049h" not in console.raw
    assert b"routes.support" in console.raw


def test_the_first_numbers_stay_until_the_screen_is_there_and_keys_pressed_meanwhile_work(
    open_console: Callable[..., Any],
) -> None:
    console = open_console()
    console.wait("NO DATA")
    console.press("3")  # the terminal library is loaded in this moment
    while "roll back" not in console.text:
        console.read()
        assert "NO DATA" in console.text, "there was a frame without data"
    console.wait("▌ 3 Comparer")
    assert console.raw.count(b"\x1b[?1049h") == 1
    console.press("q")
    assert console.end() == 0
    assert console.restored
