"""Style sheets are parsed once by a process that opens hundreds of apps: the rules of a text are always the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_ONE_KNOWS = "_parse_rules"
"""The method that a style sheet parses with; it knows by itself what it has parsed with the variables it has."""


def parse_once() -> None:
    """From now on, what one app has parsed no other one parses."""
    parse = getattr(Stylesheet, _ONE_KNOWS)
    if not hasattr(parse, "__wrapped__"):
        setattr(Stylesheet, _ONE_KNOWS, _knowing(parse))


def _knowing(parse: Callable[..., list[RuleSet]]) -> Callable[..., list[RuleSet]]:
    known: dict[tuple[Any, ...], list[RuleSet]] = {}

    @functools.wraps(parse)
    def parsed(self: Any, *given: Any, **named: Any) -> list[RuleSet]:
        key = (given, tuple(sorted(named.items())), tuple(self._variables.items()))
        if key not in known:
            known[key] = parse(self, *given, **named)
        return known[key]

    return parsed
