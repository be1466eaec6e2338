"""The unit and the container of the guard's page: read by what would run them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from console.cli.main import VERBS, group

PAGE = (Path(__file__).parents[2] / "docs" / "guard.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found


def test_the_unit_runs_the_guard_again_whatever_happens() -> None:
    unit = block("ini")
    assert "ExecStart=%h/app/.venv/bin/console guard" in unit
    for line in ("Restart=always", "StartLimitIntervalSec=0"):
        assert line in unit.splitlines()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = block("ini").replace("%h/app/.venv/bin/console", sys.executable).replace("%h/app", str(tmp_path))
    path = tmp_path / "console-guard.service"
    path.write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "console-guard" in line]
    assert ours == []
    assert done.returncode == 0, done.stderr


def test_the_container_runs_the_guard_and_is_given_time_to_finish() -> None:
    service = yaml.safe_load(block("yaml"))["services"]["guard"]
    assert service["command"].endswith('exec console guard"'), "the guard itself gets the signal"
    assert service["restart"] == "always"
    assert service["stop_grace_period"] == "20s"
    assert set(service["environment"]) == {"CONSOLE_REGISTRY", "CONSOLE_LOG"}


def test_every_option_that_the_page_names_exists() -> None:
    context = click.Context(group)
    commands = [group, *filter(None, (group.get_command(context, verb) for verb in VERBS))]
    known = {option for command in commands for parameter in command.params for option in parameter.opts}
    lines = [line for line in PAGE.splitlines() if "systemctl" not in line and "pip install" not in line]
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "\n".join(lines)))
    assert {"--guard", "--live", "--days", "--incident"} <= named
    assert named - known == set()
