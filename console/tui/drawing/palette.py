"""The colours of the two themes, by role. Every text is at least 4.5:1 against each surface it is put on."""

from __future__ import annotations

from collections.abc import Mapping

Palette = Mapping[str, str]

DARK: Palette = {
    "bg": "#0E1116", "side": "#151A22", "raised": "#202836", "rule": "#2B3443", "track": "#465266",
    "muted": "#8E9AAD", "fg": "#CDD5E1", "strong": "#F6F8FB",
    "prod": "#62A6FF", "canary": "#FF9AD5", "green": "#8FD66B", "amber": "#F2B04A", "red": "#FF7070",
    "redfill": "#C2202B", "onred": "#FFFFFF", "prodt": "#173457", "canaryt": "#4A2340",
    "band": "#47223F", "bandk": "#A0588C", "scrim": "#0A0C10",
}  # fmt: skip
LIGHT: Palette = {
    "bg": "#FCFCFD", "side": "#F2F4F8", "raised": "#E3E8F0", "rule": "#D6DCE5", "track": "#A9B4C4",
    "muted": "#5B6678", "fg": "#2A3240", "strong": "#080C12",
    "prod": "#0A58C2", "canary": "#AE1A7C", "green": "#2C7012", "amber": "#8A4F00", "red": "#C0141D",
    "redfill": "#C0141D", "onred": "#FFFFFF", "prodt": "#CFE2FC", "canaryt": "#FAD3EA",
    "band": "#F8CFE6", "bandk": "#E48FC3", "scrim": "#E9ECF1",
}  # fmt: skip
SCRIM_SHARE = {"dark": 0.72, "light": 0.86}
"""How much of the scrim lies over the screen behind a dialog, 0..1."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#RRGGBB` colours, 1..21 (WCAG 2.2, success criterion 1.4.3)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
