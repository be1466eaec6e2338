"""`console schedule`: every form is read by a real reader and what it would run is really run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from console.cli.scheduling import Job, Moment, cron, github, moment, script, systemd

WEEKLY = Moment(0, 6, 30)


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """In the place of the console: it notes its words, prints $NEW for `catalog`, ends with $CODE or $REGRESS."""
    path = tmp_path / "bin with space" / "console"
    path.parent.mkdir()
    path.write_text(
        "#!/bin/sh\n"
        f'for word in "$PWD" "$@"; do printf "%s\\0" "$word" >> {shlex.quote(str(tmp_path / "calls"))}; done\n'
        f'printf "\\n" >> {shlex.quote(str(tmp_path / "calls"))}\n'
        'case "$*" in *"catalog refresh"*) printf "%b" "$NEW"; exit "${CODE:-0}";; esac\n'
        'exit "${REGRESS:-0}"\n'
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def calls(tmp_path: Path):
    def read() -> list[list[str]]:
        path = tmp_path / "calls"
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        return [line.split("\0")[:-1] for line in lines]

    return read


def run(command: str, shell: str = "/bin/sh", folder: Path | None = None, **environment: str) -> int:
    """As cron does: another folder, next to no environment."""
    flags = ["-e"] if shell.endswith("bash") else []
    return subprocess.run(
        [shell, *flags, "-c", command],
        cwd=folder or "/",
        env={"PATH": "/usr/bin:/bin", **environment},
        timeout=20,
        check=False,
    ).returncode


def job(stub: Path, folder: Path, **changes: object) -> Job:
    base: dict[str, object] = {
        "route": "support",
        "at": WEEKLY,
        "on_release": False,
        "folder": str(folder),
        "registry": str(folder / "registry.toml"),
        "program": (str(stub),),
        "keys": ("ANTHROPIC_API_KEY",),
    }
    return Job(**{**base, **changes})  # type: ignore[arg-type]


# --- readers of the three forms


def cron_command(text: str) -> tuple[list[str], str]:
    """The five fields and the command of the one line that is no comment, as cron reads them."""
    (line,) = (line for line in text.splitlines() if line and not line.startswith("#"))
    *fields, command = line.split(None, 5)
    assert not re.search(r"(?<!\\)%", command), "cron would end the command here"
    return fields, command.replace(r"\%", "%")


def cron_times(fields: list[str], start: datetime) -> Iterator[datetime]:
    """When cron would run it in the fortnight from `start`."""
    minute, hour, day, month, weekday = fields
    assert (day, month) == ("*", "*")
    for offset in range(14 * 24 * 60):
        at = start + timedelta(minutes=offset)
        sunday_first = (at.weekday() + 1) % 7
        if at.minute == int(minute) and at.hour == int(hour) and weekday in ("*", str(sunday_first)):
            yield at


def systemd_value(text: str, key: str) -> str:
    (value,) = re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)
    return str(value)


def systemd_words(value: str) -> list[str]:
    """ExecStart's words: double quotes with backslashes, doubled percent and dollar signs."""
    assert not re.search(r"(?<!%)%(%%)*(?!%)", value.replace("%h", ""))
    words = shlex.split(value)
    return [word.replace("%%", "%").replace("$$", "$") for word in words]


# --- when


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mon 06:30", WEEKLY),
        ("sun 23:59", Moment(6, 23, 59)),
        (" 06:00 ", Moment(None, 6, 0)),
        ("Mon", None),
        ("24:00", None),
        ("6:00", None),
        ("Mon 06:60", None),
        ("Monday 06:00", None),
        ("Mon 06:00; rm -rf", None),
        ("Mon\n06:00", None),
        ("", None),
    ],
)
def test_a_time_is_of_the_week_or_of_the_day(text: str, found: Moment | None) -> None:
    assert moment(text) == found


@given(st.none() | st.integers(0, 6), st.integers(0, 23), st.integers(0, 59))
def test_cron_runs_on_that_day_at_that_minute_and_no_other(day: int | None, hour: int, minute: int) -> None:
    at = Moment(day, hour, minute)
    times = list(cron_times(at.cron.split(), datetime(2026, 11, 23)))
    assert len(times) == (14 if day is None else 2)
    assert {(time.hour, time.minute) for time in times} == {(hour, minute)}
    assert day is None or {time.weekday() for time in times} == {day}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("at", [WEEKLY, Moment(6, 23, 59), Moment(None, 0, 0)])
def test_systemd_reads_the_time_as_it_was_meant(at: Moment) -> None:
    done = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=2", at.calendar],
        capture_output=True,
        text=True,
        timeout=20,
        env={**os.environ, "TZ": "UTC"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    times = re.findall(r"(?:Next elapse|Iter\. #2|Iteration #2): (\w{3}) \S+ (\d\d:\d\d):00", done.stdout)
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert times
    assert {time for _, time in times} == {f"{at.hour:02}:{at.minute:02}"}
    assert at.day is None or {day for day, _ in times} == {days[at.day]}


# --- what


def test_the_weekly_line_of_cron_runs_the_suite(stub, calls, tmp_path) -> None:
    fields, command = cron_command(cron(job(stub, tmp_path)))
    assert fields == ["30", "6", "*", "*", "1"]
    assert run(command) == 0
    assert calls() == [[str(tmp_path), "--registry", str(tmp_path / "registry.toml"), "regress", "--route", "support"]]


def test_the_line_says_which_key_it_needs(stub, tmp_path) -> None:
    comment, *_ = cron(job(stub, tmp_path)).splitlines()
    assert comment.startswith("# Run the suite of support.")
    assert "ANTHROPIC_API_KEY" in comment


def test_a_route_with_a_difficult_name_is_still_a_file(stub, calls, tmp_path) -> None:
    one = job(stub, tmp_path, route='e-mail / 100% "new"')
    assert [name for name, _ in systemd(one)] == [
        f"console-regress-e-mail---100---new-.{end}" for end in ("service", "timer")
    ]
    assert run(cron_command(cron(one))[1]) == 0
    assert calls()[0][-1] == 'e-mail / 100% "new"'
    assert "100%%" in systemd_value(systemd(one)[1][1], "Description")
    assert yaml.safe_load(github(one))["name"].endswith('"new"')


@pytest.mark.parametrize("name", ["100% sure", "it's", "a $HOME `id` b", 'a "b" \\ c', "semi;colon & more"])
def test_folders_with_difficult_names_are_written_by_each_forms_own_rules(stub, calls, tmp_path, name) -> None:
    folder = tmp_path / name
    folder.mkdir()
    one = job(stub, folder)
    _, command = cron_command(cron(one))
    assert run(command) == 0
    service = systemd(one)[0][1]
    assert systemd_value(service, "WorkingDirectory").replace("%%", "%") == str(folder)
    shell, flag, inner = systemd_words(systemd_value(service, "ExecStart"))
    assert (shell, flag) == ("/bin/sh", "-c")
    assert run(inner, folder=folder) == 0
    want = [str(folder), "--registry", str(folder / "registry.toml"), "regress", "--route", "support"]
    assert calls() == [want, want]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("on_release", [False, True])
def test_systemd_accepts_both_units(stub, tmp_path, on_release) -> None:
    units = systemd(job(stub, tmp_path, on_release=on_release))
    for name, text in units:
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name, _ in units)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "console-" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_the_timer_starts_the_service_of_its_name_and_catches_up(stub, tmp_path) -> None:
    (service, _), (timer, text) = systemd(job(stub, tmp_path))
    assert (service, timer) == ("console-regress-support.service", "console-regress-support.timer")
    assert systemd_value(text, "OnCalendar") == "Mon *-*-* 06:30:00"
    assert systemd_value(text, "Persistent") == "true"


def test_the_workflow_is_one_and_its_step_runs_the_suite(stub, calls, tmp_path) -> None:
    workflow = yaml.safe_load(github(job(stub, tmp_path, registry="registry.toml", keys=("ANTHROPIC_API_KEY",))))
    when = workflow[True]  # YAML reads `on` as a truth value; GitHub does not
    assert when["schedule"] == [{"cron": "30 6 * * 1"}]
    assert "workflow_dispatch" in when
    assert workflow["permissions"] == {"contents": "read"}
    regress = workflow["jobs"]["regress"]
    assert regress["env"] == {"ANTHROPIC_API_KEY": "${{ secrets.ANTHROPIC_API_KEY }}"}
    *_, install, last = regress["steps"]
    assert install == {"run": "pip install model-console"}
    assert run(last["run"], "/bin/bash", tmp_path, PATH=f"{stub.parent}:/usr/bin:/bin") == 0
    assert calls() == [[str(tmp_path), "--registry", "registry.toml", "regress", "--route", "support"]]


def test_a_workflow_without_keys_has_no_empty_environment(stub, tmp_path) -> None:
    workflow = yaml.safe_load(github(job(stub, tmp_path, keys=())))
    assert "env" not in workflow["jobs"]["regress"]


# --- on a release


def release_commands(stub: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Form -> (command, shell)."""
    one = job(stub, folder, on_release=True)
    workflow = yaml.safe_load(github(one))
    return {
        "cron": (cron_command(cron(one))[1], "/bin/sh"),
        "systemd": (systemd_words(systemd_value(systemd(one)[0][1], "ExecStart"))[2], "/bin/sh"),
        "github": (workflow["jobs"]["regress"]["steps"][-1]["run"], "/bin/bash"),
    }


FORMS = ["cron", "systemd", "github"]


@pytest.mark.parametrize("form", FORMS)
def test_every_new_model_gets_a_run(stub, calls, tmp_path, form) -> None:
    command, shell = release_commands(stub, tmp_path)[form]
    path = f"{stub.parent}:/usr/bin:/bin"
    assert run(command, shell, tmp_path, PATH=path, NEW="claude-sonnet-6\\nclaude-sonnet-7\\n") == 0
    refresh, *runs = [call[3:] for call in calls()]
    assert refresh == ["catalog", "refresh", "--ids", "--route", "support"]
    assert runs == [
        ["regress", "--route", "support", "--model", "claude-sonnet-6"],
        ["regress", "--route", "support", "--model", "claude-sonnet-7"],
    ]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_new_runs_nothing(stub, calls, tmp_path, form) -> None:
    command, shell = release_commands(stub, tmp_path)[form]
    assert run(command, shell, tmp_path, PATH=f"{stub.parent}:/usr/bin:/bin", NEW="") == 0
    assert len(calls()) == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("environment", "code", "runs"),
    [
        ({"NEW": "", "CODE": "4"}, 4, 0),
        ({"NEW": "claude-sonnet-6\\n", "CODE": "4"}, 4, 1),
        ({"NEW": "claude-sonnet-6\\nclaude-sonnet-7\\n", "REGRESS": "1"}, 1, 2),
    ],
)
def test_a_failure_is_the_jobs_exit_code_and_stops_no_other_run(
    stub, calls, tmp_path, form, environment, code, runs
) -> None:
    command, shell = release_commands(stub, tmp_path)[form]
    assert run(command, shell, tmp_path, PATH=f"{stub.parent}:/usr/bin:/bin", **environment) == code
    assert len(calls()) == 1 + runs


@pytest.mark.parametrize("hostile", ["*", "$(touch owned)", "`touch owned`", "a;touch${IFS}owned", "a'b\"c"])
def test_an_id_that_a_provider_lists_is_never_a_command(stub, calls, tmp_path, hostile) -> None:
    command, shell = release_commands(stub, tmp_path)["cron"]
    run(command, shell, tmp_path, NEW=f"claude-sonnet-6{hostile}\\n")
    words = [call[-1] for call in calls()[1:]]
    assert words == f"claude-sonnet-6{hostile}".split()
    assert not (tmp_path / "owned").exists()


def test_a_workflow_remembers_the_list_of_its_last_run(stub, tmp_path) -> None:
    workflow = yaml.safe_load(github(job(stub, tmp_path, on_release=True)))
    regress = workflow["jobs"]["regress"]
    (cache,) = (step["with"] for step in regress["steps"] if step.get("uses", "").startswith("actions/cache@"))
    assert regress["env"]["CONSOLE_STATE"].endswith("/" + cache["path"])
    assert cache["key"].startswith(cache["restore-keys"])
    assert "run_id" in cache["key"]


def test_the_job_of_a_release_really_finds_one(console, stand_in, monkeypatch, world, tmp_path) -> None:
    """The whole of it but the suite: the printed line, the real refresh against a provider, the new id handed on."""
    environment = {
        "ANTHROPIC_API_KEY": "key",
        "ANTHROPIC_BASE_URL": stand_in.url,
        "CONSOLE_STATE": str(tmp_path / "state"),
        "PYTHONPATH": os.environ.get("PYTHONPATH", "") or str(Path(__file__).parents[2]),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert console("catalog", "refresh").code == 0
    stand_in.control.lists(released=["claude-sonnet-6"])
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(os, "access", lambda *_: False)
    _, command = cron_command(console("schedule", "--route", "support", "--on-release").out)
    refresh, _, _ = command.partition("; for model in $new")
    done = subprocess.run(
        ["/bin/sh", "-c", refresh + '; echo "new: $new, code: $code"; }'],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "new: claude-sonnet-6, code: 0\n", done.stderr


# --- the command


@pytest.mark.parametrize("form", FORMS)
def test_the_command_prints_the_form_and_says_where_it_belongs(console, world, form) -> None:
    before = world.files()
    done = console("schedule", "--route", "support", "--format", form, "--at", "Fri 21:15")
    assert done.code == 0
    where = {"cron": "crontab -e", "systemd": "systemctl --user enable", "github": ".github/workflows/"}
    assert where[form] in done.err
    if form == "cron":
        assert cron_command(done.out)[0] == ["15", "21", "*", "*", "5"]
    elif form == "systemd":
        assert [line for line in done.out.splitlines() if line.startswith("# ")] == [
            "# console-regress-support.service",
            "# console-regress-support.timer",
        ]
    else:
        (step,) = (s for s in yaml.safe_load(done.out)["jobs"]["regress"]["steps"] if "regress" in s.get("run", ""))
        assert step["run"] == "console --registry registry.toml regress --route support"
    assert world.files() == before


def test_without_a_time_it_is_monday_or_on_release_every_day(console) -> None:
    assert cron_command(console("schedule", "--route", "support").out)[0] == ["0", "6", "*", "*", "1"]
    daily = console("schedule", "--route", "support", "--on-release").out
    assert cron_command(daily)[0] == ["0", "6", "*", "*", "*"]


def test_the_keys_are_those_of_the_routes_own_providers(console) -> None:
    assert "set OPENAI_API_KEY above" in console("schedule", "--route", "summarise").out
    assert "set ANTHROPIC_API_KEY above" in console("schedule", "--route", "support").out


def test_a_registry_elsewhere_is_named_whole_and_refused_for_a_workflow(console, world, tmp_path, monkeypatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    printed = console("--registry", "../app/registry.toml", "schedule", "--route", "support")
    assert f"--registry {world.registry}" in printed.out
    refused = console("--registry", "../app/registry.toml", "schedule", "--route", "support", "--format", "github")
    assert (refused.code, refused.out) == (2, "")
    assert "lies outside this folder" in refused.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--route", "support", "--at", "noon"], 2, "'noon' is no time of the week"),
        (["--route", "suport"], 2, 'did you mean "support"'),
        ([], 2, "Say --route with one of: support, summarise"),
        (["--route", "support", "--format", "launchd"], 2, "launchd"),
        (["--registry", "nowhere.toml"], 3, "nowhere.toml"),
    ],
)
def test_a_wrong_call_is_one_message(console, words, code, message) -> None:
    done = console("schedule", *words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_a_folder_no_job_can_name_is_refused(console, tmp_path, monkeypatch, world) -> None:
    folder = tmp_path / "new\nline"
    folder.mkdir()
    shutil.copy(world.registry, folder)
    monkeypatch.chdir(folder)
    done = console("schedule", "--route", "support")
    assert (done.code, done.out) == (2, "")
    assert "cannot be written into a job" in done.err


def test_the_script_is_the_same_in_every_form(stub, tmp_path) -> None:
    one = job(stub, tmp_path, on_release=True)
    assert script(one) in cron(one).replace(r"\%", "%")
    assert systemd_words(systemd_value(systemd(one)[0][1], "ExecStart"))[2] == script(one)
