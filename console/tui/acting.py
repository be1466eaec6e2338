"""What the keys do: ask, plan, show, and write, through the same desk as the commands.

Planning and dialogs are imported where they are first used: the screen is there before they are needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.worker import Worker

from console.actions.standing import UNKNOWN, Standing
from console.domain.errors import ConsoleError, RegistryChanged
from console.domain.registry import Registry, Route
from console.text import words
from console.text.safe import SafeText, join, safe_line
from console.tui.keys import by_action
from console.tui.leading_on import target_of
from console.tui.noticing import Noticing
from console.tui.why_not import why_not
from console.view.lookout import Look
from console.view.records import CanaryView, State

if TYPE_CHECKING:
    from console.actions.desk import Outcome
    from console.actions.plans import Plan
    from console.actions.requests import Request
    from console.registry.reading import Snapshot
    from console.tui.screens.ask import Field
    from console.tui.screens.confirm import Decision

WRITES = {"rollback", "advance", "retreat", "promote", "share", "canary", "undo", "hold", "resume", "drop"}


class Acting(Noticing):
    """Mixed into the main screen, which knows the selected route and the last look."""

    look: Look | None

    @property
    def route(self) -> Route | None:
        """The selected route."""
        raise NotImplementedError

    @property
    def canary(self) -> CanaryView | None:
        """Its canary."""
        raise NotImplementedError

    def now_holds(self, written: Snapshot) -> None:
        """The registry is `written` from here on, before the next look says so."""
        raise NotImplementedError

    def target(self, action: str) -> float | None:
        """Where `+` or `-` would lead on the selected route."""
        return target_of(self.route, action) if self.route else None

    def allows(self, action: str) -> bool:
        """Whether `action` can work now. What is not allowed is not offered."""
        if action not in WRITES:
            return True
        route = self.route
        if self.runtime.read_only or route is None:
            return False
        canary = route.canary
        match action:
            case "canary":
                return canary is None
            case "undo":
                return bool(self.look and self.look.view.changes)
            case "rollback":
                return route.canary_percentage > 0 or route.fallback is not None
            case "advance":
                return self._may_rise(route)
            case "promote":
                return canary is not None and canary.held is None
            case "retreat":
                return route.canary_percentage > 0
            case "hold":
                return canary is not None and canary.held is None
            case "resume":
                return canary is not None and canary.held is not None
            case _:
                return canary is not None

    def on_key(self, event: events.Key) -> None:
        """A key of the list that cannot work now, which no binding has taken: say why, and what would."""
        keys = self.runtime.keys
        action = next((key.action for key in keys if event.key in key.key.split(",")), "")
        if action not in WRITES or self.allows(action):
            return
        why = why_not(action, self.route, lambda name: by_action(name, keys).shown, read_only=self.runtime.read_only)
        if why:
            self.app.clear_notifications()
            self.tell(why)

    def _may_rise(self, route: Route) -> bool:
        regressed = self.canary is not None and self.canary.state is State.REGRESSION
        return route.canary is not None and route.canary.held is None and not regressed

    def action_promote(self) -> None:
        """`p`."""
        from console.actions.requests import Promote

        if self.route:
            self._propose(Promote(self.route.name))

    def action_rollback(self) -> None:
        """`r`."""
        from console.actions.requests import Rollback

        if self.route:
            # What the screen shows is meant: a rollback by the guard in this second must not turn it into another one.
            self._propose(Rollback(self.route.name, "canary" if self.route.canary_percentage > 0 else "production"))

    def action_advance(self) -> None:
        """`+`."""
        from console.actions.requests import SetShare

        if self.route:
            self._propose(SetShare(self.route.name, "next"))

    def action_retreat(self) -> None:
        """`-`."""
        from console.actions.requests import SetShare

        if self.route:
            self._propose(SetShare(self.route.name, "back"))

    def action_undo(self) -> None:
        """`u`."""
        from console.actions.requests import Undo

        self._propose(Undo())

    def propose_undo(self, number: int) -> None:
        """Take back one change chosen from the history."""
        from console.actions.requests import Undo

        self._propose(Undo(number))

    def action_resume(self) -> None:
        """`e`."""
        from console.actions.requests import Resume

        if self.route:
            self._propose(Resume(self.route.name))

    def action_drop(self) -> None:
        """`d`."""
        from console.actions.requests import Drop

        if self.route:
            self._propose(Drop(self.route.name))

    def action_hold(self) -> None:
        """`o`: asks why."""
        from console.actions.requests import Hold
        from console.tui.screens.ask import Field

        route = self.route
        if route is None:
            return
        self._ask(
            join("Hold the canary on ", safe_line(route.name)),
            (Field("Why", hint="waiting for legal"),),
            "Hold",
            lambda values: self._propose(Hold(route.name, values[0])),
        )

    def action_share(self) -> None:
        """`%`: asks for an exact percentage."""
        from console.actions.requests import SetShare
        from console.tui.screens.ask import Field

        route = self.route
        if route is None:
            return
        now = words.percentage(route.canary_percentage)
        self._ask(
            join("Share of users on the canary of ", safe_line(route.name)),
            (Field("Percent", hint=f"0 to 100, up to 4 decimals; {now} today", check=_percentage_problem),),
            "Continue",
            lambda values: self._propose(SetShare(route.name, _percentage(values[0]))),
        )

    def action_canary(self) -> None:
        """`c`: asks for a model and why."""
        from console.actions.requests import StartCanary
        from console.tui.screens.ask import Field

        route, look = self.route, self.look
        if route is None or look is None or look.snapshot is None:
            return
        known = _candidates(look, look.snapshot.registry, route)
        self._ask(
            join("Start a canary on ", safe_line(route.name)),
            (
                Field("Model", value=known[0] if known else "", hint="the pinned id to try", suggestions=known),
                Field("Reason", hint="why this model"),
                Field("Percent", value=f"{route.steps[0]:g}", check=_percentage_problem),
            ),
            "Continue",
            lambda v: self._propose(StartCanary(route.name, v[0], _percentage(v[2]), v[1]), reason=v[1]),
        )

    def _ask(
        self, title: SafeText, fields: tuple[Field, ...], go: str, then: Callable[[tuple[str, ...]], object]
    ) -> None:
        from console.tui.screens.ask import AskScreen

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                then(values)

        self.app.push_screen(AskScreen(title, fields, go), answered)

    def _standing(self, name: str, look: Look | None) -> Standing:
        """What `look` says of the canary on the route `name`."""
        from console.view.planned import standing_of

        if look is None or look.snapshot is None or name not in look.snapshot.registry.routes:
            return UNKNOWN
        route = look.snapshot.registry.routes[name]
        shown = next((view for view in look.view.canaries if view.route == safe_line(name)), None)
        if shown is None or route.canary is None:
            return UNKNOWN
        users = look.users.get(route.rollout_id, {})
        return standing_of(shown, look.verdicts.get(name), users, self.runtime.clock())

    def _propose(self, request: Request, reason: str = "") -> Worker[None]:
        """Plan off the screen's thread, with a preflight where a canary would start; then show the dialog."""
        from console.actions.requests import StartCanary
        from console.view.preflighted import standing_before

        look = self.look
        snapshot = look.snapshot if look else None

        def plan() -> None:
            desk = self._desk()
            try:
                standing = self._standing(desk.route_of(request), look)
                if snapshot is not None and isinstance(request, StartCanary):
                    standing = standing_before(request, snapshot.registry, self.runtime.log, self.runtime.clock())
                proposed = desk.plan(request, standing, reason=reason)
            except ConsoleError as error:
                self.from_thread(self.tell, str(error), error=True)
                return
            self.from_thread(self._confirm, proposed)

        return self.run_worker(plan, thread=True, group="plan", exit_on_error=True)

    def _confirm(self, plan: Plan) -> None:
        from console.tui.screens.confirm import ConfirmScreen
        from console.view.planned import plan_view

        if self.app.screen is not self:
            return  # another dialog was opened meanwhile: this one would come as a surprise

        def decided(decision: Decision | None) -> None:
            if decision is not None:
                self._carry_out(plan, decision)

        self.app.clear_notifications()  # what was told of the change before would cover what this one is
        self.app.push_screen(ConfirmScreen(plan_view(plan), self.runtime.registry.name), decided)

    def _carry_out(self, plan: Plan, decision: Decision) -> Worker[None]:
        self._writing += 1

        def write() -> None:
            try:
                outcome = self._desk().apply(plan, reason=decision.reason, force=plan.forceable)
            except RegistryChanged as error:
                self.from_thread(self._not_done, f"{error.message}; look again, then decide")
            except ConsoleError as error:
                self.from_thread(self._not_done, str(error))
            else:
                self.from_thread(self._done, outcome)

        return self.run_worker(write, thread=True, group="write", exit_on_error=True)

    def _not_done(self, why: str) -> None:
        self._writing -= 1
        self.tell(why, error=True)
        self.look_soon()

    def _done(self, outcome: Outcome) -> None:
        self._writing -= 1
        self._seen, self._written_at = outcome.snapshot, self.runtime.clock()
        self.now_holds(outcome.snapshot)
        notes = "".join(f"\n{note}" for note in outcome.notes)
        key = "u" if outcome.plan.undoes is None else "u in the history"  # by itself it goes further back
        back = f"\n{key} or {outcome.undo} takes it back" if outcome.undo else ""
        self.tell(f"{outcome.summary}\n{outcome.command}{back}{notes}")
        self.look_soon()


def _candidates(look: Look, registry: Registry, route: Route) -> list[str]:
    """The experimental model, the named replacement, then every other pinned model that is not on the route."""
    used = {model for tier, model in route.tiers() if tier != "experimental"}
    shown = next((each for each in look.view.routes if each.name == safe_line(route.name)), None)
    named = [str(pin.replacement) for pin in (shown.pins if shown else ()) if pin.tier == "production"]
    wanted = [*([route.experimental] if route.experimental else []), *named, *registry.models]
    return [model for model in dict.fromkeys(wanted) if model and model not in used]


def _percentage(text: str) -> float:
    value = float(text.replace("%", "").strip())
    return int(value) if value == int(value) else value


def _percentage_problem(text: str) -> str:
    try:
        value = _percentage(text)
    except (ValueError, OverflowError):
        return "is not a number"
    return "" if 0 <= value <= 100 else "must be between 0 and 100"
