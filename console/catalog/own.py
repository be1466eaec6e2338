"""The user's own folder: where the console keeps what belongs to one person on one machine, not to the application."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "CONSOLE_STATE"
"""The folder that is used instead of the user's state directory."""


def state_folder(environment: Mapping[str, str] | None = None) -> Path:
    """What `CONSOLE_STATE` names, else the system's place for a user's state. It may not exist yet."""
    named = (os.environ if environment is None else environment).get(VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_state_path("console", appauthor=False)
