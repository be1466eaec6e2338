"""Functions as arguments and as results: what a program does with those given, and what those do that it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from console.triage.imagining.objects import Function, error_name
from console.triage.imagining.scopes import Scope
from console.triage.imagining.structures import Failed, plain
from console.triage.imagining.values import OF_PROGRAMS, Own, Unknown

_MOST_CALLS = 300


@dataclass(frozen=True, slots=True)
class Probe:
    """A function as an argument: what it is given is noted, and `flaky` fails twice before it works."""

    name: str

    def made(self, _: Scope) -> Any:
        """The function, with a list of the calls that it has had."""
        calls: list[Any] = []

        def probe(*given: Any, **named: Any) -> Any:
            calls.append([type(one).__name__ if isinstance(one, Own) else one for one in (*given, *named.values())])
            if len(calls) > _MOST_CALLS:
                raise Unknown
            return _WORK[self.name](len(calls), *given)

        return Working(probe, calls)

    def __repr__(self) -> str:
        return self.name


class Working(Own):
    """Such a function in a program."""

    __slots__ = ("_work", "calls")

    def __init__(self, work: Callable[..., Any], calls: list[Any]) -> None:
        self._work, self.calls = work, calls

    def __call__(self, *given: Any, **named: Any) -> Any:
        """What it gives. Raises the error of a function that fails."""
        return self._work(*given, **named)


@dataclass(frozen=True, slots=True)
class Probed:
    """What a function came to that a program returned, and the calls of those that it was given."""

    results: list[Any]
    calls: list[Any]

    def __repr__(self) -> str:
        return f"a function that gives {self.results!r}"


def _flaky(turn: int, *_: Any) -> int:
    if turn < 3:
        raise ValueError("not yet")
    return 7


def _doubled(_: int, value: Any = 1, *__: Any) -> Any:
    return value * 2 if isinstance(value, (int, float)) else value


_WORK: dict[str, Callable[..., Any]] = {
    "double": _doubled,
    "is_odd": lambda _, value=1, *__: value % 2 == 1 if isinstance(value, int) else bool(value),
    "length": lambda _, value="", *__: len(value) if isinstance(value, (str, list, tuple, dict)) else -value,
    "add": lambda _, one=1, other=2, *__: one + other if isinstance(one, int) and isinstance(other, int) else one,
    "flaky": _flaky,
}
"""What the probes do, after the number of the call."""
_GIVEN_TO: tuple[tuple[Any, ...], ...] = ((3,), (3,), (4, 5), ([2, 1],), ("ab",), ())
"""What a function is given that a program returned; where it decorates others, what those are given."""
_GIVEN_TO_WORKING = {"add": ((3,), (3,), (4, 5)), "flaky": ((), ())}


def probed(function: Callable[..., Any]) -> list[Any]:
    """What a function does that a program returned: as a decorator of functions, else with values."""
    found: list[Any] = []
    for name, several in _GIVEN_TO_WORKING.items():
        work = Probe(name).made(Scope())
        decorated = _attempt(function, (work,))
        if isinstance(decorated, (Function, partial)):
            found.append([_shown(_attempt(decorated, given)) for given in several])
            found.append([plain(call) for call in work.calls])
    return found or [_shown(_attempt(function, given)) for given in _GIVEN_TO]


def _attempt(function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    try:
        return function(*[list(one) if isinstance(one, list) else one for one in given])
    except OF_PROGRAMS as error:
        return Failed(error_name(error))


def _shown(result: Any) -> Any:
    return result if isinstance(result, Failed) else "a function" if isinstance(result, Function) else plain(result)
