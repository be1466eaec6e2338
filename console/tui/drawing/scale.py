"""The upper end of a plot: a nice number above the data that stays where it is while values move."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from console.view.records import PlotView

_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_SHRINK_BELOW = 0.6
_SHRINK_AFTER = timedelta(minutes=10)
_LABEL = 5
_RANGE_AT_MOST = 3.0
"""A first hour's range may be enormous; it may take the line down to a third of the height and is cut off beyond."""
_ROOM_ABOVE = 1.4
"""Over a canary that is much worse than production there is room for the range around it, and no more."""
_USUAL_RANGES = 1.5
"""Where all values are 0 the scale shows one and a half usual ranges, so that the first one does not rule."""

_PLOTS = 8
"""A plot changes every ten seconds and is scaled every second: those in sight are remembered."""


class Top(NamedTuple):
    """The upper end, and since when the data would have done with less than 60 % of it (None: it does not)."""

    value: float
    low_since: datetime | None = None


def finite(value: float | None) -> float | None:
    """`value`, or None for what cannot be drawn."""
    return value if value is not None and math.isfinite(value) else None


@lru_cache(maxsize=_PLOTS)
def needed(plot: PlotView) -> float:
    """The smallest upper end that shows the data; 0 without any."""
    ranges = [high for point in plot.points if (high := finite(point.high))]
    line = [value for point in plot.points if (value := finite(point.production)) is not None]
    peak = max(_certain(plot), default=0.0)
    if not ranges:
        return peak
    most = max(_RANGE_AT_MOST * _median(line), _ROOM_ABOVE * peak, _USUAL_RANGES * _median(ranges))
    return max(peak, min(max(ranges), most))


def _median(values: list[float]) -> float:
    """0 without any. The module of the standard library loads fractions and decimals with it."""
    ordered, half = sorted(values), len(values) // 2
    if not ordered:
        return 0.0
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _certain(plot: PlotView) -> list[float]:
    """What must be in sight: production, the least that the canary may have been, and the last value of both.

    A canary's first requests may well read 10 %, with a range from 1 to 30: no scale for the hours after it.
    """
    last = next((point for point in reversed(plot.points) if finite(point.canary) is not None), None)
    canary = [point.low if finite(point.low) is not None else point.canary for point in plot.points]
    values = [*(point.production for point in plot.points), *canary, last.canary if last else None]
    return [value for value in map(finite, values) if value]


@lru_cache(maxsize=_PLOTS)
def nice_top(plot: PlotView, rows: int) -> float:
    """Of the nice numbers above the data, the one that puts production's median nearest to the middle of a row.

    In few rows a line between two rows makes the range around it look ragged.
    """
    need = needed(plot)
    if need <= 0:
        return {"share": 0.01, "ms": 1_000.0, "usd": 1.0}[plot.unit]
    base = 10.0 ** math.floor(math.log10(need))
    nice = [step * scale for scale in (base, base * 10) for step in _NICE]
    most = 1.0 if plot.unit == "share" else math.inf
    candidates = [value for value in nice if need * 0.999 <= value <= 1.5 * need and value <= most]
    candidates = candidates or [min([value for value in nice if value >= need * 0.999], default=need)]
    values = [value for point in plot.points if (value := finite(point.production)) is not None]
    middle = _median(values)

    def off_centre(top: float) -> float:
        position = min(1.0, max(0.0, middle / top)) * rows
        return abs(position - math.floor(position) - 0.5)

    return min(candidates, key=lambda top: (round(off_centre(top), 2), top))


def held_top(before: Top | None, plot: PlotView, rows: int, now: datetime) -> Top:
    """The upper end to draw: it grows at once, and shrinks only after ten minutes below 60 %."""
    need = needed(plot)
    if before is None or need > before.value:
        return Top(nice_top(plot, rows))
    if need >= _SHRINK_BELOW * before.value:
        return Top(before.value)
    since = before.low_since or now
    return Top(nice_top(plot, rows)) if now - since >= _SHRINK_AFTER else Top(before.value, since)


def top_text(value: float, unit: str) -> str:
    """The label of the upper end in at most five cells: `2.5 %`, `10 s`, `.15 s`, `25 ms`, `$8`."""
    if unit == "share":
        return _short(f"{value * 100:.3g}", "%")
    if unit == "ms":
        return _short(f"{value / 1000:.3g}", "s") if value >= 100 else _short(f"{value:.3g}", "ms")
    return f"${value:.3g}" if value >= 0.1 else f"${value:.3f}".replace("$0.", "$.")


def _short(number: str, unit: str) -> str:
    text = f"{number} {unit}"
    if len(text) > _LABEL:
        text = text.removeprefix("0")
    return text if len(text) <= _LABEL else text.replace(" ", "")
