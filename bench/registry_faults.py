"""What is injected while the registry is written, and what survives. `python -m bench.registry_faults [--quick]`."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.odd_registries import DOCUMENTS, PLAIN, changes
from bench.registry_harness import (
    SHARE,
    UNIT,
    Notes,
    Reader,
    add_naively,
    drop_root,
    finished,
    fork,
    number_in,
    registry,
    set_naively,
    set_number,
)
from console.domain.edits import Edit, EditImpossible, SetKey, apply, identical
from console.domain.errors import Refused, RegistryChanged, RegistryInvalid
from console.registry.reading import read
from console.registry.scanning import scan
from console.registry.writing import preview, write


@dataclass
class Kills:
    kills: int = 0
    broken: int = 0
    lost: int = 0
    acknowledged: int = 0
    bad_looks: int = 0
    looks: int = 0


def kills(rounds: int, seed: int = 1, naive: bool = False) -> Kills:
    """`kill -9` at a random moment of a write, `rounds` times. A live reader looks on.

    An acknowledged edit must be there afterwards; the one that was under way may be.
    """
    chance = random.Random(seed)
    result = Kills()
    last = 50_000
    setter = set_naively if naive else set_number
    with registry() as path, Reader(path) as reader:
        while result.kills < rounds:
            acknowledged, started = _killed_writer(path, last, setter, chance)
            result.kills += 1
            result.acknowledged += acknowledged - last
            try:
                found = number_in(path)
            except RegistryInvalid:
                result.broken += 1
                path.write_text(PLAIN)
                last = 50_000
                continue
            result.lost += not acknowledged <= found <= started
            last = found
            if last > 900_000:
                path.write_text(PLAIN)
                last = 50_000
    result.bad_looks, result.looks = reader.bad, reader.looks
    return result


def _killed_writer(path: Path, last: int, setter: Callable[..., None], chance: random.Random) -> tuple[int, int]:
    """(the last number that the writer reported as written, the last that it began)."""
    inlet, outlet = os.pipe()

    def work() -> None:
        journal = Notes(lambda _: os.write(outlet, b"i"))
        for number in range(last + 1, last + 1_000):
            setter(path, number, journal)
            os.write(outlet, b"a")

    child = fork(work)
    os.close(outlet)
    began = os.read(inlet, 1)
    select.select([], [], [], chance.random() * 0.012)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(inlet, "rb") as rest:
        story = began + rest.read()
    return last + story.count(b"a"), last + story.count(b"i")


def two_consoles(edits: int, naive: bool = False) -> tuple[int, int]:
    """(edits acknowledged, edits that are in the file) of two processes that each add one, `edits` times."""

    def work(path: Path) -> None:
        done = 0
        while done < edits:
            if naive:
                add_naively(path)
                done += 1
                continue
            snapshot = read(path)
            number = round(snapshot.registry.routes["support"].canary_percentage * UNIT) + 1
            with contextlib.suppress(RegistryChanged):
                write(path, [SetKey(SHARE, number / UNIT)], seen=snapshot, journal=Notes(), timeout_s=60)
                done += 1

    with registry() as path:
        children = [fork(lambda: work(path)) for _ in range(2)]
        codes = [finished(child) for child in children]
        return 2 * edits if all(codes) else -1, number_in(path) - 50_000


def hand_edits(count: int) -> tuple[int, int]:
    """(refused, overwritten) of edits into which an editor saves: by rename and in place, by turns."""
    refused = overwritten = 0
    for number in range(count):
        with registry() as path:
            saved = PLAIN.replace('"known"', f'"known, {number}"', 1)

            def save(_: str, path: Path = path, saved: str = saved, rename: bool = number % 2 == 0) -> None:
                place = path.with_suffix(".swp") if rename else path
                place.write_text(saved)
                place.replace(path)

            try:
                set_number(path, number, Notes(save))
            except RegistryChanged as error:
                refused += f'+reason = "known, {number}"' in error.difference
            overwritten += path.read_text() != saved
    return refused, overwritten


@contextlib.contextmanager
def small_disk() -> Iterator[Path | None]:
    """A file system of 64 KB, or None where this user may not mount one."""
    with tempfile.TemporaryDirectory() as place:
        mounted = (
            shutil.which("mount")
            and not subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=64k", "console-faults", place], capture_output=True, check=False
            ).returncode
        )
        try:
            yield Path(place) if mounted else None
        finally:
            if mounted:
                subprocess.run(["umount", place], check=True)


def _fails(path: Path, words: str, number: int) -> bool:
    """Whether the write is refused in these words, the file is whole, and nothing is left beside it."""
    before = path.read_bytes()
    journal = Notes()
    try:
        set_number(path, number, journal)
    except Refused as error:
        left = [entry.name for entry in path.parent.iterdir() if entry.name.endswith("-tmp")]
        return words in error.message and path.read_bytes() == before and not left and journal.log != ["commit"]
    return False


def disk_full(count: int) -> tuple[int, str]:
    """(intact and clearly refused, how it was done) of edits on a full disk."""
    with small_disk() as disk:
        if disk is not None:
            path = disk / "registry.toml"
            path.write_text(PLAIN)
            with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
                while filler.write(b"x" * 4096):
                    pass
            return sum(_fails(path, "no space left", number) for number in range(count)), "a full tmpfs"

    def limited(path: Path, number: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        assert _fails(path, "no space left", number)

    with registry() as path:
        return sum(finished(fork(lambda n=n: limited(path, n))) for n in range(count)), "a file size limit"


def read_only_disk(count: int) -> tuple[int, str]:
    """(intact and clearly refused, how it was done) of edits on a read-only file system."""
    with small_disk() as disk:
        if disk is None:
            return 0, "not run: needs the right to mount"
        path = disk / "registry.toml"
        path.write_text(PLAIN)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        return sum(_fails(path, "read-only", number) for number in range(count)), "a tmpfs, remounted"


def read_only_file(count: int) -> int:
    """Edits refused on a file without write permission, as a user for whom that counts."""

    def work(path: Path, number: int) -> None:
        drop_root()
        assert _fails(path, "write-protected", number)

    with registry() as path:
        path.parent.chmod(0o777)
        path.chmod(0o444)
        return sum(finished(fork(lambda n=n: work(path, n))) for n in range(count))


@dataclass
class Odd:
    edits: int = 0
    exact: int = 0
    refused: int = 0
    wrong: int = 0


def odd_documents() -> Odd:
    """Every edit on every odd document: made exactly, or refused with the file left alone."""
    result = Odd()
    for text in DOCUMENTS.values():
        with registry(text) as path:
            snapshot = read(path)
            for edits in changes(snapshot.plain):
                result.edits += 1
                try:
                    after = preview(snapshot, edits).after
                except Refused:
                    result.refused += 1
                    continue
                try:
                    wanted = apply(snapshot.plain, edits)
                    same = identical(tomllib.loads(after.decode("utf-8-sig")), wanted)
                except (ValueError, EditImpossible):
                    same = False
                good = same and untouched(text.lstrip("\ufeff"), after.decode("utf-8-sig"), edits)
                result.exact += good
                result.wrong += not good
    return result


def untouched(before: str, after: str, edits: Sequence[Edit]) -> bool:
    """Whether all lines of `before` that no edited key or table covers are in `after`, in order."""
    layout = scan(before)
    excused: set[int] = set()
    own = [entry for entry in layout.statements if not entry.inner]
    for path in (edit.path for edit in edits):
        for entry in own:  # the key itself, what is below it, and the inline table that it is a part of
            if entry.path[: len(path)] == path or path[: len(entry.path)] == entry.path:
                excused.update(range(entry.first, entry.last + 1))
        for header in layout.headers:
            if header.path[: len(path)] == path:
                last = max((entry.last for entry in own if entry.header is header), default=header.line)
                excused.update(range(header.line, last + 1))
    rest = iter(after.splitlines(keepends=True))
    kept = [line for number, line in enumerate(before.splitlines(keepends=True), 1) if number not in excused]
    return all(any(line.rstrip("\n") == other.rstrip("\n") for other in rest) for line in kept if line.strip())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, without the controls")
    quick = parser.parse_args().quick
    scale = 10 if quick else 1
    failed = False

    def row(promise: str, injected: str, survived: str, good: bool, started: float) -> None:
        nonlocal failed
        failed = failed or not good
        took = time.perf_counter() - started
        print(
            f"{promise:<34} | {injected:<44} | {survived:<66} | {'ok' if good else 'FAILED':<6} | {took:5.1f} s",
            flush=True,
        )

    now = time.perf_counter
    at = now()
    k = kills(1000 // scale)
    words = (
        f"{k.broken} broken, {k.lost} of {k.acknowledged:,} acknowledged lost, {k.bad_looks} of {k.looks:,} looks bad"
    )
    row(
        "kill -9 during a write",
        f"{k.kills:,} kills, a live reader",
        words,
        not (k.broken or k.lost or k.bad_looks),
        at,
    )
    if not quick:
        at, k = now(), kills(300, naive=True)
        words = f"{k.broken} broken, {k.bad_looks:,} of {k.looks:,} looks bad"
        row("  control: write in place", f"{k.kills} kills, a live reader", words, k.bad_looks > 0, at)
    at = now()
    told, found = two_consoles(200 // scale)
    row("two consoles at once", f"2 x {200 // scale} edits", f"{told - found} lost of {told}", told == found, at)
    if not quick:
        at = now()
        told, found = two_consoles(200, naive=True)
        row("  control: rename, no lock", "2 x 200 edits", f"{told - found} lost of {told}", told > found, at)
    at, count = now(), 100 // scale
    refused, overwritten = hand_edits(count)
    good = (refused, overwritten) == (count, 0)
    row(
        "hand edit meanwhile",
        f"{count} saves inside an edit",
        f"{refused} refused, {overwritten} overwritten",
        good,
        at,
    )
    at, count = now(), 50 // scale
    intact, how = disk_full(count)
    row("disk full", f"{count} edits on {how}", f"{intact} intact and told so", intact == count, at)
    at = now()
    intact, how = read_only_disk(count)
    row(
        "read-only file system",
        f"{count} edits on {how}",
        f"{intact} intact and told so",
        intact == count or "not" in how,
        at,
    )
    at, intact = now(), read_only_file(count)
    row("read-only file, without root", f"{count} edits", f"{intact} intact and told so", intact == count, at)
    at, odd = now(), odd_documents()
    words = f"{odd.wrong} wrong ({odd.exact} exact, {odd.refused} refused)"
    row("hostile documents", f"{odd.edits} edits, {len(DOCUMENTS)} odd documents", words, odd.wrong == 0, at)
    return failed


if __name__ == "__main__":
    sys.exit(main())
