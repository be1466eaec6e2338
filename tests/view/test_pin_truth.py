"""Who answers, beside the pin: nothing where it is who was asked, a sentence where it is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.traffic.serving import LATELY_S, Server
from console.view.pin_truth import KNOWN_REQUESTS, answering, moved

NOW = datetime(2026, 12, 2, 14, 30, tzinfo=UTC)
EPOCH = NOW.timestamp()
PINNED = "gemini-2.5-pro"


def server(model: str, requests: int = 100, hours: float = 1.0, ago_s: float = 5.0) -> Server:
    """`model`, answering since `hours` ago (the beginning of that hour), its newest answer `ago_s` seconds old."""
    return Server(model, requests, (EPOCH - hours * 3_600) // 3_600 * 3_600, EPOCH - ago_s)


def test_a_pinned_id_that_answers_itself_is_not_talked_about() -> None:
    assert moved(PINNED, [server(PINNED)], NOW) == ""
    assert moved(PINNED, [server(f"models/{PINNED}")], NOW) == ""
    assert moved(PINNED, [], NOW) == ""


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1.0, "answered by gemini-3.5-pro since 13:00 (100 times)"), (30.0, "answered by gemini-3.5-pro since 1 Dec (")],
)
def test_a_pinned_id_that_is_rerouted_says_by_whom_since_when_and_how_often(hours: float, words: str) -> None:
    assert moved(PINNED, [server("gemini-3.5-pro", hours=hours)], NOW).startswith(words)


def test_it_is_said_even_where_both_answer() -> None:
    assert "gemini-3.5-pro" in moved(PINNED, [server(PINNED), server("gemini-3.5-pro", 1)], NOW)


def test_what_is_over_for_an_hour_is_said_no_longer() -> None:
    assert moved(PINNED, [server("gemini-3.5-pro", ago_s=LATELY_S + 1)], NOW) == ""


def test_an_alias_has_moved_where_another_model_answered_before() -> None:
    new = server("gpt-4o-2024-11-20", 3, hours=0.4)
    before = server("gpt-4o-2024-08-06", KNOWN_REQUESTS, hours=50, ago_s=4_000)
    assert moved("gpt-4o", [new, before], NOW).startswith("answered by gpt-4o-2024-11-20 since 14:00")
    few = server("gpt-4o-2024-08-06", KNOWN_REQUESTS - 1, hours=50, ago_s=4_000)
    assert moved("gpt-4o", [new, few], NOW) == "", "too few answers to know what it stood for"
    assert moved("gpt-4o", [new], NOW) == ""


def test_what_an_alias_stands_for_is_told_without_alarm() -> None:
    assert answering([server("gpt-4o-2024-11-20")], NOW) == "gpt-4o-2024-11-20"
    assert answering([server("gpt-4o-2024-11-20", ago_s=LATELY_S + 1)], NOW) == ""


def test_a_name_from_a_provider_is_plain_text() -> None:
    assert "\x1b" not in moved(PINNED, [server("gemini-\x1b[31mred")], NOW)
    assert "\x1b" not in answering([server("\x1b[31mred")], NOW)
