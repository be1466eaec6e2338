"""E-mail by SMTP: encrypted from the first byte or by STARTTLS; plain only to a server on this machine."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from console.guard.alerts import wording
from console.guard.alerts.addresses import connected
from console.guard.alerts.posting import USUAL, Limits
from console.guard.alerts.records import NotSent
from console.history.outbox import Delivery

READY = 220
FAREWELL_S = 1.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server and who is written to. Without a user nobody logs in."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...] = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: bool = True
    """From the first byte (`smtps://`); otherwise STARTTLS, which only a server on this machine may do without."""
    limits: Limits = USUAL
    context: ssl.SSLContext | None = field(default=None, repr=False)

    def send(self, delivery: Delivery, source: str) -> None:
        """Hand the letter to the server. Raises NotSent."""
        try:
            with self._server() as server:
                if self.user:
                    server.login(self.user, self.password)
                # Of several recipients some may be refused; the letter is with the others, and is not sent again.
                server.send_message(message(delivery, source, self.sender, self.recipients))
        except NotSent:
            raise
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"the mail server answers {error.smtp_code}") from None
        except smtplib.SMTPRecipientsRefused:
            raise NotSent("the mail server takes no letter for any of the recipients") from None
        except smtplib.SMTPNotSupportedError:
            raise NotSent("the mail server offers no encryption, or no login") from None
        except ssl.SSLCertVerificationError:
            raise NotSent("the certificate of the mail server is not valid") from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            late = isinstance(error, TimeoutError)
            raise NotSent(
                "no answer of the mail server in time" if late else "the mail server is unreachable"
            ) from None

    @contextlib.contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        server: smtplib.SMTP = (_Tls if self.tls else _Plain)(self)
        timer = threading.Timer(self.limits.total_s, _cut, (server,))
        timer.daemon = True
        timer.start()
        try:
            code, _ = server.connect(self.host, self.port)
            if code != READY:
                raise NotSent(f"the mail server answers {code}")
            server.ehlo()
            if not self.tls and (server.has_extn("starttls") or self.host not in LOOPBACK):
                server.starttls(context=self.context or ssl.create_default_context())
                server.ehlo()
            yield server
        finally:
            timer.cancel()
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if server.sock is not None:
                    server.sock.settimeout(FAREWELL_S)
                    server.quit()
            server.close()


class _Plain(smtplib.SMTP):
    """Connects to a checked address."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        super().__init__(timeout=mail.limits.connect_s)
        self._host = mail.host  # what the certificate is checked for

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = connected(host, port, timeout)
        made.settimeout(self._mail.limits.total_s)
        return made


class _Tls(_Plain):
    """Encrypted from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        context = self._mail.context or ssl.create_default_context()
        return context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


def _cut(server: smtplib.SMTP) -> None:
    """The time is over: whatever the server is waited for ends."""
    if server.sock is not None:
        with contextlib.suppress(OSError):
            server.sock.shutdown(socket.SHUT_RDWR)


def message(delivery: Delivery, source: str, sender: str, recipients: tuple[str, ...]) -> EmailMessage:
    """The letter. Its Message-ID is the same at every attempt, by which mail programs drop a second copy."""
    alert = delivery.alert
    letter = EmailMessage()
    letter["Subject"] = str(wording.title(alert))
    letter["From"] = sender
    letter["To"] = ", ".join(recipients)
    letter["Date"] = format_datetime(alert.at)
    identity = "".join(char if char.isascii() and (char.isalnum() or char in "-./") else "_" for char in delivery.id)
    letter["Message-ID"] = f"<{identity.replace('/', '.')}@model-console.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(wording.text(alert, source))
    return letter


def parsed(url: str) -> Mail | str:
    """What `smtps://user:password@host?from=A&to=B,C` says, or why it cannot be used, without quoting it.

    `smtp://` is port 587 with STARTTLS, `smtps://` port 465. Name and password are percent-encoded.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("smtp", "smtps") or not host:
        return "must be smtps://user:password@host?from=ADDRESS&to=ADDRESS,ADDRESS"
    asked = parse_qs(parts.query)
    to = tuple(filter(None, (each.strip() for each in ",".join(asked.get("to", [])).split(","))))
    sender = asked.get("from", [""])[0].strip()
    if not to:
        return "names nobody to write to (to=ADDRESS)"
    if not sender:
        return "does not say from whom (from=ADDRESS)"
    if not all(map(_is_address, (sender, *to))):
        return "has an e-mail address that is none"
    tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Mail(host, port or (465 if tls else 587), sender, to, user, password, tls)


def _is_address(text: str) -> bool:
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return bool(found.username and found.domain) and text.isascii() and text.isprintable()
