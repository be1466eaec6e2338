"""How repeated runs agree, in words."""

from __future__ import annotations

from console.compare.repeats import Agreement
from console.text.safe import SafeText

_STANDINGS = {
    "the same": "the same in every run",
    "as itself": "differs as much as the model differs from itself",
    "too few": "too few runs to tell change from chance",
}


def agreement_text(found: Agreement) -> SafeText:
    """`5 runs each · changed: … · production agrees with itself 100 %, canary with itself 90 %, the two 20 %`."""
    shares = [
        f"{label} {share:.0%}".replace("%", " %")
        for label, share in (
            ("production agrees with itself", found.within_left),
            ("canary with itself", found.within_right),
            ("the two", found.between),
        )
        if share is not None
    ]
    parts = (f"{found.runs} runs each", standing_text(found), ", ".join(shares))
    return SafeText(" · ".join(filter(None, parts)))


def standing_text(found: Agreement) -> SafeText:
    """What follows from it, in a few words."""
    beyond = f"{found.beyond} of {found.runs} runs beyond what production's own runs differ by"
    if found.standing == "changed":
        return SafeText(f"changed: {beyond}")
    return SafeText(beyond if found.standing == "unsure" else _STANDINGS[found.standing])
