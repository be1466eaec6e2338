"""Responses are read as RFC 9112 has them, however the bytes are cut; what is no response is said to be none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.providers.http1 import MOST_BESIDE, Head, Incoming, RemoteProtocolError
from tests.effort import examples

OK = b"HTTP/1.1 200 OK\r\n"
SIZED = OK + b"content-length: 5\r\n\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
OPEN = OK + b"\r\n"


def read(*pieces: bytes) -> tuple[Incoming, bytes]:
    """What came of a response in `pieces`, and its body."""
    incoming = Incoming()
    return incoming, b"".join([incoming.feed(piece) for piece in pieces])


def body(*pieces: bytes) -> bytes:
    """The body of a response that must be complete, with nothing behind it."""
    incoming, found = read(*pieces)
    assert (incoming.done, incoming.surplus) == (True, False)
    incoming.end()
    return found


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """`data` in pieces."""
    return [data[a:b] for a, b in pairwise(sorted({0, len(data), *(place for place in places if place < len(data))}))]


def test_a_head_has_a_status_and_headers_in_lower_case():
    incoming, found = read(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Empty:\r\n\r\n")
    assert incoming.head == Head(200, {"content-type": "text/event-stream", "x-empty": ""})
    assert (found, incoming.done) == (b"", False)


def test_a_head_that_is_not_complete_is_waited_for():
    whole = b"HTTP/1.1 204 No\r\nretry-after: 3\r\n\r\n"
    for end in range(len(whole)):
        incoming, _ = read(whole[:end])
        assert incoming.head is None
        incoming.feed(whole[end:])
        assert (incoming.head, incoming.done) == (Head(204, {"retry-after": "3"}), True)


@pytest.mark.parametrize(
    ("line", "code"), [(b"HTTP/1.1 404", 404), (b"HTTP/1.1 529 ", 529), (b"HTTP/1.1 200 a b", 200)]
)
def test_the_reason_may_be_anything(line, code):
    assert read(line + b"\r\na: b\r\n\r\n")[0].head == Head(code, {"a": "b"})


def test_interim_responses_are_passed_over():
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n"
    assert read(interim)[0].head is None
    assert body(interim + SIZED + b"hello") == b"hello"
    assert read(interim + b"HTTP/1.1 204 No\r\n\r\n")[0].head == Head(204, {})


def test_a_header_that_comes_twice_has_both_values():
    assert read(b"HTTP/1.1 204 No\r\nvary: a\r\nVary: b\r\n\r\n")[0].head == Head(204, {"vary": "a, b"})


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        (b"HTTP/1.1 204 OK\r\n\r\n", True),
        (SIZED + b"hello", True),
        (CHUNKED + b"0\r\n\r\n", True),
        (b"HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.1 204 OK\r\nConnection: Upgrade, Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", False),
    ],
)
def test_whether_the_connection_is_kept(text, keeps):
    incoming, _ = read(text)
    assert (incoming.done, incoming.keeps_alive) == (True, keeps)


@pytest.mark.parametrize(
    "text",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/0.9 200 OK\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
        b"HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(RemoteProtocolError) as raised:
        read(text)
    assert raised.value.__suppress_context__, "what arrived is in no traceback"


def test_a_head_without_an_end_is_given_up_on():
    with pytest.raises(RemoteProtocolError):
        read(OK + b"a: ", *[b"x" * 1_000] * (MOST_BESIDE // 1_000 + 1))


def test_a_body_of_known_length():
    assert body(SIZED, b"he", b"llo") == b"hello"
    assert body(SIZED + b"hello") == b"hello"


def test_what_follows_a_body_is_no_part_of_it():
    for pieces in ([SIZED + b"helloworld"], [SIZED + b"hello", b"world"], [SIZED + b"hello" + SIZED + b"world"]):
        incoming, found = read(*pieces)
        assert (found, incoming.done, incoming.surplus) == (b"hello", True, True)
    incoming, found = read(OK + b"connection: close\r\ncontent-length: 1\r\n\r\nab")
    assert (found, incoming.done, incoming.surplus) == (b"a", True, True)


@pytest.mark.parametrize("text", [b"HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\n", OK + b"content-length: 0\r\n\r\n"])
def test_a_body_may_be_empty(text):
    assert body(text) == b""


@pytest.mark.parametrize("length", [b"", b"-1", b"+1", b"1.0", b"0x5", b"\xb2", b"1_0", b"5, 6", b"9" * 30])
def test_a_length_that_is_none_is_refused(length):
    with pytest.raises(RemoteProtocolError):
        read(OK + b"content-length: " + length + b"\r\n\r\n")


def test_a_body_without_a_length_ends_with_the_connection():
    incoming, found = read(OPEN, b"a", b"b")
    assert (found, incoming.done) == (b"ab", False)
    incoming.end()
    assert (incoming.done, incoming.keeps_alive) == (True, False)


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 200", OK, SIZED + b"hel", CHUNKED, CHUNKED + b"5\r\nhello\r\n"])
def test_a_response_that_ends_too_early_is_told(text):
    incoming, _ = read(text)
    with pytest.raises(RemoteProtocolError):
        incoming.end()


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"gzip", b"identity", b""])
def test_a_transfer_coding_that_nobody_asked_for_is_refused(coding):
    with pytest.raises(RemoteProtocolError):
        read(OK + b"transfer-encoding: " + coding + b"\r\n\r\n")


def test_two_ways_to_tell_the_length_are_refused():
    with pytest.raises(RemoteProtocolError):
        read(OK + b"transfer-encoding: chunked\r\ncontent-length: 99\r\n\r\n2\r\nhi\r\n0\r\n\r\n")


def test_chunks_that_arrive_together_are_one_piece():
    assert Incoming().feed(CHUNKED + b"1\r\na\r\n2;x=y\r\nbc\r\n") == b"abc"


def test_what_follows_the_last_chunk_is_passed_over():
    assert body(CHUNKED + b"1\r\na\r\n0\r\nx-checksum: 1\r\n\r\n") == b"a"


def test_another_response_after_the_last_chunk_is_surplus():
    incoming, _ = read(CHUNKED + b"0\r\n\r\nHTTP/1.1 200")
    assert (incoming.done, incoming.surplus) == (True, True)


@pytest.mark.parametrize(
    "data", [b"\r\n", b"-1\r\n", b"+1\r\n", b"0x1\r\n", b"1_0\r\n", b"hello\r\n", b"f" * 17 + b"\r\n", b"1\r\nab\r\n"]
)
def test_chunks_that_are_none_are_refused(data):
    with pytest.raises(RemoteProtocolError):
        read(CHUNKED + data)


@pytest.mark.parametrize("line", [b"0\r\n" + b"a: b\r\n" * 100, b"1;" + b"x" * 1_000, b"0\r\na: " + b"x" * 1_000])
def test_what_frames_chunks_has_an_end(line):
    more = b"a: b\r\n" * 100 if line.endswith(b"\n") else b"x" * 600
    assert read(CHUNKED + line, *[more] * 100)[0].head is not None
    with pytest.raises(RemoteProtocolError):
        read(CHUNKED + line, *[more] * (MOST_BESIDE // len(more) + 1))


def test_a_long_answer_in_small_pieces_is_no_head_without_an_end():
    incoming = Incoming()
    incoming.feed(CHUNKED)
    found = [incoming.feed(piece) for _ in range(MOST_BESIDE // 4) for piece in (b"1\r\n", b"a", b"\r\n")]
    assert b"".join(found) == b"a" * (MOST_BESIDE // 4)


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.lists(st.integers(0, 500), max_size=12))
def test_however_a_response_is_cut_its_body_is_the_same(pieces, places):
    data = CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    assert body(*cut(data, places)) == b"".join(pieces)


@settings(max_examples=examples(30), deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", OK, SIZED, CHUNKED, OPEN]))
def test_any_bytes_are_read_or_refused(data, before):
    with suppress(RemoteProtocolError):
        assert len(read(before + data)[1]) <= len(data)


def test_many_small_chunks_take_time_in_proportion():
    begun = time.process_time()
    assert Incoming().feed(CHUNKED + b"1\r\na\r\n" * 50_000) == b"a" * 50_000
    assert time.process_time() - begun < 2
