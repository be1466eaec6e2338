"""The made world: the registry that goes with it, and a past that looks like life."""

from __future__ import annotations

import sqlite3
import statistics
import tomllib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from console.demo import world
from console.demo.people import MAX_TOKENS, SYSTEM, Crowd
from console.demo.scenarios import SCENARIOS, switches
from console.demo.standin.faults import Faults
from console.demo.standin.luck import luck_of
from console.domain.buckets import is_canary
from console.domain.requests import RequestRow
from console.regression import suites
from tests.tui import worlds

NOW = worlds.MADE
START = NOW - world.ROLLOUT_AGE


@pytest.fixture(scope="module")
def rows() -> list[RequestRow]:
    return list(world.rows(NOW, START))


def test_the_example_at_the_top_of_the_project_is_the_demos_own() -> None:
    top = Path(__file__).resolve().parents[2] / "registry.toml"
    assert top.read_bytes() == world.EXAMPLE.read_bytes()


def test_the_registry_tells_the_upgrade_of_today() -> None:
    plain = tomllib.loads(world.EXAMPLE.read_text(encoding="utf-8"))
    support, summarise = plain["routes"]["support"], plain["routes"]["summarise"]
    assert support["production"] == "claude-sonnet-4-5-20250929"
    assert (support["canary"], support["canary_percentage"]) == (world.CANARY, world.PERCENTAGE)
    assert support["fallback"] == "claude-haiku-4-5-20251001"
    assert summarise["production"] == "gpt-4.1-mini-2025-04-14"
    assert summarise["experimental"] == "gpt-5.4-mini-2026-03-17"
    used = {value for route in plain["routes"].values() for value in route.values() if str(value) in plain["models"]}
    assert used == set(plain["models"])
    assert [(name, plain["routes"][name]["production"]) for name in plain["routes"]] == list(world.ROUTES)


def test_a_made_world_has_its_rollout_some_hours_ago_and_is_made_in_time(
    tmp_path: Path, rows: list[RequestRow]
) -> None:
    made = worlds.healthy(tmp_path)
    took_s = float((tmp_path / worlds.MADE_IN).read_text())
    assert 0.0 < took_s < 6.0, "making the world took too much of the processor"
    plain = tomllib.loads(made.registry.read_text(encoding="utf-8"))
    assert plain["routes"]["support"]["canary_start"] == START
    changed = [
        line
        for line, example in zip(
            made.registry.read_text().splitlines(), world.EXAMPLE.read_text().splitlines(), strict=True
        )
        if line != example
    ]
    assert len(changed) == 1
    with sqlite3.connect(made.log) as log:
        (count,) = log.execute("select count(*) from requests").fetchone()
    assert count == len(rows)


@pytest.fixture
def sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A past with a twentieth of the requests, for what does not depend on their number."""
    monkeypatch.setattr(world, "SECONDS_PER_REQUEST", {route: 20 * s for route, s in world.SECONDS_PER_REQUEST.items()})
    monkeypatch.setattr(world, "_POOL", 20)


def test_the_same_seed_makes_the_same_past(sparse: None) -> None:
    rows = list(world.rows(NOW, START))
    assert len(rows) > 500
    assert list(world.rows(NOW, START)) == rows
    assert list(world.rows(NOW, START, seed=8)) != rows


def test_the_past_spans_three_days_and_ends_before_the_present(rows: list[RequestRow]) -> None:
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    assert NOW.timestamp() - first > 2.9 * 86_400
    assert 10.0 < NOW.timestamp() - last < 300.0
    ended = max(row.at + (row.latency_ms or 0.0) / 1000.0 for row in rows)
    assert ended < NOW.timestamp() - 10.0


def test_ids_are_unique(rows: list[RequestRow]) -> None:
    assert len({row.id for row in rows}) == len(rows)


def test_the_day_is_busier_than_the_night(rows: list[RequestRow]) -> None:
    yesterday = [row.at / 3600.0 % 24.0 for row in rows if NOW.timestamp() - 86_400 - row.at < 0]
    day = sum(12 <= hour < 14 for hour in yesterday)
    night = sum(2 <= hour < 4 for hour in yesterday)
    assert day > 2 * night


def test_before_the_rollout_nobody_is_on_the_canary(rows: list[RequestRow]) -> None:
    early = [row for row in rows if row.at < START.timestamp()]
    assert {row.arm for row in early} == {"production"}
    assert {row.rollout for row in early} == {""}


def test_arms_follow_the_buckets(rows: list[RequestRow]) -> None:
    rollout = f"support|{world.CANARY}|2026-11-23T09:32:33Z"
    late = [row for row in rows if row.rollout]
    assert {row.rollout for row in late} == {rollout}
    assert {row.route for row in late} == {"support"}
    for row in late:
        assert (row.arm == "canary") == is_canary(rollout, row.user, 5)
        assert row.model == (world.CANARY if row.arm == "canary" else "claude-sonnet-4-5-20250929")
        assert row.evidence_from == START.timestamp() + 120.0
    share = sum(row.arm == "canary" for row in late) / len(late)
    assert 0.01 < share < 0.12


def test_the_past_looks_like_life(rows: list[RequestRow]) -> None:
    support = [row for row in rows if row.route == "support"]
    errors = sum(row.outcome == "error" for row in support) / len(support)
    assert 0.004 < errors < 0.02
    rated = [row.satisfied for row in support if row.satisfied is not None]
    assert 0.07 < len(rated) / len(support) < 0.13
    assert 0.85 < sum(rated) / len(rated) < 0.97
    checked = [row.flagged for row in support if row.flagged is not None]
    assert 0.2 < len(checked) / len(support) < 0.4
    assert 0.01 < sum(checked) / len(checked) < 0.03
    latencies = [row.latency_ms for row in support if row.latency_ms is not None and row.outcome == "ok"]
    assert 1_500 < statistics.median(latencies) < 2_800


def test_answered_rows_are_complete_and_failed_ones_claim_nothing(rows: list[RequestRow]) -> None:
    for row in rows:
        if row.outcome == "error":
            assert row.cost_usd is None
            assert row.output_tokens is None
            assert row.error_class
            assert row.satisfied is None
        else:
            assert row.served == row.model
            assert row.cost_usd is not None
            assert row.cost_usd > 0
            assert row.output_tokens is not None
            assert row.output_tokens > (row.reasoning_tokens or 0)
            assert (row.ttft_ms or 0) < (row.latency_ms or 0)


def test_the_prices_of_the_past_are_those_of_the_price_list(rows: list[RequestRow]) -> None:
    prices = pytest.importorskip("genai_prices")
    seen: set[str] = set()
    for row in rows:
        if row.cost_usd is None or row.model in seen:
            continue
        seen.add(row.model)
        usage = prices.Usage(input_tokens=row.input_tokens, output_tokens=row.output_tokens)
        listed = prices.calc_price(usage, row.model, genai_request_timestamp=NOW).total_price
        assert row.cost_usd == pytest.approx(float(listed), rel=1e-6), row.model
    assert len(seen) == 3


def test_some_users_write_often_and_nobody_dominates(rows: list[RequestRow]) -> None:
    writes = Counter(row.user for row in rows)
    assert len(writes) > 1_500
    most = writes.most_common(1)[0][1]
    assert most > 5 * statistics.median(writes.values())
    assert most / len(rows) < 0.04


def test_users_ask_for_what_their_route_is_for() -> None:
    crowd = Crowd(luck_of("test"))
    kinds = Counter(crowd.request("support").kind for _ in range(1_000))
    assert set(kinds) == {"mail", "json"}
    assert 200 < kinds["json"] < 400
    asked = [crowd.request("summarise") for _ in range(20)]
    assert all(request.kind == "summary" and "Summarise" in request.prompt for request in asked)
    assert set(SYSTEM) == {route for route, _ in world.ROUTES}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_is_made_of_switches_that_exist(scenario: str) -> None:
    wanted = switches(scenario)  # type: ignore[arg-type]
    changed = Faults().changed(wanted)
    assert (changed == Faults()) == (scenario == "healthy")


def test_a_later_now_makes_a_later_world(sparse: None) -> None:
    rows = list(world.rows(NOW, START))
    later = NOW + timedelta(days=40)
    moved = list(world.rows(later, later - world.ROLLOUT_AGE))
    assert max(row.at for row in moved) > max(row.at for row in rows) + 39 * 86_400


def test_the_application_and_its_suite_lie_beside_the_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "HISTORY_DAYS", 0.001)
    made = world.make(tmp_path, NOW)
    suite = suites.read(tmp_path / world.SUITE)
    assert (suite.route, suite.snapshots) == ("support", tmp_path / "tests/__snapshots__/support")
    assert {case.system for case in suite.cases} == {SYSTEM["support"]}, "the suite asks as the users do"
    assert {case.params["max_tokens"] for case in suite.cases} == {MAX_TOKENS}
    application = (tmp_path / world.APPLICATION).read_text(encoding="utf-8")
    compile(application, world.APPLICATION, "exec")
    production = tomllib.loads(made.registry.read_text(encoding="utf-8"))["routes"]["support"]["production"]
    assert f'DEFAULT_MODEL = "{production}"' in application
