"""What an SDK raised becomes one of our failures: over exceptions made by hand, without SDK or server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from console.providers.endpoints import Endpoint
from console.providers.faults import early_end, failure_of, too_large, too_slow
from console.providers.records import Failure, Limits, Question
from console.providers.retrying import pause_s
from console.providers.seen import ReportedFault, Seen, TooLarge

ENDPOINT = Endpoint("openai", "https://api.example/v1", "sk-live-0123456789")
QUESTION = Question.of("gpt-4o", "Where is my parcel number 4711?", "You answer for a shop of lamps.")
LIMITS = Limits()


class StatusError(Exception):
    """As both SDKs raise one: a status, a body, a response with headers."""

    def __init__(self, status: int | None, body: object = None, retry_after: str | None = None, **more: object) -> None:
        super().__init__("what the SDK says, which may quote the answer")
        self.status_code, self.body = status, body
        headers = {} if retry_after is None else {"retry-after": retry_after}
        self.response = SimpleNamespace(headers=headers)
        for name, value in more.items():
            setattr(self, name, value)


def sdk_error(*names: str) -> type[Exception]:
    """An exception class of the given name, over base classes of the other names."""
    made: type[Exception] = Exception
    for name in reversed(names):
        made = type(name, (made,), {})
    return made


def failed(
    error: BaseException, *, opened: bool = False, question: Question = QUESTION, endpoint: Endpoint = ENDPOINT
) -> Failure:
    return failure_of(error, Seen(1_000, opened=opened), question, endpoint, LIMITS)


def said(message: object, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "bad_request"),
        (401, "auth"),
        (402, "auth"),
        (403, "auth"),
        (404, "not_found"),
        (405, "bad_request"),
        (408, "timeout"),
        (413, "too_large"),
        (422, "bad_request"),
        (429, "rate_limited"),
        (499, "bad_request"),
        (500, "server"),
        (502, "server"),
        (503, "overloaded"),
        (504, "server"),
        (529, "overloaded"),
        (300, "connection"),
        (302, "connection"),
    ],
)
def test_every_status_is_a_kind(status: int, kind: str):
    failure = failed(StatusError(status))
    assert (failure.kind, failure.status) == (kind, status)
    assert str(status) in failure.message


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("invalid_request_error", "bad_request"),
        ("authentication_error", "auth"),
        ("billing_error", "auth"),
        ("permission_error", "auth"),
        ("not_found_error", "not_found"),
        ("request_too_large", "too_large"),
        ("rate_limit_error", "rate_limited"),
        ("rate_limit_exceeded", "rate_limited"),
        ("overloaded_error", "overloaded"),
        ("timeout_error", "timeout"),
        ("server_error", "server"),
        ("api_error", "server"),
        ("something_new", "server"),
    ],
)
def test_every_type_of_error_inside_a_stream_is_a_kind(word: str, kind: str):
    for body in ({"error": {"type": word, "message": "m"}}, {"type": word, "message": "m"}):
        failure = failed(StatusError(None, body))
        assert (failure.kind, failure.status) == (kind, None)
    assert failed(ReportedFault(word, "m")).kind == kind


def test_the_code_of_an_error_says_more_than_its_type():
    body = {"error": {"type": "server_error", "code": "rate_limit_exceeded", "message": "m"}}
    assert failed(StatusError(None, body)).kind == "rate_limited"
    assert failed(StatusError(None, {"error": {"type": "server_error", "code": 17, "message": "m"}})).kind == "server"


@pytest.mark.parametrize(
    ("names", "opened", "kind"),
    [
        (("ConnectTimeout", "TimeoutException", "TransportError"), False, "timeout"),
        (("APITimeoutError", "APIConnectionError"), False, "timeout"),
        (("ReadTimeout", "TimeoutException", "TransportError"), True, "timeout"),
        (("APIConnectionError",), False, "connection"),
        (("ConnectError", "TransportError"), False, "connection"),
        (("RemoteProtocolError", "TransportError"), True, "broken_stream"),
        (("DecodingError", "RequestError"), True, "broken_stream"),
        (("JSONDecodeError",), True, "malformed"),
        (("APIResponseValidationError",), False, "malformed"),
    ],
)
def test_an_exception_is_told_by_its_class_and_how_far_the_answer_had_come(
    names: tuple[str, ...], opened: bool, kind: str
):
    failure = failed(sdk_error(*names)("text that quotes the answer"), opened=opened)
    assert failure.kind == kind
    assert "quotes" not in failure.message + failure.hint


def test_the_cause_decides_where_the_sdk_only_wraps_it():
    error = sdk_error("APIConnectionError")("wrapped")
    error.__cause__ = sdk_error("ConnectTimeout")("cause")
    assert "no connection to api.example within 10 s" in failed(error).message
    error.__cause__ = TooLarge()
    assert failed(error).kind == "too_large"


def test_too_large_is_told_before_anything_the_sdk_makes_of_it():
    error = StatusError(500)
    error.__context__ = TooLarge()
    assert failed(error).kind == "too_large"


def test_a_missing_package_is_named():
    failure = failed(ImportError("no", name="anthropic"))
    assert failure.kind == "unsupported"
    assert "anthropic" in failure.message
    assert "Install" in failure.hint


@pytest.mark.parametrize(("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("gemini", "GEMINI_API_KEY")])
def test_a_rejected_key_names_the_variable_it_came_from(provider: str, variable: str):
    failure = failed(StatusError(401, said("bad key")), endpoint=replace(ENDPOINT, provider=provider))
    assert failure.hint == f"Check {variable}."
    assert failed(StatusError(401), endpoint=replace(ENDPOINT, stand_in=True)).hint == ""
    assert failed(StatusError(401), endpoint=replace(ENDPOINT, provider="elsewhere")).hint == ""


@pytest.mark.parametrize(
    ("message", "named", "parameter"),
    [
        ("temperature: Extra inputs are not permitted", None, "temperature"),
        ("messages.0.content: Field required", None, "messages.0.content"),
        ("`top_p` may not be set", None, "top_p"),
        ("Unsupported parameter: 'max_tokens' is not supported", None, "max_tokens"),
        ("Unsupported parameter: 'max_tokens'", "temperature", "temperature"),
        ("that was wrong", None, None),
        ("a sentence: with a colon", None, None),
    ],
)
def test_the_parameter_to_blame_is_found(message: str, named: str | None, parameter: str | None):
    failure = failed(StatusError(400, said(message), param=named))
    assert failure.parameter == parameter
    assert ("Change or remove" in failure.hint) is (parameter is not None)


def test_only_a_bad_request_blames_a_parameter():
    assert failed(StatusError(500, said("`top_p` may not be set"))).parameter is None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("nan", 0.0),
        ("inf", 86_400.0),
        ("1e9", 86_400.0),
        ("soon", None),
        ("", None),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_read_in_seconds(written: str, seconds: float | None):
    failure = failed(StatusError(429, retry_after=written))
    assert failure.retry_after_s == seconds
    assert ("wait" in failure.hint) is (seconds is not None)


def test_a_wait_until_a_date_is_counted_from_this_moment():
    at = datetime.now(UTC) + timedelta(seconds=100)
    waiting = failed(StatusError(429, retry_after=format_datetime(at, usegmt=True))).retry_after_s
    assert waiting is not None
    assert 90 < waiting <= 100
    past = failed(StatusError(429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"))
    assert past.retry_after_s == 0.0
    assert failed(StatusError(429, retry_after="Wed, 21 Oct 2015 07:28:00 -0000")).retry_after_s is None


def test_the_words_of_the_provider_are_kept_without_key_and_prompt():
    words = "key sk-live-0123456789 asked 'Where is my parcel number 4711?' of You answer for a shop of lamps."
    message = failed(StatusError(400, said(words))).message
    assert "‹key›" in message
    assert message.count("‹prompt›") == 2
    assert not any(secret in message for secret in ("0123456789", "parcel", "lamps"))


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "Where is my parcel number 4711?"}],
        [{"type": "tool_result", "content": [{"type": "text", "text": "Where is my parcel number 4711?"}]}],
        ["Where is my parcel number 4711?"],
    ],
)
def test_a_prompt_in_parts_is_taken_out_as_well(content: Any):
    question = Question("gpt-4o", ({"role": "user", "content": content},))
    message = failed(StatusError(400, said("asked: Where is my parcel number 4711?")), question=question).message
    assert "parcel" not in message
    assert "‹prompt›" in message


def test_short_words_of_a_prompt_do_not_black_out_the_message():
    question = Question.of("gpt-4o", "hello")
    assert "hello" in failed(StatusError(400, said("hello is no parameter")), question=question).message


def test_a_prompt_that_is_quoted_in_part_is_taken_out():
    question = Question.of("gpt-4o", "x" * 39 + "y" + "the rest of it")
    assert "xxxx" not in failed(StatusError(400, said("you said " + "x" * 39 + "y…")), question=question).message


def test_the_stand_in_may_be_called_by_its_name():
    endpoint = Endpoint("openai", "http://127.0.0.1:1", "stand-in", stand_in=True)
    failure = failed(StatusError(400, said("rejected by a switch of the stand-in")), endpoint=endpoint)
    assert "switch of the stand-in" in failure.message


@pytest.mark.parametrize("body", [None, "text", 5, [], {}, {"error": None}, {"error": 5}, said(None), said(["x"])])
def test_a_body_of_any_shape_is_a_failure_without_words(body: object):
    failure = failed(StatusError(500, body))
    assert (failure.kind, failure.message) == ("server", "failed by openai (500)")


def test_a_long_message_is_cut_with_a_sign():
    message = failed(StatusError(500, said("word " * 500))).message
    assert message.endswith("…")
    assert len(message) < 540


def test_what_did_not_come_in_time_is_told_apart():
    waiting, opened = Seen(10), Seen(10, opened=True)
    limits = Limits(first_token_s=5, total_s=60)
    assert too_slow(waiting, limits, started=False).message == "the provider sent nothing within 5 s"
    assert "accepted the request but sent nothing" in too_slow(opened, limits, started=False).message
    assert "not complete within 60 s" in too_slow(opened, limits, started=True).message
    assert "within 3 s" in too_slow(opened, Limits(first_token_s=5, total_s=3), started=False).message


def test_an_end_without_an_end_is_early_in_a_stream_and_senseless_elsewhere():
    assert early_end(Seen(10)).kind == "early_end"
    assert early_end(Seen(10, streamed=False)).kind == "malformed"


def test_the_limit_of_size_is_told_in_megabytes():
    assert "larger than 2.5 MB" in too_large(Limits(max_bytes=2_500_000)).message


WORTH_IT = ("rate_limited", "overloaded", "server", "connection", "broken_stream")


@pytest.mark.parametrize("kind", WORTH_IT)
def test_what_passes_by_itself_is_asked_again_until_the_retries_are_used_up(kind: Any):
    limits = Limits(retries=3)
    assert [pause_s(Failure(kind, "m"), retries, limits, chance=0.0) for retries in range(4)] == [0.5, 1.0, 2.0, None]


def test_pauses_double_up_to_eight_seconds_and_are_at_most_halved():
    limits, failure = Limits(retries=99), Failure("server", "m")
    assert [pause_s(failure, retries, limits, chance=0.0) for retries in (3, 4, 5, 50)] == [4.0, 8.0, 8.0, 8.0]
    assert pause_s(failure, 0, limits, chance=1.0) == 0.25
    drawn = {pause_s(failure, 0, limits) for _ in range(20)}
    assert len(drawn) > 1
    assert all(pause is not None and 0.25 <= pause <= 0.5 for pause in drawn)


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 0.0), (30.0, 30.0), (30.1, None)])
def test_a_providers_wait_is_obeyed_within_patience(asked: float, pause: float | None):
    assert pause_s(Failure("rate_limited", "m", retry_after_s=asked), 0, LIMITS) == pause
