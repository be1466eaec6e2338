"""The hand on the stand-in's switches: a small client of its `/control` endpoint."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from console.demo.standin.faults import BadSwitch


class Control:
    """Turns the switches of the stand-in at `url`. Every method raises OSError when nobody answers there."""

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "127.0.0.1", place.port or 80
        self._timeout_s = timeout_s

    def set(self, model: str = "*", **switches: object) -> None:
        """Set switches (see `Faults`) of one model, or of all. Raises BadSwitch."""
        self._send("POST", {"model": model, "switches": switches})

    def lists(self, *, released: Sequence[str] = (), withdrawn: Sequence[str] = ()) -> None:
        """Models that the lists name as well, or no longer; the switches of `/models` break the lists themselves."""
        self._send("POST", {"released": list(released), "withdrawn": list(withdrawn)})

    def scale(self, scale: float) -> None:
        """How many real seconds a simulated second lasts; 0 answers at once."""
        self._send("POST", {"scale": scale})

    def reset(self) -> None:
        """Every model back to its normal life; the scale stays."""
        self._send("POST", {"reset": True})

    def counts(self) -> dict[str, int]:
        """How often each model gave which outcome: `"claude-sonnet-5-5 ok"` -> 12."""
        counts = self._send("GET", None)["counts"]
        return dict(counts) if isinstance(counts, dict) else {}

    def switches(self) -> dict[str, dict[str, object]]:
        """Every switch that is set, by model."""
        switches = self._send("GET", None)["switches"]
        return dict(switches) if isinstance(switches, dict) else {}

    def _send(self, method: str, command: object) -> dict[str, object]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            body = None if command is None else json.dumps(command)
            connection.request(method, "/control", body, {"content-type": "application/json"})
            response = connection.getresponse()
            value: dict[str, object] = json.loads(response.read())
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(f"no stand-in answers at {self._host}:{self._port}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise BadSwitch(str(value.get("error", response.status)))
        return value
