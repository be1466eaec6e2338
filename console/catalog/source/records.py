"""What a scan of source files finds: where an id is used, and which files could not be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Use:
    """A model id that the code uses. `line` and `column` are 1-based, in characters; `path` is as it was found.

    `id` is as written, `model` without a framework's own prefix (`openai:gpt-4o` -> `gpt-4o`). `name` is what the code
    calls it (`SUPPORT_MODEL`, `model`), `within` the function around it; "" where there is none. `allowed` is whether
    the line carries `console: allow`.
    """

    path: str
    line: int
    column: int
    id: str
    model: str
    name: str = ""
    within: str = ""
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read to its end, and why."""

    path: str
    why: str
