"""Modules that take seconds to load, for tests that need them: loaded when something of theirs is used."""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for the module `name`. It has no private names but the version: pytest looks for some."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_") and attribute != "__version__":
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)


anthropic = Later("anthropic")
openai = Later("openai")
