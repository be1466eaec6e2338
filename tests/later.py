"""Modules that take seconds to load, for tests that need them: loaded when something of theirs is used."""

from __future__ import annotations

import functools
import importlib
import os
from typing import Any


class Later:
    """Stands for the module `name`. It has no private names but the version: pytest looks for some."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_") and attribute != "__version__":
            raise AttributeError(attribute)
        module = importlib.import_module(self._name)
        read_certificates_once()
        return getattr(module, attribute)


def read_certificates_once() -> None:
    """Every client of an SDK reads the certificates that the system trusts, for 40 ms; they are always the same."""
    import httpcore2

    read = httpcore2.default_ssl_context
    if hasattr(read, "__wrapped__"):
        return
    known: dict[tuple[Any, ...], Any] = {}

    @functools.wraps(read)
    def trusted(**given: Any) -> Any:
        key = (tuple(given.items()), os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        if key not in known:
            known[key] = read(**given)
        return known[key]

    httpcore2.default_ssl_context = trusted


anthropic = Later("anthropic")
openai = Later("openai")
