"""Pictures of a run for pages that open without a server: plain SVG, no script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.regression.escaping import in_html
from console.regression.records import WORST_FIRST, Word

_ROW, _LABEL, _BAR, _COUNT = 30, 270, 520, 60
_LETTERS = 36
"""As many of a label as have room before its bar; the whole of it is in its tooltip."""
_GLYPHS: Mapping[Word, str] = {
    "failed": "×", "worrying": "▲", "needs a human": "?", "acceptable": "✓", "same": "=", "not measured": "–",
}  # fmt: skip


def bars(rows: Sequence[tuple[str, Mapping[Word, int]]], title: str) -> str:
    """One bar a row, as long as its count, parted by status; each part says its number in a tooltip.

    `rows` are a label and how many cases have each status. The longest bar fills the width.
    """
    longest = max((sum(counts.values()) for _, counts in rows), default=0)
    height = _ROW * len(rows) + 8
    parts = [
        f'<svg viewBox="0 0 {_LABEL + _BAR + _COUNT} {height}" role="img" aria-label="{in_html(title)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    ]
    for number, (label, counts) in enumerate(rows):
        y = number * _ROW + 6
        shown = label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
        parts.append(f'<text class="label" x="0" y="{y + 15}">{in_html(shown)}<title>{in_html(label)}</title></text>')
        parts.extend(_bar(counts, y, longest))
        parts.append(f'<text class="count" x="{_LABEL + _BAR + 10}" y="{y + 15}">{sum(counts.values()):,}</text>')
    return "\n".join([*parts, "</svg>"])


def _bar(counts: Mapping[Word, int], y: int, longest: int) -> list[str]:
    x, found = float(_LABEL), []
    for status in WORST_FIRST:
        count = counts.get(status, 0)
        if not count:
            continue
        width = max(2.0, _BAR * count / max(1, longest))
        name = status.replace(" ", "-")
        found.append(
            f'<rect class="{name}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="20">'
            f"<title>{count:,} {in_html(status)}</title></rect>"
        )
        if width >= 34:
            found.append(f'<text class="on {name}" x="{x + 6:.1f}" y="{y + 15}">{_GLYPHS[status]} {count:,}</text>')
        x += width
    return found
