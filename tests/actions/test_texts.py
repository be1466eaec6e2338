"""What plans say: one table of every action, since dialogs, `--dry-run` and the history print these words."""

from __future__ import annotations

import shlex

import pytest

from console.actions.requests import (
    Drop,
    Hold,
    PinTier,
    Promote,
    Resume,
    Rollback,
    SetShare,
    StartCanary,
    Undo,
)
from console.actions.standing import Standing

OLD, NEW, CHEAP = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5", "claude-haiku-4-5-20251001"
OPENAI = "gpt-5.4-mini-2026-03-17"

TEXTS = [
    (
        SetShare("support", 25),
        f"Raise {NEW} on support to 25 %",
        "Raise",
        "support canary 5 → 25 %",
        "console rollout support 25",
        "the share goes back to 5 %, to the same users",
    ),
    (
        SetShare("support", 0.5),
        f"Lower {NEW} on support to 0.5 %",
        "Lower",
        "support canary 5 → 0.5 %",
        "console rollout support 0.5",
        "the share goes back to 5 %, to the same users",
    ),
    (
        Promote("support"),
        f"Promote {NEW} to production on support",
        "Promote",
        f"support promoted {NEW}, 5 → 100 %",
        'console promote support --reason "…"',
        f"{OLD} becomes the fallback (retires in 7 days · 30 Nov)",
    ),
    (
        Rollback("support"),
        f"Roll back {NEW} on support",
        "Roll back",
        "support canary rolled back, 5 → 0 %",
        "console rollback support --canary",
        f"everybody is served by {OLD}; the canary stays on the route, held",
    ),
    (
        Rollback("support", "production"),
        f"Roll back production on support to {CHEAP}",
        "Roll back",
        f"support production rolled back to {CHEAP}",
        "console rollback support --production",
        f"{OLD} becomes the fallback",
    ),
    (
        Hold("support", "waiting for legal"),
        f"Hold {NEW} on support",
        "Hold",
        "support canary held at 5 %",
        "console hold support --reason 'waiting for legal'",
        "nothing raises the share until somebody resumes; lowering stays possible",
    ),
    (
        Drop("support"),
        f"Drop {NEW} from support",
        "Drop",
        f"support canary {NEW} dropped, 5 → 0 %",
        "console drop support",
        f"everybody is served by {OLD}; the pin of {NEW} stays in the file",
    ),
    (
        StartCanary("summarise", OPENAI),
        f"Start {OPENAI} on summarise",
        "Start",
        f"summarise canary {OPENAI} started at 5 %",
        f"console canary summarise {OPENAI}",
        "gpt-4.1-mini-2025-04-14 serves everybody again",
    ),
    (
        PinTier("support", "fallback", OPENAI),
        f"Pin {OPENAI} as fallback on support",
        "Pin",
        f"support fallback is {OPENAI} instead of {CHEAP}",
        f"console pin support fallback {OPENAI}",
        f"{CHEAP} is fallback again",
    ),
    (
        PinTier("support", "experimental", OPENAI),
        f"Pin {OPENAI} as experimental on support",
        "Pin",
        f"support experimental is {OPENAI}",
        f"console pin support experimental {OPENAI}",
        "support has no experimental again",
    ),
]


@pytest.mark.parametrize(("request_", "title", "verb", "summary", "command", "undo_note"), TEXTS)
def test_every_action_says_what_it_does(desk, request_, title, verb, summary, command, undo_note):
    plan = desk.plan(request_)
    assert (plan.title, plan.verb, plan.summary) == (title, verb, summary)
    assert (plan.command, plan.undo, plan.undo_note) == (command, "console undo", undo_note)


@pytest.mark.parametrize("request_", [entry[0] for entry in TEXTS])
def test_the_command_is_one_that_a_shell_reads(desk, request_):
    reason = 'it\'s "odd" $HOME `x` \\ – ok'
    plan = desk.plan(request_, reason=reason)
    words = shlex.split(plan.command)
    assert words[0] == "console"
    assert words[1] == plan.action
    if not isinstance(request_, Hold):
        assert words[-2:] == ["--reason", reason]


@pytest.mark.parametrize("request_", [entry[0] for entry in TEXTS])
def test_titles_name_the_model_and_the_route(desk, request_):
    plan = desk.plan(request_)
    assert plan.model_id in plan.title
    assert plan.route in plan.title


@pytest.mark.parametrize(
    ("request_", "lowers"),
    [
        (SetShare("support", 25), False),
        (SetShare("support", 1), True),
        (Promote("support"), False),
        (Rollback("support"), True),
        (Rollback("support", "production"), True),
        (Hold("support"), True),
        (Drop("support"), True),
        (StartCanary("summarise", OPENAI), False),
    ],
)
def test_plans_know_whether_they_lower(desk, request_, lowers):
    plan = desk.plan(request_, Standing("regression", "errors"))
    assert plan.lowers == lowers
    if lowers:
        assert plan.refusal is None
        assert not plan.needs_reason


def test_a_hold_and_a_resume_say_what_the_hold_was(desk, do):
    do(Hold("support", "waiting for legal"))
    plan = desk.plan(Resume("support"))
    assert plan.title == f"Resume {NEW} on support"
    assert plan.undo_note == "the share stays as it is; the hold was “waiting for legal”"


def test_a_resume_after_a_rollback_says_that_it_begins_anew(desk, do):
    do(Rollback("support"), reason="errors")
    plan = desk.plan(Resume("support"))
    assert plan.title == f"Resume {NEW} on support at 5 %"
    assert plan.summary == "support canary resumed, 0 → 5 %, as a new rollout"
    assert plan.undo_note == "a new rollout: other users, new evidence; the hold was “errors”"


@pytest.mark.parametrize("request_", [Promote("summarise"), Drop("summarise"), Hold("summarise"), Undo()])
def test_a_plan_that_cannot_be_done_still_has_a_title(desk, request_):
    plan = desk.plan(request_)
    assert plan.title
    assert plan.verb
    assert plan.summary == plan.refusal.message
    assert plan.edits == ()


def test_a_warning_about_the_fallback_does_not_stop_the_rollback(desk, edit):
    edit(
        'reason = "Cheap, known, other capacity pool"',
        'reason = "Cheap, known, other capacity pool"\nretires = 2026-11-20',
    )
    plan = desk.plan(Rollback("support", "production"))
    assert plan.refusal is None
    assert plan.notes[0].startswith(f"{CHEAP} retired 3 days ago")


def test_text_from_the_file_does_not_become_a_command(desk, path):
    odd = path.read_text().replace("[routes.summarise]", '[routes."a; rm -rf b"]')
    path.write_text(odd)
    plan = desk.plan(StartCanary("a; rm -rf b", OPENAI))
    assert shlex.split(plan.command) == ["console", "canary", "a; rm -rf b", OPENAI]
