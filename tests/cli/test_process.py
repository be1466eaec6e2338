"""The command as a real process: help, imports, pipes, encodings, no terminal, and a terminal of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from console.cli.main import VERBS, group, main

ROOT = Path(__file__).resolve().parents[2]


def test_help_lists_every_verb(shell) -> None:
    result = shell("--help")
    assert result.code == 0
    listed = re.findall(r"^  ([a-z]+)  ", result.out, re.MULTILINE)
    assert [name for name in listed if name in VERBS] == list(VERBS)
    assert "0 good, 1 the check failed, 2 usage" in " ".join(result.out.split())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb, capsys) -> None:
    assert main([verb, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: console {verb}")
    for option in ("--registry", "--log", "--read-only"):
        assert option in out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_module_and_its_help_says_more_than_its_name(verb) -> None:
    command = group.get_command(None, verb)
    assert command is not None
    assert command.name == verb
    assert len(command.help) > len(verb) + 10


READS = {"status", "history", "compare", "doctor"}
ACTIONS = {"canary", "rollout", "promote", "rollback", "hold", "resume", "drop", "pin", "undo"}


def test_reads_and_actions_have_their_options(capsys) -> None:
    for verb in READS | ACTIONS:
        options = {option for parameter in group.get_command(None, verb).params for option in parameter.opts}
        assert "--json" in options, verb
        if verb in ACTIONS:
            assert {"--reason", "--yes", "--dry-run", "--force"} <= options, verb


def test_version(shell) -> None:
    from console import __version__

    result = shell("--version")
    assert (result.code, result.out.strip()) == (0, f"console, version {__version__}")


@pytest.mark.parametrize("words", [["status"], ["history"], ["rollout", "support", "25", "--dry-run"], ["--help"]])
def test_commands_load_neither_textual_nor_an_sdk(world, words) -> None:
    code = (
        "import sys, json\nfrom console.cli.main import main\n"
        f"code = main({words!r})\nprint(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=world.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    code_, modules = json.loads(done.stdout.splitlines()[-1])
    assert code_ == 0
    roots = {name.split(".")[0] for name in modules}
    assert not roots & {"textual", "rich", "anthropic", "openai", "sentence_transformers", "torch", "httpx2"}
    if words == ["--help"]:
        assert not [name for name in modules if name.startswith("console.cli.verbs.")]


def test_data_is_on_stdout_and_words_are_on_stderr(shell, world) -> None:
    result = shell("status", "--json")
    assert json.loads(result.out)["schema"] == 1
    assert "there is no request log" in result.err


def test_without_a_terminal_the_console_says_what_to_use(shell) -> None:
    result = shell()
    assert result.code == 2
    assert "the console needs a terminal" in result.err
    assert "console status" in result.err
    assert result.out == ""


def test_a_reader_that_leaves_is_no_failure(world) -> None:
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m console status --json | true"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=world.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_a_full_disk_behind_stdout_is_one_message(world) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "console", "status"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=world.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr.strip() == "error: No space left on device"


def test_an_ascii_locale_gets_ascii(shell, world) -> None:
    world.edit("Replies to customer e-mail", "Antworten für Kunden 日本")
    result = shell("history", PYTHONIOENCODING="ascii")
    assert result.code == 0
    shell("rollout", "support", "25", "--yes", "--reason", "größer 日本", PYTHONIOENCODING="utf-8")
    result = shell("history", PYTHONIOENCODING="ascii")
    assert result.code == 0
    assert "support canary 5 > 25 %" in result.out
    assert "grosser ??" in result.out or "gro?er ??" in result.out
    assert "groBer" not in result.out


def spawn(world, *argv: str, **environment: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable,
        ["-m", "console", *argv],
        cwd=str(world.folder),
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environment},
        dimensions=(34, 118),
        encoding="utf-8",
        timeout=30,
    )


def test_on_a_terminal_an_action_asks_and_no_changes_nothing(world) -> None:
    before = world.registry.read_bytes()
    child = spawn(world, "rollback", "support")
    child.expect("canary_percentage = 0")
    child.expect(r"\[y/N\]")
    child.sendline("")
    child.expect("nothing was changed")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130
    assert world.registry.read_bytes() == before


def test_on_a_terminal_an_action_asks_and_yes_makes_it(world) -> None:
    child = spawn(world, "rollback", "support")
    child.expect(r"\[y/N\]")
    child.sendline("y")
    child.expect("console undo takes it back")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert "canary_percentage = 0" in world.registry.read_text()


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(world, environment, coloured) -> None:
    child = spawn(world, "status", "--route", "nowhere", **environment)
    text = child.read()
    assert "there is no route" in text
    assert ("\x1b[" in text) is coloured


def test_the_console_opens_with_a_stand_in_and_ends_it(world) -> None:
    child = spawn(world, "--stand-in")
    child.expect("Registry")
    child.expect("quit")
    stand_ins = children_of(child.pid, "console.demo.standin")
    assert stand_ins
    child.send("q")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in stand_ins):
        assert time.monotonic() < deadline, "the stand-in outlived the console"
        time.sleep(0.02)


def children_of(parent: int, word: str) -> list[int]:
    """Processes whose parent is `parent` and whose command line has `word`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and word in command:
            found.append(int(entry.name))
    return found


def test_an_invalid_registry_ends_before_any_screen(world) -> None:
    world.registry.write_text("schema = 1\n[routes.support\n")
    child = spawn(world)
    text = child.read()
    child.wait()
    assert child.exitstatus == 3
    assert "registry.toml:2: is not valid TOML" in text
    assert "\x1b[?1049h" not in text
