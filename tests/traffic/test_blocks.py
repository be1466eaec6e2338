"""Blocks follow from closed slots alone: looks, restarts and outcomes play no part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.traffic.blocks import ENOUGH, EvidenceCell, blocks
from console.traffic.tally import Tally


def cell(slot: int, arm: str, requests: int, errors: int = 0) -> EvidenceCell:
    tally = Tally()
    tally.plain[0], tally.plain[1] = requests, errors
    return EvidenceCell(slot, arm, tally)


cells = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["production", "canary"]), st.integers(0, 25), st.integers(0, 3)),
    max_size=60,
).map(lambda found: [cell(*item) for item in sorted(found, key=lambda item: item[0])])


@given(cells)
def test_every_block_has_enough_on_both_arms_and_none_is_longer_than_needed(found) -> None:
    for block in blocks(found):
        assert min(block.production.requests, block.canary.requests) >= ENOUGH
        before = [c for c in found if block.first_slot <= c.slot < block.last_slot]
        sums = {arm: sum(c.evidence.requests for c in before if c.arm == arm) for arm in ("production", "canary")}
        assert min(sums.values()) < ENOUGH


@given(cells, st.data())
def test_a_restart_after_any_block_goes_on_with_the_same_blocks(found, data) -> None:
    whole = list(blocks(found))
    if whole:
        at = data.draw(st.integers(0, len(whole) - 1))
        rest = list(blocks([c for c in found if c.slot > whole[at].last_slot]))
        assert whole[: at + 1] + rest == whole


@given(cells, st.integers(0, 60))
def test_looking_earlier_only_shows_fewer_blocks(found, until) -> None:
    whole = list(blocks(found))
    early = list(blocks([c for c in found if c.slot <= until]))
    assert early == whole[: len(early)] == [block for block in whole if block.last_slot <= until]


@given(cells)
def test_outcomes_do_not_move_the_end_of_a_block(found) -> None:
    ends = [block.last_slot for block in blocks(found)]
    worse = [cell(c.slot, c.arm, c.evidence.requests, c.evidence.requests) for c in found]
    assert [block.last_slot for block in blocks(worse)] == ends


def test_an_arm_without_requests_makes_the_block_wait() -> None:
    found = [cell(slot, "production", 50) for slot in range(9)]
    assert list(blocks(found)) == []
    (block,) = blocks([*found, cell(9, "canary", ENOUGH)])
    assert (block.first_slot, block.last_slot, block.production.requests) == (0, 9, 450)
