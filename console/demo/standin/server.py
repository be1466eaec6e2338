"""The stand-in provider itself: requests in, simulated answers out, on 127.0.0.1 and nowhere else.

One event loop serves everything: a simulated latency is a sleep, which costs no processor time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from console.demo.standin.anthropic_dialect import AnthropicDialect
from console.demo.standin.asked import BadRequest, Rejection, Reply
from console.demo.standin.chat_dialect import ChatDialect
from console.demo.standin.dialect import Dialect
from console.demo.standin.faults import BadSwitch
from console.demo.standin.http import MAX_HEAD, Answer, BadHttp, HttpRequest, read_request
from console.demo.standin.listing import LISTS, ModelLists
from console.demo.standin.models import Model
from console.demo.standin.responses_dialect import ResponsesDialect
from console.demo.standin.simulation import ALL, Simulation

HOST = "127.0.0.1"
FOREVER_S = 3600.0
ENDLESS_PAUSE_S = 0.02
_DIALECTS: tuple[tuple[str, Dialect], ...] = (
    ("/messages", AnthropicDialect()),
    ("/chat/completions", ChatDialect()),
    ("/responses", ResponsesDialect()),
)
_COUNTING = AnthropicDialect(counting=True)


class StandInServer:
    """One stand-in. `scale` multiplies every simulated second: 0 answers at once, 1 is as slow as life."""

    def __init__(self, scale: float = 1.0) -> None:
        self.simulation = Simulation()
        self._lists = ModelLists()
        self._scale = scale
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; returns the port, which is a free one for 0. Raises OSError."""
        self._server = await asyncio.start_server(self._connection, HOST, port, limit=MAX_HEAD)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def serve(self) -> None:
        """Serve until cancelled. `start` must have been called."""
        if self._server is None:
            raise RuntimeError("start() comes before serve()")
        await self._server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = Answer(writer)
        try:
            while (request := await read_request(reader)) is not None:
                if not await self._exchange(request, answer, reader):
                    break
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, BadHttp, asyncio.CancelledError):
            pass  # the client left, spoke something else, or the server is stopping: nobody is there to be told
        finally:
            writer.close()

    async def _exchange(self, request: HttpRequest, answer: Answer, reader: asyncio.StreamReader) -> bool:
        """Answer one request. False when the connection is to be closed."""
        path = request.path.rstrip("/")
        if path in ("/control", "/health"):
            await self._control(request, answer)
        elif request.method == "GET" and "/models" in path:
            return await self._models(request, path, answer)
        elif request.method == "POST" and path.endswith("/messages/count_tokens"):
            await self._count_tokens(request, answer)
        elif request.method == "POST" and (dialect := _dialect_of(path)) is not None:
            return await self._ask(request, dialect, answer, reader)
        else:
            await answer.json(404, _COUNTING.error(Rejection(404, f"no such endpoint: {request.method} {path}")))
        return True

    async def _control(self, request: HttpRequest, answer: Answer) -> None:
        if "origin" in request.headers:  # a web page may not turn the switches
            await answer.json(403, {"error": "not from a browser"})
            return
        try:
            if request.method == "POST":
                self._switch(json.loads(request.body))
        except (ValueError, BadSwitch) as error:
            await answer.json(400, {"error": str(error)})
            return
        switches = {"switches": self.simulation.switches(), "counts": self.simulation.counts, "scale": self._scale}
        await answer.json(200, switches)

    def _switch(self, command: object) -> None:
        """`{"reset": true}`, `{"scale": 0.5}`, `{"model": "…", "switches": {…}}`, or what `ModelLists.change` takes."""
        if not isinstance(command, dict):
            raise BadSwitch("a JSON object is needed")
        scale, switches = command.get("scale"), command.get("switches", {})
        if not isinstance(switches, dict):
            raise BadSwitch("switches: a JSON object is needed")
        if scale is not None and not (isinstance(scale, (int, float)) and 0 <= scale <= 1000):
            raise BadSwitch(f"scale cannot be {scale!r}")
        if command.get("reset"):
            self.simulation.reset()
            self._lists.reset()
        self._lists.change(command)
        if scale is not None:
            self._scale = float(scale)
        if switches:
            self.simulation.switch(str(command.get("model", ALL)), switches)

    async def _models(self, request: HttpRequest, path: str, answer: Answer) -> bool:
        wanted = path.partition("/models/")[2]
        dialect: Dialect = _COUNTING if "anthropic-version" in request.headers else ChatDialect()
        if not wanted:
            return await self._lists.answer(request, dialect, answer, self.simulation.faults(LISTS, common=False))
        model = self.simulation.find(wanted)
        if model is None:
            await answer.json(404, dialect.error(_unknown(wanted)))
        else:
            await answer.json(200, self._lists.one(model, request))
        return True

    async def _count_tokens(self, request: HttpRequest, answer: Answer) -> None:
        try:
            asked = _COUNTING.read(_json_object(request.body))
        except BadRequest as error:
            await answer.json(400, _COUNTING.error(error.rejection))
            return
        model = self.simulation.find(asked.model)
        if model is None:
            await answer.json(404, _COUNTING.error(_unknown(asked.model)))
        else:
            await answer.json(200, {"input_tokens": self.simulation.input_tokens(asked, model)})

    async def _ask(self, request: HttpRequest, dialect: Dialect, answer: Answer, reader: asyncio.StreamReader) -> bool:
        try:
            body = _json_object(request.body)
            asked = dialect.read(body)
        except BadRequest as error:
            await answer.json(400, dialect.error(error.rejection))
            return True
        model = self.simulation.find(asked.model)
        rejected = _unknown(asked.model) if model is None else dialect.rejects(asked, body, request.headers)
        outcome = rejected or self.simulation.decide(asked, _present(model))
        if isinstance(outcome, Rejection):
            await self._sleep(0.05)
            retry = {} if outcome.retry_after_s is None else {"retry-after": f"{outcome.retry_after_s:g}"}
            await answer.json(outcome.status, dialect.error(outcome), {"request-id": "req_standin", **retry})
            return True
        if outcome.damage == "refuse":
            answer.reset()
            return False
        if outcome.damage == "hang":
            await _until_closed(reader)
            return False
        if asked.stream:
            return await self._stream(outcome, dialect, answer)
        return await self._whole(outcome, dialect, answer)

    async def _whole(self, reply: Reply, dialect: Dialect, answer: Answer) -> bool:
        await self._sleep(reply.first_token_s + reply.piece_s * len(reply.pieces))
        if reply.damage == "endless":
            await answer.start(_headers(reply), "application/json")
            while True:
                await answer.chunk(b" " * 64)
                await asyncio.sleep(ENDLESS_PAUSE_S)
        if reply.damage == "error event":
            await answer.json(529, dialect.error(Rejection(529, "Overloaded")), _headers(reply))
            return True
        body = json.dumps(dialect.whole(reply), ensure_ascii=False).encode()
        if reply.damage == "half":
            await answer.raw(200, body[: len(body) // 2], _headers(reply), promised=len(body))
            return False
        cut = body[: len(body) * 2 // 3] if reply.damage == "malformed json" else body
        await answer.raw(200, cut, _headers(reply))
        return True

    async def _stream(self, reply: Reply, dialect: Dialect, answer: Answer) -> bool:
        await self._sleep(reply.first_token_s)
        await answer.start(_headers(reply))
        await answer.chunk(dialect.opening(reply))
        breaks = {"half", "error event", "malformed json", "no final event"}
        last = len(reply.pieces) // 2 if reply.damage in breaks else len(reply.pieces)
        for number, text in enumerate(reply.pieces[:last]):
            if number:
                await self._sleep(reply.piece_s)
            await answer.chunk(dialect.piece(reply, number, text))
        match reply.damage:
            case "half":
                return False
            case "error event":
                await answer.chunk(dialect.failure(reply))
            case "malformed json":
                await answer.chunk(b'event: content_block_delta\ndata: {"type": "content_block_del\n\n')
            case "no final event":
                pass
            case "endless":
                await self._never_end(reply, dialect, answer)
            case _:
                await answer.chunk(dialect.closing(reply))
        await answer.finish()
        return True

    async def _never_end(self, reply: Reply, dialect: Dialect, answer: Answer) -> None:
        number = len(reply.pieces)
        while True:
            await answer.chunk(dialect.piece(reply, number, "and so on "))
            await asyncio.sleep(ENDLESS_PAUSE_S)
            number += 1

    async def _sleep(self, simulated_s: float) -> None:
        if self._scale > 0 and simulated_s > 0:
            await asyncio.sleep(min(simulated_s * self._scale, FOREVER_S))


def _dialect_of(path: str) -> Dialect | None:
    return next((dialect for end, dialect in _DIALECTS if path.endswith(end)), None)


def _json_object(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The request body is not valid JSON") from error
    if not isinstance(value, dict):
        raise BadRequest("The request body is not a JSON object")
    return value


def _present(model: Model | None) -> Model:
    """The model, which a rejection would have replaced if it were missing."""
    if model is None:
        raise LookupError("no model")
    return model


def _unknown(model_id: str) -> Rejection:
    return Rejection(404, f"model: {model_id}", "model", "model_not_found")


def _headers(reply: Reply) -> dict[str, str]:
    return {"request-id": f"req_{reply.id}", "x-request-id": f"req_{reply.id}", "x-served-model": reply.served}


async def _until_closed(reader: asyncio.StreamReader) -> None:
    try:
        await asyncio.wait_for(reader.read(1), FOREVER_S)
    except TimeoutError:
        return
