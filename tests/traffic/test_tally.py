"""Cells are sums: however rows are batched, merged, stored and read back, the numbers are the same."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.cells import Counts, total
from console.domain.requests import OUTCOMES, RequestRow
from console.traffic.tally import PLAIN, Malformed, Tally, decode, encode, merged

tokens = st.none() | st.integers(0, 10**9)
rows = st.builds(
    RequestRow,
    id=st.text(),
    at=st.floats(0, 1e10),
    route=st.just("r"),
    model=st.just("m"),
    outcome=st.sampled_from(OUTCOMES),
    latency_ms=st.none() | st.floats(0, 1e9),
    ttft_ms=st.none() | st.floats(0, 1e9),
    input_tokens=tokens,
    output_tokens=tokens,
    cached_tokens=tokens,
    reasoning_tokens=tokens,
    # Whole quarters add up exactly in any order, so that sums can be compared with ==.
    cost_usd=st.none() | st.integers(0, 10**6).map(lambda n: n / 4),
    retries=st.integers(0, 9),
    satisfied=st.none() | st.booleans(),
    flagged=st.none() | st.booleans(),
)


def tally_of(batch: list[RequestRow]) -> Tally:
    tally = Tally()
    for row in batch:
        tally.add(row)
    return tally


@given(st.lists(rows, max_size=30), st.data())
def test_merging_parts_is_counting_the_whole(batch: list[RequestRow], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(batch)))
    parts = [tally_of(batch[:cut]), tally_of(batch[cut:])]
    assert merged(parts).counts() == tally_of(batch).counts() == merged(reversed(parts)).counts()
    assert total(part.counts() for part in parts) == tally_of(batch).counts()


@given(st.lists(rows, max_size=30))
def test_what_is_encoded_is_decoded(batch: list[RequestRow]) -> None:
    tally = tally_of(batch)
    assert decode(encode(tally)).counts() == tally.counts()


@given(
    st.lists(st.integers(0, 2**63 - 1), min_size=len(PLAIN), max_size=len(PLAIN)),
    st.dictionaries(st.integers(0, 500), st.integers(1, 2**40), max_size=8),
)
def test_large_numbers_survive_encoding(plain: list[int], histogram: dict[int, int]) -> None:
    tally = Tally()
    tally.plain, tally.latency = plain, histogram
    if any(plain):
        assert decode(encode(tally)).counts() == tally.counts()


@given(st.binary(max_size=200))
def test_any_other_bytes_are_told_apart_or_read(data: bytes) -> None:
    with suppress(Malformed):
        decode(data)


def test_bytes_that_were_cut_are_malformed(make_row) -> None:
    data = encode(tally_of([make_row(latency_ms=1200.0)]))
    for length in range(1, len(data)):
        with pytest.raises(Malformed):
            decode(data[:length])


def test_a_cell_of_an_older_version_has_zeros_at_its_end(make_row) -> None:
    old = tally_of([make_row()])
    del old.plain[12:]
    counts = decode(encode(old)).counts()
    assert (counts.requests, counts.cached_tokens, counts.priced) == (1, 0, 0)


def test_a_cell_of_a_newer_version_is_read_as_far_as_it_is_known(make_row) -> None:
    newer = tally_of([make_row(latency_ms=5.0)])
    newer.plain.append(7)
    assert decode(encode(newer)).counts() == tally_of([make_row(latency_ms=5.0)]).counts()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"outcome": "error"}, {"errors": 1}),
        ({"outcome": "refusal"}, {"refusals": 1}),
        ({"outcome": "truncated"}, {"truncated": 1}),
        ({"outcome": "empty"}, {"empty": 1}),
        ({"satisfied": True}, {"satisfied": 1}),
        ({"satisfied": False}, {"dissatisfied": 1}),
        ({"flagged": True}, {"flagged": 1}),
        ({"flagged": False}, {"cleared": 1}),
        ({"retries": 3}, {"retries": 3}),
        ({"input_tokens": 9, "output_tokens": 4}, {"input_tokens": 9, "output_tokens": 4}),
        ({"cost_usd": 0.25}, {"priced": 1, "cost_usd": 0.25}),
    ],
)
def test_every_field_is_counted_where_it_belongs(make_row, fields, expected) -> None:
    counts = tally_of([make_row(latency_ms=None, **fields)]).counts()
    changed = {name: getattr(counts, name) for name in (*PLAIN, "cost_usd") if getattr(counts, name)}
    assert changed == {"requests": 1, **expected}


def test_an_unknown_price_is_not_counted_as_free(make_row) -> None:
    counts = tally_of([make_row(cost_usd=None), make_row(cost_usd=0.5)]).counts()
    assert (counts.requests, counts.priced, counts.cost_usd) == (2, 1, 0.5)


def test_nothing_takes_no_bytes() -> None:
    assert encode(Tally()) == b""
    assert decode(b"").counts() == Counts()
