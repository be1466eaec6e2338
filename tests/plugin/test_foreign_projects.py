"""In a project that never heard of the package, the plugin is not to be noticed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNWANTED = (
    "textual",
    "rich",
    "tomlkit",
    "anthropic",
    "openai",
    "sqlite_utils",
    "click",
    "asyncio",
    "tomllib",
    "httpx2",
)


def test_importing_the_plugin_loads_nothing_but_pytest() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import pytest; before = set(sys.modules)\n"
        "import console.plugin, json; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = json.loads(done.stdout)
    assert [name for name in loaded if name.startswith("console")] == ["console", "console.plugin"]
    assert not {name.partition(".")[0] for name in loaded} & set(UNWANTED)


def test_a_run_without_suites_loads_no_more(project: Any) -> None:
    project.write("tests/data.toml", "[[case]]\nname = 'theirs'\n")
    project.write(
        "tests/test_a.py",
        "import sys\ndef test_a():\n"
        "    ours = {name for name in sys.modules if name.startswith('console')}\n"
        "    assert ours == {'console', 'console.plugin', 'console.regression', 'console.regression.recognising'}\n",
    )
    ran = project.process()
    assert ran.counts == {"passed": 1}, ran.out
    assert ran.code == 0


@pytest.mark.parametrize("style", ["=", " "])
def test_a_project_keeps_its_own_options_of_the_same_name(project: Any, style: str) -> None:
    project.write(
        "tests/conftest.py",
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--model', default='theirs')\n"
        "    parser.addoption('--replay', action='store_true')\n"
        "    parser.addoption('--route', type=int)\n",
    )
    project.write(
        "tests/test_a.py",
        "def test_a(pytestconfig):\n"
        "    assert pytestconfig.getoption('--model') == 'mine'\n"
        "    assert pytestconfig.getoption('--replay') is True\n"
        "    assert pytestconfig.getoption('--route') == 7\n",
    )
    ran = project.pytest(*(f"--model{style}mine".split()), "--replay", "--route=7")
    assert ran.counts == {"passed": 1}, ran.out


def test_another_plugin_keeps_its_own_options_of_the_same_name(project: Any) -> None:
    project.write("theirs.py", "def pytest_addoption(parser):\n    parser.addoption('--model', dest='llm')\n")
    project.write("tests/test_a.py", "def test_a(pytestconfig):\n    assert pytestconfig.option.llm == 'mine'\n")
    ran = project.pytest("-p", "theirs", "--model", "mine", PYTHONPATH=f"{ROOT}:{project.folder}")
    assert ran.counts == {"passed": 1}, ran.out


def test_the_help_names_every_option_under_which_it_is_reached(project: Any) -> None:
    plain = project.pytest("--help").out
    assert all(f"  {name}" in plain for name in ("--model=ID", "--route=NAME", "--report-to=TARGET", "--replay"))
    project.write("conftest.py", "def pytest_addoption(parser):\n    parser.addoption('--model')\n")
    assert "  --llm-model=ID" in project.pytest("--help").out


def test_a_value_of_an_option_is_not_taken_for_a_path(project: Any) -> None:
    """The folder of `testpaths` has a conftest.py that pytest reads early only if no path is named."""
    project.write("pyproject.toml", project.ini + "testpaths = ['deep/checks']\n")
    project.write("deep/checks/conftest.py", "def pytest_addoption(parser):\n    parser.addoption('--mine')\n")
    project.write("deep/checks/test_a.py", "def test_a(pytestconfig):\n    assert pytestconfig.getoption('--mine')\n")
    ran = project.pytest("--model", "claude-sonnet-5-5", "--route", "support", "--mine=x")
    assert ran.counts == {"passed": 1}, ran.out


def test_foreign_toml_files_are_left_alone(project: Any) -> None:
    theirs = {
        "tests/a.toml": "[[case]]\nid = 1\n",
        "suites/b.toml": "schema = 1\n[case]\nid = 1\n",
        "tests/c.toml": "this is [ no toml",
        "tests/d.toml": "[meta]\nschema = 1\n[[case]]\nid = 'x'\n",
        "elsewhere/e.toml": "schema = 1\n[[case]]\nid = 'x'\nprompt = 'y'\n",
    }
    for name, text in theirs.items():
        project.write(name, text)
    ran = project.pytest("--collect-only", "-q")
    assert "no tests collected" in ran.out
    assert ran.code == 5


def test_the_package_brings_the_plugin_along_under_a_name_that_may_be_given_again() -> None:
    """Whoever says `-p console.plugin` besides must not be told that it is registered twice."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"console.plugin": "console.plugin"}
