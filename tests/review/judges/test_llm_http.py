"""The line to an endpoint: TLS with a certificate that is trusted or not, kept connections, compressed bodies."""

from __future__ import annotations

import gzip
import select
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from review.judges.llm.endpoint import endpoint_of
from review.judges.llm.http import Line

BODY = b'{"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]}'
SLOWLY = b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 400


class Plain(BaseHTTPRequestHandler):
    """Answers each question; what a question says decides how."""

    protocol_version = "HTTP/1.1"
    server: Endpoint

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        wish = self.rfile.read(int(self.headers["Content-Length"]))
        if wish == b"drip":
            for k in range(len(SLOWLY)):
                if self.server.closing.wait(0.02):
                    break
                self.wfile.write(SLOWLY[k : k + 1])
            return
        self.send_response(200)
        if wish == b"chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (BODY[:9], BODY[9:]):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        body = gzip.compress(BODY) if wish == b"gzip" else BODY
        if wish == b"gzip":
            self.send_header("Content-Encoding", "gzip")
        if wish != b"to the end":
            self.send_header("Content-Length", str(len(body) + 5 * (wish == b"cut")))
        self.end_headers()
        self.wfile.write(body)
        # The side that closes after its reply does not say so in the header.
        self.close_connection = wish in (b"close", b"to the end", b"cut")

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Endpoint(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.connections, self.closing = 0, threading.Event()
        super().__init__(("127.0.0.1", 0), Plain)

    def handle_error(self, *_: object) -> None:
        """A client that has gone is part of what is tested."""


@contextmanager
def line(certificate: Path | None = None, trusted: str = "", timeout: float = 10.0) -> Iterator[tuple[Line, Endpoint]]:
    with Endpoint() as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        scheme = "http" if certificate is None else "https"
        made = Line(endpoint_of(f"{scheme}://127.0.0.1:{server.server_port}/v1"), "", timeout, trusted)
        try:
            yield made, server
        finally:
            made.close()
            server.closing.set()
            server.shutdown()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine that is signed by itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "here.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_an_endpoint_whose_certificate_is_trusted_is_asked_over_one_connection(certificate: Path) -> None:
    with line(certificate, str(certificate)) as (one, server):
        replies = [one.post(b"?") for _ in range(3)]
        assert server.connections == 1
    assert [(r.error, r.content["text"]) for r in replies] == [("", "ok")] * 3


def test_a_certificate_that_nobody_trusts_is_named(certificate: Path) -> None:
    with line(certificate) as (one, _):
        reply = one.post(b"?")
    assert (reply.error, reply.message, reply.connected) == ("unreachable", "its certificate is not trusted", False)


def test_trusted_certificates_that_are_not_there_are_named(certificate: Path, tmp_path: Path) -> None:
    with line(certificate, str(tmp_path / "none.pem")) as (one, _):
        reply = one.post(b"?")
    assert reply.error == "unreachable" and "REQUESTS_CA_BUNDLE" in reply.message and not reply.connected


@pytest.mark.parametrize("secure", [False, True])
def test_a_header_that_drips_in_ends_with_the_time_out(certificate: Path, secure: bool) -> None:
    with line(certificate if secure else None, str(certificate), timeout=0.5) as (one, _):
        assert one.post(b"?").error == ""
        assert one.post(b"drip").error == "timed_out"
        assert one.post(b"?").error == "", "the next question has its own time and connection"


@pytest.mark.parametrize(("wish", "kept"), [(b"?", True), (b"chunks", True), (b"gzip", True), (b"to the end", False)])
def test_a_body_is_read_whole_however_it_comes_and_the_connection_is_kept_where_it_can_be(
    wish: bytes, kept: bool
) -> None:
    with line() as (one, server):
        replies = [one.post(wish) for _ in range(2)]
        assert server.connections == (1 if kept else 2)
    assert [(r.error, r.content.get("text")) for r in replies] == [("", "ok")] * 2


def test_a_body_that_is_cut_off_is_no_reply_although_it_reads_like_one() -> None:
    with line() as (one, _):
        reply = one.post(b"cut")
    assert (reply.error, reply.connected, reply.again) == ("unreachable", True, True)


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with line() as (one, server):
        assert one.post(b"close").error == ""
        connection = one._local.connection
        select.select([connection.sock], [], [], 20)
        assert not connection.is_ready(), "the other side has said goodbye"
        assert one.post(b"?").error == ""
        assert server.connections == 2
