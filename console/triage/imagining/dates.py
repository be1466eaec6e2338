"""Days and times of imagined programs: they are counted, but nobody can ask for today."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from console.triage.imagining.texts import shown_date
from console.triage.imagining.values import Unknown, unknown

_FORM = re.compile(r"(?:%[YmdHMSyBbpI]|[ /:.,T-]){1,20}")
_LONGEST = 40


def _read(text: Any, form: Any) -> datetime:
    """`datetime.strptime`, of harmless forms and short texts."""
    if not isinstance(text, str) or not isinstance(form, str):
        raise TypeError("strptime")
    if _FORM.fullmatch(form) is None or len(text) > _LONGEST:
        raise Unknown
    return datetime.strptime(text, form)


def _of_iso(kind: type[date]) -> Callable[[Any], date]:
    def read(text: Any) -> date:
        if not isinstance(text, str):
            raise TypeError("fromisoformat: argument must be str")
        return kind.fromisoformat(text)

    return read


DATE_STATICS: Mapping[tuple[int, str], Any] = {
    (id(date), "fromisoformat"): _of_iso(date), (id(datetime), "fromisoformat"): _of_iso(datetime),
    (id(datetime), "strptime"): _read, (id(datetime), "combine"): datetime.combine,
    (id(date), "fromordinal"): date.fromordinal, (id(date), "today"): unknown, (id(datetime), "now"): unknown,
    (id(datetime), "min"): datetime.min, (id(datetime), "max"): datetime.max,
    (id(date), "min"): date.min, (id(date), "max"): date.max, (id(datetime), "today"): unknown,
}  # fmt: skip
DATE_METHODS: Mapping[str, Callable[..., Any]] = {
    "strftime": shown_date, "isocalendar": lambda value: tuple(value.isocalendar()),
}  # fmt: skip
DATE_MODULES: Mapping[str, Mapping[str, Any]] = {
    "datetime": {"date": date, "datetime": datetime, "time": time, "timedelta": timedelta},
    "calendar": {
        "monthrange": lambda year, month: tuple(map(int, calendar.monthrange(year, month))),
        "isleap": calendar.isleap, "day_name": list(calendar.day_name), "month_name": list(calendar.month_name),
    },
}  # fmt: skip
