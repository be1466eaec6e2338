"""Write down what the regression suite said about a model: tested, passed or not, and when."""

from __future__ import annotations

from datetime import date

from console.actions.naming import command
from console.actions.plans import Plan, World
from console.actions.requests import RecordSuite
from console.domain.edits import Edit, SetKey
from console.domain.errors import Refused
from console.domain.registry import Pin


def is_recorded(pin: Pin | None, passed: bool, day: date) -> bool:
    """Whether the pin says already what a run of `day` would write."""
    return pin is not None and (pin.tested, pin.regression_tested, pin.last_regression_test) == (True, passed, day)


def record_suite(request: RecordSuite, world: World) -> Plan:
    """The plan to record a run of the suite. Refused for a model that nobody has pinned yet: a pin needs a reason."""
    route = world.route(request.route)
    pin = world.registry.models.get(request.model)
    if pin is None:
        raise Refused(
            f"{request.model} is not in the registry, so there is no place for the result",
            f"`console pin {route.name} experimental {request.model}` pins it, with the reason why it was chosen.",
        )
    day = world.now.date()
    if is_recorded(pin, request.passed, day):
        raise Refused(f"{request.model} has this result of {day} already")
    table = world.plain["models"][request.model]
    values = {"tested": True, "regression_tested": request.passed, "last_regression_test": day}
    edits: tuple[Edit, ...] = tuple(
        SetKey(("models", request.model, key), value) for key, value in values.items() if table.get(key) != value
    )
    said = "passed" if request.passed else "did not pass"
    return Plan(
        request=request,
        action="record",
        route=route.name,
        title=f"Record the suite of {route.name} on {request.model}",
        verb="Record",
        summary=f"{request.model} {said} the suite of {route.name}: {request.result}",
        command=command("regress", route.name, "--model", request.model, "--record", reason=world.reason),
        edits=edits,
        model_id=request.model,
        before=route.canary_percentage,
        after=route.canary_percentage,
        undo_note="the result of the run before stands again",
    )
