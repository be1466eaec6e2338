"""What runs inside other people's servers brings nothing with it: each claim is asked of a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
THIRD_PARTY = (
    *("textual", "rich", "tomlkit", "click", "pydantic", "anthropic", "openai", "sqlite_utils", "numpy", "filelock"),
    *("platformdirs", "httpx", "genai_prices", "sentence_transformers", "torch"),
)
HEAVY = ("asyncio", "multiprocessing", "concurrent.futures", "http.client", "urllib.request", "unittest")
PURE = ("domain", "text", "verdict", "triage", "routing")
"""Packages that name nothing outside the standard library, whichever of their modules is imported."""
NO_INPUT = ("domain", "text", "verdict", "triage")


def modules(package: str) -> list[str]:
    """The dotted names of the modules of `console.<package>`, as they are on disk."""
    found = []
    for path in sorted((ROOT / "console" / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


@cache
def loaded_after(statements: str, *flags: str) -> frozenset[str]:
    """The names of all modules that an interpreter holds after running `statements`."""
    before = f"import sys\nsys.path.insert(0, {str(ROOT)!r})"
    code = f"{before}\n{statements}\nimport json\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout))


def offenders(loaded: frozenset[str], unwanted: tuple[str, ...]) -> list[str]:
    return sorted(
        name for name in unwanted if any(module == name or module.startswith(f"{name}.") for module in loaded)
    )


APPLICATION = {
    "import console": "import console",
    "console.Router": "import console; console.Router",
    "console.Choice": "import console; console.Choice",
    "console.RequestLog": "import console; console.RequestLog",
    "console.routing.router": "import console.routing.router",
    "console.registry.reading": "import console.registry.reading",
}


@pytest.mark.parametrize("statements", APPLICATION.values(), ids=APPLICATION.keys())
def test_what_an_application_imports_brings_no_third_party_module(statements: str) -> None:
    assert offenders(loaded_after(statements), (*THIRD_PARTY, *HEAVY)) == []


@pytest.mark.parametrize("statements", APPLICATION.values(), ids=APPLICATION.keys())
def test_what_an_application_imports_works_without_any_installed_package(statements: str) -> None:
    """`-S` leaves out site-packages: the same as an installation with `--no-deps`."""
    assert "console" in loaded_after(statements, "-S", "-E")


@pytest.mark.parametrize("package", PURE)
def test_every_module_of_a_pure_package_needs_the_standard_library_only(package: str) -> None:
    names = modules(package)
    assert names, f"console.{package} has no modules"
    loaded = loaded_after("\n".join(f"import {name}" for name in names), "-S", "-E")
    assert offenders(loaded, (*THIRD_PARTY, *HEAVY)) == []


@pytest.mark.parametrize("package", NO_INPUT)
def test_a_package_without_clock_and_files_never_reaches_upward(package: str) -> None:
    """The lower four import only each other, so nothing that reads a file or a database can hide below them."""
    loaded = loaded_after("\n".join(f"import {name}" for name in modules(package)), "-S", "-E")
    ours = {name.split(".")[1] for name in loaded if name.startswith("console.")}
    assert ours <= set(NO_INPUT)


def test_importing_console_loads_no_other_module_of_it() -> None:
    assert {name for name in loaded_after("import console") if name.startswith("console.")} == set()


def test_the_router_reaches_only_the_packages_below_it() -> None:
    loaded = loaded_after("import console.routing.router")
    ours = {name.split(".")[1] for name in loaded if name.startswith("console.")}
    assert ours <= {"routing", "registry", "domain", "text"}
    assert "console.registry.writing" not in loaded


def test_the_routers_import_starts_no_thread() -> None:
    check = "import console; console.Router; import threading; assert threading.active_count() == 1"
    assert "console.routing.router" in loaded_after(check)


OPENED = "import console.cli.main, console.cli.open_console, console.tui.app, console.tui.keymap, console.tui.runtime"
LATER = (
    *("tomlkit", "filelock", "anthropic", "openai", "sqlite_utils", "genai_prices", "numpy", "importlib.metadata"),
    *("console.actions.desk", "console.actions.planning", "console.actions.requests", "console.catalog.contract"),
    *("console.guard.records", "console.registry.editing", "console.registry.writing"),
    *("console.compare", "console.regression", "console.preflight", "console.providers", "console.demo"),
    *("console.triage", "console.view.comparison", "console.tui.drawing.comparer", "console.tui.drawing.dialog"),
    *("console.tui.screens.confirm", "console.tui.screens.compare", "console.tui.screens.reading"),
)
"""What is loaded when it is first used: the first frame neither writes, asks, compares nor explains."""


def test_the_first_frame_waits_for_nothing_that_it_does_not_show() -> None:
    assert offenders(loaded_after(OPENED), LATER) == []
