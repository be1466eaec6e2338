"""The key of a log: one for all processes, private, and enough to tell users apart without naming them."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest

from console.traffic.keys import UserKeys, key_path, load_key


def test_the_key_is_made_once_and_private(path) -> None:
    key = load_key(path)
    assert load_key(path) == key
    assert stat.S_IMODE(key_path(path).stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["requests.db.key"]


def test_processes_that_start_together_share_a_key(path) -> None:
    code = (
        "import sys; from pathlib import Path; from console.traffic.keys import load_key;"
        " print(load_key(Path(sys.argv[1])).hex())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate(timeout=30)[0] for process in running}) == 1


def test_another_file_in_its_place_is_refused(path) -> None:
    key_path(path).write_text("abcd")
    with pytest.raises(ValueError, match="32 bytes"):
        load_key(path)


def test_users_are_told_apart_and_keys_make_them_different() -> None:
    one, two = UserKeys(b"1" * 32), UserKeys(b"2" * 32)
    assert one.of("olga") == one.of("olga") == UserKeys(b"1" * 32).of("olga")
    assert len({one.of("olga"), one.of("Olga"), one.of("ölga"), two.of("olga")}) == 4
    assert one.key_id != two.key_id
    assert len(one.of("\ud800")) == 16
