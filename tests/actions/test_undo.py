"""Undo, redo, undo under later changes, and undoing the guard."""

from __future__ import annotations

import pytest

from console.actions.requests import Drop, Hold, Promote, Rollback, SetShare, StartCanary, Undo
from console.actions.standing import Standing
from console.domain.errors import Refused, Usage
from console.registry.reading import read

PASS = Standing("pass")


@pytest.mark.parametrize(
    "request_",
    [
        SetShare("support", 25),
        Promote("support"),
        Rollback("support"),
        Rollback("support", "production"),
        Hold("support"),
        Drop("support"),
        StartCanary("summarise", "gpt-4o-2024-08-06", 50, reason="new"),
    ],
)
def test_undo_returns_every_byte(do, path, request_):
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    do(request_, PASS)
    assert path.read_bytes() != before

    outcome = do(Undo())

    assert path.read_bytes() == before
    assert outcome.plan.undoes == 1
    assert outcome.summary.startswith("undid 1: ")
    assert outcome.command == "console undo 1"
    assert outcome.undo == "console undo 2"


def test_undo_brings_back_the_remark_beside_a_key(do, edit, path):
    edit("canary_percentage = 5", "canary_percentage =   5  # small on purpose")
    before = path.read_bytes()
    do(Drop("support"))
    assert b"on purpose" not in path.read_bytes()
    do(Undo())
    assert path.read_bytes() == before


def test_undo_of_a_drop_after_another_edit_restores_the_keys(do, edit, path, desk):
    do(Drop("support"))
    edit("# the end", "# by hand")
    plan = desk.plan(Undo(1))
    assert plan.replacement is None
    assert (plan.before, plan.after, plan.lowers) == (0, 5, False)
    desk.apply(plan)
    assert read(path).registry.routes["support"].canary.percentage == 5


def test_undo_of_a_hold_lets_the_canary_go_on(do, path):
    do(SetShare("support", 25))
    do(Hold("support", "legal"))
    do(Undo())
    do(SetShare("support", 50))
    assert read(path).registry.routes["support"].canary_percentage == 50


def test_a_change_that_was_never_made_cannot_be_undone(desk, do, path):
    do(SetShare("support", 25))
    pending = desk.history.begin(desk.history.entry(1))
    pending.abandon(pending.intend(path.read_bytes(), b"never"))
    assert "never made" in desk.plan(Undo(2)).refusal.message


def test_an_undo_that_would_break_the_file_is_refused(do, edit, desk, path):
    do(SetShare("support", 25))
    do(Drop("support"))
    edit('[models."claude-sonnet-5-5"]\nprovider = "anthropic"\npinned_date = 2026-11-18\n', "")
    edit('reason = "Named replacement of a retiring model"\n', "")
    before = path.read_bytes()
    assert "has no table" in desk.plan(Undo(2)).refusal.message
    assert path.read_bytes() == before


def test_undo_while_read_only_is_shown_and_not_done(do, desk_of, path):
    do(SetShare("support", 25))
    before = path.read_bytes()
    reader = desk_of(read_only=True)
    plan = reader.plan(Undo())
    assert plan.diff
    with pytest.raises(Refused, match="read-only"):
        reader.apply(plan)
    assert path.read_bytes() == before


def test_undo_walks_back_change_by_change(do, path, text):
    do(SetShare("support", 25))
    do(SetShare("support", 50))
    do(Undo())
    assert read(path).registry.routes["support"].canary_percentage == 25
    do(Undo())
    assert path.read_text() == text


def test_undoing_an_undo_makes_the_change_again(do, path, desk):
    do(SetShare("support", 25))
    changed = path.read_bytes()
    do(Undo())
    do(Undo(2))

    assert path.read_bytes() == changed
    assert desk.history.entry(1).undone_by is None
    assert desk.history.entry(2).undone_by == 3


def test_undo_shows_the_lines_it_writes_back(desk, do):
    do(SetShare("support", 25))
    plan = desk.plan(Undo())
    assert plan.title == "Undo change 1: support canary 5 → 25 %"
    assert plan.diff[1:] == (("removed", "canary_percentage = 25"), ("added", "canary_percentage = 5"))
    assert (plan.before, plan.after, plan.lowers) == (25, 5, True)
    assert plan.undo_note == "every byte as it was"


def test_undo_under_later_edits_changes_only_its_own_keys(do, edit, path):
    do(SetShare("support", 25))
    edit("# the end", "# a comment by hand")
    edit('description = "Replies to customer e-mail"', 'description = "Replies"')

    outcome = do(Undo(1))

    text = path.read_text()
    assert "canary_percentage = 5\n" in text
    assert "# a comment by hand" in text
    assert 'description = "Replies"' in text
    assert outcome.plan.undo_note == "later changes of other keys stay"


def test_a_conflict_is_named_and_nothing_is_written(do, desk, edit, path):
    do(SetShare("support", 25))
    edit("canary_percentage = 25", "canary_percentage = 40")
    before = path.read_bytes()

    plan = desk.plan(Undo(1))

    assert "routes.support.canary_percentage was changed since, from 25 to 40" in plan.refusal.message
    with pytest.raises(Refused):
        desk.apply(plan, reason="r", force=True)
    assert path.read_bytes() == before


def test_the_share_of_another_rollout_is_a_conflict(do, desk):
    do(SetShare("support", 25))
    do(Drop("support"))
    do(StartCanary("support", "claude-haiku-4-5-20251001", 25))
    assert "routes.support.canary was changed since" in desk.plan(Undo(1)).refusal.message


def test_a_pin_that_somebody_uses_since_stays(do, path):
    do(StartCanary("summarise", "gpt-4o-2024-08-06", reason="new"))
    do(StartCanary_on_support(do), PASS)

    do(Undo(1))

    registry = read(path).registry
    assert registry.routes["summarise"].canary is None
    assert registry.routes["support"].canary.model_id == "gpt-4o-2024-08-06"
    assert "gpt-4o-2024-08-06" in registry.models


def StartCanary_on_support(do):  # noqa: N802
    do(Drop("support"))
    return StartCanary("support", "gpt-4o-2024-08-06")


def test_a_pin_that_somebody_wrote_into_since_stays(do, edit, path):
    do(StartCanary("summarise", "gpt-4o-2024-08-06", reason="new"))
    edit('reason = "new"\ntested = false', 'reason = "new"\ntested = true')
    do(Undo(1))
    assert read(path).registry.models["gpt-4o-2024-08-06"].tested
    assert read(path).registry.routes["summarise"].canary is None


def test_undoing_the_guard_needs_force_and_a_reason(desk, desk_of, do, path):
    do(Rollback("support"), by=desk_of("guard@server"), reason="error rate +2.4 points")
    rolled_back = path.read_bytes()
    plan = desk.plan(Undo())

    assert "the guard did this: error rate +2.4 points" in plan.refusal.message
    for how in ({}, {"reason": "r"}, {"force": True}):
        with pytest.raises(Refused):
            desk.apply(plan, **how)
    assert path.read_bytes() == rolled_back
    desk.apply(plan, reason="a probe was broken, not the model", force=True)
    assert read(path).registry.routes["support"].canary_percentage == 5


def test_a_person_called_guardian_is_not_the_guard(desk, desk_of, do):
    do(Rollback("support"), by=desk_of("guardian@desk"))
    assert desk.plan(Undo()).refusal is None


def test_undo_does_not_raise_what_was_held_since(do, desk):
    do(SetShare("support", 50))
    do(SetShare("support", 5))
    do(Hold("support", "legal"))
    assert "held: “legal”" in desk.plan(Undo(2)).refusal.message


def test_undoing_a_rollback_raises_again_and_asks_the_verdict(do, desk, path, text):
    do(Rollback("support"))
    assert desk.plan(Undo(), Standing("regression", "errors")).forceable
    do(Undo())
    assert path.read_text() == text


def test_making_a_promotion_again_asks_what_a_promotion_asks(do, desk):
    do(Promote("support"), PASS)
    do(Undo())
    assert desk.plan(Undo(2)).needs_reason
    assert not desk.plan(Undo(2), PASS).needs_reason


def test_undoing_a_promotion_is_never_blocked(do, path, text):
    do(Promote("support"), PASS)
    do(Undo(), Standing("regression", "errors"))
    assert path.read_text() == text


def test_what_was_undone_cannot_be_undone_twice(do, desk):
    do(SetShare("support", 25))
    do(Undo())
    plan = desk.plan(Undo(1))
    assert "undone already, by change 2" in plan.refusal.message
    assert "console undo 2" in plan.refusal.hint


def test_nothing_to_undo_is_said(desk):
    assert "nothing to undo" in desk.plan(Undo()).refusal.message
    with pytest.raises(Usage, match="there is no change 7"):
        desk.plan(Undo(7))


def test_an_edit_by_hand_can_be_undone(do, desk, edit, path):
    do(SetShare("support", 25))
    edit("canary_percentage = 25", "canary_percentage = 100")
    assert desk.notice().summary == "edited by hand: support.canary_percentage 25 → 100"
    do(Undo())
    assert read(path).registry.routes["support"].canary_percentage == 25


def test_a_number_of_thousands_of_digits_by_hand_stops_neither_a_rollback_nor_an_undo(do, desk, path, route):
    small, huge = "x = 1\n", f"x = 0x{'f' * 6_000}\n"
    table = f"[routes.support.params]\n{small}\n"
    path.write_text(path.read_text().replace("[routes.summarise]", f"{table}[routes.summarise]"))
    do(SetShare("support", 25))
    path.write_text(path.read_text().replace(small, huge))
    do(Rollback("support"))
    assert route().canary.percentage == 0
    path.write_text(path.read_text().replace(huge, small))
    desk.notice()
    refused = desk.plan(Undo(2)).refusal
    assert refused is not None
    assert "a huge number" in refused.message
