"""Two looks: what one look may believe. The pause between them is where these tests change the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.domain.errors import RegistryInvalid
from console.registry.reading import Snapshot, digest
from console.registry.watching import REHASH_S
from console.routing.looking import LOOKS, SETTLE_S, Looker, Seen

Text = Callable[..., str]
Write = Callable[..., None]


def nothing(seconds: float) -> None:
    """A pause in which nothing happens."""


def doing(*steps: Callable[[], object]) -> Callable[[float], None]:
    """Pauses in which one step after the other happens, then nothing."""
    left: Iterator[Callable[[], object]] = iter(steps)

    def pause(seconds: float) -> None:
        next(left, lambda: None)()

    return pause


def production(seen: Seen) -> str:
    assert isinstance(seen, Snapshot)
    return seen.registry.routes["support"].production


@pytest.fixture
def looker(path: Path) -> Looker:
    return Looker(str(path))


def test_the_looks_are_50_ms_apart(looker: Looker, write: Write) -> None:
    write()
    paused: list[float] = []
    looker.look(paused.append)
    assert paused == [SETTLE_S] == [0.05]


def test_nothing_is_waited_for_while_nothing_changes(looker: Looker, write: Write) -> None:
    write()
    looker.look(nothing)
    paused: list[float] = []
    assert [looker.look(paused.append) for _ in range(5)] == ["same"] * 5
    assert paused == []


def test_of_two_quick_changes_the_second_is_taken(looker: Looker, write: Write) -> None:
    write(production="first-2026-01-01")
    seen = looker.look(doing(lambda: write(production="second-2026-01-01")))
    assert production(seen) == "second-2026-01-01"


def test_a_file_that_is_valid_at_every_moment_is_still_taken_whole(looker: Looker, path: Path, text: Text) -> None:
    whole = text(canary=None)
    routes = [f'[routes.extra{number}]\nproduction = "plain-2026-01-01"\n' for number in range(5)]
    path.write_text(whole)

    def more(route: str) -> Callable[[], object]:
        def append() -> None:
            with path.open("a") as file:
                file.write(route)

        return append

    seen = looker.look(doing(*map(more, routes)))
    assert isinstance(seen, Snapshot)
    assert set(seen.registry.routes) == {"support", "plain", *(f"extra{number}" for number in range(5))}


def test_an_in_place_write_is_not_seen_empty(looker: Looker, path: Path, write: Write, text: Text) -> None:
    write()
    looker.look(nothing)
    path.write_text("")
    seen = looker.look(doing(lambda: path.write_text(text(production="new-2026-01-01"))))
    assert production(seen) == "new-2026-01-01"


def test_a_file_that_is_gone_for_a_moment_is_the_same_file(looker: Looker, path: Path, write: Write) -> None:
    write()
    looker.look(nothing)
    parked = path.with_name("parked")
    path.rename(parked)
    assert looker.look(doing(lambda: parked.rename(path))) == "same"


def test_a_file_that_never_settles_is_left_for_the_next_poll(looker: Looker, write: Write) -> None:
    write()
    changes = [lambda number=number: write(production=f"wild-{number}-2026-01-01") for number in range(LOOKS)]
    assert looker.look(doing(*changes)) == "moving"
    assert production(looker.look(nothing)) == f"wild-{LOOKS - 1}-2026-01-01"


def test_what_is_wrong_is_reported_once(looker: Looker, write: Write) -> None:
    write("[")
    first = looker.look(nothing)
    assert isinstance(first, RegistryInvalid)
    assert [looker.look(nothing) for _ in range(3)] == ["same"] * 3
    write("]")
    assert isinstance(looker.look(nothing), RegistryInvalid)


def test_what_keeps_a_file_from_being_read_is_reported_once(looker: Looker, path: Path) -> None:
    assert isinstance(looker.look(nothing), RegistryInvalid)
    assert looker.look(nothing) == "same"
    path.mkdir()
    seen = looker.look(nothing)
    assert isinstance(seen, RegistryInvalid)
    assert "is a directory" in seen.message


def test_the_registry_that_is_served_already_is_no_news(path: Path, write: Write) -> None:
    write()
    looker = Looker(str(path), known=digest(path.read_bytes()))
    assert looker.look(nothing) == "same"


def test_a_return_to_an_earlier_registry_is_news(looker: Looker, write: Write) -> None:
    for model in ("a-2026-01-01", "b-2026-01-01", "a-2026-01-01"):
        write(production=model)
        assert production(looker.look(nothing)) == model


def test_a_change_that_leaves_no_trace_in_the_times_is_found_by_the_next_hash(
    path: Path, write: Write, text: Text
) -> None:
    now = [0.0]
    looker = Looker(str(path), clock=lambda: now[0])
    write(production="aaaa-2026-01-01")
    looker.look(nothing)
    before = path.stat()
    with path.open("r+") as file:
        file.write(text(production="bbbb-2026-01-01"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    now[0] = REHASH_S - 1
    assert looker.look(nothing) == "same"
    now[0] = REHASH_S
    assert production(looker.look(nothing)) == "bbbb-2026-01-01"


def test_a_file_that_becomes_readable_without_a_new_time_is_found_at_once(
    looker: Looker, path: Path, write: Write, tmp_path: Path
) -> None:
    """A symbolic link that is turned round keeps no time that could tell."""
    path.symlink_to("nothing-here")
    assert isinstance(looker.look(nothing), RegistryInvalid)
    write(production="late-2026-01-01")
    assert production(looker.look(nothing)) == "late-2026-01-01"


@pytest.mark.parametrize("path", ["", "\0", "a\0b", "x" * 5_000, "\ud800"], ids=range(5))
def test_a_path_that_is_none_is_a_clear_error(path: str) -> None:
    assert isinstance(Looker(path).look(nothing), RegistryInvalid)
