"""The short form of `bench/router_faults.py`, and what happens to a router in a forked process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_file_fault_torn_writes_and_forks_are_survived() -> None:
    command = [sys.executable, "-m", "bench.router_faults", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["note"] for result in results if result["survived"] != result["injected"]] == [], done.stderr
    assert len(results) == 3, done.stderr
    assert results[0]["injected"] == 22 * 3
    assert results[1]["injected"] > 10_000
    assert done.returncode == 0


def in_a_child(code: str, folder: Path) -> str:
    """What a fresh interpreter prints that makes a router on `folder`'s registry, runs `code`, and forks in it."""
    start = (
        "import os, sys, time\nfrom console import Router\n"
        f"folder = {str(folder)!r}\n"
        "def make():\n"
        "    return Router(f'{folder}/registry.toml', 'spare', poll_s=0.02, cache_dir=f'{folder}/cache')\n"
        "def write(model):\n"
        "    text = open(f'{folder}/template').read().replace('MODEL', model)\n"
        "    open(f'{folder}/part', 'w').write(text)\n"
        "    os.replace(f'{folder}/part', f'{folder}/registry.toml')\n"
        "def until(condition):\n"
        "    deadline = time.monotonic() + 10\n"
        "    while not condition() and time.monotonic() < deadline:\n"
        "        time.sleep(0.002)\n"
        "    return bool(condition())\n"
        "def forked(body):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        good = False\n"
        "        try:\n"
        "            good = body()\n"
        "        finally:\n"
        "            os._exit(0 if good else 1)\n"
        "    return os.waitpid(child, 0)[1] == 0\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", start + code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "template").write_text(
        'schema = 1\n[routes.support]\nproduction = "MODEL"\n'
        '[models."MODEL"]\npinned_date = 2026-05-15\nreason = "chosen"\n'
    )
    return tmp_path


def test_a_child_follows_the_file_before_its_first_request(folder: Path) -> None:
    """A worker that was forked long before its first request may not begin with what was true then."""
    code = (
        "write('first')\nrouter = make()\n"
        "def body():\n"
        "    write('second')\n"
        "    return until(lambda: router._served.hot['support'][2].model == 'second') and "
        "router.select('support', 'user').model == 'second'\n"
        "print(forked(body))\n"
    )
    assert in_a_child(code, folder) == "True"


def test_a_grandchild_follows_too(folder: Path) -> None:
    code = (
        "write('first')\nrouter = make()\n"
        "def grandchild():\n"
        "    write('second')\n"
        "    return until(lambda: router.select('support', 'user').model == 'second')\n"
        "print(forked(lambda: forked(grandchild)))\n"
    )
    assert in_a_child(code, folder) == "True"


def test_a_closed_router_stays_closed_in_a_child(folder: Path) -> None:
    code = (
        "write('first')\nrouter = make()\nrouter.close()\n"
        "print(forked(lambda: not router.status().watching and router.select('support', 'user').model == 'first'))\n"
    )
    assert in_a_child(code, folder) == "True"


def test_a_child_clears_a_problem_that_was_repaired_while_it_was_born(folder: Path) -> None:
    code = (
        "write('first')\nrouter = make()\n"
        "open(f'{folder}/registry.toml', 'w').write('[')\n"
        "until(lambda: router.status().problem)\n"
        "def body():\n"
        "    write('first')\n"
        "    return until(lambda: not router.status().problem)\n"
        "print(forked(body))\n"
    )
    assert in_a_child(code, folder) == "True"


def test_the_parent_goes_on_after_a_fork(folder: Path) -> None:
    code = (
        "write('first')\nrouter = make()\nforked(lambda: True)\nwrite('second')\n"
        "print(until(lambda: router.select('support', 'user').model == 'second'))\n"
    )
    assert in_a_child(code, folder) == "True"


def test_an_interpreter_with_a_router_ends_at_once(folder: Path) -> None:
    assert (
        in_a_child("write('first')\nrouter = make()\nprint(router.select('support', 'user').model)\n", folder)
        == "first"
    )
