"""pytest hooks only: options, suites as tests, the fixtures `llm` and `accepted`, the summary by cluster.

pytest loads this module in every project of an environment that holds the package, also in those that never use it.
So nothing but pytest and the standard library is imported here before a suite or a fixture asks for more, no option
takes a name that the project or another plugin has, and no file is claimed that is not a suite.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from typing import Any

import pytest

SUFFIX = "llmsnap"
_GROUP = "model answers"
_UPDATE = "--snapshot-update"
_MODE = pytest.StashKey[dict[str, str]]()
"""Where each option's value is: its name without dashes -> its dest."""

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "--model",
        {"metavar": "ID", "help": "The model that answers. [LLM_MODEL; default: the route's production model]"},
    ),
    (
        "--route",
        {"metavar": "NAME", "help": "Run the suites of this route only; llm asks as it does. [default: the only one]"},
    ),
    (
        _UPDATE,
        {"action": "store_true", "default": False, "help": "Accept the answers: write them as the snapshots."},
    ),
    (
        "--snapshot-warn-on-failure",
        {"action": "store_true", "default": False, "help": "Report answers that changed, but let their tests pass."},
    ),
    (
        "--report-to",
        {"action": "append", "metavar": "TARGET", "default": [], "help": "Send the result there: slack, webhook, …"},
    ),
    (
        "--replay",
        {"action": "store_true", "default": False, "help": "No network: answers of earlier runs, else snapshots."},
    ),
    (
        "--stand-in",
        {"action": "store_true", "default": False, "help": "Ask a local stand-in: no key, no cost, invented answers."},
    ),
    (
        "--llm-concurrency",
        {"type": int, "default": 20, "metavar": "N", "help": "Questions under way at once. [default: 20]"},
    ),
)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Declare the options last of all: a name that a plugin or the project's conftest.py has, stays theirs."""
    _are_no_paths(early_config, args)
    yield
    early_config.stash[_MODE] = _declare(parser)


def _are_no_paths(config: pytest.Config, args: list[str]) -> None:
    """`--model ID` is not declared yet, so pytest took ID for a file, and would look for conftest.py there."""
    paths = getattr(config.known_args_namespace, "file_or_dir", [])
    valued = {name for name, attributes in _OPTIONS if "action" not in attributes or attributes["action"] == "append"}
    for word, value in pairwise(args):
        if word in valued and value in paths:
            paths.remove(value)


def _declare(parser: pytest.Parser) -> dict[str, str]:
    taken = {
        name: option.dest
        for group in (getattr(parser, "_anonymous", None), *getattr(parser, "_groups", ()))
        for option in getattr(group, "options", ())
        for name in option.names()
    }
    group = parser.getgroup("model-console", _GROUP)
    places: dict[str, str] = {}
    for name, attributes in _OPTIONS:
        word = name.strip("-").replace("-", "_")
        if name == _UPDATE:
            places[word] = taken.get(name, "update_snapshots")
            if name in taken:  # syrupy's, or another snapshot plugin's: it means the same
                continue
            group.addoption(name, dest=places[word], **attributes)
            continue
        places[word] = f"model_console_{word}"
        group.addoption(name if name not in taken else f"--llm-{name.strip('-')}", dest=places[word], **attributes)
    return places


def pytest_configure(config: pytest.Config) -> None:
    """Keep syrupy's `--snapshot-update` from deleting what it takes for its own leftovers."""
    config.addinivalue_line("markers", "llm(prompt, route=…, system=…, **params): asked ahead of the tests for `llm`.")
    if hasattr(config.option, "ignore_file_extensions"):
        ignored = config.option.ignore_file_extensions or []
        if SUFFIX not in ignored:
            config.option.ignore_file_extensions = [*ignored, SUFFIX]
