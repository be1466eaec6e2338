"""The only way to stdout: data, neutralised, in the encoding of the terminal or file behind it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from console.text.safe import safe

SCHEMA = 1


def emit(text: object = "") -> None:
    """One line (or block) of data on stdout. What the encoding cannot carry becomes `?`, never an error."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    line = safe(text).encode(encoding, "replace").decode(encoding)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def emit_json(data: Mapping[str, object]) -> None:
    """One JSON document with the number of its schema first. ASCII only, so control characters stay escaped."""
    emit(json.dumps({"schema": SCHEMA, **data}, indent=2, default=str))


def is_terminal() -> bool:
    """Whether a person reads stdout."""
    return sys.stdout.isatty()
