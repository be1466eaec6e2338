"""Everything else that Apprise knows: Teams, Telegram, Matrix, SMS and a hundred more. An extra that may be absent."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.domain.alerts import Severity
from console.guard.alerts import wording
from console.guard.alerts.records import NotSent
from console.history.outbox import Delivery

EXTRA = "pip install 'model-console[alerts]'"
_KINDS: Mapping[Severity, str] = {"info": "info", "warning": "warning", "critical": "failure"}


def is_installed() -> bool:
    """Whether Apprise can be imported; it is not imported for that."""
    return importlib.util.find_spec("apprise") is not None


@dataclass(frozen=True, slots=True)
class Apprise:
    """Addresses in Apprise's own notation. Connections, and what they may reach, are Apprise's; redirects are off."""

    urls: tuple[str, ...] = field(repr=False)

    def send(self, delivery: Delivery, source: str) -> None:
        """Notify every address. Raises NotSent where one of them failed."""
        alert = delivery.alert
        library: Any = importlib.import_module("apprise")
        _hush()
        services = library.Apprise(asset=library.AppriseAsset(http_redirects=False, async_mode=False))
        if not all(services.add(url) for url in self.urls):
            raise NotSent("an address is none that Apprise knows")
        title, body = str(wording.title(alert)), wording.text(alert, source)
        if not services.notify(title=title, body=body, notify_type=_KINDS[alert.severity], body_format="text"):
            raise NotSent("Apprise could not tell all of them")


def _hush() -> None:
    """Apprise and what it calls with log addresses, which are secrets."""
    for name in ("apprise", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
