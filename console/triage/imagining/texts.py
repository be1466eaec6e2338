"""Texts of imagined programs: formats and paddings, each with a width that is bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

from console.triage.imagining.values import LARGEST, Own, Unknown, limited

_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?\d{0,2}[,_]?(?:\.\d{1,2})?[bcdeEfFgGnosxX%]?")
_DATE_SPEC = re.compile(r"(?:%[YmdHMSyBbpIjAauw]|[ /:.,T_-]){1,20}")


def format_value(value: Any, spec: str = "") -> str:
    """A value in an f-string: aligned, with decimals, in another base; days as the harmless directives say."""
    if isinstance(value, date) and spec:
        return shown_date(value, spec)
    if _SPEC.fullmatch(spec) is None and not isinstance(value, Own):
        raise Unknown
    if isinstance(value, Decimal) and abs(value.adjusted()) > 60:
        raise Unknown
    return format(value, spec)


def shown_date(value: Any, form: str) -> str:
    """`strftime`, of harmless directives."""
    if not isinstance(form, str) or _DATE_SPEC.fullmatch(form) is None:
        raise Unknown
    return str(value.strftime(form))


def _formatted(text: str, *given: Any, **named: Any) -> str:
    """`text.format(…)` of values as they are: nothing that hangs on them is looked up."""
    found: list[str] = []
    for place, (literal, name, spec, conversion) in enumerate(Formatter().parse(text)):
        found.append(literal)
        if name is None:
            continue
        if not re.fullmatch(r"\w*", name) or "{" in (spec or ""):
            raise Unknown
        counted = sum(1 for part in list(Formatter().parse(text))[:place] if part[1] == "")
        value = given[counted] if name == "" else given[int(name)] if name.isdigit() else named[name]
        if conversion in ("r", "s"):
            value = repr(value) if conversion == "r" else str(value)
        elif conversion:
            raise Unknown
        found.append(format_value(value, spec or ""))
        limited("".join(found))
    return "".join(found)


def _padded(name: str) -> Callable[..., str]:
    def pad(text: str, width: Any, *rest: Any) -> str:
        if not isinstance(width, int) or width > LARGEST:
            raise Unknown
        return str(getattr(text, name)(width, *rest))

    return pad


def _expanded(text: str, size: int = 8) -> str:
    if size > 16 or text.count("\t") > 50:
        raise Unknown
    return text.expandtabs(size)


TEXT_METHODS: Mapping[str, Callable[..., str]] = {
    "format": _formatted, "center": _padded("center"), "ljust": _padded("ljust"), "rjust": _padded("rjust"),
    "zfill": _padded("zfill"), "expandtabs": _expanded,
}  # fmt: skip
