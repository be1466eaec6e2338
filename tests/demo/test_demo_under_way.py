"""A demo under way: users who ask, rate and follow the registry, and a scenario on the canary only."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator

import pytest

from console.demo.start import Demo
from console.demo.world import CANARY

OLD = "claude-sonnet-4-5-20250929"


class Live:
    """Counts of live requests, read from the log as a stranger would."""

    def __init__(self, demo: Demo) -> None:
        self._log = sqlite3.connect(f"file:{demo.log}?mode=ro", uri=True)
        self._log.execute("pragma busy_timeout = 3000")
        (self._before,) = self._log.execute("select max(n) from requests").fetchone()

    def count(self, condition: str = "1") -> int:
        (count,) = self._log.execute(
            f"select count(*) from requests where n > ? and ({condition})", [self._before]
        ).fetchone()
        return int(count)


@pytest.fixture(scope="module")
def fenced(forked_children: None) -> Iterator[Demo]:
    """A demo at high speed whose scenario begins at once, on a short past: only what comes in counts here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("console.demo.world.HISTORY_DAYS", 0.02)
        with Demo("fences", after_s=0.0, rate=25.0, scale=0.02) as demo:
            yield demo


def test_live_requests_arrive_in_the_log_on_both_routes(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    for model in (OLD, "gpt-4.1-mini-2025-04-14"):
        eventually(lambda model=model: fenced.control.counts().get(f"{model} ok", 0) > 5)
    eventually(lambda: live.count() > 12)


def test_rows_carry_what_answers_say(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    eventually(lambda: live.count("outcome = 'ok'") > 10)
    complete = "latency_ms > 0 and ttft_ms > 0 and input_tokens > 0 and output_tokens > 0"
    assert live.count(f"outcome = 'ok' and not ({complete} and user is not null)") == 0
    assert live.count("outcome = 'ok' and cost_usd > 0") == live.count("outcome = 'ok'")


def test_the_scenario_turns_the_switches_of_the_canary_only(fenced: Demo, eventually: Callable[..., None]) -> None:
    eventually(lambda: CANARY in fenced.control.switches())
    assert fenced.control.switches()[CANARY]["fences"] is True
    assert set(fenced.control.switches()) == {CANARY}


def test_the_checker_flags_fenced_json_of_the_canary(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    fenced.registry.write_text(fenced.registry.read_text().replace("canary_percentage = 5", "canary_percentage = 50"))
    arm = "(select arm from series where series.id = requests.series)"
    eventually(lambda: live.count(f"flagged = 1 and {arm} = 'canary'") >= 3)
    eventually(lambda: live.count(f"flagged = 0 and {arm} = 'production'") >= 3)
    assert live.count(f"flagged = 1 and {arm} = 'production'") <= 2


def test_ratings_come_later(fenced: Demo, eventually: Callable[..., None]) -> None:
    live = Live(fenced)
    eventually(lambda: live.count("satisfied is not null") >= 2)


def test_the_running_users_follow_the_registry(fenced: Demo, eventually: Callable[..., None]) -> None:
    text = fenced.registry.read_text()
    before = fenced.control.counts().get("claude-haiku-4-5-20251001 ok", 0)
    changed = text.replace(f'production = "{OLD}"', 'production = "claude-haiku-4-5-20251001"')
    fenced.registry.write_text(changed)
    begun = time.monotonic()
    eventually(lambda: fenced.control.counts().get("claude-haiku-4-5-20251001 ok", 0) > before, within_s=5)
    assert time.monotonic() - begun < 2.5
    fenced.registry.write_text(text)
