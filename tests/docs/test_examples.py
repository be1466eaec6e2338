"""The examples run as they are printed: Python against the real SDKs and a stand-in, the session in a real shell."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import sqlite3
import subprocess
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import yaml

from console.cli.main import VERBS, group
from console.cli.main import main as run
from console.demo import world
from console.text.clock import utc_now
from tests import warm
from tests.preflight.conftest import Place

STUBS = Path(__file__).parent / "stubs"
AFTER_README = """
assert response.content[0].text
"""
AFTER_INTEGRATION = """
import asyncio
from types import SimpleNamespace

said = [{"role": "user", "content": "Where is my order?"}]
answer, request_id = ask("support", "user-1", said)
rated(request_id, thumb_is_up=True)
checked(request_id, answer_is_valid_json=False)
assert ask_another("hello", "user-2")
conversation = {"user": "user-3", "model": "gone-1", "messages": []}
first = next_turn(conversation, "Hello")
assert router.select("support", "user-3", current=conversation["model"]).why == "pinned conversation"
next_turn(conversation, "And now?")
assert len(conversation["messages"]) == 4
assert "".join(stream("user-4", said))
routed_answer, routed_id = reply_routed("user-7", said)
assert routed_answer.content and routed_id
assert summarise("conversation-1", "A long text. " * 40)


async def serve_once():
    async with app.lifespan(app):
        return await app.handlers["/reply"]({"user": "user-5", "messages": said})


told = asyncio.run(serve_once())
assert told["text"] and told["request"]
assert log.status().queued == 0, "uvicorn may end by a signal now"
request = SimpleNamespace(user=SimpleNamespace(pk=6), POST={"text": "Hello"})
assert reply_view(request)["text"]
"""


BOT = """DEFAULT_MODEL = "gpt-4o"

def ask(client, text):
    return client.messages.create(model="claude-sonnet-4-5-20250929", messages=text)
"""


def run_python(code: str, place: Path, environment: dict[str, str], url: str) -> subprocess.CompletedProcess[bytes]:
    given = {
        **environment,
        "PYTHONPATH": f"{STUBS}:{environment['PYTHONPATH']}",
        "ANTHROPIC_API_KEY": "no-key-is-needed",
        "ANTHROPIC_BASE_URL": url,
        "OPENAI_API_KEY": "no-key-is-needed",
        "OPENAI_BASE_URL": f"{url}/v1",
    }
    return warm.run(["-c", code], given, place)


def rows(place: Path) -> list[tuple[str, str, str, str | None]]:
    with sqlite3.connect(place / "requests.db") as log:
        return log.execute("SELECT route, arm, outcome, error_class FROM request_log ORDER BY id").fetchall()


def test_the_python_of_the_readme_runs_and_its_request_and_feedback_are_logged(page_at, place, environment, stand_in):
    code = "\n".join(page_at("README.md").blocks("python")) + AFTER_README
    done = run_python(code, place, environment, stand_in.url)
    assert done.returncode == 0, done.stderr
    assert rows(place) == [("support", "production", "ok", None)]
    (query,) = re.findall(r'"(SELECT [^"]+)"', page_at("docs/operations.md").text)
    with sqlite3.connect(place / "requests.db") as log:
        assert log.execute("SELECT satisfied, flagged FROM requests").fetchall() == [(1, None)]
        assert [row[1:4] for row in log.execute(query)] == [("support", "production", "ok")]


def test_the_python_of_the_integration_page_runs_and_is_logged(page_at, place, environment, stand_in):
    code = "\n".join(page_at("docs/integration.md").blocks("python")) + AFTER_INTEGRATION
    done = run_python(code, place, environment, stand_in.url)
    assert done.returncode == 0, done.stderr
    found = rows(place)
    assert len(found) >= 9
    assert {row[0] for row in found} == {"support", "summarise"}
    assert [row for row in found if row[2] != "ok"] == []


RUN = {
    "python": {"README.md", "docs/integration.md", "docs/alerts.md", "docs/suites.md", "docs/triage.md"},
    "console": {
        "README.md",
        "docs/recipes.md",
        "docs/check.md",
        "docs/tutorial.md",
        "docs/suites.md",
        "docs/preflight.md",
        "docs/review.md",
        "docs/triage.md",
    },
    "toml": {"docs/registry.md", "docs/guard.md", "docs/verdict.md", "docs/recipes.md", "docs/suites.md"},
}
"""The pages whose blocks of a language run in a test: here, of alerts in tests/guard/alerts, of suites in
tests/plugin, of triage in tests/triage, of TOML in test_pages."""
PARSED = {"sh", "yaml", "json", "ini"}
"""Languages whose blocks are read by what would read them, on every page."""
PORTS = {"docs/bucket_ports.md"}
"""Run with their own languages in tests/domain."""
SHOWN_ONLY = {"text": "what is printed, or a formula", "diff": "a change"}
PARSED_ONLY = {"docs/catalog.md": "its lists are those of a key that only its reader has"}


def test_every_block_of_every_page_is_run_or_read_by_a_test(page):
    for language in set(re.findall(r"^```(\w+)$", page.text, re.MULTILINE)):
        if language in PARSED or language in SHOWN_ONLY or page.name in PORTS:
            continue
        assert page.name in RUN.get(language, set()) or (language == "console" and page.name in PARSED_ONLY), language


def test_blocks_of_data_are_what_they_say(page):
    for block in page.blocks("yaml"):
        yaml.safe_load(block)
    for block in page.blocks("json"):
        json.loads(block)
    for block in page.blocks("ini"):
        configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True).read_string(
            block if block.lstrip().startswith(("[", "#")) else f"[top]\n{block}"
        )


def steps(session: str) -> list[tuple[str, str]]:
    """(command, what it printed) of a session, in which every command is on a line that begins with `$ `."""
    parts = re.split(r"^\$ (.*)\n", session, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def timeless(text: str) -> str:
    """`text` without what changes from day to day: when something was done, and how near a retirement is."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d UTC)?", "WHEN", text)
    text = re.sub(r"retire[sd] .*", "CLOCK", text)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).strip("\n")


@pytest.fixture
def repository(place, environment):
    """A clone of this repository, as far as the session looks at it."""
    who = ["-c", "user.name=ana", "-c", "user.email=ana@localhost"]
    for words in (["init", "-q"], ["add", "registry.toml"], [*who, "commit", "-q", "-m", "The registry"]):
        subprocess.run(["git", *words], cwd=place, env=environment, check=True, timeout=20)
    return place


def play(session: str, place: Path, environment: dict[str, str]) -> None:
    """Type the session in a shell and hold what it prints against what the page says."""
    for command, printed in steps(session):
        words = shlex.split(command)
        if words[0] == "console":
            done = warm.run(words[1:], environment, place, together=True)
        else:
            streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            done = subprocess.run(words, cwd=place, env=environment, timeout=60, check=False, **streams)
        assert_as_told(timeless(printed), timeless(done.stdout.decode()), command)


def assert_as_told(shown: str, happened: str, command: str) -> None:
    """Lines in their order; a line `…` of the page stands for any number of lines, one at an end for what follows."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else _line(line) for line in shown.split("\n"))
    assert re.fullmatch(pattern, happened + "\n"), f"$ {command}\n{happened}\n--- the page says\n{shown}"


def _line(shown: str) -> str:
    kept = shown.removesuffix("…")
    return re.escape(kept) + ("" if kept == shown else ".*") + "\n"


def test_what_a_page_leaves_out_is_only_what_it_marks():
    assert_as_told("a\n…\nd", "a\nb\nc\nd", "x")
    assert_as_told("a\n…", "a", "x")
    assert_as_told("a  …\nb", "a  1\nb", "x")
    with pytest.raises(AssertionError, match="the page says"):
        assert_as_told("a\nd", "a\nb\nd", "x")


def test_the_session_of_the_readme_is_what_happens(page_at, repository, environment):
    (session,) = page_at("README.md").blocks("console")
    assert steps(session)[-1][0] == "git diff registry.toml"
    play(session, repository, environment)


def test_the_sessions_of_the_recipes_are_what_happens(page_at, repository, environment):
    indented = re.findall(r"^( *)```console\n(.*?)^ *```", page_at("docs/recipes.md").text, re.DOTALL | re.MULTILINE)
    assert len(indented) >= 3
    play("".join(textwrap.dedent(block) for _, block in indented), repository, environment)


def test_the_session_of_the_tutorial_is_what_happens(page_at, tmp_path, environment, monkeypatch):
    monkeypatch.setattr(world, "HISTORY_DAYS", 0.05)
    folder = tmp_path / "upgrade"
    folder.mkdir()
    world.make(folder, utc_now())
    blocks = page_at("docs/tutorial.md").blocks("console")
    assert len(blocks) >= 8
    play("".join(blocks), folder, environment | {"CONSOLE_STATE": str(tmp_path / "state")})


def test_the_session_of_check_is_what_happens(page_at, repository, monkeypatch, capsys):
    (repository / "app").mkdir()
    (repository / "app/bot.py").write_text(BOT, encoding="utf-8")
    monkeypatch.chdir(repository)
    # Ends draw nearer with every day, and change what is graver: the page shows one day.
    monkeypatch.setattr("console.text.clock.utc_now", lambda: datetime(2026, 11, 28, 12, 0, tzinfo=UTC))
    (session,) = page_at("docs/check.md").blocks("console")
    ((command, printed),) = steps(session)
    assert run(shlex.split(command)[1:]) == 1
    assert_as_told(printed.rstrip("\n"), capsys.readouterr().out.rstrip("\n"), command)


def test_the_session_of_preflight_is_what_happens(page_at, tmp_path, monkeypatch, capsys):
    folder = Place(tmp_path)
    folder.write("temperature = 0.2\nmax_tokens = 1024")
    folder.record("max_tokens messages model system temperature")
    monkeypatch.chdir(tmp_path)
    ((command, printed),) = steps(page_at("docs/preflight.md").blocks("console")[0])
    assert run(shlex.split(command)[1:]) == 1
    happened = re.sub(r"^ends .*", "ends       not before 28 Sep", capsys.readouterr().out, flags=re.MULTILINE)
    assert_as_told(printed.rstrip("\n"), happened.rstrip("\n"), command)


def lines_of_shell(page) -> list[str]:
    blocks = re.findall(r"^ *```(sh|console)\n(.*?)^ *```", page.text, re.DOTALL | re.MULTILINE)
    typed = []
    for language, block in blocks:
        lines = [line.strip() for line in block.splitlines()]
        typed += [line[2:] for line in lines if line.startswith("$ ")] if language == "console" else lines
    return typed


def test_the_commands_of_the_pages_can_be_called_so(page, monkeypatch):
    """Each is parsed by the command itself: a verb, an option or a value that it does not know fails here."""
    monkeypatch.setattr("click.types.Path.convert", lambda self, value, *_: value)
    for line in lines_of_shell(page):
        words = shlex.split(line, comments=True)
        ends = [at for at, word in enumerate(words) if word in ("|", "||", "&&", ">", ";")]
        words = words[: ends[0]] if ends else words
        if words[:1] == ["console"] and len(words) > 1:
            found = group.get_command(click.Context(group), words[1]) if words[1] in VERBS else None
            if found is None:
                group.make_context("console", words[1:])
            else:
                found.make_context(words[1], words[2:])
        if words[:1] == ["make"]:
            assert words[1] in ("demo", "test"), line
