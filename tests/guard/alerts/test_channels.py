"""What each channel sends: its own form, nothing that acts on a reader, and no secret anywhere but in the address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import sys
import types
from dataclasses import replace
from email import message_from_string, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.alerts import Alert
from console.guard.alerts import apprising, mail, wording
from console.guard.alerts.channels import (
    PagerDuty,
    Slack,
    Webhook,
    document,
    pagerduty_event,
    slack_message,
    webhook_secret,
)
from console.guard.alerts.posting import Limits
from console.guard.alerts.records import NotSent
from console.history.outbox import Delivery

SOURCE = "payments/registry.toml on web-1"
QUICK = Limits(0.5, 1.0)
HOSTILE = "<!channel> <https://evil|click> `x` & \x1b]0;owned\x07 \u202e \r\nBcc: all@example.com\r\n.\r\nQUIT"
KEY = "R0UT1NGKEY"


def texts(found: object) -> list[str]:
    if isinstance(found, dict):
        return [text for value in found.values() for text in texts(value)]
    if isinstance(found, list):
        return [text for value in found for text in texts(value)]
    return [found] if isinstance(found, str) else []


def test_the_words_say_what_happened_what_decided_what_was_done_and_how_to_undo_it(alert) -> None:
    assert wording.text(alert(), SOURCE) == (
        "What happened:\n  claude-sonnet-5-5 failed more often than production\n\n"
        "What decided:\n  error rate +2.4 points, limit 1.0, n = 1,212\n\n"
        "What was done:\n  5 % → 0 %, held; 34 users return to production\n\n"
        "Undo or look into it:\n  console resume support --reason '…'\n\n"
        "2026-11-23 14:33:02 UTC · payments/registry.toml on web-1 · history/12"
    )
    assert wording.title(alert()) == "CRITICAL support: canary rolled back to 0 %"


def test_what_is_not_known_has_no_heading(alert) -> None:
    told = wording.text(alert(what="", decided="", done="", undo=""), SOURCE)
    assert told == "2026-11-23 14:33:02 UTC · payments/registry.toml on web-1 · history/12"


def test_slack_gets_a_header_the_parts_and_the_command_as_code(receiver, delivery) -> None:
    Slack(receiver.url, QUICK).send(delivery(), SOURCE)
    message = json.loads(receiver.heard[0].body)
    assert message["text"] == "CRITICAL support: canary rolled back to 0 %"
    kinds = [block["type"] for block in message["blocks"]]
    assert kinds == ["header", "section", "section", "section", "section", "context"]
    assert message["blocks"][4]["text"]["text"] == "Undo or look into it: `console resume support --reason '…'`"


def test_slack_can_be_made_to_mention_nobody_and_to_link_nowhere(alert) -> None:
    hostile = alert(title=HOSTILE, what=HOSTILE, decided=HOSTILE, done=HOSTILE, undo=HOSTILE)
    message = slack_message(hostile, HOSTILE)
    for text in texts(message):
        assert "\x1b" not in text
        assert "\u202e" not in text
    marked = [message["text"]] + [
        b["text"]["text"] for b in message["blocks"] if b.get("text", {}).get("type") == "mrkdwn"
    ]
    assert len(marked) == 2
    for text in marked:
        assert "<" not in text
        assert ">" not in text
    assert marked[1].count("`") == 2


@given(st.text(max_size=4_000), st.text(max_size=4_000))
def test_slack_takes_every_message(title, words) -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 11, 23, tzinfo=UTC)
    message = slack_message(Alert(key="k", severity="info", title=title, at=at, what=words, undo=words), words)
    assert len(message["blocks"][0]["text"]["text"]) <= 150
    for block in message["blocks"][1:-1]:
        assert 1 <= len(block["text"]["text"]) <= 3_000 * 2
    json.dumps(message).encode("ascii")


def test_a_webhook_gets_every_field_and_the_same_id_each_time(receiver, delivery) -> None:
    for _ in range(2):
        Webhook(receiver.url, limits=QUICK).send(delivery(resolves_id="console-abc/history/11"), SOURCE)
    first, second = receiver.heard
    assert json.loads(first.body) == {
        "schema": 1,
        "id": "console-abc/history/12",
        "resolves": "console-abc/history/11",
        "key": "history/12",
        "severity": "critical",
        "route": "support",
        "title": "support: canary rolled back to 0 %",
        "what": "claude-sonnet-5-5 failed more often than production",
        "decided": "error rate +2.4 points, limit 1.0, n = 1,212",
        "done": "5 % → 0 %, held; 34 users return to production",
        "undo": "console resume support --reason '…'",
        "at": "2026-11-23T14:33:02+00:00",
        "source": SOURCE,
    }
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "console-abc/history/12"
    assert "webhook-signature" not in first.headers


def test_a_webhook_with_a_secret_is_signed_as_the_standard_says(receiver, delivery) -> None:
    secret = b"0123456789abcdef"
    Webhook(receiver.url, secret, QUICK, clock=lambda: 1_795_000_000.9).send(delivery(), SOURCE)
    (heard,) = receiver.heard
    signed = b".".join((heard.headers["webhook-id"].encode(), b"1795000000", heard.body))
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-timestamp"] == "1795000000"
    assert heard.headers["webhook-signature"] == f"v1,{expected}"


def test_the_standards_own_example_has_its_signature() -> None:
    from console.guard.alerts.channels import signature

    secret = webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    told = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_page_shows_the_document_that_is_sent_and_how_to_check_it(receiver, delivery) -> None:
    page = (Path(__file__).parents[3] / "docs" / "alerts.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (check,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    Webhook(receiver.url, b"secret", QUICK).send(delivery(), SOURCE)
    (heard,) = receiver.heard
    assert list(json.loads(shown)) == list(json.loads(heard.body))
    names: dict = {}
    exec(check, names)
    assert names["is_genuine"](b"secret", heard.headers, heard.body)
    assert not names["is_genuine"](b"secret", heard.headers, heard.body + b" ")
    assert not names["is_genuine"](b"another", heard.headers, heard.body)


def test_an_id_that_no_header_may_carry_is_made_into_one_that_it_may(receiver, delivery) -> None:
    Webhook(receiver.url, limits=QUICK).send(replace(delivery(), id="a\r\nx-evil: 1 é"), SOURCE)
    assert receiver.heard[0].headers["idempotency-key"] == "a__x-evil:_1__"
    assert "x-evil" not in receiver.heard[0].headers


def test_pagerduty_is_triggered_with_the_id_as_its_dedup_key(receiver, delivery) -> None:
    PagerDuty(KEY, receiver.url, QUICK).send(delivery(), SOURCE)
    event = json.loads(receiver.heard[0].body)
    assert (event["routing_key"], event["event_action"], event["dedup_key"]) == (
        KEY,
        "trigger",
        "console-abc/history/12",
    )
    assert event["payload"]["summary"] == "support: canary rolled back to 0 %"
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["custom_details"]["What decided"] == "error rate +2.4 points, limit 1.0, n = 1,212"


def test_pagerduty_resolves_the_incident_that_the_alert_ends(receiver, delivery) -> None:
    PagerDuty(KEY, receiver.url, QUICK).send(delivery(resolves_id="console-abc/history/11"), SOURCE)
    assert json.loads(receiver.heard[0].body) == {
        "routing_key": KEY,
        "event_action": "resolve",
        "dedup_key": "console-abc/history/11",
    }


@given(st.text(max_size=3_000))
def test_pagerduty_and_webhooks_take_every_text(text) -> None:
    from datetime import UTC, datetime

    hostile = Alert(
        key=text, severity="warning", title=text, at=datetime(2026, 11, 23, tzinfo=UTC), what=text, route=text
    )
    made = Delivery(number=1, target="x", alert=hostile, id="i")
    event = pagerduty_event(made, text, KEY)
    assert len(event["payload"]["summary"]) <= 1_024
    for found in texts(event) + texts(document(made, text)):
        assert not any(char < " " and char not in "\n\t" for char in found)


def sent_mail(server, **more) -> mail.Mail:
    usual = {"host": "127.0.0.1", "port": server.port, "sender": "console@example.com", "tls": False, "limits": QUICK}
    return mail.Mail(recipients=("olga@example.com", "team@example.com"), **{**usual, **more})


def letter(server):
    return message_from_string(server.letters[0].replace("\r\n", "\n"), policy=policy.default)


def test_a_letter_says_all_and_can_be_told_from_its_copy(mail_servers, delivery) -> None:
    server = mail_servers()
    sent_mail(server).send(delivery(), SOURCE)
    found = letter(server)
    assert found["subject"] == "CRITICAL support: canary rolled back to 0 %"
    assert found["message-id"] == "<console-abc.history.12@model-console.invalid>"
    assert found["auto-submitted"] == "auto-generated"
    assert "error rate +2.4 points" in found.get_content()
    assert [c for c in server.commands if c.startswith("RCPT")] == [
        "RCPT TO:<olga@example.com>",
        "RCPT TO:<team@example.com>",
    ]


def test_a_hostile_alert_adds_no_header_and_no_command(mail_servers, delivery) -> None:
    server = mail_servers()
    sent_mail(server).send(delivery(title=HOSTILE, what=HOSTILE, decided="\r\n.\r\nMAIL FROM:<x@y>"), SOURCE)
    found = letter(server)
    assert found["bcc"] is None
    assert len(server.letters) == 1
    assert [c.split()[0] for c in server.commands if c.startswith(("MAIL", "QUIT"))] == ["MAIL", "QUIT"]


def test_starttls_is_used_where_it_is_offered_before_the_password_is_told(
    mail_servers, certificate, delivery, monkeypatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = mail_servers(certificate)
    sent_mail(server, user="me", password="pa55word").send(delivery(), SOURCE)
    order = [c.split()[0] for c in server.commands]
    assert order.index("STARTTLS") < order.index("AUTH")
    assert len(server.letters) == 1


def test_encryption_from_the_first_byte(mail_servers, certificate, delivery, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = mail_servers(certificate, tls=True)
    sent_mail(server, tls=True).send(delivery(), SOURCE)
    assert len(server.letters) == 1


@pytest.mark.parametrize("tls", [False, True])
def test_a_mail_server_that_nobody_vouches_for_gets_nothing(mail_servers, certificate, delivery, tls) -> None:
    server = mail_servers(certificate, tls=tls)
    with pytest.raises(NotSent, match="certificate of the mail server"):
        sent_mail(server, tls=tls, user="me", password="pa55word").send(delivery(), SOURCE)
    assert not any("AUTH" in command for command in server.commands)


def test_a_server_elsewhere_that_offers_no_encryption_gets_nothing(mail_servers, delivery, monkeypatch) -> None:
    """As when somebody in between takes the offer out."""
    server = mail_servers()
    monkeypatch.setattr(mail, "LOOPBACK", ())
    with pytest.raises(NotSent, match="offers no encryption"):
        sent_mail(server, user="me", password="pa55word").send(delivery(), SOURCE)
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({"": "554 go away"}, "answers 554"),
        ({"MAIL": "550 you are pa55word"}, "answers 550"),
        ({"RCPT": "550 nobody"}, "takes no letter for any of the recipients"),
        ({".": "451 later"}, "answers 451"),
        ({"EHLO": "hang"}, "in time|unreachable"),
        ({"DATA": "hang"}, "in time|unreachable"),
    ],
)
def test_a_mail_server_that_does_not_take_it_is_told_without_its_words(mail_servers, delivery, says, said) -> None:
    server = mail_servers(**says)
    with pytest.raises(NotSent, match=said) as caught:
        sent_mail(server).send(delivery(), SOURCE)
    assert "pa55word" not in caught.value.message


def test_a_refused_login_tells_no_password(mail_servers, certificate, delivery, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = mail_servers(certificate, AUTH="535 no")
    with pytest.raises(NotSent, match="answers 535") as caught:
        sent_mail(server, user="me", password="pa55word").send(delivery(), SOURCE)
    assert "pa55word" not in repr(caught.value)


def test_a_mail_server_that_hangs_after_taking_the_letter_has_it(mail_servers, delivery) -> None:
    server = mail_servers(QUIT="hang")
    sent_mail(server).send(delivery(), SOURCE)
    assert len(server.letters) == 1


@pytest.fixture
def apprise(monkeypatch):
    """What Apprise looks like from outside."""
    told: list[dict[str, object]] = []

    class Apprise:
        def __init__(self, asset: dict[str, bool]) -> None:
            assert not asset["http_redirects"]
            self.urls: list[str] = []

        def add(self, url: str) -> bool:
            self.urls.append(url)
            return not url.startswith("bad")

        def notify(self, **given: object) -> bool:
            logging.getLogger("apprise").error("could not reach %s", self.urls)
            told.append(given)
            return "down" not in self.urls[0]

    module = types.ModuleType("apprise")
    module.Apprise, module.AppriseAsset = Apprise, dict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apprise", module)
    return told


def test_apprise_is_told_the_same_words(apprise, delivery) -> None:
    apprising.Apprise(("tgram://T0SECRET",)).send(delivery(), SOURCE)
    (given,) = apprise
    assert given["title"] == "CRITICAL support: canary rolled back to 0 %"
    assert given["notify_type"] == "failure"
    assert "error rate +2.4 points" in str(given["body"])


@pytest.mark.parametrize(
    ("url", "said"), [("bad://T0SECRET", "none that Apprise knows"), ("down://T0SECRET", "all of them")]
)
def test_what_apprise_cannot_tell_is_a_failure_without_its_address(apprise, delivery, caplog, url, said) -> None:
    with pytest.raises(NotSent, match=said) as caught:
        apprising.Apprise((url,)).send(delivery(), SOURCE)
    assert "T0SECRET" not in caught.value.message + caplog.text


@pytest.mark.skipif(not apprising.is_installed(), reason="needs the extra")
def test_the_real_apprise_tells_and_follows_no_redirect(receivers, delivery) -> None:
    good, elsewhere = receivers(), receivers()
    apprising.Apprise((good.url.replace("http:", "json:"),)).send(delivery(), SOURCE)
    assert b"error rate +2.4 points" in good.heard[0].body
    moved = receivers(302, location=elsewhere.url)
    with pytest.raises(NotSent):
        apprising.Apprise((moved.url.replace("http:", "json:"),)).send(delivery(), SOURCE)
    assert elsewhere.heard == []
