"""What is wrong with an id on a day, what a registry adds, advice, and the baseline that hides what is accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog.lifecycle import clock
from console.catalog.source import advice, baseline
from console.catalog.source.judging import HORIZON_DAYS, findings, standard, troubles
from console.catalog.source.records import Use
from console.catalog.source.troubles import RULES, Finding, Trouble
from console.domain.registry import Canary, Pin, Registry, Route

TODAY = date(2026, 11, 23)
RETIRING = "claude-sonnet-4-5-20250929"
NEW = "claude-sonnet-5-5"
HAIKU = "claude-haiku-4-5-20251001"
GPT = "gpt-4o-2024-11-20"


def pin(model_id: str, **changes: object) -> Pin:
    return replace(Pin(model_id, date(2026, 5, 15), "214 cases, no differences"), **changes)


def registry(*routes: Route, **pins: Pin) -> Registry:
    models = {model_id: pin(model_id) for route in routes for _, model_id in route.tiers()}
    models |= {one.model_id: one for one in pins.values()}
    return Registry({route.name: route for route in routes}, models)


def rules(model_id: str, known: Registry | None = None, today: date = TODAY, within: int = 30) -> list[tuple[str, str]]:
    return [(trouble.rule, trouble.level) for trouble in troubles(model_id, standard(today, known, within))]


def remarks(known: Registry, today: date = TODAY) -> list[str]:
    return [remark.trouble.message for remark in advice.remarks(known, standard(today, known))]


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        (NEW, []),
        (HAIKU, []),
        (RETIRING, [("retires", "error")]),
        ("claude-haiku-4-5", [("alias", "error")]),
        ("claude-2.1", [("retired", "error")]),
        ("gpt-4o-2024-08-06", [("retires", "warning")]),
        ("gpt-4o", [("alias", "error"), ("retires", "warning")]),
        ("azure/eu-deployment", [("unknown", "warning")]),
    ],
)
def test_what_is_wrong_without_a_registry(model_id: str, expected: list[tuple[str, str]]) -> None:
    assert rules(model_id) == expected


@pytest.mark.parametrize(
    ("left", "within", "expected"),
    [(31, 30, "warning"), (30, 30, "error"), (0, 30, "error"), (45, 60, "error"), (7, 0, "warning")],
)
def test_how_near_an_end_fails_is_the_callers_choice(left: int, within: int, expected: str) -> None:
    today = date(2026, 11, 30) - timedelta(days=left)
    assert rules(RETIRING, None, today, within) == [("retires", expected)]


def test_an_end_farther_away_than_the_horizon_is_not_reported() -> None:
    assert rules(RETIRING, None, date(2026, 11, 30) - timedelta(days=HORIZON_DAYS + 1)) == []


def test_the_day_after_the_end_it_is_retired() -> None:
    assert rules(RETIRING, None, date(2026, 12, 1)) == [("retired", "error")]


def test_a_floor_is_no_deadline() -> None:
    ends = clock(HAIKU, TODAY)
    assert ends is None or not ends.deadline
    assert rules(HAIKU, None, date(2027, 6, 1)) == []


def test_a_rerouted_model_says_that_another_one_answers() -> None:
    (trouble,) = troubles("gemini-2.5-pro", standard(date(2026, 12, 10)))
    assert trouble.rule == "retired"
    assert "another model answers" in trouble.message
    own = registry(Route("a", "gemini-2.5-pro"), it=pin("gemini-2.5-pro", retires=date(2026, 12, 5)))
    (trouble,) = troubles("gemini-2.5-pro", standard(date(2026, 12, 10), own))
    assert "another model answers" not in trouble.message, "the registry's date says nothing of what comes after"


def test_what_to_use_instead() -> None:
    by_rule = {trouble.rule: trouble for trouble in troubles("gpt-4o", standard(TODAY))}
    assert by_rule["alias"].use_instead == GPT
    assert "gpt-4o-2024-08-06" in by_rule["alias"].message
    assert by_rule["retires"].use_instead == "gpt-6-luna"


def test_an_alias_never_names_a_pinned_id_that_has_ended() -> None:
    (trouble, *_) = troubles("gpt-4o", standard(TODAY))
    for candidate in ("gpt-4o-2024-08-06", GPT):
        ends = clock(candidate, TODAY)
        assert ends is None or ends.days_left is None or ends.days_left >= 0
    assert "gpt-4o-2024-05-13" not in trouble.message


def test_a_registry_makes_strangers_errors_and_knows_every_spelling() -> None:
    known = registry(Route("default", "gemini-2.5-flash"))
    assert ("unlisted", "error") in rules(NEW, known)
    for form in ("gemini-2.5-flash", "models/gemini-2.5-flash", "gemini/gemini-2.5-flash", "Gemini-2.5-flash"):
        assert "unlisted" not in dict(rules(form, known))
    assert ("unlisted", "error") in rules(
        "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0", registry(Route("a", RETIRING))
    )


def test_a_pin_may_allow_its_alias_and_move_its_end() -> None:
    known = registry(Route("a", "gpt-4o"), gpt=pin("gpt-4o", allow_alias=True))
    assert "alias" not in dict(rules("gpt-4o", known))
    late = registry(Route("a", RETIRING), it=pin(RETIRING, retires=date(2027, 6, 1)))
    assert rules(RETIRING, late) == []


def test_an_id_that_cannot_be_pinned_is_accepted_once_it_is_in_the_registry() -> None:
    known = registry(Route("a", "gpt-6-luna"))
    assert "unknown" not in dict(rules("gpt-6-luna", known))


def test_findings_keep_the_order_of_the_uses_and_drop_the_good_ones() -> None:
    uses = [Use("b.py", 1, 1, "gpt-4o", "gpt-4o"), Use("a.py", 2, 1, NEW, NEW), Use("a.py", 1, 1, RETIRING, RETIRING)]
    found = findings(uses, standard(TODAY))
    assert [(one.use.path, one.kind) for one in found] == [("b.py", "alias"), ("a.py", "pinned")]


def test_the_gravest_trouble_comes_first() -> None:
    levels = ["error", "warning", "advice"]
    for model_id in ("gpt-4o", "claude-sonnet-4-5", "o1", "gpt-4o-2024-08-06"):
        found = [levels.index(trouble.level) for trouble in troubles(model_id, standard(TODAY))]
        assert found == sorted(found)


@given(st.text(max_size=60), st.dates(date(2024, 1, 1), date(2035, 1, 1)))
def test_any_id_on_any_day_can_be_judged(model_id: str, today: date) -> None:
    for trouble in troubles(model_id, standard(today, registry(Route("a", NEW)))):
        assert trouble.rule in RULES
        assert trouble.message


def test_a_serving_tier_fails_and_an_experiment_warns() -> None:
    known = registry(Route("a", RETIRING, experimental="gpt-4o"), Route("b", NEW, fallback="claude-2.1"))
    found = {(r.path[-1], r.trouble.rule): r.trouble.level for r in advice.remarks(known, standard(TODAY, known))}
    assert found["production", "retires"] == "error"
    assert found["experimental", "alias"] == "warning"
    assert found["fallback", "retired"] == "error"


def test_a_production_model_that_ends_says_when_its_ladder_must_start() -> None:
    known = registry(Route("a", RETIRING))
    assert any("the ladder needs 3 days: start by 27 Nov" in words for words in remarks(known))


def test_a_good_registry_is_not_talked_about() -> None:
    assert remarks(registry(Route("a", NEW, fallback="gemini-3.8-flash"))) == []


def test_a_fallback_of_the_same_provider() -> None:
    assert any("same provider (anthropic)" in words for words in remarks(registry(Route("a", NEW, fallback=HAIKU))))
    bedrock = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
    assert not any("same provider" in words for words in remarks(registry(Route("a", NEW, fallback=bedrock))))


def test_a_fallback_that_ends_first() -> None:
    assert any("ends before production" in words for words in remarks(registry(Route("a", NEW, fallback=GPT))))
    assert not any("ends before" in words for words in remarks(registry(Route("a", GPT, fallback=NEW))))


def test_ends_that_the_registry_names_decide_which_comes_first() -> None:
    route = Route("a", HAIKU, fallback=NEW)
    early, late = (pin(NEW, retires=date(2027, month, 1)) for month in (1, 9))
    production = pin(HAIKU, retires=date(2027, 3, 1))
    found = remarks(registry(route, it=early, other=production))
    assert "the fallback ends before production does: retires in 39 days · 1 Jan" in found
    assert not any("ends before" in words for words in remarks(registry(route, it=late, other=production)))


def test_more_than_three_models_in_production() -> None:
    ids = (NEW, HAIKU, GPT, "gemini-3.8-flash")
    four = registry(*(Route(f"r{i}", model_id) for i, model_id in enumerate(ids)))
    three = registry(*(Route(f"r{i}", model_id) for i, model_id in enumerate((*ids[:3], ids[0]))))
    assert any("4 models in production" in words for words in remarks(four))
    assert not any("models in production" in words for words in remarks(three))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pinned_date": TODAY - timedelta(days=366)}, True),
        ({"pinned_date": TODAY - timedelta(days=365)}, False),
        ({"pinned_date": date(2024, 1, 1), "last_regression_test": date(2026, 6, 1)}, False),
        ({"pinned_date": date(2024, 1, 1), "last_regression_test": date(2025, 6, 1)}, True),
    ],
)
def test_a_pin_older_than_a_year_without_a_regression_run(changes: dict[str, date], told: bool) -> None:
    found = remarks(registry(Route("a", NEW), it=pin(NEW, **changes)))
    assert any("its reasons may no longer hold" in words for words in found) is told


def test_the_age_of_a_pin_and_of_its_last_run_are_told_apart() -> None:
    old = pin(NEW, pinned_date=date(2024, 1, 1))
    (never,) = remarks(registry(Route("a", NEW), it=old))
    (once,) = remarks(registry(Route("a", NEW), it=replace(old, last_regression_test=date(2025, 6, 1))))
    assert never.startswith("pinned 35 months ago, no regression run since:")
    assert once.startswith("pinned 35 months ago, the last regression run 18 months ago:")


@pytest.mark.parametrize(("age", "told"), [(28, False), (29, True), (200, True)])
def test_a_canary_older_than_four_weeks(age: int, told: bool) -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(days=age)
    found = remarks(registry(Route("a", NEW, canary=Canary("gemini-3.8-flash", 5, start))))
    assert any(f"{age} days old" in words for words in found) is told


@pytest.mark.parametrize(
    "reason", ["TODO", "todo: why this model", "tbd", "?", "-", "n/a", " ", "because", "FIXME later"]
)
def test_a_reason_that_is_none(reason: str) -> None:
    assert any("no reason" in words for words in remarks(registry(Route("a", NEW), it=pin(NEW, reason=reason))))


@pytest.mark.parametrize("reason", ["Cheap, known", "todo list app of the sales team", "test suite passed"])
def test_a_reason_that_is_one(reason: str) -> None:
    found = remarks(registry(Route("a", NEW), it=pin(NEW, reason=reason)))
    assert any("no reason" in words for words in found) is reason.startswith("todo")


def test_every_remark_has_a_place_in_the_registry() -> None:
    known = registry(Route("a", "gpt-4o", fallback="claude-2.1"), Route("b", RETIRING))
    for remark in advice.remarks(known, standard(TODAY, known)):
        assert remark.path[0] in ("routes", "models")


def finding(path: str = "a.py", line: int = 1, model_id: str = "gpt-4o", *names: str) -> Finding:
    told = tuple(Trouble(name, "error", name) for name in names or ("alias",))  # type: ignore[arg-type]
    return Finding(Use(path, line, 1, model_id, model_id), "alias", told)


def test_an_accepted_finding_may_move_but_not_multiply() -> None:
    accepted = baseline.parse(baseline.document([finding(line=1)]))
    assert baseline.without([finding(line=99)], accepted) == ((), 1)
    fresh, hidden = baseline.without([finding(line=1), finding(line=2)], accepted)
    assert (len(fresh), hidden) == (1, 1)


def test_a_new_trouble_with_an_accepted_id_is_new() -> None:
    accepted = baseline.parse(baseline.document([finding()]))
    fresh, _ = baseline.without([finding("a.py", 1, "gpt-4o", "alias", "retired")], accepted)
    assert [trouble.rule for trouble in fresh[0].troubles] == ["retired"]


def test_another_file_or_another_id_is_new() -> None:
    accepted = baseline.parse(baseline.document([finding()]))
    assert baseline.without([finding("b.py"), finding("a.py", 1, "o1")], accepted)[1] == 0


FINDINGS = st.lists(
    st.builds(
        finding, st.sampled_from("ab"), st.integers(1, 9), st.sampled_from(["gpt-4o", "o1"]),
        st.sampled_from(["alias", "retired"]),
    ),
    max_size=12,
)  # fmt: skip


@given(FINDINGS)
def test_a_baseline_of_everything_hides_everything(found: list[Finding]) -> None:
    text = baseline.document(found)
    assert baseline.without(found, baseline.parse(text)) == ((), len(found))
    assert baseline.document(reversed(found)) == text


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2, "accepted": []}', '{"schema": 1}', '{"schema": 1, "accepted": [3]}', "[" * 99_999],
)
def test_what_is_no_baseline_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|hold"):
        baseline.parse(text)
