"""A proxy that spoils exchanges: one TCP connection is one request, and each can go wrong.

    proxy.plan(lose_answer, times=2)          # the next two pushes
    proxy.plan(answer(429, b"", {"Retry-After": "90"}), path="/sync/v1/hello")

What passed is kept in `requests`, for tests that look for what must not be in there.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PUSH = "/sync/v1/push"
LONGEST_SECONDS = 20.0


@dataclass
class Exchange:
    """One request as it came from the client, and the ways to deal with it."""

    client: socket.socket
    upstream: tuple[str, int]
    request: bytes

    def forward(self, request: bytes | None = None) -> bytes:
        """The upstream's whole answer to the request."""
        with socket.create_connection(self.upstream, LONGEST_SECONDS) as server:
            server.sendall(self.request if request is None else request)
            return _read_message(server)

    def reset(self) -> None:
        """Break the connection, so that the client sees an error at once."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()


Fault = Callable[[Exchange], None]


def passing(exchange: Exchange) -> None:
    """No fault."""
    exchange.client.sendall(exchange.forward())


def refuse(exchange: Exchange) -> None:
    """The connection breaks before anything arrived."""
    exchange.reset()


def hang(exchange: Exchange) -> None:
    """Nothing ever comes back, until the client gives up."""
    exchange.client.recv(1)


def lose_answer(exchange: Exchange) -> None:
    """The server did its work, and nobody hears of it."""
    exchange.forward()
    exchange.reset()


def duplicate(exchange: Exchange) -> None:
    """The request arrives twice; the client sees the second answer."""
    exchange.forward()
    exchange.client.sendall(exchange.forward())


def cut_request(at: int) -> Fault:
    """Only the first bytes of the request arrive."""

    def fault(exchange: Exchange) -> None:
        with socket.create_connection(exchange.upstream, LONGEST_SECONDS) as server:
            server.sendall(exchange.request[:at])
        exchange.reset()

    return fault


def cut_response(at: int) -> Fault:
    """Only the first bytes of the answer come back; a negative number counts from its end."""

    def fault(exchange: Exchange) -> None:
        exchange.client.sendall(exchange.forward()[:at])

    return fault


def sliced(piece: int) -> Fault:
    """Request and answer travel in small pieces."""

    def fault(exchange: Exchange) -> None:
        with socket.create_connection(exchange.upstream, LONGEST_SECONDS) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _send_sliced(server, exchange.request, piece)
            response = _read_message(server)
        exchange.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _send_sliced(exchange.client, response, piece)

    return fault


def answer(
    status: int,
    body: bytes = b"<html><body>Sign in to the network</body></html>",
    headers: dict[str, str] | None = None,
    content_type: str = "text/html",
) -> Fault:
    """Somebody on the way answers instead; the server never sees the request."""

    def fault(exchange: Exchange) -> None:
        exchange.client.sendall(_response(status, body, headers or {}, content_type))

    return fault


def changed(change: Callable[[Any], Any]) -> Fault:
    """The answer's JSON is changed on the way."""

    def fault(exchange: Exchange) -> None:
        head, _, body = exchange.forward().partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        spoilt = json.dumps(change(json.loads(body))).encode()
        exchange.client.sendall(_response(status, spoilt, {}, "application/json"))

    return fault


@dataclass
class _Planned:
    fault: Fault
    times: int
    path: str


@dataclass
class FaultProxy:
    """Stands before a receiver on 127.0.0.1. Use as a context manager."""

    upstream_url: str
    requests: list[bytes] = field(default_factory=list)
    _plans: list[_Planned] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> FaultProxy:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self

    def __exit__(self, *exception: object) -> None:
        # shutdown() wakes the acceptor; close() alone would leave it waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(LONGEST_SECONDS)
        for thread in self._threads:
            thread.join(LONGEST_SECONDS)

    @property
    def url(self) -> str:
        """Where the client shall go."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def plan(self, fault: Fault, *, times: int = 1, path: str = PUSH) -> None:
        """Let the next `times` requests to paths that begin so meet the fault."""
        with self._lock:
            self._plans.append(_Planned(fault, times, path))

    def heal(self) -> None:
        """Faults stop."""
        with self._lock:
            self._plans.clear()

    def count(self, path: str = PUSH) -> int:
        """How many requests to the path came from the client."""
        return sum(_path(r).startswith(path) for r in list(self.requests))

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.settimeout(LONGEST_SECONDS)
            try:
                request = _without_keep_alive(_read_message(client))
                if not request:
                    return
                self.requests.append(request)
                parts = urlsplit(self.upstream_url)
                upstream = (str(parts.hostname), int(parts.port or 80))
                self._next_fault(_path(request))(Exchange(client, upstream, request))
            except OSError:
                return

    def _next_fault(self, path: str) -> Fault:
        with self._lock:
            for planned in self._plans:
                if planned.times > 0 and path.startswith(planned.path):
                    planned.times -= 1
                    return planned.fault
        return passing


def _path(request: bytes) -> str:
    return request.split(b" ", 2)[1].decode()


def _read_message(connection: socket.socket) -> bytes:
    """A whole HTTP message: its head, and the body by Content-Length or up to the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    is_response = head.startswith(b"HTTP/")
    wanted = lengths[0] if lengths else (None if is_response else 0)
    while wanted is None or len(body) < wanted:
        piece = connection.recv(65_536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def _without_keep_alive(request: bytes) -> bytes:
    head, separator, body = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + separator + body if head else b""


def _send_sliced(connection: socket.socket, data: bytes, piece: int) -> None:
    for start in range(0, len(data), piece):
        connection.sendall(data[start : start + piece])


def _response(status: int, body: bytes, headers: dict[str, str], content_type: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Planned",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
