"""Records of an invented fleet, the same on every machine and at every time: for pictures and for tests."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from console.text.safe import SafeText as S
from console.view.comparison import AnswerView, ComparisonView, Figure, MeasuredView, Run
from console.view.records import (
    CanaryView,
    ChangeView,
    DiffLine,
    FleetView,
    MetricView,
    PinView,
    PlanView,
    PlotView,
    PointView,
    RetirementView,
    RouteView,
    State,
    StepView,
)

NOW = datetime(2026, 11, 23, 14, 32, 5, tzinfo=UTC)
OLD, NEW, SMALL = S("claude-sonnet-4-5-20250929"), S("claude-sonnet-5-5"), S("claude-haiku-4-5-20251001")
SENTENCES = {
    State.NO_CANARY: "support has no canary",
    State.NO_DATA: "no request on support has reached requests.db yet",
    State.NO_COMPARISON: "no production request in the last 10 min: nothing to compare",
    State.WARMING_UP: "41 of 100 canary requests judged, ≈ 12 min to go; regressions already show",
    State.WATCHING: "no regression so far · about 1,400 more canary requests, ≈ 6 h",
    State.PASS: "all 5 metrics, n = 18,402; support can be promoted",
    State.UNDECIDED: "cost ×1.38 is between limit 1.30 and margin 1.45: yours to decide",
    State.HELD: "held 13:05: “waiting for legal”; a person clears it",
    State.SUSPECT: "canary share 7.1 % of users, 5 % configured: numbers void",
    State.REGRESSION: "error rate 3.4 % against 1.0 %: +2.4 points, limit 0.2, n = 2,081",
    State.ERROR: "requests.db cannot be read: disk I/O error, 2 min ago",
}


def routes(state: State = State.WATCHING, share: float = 5) -> tuple[RouteView, ...]:
    """Two routes: one with a canary, one without."""
    support = RouteView(
        S("support"),
        S("Replies to customer e-mail"),
        state,
        (
            PinView(
                "production", OLD, 100 - share, date(2026, 11, 30), S("retires in 7 days · 30 Nov"), "waiting", NEW,
                S("pinned 15 May by olga: 214 cases, no differences"),
                ladder=S("the ladder still needs 3 days: 4 to spare"), ladder_short=S("ladder 3 d, 4 to spare"),
            ),
            PinView(
                "canary", NEW, share, why=S("since 09:00 by olga: replaces a retiring model"),
                note=S("suite 23 Nov: 12 of 214 changed, 9 accepted"),
            ),
            PinView("fallback", SMALL, None),
        ),
        share,
    )  # fmt: skip
    summarise = RouteView(
        S("summarise"),
        S("Ticket summaries for agents"),
        State.NO_CANARY,
        (
            PinView(
                "production", S("gpt-4.1-mini-2025-04-14"), 100, date(2027, 1, 14), S("retires in 52 days · 14 Jan"),
                why=S("pinned 2 Jul by sam: first choice on price"),
                ladder=S("the ladder needs 3 days: start by 11 Jan"), ladder_short=S("start by 11 Jan"),
            ),
            PinView("experimental", S("gpt-5.4-mini-2026-03-17"), None, note=S("suite not run yet")),
        ),
    )  # fmt: skip
    return support, summarise


def metric(
    name: str,
    label: str,
    values: tuple[str, str, str, str],
    meter: float | None,
    word: str,
    decided: str = "",
    span: str = "",
) -> MetricView:
    """One measured row of the table."""
    production, canary, change, limit = map(S, values)
    inside = decided != "regression"
    return MetricView(
        name,
        label,
        production,
        canary,
        change,
        limit,
        inside,
        meter,
        decided,
        S(word),
        "guardrail",  # type: ignore[arg-type]
        span=S(span),
    )


UNMEASURED = MetricView("flagged", "flagged", S(""), S(""), to_decide=S("no data"), measured=False)


def healthy_metrics() -> tuple[MetricView, ...]:
    return (
        metric("error", "error rate", ("0.94 %", "1.07 %", "+0.13 pt", "0.19"), 0.4, "1,400 more", "", "−0.42 … +0.68"),
        metric("latency_p50", "latency p50", ("1.92 s", "1.71 s", "×0.89", "1.10"), 1, "", "pass"),
        metric("latency_p95", "latency p95", ("6.40 s", "6.02 s", "×0.94", "1.20"), 1, "", "pass", "×0.81 … ×1.09"),
        metric("cost", "cost per 1k", ("$4.12", "$5.19", "×1.26", "1.40"), 0.72, "350 more"),
        metric("dissatisfied", "dissatisfied", ("14.8 %", "13.9 %", "−0.9 pt", "1.0"), 0.51, "420 ratings"),
        UNMEASURED,
    )


def bad_metrics() -> tuple[MetricView, ...]:
    return (
        metric("error", "error rate", ("0.96 %", "3.36 %", "+2.4 pt", "0.2"), -1, "", "regression", "+0.9 … +3.9"),
        metric("latency_p50", "latency p50", ("1.94 s", "1.72 s", "×0.89", "1.10"), 1, "", "pass"),
        metric("latency_p95", "latency p95", ("6.38 s", "7.41 s", "×1.16", "1.20"), -0.24, "undecided"),
        metric("cost", "cost per 1k", ("$4.12", "$5.22", "×1.27", "1.40"), 0.95, "60 more"),
        metric("dissatisfied", "dissatisfied", ("14.8 %", "15.6 %", "+0.8 pt", "1.0"), -0.13, "undecided"),
        UNMEASURED,
    )


def _points(worse: bool, scale: float = 1.0) -> tuple[PointView, ...]:
    start, points = NOW - timedelta(hours=8), []
    for index in range(97):
        hours = index / 12
        production = 0.0106 + 0.0011 * math.sin(hours / 1.7 + 0.3) - (0.0012 if hours > 4 else 0.0003 * hours)
        canary = low = high = None
        if hours >= 2.47:
            since = hours - 2.47
            width = 0.0125 / (1 + 1.1 * since)
            canary = 0.0107 + 0.0003 * math.sin(hours)
            if worse and hours > 7.1:
                canary, width = canary + 0.026 * (1 - math.exp(-(hours - 7.1) * 2.8)), 0.004
            low, high = max(0.0, canary - width), canary + width * 1.1
        values = [None if value is None else value * scale for value in (production, canary, low, high)]
        points.append(PointView(start + timedelta(hours=hours), *values))
    return tuple(points)


def plots(worse: bool = False) -> tuple[PlotView, ...]:
    steps = ((NOW - timedelta(hours=5, minutes=32), "5 %"),)
    if worse:
        steps = (*steps, (NOW - timedelta(hours=1, minutes=2), "25 %"))
    now = (S("0.96 %"), S("3.36 %")) if worse else (S("0.94 %"), S("1.07 %"))
    return (
        PlotView("Error rate", "last 8 h, 1-hour average", "share", _points(worse), steps, *now),
        PlotView(
            "Latency p95", "last 8 h, 1-hour average", "ms", _points(False, 620_000), steps, S("6.40 s"), S("6.02 s")
        ),
    )


STEPS = (
    StepView(5, "current", 0.47, S("5 h 32 min of 12 h")),
    StepView(25, "todo", note=S("in ≈ 6 h: 1,400 requests")),
    StepView(50, "todo"),
    StepView(100, "todo"),
)
STEPS_AT_25 = (
    StepView(5, "done"),
    StepView(25, "current", 0.53, S("1 h 02 min")),
    StepView(50, "todo"),
    StepView(100, "todo"),
)


def canary(state: State = State.WATCHING) -> CanaryView:
    """The live view of `support` in some state."""
    worse = state is State.REGRESSION
    view = CanaryView(
        S("support"),
        state,
        S(SENTENCES[state]),
        steps=STEPS_AT_25 if worse else STEPS,
        production_requests=22_003 if worse else 23_028,
        canary_requests=2_081 if worse else 1_212,
        split=S("split as set"),
        metrics=bad_metrics() if worse else healthy_metrics(),
        plots=plots(worse),
        as_of=NOW - timedelta(seconds=2),
        stale=state is State.ERROR,
    )
    if worse:
        second = S("guard rolls back 25 % → 0 %; 3,104 users return to production")
        return replace(view, second=second, countdown=S("in 8 s"))
    if state is State.SUSPECT:
        return replace(view, split=S("split 7.1 %, set 5 %"), split_tone="waiting")
    if state is State.WATCHING:
        second = "costs $1.07 more per 1,000 requests (26 %), error rate not worse than +0.7 points (so far)"
        return replace(view, second=S(second))
    if state in (State.NO_DATA, State.NO_CANARY):
        return CanaryView(S("support"), state, S(SENTENCES[state]), as_of=NOW)
    return view


CHANGES = (
    ChangeView(4, NOW.replace(hour=9, minute=0), S("support canary 0 → 5 %"), S("olga")),
    ChangeView(3, NOW.replace(hour=8, minute=41), S("support suite reviewed, 9 of 12"), S("olga")),
    ChangeView(2, datetime(2026, 11, 20, 9, tzinfo=UTC), S("support canary claude-sonnet-5-5"), S("olga")),
    ChangeView(1, datetime(2026, 7, 2, 9, tzinfo=UTC), S("summarise promote gpt-4.1-mini"), S("sam")),
)
RETIREMENTS = (
    RetirementView(date(2026, 11, 30), S("support"), OLD, "waiting"),
    RetirementView(date(2027, 1, 14), S("summarise"), S("gpt-4.1-mini-2025-04-14"), "none"),
)


def fleet(state: State = State.WATCHING) -> FleetView:
    """The whole screen's state."""
    worse = state is State.REGRESSION
    empty = state is State.NO_DATA
    shown = routes(state, 25 if worse else 5)
    if empty:
        support = replace(
            shown[0], state=State.NO_CANARY, pins=(replace(shown[0].pins[0], share=100.0), shown[0].pins[2])
        )
        shown = (support, shown[1])
    return FleetView(
        NOW,
        S("registry.toml"),
        S("requests.db"),
        shown,
        (canary(state), CanaryView(S("summarise"), State.NO_CANARY, S("summarise has no canary"))),
        RETIREMENTS,
        CHANGES,
        S("guard rolls back in 8 s" if worse else "guard: nothing to watch" if empty else "guard watching"),
        "bad" if worse else "none" if empty else "good",
        data_age_s=None if empty else 2.0,
    )


def plan() -> PlanView:
    """The dialog before a promotion."""
    removed = (
        'production = "claude-sonnet-4-5-20250929"',
        'canary = "claude-sonnet-5-5"',
        "canary_percentage = 50",
        "canary_start = 2026-11-20T09:00:00Z",
        'fallback = "claude-haiku-4-5-20251001"',
    )
    added = ('production = "claude-sonnet-5-5"', 'fallback = "claude-sonnet-4-5-20250929"')
    return PlanView(
        S("Promote claude-sonnet-5-5 to production on support"),
        "Promote",
        S("support"),
        NEW,
        "canary",
        State.PASS,
        S("all 5 metrics, n = 18,402 canary of 37,110, 22 h at 50 %"),
        S("error rate 0.97 % against 0.95 %, p95 ×0.96, cost ×1.26 (limit 1.40)"),
        S("6,214 users move to the new model: 50 % → 100 %"),
        S("41 open conversations stay on the old one until they end"),
        S("u or console undo writes these lines back; users follow in 2 s"),
        S("● claude-sonnet-4-5-20250929 becomes the fallback (retires 30 Nov)"),
        (
            DiffLine("same", S("[routes.support]")),
            *(DiffLine("removed", S(line)) for line in removed),
            *(DiffLine("added", S(line)) for line in added),
        ),
        S('console promote support --reason "…"'),
    )


def runs(marked: str, worrying: bool) -> tuple[Run, ...]:
    """`same [only] same {named}` as runs; `{…}` is an ordinary difference where nothing is worrying."""
    kinds: dict[str, str] = {"[": "only", "{": "named" if worrying else "same", "]": "same", "}": "same"}
    found, kind, text = [], "same", ""
    for char in marked + "]":
        if char in kinds:
            if text:
                found.append(Run(S(text), kind))  # type: ignore[arg-type]
            kind, text = kinds[char], ""
        else:
            text += char
    return tuple(found)


LEFT = """Thanks for reaching out, and sorry the lamp arrived broken.

[You can] return a damaged item within {30 days} of delivery. [Please] keep the original packaging and [send us] a \
photo of the damage [first]. We pay the return postage.

Once [we have received] the parcel, [we] refund the full price within 5 working days to [the card you paid with]. \
If you would rather have a replacement, tell us and we ship it the same day."""
RIGHT = """Thanks for reaching out, and sorry the lamp arrived broken.

[Damaged items can be returned] within {14 days} of delivery. Keep the original packaging and [include] a photo of \
the damage. We pay the return postage.

Once the parcel [arrives], [you get a] refund [of] the full price within 5 working days to [your original payment \
method]. If you would rather have a replacement, tell us and we ship it the same day."""


def comparison(worrying: bool = True) -> ComparisonView:
    """Two answers to one customer."""
    left, right = LEFT, RIGHT
    if not worrying:
        left, right = (text.replace("{14 days}", "{30 days}") for text in (LEFT, RIGHT))
        left, right = (text.split("\n\n")[1] for text in (left, right))
    figures = (
        (Figure(S("2.31 s")), Figure(S("1,412 in"), minor=True), Figure(S("118 out")), Figure(S("$0.0060"))),
        (
            Figure(S("3.02 s"), S("×1.31")),
            Figure(S("1,829 in"), S("×1.30"), minor=True),
            Figure(S("161 out"), S("×1.36")),
            Figure(S("$0.0079"), S("×1.32")),
        ),
    )
    return ComparisonView(
        S("My lamp arrived broken. How long do I have to return a damaged item?"),
        (
            AnswerView("production", OLD, runs(left, worrying), figures=figures[0]),
            AnswerView("canary", NEW, runs(right, worrying), figures=figures[1]),
        ),
        S("support"),
        S("You answer customers of Nordlys Lighting. Follow the returns policy below. (1,204 characters)"),
        "worrying" if worrying else "acceptable",
        S("stated answer changed:") if worrying else S("same content, 14 % shorter"),
        (S("30 days"), S("14 days")) if worrying else None,
        S("otherwise the same: 6 of 7 sentences matched, 4 % longer, no refusal, no tool call") if worrying else S(""),
        S("similarity 0.97, above the usual 0.70 line, and still wrong: shown, not used")
        if worrying
        else S("similarity 0.94"),
        (
            MeasuredView("first word", S("0.61 s"), S("0.84 s"), 1.38),
            MeasuredView("finished", S("2.31 s"), S("3.02 s"), 1.31),
            MeasuredView("tokens in", S("1,412"), S("1,829"), 1.30, S("same text, other tokenizer")),
            MeasuredView("tokens out", S("118"), S("161"), 1.36, S("stop: end of turn, both")),
            MeasuredView("  of these thinking", S(""), S("24")),
            MeasuredView("cost", S("$0.0060"), S("$0.0079"), 1.32, S("+$1.90 per 1,000 requests")),
        ),
        S("both finished"),
        NOW - timedelta(seconds=14),
    )
