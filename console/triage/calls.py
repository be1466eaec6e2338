"""Function calls, as providers and logs have them: which function, with which arguments."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.triage.arguments import argument_changes, key_of, shown
from console.triage.records import Reason, brief, changed

ARGUMENTS = ("arguments", "parameters", "args", "input", "params", "kwargs")
NAMES = ("name", "function", "function_name", "tool", "tool_name")
"""Under which names a call has them."""
_MOST = 8
"""Calls of one name that are paired by what they share; more are taken in order."""
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `arguments` maps names to plain values; one without a name has its place for a name."""

    name: str
    arguments: Mapping[str, object]

    def text(self) -> str:
        """`search(query="lamp")`."""
        return f"{self.name}({', '.join(f'{key}={shown(value)}' for key, value in self.arguments.items())})"


def given_calls(tools: Sequence[object]) -> tuple[Call, ...]:
    """Calls as providers and logs have them: objects or mappings with `name` and `arguments` (JSON text or data)."""
    return tuple(found for tool in tools if (found := _given(tool)) is not None)


def _given(tool: object) -> Call | None:
    if isinstance(tool, Mapping):
        return from_mapping(tool)
    if isinstance(tool, str):
        return Call(tool, {})
    if isinstance(tool, (tuple, list)) and len(tool) == 2:
        return Call(str(tool[0]), arguments_of(tool[1]))
    name = getattr(tool, "name", None)
    return None if name is None else Call(str(name), arguments_of(getattr(tool, "arguments", None)))


def from_mapping(tool: Mapping[str, object]) -> Call | None:
    """The call that a mapping is: with name and arguments, with a function inside, or `{name: {…}}`; else None."""
    inner = tool.get("function")
    if isinstance(inner, Mapping):
        return from_mapping(inner)
    name = next((tool[key] for key in NAMES if isinstance(tool.get(key), str)), None)
    if name is not None:
        return Call(str(name), arguments_of(next((tool[key] for key in ARGUMENTS if key in tool), None)))
    if len(tool) == 1:
        ((only, value),) = tool.items()
        if isinstance(value, Mapping) or holds_arguments(value):
            return Call(str(only), arguments_of(value))
    return None


def holds_arguments(value: object) -> bool:
    """Whether a text is a JSON object, as logs have the arguments of a call."""
    return isinstance(value, str) and value[:1] == "{" and "" not in arguments_of(value)


def arguments_of(value: object) -> Mapping[str, object]:
    """Arguments by their names, from data or JSON text; what is neither has no name."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if len(value) <= _LONGEST else {"": value}
        except (ValueError, RecursionError):
            value = {"": value}
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    return {} if value is None else {"": value}


def call_changes(old: Sequence[Call], new: Sequence[Call], prompt: str = "") -> list[Reason]:
    """What differs between the calls of the two sides; their order does not count, nor do defaults of the prompt."""
    if not old or not new:
        if not old and not new:
            return []
        word, calls = ("disappeared", old) if old else ("appeared", new)
        return [Reason("tool call", f"tool call {word}: {brief(calls[0].text(), 100)}", 0.9)]
    names = Counter(call.name for call in old), Counter(call.name for call in new)
    if names[0] != names[1]:
        gone, added = list((names[0] - names[1]).elements()), list((names[1] - names[0]).elements())
        return [changed("tool call", "other function called:", ", ".join(gone), ", ".join(added), 0.9)]
    return _changes(old, new, prompt)


def _changes(old: Sequence[Call], new: Sequence[Call], prompt: str) -> list[Reason]:
    """What differs between as many calls of the same functions, each beside the one that it differs least from."""
    left, right = _without_equal(old, new) if len(old) > 1 else ([*old], [*new])
    if len(left) > _MOST:
        found = [_of_pair(one, other, prompt) for one, other in zip(left, right, strict=True)]
        return [reason for reasons in found for reason in reasons]
    reasons: list[Reason] = []
    for call in left:
        rivals = [(other, _of_pair(call, other, prompt)) for other in right if other.name == call.name]
        best, differs = min(rivals, key=lambda rival: _cost(rival[1]))
        right.remove(best)
        reasons += differs
    return reasons


def _without_equal(old: Sequence[Call], new: Sequence[Call]) -> tuple[list[Call], list[Call]]:
    """The calls of each side that the other has not, in order of their names and arguments."""
    ours, theirs = ([(_in_order(call), call) for call in calls] for calls in (old, new))
    shared = Counter(key for key, _ in ours) & Counter(key for key, _ in theirs)
    found: list[list[Call]] = []
    for side in (ours, theirs):
        left = Counter(shared)
        kept = []
        for key, call in sorted(side, key=lambda one: one[0]):
            left[key] -= 1
            if left[key] < 0:
                kept.append(call)
        found.append(kept)
    return found[0], found[1]


def _of_pair(one: Call, other: Call, prompt: str) -> list[Reason]:
    return argument_changes(one.name, one.arguments, other.arguments, prompt)


def _cost(reasons: Sequence[Reason]) -> tuple[float, float]:
    weights = [reason.weight for reason in reasons]
    return max(weights, default=0.0), sum(weights)


def _in_order(call: Call) -> tuple[str, str]:
    return call.name, key_of(dict(call.arguments))
