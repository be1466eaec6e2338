"""The examples run as they are printed: Python against the real SDKs and a stand-in, the session in a real shell."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

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
told = asyncio.run(app.handlers["/reply"]({"user": "user-5", "messages": said}))
assert told["text"] and told["request"]
request = SimpleNamespace(user=SimpleNamespace(pk=6), POST={"text": "Hello"})
assert reply_view(request)["text"]
"""


def run_python(code: str, place: Path, environment: dict[str, str], url: str) -> subprocess.CompletedProcess[str]:
    given = {
        **environment,
        "PYTHONPATH": f"{STUBS}:{environment['PYTHONPATH']}",
        "ANTHROPIC_API_KEY": "no-key-is-needed",
        "ANTHROPIC_BASE_URL": url,
        "OPENAI_API_KEY": "no-key-is-needed",
        "OPENAI_BASE_URL": f"{url}/v1",
    }
    return subprocess.run(
        [sys.executable, "-c", code], cwd=place, env=given, capture_output=True, text=True, timeout=60, check=False
    )


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


def test_every_page_with_python_is_run_here(root):
    with_python = {
        path.name
        for path in [root / "README.md", *(root / "docs").glob("*.md")]
        if "```python" in path.read_text("utf-8")
    }
    assert with_python - {"bucket_ports.md"} == {"README.md", "integration.md"}


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


def test_the_session_of_the_readme_is_what_happens(page_at, repository, environment):
    (session,) = page_at("README.md").blocks("console")
    told = steps(session)
    assert told[-1][0] == "git diff registry.toml"
    for command, printed in told:
        words = shlex.split(command)
        words = [sys.executable, "-m", *words] if words[0] == "console" else words
        done = subprocess.run(
            words,
            cwd=repository,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        shown, happened = timeless(printed), timeless(done.stdout)
        if shown.endswith("…"):
            happened = happened[: len(shown) - 1] + "…"
        assert happened == shown, f"$ {command}\n{done.stdout}"


def test_the_shell_lines_of_the_pages_are_commands_that_exist(page):
    from console.cli.main import VERBS

    for block in page.blocks("sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["console"] and len(words) > 1:
                assert words[1] in VERBS, line
            if words[:1] == ["make"]:
                assert words[1] in ("demo", "test"), line
