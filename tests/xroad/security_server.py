"""A strict Security Server on loopback, as consumer and provider in one: real HTTP, real TLS.

It holds to the X-Road message protocol for REST: identifiers, the client's header, rights per
method and path, headers that do not pass and headers it adds, the limit of its log, errors in
JSON or XML, in the spelling of 7.4 or of 7.8. What it lets through goes to the real receiver.

    with SecurityServer(receiver.url) as server:
        server.plan(lose_answer, times=2)
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

CLIENT = "central-server/GOV/70000099/operator-117"
SERVICE = "central-server/GOV/70000099/helpline-117/intake"
LOG_LIMIT = 10 << 20
RIGHTS = (
    ("GET", r"/sync/v1/hello"),
    ("GET", r"/sync/v1/feed/[a-z_]+"),
    ("POST", r"/sync/v1/(enrol|push|have|changes|places|lookup)"),
)
NOT_PASSED = frozenset(
    {
        *("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"),
        *("proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("host", "user-agent", "server", "content-length"),
    }
)
CHARACTERS = re.compile(r"[A-Za-z0-9'()+,\-.=? _\u0400-\u04ff]+")
Door = tuple[int, bytes, dict[str, str]]
"""Status, body and headers of an answer."""


@dataclass
class Passage:
    """One request on its way: what came, and what the receiver got of it."""

    server: SecurityServer
    handler: BaseHTTPRequestHandler
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    attempt: str
    passed: dict[str, str] = field(default_factory=dict)

    def forward(self) -> Door:
        """To the receiver and back, with what the protocol takes away and adds."""
        target = urlsplit(self.server.receiver_url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=20)
        try:
            connection.request(self.method, self.path, self.body or None, self.passed)
            answer = connection.getresponse()
            body = answer.read()
            headers = {k: v for k, v in answer.getheaders() if k.lower() not in NOT_PASSED}
        finally:
            connection.close()
        self.server.answered.append(self.path)
        digest = hashlib.sha512(
            hashlib.sha512(str(sorted(self.passed.items())).encode()).digest()
            + hashlib.sha512(self.body).digest()
        ).digest()
        added = {
            "X-Road-Client": self.passed["X-Road-Client"],
            "X-Road-Service": self.server.service,
            "X-Road-Id": self.attempt,
            "X-Road-Request-Id": str(uuid4()),
            "X-Road-Request-Hash": base64.b64encode(digest).decode(),
        }
        return answer.status, body, {**headers, **added}

    def fail(self, kind: str, message: str = "planned") -> Door:
        """What the Security Server says itself."""
        return self.server.error(kind, message, self.headers.get("accept", ""))


Fault = Callable[[Passage], Door | None]
"""The answer, or None when the connection was dealt with."""


def failing(kind: str, *, after: bool = False) -> Fault:
    """An error of a Security Server; `after` the receiver did its work."""

    def fault(passage: Passage) -> Door:
        if after:
            passage.forward()
        return passage.fail(kind)

    return fault


def lose_answer(passage: Passage) -> None:
    """The receiver did its work, and the line breaks."""
    passage.forward()
    _reset(passage.handler.connection)


def cut_answer(passage: Passage) -> None:
    """The head of the answer and half of its body."""
    status, body, headers = passage.forward()
    passage.server.answer(passage.handler, status, body, headers, sent=len(body) // 2)
    _reset(passage.handler.connection)


def silent(passage: Passage) -> None:
    """Nothing comes until the client gives up."""
    passage.handler.connection.settimeout(20)
    passage.handler.rfile.read(1)


def html(status: int) -> Fault:
    """Something before the Security Server answers."""
    return lambda passage: (status, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})


def without_header(name: str) -> Fault:
    """A proxy in between takes a header of the answer away."""

    def fault(passage: Passage) -> Door:
        status, body, headers = passage.forward()
        return status, body, {k: v for k, v in headers.items() if k.lower() != name}

    return fault


def bare_error(kind: str) -> Fault:
    """The error without its header: a proxy took it away."""

    def fault(passage: Passage) -> Door:
        status, body, headers = passage.fail(kind)
        return status, body, {k: v for k, v in headers.items() if k != "X-Road-Error"}

    return fault


def old_answer(passage: Passage) -> Door:
    """The answer to another request."""
    status, body, headers = passage.forward()
    return status, body, {**headers, "X-Road-Id": str(uuid4())}


class SecurityServer:
    """Listens on a port of its own. What it does may be changed by its attributes.

    `modern`: errors as 7.8 spells them. `xml`: errors in XML. `clients`: certificates of client
    systems (DER) that are let in; None: no certificate is asked for.
    """

    def __init__(
        self,
        receiver_url: str,
        *,
        context: ssl.SSLContext | None = None,
        clients: list[bytes] | None = None,
        client: str = CLIENT,
        service: str = SERVICE,
    ) -> None:
        self.receiver_url = receiver_url
        self.client = client
        self.service = service
        self.clients = clients
        self.modern = False
        self.xml = False
        self.chunked = False
        self.rights = list(RIGHTS)
        self.log_limit = LOG_LIMIT
        self.outage = ""
        self.seen: list[Passage] = []
        self.answered: list[str] = []
        self._plans: list[tuple[Fault, str]] = []
        self._lock = threading.Lock()
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._http = _Server(("127.0.0.1", 0), Handler)
        self._scheme = "http"
        if context is not None:
            self._scheme = "https"
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> SecurityServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(20)

    def plan(self, fault: Fault, *, times: int = 1, path: str = "/sync/v1/push") -> None:
        """Let the next requests to paths that begin so meet the fault."""
        with self._lock:
            self._plans += [(fault, path)] * times

    def heal(self) -> None:
        """Faults and outages end."""
        with self._lock:
            self._plans.clear()
        self.outage = ""

    def count(self, path: str = "/sync/v1/push") -> int:
        """How many requests to the path came from the client."""
        return sum(p.path.startswith(path) for p in list(self.seen))

    def error(self, kind: str, message: str, accept: str) -> Door:
        """An error in the spelling and the format of this server."""
        kind = _modern(kind) if self.modern else kind
        status = 500 if kind.lower().startswith("server.") else 400
        detail = str(uuid4())
        headers = {"X-Road-Error": kind, "Content-Type": "application/json"}
        body = json.dumps({"type": kind, "message": message, "detail": detail}).encode()
        if self.xml or "xml" in accept:
            headers["Content-Type"] = "application/xml"
            body = (
                f'<?xml version="1.0"?>\n<error xmlns="http://x-road.eu/xsd/error.xsd">\n'
                f"<type>{kind}</type>\n<message>{message}</message>\n<detail>{detail}</detail>"
                f"\n</error>"
            ).encode()
        return status, body, headers

    def deal_with(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """One request from its head to its answer."""
        found = self._judge(handler, body)
        if found is not None:
            self.answer(handler, *found)

    def answer(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        headers: dict[str, str],
        sent: int | None = None,
    ) -> None:
        """Write an answer; only its first bytes when `sent` tells how many."""
        chunked = self.chunked and sent is None and bool(body)
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}
        # One request a connection: the end of a test waits for no idle one.
        length["Connection"] = "close"
        lines = [
            f"HTTP/1.1 {status} Answer",
            *(f"{k}: {v}" for k, v in {**headers, **length}.items()),
        ]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        if chunked:
            half = len(body) // 2
            pieces = [p for p in (body[:half], body[half:]) if p]
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
        handler.wfile.write(head + body[:sent])
        handler.wfile.flush()

    def _judge(self, handler: BaseHTTPRequestHandler, body: bytes) -> Door | None:
        accept = handler.headers.get("Accept", "")
        if (wrong := self._wrong_certificate(handler)) is not None:
            return self.error("Server.ClientProxy.SslAuthenticationFailed", wrong, accept)
        target, _, query = handler.path.partition("?")
        parts = target.split("/")
        if len(parts) < 7 or parts[1] != "r1":
            return self.error("Client.InternalError", "the path names no service", accept)
        service = "/".join(unquote(p) for p in parts[2:7])
        client = handler.headers.get_all("X-Road-Client") or []
        if len(client) != 1:
            return self.error("Client.InternalError", "X-Road-Client: once", accept)
        said = [unquote(p) for p in client[0].split("/")]
        for part in [*said, *service.split("/")]:
            if not CHARACTERS.fullmatch(part):
                return self.error("Client.InternalError", "characters of an identifier", accept)
        if "/".join(said) != self.client:
            return self.error("Server.ClientProxy.UnknownMember", "no such client here", accept)
        if service.rsplit("/", 1)[0] != self.service.rsplit("/", 1)[0]:
            return self.error("Server.ClientProxy.UnknownMember", "no such member", accept)
        if service != self.service:
            return self.error("Server.ServerProxy.UnknownService", "no such service", accept)
        path = "/" + "/".join(parts[7:])
        if not any(m == handler.command and re.fullmatch(p, path) for m, p in self.rights):
            return self.error("Server.ServerProxy.AccessDenied", "no right", accept)
        passage = Passage(
            self,
            handler,
            handler.command,
            path + (f"?{query}" if query else ""),
            body,
            {k.lower(): v for k, v in handler.headers.items()},
            handler.headers.get("X-Road-Id") or str(uuid4()),
        )
        passage.passed = {
            k: v for k, v in handler.headers.items() if k.lower() not in NOT_PASSED
        } | {"X-Road-Id": passage.attempt}
        self.seen.append(passage)
        if len(body) > self.log_limit:
            return passage.fail("Server.ClientProxy.LoggingFailed.MessageTooLarge")
        if self.outage:
            return passage.fail(self.outage)
        fault = self._next_fault(path)
        door = passage.forward() if fault is None else fault(passage)
        if door is not None and len(door[1]) > self.log_limit:
            return passage.fail("Server.ClientProxy.LoggingFailed")
        return door

    def _wrong_certificate(self, handler: BaseHTTPRequestHandler) -> str | None:
        if self.clients is None:
            return None
        shown = handler.connection.getpeercert(binary_form=True)
        if shown is None:
            return "specifies HTTPS but did not supply TLS certificate"
        return None if shown in self.clients else "certificate does not match any IS certificates"

    def _next_fault(self, path: str) -> Fault | None:
        with self._lock:
            for number, (fault, begins) in enumerate(self._plans):
                if path.startswith(begins):
                    del self._plans[number]
                    return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not shake hands, or breaks off, is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: SecurityServer
    timeout = 20

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle_one_request(self) -> None:
        super().handle_one_request()
        self.close_connection = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server_of.deal_with(self, body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_args: Any) -> None:
        """Nothing is said."""


def _modern(kind: str) -> str:
    """`Server.ClientProxy.AccessDenied` as 7.8 writes it: `server.clientproxy.access_denied`."""
    parts = kind.split(".")
    last = [re.sub(r"(?<!^)(?=[A-Z])", "_", p).lower() for p in parts[2:]]
    return ".".join([*(p.lower() for p in parts[:2]), *last])


def _reset(connection: socket.socket) -> None:
    import struct

    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
