"""The stand-in's server in this process: paths, streams, damage and switches, over connections made of bytes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from console.demo.standin.http import MAX_HEAD
from console.demo.standin.server import StandInServer

OLD, MINI = "claude-sonnet-4-5-20250929", "gpt-4.1-mini-2025-04-14"
MESSAGES = [{"role": "user", "content": "Where is my parcel?"}]
ASKED: dict[str, Any] = {"model": OLD, "max_tokens": 900, "messages": MESSAGES}
PATHS = {
    "/v1/messages": ASKED,
    "/v1/chat/completions": {"model": MINI, "messages": MESSAGES},
    "/v1/responses": {"model": MINI, "input": "Where is my parcel?"},
}
QUIET = {"error_rate": 0.0, "refusal_rate": 0.0}


class Line:
    """The client's end of a connection: keeps what the server wrote."""

    def __init__(self) -> None:
        self.data = b""
        self.closed = False
        self.transport = self

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        await asyncio.sleep(0)

    def get_extra_info(self, name: str) -> None:
        return None

    def abort(self) -> None:
        self.closed = True
        self.data = b""

    def close(self) -> None:
        self.closed = True


def request(method: str, path: str, body: object = None, *headers: str) -> bytes:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(data)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + data


@pytest.fixture
def server() -> StandInServer:
    made = StandInServer(scale=0.0)
    made.simulation.switch("*", dict(QUIET))
    return made


async def raw(server: StandInServer, data: bytes) -> Line:
    """All that the server says to `data` on one connection, which is then closed."""
    reader, line = asyncio.StreamReader(limit=MAX_HEAD), Line()
    reader.feed_data(data)
    reader.feed_eof()
    await asyncio.wait_for(server._connection(reader, line), 5)  # type: ignore[arg-type]
    assert line.closed
    return line


def answers(data: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    """Whole answers, one after another, put together again where they came in chunks."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body = b""
        if "content-length" in headers:
            size = int(headers["content-length"])
            body, data = data[:size], data[size:]
        else:
            while (size := int(data.split(b"\r\n", 1)[0], 16)) > 0:
                data = data.split(b"\r\n", 1)[1]
                body, data = body + data[:size], data[size + 2 :]
            data = data.removeprefix(b"0\r\n\r\n")
        found.append((int(first.split()[1]), headers, body))
    return found


async def ask(server: StandInServer, *args: Any) -> tuple[int, dict[str, str], Any]:
    ((status, headers, body),) = answers((await raw(server, request(*args))).data)
    try:
        return status, headers, json.loads(body)
    except ValueError:
        return status, headers, body


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["", "/proxy/eu"])
async def test_each_api_answers_below_any_prefix_and_with_a_slash_at_the_end(
    server: StandInServer, path: str, prefix: str
) -> None:
    status, headers, body = await ask(server, "POST", f"{prefix}{path}/", PATHS[path])
    assert (status, headers["x-stand-in"]) == (200, "1")
    assert body["model"] == headers["x-served-model"] == PATHS[path]["model"]
    assert headers["request-id"] == headers["x-request-id"]
    assert body["id"].endswith(headers["request-id"].removeprefix("req_"))


@pytest.mark.parametrize("path", PATHS)
async def test_streamed_and_whole_are_the_same_words(server: StandInServer, path: str, events_of: Any) -> None:
    _, _, whole = await ask(server, "POST", path, PATHS[path])
    _, headers, streamed = await ask(server, "POST", path, {**PATHS[path], "stream": True})
    assert headers["content-type"] == "text/event-stream"
    events = events_of(streamed)
    part, all_of_it = {
        "/v1/messages": (lambda e: e.get("delta", {}).get("text"), lambda w: w["content"][0]["text"]),
        "/v1/chat/completions": (
            lambda e: e["choices"][0]["delta"].get("content") if e["choices"] else "",
            lambda w: w["choices"][0]["message"]["content"],
        ),
        "/v1/responses": (lambda e: e.get("delta"), lambda w: w["output"][0]["content"][0]["text"]),
    }[path]
    text = "".join(filter(None, map(part, events)))
    assert text == all_of_it(whole)
    assert len(text) > 50


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_posts_ask(server: StandInServer, method: str) -> None:
    assert (await ask(server, method, "/v1/messages", ASKED))[0] == 404
    assert server.simulation.counts == {}


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/control", 200), ("/health/", 200), ("/healthy", 404)]
)
async def test_health_is_a_look_at_the_controls(server: StandInServer, path: str, status: int) -> None:
    got, _, body = await ask(server, "GET", path)
    assert got == status
    if status == 200:
        assert set(body) == {"switches", "counts", "scale"}


async def test_a_connection_is_kept_until_the_client_says_close(server: StandInServer) -> None:
    look = request("GET", "/health")
    last = request("GET", "/health", None, "Connection: Close")
    assert len(answers((await raw(server, look + look)).data)) == 2
    assert len(answers((await raw(server, look + last + look)).data)) == 2


async def test_a_mistake_does_not_cost_the_connection(server: StandInServer) -> None:
    bad, unknown = request("POST", "/v1/messages", b"{"), request("POST", "/v1/messages", {**ASKED, "model": "llama"})
    found = answers((await raw(server, bad + unknown + request("POST", "/v1/messages", ASKED))).data)
    assert [status for status, _, _ in found] == [400, 404, 200]


async def test_the_rejection_of_the_contract_comes_before_any_luck(server: StandInServer) -> None:
    body = {**ASKED, "model": "claude-sonnet-5-5", "thinking": {"type": "disabled"}}
    status, _, answer = await ask(server, "POST", "/v1/messages", body)
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert server.simulation.counts == {}


async def test_a_retired_model_is_not_found_and_a_rerouted_one_answers_as_another(server: StandInServer) -> None:
    gone = {**ASKED, "model": "claude-3-5-sonnet-20241022"}
    assert (await ask(server, "POST", "/v1/messages", gone))[0] == 404
    rerouted = {"model": "gemini-2.0-flash-001", "messages": MESSAGES}
    status, headers, body = await ask(server, "POST", "/v1/chat/completions", rerouted)
    assert (status, body["model"], headers["x-served-model"]) == (200, "gemini-3.6-flash", "gemini-3.6-flash")


@pytest.mark.parametrize(("status", "retry"), [(429, "7"), (529, None), (500, None)])
async def test_an_error_has_the_status_and_wait_of_its_switch(
    server: StandInServer, status: int, retry: str | None
) -> None:
    wait = {} if retry is None else {"retry_after_s": 7.0}
    server.simulation.switch(OLD, {"error_rate": 1.0, "error_status": status, **wait})
    got, headers, body = await ask(server, "POST", "/v1/messages", ASKED)
    assert (got, headers.get("retry-after"), body["type"]) == (status, retry, "error")
    assert headers["request-id"]
    assert server.simulation.counts == {f"{OLD} {status}": 1}


async def test_tokens_are_counted_as_an_answer_would_count_them(server: StandInServer) -> None:
    status, _, counted = await ask(server, "POST", "/v1/messages/count_tokens", {"model": OLD, "messages": MESSAGES})
    _, _, answer = await ask(server, "POST", "/v1/messages", ASKED)
    assert (status, counted) == (200, {"input_tokens": answer["usage"]["input_tokens"]})
    assert server.simulation.counts == {f"{OLD} ok": 1}


@pytest.mark.parametrize(("headers", "kind"), [(("anthropic-version: 2023-06-01",), "type"), ((), "object")])
async def test_the_model_list_is_that_of_the_api_that_asks(
    server: StandInServer, headers: tuple[str, ...], kind: str
) -> None:
    _, _, listed = await ask(server, "GET", "/v1/models", None, *headers)
    assert {entry[kind] for entry in listed["data"]} == {"model"}
    model_id = listed["data"][0]["id"]
    status, _, one = await ask(server, "GET", f"/v1/models/{model_id}", None, *headers)
    assert (status, one) == (200, listed["data"][0])
    assert (await ask(server, "GET", "/v1/models/llama", None, *headers))[0] == 404


async def test_a_page_of_models_is_asked_for_in_the_address(server: StandInServer) -> None:
    _, _, page = await ask(server, "GET", "/v1/models?limit=2&lifecycle=retired", None, "anthropic-version: 2023-06-01")
    assert (len(page["data"]), page["has_more"]) == (2, True)
    assert {model["lifecycle"] for model in page["data"]} == {"retired"}


@pytest.mark.parametrize(
    ("damage", "last"),
    [
        ("no final event", "content_block_delta"),
        ("error event", "error"),
        ("none", "message_stop"),
        ("empty", "message_stop"),
        ("escapes", "message_stop"),
    ],
)
async def test_a_damaged_stream_ends_as_it_is_described(
    server: StandInServer, events_of: Any, damage: str, last: str
) -> None:
    server.simulation.switch(OLD, {"damage": damage})
    _, _, streamed = await ask(server, "POST", "/v1/messages", {**ASKED, "stream": True})
    assert events_of(streamed)[-1]["type"] == last


async def test_half_a_stream_is_cut_after_half_of_the_text_without_an_end(server: StandInServer) -> None:
    server.simulation.switch(OLD, {"damage": "half"})
    line = await raw(server, request("POST", "/v1/messages", {**ASKED, "stream": True}) * 2)
    assert not line.data.endswith(b"0\r\n\r\n")
    assert line.data.count(b"HTTP/1.1 200") == 1, "the connection was used again"
    whole = StandInServer(scale=0.0)
    whole.simulation.switch("*", dict(QUIET))
    full = await raw(whole, request("POST", "/v1/messages", {**ASKED, "stream": True}))
    sent, all_of_it = line.data.count(b"text_delta"), full.data.count(b"text_delta")
    assert sent == all_of_it // 2


async def test_a_refused_connection_gets_no_word_and_is_used_no_more(server: StandInServer) -> None:
    server.simulation.switch(OLD, {"damage": "refuse"})
    line = await raw(server, request("POST", "/v1/messages", ASKED) + request("GET", "/health"))
    assert line.data == b""


async def test_a_hanging_answer_ends_with_the_client(server: StandInServer) -> None:
    server.simulation.switch(OLD, {"damage": "hang"})
    assert (await raw(server, request("POST", "/v1/messages", ASKED))).data == b""


@pytest.mark.parametrize("damage", ["half", "malformed json"])
async def test_a_whole_answer_that_is_cut_is_no_json(server: StandInServer, damage: str) -> None:
    server.simulation.switch(OLD, {"damage": damage})
    line = await raw(server, request("POST", "/v1/messages", ASKED))
    head, _, body = line.data.partition(b"\r\n\r\n")
    promised = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    assert (promised > len(body)) is (damage == "half")
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


async def test_an_error_event_of_a_whole_answer_is_an_overload(server: StandInServer) -> None:
    server.simulation.switch(OLD, {"damage": "error event"})
    status, _, body = await ask(server, "POST", "/v1/messages", ASKED)
    assert (status, body["error"]["type"]) == (529, "overloaded_error")


async def test_commands_turn_switches_scale_and_reset_together(server: StandInServer) -> None:
    command = {"reset": True, "scale": 0.5, "model": OLD, "switches": {"fences": True}}
    _, _, state = await ask(server, "POST", "/control", command)
    assert state["scale"] == 0.5
    assert set(state["switches"]) == {OLD}, "the reset came first"
    assert state["switches"][OLD]["fences"] is True
    _, _, state = await ask(server, "POST", "/control", {"switches": {"fences": True}})
    assert set(state["switches"]) == {OLD, "*"}


@pytest.mark.parametrize(
    "command", [[], {"scale": -1}, {"scale": 1001}, {"scale": "1"}, {"switches": []}, {"switches": {"speed": 1}}]
)
async def test_a_command_that_is_refused_changes_nothing(server: StandInServer, command: object) -> None:
    _, _, before = await ask(server, "GET", "/control")
    given = {**command, "reset": True} if isinstance(command, dict) and "speed" not in str(command) else command
    status, _, body = await ask(server, "POST", "/control", given)
    assert (status, list(body)) == (400, ["error"])
    assert (await ask(server, "GET", "/control"))[2] == before


async def test_a_web_page_may_neither_look_nor_turn(server: StandInServer) -> None:
    for method in ("GET", "POST"):
        status, _, body = await ask(server, method, "/control", {"reset": True}, "Origin: http://example.org")
        assert (status, body) == (403, {"error": "not from a browser"})
    assert server.simulation.switches()


async def test_serving_needs_a_start() -> None:
    with pytest.raises(RuntimeError, match="start"):
        await StandInServer().serve()


async def test_simulated_seconds_are_slept_at_scale(server: StandInServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("console.demo.standin.server.asyncio.sleep", sleep)
    totals = {}
    for scale in (0.5, 1.0, 0.0):
        slept.clear()
        fresh = StandInServer(scale)
        fresh.simulation.switch("*", dict(QUIET))
        reader, line = asyncio.StreamReader(limit=MAX_HEAD), Line()
        reader.feed_data(request("POST", "/v1/messages", ASKED))
        reader.feed_eof()
        await fresh._connection(reader, line)  # type: ignore[arg-type]
        totals[scale] = sum(slept)
    assert totals[0.0] == 0.0
    assert 1.0 < totals[1.0] < 6.0
    assert totals[0.5] == pytest.approx(totals[1.0] / 2)
