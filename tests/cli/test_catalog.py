"""`console catalog`: sources and their age; a refresh that keeps whole lists, tells the news, survives every fault."""

from __future__ import annotations

import json
import multiprocessing
import re
import stat
import sys
from pathlib import Path

import pytest

from console.catalog import facts
from console.cli.main import main

DYING = "claude-sonnet-4-5-20250929"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "catalog"


@pytest.fixture
def provided(stand_in, monkeypatch):
    """Keys for Anthropic and OpenAI, whose servers are the stand-in."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", stand_in.url)
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{stand_in.url}/v1")
    return stand_in


def broken(stand_in, **switches) -> None:
    stand_in.control.set("/models", **switches)


def test_without_a_refresh_the_shipped_facts_and_their_age_are_shown(console) -> None:
    done = console("catalog")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[1].split()[:2] == ["shipped", str(len(facts.document("lifecycle.json")["models"]))]
    assert "ago" in lines[1] or "today" in lines[1]
    assert [line.split()[0] for line in lines[2:]] == ["anthropic", "openai", "gemini"]
    assert all("never read" in line for line in lines[2:])


def test_the_sources_as_json(console) -> None:
    done = console("catalog", "--json").json
    assert done["schema"] == 1
    assert done["shipped"]["as_of"] == str(facts.as_of())
    assert done["shipped"]["sources"]
    assert (done["listings"], done["problems"]) == ([], [])


def test_a_refresh_keeps_the_lists_for_this_user_only(console, provided, state) -> None:
    done = console("catalog", "refresh")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[:2] == [
        f"anthropic: 10 models listed at {provided.url}/v1/models",
        f"openai: 8 models listed at {provided.url}/v1/models",
    ]
    assert sorted(path.name for path in state.iterdir()) == ["anthropic.json", "openai.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()} == {0o600}
    shown = console("catalog").out
    assert f"{provided.url}/v1/models" in shown
    assert shown.count("never read") == 1


def test_a_refresh_writes_nothing_beside_the_registry_nor_into_the_package(console, provided, world) -> None:
    before, package = world.files(), Path(facts.__file__).parent / "data"
    shipped = {path: path.read_bytes() for path in package.iterdir()}
    assert console("catalog", "refresh").code == 0
    assert world.files() == before
    assert {path: path.read_bytes() for path in package.iterdir()} == shipped


def test_the_sources_of_a_refresh_as_json(console, provided) -> None:
    console("catalog", "refresh")
    anthropic, openai = console("catalog", "--json").json["listings"]
    assert (anthropic["provider"], anthropic["models"], anthropic["gone"]) == ("anthropic", 10, [])
    assert anthropic["source"] == f"{provided.url}/v1/models"
    assert 0 <= anthropic["age_s"] < 60
    assert openai["provider"] == "openai"


def test_a_new_model_of_a_routes_family_is_told_once(console, provided) -> None:
    console("catalog", "refresh")
    provided.control.lists(released=["claude-sonnet-6", "claude-opus-9"])
    done = console("catalog", "refresh")
    assert "new: claude-sonnet-6, released 1 Jan 2025 (the family of support)" in done.out
    assert "new in families that no route uses: 1 model" in done.out
    assert "new" not in console("catalog", "refresh").out


def test_the_news_as_json(console, provided) -> None:
    console("catalog", "refresh")
    provided.control.lists(released=["claude-sonnet-6", "gpt-7-mini"], withdrawn=["claude-haiku-4-5-20251001"])
    done = console("catalog", "refresh", "--json").json
    assert done["stand_in"] is False
    assert [(one["provider"], one["read"], one["error"]) for one in done["providers"]] == [
        ("anthropic", True, None),
        ("openai", True, None),
        ("gemini", False, "no key for gemini: GEMINI_API_KEY is not set"),
    ]
    assert [(one["id"], one["routes"]) for one in done["new"]] == [
        ("claude-sonnet-6", ["support"]),
        ("gpt-7-mini", ["summarise"]),
    ]
    (gone,) = done["missing"]
    assert (gone["id"], gone["routes"]) == ("claude-haiku-4-5-20251001", ["support"])


def test_only_the_new_ids_for_a_script(console, provided) -> None:
    console("catalog", "refresh")
    provided.control.lists(released=["claude-sonnet-6", "claude-opus-9", "gpt-7-mini"])
    done = console("catalog", "refresh", "--ids", "--route", "support")
    assert (done.code, done.out) == (0, "claude-sonnet-6\n")
    provided.control.lists(released=["claude-sonnet-7", "gpt-8-mini"])
    assert console("catalog", "refresh", "--ids").out == "claude-sonnet-7\ngpt-8-mini\n"
    assert console("catalog", "refresh", "--ids").out == ""


def test_a_model_that_left_is_told_and_seen_everywhere(console, provided) -> None:
    console("catalog", "refresh")
    provided.control.lists(withdrawn=["claude-haiku-4-5-20251001"])
    done = console("catalog", "refresh")
    assert "gone from anthropic's list: claude-haiku-4-5-20251001 (on support)" in done.out
    assert "gone from the provider's list since" in console("status").out
    assert "gone from the provider's list since" in console("identify", "claude-haiku-4-5-20251001").out
    assert "gone from the provider's list since" in console("check").out


def test_a_model_on_a_route_that_no_list_names_is_told(console, provided, world) -> None:
    world.edit('fallback = "claude-haiku-4-5-20251001"', 'fallback = "claude-haiku-4-4-20250801"')
    world.edit('[models."claude-haiku-4-5-20251001"]', '[models."claude-haiku-4-4-20250801"]')
    done = console("catalog", "refresh")
    assert "not in anthropic's list for this key: claude-haiku-4-4-20250801 (on support)" in done.out


def test_a_date_that_moved_is_told(console, provided, state) -> None:
    console("catalog", "refresh")
    kept = json.loads((state / "anthropic.json").read_text())
    for model in kept["models"]:
        if model["id"] == DYING:
            model["retires"] = "2027-02-01"
    (state / "new.json").write_text(json.dumps(kept))
    (state / "new.json").replace(state / "anthropic.json")
    assert console("identify", DYING, "--json").json["models"][0]["retires"] == "2027-02-01"
    done = console("catalog", "refresh")
    assert re.search(rf"changed: {DYING}: retires 1 Feb( 2027)? → retires 30 Nov( 2026)?\n", done.out)


def test_without_a_key_it_says_which_are_missing_and_how_old_the_facts_are(console, state) -> None:
    done = console("catalog", "refresh")
    assert (done.code, done.out) == (4, "")
    assert "none of ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY is set" in done.err
    assert f"as of {facts.as_of()}" in done.err
    assert not state.exists()


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"error_rate": 1.0, "error_status": 401}, "rejected the key (401). Check"),
        ({"error_rate": 1.0, "error_status": 429, "retry_after_s": 90.0}, "rate limited by"),
        ({"error_rate": 1.0, "error_status": 404}, "there is no list of models at"),
        ({"damage": "malformed json"}, "could not be read"),
        ({"damage": "half"}, "the connection broke"),
        ({"damage": "empty"}, "an empty list"),
    ],
)
def test_a_fault_is_one_line_for_each_provider_and_keeps_what_was_kept(
    console, provided, state, switches, words
) -> None:
    console("catalog", "refresh")
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    broken(provided, **switches)
    done = console("catalog", "refresh")
    assert (done.code, done.out) == (4, "")
    lines = done.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["anthropic", "openai"]
    assert all(words in line and line.endswith("is kept.") for line in lines)
    assert {path.name: path.read_bytes() for path in state.iterdir()} == before


def test_pages_that_never_end_end_with_a_message(console, provided) -> None:
    broken(provided, damage="endless")
    done = console("catalog", "refresh")
    assert done.code == 4
    assert "more is announced, but not where" in done.err or "would never end" in done.err


def test_one_provider_that_fails_does_not_stop_the_other(console, provided, state, monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    done = console("catalog", "refresh")
    assert done.code == 4
    assert done.out.startswith("anthropic: 10 models")
    assert "nothing answers at 127.0.0.1:9" in done.err
    assert [path.name for path in state.iterdir()] == ["anthropic.json"]


def test_offline_everything_goes_on_with_what_was_kept(console, provided, monkeypatch) -> None:
    console("catalog", "refresh")
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name)
    assert console("catalog", "refresh").code == 4
    assert console("identify", DYING, "--json").json["models"][0]["as_of"] >= str(facts.as_of())
    assert console("status").code == 0


def test_a_spoilt_list_is_told_and_written_anew(console, provided, state) -> None:
    state.mkdir(parents=True)
    (state / "anthropic.json").write_text("{")
    assert "is no list of models" in console("catalog").err
    assert console("catalog", "refresh").code == 0
    assert console("catalog").err == ""


def test_a_disk_that_cannot_be_written_is_one_message(console, provided, state) -> None:
    state.parent.mkdir()
    state.write_text("in the way")
    done = console("catalog", "refresh")
    assert done.code == 1
    assert "cannot be written" in done.err
    assert state.read_text() == "in the way"


def test_read_only_reads_no_provider(console, provided, state) -> None:
    done = console("--read-only", "catalog", "refresh")
    assert done.code == 1
    assert "--read-only forbids it" in done.err
    assert not state.exists()


@pytest.mark.parametrize("more", [[], ["--read-only"]])
def test_what_a_stand_in_lists_is_shown_and_not_kept(console, stand_in, state, more) -> None:
    done = console("catalog", "refresh", "--stand-in", *more)
    assert done.code == 0
    assert "gemini: 3 models" in done.out
    assert "nothing of it was kept" in done.err
    assert not state.exists()
    assert console("catalog", "refresh", "--stand-in", "--json").json["stand_in"] is True


def test_it_works_without_a_registry(console, provided, world) -> None:
    world.registry.unlink()
    console("catalog", "refresh")
    provided.control.lists(released=["claude-sonnet-6"])
    done = console("catalog", "refresh")
    assert (done.code, "no route uses: 1 model" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["refresh", "--route", "suport"], 2, "support"),
        (["--registry", "nowhere.toml", "refresh"], 3, "nowhere.toml"),
        (["reload"], 2, "'reload' is not 'refresh'"),
        (["--ids"], 2, "--ids and --route go with refresh"),
        (["--route", "support"], 2, "--ids and --route go with refresh"),
    ],
)
def test_a_wrong_call_is_one_message(console, provided, words, code, message) -> None:
    done = console("catalog", *words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_refreshes_at_once_leave_whole_lists(console, provided, state) -> None:
    """Processes that are forked once everything is loaded begin closer together than any that are started."""
    assert console("catalog", "refresh").code == 0
    for path in state.iterdir():
        path.unlink()
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=lambda: sys.exit(main(["catalog", "refresh"]))) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0, 0, 0]
    assert sorted(path.name for path in state.iterdir()) == ["anthropic.json", "openai.json"]
    assert all(json.loads(path.read_text())["models"] for path in state.iterdir())
