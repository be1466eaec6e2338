"""Which files are read: git's answer, a walk where there is no git, tests and generated files left out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.catalog.source import files, scanning
from console.catalog.source.files import is_test, left_out, listed, text_of
from console.catalog.source.ignoring import Ignored
from console.catalog.source.records import Skipped
from console.catalog.source.scanning import scan
from tests.effort import examples

HIT = 'MODEL = "gpt-4o"\n'


def put(folder: Path, **contents: str) -> None:
    for name, text in contents.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def write(folder: Path, name: str, text: str = HIT) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


@pytest.fixture(params=["git", "no repository", "no git"])
def ground(request: pytest.FixtureRequest, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder as a repository, as a plain folder, and on a machine without git."""
    if request.param == "git":
        git(here, "init", "-q")
    if request.param == "no git":
        monkeypatch.setenv("PATH", str(here / "nothing"))
    return here


def found(*paths: str, tests: bool = False) -> list[str]:
    return sorted(listed(paths or (".",), tests=tests)[0])


def test_files_that_may_hold_ids_are_listed_and_others_are_not(ground: Path) -> None:
    for name in ("a.py", "deep/er/b.ts", "c.yaml", ".env", "with space.py", "ümlaut.py"):
        write(ground, name)
    for name in ("README.md", "x.css", "notes.txt"):
        write(ground, name)
    write(ground, "nothing.py", "x = 1\n")
    assert found() == sorted(["a.py", "deep/er/b.ts", "c.yaml", ".env", "with space.py", "ümlaut.py"])


def test_gitignore_is_minded_everywhere(ground: Path) -> None:
    write(ground, ".gitignore", "*.gen.py\n/secret/\nlogs/**\n!logs/keep.py\n# no comment\n")
    for name in ("a.py", "b.gen.py", "sub/c.gen.py", "secret/d.py", "sub/secret/e.py", "sub/f.py"):
        write(ground, name)
    write(ground, "sub/.gitignore", "f.py\n")
    assert found() == ["a.py", "sub/secret/e.py"]


def test_generated_and_vendored_files_are_left_out(ground: Path) -> None:
    for name in (
        "node_modules/x/i.js",
        ".cache/model-console/0eef16990d43a4b2.toml",
        "app/.mypy_cache/3.11/x.json",
        "vendor/v.go",
        "dist/a.js",
        "b.min.js",
        "package.json",
        "poetry.lock",
        ".venv/x.py",
    ):
        write(ground, name)
    write(ground, "src/ok.py")
    assert found() == ["src/ok.py"]


def test_tests_are_left_out_unless_asked_for(ground: Path) -> None:
    for name in (
        "tests/a.py",
        "test_b.py",
        "c_test.go",
        "d.spec.ts",
        "src/__tests__/e.js",
        "spec/f_spec.rb",
        "conftest.py",
    ):
        write(ground, name)
    write(ground, "contest.py")
    assert found() == ["contest.py"]
    assert len(found(tests=True)) == 8


def test_a_file_that_is_named_is_always_read(ground: Path) -> None:
    write(ground, ".gitignore", "*.py\n")
    write(ground, "tests/a.py")
    assert found("tests/a.py") == ["tests/a.py"]
    assert found(str(ground / "tests" / "a.py")) == [str(ground / "tests" / "a.py")]


def test_what_is_no_file_is_named_and_not_waited_for(ground: Path) -> None:
    os.mkfifo(ground / "p.py")
    (ground / "gone.py").symlink_to("nowhere.py")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s.sock")
        names, skipped = listed(("p.py", "s.sock", os.devnull, "gone.py"))
    assert names == []
    assert [(each.path, each.why) for each in skipped] == [
        ("p.py", "is a pipe, and only files and folders are read"),
        ("s.sock", "is a socket, and only files and folders are read"),
        (os.devnull, "is a device, and only files and folders are read"),
        ("gone.py", "there is no such file"),
    ]


def test_a_folder_elsewhere_is_named_as_the_person_named_it(ground: Path) -> None:
    write(ground, "app/src/a.py")
    assert found("app") == ["app/src/a.py"]
    assert found("app/", "app/src/a.py") == ["app/src/a.py"]
    assert found(str(ground / "app")) == [f"{ground}/app/src/a.py"]


def test_staged_untracked_and_deleted_files(here: Path) -> None:
    git(here, "init", "-q")
    for name in ("staged.py", "gone.py"):
        write(here, name)
    git(here, "add", "-A")
    write(here, "untracked.py")
    (here / "gone.py").unlink()
    assert found() == ["staged.py", "untracked.py"]


def test_the_repositorys_own_settings_run_nothing(here: Path) -> None:
    git(here, "init", "-q")
    write(here, "a.py")
    git(here, "add", "-A")
    trap = write(here, "trap.sh", f"#!/bin/sh\ntouch {here}/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.editor"):
        git(here, "config", key, str(trap))
    assert "a.py" in found()
    assert not (here / "sprung").exists()


def test_what_is_not_there_is_said(here: Path) -> None:
    assert listed(["nowhere"]) == ([], [Skipped("nowhere", "there is no such file")])


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"a\0b", "not text"), (b"\xff\xfea\0", "not text"), (b"x" * 1_000_001, "larger than 1 MB")],
)
def test_files_that_are_not_read_say_why(here: Path, data: bytes, why: str) -> None:
    (here / "a.py").write_bytes(data)
    said = text_of("a.py")
    assert isinstance(said, Skipped)
    assert why in said.why


def test_a_pipe_a_folder_and_a_dead_link_do_not_hang(here: Path) -> None:
    os.mkfifo(here / "pipe.py")
    (here / "folder.py").mkdir()
    (here / "link.py").symlink_to("nowhere")
    assert text_of("pipe.py") == ""
    assert isinstance(text_of("folder.py"), Skipped)
    assert isinstance(text_of("link.py"), Skipped)
    assert isinstance(text_of("nul\0.py"), Skipped)
    assert scan(["."]).uses == ()


def test_a_byte_order_mark_line_ends_and_bad_bytes_do_not_matter(here: Path) -> None:
    (here / "a.py").write_bytes(b'\xef\xbb\xbfx = 1\r\nMODEL = "gpt-4o"\r\n# \xff\xfe\r\n')
    (use,) = scan(["a.py"]).uses
    assert (use.line, use.column) == (2, 10)


def test_a_name_that_is_not_text_is_shown_and_read(here: Path) -> None:
    name = os.fsencode(str(here)) + b"/\xff\x1b]0;x\x07.py"
    Path(os.fsdecode(name)).write_text(HIT)
    (use,) = scan(["."]).uses
    use.path.encode("utf-8")
    assert use.path.endswith(".py")


def test_many_files_are_shared_among_processes_and_come_back_in_order(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        write(here, f"f{number:02}.py", HIT * (number % 3 + 1))
    (here / "broken.py").write_bytes(b"gpt-4o \0")
    alone = scan(["."])
    monkeypatch.setattr(scanning, "_WORTH_A_FORK", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    shared = scan(["."])
    assert shared.uses == alone.uses
    assert len(shared.uses) == sum(number % 3 + 1 for number in range(40))
    assert {skipped.path for skipped in shared.skipped} == {skipped.path for skipped in alone.skipped}


def test_the_share_of_a_process_that_dies_is_done_here(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        write(here, f"f{number}.py")
    monkeypatch.setattr(scanning, "_WORTH_A_FORK", 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    parent, whole = os.getpid(), scanning._all

    def dying(names):
        if os.getpid() != parent:
            os._exit(9)
        return whole(names)

    monkeypatch.setattr(scanning, "_all", dying)
    assert len(scan(["."]).uses) == 10


def test_files_may_be_left_out_by_their_real_path(here: Path) -> None:
    write(here, "registry.toml", 'production = "gpt-4o"\n')
    write(here, "other.toml", 'production = "gpt-4o"\n')
    without = frozenset({os.path.realpath("registry.toml")})
    assert [use.path for use in scan(["."], without=without).uses] == ["other.toml"]


@pytest.mark.parametrize(
    "path", ["tests/a.py", "a/tests/b.py", "test_x.py", "x_test.go", "a.test.tsx", "FooTest.java", "x/fixtures/y.json"]
)
def test_paths_of_tests(path: str) -> None:
    assert is_test(path)
    assert left_out(path)
    assert not left_out(path, tests=True)


@pytest.mark.parametrize(
    "path", ["src/latest.py", "contest.py", "src/protest/a.py", "testimonials.ts", "attestation/x.go"]
)
def test_paths_that_only_sound_like_tests(path: str) -> None:
    assert not is_test(path)


PATTERNS = [
    "*.log", "/a", "a/", "b/*.py", "**/c", "d/**", "!b/x.py", "x?.py", "[ab].py", "[!a]b.py", "a\\ b", "#a", "\\#a",
    "!", "*", "/", "b/**/y.py", "x.py ", "*.py", "!x.py", "c/x.py", "a*b", "[", "**", "/**/x.py", "b",
]  # fmt: skip
TREE = ["a", "b/x.py", "b/z/y.py", "c/x.py", "d/e/x.py", "x1.py", "a.py", "bb.py", "x.py", "e.log", "c/a/x.py", "a b"]


@settings(max_examples=examples(12))
@given(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=4))
def test_ignore_rules_agree_with_git(tmp_path_factory: pytest.TempPathFactory, patterns: list[str]) -> None:
    folder = tmp_path_factory.mktemp("ignored")
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("\n".join(patterns) + "\n")
    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=folder, input="\0".join(TREE).encode(), capture_output=True, check=False,
    )  # fmt: skip
    theirs = {name for name in asked.stdout.decode().split("\0") if name}
    rules = Ignored(str(folder))
    rules.enter("")
    ours = {path for path in TREE if _ignored(rules, path)}
    shutil.rmtree(folder)
    assert ours == theirs, patterns


def _ignored(rules: Ignored, path: str) -> bool:
    parts = path.split("/")
    parents = ["/".join(parts[:count]) for count in range(1, len(parts))]
    return any(rules.covers(parent, True) for parent in parents) or rules.covers(path, False)


def test_git_and_the_walk_find_the_same_files(here: Path) -> None:
    git(here, "init", "-q")
    write(here, ".gitignore", "*.tmp.py\nout/\n")
    for name in ("a.py", "b/c.ts", "b/d.tmp.py", "out/e.py", "f.yaml"):
        write(here, name)
    by_git = files._by_git(".")
    assert by_git is not None
    assert files._by_walking(".") == [name for name in by_git if not left_out(name)]
