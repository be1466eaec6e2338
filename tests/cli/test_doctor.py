"""`console doctor`: what it finds, what it says to do, and that it neither imports nor changes what it looks at."""

from __future__ import annotations

import sqlite3

import pytest

from console.registry.locking import hold


@pytest.fixture
def found(console):
    """The findings by (section, name), as the command's JSON has them."""

    def ask(*argv: object) -> dict[tuple[str, str], dict]:
        return {(check["section"], check["name"]): check for check in console("doctor", "--json", *argv).json["checks"]}

    return ask


def test_a_healthy_world_is_good(console, world) -> None:
    world.record(200)
    world.registry.chmod(0o644)
    assert console("rollout", "support", "75", "--yes").code == 0
    result = console("doctor")
    assert result.code == 0
    assert "■" not in result.out
    assert "✓ good registry" in result.out
    assert "registry.toml: 2 routes, 5 models" in result.out
    assert "400 rows kept of 400" in result.out
    assert "1 change" in result.out
    assert result.err == ""


def test_json_has_a_schema_and_counts_what_is_bad(console, world) -> None:
    document = console("doctor", "--json").json
    assert (document["schema"], document["bad"]) == (1, 0)
    assert {check["level"] for check in document["checks"]} <= {"good", "none", "look", "bad"}
    assert {check["section"] for check in document["checks"]} == {
        *("versions", "registry", "history", "request log", "terminal", "providers", "guard", "alerts", "application")
    }


def test_every_line_has_a_glyph_and_its_word(console, world) -> None:
    for line in console("doctor").out.splitlines():
        if line.startswith("  ") and line[2] != " ":
            assert line[2:9].strip() in {"✓ good", "– none", "▲ look", "■ bad"}


def test_versions_come_from_metadata(found, world) -> None:
    from importlib.metadata import version

    checks = found()
    for name in ("textual", "anthropic", "openai", "sqlite-utils"):
        assert checks["versions", name]["text"] == version(name)


def test_without_the_semantic_extra_it_says_what_to_install(found, world, monkeypatch) -> None:
    from console.cli.checks import environment

    real = environment.version_of
    monkeypatch.setattr(environment, "version_of", lambda name: "" if name == environment.SEMANTIC else real(name))
    check = found()["versions", "sentence-transformers"]
    assert check["level"] == "none"
    assert "pip install 'model-console[semantic]'" in check["hint"]


def test_a_missing_dependency_is_bad(console, world, monkeypatch) -> None:
    from console.cli.checks import environment

    monkeypatch.setattr(environment, "NEEDED", (*environment.NEEDED, "no-such-distribution"))
    result = console("doctor")
    assert result.code == 1
    assert "■ bad  no-such-distribution" in result.out


def test_an_unrelated_distribution_called_console_is_told(found, world, monkeypatch) -> None:
    from console.cli.checks import environment

    real = environment.version_of
    monkeypatch.setattr(environment, "version_of", lambda name: "3.1" if name == "console" else real(name))
    assert found()["versions", "another console"]["level"] == "look"


def test_keys_are_named_and_never_shown(console, found, world, monkeypatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-very-secret")
    checks = found()
    assert checks["providers", "ANTHROPIC_API_KEY"]["text"] == "set"
    assert checks["providers", "OPENAI_API_KEY"]["text"] == "not set"
    assert "very-secret" not in console("doctor").out + console("doctor", "--json").out


def test_no_key_at_all_says_how_to_go_on_without(found, world) -> None:
    assert "--stand-in" in found()["providers", "providers"]["hint"]


def test_an_override_is_told(found, world, monkeypatch) -> None:
    monkeypatch.setenv("LLM_MODEL_SUPPORT", "claude-opus-5")
    check = found()["providers", "override"]
    assert check["level"] == "look"
    assert "LLM_MODEL_SUPPORT" in check["text"]


def test_a_registry_that_anybody_may_write_is_bad(console, found, world) -> None:
    world.registry.chmod(0o666)
    check = found()["registry", "permissions"]
    assert check["level"] == "bad"
    assert "chmod o-w" in check["hint"]
    assert console("doctor").code == 1


def test_open_files_are_told(found, world) -> None:
    world.record(20)
    world.log.chmod(0o644)
    key = world.log.with_name("requests.db.key")
    key.chmod(0o644)
    checks = found()
    assert checks["request log", "permissions"]["level"] == "look"
    assert checks["request log", "user key"]["level"] == "bad"
    assert f"chmod 600 {key.name}" in checks["request log", "user key"]["hint"]


def test_a_missing_user_key_is_told(found, world) -> None:
    world.record(20)
    world.log.with_name("requests.db.key").unlink()
    assert found()["request log", "user key"]["level"] == "look"


def test_a_folder_in_which_no_change_can_be_made_is_told(found, world, monkeypatch) -> None:
    assert ("registry", "folder") not in found()
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    check = found()["registry", "folder"]
    assert check["level"] == "look"
    assert check["text"].endswith("cannot be written")
    assert "No change can be made" in check["hint"]


def test_who_holds_the_registrys_lock(found, world) -> None:
    assert found()["registry", "lock"]["text"] == "free"
    with hold(world.registry, "registry.toml"):
        check = found()["registry", "lock"]
        assert check["level"] == "look"
        assert "pid" in check["text"]
    assert found()["registry", "lock"]["text"] == "free"


def test_log_health_has_its_figures(found, world) -> None:
    world.record(100)
    with sqlite3.connect(world.log) as db:
        db.execute("UPDATE writers SET dropped = 7")
    db.close()
    checks = found()
    facts = checks["request log", "log"]["facts"]
    assert (facts["rows"], facts["requests"], facts["dropped"]) == (200, 200, 7)
    assert facts["newest_at"] > facts["oldest_at"]
    assert facts["size_bytes"] > 10_000
    assert checks["request log", "dropped"]["level"] == "look"
    assert checks["request log", "dropped"]["text"].startswith("7 requests")
    assert checks["request log", "integrity"]["text"] == "sound"
    assert "SQLite" in checks["request log", "journal"]["text"]


def test_wal_without_the_fix_is_bad(found, world, monkeypatch) -> None:
    from console.cli.checks import requests

    world.record(20)
    with sqlite3.connect(world.log) as db:
        db.execute("PRAGMA journal_mode = wal")
    db.close()
    monkeypatch.setattr(requests, "has_wal_fix", lambda version: False)
    monkeypatch.setattr(requests, "journal_reason", lambda: ("truncate", "SQLite 3.40.1 lacks the fix"))
    check = found()["request log", "journal"]
    assert check["level"] == "bad"
    assert "several writers can corrupt it" in check["text"]


def test_a_damaged_page_is_found_although_counts_can_be_read(console, world) -> None:
    world.record(3_000)
    with sqlite3.connect(world.log) as db:
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'requests'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
        index = db.execute("SELECT rootpage FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_requests%'").fetchone()
    db.close()
    assert root != index[0]
    with world.log.open("r+b") as file:
        file.seek((index[0] - 1) * size)
        file.write(b"\xff" * size)
    result = console("doctor")
    assert result.code == 3
    assert "■ bad  " in result.out


def test_a_route_that_the_registry_lacks_is_named(found, world) -> None:
    world.record(20)
    assert ("request log", "routes") not in found()
    world.edit("[routes.support]", "[routes.replies]")
    check = found()["request log", "routes"]
    assert check["level"] == "look"
    assert check["text"] == 'requests came for "support", which registry.toml lacks'
    assert "default" in check["hint"]


def test_logs_that_were_put_aside_are_named(found, world) -> None:
    world.record(20)
    world.log.with_name("requests.db.corrupt-20261123T140000Z-1").write_bytes(b"x")
    check = found()["request log", "put aside"]
    assert check["facts"]["files"] == ["requests.db.corrupt-20261123T140000Z-1"]


def test_a_damaged_history_is_told_and_put_aside_on_request(console, world) -> None:
    world.history.write_bytes(b"this is no history at all, but it is long enough to look like a file" * 50)
    result = console("doctor")
    assert result.code == 3
    assert "--set-history-aside" in result.out
    assert world.history.exists()
    assert console("doctor", "--set-history-aside", "--read-only").code == 1
    assert world.history.exists()
    moved = console("doctor", "--set-history-aside")
    assert moved.code == 0
    assert "the damaged history is now" in moved.err
    kept = [path for path in world.folder.iterdir() if ".corrupt-" in path.name]
    assert kept[0].read_bytes().startswith(b"this is no history")
    assert console("rollout", "support", "25", "--yes").code == 0


def test_an_older_change_that_cannot_be_understood_is_damage_too(console, world) -> None:
    for share in ("25", "50"):
        assert console("rollout", "support", share, "--yes", "--force", "--reason", "to see").code == 0
    with sqlite3.connect(world.history) as connection:
        connection.execute("DROP TRIGGER changes_fixed")
        connection.execute("UPDATE changes SET at = 'yesterday' WHERE number = 1")
    connection.close()
    result = console("doctor")
    assert result.code == 3
    assert "change 1 is damaged" in result.out
    assert "the damaged history is now" in console("doctor", "--set-history-aside").err


def test_a_sound_history_stays(console, world) -> None:
    console("rollout", "support", "25", "--yes")
    result = console("doctor", "--set-history-aside")
    assert "nothing was moved" in result.err
    assert console("history", "--json").json["changes"]


def test_doctor_changes_nothing(console, world) -> None:
    world.record(50)
    console("rollout", "support", "75", "--yes")
    before = world.files()
    console("doctor")
    assert world.files() == before


def test_a_cache_that_cannot_be_written_is_told(found, world, monkeypatch, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert found()["application", "router cache"]["level"] == "look"
