"""The stand-in's HTTP over bytes: what is read off a connection, and what is written onto it. No sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.standin.http import MAX_BODY, MAX_HEAD, Answer, BadHttp, HttpRequest, read_request

GET = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"


def fed(data: bytes) -> asyncio.StreamReader:
    """A connection on which `data` came in and was then closed by the other side."""
    reader = asyncio.StreamReader(limit=MAX_HEAD)
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def only(data: bytes) -> HttpRequest:
    request = await read_request(fed(data))
    assert request is not None
    return request


def post(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join((b"POST /v1/messages HTTP/1.1", b"host: x", *headers, b"", b"")) + body


class Writer:
    """Keeps what was written; `lost` after an abort."""

    def __init__(self) -> None:
        self.data = b""
        self.drained = 0
        self.lost = False
        self.options: list[tuple[Any, ...]] = []
        self.transport = self

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        self.drained += 1

    def get_extra_info(self, name: str) -> Any:
        return self if name == "socket" else None

    def setsockopt(self, *option: Any) -> None:
        self.options.append(option)

    def abort(self) -> None:
        self.lost = True

    def parts(self) -> tuple[str, dict[str, str], bytes]:
        head, _, body = self.data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        return first, dict(line.split(": ", 1) for line in lines), body


async def test_a_request_is_read_with_its_path_query_and_lower_case_headers() -> None:
    request = await only(
        b"GET /v1/models/gpt%2D4o?limit=2&lifecycle=active&lifecycle=retired HTTP/1.1\r\nX-Api-Key:  k  \r\n\r\n"
    )
    assert (request.method, request.path, request.body) == ("GET", "/v1/models/gpt-4o", b"")
    assert request.query == {"limit": ["2"], "lifecycle": ["active", "retired"]}
    assert request.headers == {"x-api-key": "k"}


async def test_a_header_may_contain_colons() -> None:
    assert (await only(b"GET / HTTP/1.1\r\nhost: 127.0.0.1:80\r\n\r\n")).headers == {"host": "127.0.0.1:80"}


async def test_requests_follow_each_other_on_one_connection_until_it_is_closed() -> None:
    reader = fed(post(b"first", b"content-length: 5") + GET)
    first, second = await read_request(reader), await read_request(reader)
    assert first is not None
    assert second is not None
    assert (first.body, second.path) == (b"first", "/health")
    assert await read_request(reader) is None


@given(body=st.binary(max_size=300), sizes=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_a_body_is_the_same_in_chunks_of_any_size_and_with_a_length(body: bytes, sizes: list[int]) -> None:
    chunks, rest, number = b"", body, 0
    while rest:
        part, rest = rest[: sizes[number % len(sizes)]], rest[sizes[number % len(sizes)] :]
        chunks += b"%X;name=value\r\n%b\r\n" % (len(part), part)
        number += 1

    async def read() -> tuple[bytes, bytes, bytes]:
        reader = fed(post(chunks + b"0\r\ntrailer: x\r\n\r\n", b"Transfer-Encoding: CHUNKED") + GET)
        chunked, after = await read_request(reader), await read_request(reader)
        assert chunked is not None
        assert after is not None, "the chunks were not read to their end"
        whole = await only(post(body, b"content-length: %d" % len(body)))
        return chunked.body, whole.body, after.path.encode()

    assert asyncio.run(read()) == (body, body, b"/health")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / FTP/1.1\r\n\r\n",
        b"GET / and more HTTP/1.1\r\n\r\n",
        post(b"", b"content-length: -1"),
        post(b"", b"content-length: many"),
        post(b"", b"content-length: %d" % (MAX_BODY + 1)),
        post(b"abc", b"content-length: 4"),
        post(b"", b"transfer-encoding: chunked"),
        post(b"xyz\r\n", b"transfer-encoding: chunked"),
        post(b"5\r\nab", b"transfer-encoding: chunked"),
        post(b"%x\r\n" % (MAX_BODY + 1), b"transfer-encoding: chunked"),
        b"GET / HTTP/1.1\r\nx: " + b"a" * MAX_HEAD + b"\r\n\r\n",
    ],
)
async def test_what_cannot_be_answered_is_bad_http(data: bytes) -> None:
    with pytest.raises(BadHttp):
        await read_request(fed(data))


@pytest.mark.parametrize("data", [b"", b"GET / HT", GET[:-1]])
async def test_a_connection_closed_before_a_request_is_whole_is_no_request(data: bytes) -> None:
    assert await read_request(fed(data)) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_the_end_or_bad_http(data: bytes) -> None:
    async def read() -> None:
        with contextlib.suppress(BadHttp):
            await read_request(fed(data + b"\r\n\r\n"))

    asyncio.run(read())


async def test_a_whole_answer_has_its_length_and_the_mark() -> None:
    writer = Writer()
    await Answer(writer).json(200, {"text": "ü"}, {"request-id": "req_1"})  # type: ignore[arg-type]
    first, headers, body = writer.parts()
    assert first == "HTTP/1.1 200 OK"
    assert json.loads(body) == {"text": "ü"}
    assert headers["content-length"] == str(len(body))
    assert (headers["content-type"], headers["x-stand-in"], headers["request-id"]) == ("application/json", "1", "req_1")
    assert writer.drained


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (429, "Too Many Requests"), (529, "Overloaded")])
async def test_every_status_has_its_phrase(status: int, phrase: str) -> None:
    writer = Writer()
    await Answer(writer).raw(status, b"")  # type: ignore[arg-type]
    assert writer.parts()[0] == f"HTTP/1.1 {status} {phrase}"


async def test_a_broken_promise_is_a_longer_length_than_body() -> None:
    writer = Writer()
    await Answer(writer).raw(200, b"half", promised=9)  # type: ignore[arg-type]
    _, headers, body = writer.parts()
    assert (headers["content-length"], body) == ("9", b"half")


async def test_a_chunked_answer_can_be_put_together_again() -> None:
    writer = Writer()
    answer = Answer(writer)  # type: ignore[arg-type]
    await answer.start({"request-id": "req_1"})
    for part in (b"data: one\n\n", b"", b"data: " + b"x" * 40 + b"\n\n"):
        await answer.chunk(part)
    await answer.finish()
    first, headers, body = writer.parts()
    assert first == "HTTP/1.1 200 OK"
    assert (headers["content-type"], headers["transfer-encoding"]) == ("text/event-stream", "chunked")
    assert "content-length" not in headers
    sent = await only(post(body, b"transfer-encoding: chunked"))
    assert sent.body == b"data: one\n\ndata: " + b"x" * 40 + b"\n\n"
    assert body.count(b"\r\n0\r\n\r\n") == 1, "an empty portion would have ended the answer"


async def test_every_portion_is_sent_at_once() -> None:
    writer = Writer()
    answer = Answer(writer)  # type: ignore[arg-type]
    await answer.start({})
    before = writer.drained
    await answer.chunk(b"x")
    await answer.chunk(b"")
    assert writer.drained == before + 1


async def test_a_reset_lets_nothing_linger() -> None:
    writer = Writer()
    Answer(writer).reset()  # type: ignore[arg-type]
    ((*_, lingering),) = writer.options
    assert struct.unpack("ii", lingering) == (1, 0)
    assert writer.lost


async def test_lone_surrogates_are_sent_as_they_are() -> None:
    writer = Writer()
    await Answer(writer).json(200, "\ud800")  # type: ignore[arg-type]
    assert writer.parts()[2] == '"\ud800"'.encode("utf-8", "surrogatepass")
