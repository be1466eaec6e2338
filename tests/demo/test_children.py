"""Processes that end with the one that started them, and see no key."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console.demo.children import Child, ChildFailed, safe_environment
from console.demo.standin import process

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "ANTHROPIC_API_KEY": "k",
    "anthropic_auth_token": "k",
    "OPENAI_API_KEY": "k",
    "OPENAI_ORG_ID": "k",
    "GEMINI_API_KEY": "k",
    "GOOGLE_API_KEY": "k",
    "AWS_SECRET_ACCESS_KEY": "k",
    "AZURE_OPENAI_API_KEY": "k",
    "LLM_MODEL": "m",
    "LLM_MODEL_SUPPORT": "m",
    "HTTPS_PROXY": "p",
    "http_proxy": "p",
}
PARENT = """
import sys, time
from console.demo.standin import process
running = process.start(scale=0.0)
print(running.pid, flush=True)
{then}
"""


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def parent(then: str) -> tuple[subprocess.Popen[str], int]:
    """A Python process that starts a stand-in and then does `then`; and the stand-in's pid."""
    started = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert started.stdout is not None
    return started, int(started.stdout.readline())


def test_nothing_that_could_spend_money_is_passed_on() -> None:
    kept = safe_environment({**SECRETS, "PATH": "/bin", "LANG": "C"})
    assert kept == {"PATH": "/bin", "LANG": "C"}


def test_every_sdk_is_pointed_at_the_stand_in() -> None:
    kept = safe_environment({**SECRETS, "ANTHROPIC_BASE_URL": "https://elsewhere"}, "http://127.0.0.1:9")
    assert kept["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:9"
    assert kept["OPENAI_BASE_URL"] == "http://127.0.0.1:9/v1"
    assert not any(name.endswith("_KEY") for name in kept)


def test_a_running_process_has_no_key_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with process.start(scale=0.0) as started:
        names = {
            pair.split(b"=")[0].decode() for pair in Path(f"/proc/{started.pid}/environ").read_bytes().split(b"\0")
        }
    assert names
    assert not names & set(SECRETS)


def test_closing_ends_the_process_and_closing_twice_does_no_harm() -> None:
    started = process.start(scale=0.0)
    assert started.alive
    assert started.control.counts() == {}
    started.close()
    assert not running(started.pid)
    assert not started.alive
    started.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_leaves_no_orphan(number: signal.Signals, eventually: Callable[..., None]) -> None:
    started, pid = parent("time.sleep(60)")
    assert running(pid)
    os.kill(started.pid, number)
    started.wait(5)
    eventually(lambda: not running(pid))


@pytest.mark.parametrize("then", ["sys.exit(0)", "raise RuntimeError", "import os; os._exit(3)"])
def test_a_parent_that_just_ends_leaves_no_orphan(then: str, eventually: Callable[..., None]) -> None:
    started, pid = parent(f"sys.stderr = open('/dev/null', 'w'); {then}")
    started.wait(10)
    eventually(lambda: not running(pid))


def test_a_forked_sibling_that_holds_the_pipe_keeps_no_orphan_alive(eventually: Callable[..., None]) -> None:
    fork = "import os\nif os.fork() == 0:\n    sys.stdout.close(); time.sleep(4); os._exit(0)\nos._exit(0)"
    started, pid = parent(fork)
    started.wait(5)
    eventually(lambda: not running(pid), within_s=3.5)


def test_a_child_that_does_not_start_says_why() -> None:
    child = Child("console.demo.no_such_module", [])
    with pytest.raises(ChildFailed) as caught:
        child.wait_ready()
    assert "no_such_module" in str(caught.value)
    assert caught.value.exit_code == 4
    assert not running(child.pid)


def test_a_child_that_says_nothing_is_given_up() -> None:
    child = Child("asyncio", [])
    with pytest.raises(ChildFailed, match="did not start"):
        child.wait_ready(timeout_s=0.3)
    assert not running(child.pid)


def test_a_taken_port_is_a_failed_start() -> None:
    with process.start(scale=0.0) as first, pytest.raises(ChildFailed) as caught:
        process.start(port=int(first.url.rsplit(":", 1)[1]))
    assert "in use" in caught.value.hint


def test_telling_a_dead_child_to_go_does_no_harm(eventually: Callable[..., None]) -> None:
    child = Child("console.demo.standin", ["--child", "--scale", "0"])
    child.wait_ready()
    os.kill(child.pid, signal.SIGKILL)
    eventually(lambda: not child.alive)
    child.go()
    child.close()
