"""What an SDK raised, turned into one of our kinds of failure with a message that holds no key and no prompt.

Both SDKs come from one generator and share class names and attributes, so this reads those instead of importing either.
Text of an exception is only used where it is the provider's own error message: SDKs quote answers in others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from console.providers.catalogue import retirement_hint
from console.providers.endpoints import KEY_VARIABLES, Endpoint
from console.providers.records import Failure, FailureKind, Limits, Question
from console.providers.seen import Malformed, ReportedFault, Seen, TooLarge

_BY_STATUS: dict[int, FailureKind] = {
    400: "bad_request",
    401: "auth",
    402: "auth",
    403: "auth",
    404: "not_found",
    408: "timeout",
    413: "too_large",
    422: "bad_request",
    429: "rate_limited",
    503: "overloaded",
    529: "overloaded",
}
_BY_TYPE: dict[str, FailureKind] = {
    "invalid_request_error": "bad_request",
    "authentication_error": "auth",
    "billing_error": "auth",
    "permission_error": "auth",
    "not_found_error": "not_found",
    "request_too_large": "too_large",
    "rate_limit_error": "rate_limited",
    "rate_limit_exceeded": "rate_limited",
    "overloaded_error": "overloaded",
    "timeout_error": "timeout",
    "server_error": "server",
    "api_error": "server",
}
_HINTS: dict[FailureKind, str] = {
    "rate_limited": "The provider asks for fewer requests.",
    "overloaded": "The provider has no capacity at the moment.",
    "broken_stream": "What had arrived is kept; ask again.",
    "early_end": "What had arrived is kept; ask again.",
    "malformed": "Check what stands between this machine and the provider.",
    "too_large": "What had arrived is kept.",
}
_INSTALL_HINT = "Install model-console with its dependencies."
_REDIRECT_HINT = "Redirects are not followed, since the key would go along. Check the base url."
_KEY_LIKE = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{6,}|\bAIza[\w*.-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_PARAMETER = re.compile(r"^([A-Za-z_][\w.]*): |[`']([A-Za-z_][\w.]*)[`']")
_SHORTEST_QUOTE = 12
"""Characters of the prompt from which on its repetition in an error message is taken out."""


def failure_of(error: BaseException, seen: Seen, question: Question, endpoint: Endpoint, limits: Limits) -> Failure:
    """The typed failure that `error` stands for, given how far the answer had come."""
    chain = tuple(_chain(error))
    if any(isinstance(link, TooLarge) for link in chain):
        return too_large(limits)
    if isinstance(error, ImportError):
        return Failure("unsupported", f"the SDK cannot be loaded: {error.name} is missing", _INSTALL_HINT)
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        kind = _BY_STATUS.get(status, "server" if status >= 500 else "bad_request")
        return _refused(error, kind, status, question, endpoint)
    if isinstance(status, int) and status >= 300:
        return Failure("connection", f"the provider answered with a redirect ({status})", _REDIRECT_HINT, status)
    if (kind_word := _reported_type(error)) is not None:
        return _refused(error, _BY_TYPE.get(kind_word, "server"), None, question, endpoint)
    names = {cls.__name__ for link in chain for cls in type(link).__mro__}
    place = urlsplit(endpoint.base_url).netloc.rpartition("@")[2]
    if "ConnectTimeout" in names:
        return Failure("timeout", f"no connection to {place} within {limits.connect_s:g} s", _where(endpoint))
    if names & {"APITimeoutError", "TimeoutException"}:
        return Failure("timeout", f"{place} stopped sending", _HINTS["broken_stream"])
    if names & {"APIConnectionError", "TransportError", "RequestError"}:
        if seen.opened:
            return Failure("broken_stream", "the connection broke in the middle of the answer", _HINTS["broken_stream"])
        return Failure("connection", f"nothing answers at {place}", _where(endpoint))
    return malformed(type(error).__name__)


def malformed(word: str) -> Failure:
    """The provider's bytes make no sense. `word` names the exception; its text could quote the answer."""
    detail = "" if word == Malformed.__name__ else f" ({word})"
    return Failure("malformed", f"the provider's answer could not be read{detail}", _HINTS["malformed"])


def too_large(limits: Limits) -> Failure:
    """More arrived than the limit allows."""
    return Failure("too_large", f"the answer is larger than {limits.max_bytes / 1e6:g} MB", _HINTS["too_large"])


def too_slow(seen: Seen, limits: Limits, *, started: bool) -> Failure:
    """The first token or the whole answer did not come in time."""
    if started:
        return Failure("timeout", f"the answer was not complete within {limits.total_s:g} s", _HINTS["too_large"])
    accepted = "the provider accepted the request but sent" if seen.opened else "the provider sent"
    return Failure("timeout", f"{accepted} nothing within {min(limits.first_token_s, limits.total_s):g} s")


def early_end(seen: Seen) -> Failure:
    """A stream that merely stopped: no SDK raises anything, only the stop reason is missing."""
    if not seen.streamed:
        return Failure("malformed", "the provider's answer is not a stream of events", _HINTS["malformed"])
    return Failure("early_end", "the answer ended without its final event", _HINTS["early_end"])


def _refused(
    error: BaseException, kind: FailureKind, status: int | None, question: Question, endpoint: Endpoint
) -> Failure:
    said = _said(error, question, endpoint)
    code = f" ({status})" if status else ""
    after = _retry_after_s(error)
    if kind == "auth":
        variables = [name for name in KEY_VARIABLES if name.startswith(endpoint.provider.upper())]
        hint = f"Check {' and '.join(variables)}." if variables and not endpoint.stand_in else ""
        return Failure(kind, f"{endpoint.provider} rejected the key{code}", hint, status)
    if kind == "not_found":
        return Failure(
            kind, f"{endpoint.provider} does not know {question.model}{code}", retirement_hint(question.model), status
        )
    parameter = _parameter(error, said) if kind == "bad_request" else None
    hint = f"Change or remove {parameter} in the route's params." if parameter else _HINTS.get(kind, "")
    if after is not None:
        hint = f"{hint} It asks to wait {after:g} s.".strip()
    lead = {"rate_limited": "rate limited", "overloaded": "overloaded", "bad_request": "rejected"}.get(kind, "failed")
    message = f"{endpoint.provider} {lead}{code}" if kind == "bad_request" else f"{lead} by {endpoint.provider}{code}"
    return Failure(kind, f"{message}: {said}" if said else message, hint, status, parameter, after)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _reported_type(error: BaseException) -> str | None:
    """The type of an error event inside a stream: the SDKs raise it with a body, but not as a status error."""
    if isinstance(error, ReportedFault):
        return error.type
    body = getattr(error, "body", None)
    if not isinstance(body, dict):
        return None
    inner = body.get("error", body)
    inner = inner if isinstance(inner, dict) else body
    return next((str(inner[key]) for key in ("code", "type") if inner.get(key) in _BY_TYPE), "unknown")


def _said(error: BaseException, question: Question, endpoint: Endpoint) -> str:
    """The provider's own message, without key and prompt."""
    if isinstance(error, ReportedFault):
        return _scrubbed(error.text, question, endpoint)
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    message: Any = inner.get("message") if isinstance(inner, dict) else inner
    return _scrubbed(message, question, endpoint) if isinstance(message, str) else ""


def _scrubbed(text: str, question: Question, endpoint: Endpoint) -> str:
    if len(endpoint.key) >= 6 and not endpoint.stand_in:
        text = text.replace(endpoint.key, "‹key›")
    text = _KEY_LIKE.sub("‹key›", text)
    for secret in (question.system, *_texts([message.get("content") for message in question.messages])):
        if len(secret) >= _SHORTEST_QUOTE:
            text = text.replace(secret, "‹prompt›").replace(secret[:40], "‹prompt›")
    return text if len(text) <= 500 else text[:499] + "…"


def _texts(content: object) -> Iterator[str]:
    """Every text in a message's content, which may be a string or parts inside parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)


def _parameter(error: BaseException, said: str) -> str | None:
    named = getattr(error, "param", None)
    if isinstance(named, str) and named:
        return named
    match = _PARAMETER.search(said)
    return (match.group(1) or match.group(2)) if match else None


def _retry_after_s(error: BaseException) -> float | None:
    """What the provider's `retry-after` header says: seconds or an HTTP date. Never negative."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    text = str(headers.get("retry-after", "")) if headers is not None else ""
    try:
        return max(0.0, min(float(text), 86_400.0)) if text else None
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    # The one clock here: an HTTP date only means something against the wall.
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None


def _where(endpoint: Endpoint) -> str:
    return "Is the stand-in running?" if endpoint.stand_in else "Check network, proxy and base url."
