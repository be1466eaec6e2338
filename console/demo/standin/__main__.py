"""`python -m console.demo.standin`: the stand-in provider as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from console.demo.children import end_with_parent, ready
from console.demo.standin.server import HOST, StandInServer

_DESCRIPTION = """\
A provider on this machine that invents its answers: no key, no cost, no network.

It prints {"url": "http://127.0.0.1:PORT"} when it listens, and ends with ctrl+c. An application asks it with
ANTHROPIC_BASE_URL=http://127.0.0.1:PORT or OPENAI_BASE_URL=http://127.0.0.1:PORT/v1 in its environment, and any key."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until the parent ends or the process is told to. Prints one line of JSON with the URL when it listens."""
    parser = argparse.ArgumentParser(
        prog="python -m console.demo.standin", description=_DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--scale", type=float, default=1.0, help="real seconds per simulated second")
    parser.add_argument("--child", action="store_true", help="end when standard input ends, as it does with the parent")
    options = parser.parse_args(arguments)
    if options.child:
        end_with_parent()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options.port, options.scale))
    return 0


async def _serve(port: int, scale: float) -> None:
    server = StandInServer(scale)
    ready(url=f"http://{HOST}:{await server.start(port)}")
    await server.serve()


if __name__ == "__main__":
    sys.exit(main())
