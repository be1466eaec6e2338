"""Every key that writes, on a real terminal: what the dialog shows is what happens to the file, or nothing happens."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.history.store import History, beside
from console.registry.reading import read


def made_change(before: bytes, after: bytes) -> list[str]:
    lines = difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), n=0, lineterm="")
    return sorted(line[0] + line[1:].strip() for line in lines if line[:1] in "-+" and line[:3] not in ("---", "+++"))


def carry_out(console: Any, registry: Path) -> str:
    """Confirm the dialog on the screen and check that it told the truth; returns the file's new text."""
    console.wait("Cancel  esc")
    before, shown = registry.read_bytes(), sorted(console.change)
    console.answer("y")
    console.wait_for(lambda: registry.read_bytes() != before)
    assert shown == made_change(before, registry.read_bytes())
    return registry.read_text(encoding="utf-8")


def test_plus_and_minus_go_along_the_ladder(open_console: Callable[..., Any], registry: Path) -> None:
    console = open_console()
    console.wait(r"\+ to 50 %")
    console.press("+")
    console.wait(r"25 % → 50 %")
    assert "canary_percentage = 50" in carry_out(console, registry)
    console.wait(r"- to 25 %")
    console.wait(r"◆ canary +50 %")
    console.press("-")
    console.wait(r"50 % → 25 %")
    assert "canary_percentage = 25" in carry_out(console, registry)
    assert [entry.actor for entry in History(beside(registry)).entries()] == ["olga@desk", "olga@desk"]


def test_a_share_is_typed_to_the_digit(open_console: Callable[..., Any], registry: Path) -> None:
    console = open_console()
    console.wait("% set share")
    console.press("%")
    console.wait("Continue  enter")
    console.press("120\r")
    console.wait("must be between 0 and 100")
    console.type("\x7f\x7f\x7f", "12.5", "\r")
    console.wait(r"25 % → 12.5 %")
    assert "canary_percentage = 12.5" in carry_out(console, registry)
    console.wait(r"◆ canary +12.5 %")


def test_a_promotion_without_evidence_takes_a_typed_reason(open_console: Callable[..., Any], registry: Path) -> None:
    before = registry.read_bytes()
    console = open_console()
    console.wait("p promote")
    console.press("p")
    console.wait("Promote  y")
    console.answer("y")  # leads to the reason, where the same key is a letter
    console.type("", "yes")
    console.wait(r"\byes\b")
    assert registry.read_bytes() == before
    shown = sorted(console.change)
    console.type(", by hand\r", "\r")
    console.wait_for(lambda: registry.read_bytes() != before)
    assert shown == made_change(before, registry.read_bytes())
    route = read(registry).registry.routes["support"]
    assert (route.production, route.canary, route.fallback) == ("claude-sonnet-5-5", None, "claude-sonnet-4-5-20250929")
    console.wait(r"● production +100 %")
    entry = History(beside(registry)).entries()[0]
    assert (entry.action, entry.actor, entry.reason) == ("promote", "olga@desk", "yes, by hand")


def test_a_canary_is_started_on_the_chosen_route(open_console: Callable[..., Any], registry: Path) -> None:
    console = open_console()
    console.wait("summarise")
    console.press("j")
    console.wait("c start canary")
    console.press("c")
    console.wait("gpt-5.4-mini-2026-03-17")
    console.press("\r")
    console.watch(1.0)  # the next field has the focus by then, also on a busy machine
    console.type("cheaper", "\r")
    console.watch(1.0)
    console.press("\r")
    console.wait("Start canary  y|Start  y")
    carry_out(console, registry)
    route = read(registry).registry.routes["summarise"]
    assert (route.canary.model_id, route.canary_percentage) == ("gpt-5.4-mini-2026-03-17", 5)
    assert History(beside(registry)).entries()[0].reason == "cheaper"


@pytest.mark.parametrize(
    "keys",
    ["\x1b", "\r", "\t\t\r"],
    ids=["escape", "enter on cancel", "around and back to cancel"],
)
def test_what_does_not_confirm_writes_nothing(open_console: Callable[..., Any], registry: Path, keys: str) -> None:
    before = registry.read_bytes()
    console = open_console()
    console.wait("r roll back")
    console.press("r")
    console.wait("Roll back  y")
    console.answer(keys)
    console.wait(lambda text: "Roll back  y" not in text)
    assert registry.read_bytes() == before
    assert not beside(registry).exists()


@pytest.mark.parametrize("keys", ["ry", "rrrrry", "r\ty"])
def test_keys_typed_ahead_of_a_dialog_do_not_answer_it(
    open_console: Callable[..., Any], registry: Path, keys: str
) -> None:
    before = registry.read_bytes()
    console = open_console()
    console.wait("r roll back")
    console.press(keys)
    console.wait("Roll back  y")
    console.watch(0.3)
    assert "Roll back  y" in console.text
    assert registry.read_bytes() == before


def test_a_read_only_console_offers_and_does_nothing(open_console: Callable[..., Any], registry: Path) -> None:
    before = registry.read_bytes()
    console = open_console("--read-only")
    footer = console.wait("READ-ONLY").splitlines()[-1]
    for label in ("roll back", "promote", "to 50 %", "set share", "undo", "start canary"):
        assert label not in footer
    console.press("rp+-%cu")
    console.press("?")
    console.wait("Help")
    assert registry.read_bytes() == before
    assert not beside(registry).exists()


def test_leaving_while_a_change_is_written_leaves_it_whole(open_console: Callable[..., Any], registry: Path) -> None:
    before = registry.read_bytes()
    console = open_console()
    console.wait("r roll back")
    console.press("r")
    console.wait("Roll back  y")
    console.answer("yq")
    assert console.end(within_s=10.0) == 0
    assert b"canary_percentage = 0" in registry.read_bytes() or registry.read_bytes() == before
    assert all(entry.state == "committed" for entry in History(beside(registry)).entries())
