"""Cost against quality in one line."""

from __future__ import annotations

from console.text import words
from console.text.safe import NOTHING, SafeText
from console.verdict.trade import Trade


def trade_text(trade: Trade | None) -> SafeText:
    """`saves $1.20 per 1,000 requests (28 %), error rate not worse than +0.3 points (shown)`; empty without a trade."""
    if trade is None:
        return NOTHING
    verb = "saves" if trade.saved_usd > 0 else "costs"
    more = "" if trade.saved_usd > 0 else " more"
    cost = f"{verb} {words.dollars(abs(trade.saved_usd))}{more} per 1,000 requests ({abs(trade.share) * 100:.0f} %)"
    if trade.error_at_most is None:
        return SafeText(f"{cost}, error rate not known yet")
    bound = f"{trade.error_at_most * 100:+.1f} points".replace("-", words.MINUS)
    return SafeText(f"{cost}, error rate not worse than {bound} ({'shown' if trade.shown else 'so far'})")
