"""`console rehearse --days`: every rollout of the past month through other gates."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.domain.registry import instant_text
from console.domain.requests import RequestRow
from console.traffic.importing import write_history

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"


def rollout(log: Path, *, days_ago: float, bad: int, route: str = "support", n: int = 600) -> None:
    """A canary at 50 % for an hour, asked in its first five minutes; every `bad`th of its requests failed, 0: none."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days_ago)
    start = end - timedelta(hours=1)
    name = f"{route}|{NEW}|{instant_text(start)}"
    rows = [
        RequestRow(
            id=f"{name}-{arm}-{i}",
            at=start.timestamp() + 300 * i / n,
            route=route,
            model=model,
            arm=arm,  # type: ignore[arg-type]
            why="bucket",
            rollout=name,
            user=f"{name}-{arm}-{i}",
            outcome="error" if arm == "canary" and bad and i % bad == 0 else "ok",
            latency_ms=800.0,
        )
        for i in range(n)
        for arm, model in (("production", OLD), ("canary", NEW))
    ]
    write_history(log, sorted(rows, key=lambda row: row.at))


@pytest.fixture(scope="module")
def past(tmp_path_factory) -> Path:
    """A log of six rollouts: four that failed in one way or another, a good one, and one from before."""
    log = tmp_path_factory.mktemp("month") / "requests.db"
    rollout(log, days_ago=40, bad=4)
    for days_ago, bad in ((20, 4), (15, 5), (10, 30), (5, 0)):
        rollout(log, days_ago=days_ago, bad=bad)
    rollout(log, days_ago=3, bad=4, route="summarise")
    return log


@pytest.fixture
def month(world, past):
    """The folder with that log."""
    for file in past.parent.glob(f"{past.name}*"):
        shutil.copy(file, world.folder)
    return world


def test_it_says_how_often_the_gates_fired_and_would_have(console, month) -> None:
    found = console("rehearse", "--days", "30")
    assert found.code == 0
    assert found.out.splitlines()[-1] == (
        "would have fired 4 times in the last 30 days, over 5 rollouts; as they were: 4 times"
    )
    loose = console("rehearse", "--days", "30", "--tolerance", "error=1,0.1")
    assert loose.out.splitlines()[-1] == (
        "would have fired 3 times in the last 30 days, over 5 rollouts; as they were: 4 times"
    )
    assert f"support, {NEW}: " in loose.out, "what is different is said"


def test_a_rollout_before_those_days_does_not_count(console, month) -> None:
    assert "over 6 rollouts" in console("rehearse", "--days", "60").out
    assert "over 1 rollout;" in console("rehearse", "--days", "4").out


def test_one_route_only(console, month) -> None:
    found = console("rehearse", "--days", "30", "--route", "summarise")
    assert "would have fired once in the last 30 days, over 1 rollout; as they were: once" in found.out
    assert console("rehearse", "--days", "30", "--route", "suport").code == 2


def test_the_registrys_own_tolerances_are_what_others_are_held_against(console, month) -> None:
    text = month.registry.read_text()
    gates = "\n[routes.support.gates]\nerror = { tolerance = [1.0, 0.1], margin = [2.0, 0.2] }\n\n[routes.summarise]"
    month.registry.write_text(text.replace("\n[routes.summarise]", gates))
    found = console("rehearse", "--days", "30", "--json").json
    assert (found["fired"], found["would_have_fired"]) == (3, 3)
    strict = console("rehearse", "--days", "30", "--tolerance", "error=1,0", "--json").json
    assert (strict["fired"], strict["would_have_fired"]) == (3, 4)


def test_json_has_both_verdicts_of_every_rollout(console, month) -> None:
    found = console("rehearse", "--days", "30", "--json").json
    assert (found["schema"], found["days"], len(found["rollouts"])) == (1, 30, 5)
    first = found["rollouts"][0]
    assert first["route"] == "support"
    assert first["requests"] == {"production": 600, "canary": 600}
    assert first["was"]["verdict"] == first["would"]["verdict"] == "regression"
    assert first["was"]["blamed"] == ["error"]
    assert first["was"]["canary_requests"] <= 600
    good = found["rollouts"][3]
    assert good["was"]["verdict"] != "regression"


def test_no_rollout_is_nothing_measured(console, month) -> None:
    found = console("rehearse", "--days", "0.5")
    assert found.code == 4
    assert found.out == "no rollout in the last 0.5 days\n"


def test_without_a_registry_the_defaults_are_the_gates(console, month) -> None:
    month.registry.unlink()
    assert "as they were: 4 times" in console("rehearse", "--days", "30").out


@pytest.mark.parametrize(
    "wrong", [("--days", "0"), ("--days", "30", "--rollout", "x"), ("past.csv", "--days", "30"), ("--days", "soon")]
)
def test_what_makes_no_sense_is_a_usage_error(console, month, wrong) -> None:
    assert console("rehearse", *wrong).code == 2


def test_a_log_that_is_none_is_named(console, world) -> None:
    assert console("rehearse", "--days", "30").code == 3
    world.log.write_bytes(b"no database, and long enough to be read as one" * 100)
    assert console("rehearse", "--days", "30").code == 3
