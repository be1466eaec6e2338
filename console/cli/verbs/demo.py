"""`console demo`: a temporary world with live simulated traffic and a stand-in provider, console on top."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from console.catalog.own import VARIABLE, state_folder
from console.cli import diagnostics, output
from console.cli.open_console import open_console
from console.cli.settings import GUARD, Settings, common
from console.demo.scenarios import AFTER_S, RATE, SCENARIOS, Scenario
from console.demo.start import Demo
from console.domain.errors import Usage
from console.text.clock import utc_now
from console.view.lookout import Lookout
from console.view.records import State

STATE = ".state"


@click.command("demo", help="A temporary world with live simulated traffic and a stand-in provider, console on top.")
@click.option("--scenario", type=click.Choice(SCENARIOS), default="healthy", help="What happens to the canary.")
@click.option("--after", "after_s", type=click.FloatRange(0), default=AFTER_S, help="Healthy seconds before it does.")
@click.option(
    "--rate", type=click.FloatRange(0.1, 200), default=RATE, help="Requests per second on the canary's route."
)
@GUARD
@click.option("--headless", type=click.FloatRange(1), metavar="SECONDS", help="No screen: report what happened.")
@click.option("--folder", type=click.Path(path_type=Path), help="Make the world in this folder, and leave it there.")
@common
def command(
    settings: Settings,
    scenario: Scenario,
    after_s: float,
    rate: float,
    guard: bool,
    headless: float | None,
    folder: Path | None,
) -> int:
    """Build the world, open the console (or watch it for a while), and remove everything, unless a folder is named."""
    if settings.registry or settings.log:
        raise Usage("demo makes a registry and a log of its own", "Leave --registry and --log out.")
    diagnostics.say("building a world: a registry, three days of requests, a stand-in provider, simulated users …")
    with Demo(scenario, after_s, rate, folder=folder) as demo:
        world = replace(settings, registry=str(demo.registry), log=str(demo.log), guard=guard or settings.guard)
        if headless is not None:
            with _guarded(world):
                return _watch(world, headless)
        with _own_state(demo.folder / STATE) if folder is None else nullcontext():
            code = open_console(world, stand_in_url=demo.url)
    if folder is None:
        diagnostics.say("the demo's files are gone; `console init` and `console` work on your own")
    else:
        diagnostics.say(f"the world stays in {folder}; in there every command works, --stand-in without a key")
    return code


@contextmanager
def _own_state(folder: Path) -> Iterator[None]:
    """What the console remembers (comparisons, runs, decisions) goes with the temporary world; the theme stays."""
    before = os.environ.get(VARIABLE)
    folder.mkdir(mode=0o700)
    with suppress(OSError, RuntimeError):  # nobody has chosen one, or nobody knows the home of this user
        shutil.copy(state_folder() / "theme", folder / "theme")
    os.environ[VARIABLE] = str(folder)
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        if before is not None:
            os.environ[VARIABLE] = before


@contextmanager
def _guarded(world: Settings) -> Iterator[None]:
    """A guard beside it, where one is wanted. Nobody outside hears of an invented world."""
    if not world.guard:
        yield
        return
    from console.guard.equipping import keep_watch

    stop = threading.Event()
    watch = partial(keep_watch, world.registry_path, world.log_path, stop, diagnostics.say, environ={})
    thread = threading.Thread(target=watch, name="demo-guard")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(settings: Settings, seconds: float) -> int:
    """Report every change of a verdict for `seconds`, then the last state as one JSON document."""
    lookout = Lookout(settings.registry_path, settings.log_path)
    until, wake = time.monotonic() + seconds, threading.Event()
    told: dict[str, State] = {}
    try:
        while True:
            view = lookout.look(utc_now()).view
            for canary in view.canaries:
                if told.get(canary.route) != canary.state:
                    told[canary.route] = canary.state
                    diagnostics.say(f"{view.now:%H:%M:%S} {canary.route}: {canary.state.value} {canary.sentence}")
            if time.monotonic() >= until:
                break
            wake.wait(min(1.0, max(0.0, until - time.monotonic())))
    finally:
        lookout.close()
    output.emit_json(
        {
            "routes": [
                {
                    "name": canary.route,
                    "state": canary.state.value,
                    "sentence": canary.sentence,
                    "production_requests": canary.production_requests,
                    "canary_requests": canary.canary_requests,
                }
                for canary in view.canaries
            ]
        }
    )
    return 0
