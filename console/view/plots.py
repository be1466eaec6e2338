"""A metric over time from cells: columns of a few minutes, averaged over an hour, and the canary's 90 % range."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from console.domain.cells import SLOT_S, Cell
from console.domain.histogram import Histogram, merged, middle, quantile
from console.domain.metrics import Metric
from console.domain.record import record
from console.text.safe import NOTHING
from console.verdict.plan import MILLION, histogram_of, share_of
from console.verdict.sentences import value_text
from console.view.records import PlotView, PointView

Z90 = 1.645
WINDOW_S = 8 * 3_600.0
COLUMNS = 60
AVERAGE_S = 3_600.0


@record
class _Part:
    """What one column knows of one arm: bad events and requests, or a histogram."""

    bad: int
    n: int
    histogram: Histogram


_EMPTY = _Part(0, 0, {})


def plot(
    metric: Metric,
    cells: Iterable[Cell],
    now: datetime,
    steps: tuple[tuple[datetime, str], ...] = (),
    window_s: float = WINDOW_S,
) -> PlotView:
    """`metric` over the last `window_s` seconds; whole columns, so that nothing slides every second."""
    column_s = window_s / COLUMNS
    last = int(now.timestamp() // column_s)
    columns = _columns(metric, cells, column_s, last - COLUMNS + 1, last)
    span = max(1, round(min(AVERAGE_S, window_s / 8) / column_s))
    production = _rolled(columns["production"], span)
    canary = _rolled(columns["canary"], span)
    points = tuple(
        _point(metric, datetime.fromtimestamp((last - COLUMNS + 1 + i) * column_s, UTC), production[i], canary[i])
        for i in range(COLUMNS)
    )
    newest = points[-1]
    return PlotView(
        title=metric.label[:1].upper() + metric.label[1:],
        subtitle=f"last {_hours(window_s)}, {_hours(span * column_s)} average",
        unit="usd" if metric.unit == "usd" else "ms" if metric.unit == "ms" else "share",
        points=points,
        steps=tuple(step for step in steps if (now - step[0]).total_seconds() <= window_s),
        production_now=value_text(metric, _unscaled(metric, newest.production)) or NOTHING,
        canary_now=value_text(metric, _unscaled(metric, newest.canary)) or NOTHING,
    )


def _hours(s: float) -> str:
    return f"{s / 3_600:.0f} h" if s >= 3_600 else f"{max(1, round(s / 60))} min"


def _unscaled(metric: Metric, value: float | None) -> float | None:
    """Cost is drawn per 1,000 requests, and `value_text` multiplies by 1,000 itself."""
    return value / 1_000 if value is not None and metric.name == "cost" else value


def _columns(
    metric: Metric, cells: Iterable[Cell], column_s: float, first: int, last: int
) -> Mapping[str, list[_Part]]:
    found: dict[str, list[list[Cell]]] = {arm: [[] for _ in range(COLUMNS)] for arm in ("production", "canary")}
    for cell in cells:
        column = int(cell.slot * SLOT_S // column_s)
        if first <= column <= last:
            found[cell.arm][column - first].append(cell)
    return {arm: [_part(metric, column) for column in columns] for arm, columns in found.items()}


def _part(metric: Metric, cells: list[Cell]) -> _Part:
    if not cells:
        return _EMPTY
    if metric.kind == "share":
        pairs = [share_of(metric.name, cell.shown) for cell in cells]
        return _Part(sum(bad for bad, _ in pairs), sum(n for _, n in pairs), {})
    return _Part(0, 0, merged(histogram_of(metric.name, cell.shown) for cell in cells))


def _rolled(parts: list[_Part], span: int) -> list[_Part]:
    """Each column with those before it, over `span` columns; nothing where it and its last two neighbours are empty."""
    window: deque[_Part] = deque(maxlen=span)
    rolled = []
    for column, part in enumerate(parts):
        window.append(part)
        if any(near.n or near.histogram for near in parts[max(0, column - 2) : column + 1]):
            total = merged(p.histogram for p in window)
            rolled.append(_Part(sum(p.bad for p in window), sum(p.n for p in window), total))
        else:
            rolled.append(_EMPTY)
    return rolled


def _point(metric: Metric, at: datetime, production: _Part, canary: _Part) -> PointView:
    value, low, high = _measured(metric, canary)
    return PointView(at, _measured(metric, production)[0], value, low, high)


def _measured(metric: Metric, part: _Part) -> tuple[float | None, float | None, float | None]:
    """(value, low, high): the 90 % range of what the arm's rate, quantile or mean may be."""
    if metric.kind == "share":
        return _wilson(part.bad, part.n) if part.n else (None, None, None)
    n = sum(part.histogram.values())
    if n == 0:
        return None, None, None
    if metric.kind == "quantile":
        q, half = metric.quantile, Z90 * math.sqrt(metric.quantile * (1 - metric.quantile) / n)
        low, high = quantile(part.histogram, max(0.0, q - half)), quantile(part.histogram, min(1.0, q + half))
        return quantile(part.histogram, q), low, high
    mean = sum(middle(i) * c for i, c in part.histogram.items()) / n
    spread = math.sqrt(sum(c * (middle(i) - mean) ** 2 for i, c in part.histogram.items()) / n)
    half = Z90 * spread / math.sqrt(n)
    per_thousand = 1_000 / MILLION
    return mean * per_thousand, max(0.0, mean - half) * per_thousand, (mean + half) * per_thousand


def _wilson(bad: int, n: int) -> tuple[float, float, float]:
    """The Wilson score interval of a share, 90 %."""
    rate, z2 = bad / n, Z90 * Z90
    centre = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = Z90 * math.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return rate, max(0.0, centre - half), min(1.0, centre + half)
