"""Logarithmic histograms: mergeable by addition, accurate to 2.4 %, and a factor of 1.2 is exactly four bins.

Bin 0 holds values below one unit (a millisecond, a millionth of a dollar); bin i >= 1 holds
`GAMMA**(i-1) <= value < GAMMA**i`. With GAMMA = 1.2**(1/4) = 1.0466 the geometric middle of a bin is at most
2.4 % away from any value in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

GAMMA = 1.2**0.25
LAST_BIN = 500
"""Values beyond GAMMA**500 (7.9 billion units) share the last bin."""
_LOG_GAMMA = math.log(GAMMA)

Histogram = Mapping[int, int]
"""Bin number -> count; bins without a value are absent."""


def bin_of(value: float) -> int:
    """The bin of `value` in its unit. Negative, NaN and infinite values are clamped into the range."""
    if not value >= 1.0:
        return 0
    if value == math.inf:
        return LAST_BIN
    return min(1 + int(math.log(value) / _LOG_GAMMA + 1e-9), LAST_BIN)


def bins_of(values: Sequence[float]) -> list[int]:
    """The bins of `values`, as `bin_of` finds them, at half the time for each."""
    try:
        bins = [1 + int(math.log(value) / _LOG_GAMMA + 1e-9) if value >= 1.0 else 0 for value in values]
    except OverflowError:  # an infinite value
        return [bin_of(value) for value in values]
    return bins if max(bins, default=0) <= LAST_BIN else [min(index, LAST_BIN) for index in bins]


def middle(index: int) -> float:
    """The value that stands for bin `index`: its geometric middle (0.5 for bin 0)."""
    return 0.5 if index <= 0 else GAMMA ** (index - 0.5)


def upper_edge(index: int) -> float:
    """The smallest value that no longer belongs to bin `index`."""
    return 1.0 if index <= 0 else GAMMA**index


def merged(histograms: Iterable[Histogram]) -> dict[int, int]:
    """The sum of `histograms`."""
    total: dict[int, int] = {}
    for histogram in histograms:
        for index, count in histogram.items():
            total[index] = total.get(index, 0) + count
    return total


def size(histogram: Histogram) -> int:
    """How many values were counted."""
    return sum(histogram.values())


def quantile(histogram: Histogram, q: float) -> float | None:
    """The q-quantile (q in 0..1) within 2.4 %, or None of an empty histogram."""
    total = size(histogram)
    if total == 0:
        return None
    wanted = max(1, math.ceil(q * total))
    seen = 0
    for index in sorted(histogram):
        seen += histogram[index]
        if seen >= wanted:
            return middle(index)
    return middle(max(histogram))


def count_above(histogram: Histogram, index: int) -> int:
    """How many values lie beyond the upper edge of bin `index`."""
    return sum(count for i, count in histogram.items() if i > index)
