"""The last good copy: private, whole, and not to be planted by others."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from console.domain.errors import RegistryInvalid
from console.routing.keeping import ABANDONED_S, cache_home, copy_path, keep, kept

Text = Callable[..., str]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_path(tmp_path / "cache", "registry.toml")


@pytest.fixture
def data(text: Text) -> bytes:
    return text().encode()


@pytest.mark.parametrize(
    ("environment", "platform", "end"),
    [
        ({"XDG_CACHE_HOME": "/var/cache/app"}, "linux", "/var/cache/app/model-console"),
        ({"XDG_CACHE_HOME": "relative"}, "linux", "/.cache/model-console"),
        ({}, "linux", "/.cache/model-console"),
        ({}, "darwin", "/Library/Caches/model-console"),
        ({"LOCALAPPDATA": "/Users/ann/Local"}, "win32", "/Users/ann/Local/model-console/Cache"),
        ({}, "win32", "/AppData/Local/model-console/Cache"),
    ],
)
def test_copies_are_kept_where_the_platform_keeps_caches(environment: dict[str, str], platform: str, end: str) -> None:
    assert cache_home(environment, platform).as_posix().endswith(end)


def test_registries_of_different_applications_have_different_copies(tmp_path: Path) -> None:
    assert copy_path(tmp_path, "/a/registry.toml") != copy_path(tmp_path, "/b/registry.toml")


def test_the_copy_does_not_depend_on_how_the_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert copy_path(tmp_path, "registry.toml") == copy_path(tmp_path, f"{tmp_path}/./registry.toml")


def test_a_copy_comes_back_as_it_was_kept(copy: Path, data: bytes) -> None:
    keep(copy, data)
    assert kept(copy).data == data


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_user_can_read_it_whatever_the_umask(copy: Path, data: bytes, umask: int) -> None:
    before = os.umask(umask)
    try:
        keep(copy, data)
    finally:
        os.umask(before)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_the_same_registry_is_not_written_again(copy: Path, data: bytes) -> None:
    keep(copy, data)
    before = copy.stat().st_ino
    keep(copy, data)
    assert copy.stat().st_ino == before
    keep(copy, data + b"# another\n")
    assert copy.stat().st_ino != before


def test_nothing_else_is_left_in_the_directory(copy: Path, data: bytes) -> None:
    for number in range(5):
        keep(copy, data + b"#%d\n" % number)
    assert list(copy.parent.iterdir()) == [copy]


def test_what_killed_processes_left_is_removed_and_what_others_write_is_not(copy: Path, data: bytes) -> None:
    copy.parent.mkdir()
    old, fresh = (copy.with_name(f".{copy.stem}.{number}.aa.part") for number in (1, 2))
    for part in (old, fresh):
        part.write_bytes(b"")
    then = old.stat().st_mtime - ABANDONED_S - 10
    os.utime(old, (then, then))
    keep(copy, data)
    assert set(copy.parent.iterdir()) == {copy, fresh}


def test_many_at_once_leave_one_whole_copy(copy: Path, data: bytes) -> None:
    versions = [data + b"#%d\n" % number for number in range(8)]
    threads = [threading.Thread(target=keep, args=(copy, version)) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(copy).data in versions
    assert list(copy.parent.iterdir()) == [copy]


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_a_copy_that_others_can_write_is_not_trusted(copy: Path, data: bytes, mode: int) -> None:
    keep(copy, data)
    copy.chmod(mode)
    with pytest.raises(RegistryInvalid):
        kept(copy)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_copy_of_another_user_is_not_trusted(copy: Path, data: bytes) -> None:
    keep(copy, data)
    os.chown(copy, 65_534, 65_534)
    with pytest.raises(RegistryInvalid):
        kept(copy)


def test_a_link_in_place_of_the_copy_is_not_followed(copy: Path, data: bytes, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    planted.write_bytes(data)
    copy.parent.mkdir()
    copy.symlink_to(planted)
    with pytest.raises(RegistryInvalid):
        kept(copy)
    keep(copy, data + b"# ours\n")
    assert planted.read_bytes() == data
    assert kept(copy).data.endswith(b"# ours\n")


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"schema = 1\n", b"\xff"])
def test_a_damaged_copy_is_an_error_and_no_registry(copy: Path, data: bytes, damage: bytes) -> None:
    keep(copy, data)
    copy.write_bytes(damage)
    with pytest.raises(RegistryInvalid):
        kept(copy)


def test_a_missing_copy_is_an_error(copy: Path) -> None:
    with pytest.raises(RegistryInvalid):
        kept(copy)


def test_a_place_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        keep(tmp_path / "file" / "copy.toml", data)
    assert [found.name for found in tmp_path.iterdir()] == ["file"]
