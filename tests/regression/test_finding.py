"""Which suite is meant by a route, by a file, by nothing; and what is said where it cannot be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.domain.errors import RegistryInvalid, Usage
from console.regression.finding import find, is_file, suite_path
from console.regression.suites import SuiteInvalid
from tests.regression.conftest import NEW, OLD, App


def without_suite_key(app: App) -> None:
    app.registry_path.write_text(app.registry_path.read_text().replace('suite = "suites/support.toml"\n', ""))


@pytest.mark.parametrize("target", ["support", ""])
def test_the_registry_says_where_the_suite_of_a_route_is(app: App, target: str) -> None:
    meant = find(target, app.registry_path)
    assert meant.suite.path == app.suite_path
    assert meant.route.name == "support"


def test_a_file_says_which_route_it_belongs_to_and_the_command_may_say_otherwise(app: App) -> None:
    assert find(str(app.suite_path), app.registry_path).route.name == "support"
    text = app.registry_path.read_text()
    app.registry_path.write_text(text.replace("[models", f'[routes.other]\nproduction = "{OLD}"\n\n[models', 1))
    assert find(str(app.suite_path), app.registry_path, route="other").route.name == "other"


def test_without_the_key_the_first_suite_that_names_the_route_is_taken(app: App) -> None:
    without_suite_key(app)
    app.suite_path.rename(app.suite_path.with_name("answers.toml"))
    (app.suite_path.parent / "a-broken.toml").write_text("[")
    assert suite_path(app.route, app.registry_path).name == "answers.toml"


def test_a_suite_that_names_no_route_is_found_by_its_name(app: App) -> None:
    without_suite_key(app)
    app.suite_path.write_text(app.suite_path.read_text().replace('route = "support"\n', ""))
    assert suite_path(app.route, app.registry_path) == app.suite_path


def test_no_suite_at_all_says_how_to_have_one(app: App) -> None:
    without_suite_key(app)
    app.suite_path.unlink()
    with pytest.raises(Usage, match="support has no suite") as found:
        find("support", app.registry_path)
    assert "suites/support.toml" in found.value.hint


def test_a_mistyped_route_names_the_nearest(app: App) -> None:
    with pytest.raises(Usage, match="did you mean"):
        find("suport", app.registry_path)


def test_a_file_that_is_not_there_is_one_message(app: App) -> None:
    with pytest.raises(SuiteInvalid, match="there is no such file"):
        find("suites/none.toml", app.registry_path)


def test_a_file_with_both_models_needs_no_registry(app: App) -> None:
    app.registry_path.unlink()
    meant = find(str(app.suite_path), app.registry_path, models=(NEW, OLD))
    assert (meant.route.name, meant.route.production) == ("support", OLD)
    with pytest.raises(RegistryInvalid):
        find(str(app.suite_path), app.registry_path)
    with pytest.raises(RegistryInvalid):
        find("support", app.registry_path, models=(NEW, OLD))


def test_several_routes_and_none_named_is_a_question(app: App) -> None:
    text = app.registry_path.read_text()
    app.registry_path.write_text(
        text.replace("[models", f'[routes.other]\nproduction = "{OLD}"\nsuite = "b.toml"\n\n[models', 1)
    )
    with pytest.raises(Usage, match="which route") as found:
        find("", app.registry_path)
    assert "support, other" in found.value.hint


@pytest.mark.parametrize(
    ("target", "expected"), [("a.toml", True), ("suites/a", True), ("support", False), ("", False)]
)
def test_what_is_meant_as_a_file(target: str, expected: bool) -> None:
    assert is_file(target) == expected
    assert Path(target or ".").suffix in ("", ".toml")
