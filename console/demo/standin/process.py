"""Starts the stand-in as a process of its own, and makes sure that it ends."""

from __future__ import annotations

from types import TracebackType

from console.demo.children import Child
from console.demo.standin.control import Control


class StandIn:
    """A running stand-in provider: `url` (no path), `control` for its switches, `pid`. Close it, or use `with`."""

    def __init__(self, child: Child, url: str) -> None:
        self._child = child
        self.url = url
        self.control = Control(url)
        self.pid = child.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child.alive

    def close(self) -> None:
        """End the process. Closing twice does no harm."""
        self._child.close()

    def __enter__(self) -> StandIn:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(*, port: int = 0, scale: float = 1.0, timeout_s: float = 20.0) -> StandIn:
    """Start a stand-in on 127.0.0.1 and wait until it listens. Raises ChildFailed (a ConsoleError).

    `scale` is how many real seconds a simulated second lasts: 1 is as slow as life, 0 answers at once.
    """
    child = Child("console.demo.standin", ["--child", "--port", str(port), "--scale", str(scale)])
    return StandIn(child, str(child.wait_ready(timeout_s)["url"]))
