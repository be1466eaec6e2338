"""Why a route has no numbers, from a real log: nothing came, nothing since the rollout began, or under another name."""

from __future__ import annotations

from console.domain.registry import instant_text
from console.traffic.importing import write_history
from console.view.records import State


def sentences(look) -> dict[str, str]:
    return {shown.route: shown.sentence for shown in look().view.canaries if shown.state is State.NO_DATA}


def edit(world, old: str, new: str) -> None:
    text = world.registry.read_text()
    assert old in text
    world.registry.write_text(text.replace(old, new))


def test_a_route_nobody_asked_for_has_no_requests_yet(world, look) -> None:
    world.record(5)
    assert sentences(look) == {"summarise": "no requests yet"}


def test_a_route_that_the_application_calls_otherwise_is_told_with_that_name(world, look) -> None:
    world.record(5)
    edit(world, "[routes.support]", "[routes.replies]")
    expected = 'no requests yet; the log has some of "support", which this registry lacks'
    assert sentences(look) == {"replies": expected, "summarise": expected}


def test_a_new_rollout_has_no_requests_since_it_began(world, look) -> None:
    world.record(5)
    began = next(line for line in world.registry.read_text().splitlines() if line.startswith("canary_start"))
    edit(world, began, f"canary_start = {instant_text(world.now)}")
    assert sentences(look)["support"] == "no requests since this rollout began"


def test_many_names_are_counted_and_hostile_ones_neutralised(world, look) -> None:
    names = ["\x1b[31mred", "b", "c", "d", "e"]
    rows = [row._replace(id=f"{i}", route=names[i]) for i, row in enumerate(world.rows(len(names), "production"))]
    write_history(world.log, rows)
    told = sentences(look)["support"]
    assert told == 'no requests yet; the log has some of "␛[31mred", "b", "c" and 2 more, which this registry lacks'
