"""Responses are read as RFC 9112 has them, however the bytes are cut; what is no response is said to be none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.providers.http1 import MOST_HEAD, Body, Head, RemoteProtocolError, body_of, take_head
from tests.effort import examples

OK = Head(200, {}, True)
CHUNKED = Head(200, {"transfer-encoding": "chunked"}, True)


def head(text: str | bytes) -> Head | None:
    return take_head(bytearray(text if isinstance(text, bytes) else text.encode("latin-1")))


def fed(body: Body, *pieces: bytes) -> bytes:
    return b"".join(body.feed(piece) for piece in pieces)


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """`data` in pieces."""
    return [data[a:b] for a, b in pairwise(sorted({0, len(data), *(place for place in places if place < len(data))}))]


def test_a_head_has_a_status_and_headers_in_lower_case():
    found = head("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Empty:\r\n\r\n")
    assert found == Head(200, {"content-type": "text/event-stream", "x-empty": ""}, True)


def test_what_follows_a_head_stays():
    received = bytearray(b"HTTP/1.1 200 OK\r\n\r\nbody")
    assert take_head(received) == OK
    assert received == b"body"


def test_a_head_that_is_not_complete_is_waited_for():
    whole = b"HTTP/1.1 200 OK\r\nretry-after: 3\r\n\r\n"
    for end in range(len(whole)):
        received = bytearray(whole[:end])
        assert take_head(received) is None
        assert received == whole[:end]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(("line", "code"), [("HTTP/1.1 404", 404), ("HTTP/1.1 529 ", 529), ("HTTP/1.1 200 a b c", 200)])
def test_the_reason_may_be_anything_and_lines_may_end_without_a_return(line, code, end):
    assert head(line + end + "a: b" + end + end) == Head(code, {"a": "b"}, True)


def test_interim_responses_are_passed_over():
    assert head("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n") == Head(
        204, {}, True
    )


def test_an_interim_response_alone_is_no_response():
    assert head("HTTP/1.1 100 Continue\r\n\r\n") is None


def test_a_header_that_comes_twice_has_both_values():
    assert head("HTTP/1.1 200 OK\r\nvary: a\r\nVary: b\r\n\r\n").headers == {"vary": "a, b"}


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("HTTP/1.1 200 OK\r\n\r\n", True),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", False),
        ("HTTP/1.1 200 OK\r\nConnection: Upgrade, Close\r\n\r\n", False),
        ("HTTP/1.0 200 OK\r\n\r\n", False),
    ],
)
def test_whether_the_connection_is_kept(text, keeps):
    assert head(text).keeps_alive is keeps


@pytest.mark.parametrize(
    "text",
    [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n",
        "\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        "HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
        "HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n",
    ],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(RemoteProtocolError):
        head(text)


def test_a_head_without_an_end_is_given_up_on():
    with pytest.raises(RemoteProtocolError):
        head(b"HTTP/1.1 200 OK\r\na: " + b"x" * MOST_HEAD)


def test_a_body_of_known_length():
    body = body_of(Head(200, {"content-length": "5"}, True))
    assert (body.done, fed(body, b"he", b"llo"), body.done, body.surplus) == (False, b"hello", True, False)
    body.end()


def test_what_follows_a_body_of_known_length_is_no_part_of_it():
    body = body_of(Head(200, {"content-length": "2"}, True))
    assert (fed(body, b"hello"), body.done, body.surplus) == (b"he", True, True)


@pytest.mark.parametrize("head_", [Head(204, {"content-length": "5"}, True), Head(200, {"content-length": "0"}, True)])
def test_a_body_may_be_empty(head_):
    assert body_of(head_).done


@pytest.mark.parametrize("length", ["", "-1", "+1", "1.0", "0x5", "\xb2", "1_0", "5, 6", "9" * 19])
def test_a_length_that_is_none_is_refused(length):
    with pytest.raises(RemoteProtocolError):
        body_of(Head(200, {"content-length": length}, True))


def test_a_length_that_is_said_twice_is_taken():
    assert fed(body_of(Head(200, {"content-length": "2, 2"}, True)), b"hi") == b"hi"


def test_a_body_without_a_length_ends_with_the_connection():
    body = body_of(OK)
    assert (fed(body, b"a", b"b"), body.done) == (b"ab", False)
    body.end()


def test_a_body_that_ends_too_early_is_told():
    for head_, piece in ((Head(200, {"content-length": "5"}, True), b"hel"), (CHUNKED, b"5\r\nhello\r\n")):
        body = body_of(head_)
        body.feed(piece)
        with pytest.raises(RemoteProtocolError):
            body.end()


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip", "identity", ""])
def test_a_transfer_coding_that_nobody_asked_for_is_refused(coding):
    with pytest.raises(RemoteProtocolError):
        body_of(Head(200, {"transfer-encoding": coding}, True))


def test_chunks_win_over_a_length():
    head_ = Head(200, {"transfer-encoding": "Chunked", "content-length": "99"}, True)
    assert fed(body_of(head_), b"2\r\nhi\r\n0\r\n\r\n") == b"hi"


def test_chunks_that_arrive_together_are_one_piece():
    assert body_of(CHUNKED).feed(b"1\r\na\r\n2;x=y\r\nbc\r\n") == b"abc"


def test_what_follows_the_last_chunk_is_passed_over():
    body = body_of(CHUNKED)
    assert fed(body, b"1\r\na\r\n0\r\nx-checksum: 1\r\n\r\n") == b"a"
    assert (body.done, body.surplus) == (True, False)


def test_another_response_after_the_last_chunk_is_surplus():
    body = body_of(CHUNKED)
    body.feed(b"0\r\n\r\nHTTP/1.1 200")
    assert (body.done, body.surplus) == (True, True)


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"-1\r\n",
        b"+1\r\n",
        b"0x1\r\n",
        b"1_0\r\n",
        b"hello\r\n",
        b"ffffffffffffffff\r\n",
        b"1\r\nab\r\n",
        b"1\r\na" + b"b" * 20_000,
        b"1" * 20_000,
        b"0\r\n" + b"a: b\r\n" * 30_000,
    ],
)
def test_chunks_that_are_none_are_refused(data):
    with pytest.raises(RemoteProtocolError):
        body_of(CHUNKED).feed(data)


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=8),
    st.sampled_from([b"\r\n", b"\n"]),
    st.lists(st.integers(0, 500), max_size=12),
)
def test_however_chunks_are_cut_the_body_is_the_same(pieces, end, places):
    data = b"".join(b"%x" % len(piece) + end + piece + end for piece in pieces) + b"0" + end + end
    body = body_of(CHUNKED)
    assert fed(body, *cut(data, places)) == b"".join(pieces)
    assert body.done
    assert not body.surplus


@settings(max_examples=examples(30), deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with suppress(RemoteProtocolError):
        take_head(bytearray(data))
    with suppress(RemoteProtocolError):
        assert len(body_of(CHUNKED).feed(data)) <= len(data)


def test_many_small_chunks_take_time_in_proportion():
    data = b"1\r\na\r\n" * 50_000
    body = body_of(CHUNKED)
    begun = time.process_time()
    assert body.feed(data) == b"a" * 50_000
    assert time.process_time() - begun < 2
