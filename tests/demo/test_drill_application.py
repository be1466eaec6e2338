"""One application of a drill in this process: a real router, a real request log, users that are drawn."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console import RequestLog, Router
from console.demo.drill.application import Application, Told, arguments, read_report
from console.demo.drill.application import main as application_main
from console.demo.drill.records import Fault, Traffic

OLD, NEW = "claude-sonnet-4-5-20250929", "claude-sonnet-5-5"
TEXT = f"""\
schema = 1

[routes.support]
production = "{OLD}"
canary = "{NEW}"
canary_percentage = 40
canary_start = {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}
fallback = "{OLD}"

[models."{OLD}"]
provider = "anthropic"
pinned_date = 2026-05-15
reason = "Known"

[models."{NEW}"]
provider = "anthropic"
pinned_date = 2026-11-18
reason = "New"
"""


def told(folder: Path, fault: Fault = "errors", factor: float = 100.0) -> Told:
    traffic = Traffic(rate=400.0, error_share=0.01, refusal_share=0.0, latency_ms=2.0, processes=1)
    return Told(
        folder / "registry.toml", folder / "requests.db", "support", folder / "met.json", fault, factor, traffic, 3
    )


@pytest.fixture
def running(tmp_path: Path):
    """Runs `script` beside an application; returns what its users met, and the rows of the log."""
    (tmp_path / "registry.toml").write_text(TEXT)

    async def run(script: Callable, what: Told):
        stop = asyncio.Event()
        log = RequestLog(what.log)
        router = Router(
            what.registry, default="none", environment={}, cache_dir=tmp_path / "cache", poll_s=0.1, breaker=None
        )
        application = Application(what, router, log, stop)
        running = asyncio.create_task(application.run())
        try:
            await script(application)
        finally:
            stop.set()
            await running
            log.close()
            router.close()
        with sqlite3.connect(what.log) as db:
            rows = db.execute("SELECT arm, outcome FROM request_log").fetchall()
        return application.met, rows

    return run


async def until(condition: Callable[[], object], what: str) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 15.0
    while not condition():
        assert loop.time() < deadline, what
        await asyncio.sleep(0.01)


async def test_before_the_fault_nobody_meets_it(running, tmp_path: Path) -> None:
    async def script(application: Application) -> None:
        await until(lambda: application.met.requests >= 60, "nobody came")

    met, rows = await running(script, told(tmp_path))
    assert (met.bad_requests, met.failed, met.last_bad_at, met.switched_at) == (0, 0, 0.0, 0.0)
    assert {arm for arm, _ in rows} == {"production", "canary"}
    assert read_report(tmp_path / "met.json") == met, "the last report is the whole story"


async def test_the_fault_is_the_canarys_alone_and_stands_in_the_log(running, tmp_path: Path) -> None:
    async def script(application: Application) -> None:
        application.begin_fault()
        await until(lambda: application.met.failed >= 20, "nobody met it")

    met, rows = await running(script, told(tmp_path))
    assert 20 <= met.failed <= met.bad_requests <= met.requests
    assert met.fault_at <= met.first_failed_at
    assert met.fault_at <= met.last_bad_at
    assert sum(arm == "canary" and outcome == "error" for arm, outcome in rows) >= 20
    assert sum(arm == "production" and outcome == "error" for arm, outcome in rows) <= 5


async def test_it_notices_when_its_router_has_switched(running, tmp_path: Path) -> None:
    async def script(application: Application) -> None:
        application.begin_fault()
        await until(lambda: application.met.bad_requests >= 3, "nobody met it")
        assert application.met.switched_at == 0.0
        (tmp_path / "registry.toml").write_text(TEXT.replace("canary_percentage = 40", "canary_percentage = 0"))
        await until(lambda: application.met.switched_at, "the router did not switch")
        last, before = application.met.last_bad_at, application.met.requests
        await until(lambda: application.met.requests > before + 40, "nobody came any more")
        assert application.met.last_bad_at == last <= application.met.switched_at

    met, _ = await running(script, told(tmp_path))
    assert met.switched_at > met.fault_at


@pytest.mark.parametrize(("fault", "outcome"), [("refusals", "refusal"), ("slow", "ok")])
async def test_other_faults_are_what_they_are_called(running, tmp_path: Path, fault: Fault, outcome: str) -> None:
    what = told(tmp_path, fault, 3.0 if fault == "slow" else 1_000.0)
    if fault == "refusals":
        traffic = Traffic(rate=400.0, error_share=0.0, refusal_share=0.001, latency_ms=2.0, processes=1)
        what = Told(what.registry, what.log, what.route, what.report, fault, what.factor, traffic, 3)

    async def script(application: Application) -> None:
        application.begin_fault()
        await until(lambda: application.met.failed >= 12, "nobody met it")  # the last ones may still be under way

    met, rows = await running(script, what)
    assert met.failed >= 10
    assert sum(arm == "canary" and found == outcome for arm, found in rows) >= 10


def test_the_command_line_says_all_that_it_is_told(tmp_path: Path, monkeypatch) -> None:
    heard: list[Told] = []

    async def live(what: Told) -> None:
        heard.append(what)

    monkeypatch.setattr("console.demo.drill.application.live", live)
    what = told(tmp_path)
    assert application_main(arguments(what)) == 0
    assert heard == [what]
