"""`console check`: findings, formats, exit codes, the baseline, the registry's own troubles, hostile names."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.catalog.source.troubles import RULES, Trouble
from console.cli.check_text import Report, pieces, sarif, workflow_commands
from console.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
GOOD = "claude-sonnet-5-5"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends draw nearer with every day; here it is always the same one."""
    monkeypatch.setattr("console.text.clock.utc_now", lambda: NOW)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An application without a registry, in a folder that is no repository."""
    folder = tmp_path / "plain"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]):
    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["check", *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_nothing_found_is_good(app, check) -> None:
    write(app, "a.py", f'MODEL = "{GOOD}"\n')
    assert check() == (0, "", check()[2])
    assert "1 model id · 0 errors · 0 warnings · dates as of" in check()[2]


def test_an_alias_fails_with_its_place_and_what_to_use(app, check) -> None:
    write(app, "src/a.py", 'x = 1\nMODEL = "claude-haiku-4-5"\n')
    code, out, err = check()
    assert code == 1
    assert out == "src/a.py:2:10: claude-haiku-4-5  alias: may move to other weights → claude-haiku-4-5-20251001\n"
    assert "1 error" in err


def test_a_warning_fails_only_when_asked(app, check) -> None:
    write(app, "a.py", 'model = "azure/eu-deployment"\n')
    code, out, _ = check()
    assert (code, "cannot be pinned" in out) == (0, True)
    assert check("--strict")[0] == 1


def test_paths_choose_what_is_read(app, check) -> None:
    write(app, "a/x.py", 'MODEL = "gpt-4o"\n')
    write(app, "b/y.py", 'MODEL = "gpt-4o"\n')
    assert check("b")[1].startswith("b/y.py:1:10")
    assert check("b", "a/x.py")[1].count("gpt-4o  ") == 2
    assert check("a/x.py")[0] == 1


def test_a_path_that_is_not_there_is_a_wrong_call(app, check) -> None:
    code, out, err = check("nowhere")
    assert (code, out) == (2, "")
    assert "nowhere: there is no such file or folder" in err


def test_a_pipe_or_a_device_is_one_message(app, check) -> None:
    code, out, err = check(os.devnull)
    assert (code, out) == (0, "")
    assert err.splitlines()[0] == f"not read: {os.devnull}: is a device, and only files and folders are read"


@pytest.mark.parametrize("words", [("--within", "-1"), ("--within", "many"), ("--format", "xml"), ("--nonsense",)])
def test_wrong_calls(app, check, words) -> None:
    assert check(*words)[0] == 2


def test_tests_are_read_when_asked(app, check) -> None:
    write(app, "tests/a.py", 'MODEL = "gpt-4o"\n')
    assert check()[0] == 0
    assert check("--tests")[0] == 1


def test_a_comment_allows_a_line(app, check) -> None:
    write(app, "a.py", 'MODEL = "gpt-4o"  # console: allow, the demo follows the alias\n')
    code, out, err = check()
    assert (code, out) == (0, "")
    assert "1 allowed by a comment" in err


def test_how_near_an_end_fails(app, check) -> None:
    ends = NOW.date() + timedelta(days=40)
    write(app, "registry.toml", REGISTRY.replace("PINNED", f"retires = {ends}\npinned"))
    write(app, "a.py", f'MODEL = "{GOOD}"\n')
    assert check()[0] == 0
    assert "retires in 40 days" in check()[1]
    assert check("--within", "40")[0] == 1


REGISTRY = f"""\
schema = 1

[routes.default]
production = "{GOOD}"

[models."{GOOD}"]
PINNED_date = 2026-11-01
reason = "Cheap, known"
"""


def registry(**changes: str) -> str:
    text = REGISTRY.replace("PINNED", "pinned")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def test_an_id_that_is_not_in_the_registry_fails(app, check) -> None:
    write(app, "registry.toml", registry())
    write(app, "a.py", 'MODEL = "claude-opus-4-6"\n')
    code, out, _ = check()
    assert code == 1
    assert "not in the registry" in out
    write(app, "a.py", f'MODEL = "{GOOD}"\n')
    assert check()[:2] == (0, "")


def test_the_registry_is_judged_at_its_lines(app, check) -> None:
    write(app, "registry.toml", registry(**{GOOD: "claude-haiku-4-5"}))
    code, out, _ = check()
    assert code == 1
    assert out.startswith("registry.toml:4:1: claude-haiku-4-5  production: alias: may move")
    write(app, "registry.toml", registry(**{GOOD: "claude-haiku-4-5", "reason": "allow_alias = true\nreason"}))
    assert check()[0] == 0


def test_advice_never_fails(app, check) -> None:
    write(app, "registry.toml", registry(**{"Cheap, known": "TODO"}))
    code, out, err = check("--strict")
    assert code == 0
    assert "registry.toml:8:1: " in out
    assert "no reason is given" in out
    assert "1 of advice" in err


def test_a_named_registry_must_be_there_and_a_broken_one_is_told(app, check) -> None:
    assert check("--registry", "other.toml")[0] == 3
    write(app, "registry.toml", "schema = 1\n[routes.x]\nproduction = 3\n")
    code, _, err = check()
    assert code == 3
    assert "registry.toml:3" in err


def test_the_registry_is_not_read_as_source(app, check) -> None:
    write(app, "registry.toml", registry())
    assert "0 model ids in 0 files · " in check()[2], "a check of the wrong folder is seen to be one"


def test_json_has_every_field(app, check) -> None:
    write(app, "a.py", 'MODEL = "gpt-4o"\n')
    for words in (("--json",), ("--format", "json")):
        code, out, err = check(*words)
        document = json.loads(out)
        assert (code, err) == (1, "")
        assert document["schema"] == 1
        (finding,) = document["findings"]
        assert (finding["path"], finding["line"], finding["column"], finding["id"]) == ("a.py", 1, 10, "gpt-4o")
        assert finding["use_instead"] == "gpt-4o-2024-11-20"
        assert finding["troubles"][0] == {
            "rule": "alias",
            "level": "error",
            "message": finding["troubles"][0]["message"],
        }
        assert {"skipped", "ids", "files", "errors", "warnings", "advice", "allowed", "accepted", "as_of"} < set(
            document
        )


def test_sarif_is_what_code_scanning_reads(app, check) -> None:
    write(app, "dir with space/ü.py", 'MODEL = "gpt-4o"\n')
    code, out, _ = check("--format", "sarif")
    document = json.loads(out)
    (run,) = document["runs"]
    assert (code, document["version"], run["columnKind"]) == (1, "2.1.0", "unicodeCodePoints")
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "alias"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "dir%20with%20space/%C3%BC.py"
    assert place["region"] == {"startLine": 1, "startColumn": 10, "endColumn": 16}


def test_an_empty_sarif_log_is_still_one(app, check) -> None:
    code, out, _ = check("--format", "sarif")
    assert code == 0
    assert json.loads(out)["runs"][0]["results"] == []


def test_github_gets_one_annotation_a_trouble(app, check) -> None:
    write(app, "a.py", 'MODEL = "claude-haiku-4-5"\n')
    code, out, _ = check("--format", "github")
    assert code == 1
    assert out == (
        "::error file=a.py,line=1,col=10,title=console%3A alias::claude-haiku-4-5: alias: may move to other weights."
        " Use claude-haiku-4-5-20251001.\n"
    )


def test_a_baseline_hides_what_there_is_and_shows_what_is_new(app, check) -> None:
    write(app, "a.py", 'MODEL = "claude-haiku-4-5"\n')
    code, _, err = check("--write-baseline")
    assert (code, (app / ".console-baseline.json").exists()) == (0, True)
    assert "1 finding accepted" in err
    assert check("--baseline", ".console-baseline.json")[:2] == (0, "")
    write(app, "a.py", '\n\nMODEL = "claude-haiku-4-5"\n')
    code, _, err = check("--baseline", ".console-baseline.json")
    assert (code, "1 accepted in the baseline" in err) == (0, True)
    write(app, "b.py", 'MODEL = "claude-haiku-4-5"\n')
    code, out, _ = check("--baseline", ".console-baseline.json")
    assert (code, out.startswith("b.py")) == (1, True)


@pytest.mark.parametrize("text", [None, "", "[]", "{", '{"schema": 9}'])
def test_a_baseline_that_cannot_be_read_is_a_wrong_call(app, check, text) -> None:
    if text is not None:
        write(app, "base.json", text)
    code, _, err = check("--baseline", "base.json")
    assert code == 2
    assert "base.json: " in err
    assert "--write-baseline" in err


def test_read_only_writes_no_baseline(app, check) -> None:
    assert check("--write-baseline", "--read-only")[0] == 1
    assert list(app.iterdir()) == []


def test_hostile_names_and_contents_cannot_act_on_a_terminal(app, check) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202e%0A::error::x"
    folder = app / "d\nx"
    folder.mkdir()
    for name in (f"{evil}.py", "d\nx/a.py", "::set-output name=x::y.py"):
        (app / name).write_text('MODEL = "gpt-4o"  # \x1b[2J\n')
    for form in ("text", "github", "sarif", "json"):
        code, out, err = check("--format", form)
        assert code == 1
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
        if form == "github":
            assert all(line.startswith(("::error file=", "::warning file=")) for line in out.splitlines())
        if form in ("sarif", "json"):
            json.loads(out)


def test_github_commands_cannot_be_forged() -> None:
    report = Report(
        "a,line=9::b\n::error::c.py", 1, 1, "x%0A\n::error::", (Trouble("alias", "error", "m\r\n::warning::"),)
    )
    (line,) = workflow_commands(report)
    assert "\n" not in line
    assert line.count("::error") == 1 or line.index("::error") == 0
    properties = line.split("::")[1]
    assert properties.count(",") == 3
    assert "%3A" in properties
    assert "%2C" in properties


def test_a_report_of_no_single_model_has_no_id() -> None:
    report = Report("registry.toml", 3, 1, "", (Trouble("advice", "advice", "4 models in production"),))
    assert "".join(text for text, _ in pieces(report)) == "registry.toml:3:1: 4 models in production"
    assert json.loads(sarif([report], "1"))["runs"][0]["results"][0]["message"]["text"] == "4 models in production."


def test_files_that_cannot_be_read_are_told_not_hidden(app, check) -> None:
    (app / "big.py").write_bytes(b"gpt-4o " * 200_000)
    code, _, err = check()
    assert code == 0
    assert "not read: big.py: is larger than 1 MB" in err
    assert json.loads(check("--json")[1])["skipped"] == [{"path": "big.py", "why": "is larger than 1 MB"}]


def test_as_a_process_in_a_repository(world, shell) -> None:
    subprocess.run(["git", "init", "-q"], cwd=world.folder, check=True)
    (world.folder / ".gitignore").write_text("ignored.py\n")
    (world.folder / "ignored.py").write_text('MODEL = "gpt-4o"\n')
    (world.folder / "app.py").write_text('MODEL = "gpt-4o"\n')
    result = shell("check")
    assert result.code == 1
    assert "app.py:1:10: gpt-4o" in result.out
    assert "ignored" not in result.out


def test_a_short_check_loads_no_heavy_module(world) -> None:
    """The start is budgeted at 1.3 times that of a click program that says hello."""
    import sys

    (world.folder / "small.py").write_text("x = 1\n")
    world.registry.unlink()
    heavy = (
        "socket getpass textual rich anthropic openai httpx sqlite3 sqlite_utils tomlkit tomllib genai_prices pathlib"
        " shutil subprocess multiprocessing concurrent asyncio console.catalog.source.shapes console.catalog.identify"
    )
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from console.cli.main import main; main(['check', 'small.py']);"
        "print(*[name for name in sys.argv[2].split() if name in sys.modules], file=sys.stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {sys.path!r}; {code}", str(ROOT), heavy],
        cwd=world.folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_hook_and_the_action_call_what_is_there() -> None:
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "console check"
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    script = action["runs"]["steps"][-1]["run"]
    options = {option for parameter in _command().params for option in parameter.opts}
    for word in ("--within", "--baseline", "--strict", "--format"):
        assert word in script
        assert word in options
    assert "${{" not in script


def _command():
    from console.cli.main import group

    command = group.get_command(None, "check")
    assert command is not None
    return command


@pytest.mark.parametrize(
    "path",
    ["a.py", "pkg/b.tsx", "c.go", "d.yml", ".env", ".env.local", "Dockerfile", "x/Dockerfile.dev", "e.ipynb", "f.toml"],
)
def test_the_hook_is_given_the_files_that_check_reads(path) -> None:
    import re

    import yaml

    from console.catalog.source.languages import grammar_of

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert grammar_of(path)
    assert re.search(hook["files"], path)
    assert not re.search(hook["exclude"], path)


def test_the_actions_script_runs(app, shell, tmp_path) -> None:
    """The script of the action, with `console` on the path, as a runner would run it."""
    import sys

    import yaml

    write(app, "a.py", 'MODEL = "gpt-4o"\n')
    commands = tmp_path / "bin"
    commands.mkdir()
    console = commands / "console"
    console.write_text(f'#!/bin/sh\nexec {sys.executable} -m console "$@"\n')
    console.chmod(0o755)
    script = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][-1]["run"]
    inputs = {"PATHS": ".", "BASELINE": "", "WITHIN": "30", "STRICT": "false", "SARIF": "out.sarif"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=app, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{commands}:{os.environ['PATH']}", **inputs},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=a.py,line=1,col=10")
    assert json.loads((app / "out.sarif").read_text())["runs"][0]["results"]


def test_the_documented_rules_are_the_rules() -> None:
    page = (ROOT / "docs" / "check.md").read_text("utf-8")
    for rule in RULES:
        assert f"| `{rule}` |" in page
    assert tomllib.loads(REGISTRY.replace("PINNED", "pinned"))["schema"] == 1
