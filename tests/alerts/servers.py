"""A real mail server and a real web server on this machine, and certificates for them."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PASSWORD = "Pass-4711-canary"


def certificate(folder, name="mail"):
    """A certificate for this machine, and the file with it that one may trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / f"{name}.crt").write_bytes(made.public_bytes(pem))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context, folder / f"{name}.crt"


@dataclass
class Mails:
    """What a mail server took; `answers` are given first, one a message.

    `refuses` is what it answers to some of the recipients.
    """

    port: int
    raw: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    asked: int = 0
    encrypted: list[bool] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.asked += 1
        self.encrypted.append(session.ssl is not None)
        if self.answers:
            return self.answers.pop(0)
        self.raw.append(envelope.content)
        return "250 taken"

    @property
    def letters(self):
        return [message_from_bytes(raw, policy=default) for raw in self.raw]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def authenticator(server, session, envelope, mechanism, data):
    given = (data.login, data.password)
    return AuthResult(success=given == (b"claimbots", PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(**given):
    mails = Mails(free_port())
    controller = Controller(mails, hostname="127.0.0.1", port=mails.port, **given)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


@dataclass
class Posts:
    """What a web server was posted; `answers` are given first, one a request."""

    address: str
    bodies: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: int = 0

    @property
    def told(self):
        return [json.loads(body) for body in self.bodies]


@contextmanager
def web_server(context=None):
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self):
            posts.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, head = posts.answers.pop(0) if posts.answers else (200, {})
            if status == 200:
                posts.bodies.append(body)
                posts.heads.append(dict(self.headers))
            self.send_response(status)
            for name, value in head.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def do_GET(self):  # what a redirection of a POST would become
            self.do_POST()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if context else "http"
    posts = Posts(f"{scheme}://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield posts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
