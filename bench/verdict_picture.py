"""The picture of docs/verdict.md: a healthy canary that a z-test at every look stops, and a bad one that both find.

Run: `python bench/verdict_picture.py docs/verdict.svg`. Simulated with a fixed seed; the evidence is the product's own.
"""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from console.verdict.shares import ShareTest  # noqa: E402

SEED, BLOCKS, CANARY, PRODUCTION, RATE = 3, 600, 10, 30, 0.02
THRESHOLD = 100.0
WIDTH, HEIGHT, LEFT, TOP, PANEL, GAP = 960, 400, 64, 64, 400, 64
LOW, HIGH = -2.0, 4.0
"""The axis: log10 of the evidence."""
INK, MUTED, NAIVE, OURS, LINE = "#1f2328", "#656d76", "#b35900", "#0b7285", "#cf222e"


@dataclass(frozen=True)
class Run:
    """log10 evidence after each block: 1/p of the z-test, and the product's E."""

    naive: list[float]
    ours: list[float]

    def stop(self, line: list[float]) -> int | None:
        """The first block at which `line` reaches the threshold."""
        return next((index for index, value in enumerate(line) if value >= math.log10(THRESHOLD)), None)


def simulate(seed: int, times: float) -> Run:
    """One canary whose error rate is `times` production's."""
    rnd, test, naive, ours = random.Random(seed), ShareTest("regression"), [], []
    sums = [0, 0, 0, 0]
    for _ in range(BLOCKS):
        bad_c = sum(rnd.random() < RATE * times for _ in range(CANARY))
        bad_p = sum(rnd.random() < RATE for _ in range(PRODUCTION))
        test.feed(CANARY, bad_c, PRODUCTION, bad_p)
        sums = [a + b for a, b in zip(sums, (CANARY, bad_c, PRODUCTION, bad_p), strict=True)]
        naive.append(-math.log10(max(p_value(*sums), 1e-12)))
        ours.append(test.wealth.log() / math.log(10))
    return Run(naive, ours)


def p_value(n_c: int, k_c: int, n_p: int, k_p: int) -> float:
    """The one-sided z-test of two shares; 1 before 100 canary requests."""
    pooled = (k_c + k_p) / (n_c + n_p)
    if n_c < 100 or not 0 < pooled < 1:
        return 1.0
    z = (k_c / n_c - k_p / n_p) / math.sqrt(pooled * (1 - pooled) * (1 / n_c + 1 / n_p))
    return 0.5 * math.erfc(z / math.sqrt(2))


def y(value: float) -> float:
    share = (min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW)
    return TOP + (HEIGHT - TOP - 56) * (1 - share)


def x(left: float, block: float) -> float:
    return left + PANEL * block / BLOCKS


def text(at: tuple[float, float], words: str, colour: str = INK, size: int = 13, anchor: str = "start") -> str:
    place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{words}</text>'


def line(points: list[float], left: float, colour: str) -> str:
    end = next((index for index, value in enumerate(points) if value >= HIGH), len(points) - 1)
    path = " ".join(f"{x(left, index):.1f},{y(value):.1f}" for index, value in enumerate(points[: end + 1]))
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'


def panel(left: float, title: str, run: Run) -> list[str]:
    parts = [text((left, TOP - 16), title, size=15)]
    for power in range(int(LOW), int(HIGH) + 1):
        at = y(power)
        parts.append(f'<line x1="{left}" x2="{left + PANEL}" y1="{at:.1f}" y2="{at:.1f}" stroke="#d8dee4"/>')
        label = f"{10**power:,}" if power >= 0 else f"1/{10**-power}"
        parts.append(text((left - 8, at + 4), label, MUTED, 11, "end"))
    at = y(math.log10(THRESHOLD))
    parts.append(
        f'<line x1="{left}" x2="{left + PANEL}" y1="{at:.1f}" y2="{at:.1f}" stroke="{LINE}" stroke-dasharray="6 4"/>'
    )
    parts += [line(run.naive, left, NAIVE), line(run.ours, left, OURS)]
    for values, colour, words in ((run.naive, NAIVE, "z-test"), (run.ours, OURS, "console")):
        stop = run.stop(values)
        if stop is not None:
            parts.append(f'<circle cx="{x(left, stop):.1f}" cy="{at:.1f}" r="5" fill="{colour}"/>')
            below = 22 if colour == NAIVE else 42
            words = f"{words} stops it after {(stop + 1) * CANARY:,}"
            place = (x(left, stop) + 8, at - 10) if stop > BLOCKS / 2 else (left + 60, at + below)
            parts.append(text(place, words, colour, 12))
    for requests in (0, 2_000, 4_000, 6_000):
        place = (x(left, requests / CANARY), HEIGHT - 36.0)
        parts.append(text(place, f"{requests:,}", MUTED, 11, "middle"))
    parts.append(text((left + PANEL / 2, HEIGHT - 14.0), "canary requests", MUTED, 12, "middle"))
    return parts


def picture() -> str:
    healthy, bad = simulate(SEED, 1.0), simulate(SEED, 2.5)
    right = LEFT + PANEL + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
        "<title>Evidence against a healthy and a bad canary, looked at after every ten requests</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text((LEFT, 22), "Evidence that the canary is worse:"),
        text((LEFT + 226, 22), "1/p of a z-test at every look", NAIVE),
        text((LEFT + 426, 22), "console", OURS),
        text((LEFT + 492, 22), "alarm at 100 (1 %)", LINE),
        *panel(LEFT, "Healthy: 2 % errors on both arms", healthy),
        *panel(right, "Bad: 5 % errors against 2 %", bad),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "verdict.svg"
    target.write_text(picture(), encoding="utf-8")
    print(f"wrote {target}")
