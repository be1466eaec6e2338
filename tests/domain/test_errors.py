"""Failures as values: what they say, where, what to do, and how a command that meets them ends."""

from __future__ import annotations

import inspect

import pytest

from console.domain import errors
from console.domain.errors import (
    ConsoleError,
    HistoryInvalid,
    LogInvalid,
    Problem,
    ReadOnly,
    Refused,
    RegistryChanged,
    RegistryInvalid,
    Unmeasured,
    Usage,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConsoleError("x"), 1),
        (Refused("x"), 1),
        (ReadOnly("x"), 1),
        (RegistryChanged("x"), 1),
        (Usage("x"), 2),
        (RegistryInvalid("r.toml", ()), 3),
        (LogInvalid("x"), 3),
        (HistoryInvalid("x"), 3),
        (Unmeasured("x"), 4),
    ],
)
def test_each_failure_ends_a_command_with_its_documented_code(error: ConsoleError, code: int):
    assert error.exit_code == code


def test_every_failure_is_a_console_error_that_explains_itself():
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
    assert len(kinds) >= 9
    assert all(issubclass(kind, ConsoleError) and kind.__doc__ for kind in kinds)


def test_a_hint_stands_on_a_line_of_its_own_and_only_where_there_is_one():
    assert str(Refused("no", "try this")) == "no\ntry this"
    assert str(Refused("no")) == "no"
    assert (Refused("no", "try this").message, Refused("no", "try this").hint) == ("no", "try this")


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            Problem(("routes", "support", "canary_percentage"), "must be between 0 and 100, got 500", 7),
            "registry.toml:7: routes.support.canary_percentage: must be between 0 and 100, got 500",
        ),
        (Problem(("models", "gpt-4.1"), "is missing", 3), 'registry.toml:3: models."gpt-4.1": is missing'),
        (Problem((), "is not valid TOML", 2), "registry.toml:2: is not valid TOML"),
        (Problem((), "is empty"), "registry.toml: is empty"),
        (Problem(("schema",), "is missing"), "registry.toml: schema: is missing"),
    ],
)
def test_a_problem_names_file_line_and_key_as_far_as_there_are_any(problem: Problem, text: str):
    assert problem.text("registry.toml") == text


def test_an_invalid_registry_carries_every_problem_and_prints_one_a_line():
    problems = [Problem(("schema",), "is missing"), Problem(("routes",), "is missing", 4)]
    error = RegistryInvalid("r.toml", problems, "Correct it.")
    assert error.problems == tuple(problems)
    assert str(error) == "r.toml: schema: is missing\nr.toml:4: routes: is missing\nCorrect it."
    assert error.filename == "r.toml"


def test_a_changed_registry_carries_the_difference_apart_from_its_words():
    error = RegistryChanged("was changed", "-a\n+b", "look again")
    assert error.difference == "-a\n+b"
    assert str(error) == "was changed\nlook again"
    assert RegistryChanged("was changed").difference == ""
