"""Numbers and times in the words of the screen: one place, so that the same figure reads the same everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

MINUS = "−"
NONE = "–"


def count(n: float) -> str:
    """`23,028`."""
    return f"{n:,.0f}".replace("-", MINUS)


def percentage(value: float) -> str:
    """A percentage 0..100 as it is configured: `5 %`, `12.5 %`."""
    return f"{value:.4f}".rstrip("0").rstrip(".") + " %"


def share(value: float | None) -> str:
    """A share 0..1 as it is measured: `0.94 %`, `14.8 %`; two or three figures."""
    if value is None:
        return NONE
    percent = value * 100
    return f"{percent:.2f} %" if percent < 9.995 else f"{percent:.1f} %"


def points(difference: float) -> str:
    """A difference of two shares in a table: `+0.13 pt`, `−0.9 pt`."""
    value = difference * 100
    digits = 2 if abs(value) < 0.595 else 1
    return f"{value:+.{digits}f} pt".replace("-", MINUS)


def factor(value: float | None) -> str:
    """`×0.89`."""
    return NONE if value is None else f"×{value:.2f}"


def seconds(milliseconds: float | None) -> str:
    """A latency: `840 ms`, `1.92 s`, `12.4 s`, `2 min 5 s`."""
    if milliseconds is None:
        return NONE
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    s = milliseconds / 1000
    if s < 9.995:
        return f"{s:.2f} s"
    if s < 99.95:
        return f"{s:.1f} s"
    return span(s)


def dollars(value: float | None) -> str:
    """`$4.12`, `$0.0060`; at least three figures below a dollar."""
    if value is None:
        return NONE
    size = abs(value)
    digits = 2 if size >= 1 or size == 0 else 4 if size >= 0.001 else 6
    return f"{MINUS if value < 0 else ''}${size:,.{digits}f}"


def cost(value: float | None) -> str:
    """`$4.12`, or "no price" where none is known: that is neither zero nor nothing."""
    return "no price" if value is None else dollars(value)


def span(s: float) -> str:
    """A duration in its two largest units: `40 s`, `12 min`, `5 h 32 min`, `3 d 4 h`."""
    whole = max(0, round(s))
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if minutes < 10 and rest else f"{minutes} min"
    if whole < 86_400:
        hours, rest = divmod(whole // 60, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(whole // 3_600, 24)
    return f"{days} d {rest} h" if rest else f"{days} d"


def about(s: float) -> str:
    """An estimated duration, rounded to one unit: `≈ 6 h`."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if s >= 1.5 * size or (unit == "min" and s >= 60):
            return f"≈ {round(s / size)} {unit}"
    return f"≈ {max(1, round(s))} s"


def ago(s: float) -> str:
    """An age: `2 s ago`, `14 min ago`, `3 d ago`; only its largest unit."""
    return f"{age(s)} ago"


def age(s: float) -> str:
    """A duration in its largest unit: `2 s`, `14 min`, `3 d`."""
    whole = max(0, int(s))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def day(value: date, today: date) -> str:
    """`30 Nov`, with the year when it is not within 12 months of today."""
    text = f"{value.day} {value:%b}"
    return text if abs((value - today).days) <= 365 else f"{text} {value.year}"


def clock(at: datetime) -> str:
    """`14:32` in UTC."""
    return at.astimezone(UTC).strftime("%H:%M")


def rounded(n: float) -> int:
    """An estimate at two figures, so that it does not flicker: 1,389 -> 1,400."""
    whole = max(0, round(n))
    digits = len(str(whole))
    return round(whole, 2 - digits) if digits > 2 else whole


def plural(n: int, singular: str, many: str = "") -> str:
    """`1 user`, `3,104 users`."""
    return f"{count(n)} {singular if n == 1 else many or singular + 's'}"
