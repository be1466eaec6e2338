"""Many files at once: read, find the ids, on every core where that pays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from console.catalog.source.files import listed, shown, text_of
from console.catalog.source.languages import may_hold_ids
from console.catalog.source.records import Skipped, Use

_WORTH_A_FORK = 120
"""Files from which on a second process gains more than it costs (a fork and a pipe: about 5 ms)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in `files` files that could hold an id."""

    uses: tuple[Use, ...]
    skipped: tuple[Skipped, ...]
    files: int


def scan(paths: Sequence[str], *, tests: bool = False, without: frozenset[str] = frozenset()) -> Scan:
    """Every model id used in the source files at and under `paths`, in the order of their names.

    `tests` also looks into tests; `without` are real paths to leave out (the registry, which is judged by other rules).
    A file that cannot be read is among the skipped ones; nothing is raised.
    """
    listing, missing = listed(paths, tests=tests)
    names = [path for path in listing if not without or os.path.realpath(path) not in without]
    found, skipped = _spread(names)
    found.sort(key=lambda use: (use.path, use.line, use.column))
    return Scan(tuple(found), (*missing, *skipped), len(names))


def _spread(names: list[str]) -> tuple[list[Use], list[Skipped]]:
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, 4)
    if len(names) < _WORTH_A_FORK or workers < 2:
        return _all(names)
    children = [_started(names[index::workers]) for index in range(1, workers)]
    found, skipped = _all(names[::workers])
    import pickle

    for child, pipe, share in children:
        with open(pipe, "rb") as stream:  # noqa: PTH123 - a descriptor, not a path
            data = stream.read()
        # A child that died (no memory) sent nothing: its share is done here.
        more = pickle.loads(data) if os.waitpid(child, 0)[1] == 0 else _all(share)  # noqa: S301 - our own bytes
        found += more[0]
        skipped += more[1]
    return found, skipped


def _started(names: list[str]) -> tuple[int, int, list[str]]:
    inward, outward = os.pipe()
    child = os.fork()
    if child:
        os.close(outward)
        return child, inward, names
    try:
        import pickle

        with open(outward, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(pickle.dumps(_all(names)))
        os._exit(0)
    finally:
        os._exit(1)


def _all(names: Sequence[str]) -> tuple[list[Use], list[Skipped]]:
    found: list[Use] = []
    skipped: list[Skipped] = []
    for name in names:
        text = text_of(name)
        if isinstance(text, Skipped):
            skipped.append(Skipped(shown(name), text.why))
        elif may_hold_ids(text):
            from console.catalog.source.reading import (
                uses,  # only here: its rules take longer to compile than this loop
            )

            found += uses(shown(name), text)
    return found, skipped
