"""Slack, a webhook of one's own, and PagerDuty: an alert in the form that each of them takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC

from console.domain.alerts import Alert
from console.guard.alerts import wording
from console.guard.alerts.posting import USUAL, Limits, post
from console.history.outbox import Delivery
from console.text.safe import safe, safe_line

PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Slack:
    """An incoming webhook of Slack, or of what speaks its language (Mattermost, Rocket.Chat)."""

    url: str = field(repr=False)
    limits: Limits = USUAL

    def send(self, delivery: Delivery, source: str) -> None:
        """Post the message. Raises NotSent."""
        _post_json(self.url, slack_message(delivery.alert, source), {}, self.limits)


def slack_message(alert: Alert, source: str) -> Mapping[str, object]:
    """The message: plain text wherever Slack has it, so that nothing in it mentions anybody or becomes a link."""
    heading = wording.title(alert)
    blocks: list[Mapping[str, object]] = [{"type": "header", "text": _plain(heading)}]
    blocks += [{"type": "section", "text": _plain(f"{name}: {words}")} for name, words in wording.parts(alert)]
    blocks += [{"type": "section", "text": _code(name, words)} for name, words in wording.command(alert)]
    blocks.append({"type": "context", "elements": [_plain(wording.footer(alert, source))]})
    return {"text": _escaped(heading), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _plain(text: str) -> Mapping[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _code(name: str, command: str) -> Mapping[str, object]:
    return {"type": "mrkdwn", "text": f"{name}: `{_escaped(command).replace('`', chr(39))}`", "verbatim": True}


def _escaped(text: str) -> str:
    """The three characters that Slack gives a meaning: mentions and links begin with the second."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Any receiver of JSON. With a secret requests are signed as https://www.standardwebhooks.com says."""

    url: str = field(repr=False)
    secret: bytes = field(default=b"", repr=False)
    limits: Limits = USUAL
    clock: Callable[[], float] = time.time

    def send(self, delivery: Delivery, source: str) -> None:
        """Post the document. Raises NotSent."""
        body = _encoded(document(delivery, source))
        headers = {"idempotency-key": _header(delivery.id), "webhook-id": _header(delivery.id)}
        if self.secret:
            at = str(int(self.clock()))
            headers |= {
                "webhook-timestamp": at,
                "webhook-signature": signature(self.secret, headers["webhook-id"], at, body),
            }
        post(self.url, body, {"content-type": "application/json", **headers}, self.limits)


def signature(secret: bytes, identity: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64."""
    digest = hmac.new(secret, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def webhook_secret(text: str) -> bytes:
    """The key that a secret stands for: `whsec_` and base64, or any other text as it is. Raises ValueError."""
    return base64.b64decode(text[6:], validate=True) if text.startswith("whsec_") else text.encode()


def document(delivery: Delivery, source: str) -> Mapping[str, object]:
    """What a webhook is sent: every field of the alert, neutralised."""
    alert = delivery.alert
    return {
        "schema": SCHEMA,
        "id": delivery.id,
        "resolves": delivery.resolves_id or None,
        "key": safe(alert.key),
        "severity": alert.severity,
        "route": safe(alert.route) or None,
        "title": safe_line(alert.title),
        "what": safe(alert.what) or None,
        "decided": safe(alert.decided) or None,
        "done": safe(alert.done) or None,
        "undo": safe(alert.undo) or None,
        "at": alert.at.astimezone(UTC).isoformat(),
        "source": safe_line(source),
    }


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """PagerDuty's Events API v2, or what speaks it. An alert that ends another one resolves its incident."""

    key: str = field(repr=False)
    url: str = field(default=PAGERDUTY_URL, repr=False)
    limits: Limits = USUAL

    def send(self, delivery: Delivery, source: str) -> None:
        """Trigger an incident, or resolve one. Raises NotSent."""
        _post_json(self.url, pagerduty_event(delivery, source, self.key), {}, self.limits)


def pagerduty_event(delivery: Delivery, source: str, key: str) -> Mapping[str, object]:
    """The event. The same alert has the same `dedup_key` at every attempt, so that it is one incident."""
    if delivery.resolves_id:
        return {"routing_key": key, "event_action": "resolve", "dedup_key": delivery.resolves_id}
    alert = delivery.alert
    return {
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": delivery.id,
        "client": "console",
        "payload": {
            "summary": safe_line(alert.title, 1_000),
            "source": safe_line(source, 200),
            "severity": alert.severity,
            "timestamp": alert.at.astimezone(UTC).isoformat(),
            "component": safe_line(alert.route or "console", 200),
            "class": safe_line(alert.key.partition("/")[0], 200),
            "custom_details": dict(wording.parts(alert) + wording.command(alert)),
        },
    }


def _post_json(url: str, data: Mapping[str, object], headers: Mapping[str, str], limits: Limits) -> None:
    post(url, _encoded(data), {"content-type": "application/json; charset=utf-8", **headers}, limits)


def _encoded(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, ensure_ascii=True).encode()


def _header(text: str) -> str:
    """`text` as a header may carry it."""
    return "".join(char if " " < char < "\x7f" else "_" for char in text)
