"""The requests behind a number, in words."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from console.text.safe import SafeText as S
from console.traffic.behind import Behind, Row, Share
from console.view.behind import KINDS, behind_view, first_kind
from console.view.records import CanaryView, MetricView, State

AT = 1_795_000_000.0
LOG = Path("requests.db")
ROW = Row(
    at=AT, evidence=True, id="1a22-05", asked="new", served="new-1", user="4CA8AF097558958F", why="bucket",
    outcome="ok", error_class="", latency_ms=943.7, ttft_ms=210.0, cost_usd=0.002, input_tokens=401,
    output_tokens=1_161, retries=0, satisfied=None, flagged=None,
)  # fmt: skip


def view(*rows: Row, kind: str = "error", **given: object):
    found = Behind(rows=rows, **given)  # type: ignore[arg-type]
    return behind_view("support", kind, "canary", found, LOG)  # type: ignore[arg-type]


def metric(name: str, decided: str = "") -> MetricView:
    return MetricView(name, name, S("1"), S("2"), decided=decided)  # type: ignore[arg-type]


def canary(*metrics: MetricView) -> CanaryView:
    return CanaryView(S("support"), State.REGRESSION, S(""), metrics=metrics)


def test_what_decided_is_looked_for_first() -> None:
    assert first_kind(None) == "error"
    assert first_kind(canary(metric("error"), metric("latency_p95"))) == "error"
    for name, kind in (("latency_p95", "latency"), ("latency_p50", "latency"), ("ttft_p50", "ttft"), ("cost", "cost"),
                       ("refusal", "refusal"), ("flagged", "flagged"), ("dissatisfied", "dissatisfied")):  # fmt: skip
        assert first_kind(canary(metric("error"), metric(name, "regression"))) == kind
    assert first_kind(canary(metric("another", "regression"))) == "error"
    assert next(iter(KINDS)) == "error"


def test_an_arm_says_how_often_to_how_many_and_which() -> None:
    share = Share(27, 526, 21, (("server", 20), ("APITimeoutError", 4), ("a", 1), ("b", 1), ("c", 1)))
    shown = view(ROW, canary=share, production=Share(0, 10_541), since=AT)
    assert shown.canary == "27 of 526 = 5.13 %, 21 users · server 20, APITimeoutError 4, a 1, b 1, 1 more"
    assert shown.production == "0 of 10,541 = 0.00 %"
    assert view(kind="latency", canary=share).canary == "526 requests"
    assert view().production == "no requests"


def test_how_many_are_listed_and_since_when() -> None:
    assert view(ROW, canary=Share(1, 9), since=AT).said == "1 since 18 Nov 11:06"
    assert view(ROW, canary=Share(700, 900), since=AT).said == "newest 1 of 700 since 18 Nov 11:06"
    assert view(ROW, kind="cost", canary=Share(700, 900), since=AT).said == "1 of 700 since 18 Nov 11:06"
    assert view().said == ""


def test_what_was_typed_is_told_with_how_many_hold_it_on_both_arms() -> None:
    found = Behind(
        rows=(ROW,), canary=Share(27, 526, 21, (("server", 27),), matching=1), production=Share(4, 9_000, 3), since=AT
    )
    shown = behind_view("support", "error", "canary", found, LOG, typed="  SERVER \x1b[31m 1a ")
    assert shown.canary == "27 of 526 = 5.13 %, 21 users · 1 match"
    assert shown.production == "4 of 9,000 = 0.04 %, 3 users · 0 matches"
    assert shown.said == "1 since 18 Nov 11:06"
    assert (shown.matching, shown.of) == (1, 27)
    assert shown.typed.startswith("SERVER ")
    assert "\x1b" not in shown.typed
    many = replace(found, canary=Share(27, 526, matching=25))
    assert behind_view("support", "error", "canary", many, LOG, typed="a").said == "newest 1 of 25 since 18 Nov 11:06"
    assert behind_view("support", "cost", "canary", found, LOG, typed="a").canary == "526 requests · 1 match"


def test_a_request_in_words() -> None:
    (line,) = view(ROW, canary=Share(1, 9), since=AT).lines
    assert (line.what, line.bad, line.latency, line.first) == ("ok", False, "944 ms", "210 ms")
    assert (line.tokens, line.cost, line.model, line.user) == ("401 → 1,161", "$0.0020", "new-1", "4ca8af09")
    assert line.facts == (
        "1a22-05 · user 4ca8af097558958f",
        "asked new, answered by new-1",
        "first token 210 ms · 401 input, 1,161 output tokens · counts in the verdict",
    )
    assert line.command == "sqlite3 -line requests.db \"SELECT * FROM request_log WHERE id = '1a22-05'\""


def test_a_failed_request_names_its_error_and_no_answer() -> None:
    failed = ROW._replace(
        outcome="error", error_class="RateLimitError", served="new", ttft_ms=None, input_tokens=None,
        output_tokens=None, cost_usd=None, retries=2, evidence=False, why="breaker", user="",
    )  # fmt: skip
    (line,) = view(failed).lines
    assert (line.what, line.bad, line.model, line.tokens, line.cost, line.first) == (
        "RateLimitError", True, "", "", "", "",
    )  # fmt: skip
    assert line.facts == (
        "1a22-05 · no user",
        "asked new, no answer: RateLimitError",
        "2 retries · does not count in the verdict: breaker",
    )


def test_a_cost_that_was_worked_out_is_marked_and_says_so() -> None:
    (line,) = view(ROW._replace(worked_out=True)).lines
    assert line.cost == "≈ $0.0020"
    assert line.facts[2].endswith(" · cost worked out from the price list, the log has none")


def test_what_people_and_checkers_said_stands_with_the_outcome() -> None:
    said = view(ROW._replace(satisfied=0, flagged=1, served="")).lines[0]
    assert (said.what, said.model) == ("ok, dissatisfied, flagged", "not named")
    assert view(ROW._replace(satisfied=1, flagged=0)).lines[0].what == "ok"


def test_nothing_from_a_log_reaches_the_terminal_or_a_shell_as_code() -> None:
    evil = "x'; DROP TABLE requests; --\x1b[31m\"$(rm -rf ~)`id`"
    fields = {"id": evil, "asked": evil, "served": evil, "user": evil, "why": evil, "error_class": evil}
    for outcome in ("ok", "error", evil):
        (line,) = view(ROW._replace(outcome=outcome, evidence=False, **fields)).lines
        for text in (line.what, line.model, line.user, line.command, *line.facts):
            assert "\x1b" not in text
        assert len(shlex.split(line.command)) == 4  # one word of SQL for the shell
