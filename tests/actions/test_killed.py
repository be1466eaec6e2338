"""A console that is killed in the middle of a change: the next one knows what happened."""

from __future__ import annotations

import subprocess
import sys

import pytest

from console.actions.requests import SetShare, Undo
from console.registry.reading import read

KILLED = """
import os, sys
from console.actions.desk import Desk
from console.actions.requests import SetShare
import console.registry.writing as writing
import console.history.store as store

moment, path = sys.argv[1:]
replace = writing.replace_file
if moment == "before the file":
    writing.replace_file = lambda *a, **k: os._exit(9)
elif moment == "after the file":
    writing.replace_file = lambda *a, **k: (replace(*a, **k), os._exit(9))
else:
    mark = store.History.mark
    store.History.mark = lambda *a: (mark(*a), os._exit(9))
desk = Desk(path, actor="killed@desk")
desk.apply(desk.plan(SetShare("support", 25)))
"""


@pytest.mark.parametrize(
    ("moment", "percentage", "state"),
    [("before the file", 5, "abandoned"), ("after the file", 25, "committed"), ("after the mark", 25, "committed")],
)
def test_the_next_console_decides_what_a_killed_one_left_open(desk, path, text, moment, percentage, state):
    done = subprocess.run([sys.executable, "-c", KILLED, moment, str(path)], timeout=60, check=False)
    assert done.returncode == 9

    assert desk.notice() is None

    assert read(path).registry.routes["support"].canary_percentage == percentage
    assert desk.history.entry(1).state == state
    if state == "committed":
        desk.apply(desk.plan(Undo()))
        assert path.read_text() == text
    else:
        desk.apply(desk.plan(SetShare("support", 25)))
        assert [entry.number for entry in desk.history.entries()] == [2]


def test_undo_alone_settles_what_a_killed_console_left_open(desk, path, text):
    subprocess.run([sys.executable, "-c", KILLED, "after the file", str(path)], timeout=60, check=False)
    desk.apply(desk.plan(Undo()))
    assert path.read_text() == text
