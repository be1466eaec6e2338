"""The first run on a terminal: no registry yet, so offer to write one, or the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.settings import Settings
from console.domain.errors import ConsoleError
from console.text.clock import utc_now
from console.text.safe import safe_line

if TYPE_CHECKING:
    from console.cli.drafting import Draft
    from console.tui.welcome import Chosen, Found


def welcome(settings: Settings, *, ascii_only: bool) -> tuple[Chosen | None, int]:
    """Show the page; returns what was chosen, with the exit code. After "write" the registry is there.

    Raises Refused where it cannot be written, or where one appeared meanwhile.
    """
    from console.cli.drafting import draft, write
    from console.tui.terminal_app import run_app
    from console.tui.welcome import Found, WelcomeApp

    target = settings.registry_path
    made: list[Draft] = []

    def look() -> Found:
        try:
            made.append(draft((str(target.parent),), target, utc_now().date()))
        except ConsoleError as error:
            return Found(safe_line(error.message))
        return Found(safe_line(made[-1].said), tuple(safe_line(line) for line in made[-1].text.rstrip().split("\n")))

    app = WelcomeApp(
        safe_line(target.name),
        safe_line(str(Path(target).parent.absolute())),
        look,
        may_write=not settings.read_only,
        ascii_only=ascii_only,
    )
    code = run_app(app)
    chosen = app.return_value if code == 0 else None
    if chosen == "write":
        write(target, made[-1].text)
    return chosen, code
