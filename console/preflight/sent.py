"""The ways in which a route is called, from the registry's parameters and from the names in the request log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from console.catalog.contract import UNSEEN
from console.preflight.records import Sent
from console.providers.parameters import neutral, neutral_name
from console.traffic.mix import Called

_RESPONSES = frozenset({"input", "instructions", "max_output_tokens", "previous_response_id", "conversation", "text"})
_CHAT = frozenset({"messages", "max_completion_tokens", "reasoning_effort", "response_format", "functions"})
_TELLING: Mapping[str, tuple[str, object]] = {
    "thinking.budget_tokens": ("thinking", {"type": "enabled"}),
    "tool_choice.name": ("tool_choice", {"type": "tool"}),
    "tool_choice.function": ("tool_choice", {"type": "function"}),
    "reasoning.effort": ("effort", UNSEEN),
    "output_config.effort": ("effort", UNSEEN),
}
"""Names inside an object that tell more than the object's own name."""


def ways(params: Mapping[str, object], called: Iterable[Called], provider: str | None) -> tuple[Sent, ...]:
    """Every way of calling, the registry's own first. Calls whose names nobody recorded are none."""
    found = [_from_params(params, provider)] if params else []
    merged: dict[tuple[tuple[str, ...], str], Sent] = {}
    for one in called:
        if not one.parameters:
            continue
        api = api_of(one.parameters, provider)
        before = merged.get((one.parameters, api))
        requests, answered = (before.requests, before.answered) if before else (0, 0)
        values = _values(one.parameters, neutral(params))
        merged[one.parameters, api] = Sent(
            one.parameters, values, api, requests + one.requests, answered + one.answered
        )
    return (*found, *merged.values())


def api_of(names: Iterable[str], provider: str | None, told: object = None) -> str:
    """Which API of `provider` takes parameters of these names; "" where that cannot be told."""
    if provider == "anthropic":
        return "messages"
    if provider == "gemini":
        return "chat"
    if told in ("chat", "responses"):
        return str(told)
    present = set(names)
    if present & _RESPONSES:
        return "responses"
    return "chat" if present & _CHAT else ""


def native_name(sent: Sent, parameter: str) -> str:
    """How the application writes `parameter`."""
    return next((name for name in sent.names if neutral_name(name) == parameter), parameter)


def _from_params(params: Mapping[str, object], provider: str | None) -> Sent:
    names = tuple(sorted(name for name in params if name != "api"))
    values = {name: value for name, value in neutral(params).items() if name != "api"}
    return Sent(names, values, api_of(names, provider, params.get("api")), origin="params")


def _values(names: Iterable[str], params: Mapping[str, object]) -> dict[str, object]:
    """What is known of each parameter's value: the registry's word, else what a name inside it tells."""
    values: dict[str, object] = {}
    told: dict[str, object] = {}
    for name in names:
        if "." in name:
            if name in _TELLING:
                parameter, value = _TELLING[name]
                told.setdefault(parameter, value)
            continue
        parameter = neutral_name(name)
        values[parameter] = params.get(parameter, UNSEEN)
    for parameter, value in told.items():
        if values.get(parameter, UNSEEN) is UNSEEN:
            values[parameter] = params.get(parameter, value)
    return values
