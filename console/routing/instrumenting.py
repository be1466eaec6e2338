"""One line in an application: every call of an SDK's client is routed by the registry and recorded in the log.

    client = instrument(anthropic.Anthropic(), router, log)
    ...
    with asking(user_id):
        message = client.messages.create(model="route:support", max_tokens=1024, messages=messages)

Works with the synchronous and asynchronous clients of the Anthropic and OpenAI SDKs, and with their copies for Azure,
Bedrock and Vertex: whatever sends a request passes `client.post`, which both SDKs document for endpoints of one's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from console.domain.choice import Choice
from console.routing.router import Router
from console.traffic.answers import field
from console.traffic.log import RequestLog
from console.traffic.recording import Request

PREFIX = "route:"
"""What a model begins with that is the name of a route."""
_ANSWERING = ("messages", "completions", "responses")
"""The last part of the paths on which models answer."""
_COUNTING = ("count_tokens", "input_tokens")
"""Calls that need a route's model and are no requests: nothing is answered."""
_MARK = "_console_post"

Client = TypeVar("Client")


@dataclass(slots=True)
class Asking:
    """Who is asking, and what became of it. `choice` and `request_id` are those of the last call, "" before one.

    `current` is the model that the conversation started on, or None; `request_id` is what `RequestLog.feedback` takes.
    """

    user: object
    current: str | None = None
    choice: Choice | None = None
    request_id: str = ""


_asking: ContextVar[Asking | None] = ContextVar("console_asking", default=None)


@contextmanager
def asking(user: object, current: str | None = None) -> Iterator[Asking]:
    """Says on whose behalf the instrumented calls inside the block are made, in this thread or task and its own tasks.

    `current` is the model that the conversation started on: it stays there while that model is still on the route.

        with asking(user_id, current=conversation.model) as asked:
            message = client.messages.create(model="route:support", ...)
        conversation.model = asked.choice.model
        log.feedback(asked.request_id, satisfied=True)
    """
    asked = Asking(user, current)
    token = _asking.set(asked)
    try:
        yield asked
    finally:
        # Frameworks end a generator in another context than the one it began in; there is nothing to undo then.
        with suppress(ValueError):
            _asking.reset(token)


def instrument(
    client: Client,
    router: Router,
    log: RequestLog,
    *,
    route: str | None = None,
    user: Callable[[], object] | None = None,
) -> Client:
    """Has the calls of `client` routed by `router` and recorded in `log`; changes the client and returns it.

    A call with `model="route:support"` is sent with the model that the route `support` has for the user. Streamed
    calls, tools, parsing, raw responses and copies of the client (`with_options`) are included. The answer, its type
    and its errors are what they would be without. Calls with any other model are passed on unrouted and unrecorded,
    unless `route` names the route that they belong to.

    The user is the one of the `asking` block around the call. Otherwise it is what `user()` returns, which may read a
    context variable of the application. Otherwise, or where that fails, it is what the call itself tells the provider:
    `metadata.user_id` (Anthropic), `safety_identifier` or `user` (OpenAI). Without a user production answers, and the
    request is no evidence.

    Instrument a client before its first use: `messages = client.messages`, taken earlier, stays as it was. Calling
    this again for the same client changes router, log and route. The model must be one that the client's provider
    knows; the registry's checks see to that.

    Adds about 10 µs to a call and raises nothing of its own.

    Raises:
        TypeError: `client` is not a client of these SDKs.
    """
    post = getattr(client, _MARK, None) or getattr(client, "post", None)
    if not callable(post):
        raise TypeError(f"{type(client).__name__} is not a client of the Anthropic or OpenAI SDK")
    version = _api_version(client)
    calls = _Calls(router, log, route, user, version)
    wrapped = calls.awaited if iscoroutinefunction(post) else calls.sent
    made: Any = client
    setattr(made, _MARK, post)
    made.post = partial(wrapped, post)
    # Resources take `post` when they are made, and are kept from then on.
    for name, value in list(vars(made).items()):
        if getattr(value, "_client", None) is made:
            del vars(made)[name]
    copy = getattr(type(made), "copy", None)
    if callable(copy):

        def copied(*given: Any, **options: Any) -> Any:
            return instrument(copy(made, *given, **options), router, log, route=route, user=user)

        made.copy = made.with_options = copied
    return client


@dataclass(frozen=True, slots=True)
class _Calls:
    """What `post` becomes."""

    router: Router
    log: RequestLog
    route: str | None
    user: Callable[[], object] | None
    version: str

    def sent(self, post: Callable[..., Any], path: str, **options: Any) -> Any:
        """`post` of a synchronous client."""
        request, options = self._begun(path, options)
        if request is None:
            return post(path, **options)
        try:
            answer = post(path, **options)
        except BaseException as error:
            self._over(request, error)
            raise
        return self._answered(request, answer, bool(options.get("stream")))

    async def awaited(self, post: Callable[..., Any], path: str, **options: Any) -> Any:
        """`post` of an asynchronous client."""
        request, options = self._begun(path, options)
        if request is None:
            return await post(path, **options)
        try:
            answer = await post(path, **options)
        except BaseException as error:
            self._over(request, error)
            raise
        return self._answered(request, answer, bool(options.get("stream")))

    def _begun(self, path: str, options: dict[str, Any]) -> tuple[Request | None, dict[str, Any]]:
        """The request to record, None for a call that is not ours, and the options with the model that was chosen."""
        body = options.get("body")
        if not isinstance(body, Mapping):
            return None, options
        end = path.partition("?")[0].rstrip("/").rpartition("/")[2]
        route = self._route_of(body.get("model"), end)
        if route is None:
            return None, options
        asked = _asking.get() or Asking(self._user_of(body))
        choice = self.router.select(route, asked.user, asked.current)
        body = {**body, "model": choice.model}
        options = {**options, "body": body}
        asked.choice = choice
        if end in _COUNTING:
            return None, options
        extra = field(options.get("options"), "extra_json")
        request = self.log.request(choice, asked.user, call={**extra, **body} if isinstance(extra, Mapping) else body)
        request.record(api_version=self.version)
        request.__enter__()
        asked.request_id = request.id
        return request, options

    def _route_of(self, model: object, end: str) -> str | None:
        if not isinstance(model, str):
            return None
        if model.startswith(PREFIX):
            return model[len(PREFIX) :]
        return self.route if end in _ANSWERING or end in _COUNTING else None

    def _user_of(self, body: Mapping[str, Any]) -> object:
        if self.user is not None:
            with suppress(Exception):  # the application's own function
                return self.user()
        return field(body.get("metadata"), "user_id") or body.get("safety_identifier") or body.get("user")

    def _answered(self, request: Request, answer: Any, streamed: bool) -> Any:
        try:
            return self._recorded(request, answer, streamed)
        except Exception:  # an answer of another shape than any known: it was paid for and belongs to the application
            self._over(request, None)
            return answer

    def _recorded(self, request: Request, answer: Any, streamed: bool) -> Any:
        """The answer, or a wrapper of it where its end is still to come."""
        if hasattr(answer, "http_response") and hasattr(answer, "parse"):
            if streamed:
                return self._raw_stream(request, answer)
            if not getattr(answer.http_response, "is_closed", True):
                return self._unread(request, answer)
        elif streamed:
            return request.watched(answer, partial(self._over, request))
        request.record(answer)
        self._over(request, None)
        return answer

    def _raw_stream(self, request: Request, answer: Any) -> Any:
        """A response whose `parse` returns the stream: that one is looked on, once."""
        parse = answer.parse
        parsed: list[Any] = []
        request.record(retries=getattr(answer, "retries_taken", None))

        def watched(stream: Any) -> Any:
            if not parsed:
                parsed.append(request.watched(stream, partial(self._over, request)))
            return parsed[0]

        async def awaited(*given: Any, **options: Any) -> Any:
            return watched(await parse(*given, **options))

        def called(*given: Any, **options: Any) -> Any:
            return watched(parse(*given, **options))

        answer.parse = awaited if iscoroutinefunction(parse) else called
        return answer

    def _unread(self, request: Request, answer: Any) -> Any:
        """A response whose body the application reads itself: it is over when it is closed."""
        close = answer.close

        def over() -> None:
            request.record(answer)
            self._over(request, None)
            answer.close = close

        async def awaited() -> None:
            over()
            await close()

        def called() -> None:
            over()
            close()

        answer.close = awaited if iscoroutinefunction(close) else called
        return answer

    def _over(self, request: Request, error: BaseException | None) -> None:
        request.__exit__(None if error is None else type(error), error, None)


def _api_version(client: object) -> str:
    """The version of the API that the client asks for: Azure's, or the header of Anthropic's."""
    with suppress(Exception):  # clients of other makers
        version = getattr(client, "_api_version", None) or field(
            getattr(client, "default_headers", None), "anthropic-version"
        )
        return version if isinstance(version, str) else ""
    return ""
