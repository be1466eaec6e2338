"""Judging a case: requirements, what repeats of the old model say, kept answers, and answers that never came."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.providers.records import Answer, Failure, ToolCall
from console.regression.clustering import cluster_of
from console.regression.judging import Old, independent, judge
from console.regression.records import Case, Run, Snapshot, Status
from console.triage.judging import triage
from console.triage.records import Reason, Requirements, Triage

SEEN = 0.0


def said(text: str, *, cached: bool = False, latency_ms: float | None = None, **changes: object) -> Run:
    global SEEN
    SEEN += 1
    fields = {"outcome": "ok", "latency_ms": SEEN if latency_ms is None else latency_ms, "cost_usd": 0.01, **changes}
    return Run(Answer("new", "new-1", text, **fields), cached)  # type: ignore[arg-type]


def failed(message: str = "too many requests") -> Run:
    return Run(Answer("new", "", "", "error", Failure("rate_limited", message)))


def case(prompt: str = "How long?", **requirements: object) -> Case:
    said = ({"role": "user", "content": prompt},)
    return Case("support", "c", said, requirements=Requirements(**requirements), tags=("t",), line=4)  # type: ignore[arg-type]


def accepted(*answers: str, params_hash: str = "") -> Old:
    return Old.accepted(Snapshot("c", "old", "old-1", date(2026, 11, 1), params_hash, "sdk", answers))


STEADY = "You can return it within 30 days of delivery. We pay for the parcel."
REWORDED = "You can return it within 30 days of the delivery. We pay for the parcel."
CHANGED = "You can return it within 60 days of delivery. We pay for the parcel."


@pytest.mark.parametrize(
    ("new", "status", "cluster"),
    [
        (STEADY, "same", ""),
        (STEADY + "\n", "same", ""),
        (REWORDED, "acceptable", "tone"),
        (CHANGED, "worrying", "facts"),
        ("I'm sorry, but I can't help with that.", "worrying", "refusal"),
    ],
)
def test_one_answer_against_the_accepted_one(new: str, status: Status, cluster: str) -> None:
    result = judge(case(), accepted(STEADY), [said(new)])
    assert (result.status, result.cluster) == (status, cluster)
    assert (result.accepted, result.accepted_on, result.old_model) == (True, date(2026, 11, 1), "old")
    assert (result.prompt, result.tags, result.line) == ("How long?", ("t",), 4)


def test_any_of_several_accepted_answers_will_do() -> None:
    old = accepted("The answer is (A).", "The answer is (C).")
    assert judge(case(), old, [said("The answer is (C).")]).status == "same"


def test_a_change_within_what_the_old_model_does_itself_is_no_change_and_the_case_is_flaky() -> None:
    old = accepted("The total is 42.", "The total is 24.")
    result = judge(case(), old, [said("The total is 77.")])
    assert result.status == "acceptable"
    assert result.flaky


def test_a_change_beyond_what_a_flaky_model_does_is_one() -> None:
    old = accepted("The total is 42.", "The total is 24.")
    refusal = "I'm sorry, but I cannot help with that request."
    result = judge(case(), old, [said(refusal), said(refusal), said("The total is 42.")])
    assert result.flaky
    assert triage("The total is 42.", refusal).score > triage("The total is 42.", "The total is 24.").score
    assert (result.status, result.cluster, result.note) == ("worrying", "refusal", "2 of 3 runs")


def test_one_run_of_three_is_no_evidence_where_the_old_model_is_flaky() -> None:
    old = accepted("The total is 42.", "The total is 24.")
    runs = [said("I'm sorry, but I cannot help with that request."), said("The total is 42."), said("The total is 24.")]
    assert judge(case(), old, runs).status == "acceptable"


def test_one_run_of_three_is_a_change_where_the_old_model_is_steady() -> None:
    result = judge(case(), accepted(STEADY, REWORDED), [said(STEADY), said(CHANGED), said(STEADY)])
    assert (result.status, result.flaky, result.note) == ("worrying", False, "1 of 3 runs")
    assert result.pair[1] == 1
    assert result.new[result.pair[1]].answer.text == CHANGED


def test_the_old_models_own_repeats_are_the_measure() -> None:
    old = Old.asked("old", [said("The total is 42."), said("The total is 24.")])
    result = judge(case(), old, [said("The total is 77.")])
    assert (result.status, result.flaky, result.accepted, result.old_model) == ("acceptable", True, False, "old")
    assert result.old_figures.cost_usd == pytest.approx(0.02)


def test_a_kept_answer_that_comes_back_for_another_run_counts_once() -> None:
    first = said("The total is 42.")
    again = Run(first.answer, cached=True)
    other = said("The total is 42.", cached=True)
    assert independent([first, again, other, failed()]) == (first, other)
    assert independent([again, first]) == (first,)
    result = judge(case(), accepted("The total is 24.", "The total is 24!"), [said("The total is 24."), first, again])
    assert result.note == "1 of 2 runs"


@pytest.mark.parametrize(
    ("requirements", "new"),
    [
        ({"must_include": ("30 days",)}, CHANGED),
        ({"must_not_include": ("parcel",)}, STEADY),
        ({"max_words": 3}, STEADY),
        ({"schema": {"type": "object"}}, STEADY),
    ],
)
def test_a_requirement_that_is_not_kept_is_a_failure_whatever_the_old_answer(
    requirements: dict[str, object], new: str
) -> None:
    for old in (accepted(new), accepted(STEADY), accepted(STEADY, "No."), Old((), note="no old model")):
        result = judge(case(**requirements), old, [said(new)])
        assert (result.status, result.cluster) == ("failed", "requirements")
        assert result.triage is not None


def test_a_reference_that_is_lost_is_a_failure_and_one_that_is_found_is_none() -> None:
    question = case("What is 6 x 7?", reference="42")
    assert judge(question, accepted("The answer is 42."), [said("The answer is 41.")]).status == "failed"
    assert judge(question, accepted("The answer is 41."), [said("The answer is 42.")]).status == "acceptable"


def test_a_requirement_broken_by_one_run_of_two_says_so() -> None:
    result = judge(case(must_include=("30 days",)), accepted(STEADY), [said(STEADY), said("Soon.")])
    assert (result.status, result.note, result.pair) == ("failed", "1 of 2 runs", (0, 1))


def test_a_fault_is_neither_passed_nor_failed() -> None:
    result = judge(case(must_include=("30 days",)), accepted(STEADY), [failed(), failed()])
    assert (result.status, result.cluster, result.triage) == ("not measured", "fault", None)
    assert result.note == "no answer: too many requests"
    assert judge(case(), accepted(STEADY), []).status == "not measured"


def test_a_fault_of_one_run_leaves_the_others_to_judge() -> None:
    result = judge(case(), accepted(STEADY), [failed(), said(STEADY)])
    assert (result.status, result.note, result.pair) == ("same", "1 run without an answer", (0, 1))


def test_without_an_old_answer_nothing_is_measured_but_broken_requirements() -> None:
    old = Old.asked("old", [failed("no credit")])
    result = judge(case(), old, [said(STEADY)])
    assert (result.status, result.note) == ("not measured", "old gave no answer: no credit")
    assert judge(case(must_include=("x y",)), old, [said(STEADY)]).status == "failed"


def test_what_a_provider_withholds_is_a_refusal() -> None:
    result = judge(case(), accepted(STEADY), [said("", outcome="refusal")])
    assert (result.status, result.cluster) == ("worrying", "refusal")


def test_an_empty_answer_is_worrying() -> None:
    result = judge(case(), accepted(STEADY), [said("", outcome="empty")])
    assert (result.status, result.cluster) == ("worrying", "fault")


def test_tool_calls_are_part_of_the_answer() -> None:
    calls = ((ToolCall("lookup", '{"order": 7}'),),)
    old = Old.accepted(Snapshot("c", "old", "old", date(2026, 11, 1), "", "", ("",), calls))
    assert judge(case(), old, [said("", tool_calls=calls[0])]).status == "same"
    other = judge(case(), old, [said("", tool_calls=(ToolCall("lookup", '{"order": 8}'),))])
    assert (other.status, other.cluster) == ("worrying", "shape")
    assert other.old_calls == calls


def test_a_question_that_was_changed_since_it_was_accepted_says_so() -> None:
    result = judge(case(), accepted(STEADY, params_hash="a"), [said(STEADY)], "b")
    assert result.note == "the question was changed since its answer was accepted on 2026-11-01"
    assert result.params_hash == "b"
    assert judge(case(), accepted(STEADY, params_hash="a"), [said(STEADY)], "a").note == ""


def test_an_answer_cut_off_at_its_limit_says_so() -> None:
    assert judge(case(), accepted(STEADY), [said(STEADY, outcome="truncated")]).note == "cut off at its token limit"


def test_figures_are_means_and_the_cost_a_sum() -> None:
    runs = [said(STEADY, latency_ms=100, output_tokens=10), said(STEADY, latency_ms=300, output_tokens=None), failed()]
    figures = judge(case(), accepted(STEADY), runs).new_figures
    assert (figures.latency_ms, figures.output_tokens, figures.input_tokens) == (200, 10, None)
    assert figures.cost_usd == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("reason", "old", "new", "cluster"),
    [
        (Reason("json", "key missing: a", 0.85), "{}", "{}", "shape"),
        (Reason("json", "a changed: 1 → 2", 0.8, ("1", "2")), "{}", "{}", "facts"),
        (Reason("tail", "the last part is missing: “x”", 0.7), "a b", "a", "length"),
        (Reason("tail", "the end is garbled (x)", 0.9), "a b", "a", "shape"),
        (Reason("content", "says less", 0.4), "one two three four", "one", "length"),
        (Reason("content", "in other words", 0.4), "one two three four", "one two three", "tone"),
        (Reason("something new", "x", 0.6), "one", "two", "tone"),
        (Reason("reference", "worse", 0.95), "a", "b", "requirements"),
    ],
)
def test_clusters_say_what_kind_of_change_it_is(reason: Reason, old: str, new: str, cluster: str) -> None:
    assert cluster_of(Triage("worrying", reason.weight, (reason,)), old, new) == cluster


texts = st.sampled_from([STEADY, REWORDED, CHANGED, "42", "24", "", '{"a": 1}', "I can't help with that."])


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=4))
def test_an_accepted_answer_is_never_a_change(old: list[str], new: list[str]) -> None:
    held = accepted(*old)
    result = judge(case(), held, [said(text) for text in new if text in old] or [said(old[0])])
    assert result.status in ("same", "acceptable") or "" in old


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=4), st.randoms())
def test_the_order_of_the_answers_changes_nothing(old: list[str], new: list[str], random: object) -> None:
    shuffled_old, shuffled_new = list(old), list(new)
    random.shuffle(shuffled_old)  # type: ignore[attr-defined]
    random.shuffle(shuffled_new)  # type: ignore[attr-defined]
    one = judge(case(), accepted(*old), [said(text) for text in new])
    other = judge(case(), accepted(*shuffled_old), [said(text) for text in shuffled_new])
    assert (one.status, one.flaky) == (other.status, other.flaky)
