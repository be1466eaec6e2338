"""Whose fault a failed call was: the provider's, or the application's. Only the first is a reason to distrust a model.

Read off the names and attributes of exceptions, so that no SDK is imported.
"""

from __future__ import annotations

_STOPPED = ("CancelledError", "KeyboardInterrupt", "GeneratorExit", "SystemExit")
_REJECTED = frozenset(
    {"BadRequestError", "ConflictError", "RequestTooLargeError", "UnprocessableEntityError", "invalid_request_error"}
    | {"ContentFilterFinishReasonError", "LengthFinishReasonError", "APIUserAbortError"}
)
"""The provider answered: it did not like this request."""
_REJECTING = (400, 409, 413, 422)
"""Other refusals are counted: 401 and 403 (this key may not use the model), 404 (retired), 408, 429, and 5xx."""
_CALLING = frozenset(
    {"anthropic", "openai", "httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3", "aiohttp", "botocore"}
    | {"grpc", "google", "ssl", "socket", "http", "urllib", "h11", "h2"}
)
"""Packages whose exceptions come from calling a provider, and not from the application's own code."""


def is_providers(error: BaseException) -> bool | None:
    """Whether `error` says that the provider did not answer. None: it says nothing about the provider.

    A rejected request, a caller that went away and the application's own exceptions say nothing. Time-outs and broken
    connections are the provider's, and so is every other exception of an SDK or an HTTP client.
    """
    kind = type(error)
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and not isinstance(status, bool) and status >= 400:
        return None if status in _REJECTING else True
    if not is_providers_name(kind.__name__) or getattr(error, "type", None) in _REJECTED:
        return None
    if isinstance(error, TimeoutError | ConnectionError):
        return True
    return True if kind.__module__.partition(".")[0] in _CALLING else None


def is_providers_name(name: str) -> bool | None:
    """The same of the name by which an application told of a failure itself; names that mean nothing here count."""
    return None if name in _REJECTED or name in _STOPPED else True
