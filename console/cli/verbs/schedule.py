"""`console schedule`: prints the regression run as a job for cron, systemd or GitHub Actions. It installs nothing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from console.actions.naming import route_named
from console.cli import diagnostics, output, scheduling
from console.cli.settings import Settings, common
from console.domain.errors import EXIT_GOOD, Usage
from console.domain.registry import Registry, Route
from console.registry.reading import read

WEEKLY, DAILY = "Mon 06:00", "06:00"
_HINTS = {
    "cron": "crontab -e, and put it at the end",
    "systemd": "put both into ~/.config/systemd/user/, then: systemctl --user enable --now {name}.timer",
    "github": "put it into .github/workflows/{name}.yml, and the keys into the repository's secrets",
}


@click.command("schedule", help="Print the regression run as a job for cron, systemd or GitHub Actions.")
@click.option("--route", metavar="ROUTE", help="Whose suite runs. [the only route]")
@click.option("--at", metavar="TIME", help=f'When: "{WEEKLY}" every week, "{DAILY}" every day. [{WEEKLY}]')
@click.option(
    "--format", "form", type=click.Choice(["cron", "systemd", "github"]), default="cron", help="Which form. [cron]"
)
@click.option("--on-release", is_flag=True, help=f"Run when a refresh shows a new model of the family. [{DAILY}]")
@common
def command(settings: Settings, route: str | None, at: str | None, form: str, on_release: bool) -> int:
    """Nothing is installed: the job goes to stdout, and where it belongs to stderr."""
    given = at or (DAILY if on_release else WEEKLY)
    when = scheduling.moment(given)
    if when is None:
        raise Usage(f"{given!r} is no time of the week", f'Like "{WEEKLY}" for every week, or "{DAILY}" for every day.')
    registry = read(settings.registry_path).registry
    chosen = _route(registry, route)
    local = form != "github"
    job = scheduling.Job(
        _plain(chosen.name),
        when,
        on_release,
        _plain(os.getcwd()),  # noqa: PTH109 - a text to print
        _plain(str(settings.registry_path.resolve() if local else _relative(settings.registry_path))),
        _program(),
        _keys(registry, chosen),
    )
    _print(job, form)
    diagnostics.say(_HINTS[form].format(name=job.name))
    return EXIT_GOOD


def _print(job: scheduling.Job, form: str) -> None:
    if form == "cron":
        output.emit(scheduling.cron(job))
    elif form == "github":
        output.emit(scheduling.github(job).rstrip("\n"))
    else:
        for number, (name, text) in enumerate(scheduling.systemd(job)):
            output.emit("\n" * min(number, 1) + f"# {name}\n{text}".rstrip("\n"))


def _route(registry: Registry, name: str | None) -> Route:
    if name is not None:
        return route_named(registry, name)
    if len(registry.routes) == 1:
        return next(iter(registry.routes.values()))
    raise Usage("which route?", f"Say --route with one of: {', '.join(registry.routes)}")


def _keys(registry: Registry, route: Route) -> tuple[str, ...]:
    """The variables that hold the keys of the route's providers."""
    from console.providers.catalogue import provider_of
    from console.providers.endpoints import KEY_VARIABLES
    from console.providers.records import Question

    found = []
    for _, model_id in route.tiers():
        pin = registry.models.get(model_id)
        provider = provider_of(Question.of(model_id, "")) if pin is None or not pin.provider else pin.provider
        found += [name for name in KEY_VARIABLES if provider and name.startswith(provider.upper())]
    return tuple(dict.fromkeys(found))


def _program() -> tuple[str, ...]:
    """How the console is called: timers know no search path."""
    beside = Path(sys.executable).parent / "console"
    found = shutil.which("console") or (str(beside) if os.access(beside, os.X_OK) else None)
    return (str(Path(found).absolute()),) if found else (sys.executable, "-m", "console")


def _relative(path: Path) -> Path:
    """The registry as a checkout has it. Raises Usage where it lies elsewhere."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - without `..`, links as they are
    if not whole.is_relative_to(Path.cwd()):
        raise Usage(f"{path} lies outside this folder", "Run it at the top of the repository.")
    return whole.relative_to(Path.cwd())


def _plain(text: str) -> str:
    """Raises Usage where no form of a job could carry the text."""
    if not text.isprintable() or "${{" in text:
        raise Usage(f"{text!r} cannot be written into a job", "Give the folder a plainer name.")
    return text
