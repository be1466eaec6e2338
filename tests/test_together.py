"""What is made once for all processes of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import together

ROOT = Path(__file__).parents[1]
MAKE = """
import sys
from pathlib import Path
from tests.together import once

def make(folder):
    with Path(sys.argv[1]).open("a") as log:
        log.write("made\\n")
    (folder / "file").write_text("whole")

print((once("thing", make) / "file").read_text())
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(together._PLACE, str(tmp_path / "together"))
    (tmp_path / "together").mkdir()
    return tmp_path


def test_several_processes_make_it_once_and_all_see_it_whole(place: Path) -> None:
    command = [sys.executable, "-c", MAKE, str(place / "log")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [each.communicate(timeout=60)[0] for each in running] == ["whole\n"] * 3
    assert (place / "log").read_text() == "made\n"


def test_one_that_failed_half_way_is_made_anew(place: Path) -> None:
    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        together.once("thing", fails)
    made = together.once("thing", lambda folder: (folder / "whole").touch())
    assert [file.name for file in made.iterdir()] == ["whole"]


def test_the_folder_of_a_run_is_gone_with_the_process_that_began_it(place: Path) -> None:
    program = "from tests.together import once; print(*(once(name, lambda folder: None) for name in ('one', 'other')))"
    given = {name: value for name, value in os.environ.items() if name != together._PLACE} | {"TMPDIR": str(place)}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=given, capture_output=True, text=True)
    one, other = map(Path, done.stdout.split())
    assert one.parent == other.parent
    assert one.parent.parent == place
    assert not one.parent.exists()


def test_a_process_that_did_not_begin_the_run_leaves_its_folder(place: Path) -> None:
    subprocess.run([sys.executable, "-c", MAKE, str(place / "log")], cwd=ROOT, check=True, capture_output=True)
    assert (place / "together" / "thing" / "file").exists()
