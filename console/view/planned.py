"""A plan in the words of a dialog and of `--dry-run`: consequence, users, undo, the exact change of the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from console.actions.plans import Plan
from console.actions.standing import Standing
from console.domain.edits import SetKey
from console.text import words
from console.text.safe import NOTHING, SafeText, join, safe, safe_line
from console.verdict.verdict import Verdict
from console.view.records import CanaryView, DiffLine, PlanView, PreflightLine, State, Tone

_STATES = {state.value: state for state in State}
_TONES: Mapping[str, Tone] = {"good": "good", "waiting": "waiting", "bad": "bad"}


def plan_view(plan: Plan) -> PlanView:
    """Everything a person should see before `plan` is carried out."""
    standing = plan.standing
    # Why a model was chosen, typed before anybody knew what it rejects, is no reason to start it all the same.
    needs_reason = plan.needs_reason and (not plan.reason or bool(standing.rejects))
    return PlanView(
        title=safe_line(plan.title),
        verb=plan.verb,
        route=safe_line(plan.route),
        model_id=safe_line(plan.model_id),
        arm=plan.arm,
        state=_STATES.get(standing.state, State.NO_DATA),
        sentence=_sentence(plan),
        details=safe_line(" · ".join(standing.details)),
        users=_users(plan),
        users_note=safe_line(plan.notes[0]) if plan.notes else NOTHING,
        undo=join(_undo_key(plan), " or ", plan.undo, " writes these lines back; users follow in 2 s"),
        undo_note=safe_line(plan.undo_note),
        diff=tuple(DiffLine(kind, safe_line(text)) for kind, text in plan.diff),
        command=safe_line(plan.command),
        needs_reason=needs_reason,
        lowers=plan.lowers,
        refusal=safe(str(plan.refusal)) if plan.refusal and not plan.forceable else NOTHING,
        asks=_asks(plan) if needs_reason else NOTHING,
        preflight=tuple(
            PreflightLine(mark, safe_line(text), _TONES.get(tone, "none")) for mark, text, tone in standing.preflight
        ),
    )


def _asks(plan: Plan) -> SafeText:
    """Why a reason is asked for. The verdict's own sentence stands right below, so here its word is enough."""
    own = f"{plan.standing.state}: {plan.standing.sentence}"
    sentences = [
        f"the verdict is {plan.standing.state}, not pass" if sentence == own else sentence
        for sentence in plan.gate.sentences
    ]
    return safe_line(f"a typed reason: {' · '.join(sentences)}")


def _undo_key(plan: Plan) -> str:
    """`u` takes back the newest change that is no undo, so an undo is taken back where it is listed."""
    return "u" if plan.undoes is None else "u in the history"


def _sentence(plan: Plan) -> SafeText:
    """The verdict's sentence. It is about the canary: beside a rollback of production it says so.

    Who means a canary that somebody, or the guard, has rolled back meanwhile sees that there is nothing left to do.
    """
    standing = plan.standing
    if standing.sentence and plan.action == "rollback" and plan.arm == "production":
        return join("the canary: " if plan.before else "the canary, at 0 %: ", safe_line(standing.sentence))
    return safe_line(standing.sentence or "no evidence is at hand")


def _users(plan: Plan) -> SafeText:
    """`6,214 users move to the new model: 50 % → 100 %`, from the users the log has seen on this rollout.

    `everybody moves to gpt-…` where production itself is replaced: the canary's share says nothing about that.
    """
    served = _new_production(plan)
    if served:
        who = f"{words.percentage(100 - plan.after)} of users move" if plan.after else "everybody moves"
        return join(who, " to ", safe_line(served))
    shares = f"{words.percentage(plan.before)} → {words.percentage(plan.after)}"
    if plan.before == plan.after:
        return SafeText(f"nobody moves: the share stays at {words.percentage(plan.after)}")
    moved = _moved(plan)
    up = "to the new model" if plan.action == "promote" else "to the canary"
    where = up if plan.after > plan.before else "back to production"
    if moved is None:
        return SafeText(f"{shares} of users; none seen on this rollout yet")
    return SafeText(f"{words.plural(moved, 'user moves', 'users move')} {where}: {shares}")


def _new_production(plan: Plan) -> str:
    """The model that production is replaced with; "" where it stays, or where the canary becomes it."""
    if plan.action == "promote":
        return ""
    place = ("routes", plan.route, "production")
    found = (edit for edit in plan.edits if isinstance(edit, SetKey) and edit.path == place)
    return str(next((edit.value for edit in found), ""))


def _moved(plan: Plan) -> int | None:
    standing = plan.standing
    canary, production = standing.canary_users, standing.production_users
    if not canary and not production:
        return None
    if plan.after == 0 and canary:
        return canary
    return round(((canary or 0) + (production or 0)) * abs(plan.after - plan.before) / 100)


def standing_of(canary: CanaryView, verdict: Verdict | None, users: Mapping[str, int], now: datetime) -> Standing:
    """What is known of a canary at `now`, as an action wants it handed in."""
    return Standing(
        state=canary.state.value,
        sentence=canary.sentence,
        details=(*_details(canary), *(verdict.changed_gates if verdict else ())),
        step_minutes=None if canary.since is None else (now - canary.since).total_seconds() / 60,
        production_requests=verdict.production_n if verdict else canary.production_requests,
        canary_requests=verdict.canary_n if verdict else canary.canary_requests,
        signals=tuple(
            judged.name
            for judged in (verdict.metrics if verdict else ())
            if judged.role == "signal" and judged.decided == "regression"
        ),
        canary_users=users.get("canary"),
        production_users=users.get("production"),
    )


def _details(canary: CanaryView) -> list[str]:
    """`error rate 0.97 % against 0.95 %`, `latency p95 ×0.96`, `cost per 1k ×1.26 (limit 1.40)`."""
    found = []
    for metric in canary.metrics:
        if metric.name == "error" and metric.canary:
            found.append(f"error rate {metric.canary} against {metric.production}")
        elif metric.name in ("latency_p95", "cost") and metric.change:
            limit = f" (limit {metric.limit})" if metric.limit and not metric.inside else ""
            found.append(f"{metric.label} {metric.change}{limit}")
    return found
