"""The regression run as a scheduled job: a cron line, a systemd timer with its service, a GitHub Actions workflow.

Pure text: what it prints is for the reader to install. Each form escapes by its own rules.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from console.domain.durations import DAYS

_MOMENT = re.compile(rf"(?:({'|'.join(DAYS)}) )?([01]\d|2[0-3]):([0-5]\d)", re.ASCII | re.IGNORECASE)
STATE = ".console-state"
"""Where a workflow keeps what it knows of earlier lists between its runs."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When: `day` 0 (Monday) .. 6, None for every day; hour and minute."""

    day: int | None
    hour: int
    minute: int

    @property
    def cron(self) -> str:
        """The five fields of cron, where Sunday is 0."""
        return f"{self.minute} {self.hour} * * {'*' if self.day is None else (self.day + 1) % 7}"

    @property
    def calendar(self) -> str:
        """systemd's calendar expression."""
        day = "" if self.day is None else f"{DAYS[self.day]} "
        return f"{day}*-*-* {self.hour:02}:{self.minute:02}:00"


def moment(text: str) -> Moment | None:
    """`Mon 06:30` every week, `06:30` every day; None where it is neither."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    return Moment(DAYS.index(match[1].capitalize()) if match[1] else None, int(match[2]), int(match[3]))


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run: `program` is how the console is called, `keys` the environment variables it needs there."""

    route: str
    at: Moment
    on_release: bool
    folder: str
    registry: str
    program: tuple[str, ...]
    keys: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`console-release-support`, for files and units."""
        route = re.sub(r"[^A-Za-z0-9_.-]", "-", self.route)
        return f"console-{'release' if self.on_release else 'regress'}-{route}"

    @property
    def title(self) -> str:
        """What it does, in a few words."""
        if self.on_release:
            return f"Run the suite of {self.route} on every new model of its family"
        return f"Run the suite of {self.route}"


def script(job: Job, program: Sequence[str] = ()) -> str:
    """The job as one line for `sh`. Its exit code is that of the last part that failed."""
    console = shlex.join((*(program or job.program), "--registry", job.registry))
    route = shlex.quote(job.route)
    if not job.on_release:
        return f"{console} regress --route {route}"
    # What was new is new only once, so a list that could not be read must not keep the others from being tried.
    return (
        f"set -f; code=0; new=$({console} catalog refresh --ids --route {route}) || code=$?; "
        f'for model in $new; do {console} regress --route {route} --model "$model" || code=$?; done; exit $code'
    )


def cron(job: Job) -> str:
    """A line for `crontab -e`, with a comment above it."""
    line = f"cd {shlex.quote(job.folder)} && {{ {script(job)}; }}"
    escaped = line.replace("%", r"\%")  # cron reads a bare percent sign as the end of the command
    return f"# {job.title}. cron mails what it prints; the keys: {_keys(job)}.\n{job.at.cron} {escaped}"


def systemd(job: Job) -> tuple[tuple[str, str], ...]:
    """The service and its timer: (file name, text)."""
    command = f"/bin/sh -c {_systemd_quoted(script(job))}"
    service = f"""\
[Unit]
Description={_systemd_text(job.title)}

[Service]
Type=oneshot
WorkingDirectory={_systemd_text(job.folder)}
EnvironmentFile=-%h/.config/console/environment
ExecStart={command}
"""
    timer = f"""\
[Unit]
Description={_systemd_text(job.title)}, on time

[Timer]
OnCalendar={job.at.calendar}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return (f"{job.name}.service", service), (f"{job.name}.timer", timer)


def github(job: Job) -> str:
    """The workflow for `.github/workflows/`. GitHub's clock is UTC."""
    variables = {key: f"${{{{ secrets.{key} }}}}" for key in job.keys}
    if job.on_release:
        variables["CONSOLE_STATE"] = f"${{{{ github.workspace }}}}/{STATE}"
    environment = "".join(f"      {name}: {value}\n" for name, value in variables.items())
    environment = f"    env:\n{environment}" if environment else ""
    return f"""\
name: {json.dumps(job.title)}
on:
  schedule:
    - cron: "{job.at.cron}"
  workflow_dispatch:
permissions:
  contents: read
jobs:
  regress:
    runs-on: ubuntu-latest
    timeout-minutes: 60
{environment}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install model-console
{_cache(job)}      - run: {json.dumps(script(job, ("console",)))}
"""


def _cache(job: Job) -> str:
    """A cache of a workflow cannot be written over: each run saves its own and takes the newest."""
    if not job.on_release:
        return ""
    return f"""\
      - uses: actions/cache@v4
        with:
          path: {STATE}
          key: {job.name}-${{{{ github.run_id }}}}
          restore-keys: {job.name}-
"""


def _keys(job: Job) -> str:
    return f"set {' and '.join(job.keys)} above this line" if job.keys else "set what the providers need"


def _systemd_text(text: str) -> str:
    return text.replace("%", "%%")


def _systemd_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_systemd_text(escaped).replace("$", "$$")}"'
