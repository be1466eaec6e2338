"""What one request to a receiver may do, and what it may not: follow, hang, swallow, or tell where it went."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.guard.alerts.addresses import checked, is_literal
from console.guard.alerts.posting import Limits, address_problem, post
from console.guard.alerts.records import NotSent

QUICK = Limits(connect_s=0.5, total_s=0.5)
SECRET = "T0SECRET"


def refusal(url: str, limits: Limits = QUICK) -> str:
    with pytest.raises(NotSent) as caught:
        post(url, b"{}", {}, limits)
    assert SECRET not in repr(caught.value) + str(caught.value.__cause__)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.message


def test_a_good_answer_is_all_that_is_wanted(receiver) -> None:
    post(receiver.url, b'{"a": 1}', {"content-type": "application/json"}, QUICK)
    (heard,) = receiver.heard
    assert (heard.path, heard.body) == ("/hook/T0SECRET", b'{"a": 1}')
    assert heard.headers["user-agent"] == "model-console"


def test_a_query_is_sent_with_the_path(receiver) -> None:
    post(receiver.url + "?channel=a%20b", b"", {}, QUICK)
    assert receiver.heard[0].path == "/hook/T0SECRET?channel=a%20b"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_said_so(receivers, status) -> None:
    elsewhere = receivers()
    moved = receivers(status, location=elsewhere.url)
    assert refusal(moved.url) == f"answers with a redirect ({status}), which is not followed"
    assert elsewhere.heard == []


def test_a_huge_answer_is_read_only_a_little(receivers) -> None:
    before = time.monotonic()
    post(receivers("huge").url, b"", {}, Limits(total_s=5))
    assert time.monotonic() - before < 2


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_a_slow_receiver_is_left_in_time(receivers, how) -> None:
    slow = receivers(how)
    before = time.monotonic()
    assert refusal(slow.url) == "no answer in time"
    assert time.monotonic() - before < 2


def test_a_receiver_that_said_yes_has_it_however_slowly_it_goes_on(receivers) -> None:
    before = time.monotonic()
    post(receivers("drip after the status").url, b"", {}, QUICK)
    assert time.monotonic() - before < 2


def test_a_server_that_never_accepts_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        try:
            assert refusal(f"http://127.0.0.1:{port}/{SECRET}") == "no answer in time"
        finally:
            for one in waiting:
                one.close()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("garbage", "it does not answer as a web server does"),
        ("close", "the connection broke"),
        (400, "answers 400"),
        (404, "answers 404"),
        (429, "answers 429"),
        (500, "answers 500"),
    ],
)
def test_other_answers_are_told_by_their_kind(receivers, how, said) -> None:
    assert refusal(receivers(how).url) == said


def test_nobody_there_is_told(receivers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/{SECRET}") == "nobody listens there"


@pytest.mark.parametrize(
    ("value", "seconds"), [("30", 30), ("0", 0), ("soon", 0), ("-5", 0), ("9" * 30, 0), ("١٢", 0), ("", 0)]
)
def test_retry_after_in_seconds(receivers, value, seconds) -> None:
    headers = {"retry-after": value.encode("utf-8").decode("latin-1")}
    with pytest.raises(NotSent) as caught:
        post(receivers(429, **headers).url, b"", {}, QUICK)
    assert caught.value.after_s == seconds


def test_retry_after_as_a_date(receivers) -> None:
    from email.utils import formatdate

    busy = receivers(503, **{"retry-after": formatdate(time.time() + 100, usegmt=True)})
    with pytest.raises(NotSent) as caught:
        post(busy.url, b"", {}, QUICK)
    assert 90 < caught.value.after_s <= 100


def test_a_certificate_that_nobody_vouches_for_is_refused(receivers, certificate) -> None:
    secure = receivers(certificate=certificate)
    assert refusal(secure.url) == "its certificate is not valid"
    assert secure.heard == []


def test_a_trusted_certificate_is_good_and_one_for_another_name_is_not(receivers, certificate, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    secure = receivers(certificate=certificate)
    post(secure.url, b"{}", {}, Limits(total_s=5))
    assert len(secure.heard) == 1
    assert refusal(f"https://127.0.0.2:{secure.port}/{SECRET}") in (
        "its certificate is not valid",
        "nobody listens there",
    )


def test_a_plain_server_behind_https_is_refused(receiver) -> None:
    assert refusal(receiver.url.replace("http:", "https:")) == "no encrypted connection came about"


def test_a_handshake_that_never_ends_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert refusal(f"https://127.0.0.1:{silent.getsockname()[1]}/{SECRET}") == "no answer in time"


def test_a_body_with_a_line_break_in_a_header_is_refused_without_quoting_it(receiver) -> None:
    with pytest.raises(NotSent) as caught:
        post(receiver.url, b"", {"x-name": f"{SECRET}\r\nx-evil: 1"}, QUICK)
    assert SECRET not in caught.value.message
    assert receiver.heard == []


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "255.255.255.255",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
    ],
)
def test_addresses_where_clouds_keep_credentials_are_never_asked(host) -> None:
    said = refusal(f"https://{host}/{SECRET}")
    assert said in ("its host is at an address that alerts are never sent to", "the name of its host is not known")


@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.1.9", "fd12::7", "127.0.0.1", "93.184.216.34"])
def test_ones_own_network_and_the_internet_are_allowed(host) -> None:
    assert checked(host, 443) == (host, 443)


def test_a_name_with_one_bad_address_among_good_ones_is_refused(monkeypatch) -> None:
    found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "169.254.169.254")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotSent, match="never sent to"):
        checked("hooks.example.com", 443)


def test_the_connection_goes_to_the_address_that_was_checked(receiver, monkeypatch) -> None:
    """A name that answers differently when it is asked again changes nothing."""
    answers = [[(2, 1, 6, "", ("127.0.0.1", receiver.port))], [(2, 1, 6, "", ("169.254.169.254", receiver.port))]]
    real = socket.getaddrinfo

    def resolve(host, *given, **more):
        return answers.pop(0) if host == "localhost" else real(host, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    post(receiver.url.replace("127.0.0.1", "localhost"), b"", {}, QUICK)
    assert len(answers) == 1


def test_unencrypted_leaves_this_machine_never() -> None:
    assert refusal(f"http://10.0.0.7/{SECRET}") == "it is not encrypted, and not on this machine"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://hooks.example.com/x", ""),
        ("https://hooks.example.com:8443/x?y=z", ""),
        ("http://localhost:8080/x", ""),
        ("http://[::1]/x", ""),
        ("http://hooks.example.com/x", "must begin with https:// (http:// only on this machine)"),
        ("http://127.0.0.1.example.com/", "must begin with https:// (http:// only on this machine)"),
        ("https://name:word@hooks.example.com/", "may not carry a name or password"),
        ("hooks.example.com/x", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("https:///x", "must begin with https://"),
        ("https://a b/", "has characters that no address has"),
        ("https://a/\r\nx: y", "has characters that no address has"),
        ("https://a:port/", "is no address"),
        ("https://[::1", "is no address"),
        ("https://müller.example/", "has characters that no address has"),
    ],
)
def test_addresses_are_looked_at_before_anything_is_sent(url, problem) -> None:
    assert address_problem(url) == problem


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_has_a_problem(text) -> None:
    assert isinstance(address_problem(text), str)
    assert isinstance(address_problem(f"https://{text}"), str)


@given(st.ip_addresses())
def test_literals_are_known_from_names(address) -> None:
    assert is_literal(str(address))
    assert not is_literal(f"{address}.example")
    assert ipaddress.ip_address(str(address)) == address


class _Proxy(BaseHTTPRequestHandler):
    """Says yes to CONNECT and joins both ends."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012

    def do_CONNECT(self) -> None:
        self.asked.append((self.path, self.headers.get("proxy-authorization", "")))
        host, _, port = self.path.rpartition(":")
        with socket.create_connection(("127.0.0.1" if host == "inside.example" else host, int(port))) as other:
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            threading.Thread(target=_pump, args=(other, self.connection), daemon=True).start()
            _pump(self.connection, other)

    def log_message(self, *args: object) -> None:
        pass


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy(monkeypatch):
    _Proxy.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:w%40rd@127.0.0.1:{server.server_address[1]}")
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield _Proxy
    server.shutdown()
    server.server_close()


def test_the_proxy_of_the_environment_carries_what_is_encrypted(receivers, certificate, proxy, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    secure = receivers(certificate=certificate)
    post(secure.url, b"{}", {}, Limits(total_s=5))
    assert proxy.asked == [(f"127.0.0.1:{secure.port}", "Basic bWU6d0ByZA==")]
    assert len(secure.heard) == 1


def test_a_proxy_is_not_asked_for_what_is_excepted_nor_for_what_is_refused(
    receivers, certificate, proxy, monkeypatch
) -> None:
    assert refusal(f"https://169.254.169.254/{SECRET}") == "its host is at an address that alerts are never sent to"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert refusal(receivers(certificate=certificate).url) == "its certificate is not valid"
    assert proxy.asked == []
