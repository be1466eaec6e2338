"""How repeated runs agree, in words."""

from __future__ import annotations

from console.compare.repeats import Agreement
from console.text.safe import SafeText

_STANDINGS = {
    "the same": "the same in every run",
    "as itself": "differs as much as production from itself",
    "too few": "too few runs to tell change from chance",
}


def agreement_text(found: Agreement) -> SafeText:
    """`5 runs each · changed: … · pairs that agree: production 100 %, canary 90 %, across 20 %`."""
    shares = [
        f"{label} {share:.0%}".replace("%", " %")
        for label, share in (
            ("production", found.within_left),
            ("canary", found.within_right),
            ("across", found.between),
        )
        if share is not None
    ]
    agreeing = f"pairs that agree: {', '.join(shares)}" if shares else ""
    parts = (f"{found.runs} runs each", standing_text(found), agreeing)
    return SafeText(" · ".join(filter(None, parts)))


def standing_text(found: Agreement) -> SafeText:
    """What follows from it, in a few words."""
    beyond = f"{found.beyond} of {found.runs} beyond production's own noise"
    if found.standing == "changed":
        return SafeText(f"changed: {beyond}")
    return SafeText(beyond if found.standing == "unsure" else _STANDINGS[found.standing])
