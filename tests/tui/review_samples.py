"""An invented review, the same on every machine and at every time: for pictures and for tests."""

from __future__ import annotations

from console.text.safe import SafeText as S
from console.view.comparison import AnswerView, Run
from console.view.review import CaseRow, CaseView, ClusterRow, Demand, Measure, ReviewView

OLD, NEW = S("claude-sonnet-4-5-20250929"), S("claude-sonnet-5-5")
_NAMES = {
    "facts": (
        "refund-window-damaged",
        "refund-window-opened",
        "invoice-vat-rate",
        "warranty-length",
        "pickup-deadline",
    ),
    "shape": ("order-status-json", "address-json"),
    "refusal": ("medication-shipping",),
    "tone": ("greeting-late-parcel", "apology-wrong-size", "thanks-followup", "goodbye-short"),
}
_TITLES = {
    "facts": "stated answer changed",
    "shape": "newly wrapped in a fence",
    "refusal": "refusal appeared",
    "tone": "reworded, same content",
}


def review(decided: int = 3, warning: str = "") -> ReviewView:
    """Twelve of 214 cases changed; the last `decided` but one are accepted."""
    accepted = _NAMES["tone"][:decided]
    clusters = tuple(
        ClusterRow(
            name,
            S(_TITLES[name]),
            "acceptable" if name == "tone" else "worrying",
            tuple(CaseRow(case, S(case), "accepted" if case in accepted else "") for case in cases),
        )
        for name, cases in _NAMES.items()
    )
    return ReviewView(S("support"), NEW, S("run 23 Nov 13:58"), clusters, 214, 202, warning=S(warning))


def _runs(text: str) -> tuple[Run, ...]:
    """`[words]` only this side has, `{words}` a reason names."""
    runs = []
    for part in text.replace("[", "\0[").replace("]", "\0").replace("{", "\0{").replace("}", "\0").split("\0"):
        kind = {"[": "only", "{": "named"}.get(part[:1], "same")
        if part:
            runs.append(Run(S(part if kind == "same" else part[1:]), kind))  # type: ignore[arg-type]
    return tuple(runs)


ACCEPTED = """\
Thanks for reaching out, and sorry the lamp arrived broken.

[You can] return a damaged item within {30 days} of delivery. [Please] keep the original packaging and [send us] a photo
 of the damage [first]. We pay the return postage.

Once [we have received] the parcel, [we] refund the full price within 5 working days to [the card you paid with]. If you
 would rather have a replacement, tell us and we ship it the same day."""
ANSWERED = """\
Thanks for reaching out, and sorry the lamp arrived broken.

[Damaged items can be returned] within {14 days} of delivery. Keep the original packaging and [include] a photo of the
 damage. We pay the return postage.

Once the parcel [arrives], [you get a] refund [of] the full price within 5 working days to [your original payment
 method]. If you would rather have a replacement, tell us and we ship it the same day."""


def case() -> CaseView:
    """The first case: its stated answer changed."""
    return CaseView(
        case="refund-window-damaged",
        id=S("refund-window-damaged"),
        place=S("case 1 of 5 in this cluster"),
        prompt=S("My lamp arrived broken. How long do I have to return it?"),
        triage="worrying",
        reason=S("stated answer changed:"),
        values=(S("30 days"), S("14 days")),
        more=(S("3 of 3 repeats of claude-sonnet-5-5 say 14 days"),),
        demands=(Demand(S("must_include “30 days”: lost"), kept=False),),
        answers=(
            AnswerView("accepted", OLD, _runs(ACCEPTED.replace("\n ", " ")), note=S("1 Jun")),
            AnswerView("new", NEW, _runs(ANSWERED.replace("\n ", " "))),
        ),
        measures=(
            Measure("latency", S("3.02 s"), S("×1.31")),
            Measure("tokens out", S("161"), S("×1.36")),
            Measure("cost", S("$0.0079"), S("×1.32")),
        ),
        info=(
            ("Accepted", S("claude-sonnet-4-5-20250929, 1 Jun 2026, anthropic 2.1.0")),
            ("New", S("claude-sonnet-5-5, served by claude-sonnet-5-5, 3 repeats")),
            ("Tags", S("refunds, e-mail")),
        ),
    )
