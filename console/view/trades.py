"""What stands beside a verdict in one line: cost against quality, changed gates, what is already ruled out."""

from __future__ import annotations

from console.text import words
from console.text.safe import NOTHING, SafeText, safe_line
from console.verdict.sentences import if_real, ruled_out
from console.verdict.trade import Trade, trade
from console.verdict.verdict import Verdict


def beside(verdict: Verdict) -> SafeText:
    """The second line of a rollout that has not regressed: what a person would otherwise miss comes first.

    Never empty, so that the screen does not jump when there is something to say.
    """
    known = trade_text(trade(verdict)) or ruled_out(verdict) or "nothing is ruled out yet"
    parts = (*changes_text(verdict.changed_gates), known, if_real(verdict))
    return safe_line(" · ".join(part for part in parts if part))


def changes_text(changed: tuple[str, ...]) -> tuple[str, ...]:
    """Changed gates as one part of a line: the first, and how many more; none without a change."""
    if not changed:
        return ()
    return (changed[0] + (f", and {len(changed) - 1} more" if len(changed) > 1 else ""),)


def trade_text(found: Trade | None) -> SafeText:
    """`saves $1.20 per 1,000 requests (28 %), error rate not worse than +0.3 points (shown)`; empty without a trade."""
    if found is None:
        return NOTHING
    verb, more = ("saves", "") if found.saved_usd > 0 else ("costs", " more")
    cost = f"{verb} {words.dollars(abs(found.saved_usd))}{more} per 1,000 requests ({abs(found.share) * 100:.0f} %)"
    if found.error_at_most is None:
        return SafeText(f"{cost}, error rate not known yet")
    bound = f"{found.error_at_most * 100:+.1f} points".replace("-", words.MINUS)
    return SafeText(f"{cost}, error rate not worse than {bound} ({'shown' if found.shown else 'so far'})")
