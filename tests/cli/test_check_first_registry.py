"""`console init` writes a registry that every reader accepts, once; `console identify` says what ids mean."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from console.cli.main import main
from console.registry.reading import read
from tests import warm

ROOT = Path(__file__).resolve().parents[2]
CODE = """\
SUPPORT_MODEL = "gpt-4o"
FALLBACK_MODEL = "claude-haiku-4-5-20251001"


def summarise(text):
    return client.messages.create(model="claude-sonnet-4-5-20250929")
"""
IDENTITY = [
    "id", "platform", "provider", "family", "version", "date", "kind", "why", "retires", "retires_kind", "replacement",
    "as_of",
]  # fmt: skip


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "plain"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "bot.py").write_text(CODE)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_first_registry_is_valid_and_says_what_the_code_does(app, run) -> None:
    code, out, err = run("init")
    assert (code, out) == (0, "")
    assert "2 routes and 3 models written to registry.toml" in err
    registry = read("registry.toml").registry
    support, summarise = registry.routes["support"], registry.routes["summarise"]
    assert (support.production, support.fallback) == ("gpt-4o-2024-11-20", "claude-haiku-4-5-20251001")
    assert summarise.production == "claude-sonnet-4-5-20250929"
    assert all(pin.reason.startswith("TODO") for pin in registry.models.values())
    assert "bot.py:1 says gpt-4o, an alias" in registry.models["gpt-4o-2024-11-20"].reason


def test_it_never_overwrites(app, run) -> None:
    for content in (b"", b"schema = 1\n", b"mine"):
        (app / "registry.toml").write_bytes(content)
        code, _, err = run("init")
        assert code == 1
        assert "never overwrites" in err
        assert (app / "registry.toml").read_bytes() == content


def test_nor_through_a_link_that_leads_nowhere(app, run) -> None:
    (app / "registry.toml").symlink_to("elsewhere.toml")
    assert run("init")[0] == 1
    assert not (app / "elsewhere.toml").exists()


def test_a_dry_run_prints_what_would_be_written(app, run) -> None:
    code, out, err = run("init", "--dry-run")
    assert (code, (app / "registry.toml").exists()) == (0, False)
    assert "dry run" in err
    run("init")
    assert (app / "registry.toml").read_text() == out
    assert run("init", "--dry-run")[0] == 0


def test_it_leaves_nothing_else_behind(app, run) -> None:
    run("init")
    assert sorted(path.name for path in app.iterdir()) == ["bot.py", "registry.toml"]


def test_another_place_for_the_registry(app, run) -> None:
    (app / "conf").mkdir()
    assert run("init", "--registry", "conf/models.toml")[0] == 0
    assert read("conf/models.toml").registry.routes


def test_a_folder_that_cannot_be_written_is_a_clear_refusal(app, run) -> None:
    code, _, err = run("init", "--registry", "no/such/folder/registry.toml")
    assert code == 1
    assert "cannot be written" in err


def test_no_ids_no_registry(app, run) -> None:
    (app / "bot.py").write_text("x = 1\n")
    code, _, err = run("init")
    assert code == 1
    assert "no model id was found" in err
    assert not (app / "registry.toml").exists()
    (app / "registry.toml").write_text(err.partition("by hand, with your id:\n")[2])
    assert read("registry.toml").registry.routes, "what it says to write by hand is a registry"


def test_allowed_lines_and_tests_are_left_out(app, run) -> None:
    (app / "bot.py").write_text('MODEL = "gpt-4o"  # console: allow\n')
    (app / "tests").mkdir()
    (app / "tests" / "a.py").write_text('MODEL = "gpt-4o"\n')
    assert run("init")[0] == 1


def test_read_only_and_wrong_paths(app, run) -> None:
    assert run("init", "--read-only")[0] == 1
    assert run("init", "--read-only", "--dry-run")[0] == 0
    assert run("init", "nowhere")[0] == 2


def test_hostile_file_names_end_up_as_text(app, run) -> None:
    (app / "bot.py").unlink()
    (app / '"]\nx = 1 # \x1b]0;x\x07\u202e.py').write_text('SUPPORT_MODEL = "claude-opus-4-1-20250805"\n')
    (app / "b|c.py").write_text('model = "gpt-4.1-2025-04-14"\n')
    assert run("init")[0] == 0
    text = (app / "registry.toml").read_text()
    assert "\x1b" not in text
    assert "\u202e" not in text
    registry = read("registry.toml").registry
    assert set(registry.models) == {"claude-opus-4-1-20250805", "gpt-4.1-2025-04-14"}


def test_what_init_writes_passes_check_except_for_what_is_true(app, run) -> None:
    (app / "bot.py").write_text('MODEL = "claude-sonnet-5-5"\n')
    run("init")
    code, out, _ = run("check")
    assert code == 0
    assert "no reason is given" in out


def test_two_at_once_write_one_file(app, run) -> None:
    """Whoever comes second is refused, and the file is one of the two, whole."""
    codes: list[int] = []

    def start() -> None:
        codes.append(warm.run(["init"], {**os.environ, "PYTHONPATH": str(ROOT)}, app).returncode)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 1, 1]
    assert read(app / "registry.toml").registry.routes
    assert sorted(path.name for path in app.iterdir()) == ["bot.py", "registry.toml"]


def test_identify_has_the_agreed_fields(run) -> None:
    code, out, err = run("identify", "gpt-4o", "claude-sonnet-4-5-20250929", "nothing-known", "--json")
    document = json.loads(out)
    assert (code, err, document["schema"]) == (0, "", 1)
    assert list(document) == ["schema", "models"]
    assert [list(model) for model in document["models"]] == [IDENTITY] * 3
    assert [model["kind"] for model in document["models"]] == ["alias", "pinned", "unknown"]
    sonnet = document["models"][1]
    assert (sonnet["retires"], sonnet["retires_kind"], sonnet["replacement"]) == (
        "2026-11-30",
        "exact",
        "claude-sonnet-5-5",
    )
    assert document["models"][2]["retires"] is None


def test_identify_in_words(run) -> None:
    code, out, err = run("identify", "claude-haiku-4-5", "foo")
    assert code == 0
    for words in (
        "claude-haiku-4-5  ALIAS",
        "claude-haiku-4-5-20251001",
        "per million tokens",
        "foo  UNKNOWN",
        "no price",
    ):
        assert words in out
    assert "not known, which does not mean never" in out
    assert "facts as of" in err


def test_a_platform_changes_what_an_id_means(run) -> None:
    document = json.loads(run("identify", "gpt-4o-2024-08-06", "--platform", "azure", "--json")[1])
    assert document["models"][0]["kind"] == "unknown"


@pytest.mark.parametrize("words", [(), ("--platform", "moon", "gpt-4o")])
def test_wrong_calls_of_identify(run, words) -> None:
    assert run("identify", *words)[0] == 2


def test_hostile_ids_are_shown_as_text(run) -> None:
    code, out, _ = run("identify", "\x1b]0;x\x07", "a\u202eb", "", "x" * 10_000)
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert json.loads(run("identify", "\x1b[2J", "--json")[1])["models"][0]["kind"] == "unknown"
