"""What is injected while a router answers, and what survives: `python -m bench.router_faults [--quick] [--json]`.

Every line counts what was injected and what survived; the exit code is 1 where they differ. Faults of permissions are
injected as a user without privileges, since root may read everything.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from console.routing import router as routing
from console.routing.router import Router

NOBODY = 65_534
DEFAULT = "default-2026-01-01"
USERS = [f"user-{number}" for number in range(60)]
POLL_S = 0.02
PATIENCE_S = 20.0
"""How long a machine with other work on it may take to do what takes milliseconds."""
Serving = tuple[str, str]
"""The production model and the canary of a registry."""
OLD, NEW = ("old-2026-01-01", "old-canary-2026-01-01"), ("new-2026-02-02", "new-canary-2026-02-02")


def registry(serving: Serving, start: str = "2026-11-20T09:00:00Z") -> str:
    """A registry whose users are half on each of the two models."""
    production, canary = serving
    pins = "".join(f'\n[models."{name}"]\npinned_date = 2026-05-15\nreason = "chosen, größer"\n' for name in serving)
    return (
        f'# Models, pinned.\nschema = 1\n\n[routes.support]\ndescription = "Replies"\nproduction = "{production}"\n'
        f'canary = "{canary}"\ncanary_percentage = 50\ncanary_start = {start}\nfallback = "{production}"\n'
        f"steps = [5, 25, 50, 100]\n{pins}"
    )


def clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def replace(path: Path, data: bytes | str) -> None:
    """A whole file by a rename, whatever was there."""
    part = path.with_suffix(".part")
    part.write_bytes(data.encode() if isinstance(data, str) else data)
    clear(path)
    part.replace(path)


Fault = Callable[[Path], object]


def content(data: bytes | str) -> Fault:
    return lambda path: replace(path, data)


def instead(make: Callable[[Path], object]) -> Fault:
    def inject(path: Path) -> None:
        clear(path)
        make(path)

    return inject


def changed(old: str, new: str) -> Fault:
    assert old in registry(OLD)
    return content(registry(OLD).replace(old, new, 1))


def cut(at: str) -> Fault:
    return content(registry(OLD).partition(at)[0])


def unreadable(path: Path) -> None:
    replace(path, registry(NEW))
    path.chmod(0)


TYPES = (
    ("schema = 1", "schema = {}"),
    ('description = "Replies"', "description = 5"),
    (f'production = "{OLD[0]}"', "production = {id = 'x'}"),
    (f'canary = "{OLD[1]}"', "canary = ['x']"),
    ("canary_percentage = 50", "canary_percentage = '50'"),
    ("canary_start = 2026-11-20T09:00:00Z", "canary_start = true"),
    (f'fallback = "{OLD[0]}"', "fallback = 2026-01-01"),
    ("steps = [5, 25, 50, 100]", "steps = {a = 1}"),
    ("[routes.support]", "[[routes.support]]"),
    ("pinned_date = 2026-05-15", "pinned_date = 20260515"),
    ('reason = "chosen, größer"', "reason = []"),
)
NOISE = random.Random(5)
BROKEN: dict[str, list[Fault]] = {
    "missing": [instead(lambda path: None)],
    "empty": [content(b"")],
    "NUL bytes": [content(b"\0" * 4_096), content(registry(OLD).encode()[:200] + b"\0" * 300)],
    "random bytes": [content(NOISE.randbytes(4_096))],
    "directory": [instead(Path.mkdir)],
    "unreadable": [unreadable],
    "symlink loop": [instead(lambda path: path.symlink_to(path.name))],
    "FIFO": [instead(lambda path: os.mkfifo(path))],
    "larger than 5 MB": [content(registry(NEW) + "# padding\n" * 600_000)],
    "20,000-deep nesting": [content(registry(NEW) + "x = " + "[" * 20_000), content("a." * 20_000 + "a = 1")],
    "dangling symlink": [instead(lambda path: path.symlink_to("nothing-here"))],
    "UTF-16": [content(registry(NEW).encode("utf-16"))],
    "Latin-1": [content(registry(NEW).encode("latin-1"))],
    "cut in the middle": [cut("ge = 50"), cut('-01"\ncanary')],
    "cut but valid TOML": [cut("\n[models."), cut("canary = "), cut("[routes"), cut('reason = "')],
    "wrong types": [changed(old, new) for old, new in TYPES],
    "duplicate keys": [changed("steps", f'production = "{NEW[0]}"\nsteps')],
    "merge markers": [changed("fallback", "<<<<<<< HEAD\nfallback = 'x'\n=======\nfallback")],
    "unlisted model": [changed(f'production = "{OLD[0]}"', 'production = "nobody-pinned-this"')],
    "NaN and out of range": [changed("ge = 50", f"ge = {value}") for value in ("nan", "inf", "-1", "100.1", "500")],
}
"""What a router must refuse, and what it must take, under the names of the promise."""
HARMLESS: dict[str, list[Fault]] = {
    "BOM": [lambda path: replace(path, b"\xef\xbb\xbf" + registry(NEW).encode())],
    "CRLF": [lambda path: replace(path, registry(NEW).replace("\n", "\r\n"))],
}
FAULTS = {**BROKEN, **HARMLESS}
MODES = ("reload", "cold start", "cold start with a last good copy")


@dataclass(frozen=True, slots=True)
class Result:
    """One promise: how often it was tested, and how often it was kept."""

    promise: str
    injected: int
    survived: int
    note: str = ""


def waited(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> bool:
    """Whether `condition` came true in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def answers(router: Router) -> set[str]:
    """The models of all users and of some requests that are odd in other ways too."""
    found = {router.select("support", user).model for user in USERS}
    for key, current in ((None, None), (7, None), (b"x", None), ("user", OLD[1])):
        router.select("support", key, current)
        router.select("no such route", key, current)
    return found


def survives(folder: Path, fault: Fault, mode: str, *, harmless: bool) -> bool:
    """Whether a router answers rightly with `fault` in the file, and serves the repaired file afterwards."""
    folder.mkdir()
    path, cache = folder / "registry.toml", folder / "cache"

    def made() -> Router:
        return Router(path, DEFAULT, poll_s=POLL_S, cache_dir=cache, environment={})

    if mode != "cold start":
        replace(path, registry(OLD))
    router = made()
    if mode != "reload":
        router.close()
    fault(path)
    if mode != "reload":
        router = made()
    expected = set(NEW) if harmless else {DEFAULT} if mode == "cold start" else set(OLD)
    with router:
        noticed = waited(lambda: answers(router) == expected and (harmless or router.status().problem))
        held = all(answers(router) == expected for _ in range(5))
        if path.exists() and not path.is_dir():
            path.chmod(0o600)
        replace(path, registry(("repaired-2026-03-03", "repaired-canary-2026-03-03")))
        repaired = waited(lambda: router.select("support", None).model == "repaired-2026-03-03")
        return noticed and held and repaired and not router.status().problem


def file_faults(folder: Path, variants_each: int) -> Result:
    """Every fault at reload, at a cold start, and at a cold start with a last good copy."""
    cases = [
        (folder / f"{number}-{variant}-{mode.replace(' ', '-')}", fault, mode, name)
        for number, (name, variants) in enumerate(FAULTS.items())
        for variant, fault in enumerate(variants[:variants_each])
        for mode in MODES
    ]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda case: survives(*case[:3], harmless=case[3] in HARMLESS), cases))
    failed = sorted({f"{case[3]} ({case[2]})" for case, good in zip(cases, kept, strict=True) if not good})
    return Result(f"router answers: {len(FAULTS)} file faults x {len(MODES)}", len(kept), sum(kept), "; ".join(failed))


def _allowed(servings: tuple[Serving, ...], starts: tuple[str, ...]) -> set[tuple[str, str, str]]:
    """(model, arm, rollout) as whole registries have them."""
    allowed = set()
    for serving, start in zip(servings, starts, strict=True):
        rollout = f"support|{serving[1]}|{start}"
        allowed |= {(serving[0], "production", rollout), (serving[1], "canary", rollout)}
    return allowed


def _ask(router: Router, allowed: set[tuple[str, str, str]], stop: Callable[[], bool]) -> tuple[int, int]:
    """(calls, calls with an answer that no whole registry gives) until `stop`."""
    calls = bad = 0
    while not stop():
        for user in USERS:
            choice = router.select("support", user)
            bad += (choice.model, choice.arm, choice.rollout) not in allowed
        calls += len(USERS)
    return calls, bad


def _child_asks(router: Router, allowed: set[tuple[str, str, str]], results: int) -> int:
    """Fork a process that asks until SIGTERM and then writes its counts. Its id."""
    child = os.fork()
    if child:
        return child
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    try:
        counts = _ask(router, allowed, lambda: bool(stopped))
        os.write(results, json.dumps(counts).encode())
    finally:
        os._exit(0)


def _rewrite(path: Path, text: str, *, in_place: bool, pause_s: float) -> None:
    if not in_place:
        replace(path, text)
        return
    half = len(text) // 2
    with path.open("w") as file:
        for piece in (text[:half], text[half:]):
            file.write(piece)
            file.flush()
            time.sleep(pause_s)


def torn_state(folder: Path, writes: int) -> Result:
    """Four threads and a forked child ask while the file is written, half by renames and half in place."""
    folder.mkdir()
    path = folder / "registry.toml"
    starts = ("2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z")
    allowed = _allowed((OLD, NEW), starts)
    texts = [registry(serving, start) for serving, start in zip((OLD, NEW), starts, strict=True)]
    replace(path, texts[0])
    done = threading.Event()
    with Router(path, DEFAULT, poll_s=0.01, cache_dir=folder / "cache", environment={}) as router:
        reader, writer = os.pipe()
        child = _child_asks(router, allowed, writer)
        os.close(writer)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(_ask, router, allowed, done.is_set) for _ in range(4)]
            hashes = set()
            for number in range(2 * writes):
                _rewrite(path, texts[number % 2], in_place=number >= writes, pause_s=0.005)
                time.sleep(0.07 if number % 3 == 0 else 0.002)
                hashes.add(router.status().sha256)
            done.set()
            counts = [future.result() for future in asked]
        os.kill(child, signal.SIGTERM)
        with os.fdopen(reader) as results:
            counts.append(json.loads(results.read() or "[0, 1]"))
        os.waitpid(child, 0)
    calls, bad = (sum(column) for column in zip(*counts, strict=True))
    note = f"{2 * writes} writes, {len(hashes)} registries served" + (
        "" if all(c for c, _ in counts) else "; idle reader"
    )
    return Result("no torn state: answers of 4 threads and a forked child", calls, calls - bad, note)


def _child_waits(router: Router, patience_s: float) -> None:
    """In a forked child: exits with 0 once the last registry is served."""
    router.select("support", "user")
    served = waited(lambda: router.select("support", None).model == "last-2026-04-04", patience_s)
    os._exit(0 if served else 1)


@contextmanager
def rewriting(path: Path) -> Iterator[None]:
    """The registry changes all the time."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.wait(0.005):
            number += 1
            replace(path, registry((OLD, NEW)[number % 2]))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def forks(folder: Path, count: int, *, reset: bool = True) -> Result:
    """Forks at random moments of a reload; every child must go on to see what is written after it was born."""
    folder.mkdir()
    path = folder / "registry.toml"
    replace(path, registry(OLD))
    with Router(path, DEFAULT, poll_s=0.05, cache_dir=folder / "cache", environment={}) as router:
        if not reset:
            routing._routers.discard(router)
        children = []
        with rewriting(path):
            for _ in range(count):
                time.sleep(random.random() * 0.02)
                child = os.fork()
                if not child:
                    _child_waits(router, PATIENCE_S if reset else 4.0)
                children.append(child)
        replace(path, registry(("last-2026-04-04", "last-canary-2026-04-04")))
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    what = "keep reloading" if reset else "keep reloading without the at-fork reset (a control that must fail)"
    return Result(f"fork: children that {what}", count, codes.count(0))


def run(*, quick: bool, control: bool = False) -> list[Result]:
    """All promises, the heavy ones in a short form where `quick`."""
    folder = Path(tempfile.mkdtemp(prefix="router-faults-"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        if control:
            return [forks(folder / "control", 20 if quick else 100, reset=False)]
        return [
            file_faults(folder, 1 if quick else 100),
            torn_state(folder / "torn", 10 if quick else 300),
            forks(folder / "forks", 20 if quick else 100),
        ]
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Print what was injected and what survived; 1 if anything did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the short form, as the tests run it")
    parser.add_argument("--json", action="store_true", help="one object a promise")
    parser.add_argument("--control", action="store_true", help="only fork without the reset: none survives")
    options = parser.parse_args()
    logging.getLogger("console.router").setLevel(logging.CRITICAL)
    results = run(quick=options.quick, control=options.control)
    for result in results:
        if options.json:
            print(json.dumps(asdict(result)))
        else:
            print(f"{result.promise}: {result.survived:,} of {result.injected:,} {result.note}".rstrip(), flush=True)
    return 0 if all(result.survived == result.injected for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
