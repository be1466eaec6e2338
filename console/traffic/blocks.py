"""Blocks of evidence, from closed slots alone: the same on every console, guard and replay, whenever they look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from console.domain.cells import Block
from console.domain.choice import Arm
from console.traffic.tally import Tally

ENOUGH = 10
"""Evidence requests that each arm of a block has at the least."""


class EvidenceCell(NamedTuple):
    """The evidence of one closed slot on one arm, from one series and one writer."""

    slot: int
    arm: Arm
    evidence: Tally


def blocks(cells: Iterable[EvidenceCell], enough: int = ENOUGH) -> Iterator[Block]:
    """Merges consecutive closed slots until both arms have `enough` requests; the last, unfilled block is not told.

    `cells` are in the order of their slots. What is in the cells decides nothing but the counting of requests, so that
    no outcome influences where a block ends. Start anew after any block's `last_slot` and the same blocks follow.
    """
    first: int | None = None
    sums: dict[Arm, Tally] = {"production": Tally(), "canary": Tally()}
    for slot, group in groupby(cells, key=lambda cell: cell.slot):
        first = slot if first is None else first
        for cell in group:
            sums[cell.arm].merge(cell.evidence)
        if min(tally.requests for tally in sums.values()) >= enough:
            yield Block(first, slot, sums["production"].counts(), sums["canary"].counts())
            first, sums = None, {"production": Tally(), "canary": Tally()}
