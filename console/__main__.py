"""`console` and `python -m console`: the command, or what to install where only the library part is there."""

from __future__ import annotations

import gc
import sys

EXIT_USAGE = 2


def main() -> int:
    """Run the command line; returns its exit code."""
    try:
        from console.cli.main import main as command

        code = command()
        # The process ends here: looking through all its objects for cycles, several times, would take 0.1 s.
        gc.freeze()
        return code
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] == "console":
            raise
        sys.stderr.write(
            f"error: the console needs {missing.name}, which is not installed\n"
            "`pip install model-console` installs all of it; Router and RequestLog work without.\n"
        )
        return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
