"""The matrix of faults over real sockets: thirteen ways to spoil an exchange, each on the way to the
receiver and on the way back.

Each is a `Fault` of the proxy. What arrives and what is heard of it differs; what must hold is the
same: nothing is believed without a receipt, and everything arrives once when the faults stop.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Mapping
from typing import Any

from tests.faults.proxy import LONGEST_SECONDS, Exchange, Fault, answer

DIRECTIONS = ("to the receiver", "back")
PAGE = b"<html><body>502 Bad Gateway</body></html>"


def _arrives(exchange: Exchange, data: bytes) -> bytes:
    """What the receiver answers to these bytes, after which nothing more comes."""
    with socket.create_connection(exchange.upstream, LONGEST_SECONDS) as server:
        server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)
        answered = b""
        with contextlib.suppress(OSError):
            while piece := server.recv(65_536):
                answered += piece
    return answered


def _cut_to(at: Any) -> Fault:
    def fault(exchange: Exchange) -> None:
        _arrives(exchange, exchange.request[: at(exchange.request)])
        exchange.reset()

    return fault


def _cut_back(at: Any) -> Fault:
    def fault(exchange: Exchange) -> None:
        answered = exchange.forward()
        exchange.client.sendall(answered[: at(answered)])

    return fault


def _before_headers(data: bytes) -> int:
    return min(20, len(data))


def _after_headers(data: bytes) -> int:
    return data.index(b"\r\n\r\n") + 4


def _in_the_body(data: bytes) -> int:
    head = _after_headers(data)
    return head + (len(data) - head) // 2


def _with_body(message: bytes, body: bytes) -> bytes:
    """The same message with another body, its length told rightly."""
    head, _, _ = message.partition(b"\r\n\r\n")
    lines = [x for x in head.split(b"\r\n") if not x.lower().startswith(b"content-length:")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body


def _body(message: bytes) -> bytes:
    return message.partition(b"\r\n\r\n")[2]


def _garbled(message: bytes) -> bytes:
    body = bytearray(_body(message))
    chance = random.Random(len(body))
    for _ in range(5):
        if body:
            body[chance.randrange(len(body))] ^= 0x55
    return _with_body(message, bytes(body))


def _truncated(message: bytes) -> bytes:
    body = _body(message)
    return _with_body(message, body[: len(body) * 2 // 3])


def _spoilt_to(change: Any) -> Fault:
    """The receiver gets something else; its answer comes back as it is."""

    def fault(exchange: Exchange) -> None:
        exchange.client.sendall(exchange.forward(change(exchange.request)))

    return fault


def _spoilt_back(change: Any) -> Fault:
    def fault(exchange: Exchange) -> None:
        exchange.client.sendall(change(exchange.forward()))

    return fault


def _another_status(message: bytes) -> bytes:
    return b"HTTP/1.1 404 Not Found" + message[message.index(b"\r\n") :]


def _another_method(message: bytes) -> bytes:
    return b"PUT" + message[message.index(b" ") :]


def _committed_unheard(exchange: Exchange) -> None:
    exchange.forward()
    exchange.reset()


def _late(exchange: Exchange) -> None:
    """Long after its sender gave up, the request arrives."""
    exchange.reset()
    exchange.forward()


def _late_answer(exchange: Exchange) -> None:
    answered = exchange.forward()
    threading.Event().wait(0.4)
    exchange.client.sendall(answered)


def _reset_in_flight(exchange: Exchange) -> None:
    with socket.create_connection(exchange.upstream, LONGEST_SECONDS) as server:
        server.sendall(exchange.request)
    exchange.reset()


def _reset_in_answer(exchange: Exchange) -> None:
    exchange.client.sendall(exchange.forward()[:100])
    exchange.reset()


def _twice(exchange: Exchange) -> None:
    exchange.forward()
    exchange.client.sendall(exchange.forward())


def _answered_twice(exchange: Exchange) -> None:
    answered = exchange.forward()
    exchange.client.sendall(answered + answered)


def _drips(exchange: Exchange) -> None:
    with socket.create_connection(exchange.upstream, LONGEST_SECONDS) as server:
        _drip(server, exchange.request)
        answered = b""
        while piece := server.recv(65_536):
            answered += piece
    exchange.client.sendall(answered)


def _drips_back(exchange: Exchange) -> None:
    _drip(exchange.client, exchange.forward())


def _drip(connection: socket.socket, data: bytes) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for start in range(0, len(data), 61):
        connection.sendall(data[start : start + 61])


def _half_open(exchange: Exchange) -> None:
    """The receiver never hears the end; the client waits until it gives up."""
    with socket.create_connection(exchange.upstream, LONGEST_SECONDS) as server:
        server.sendall(exchange.request[: _in_the_body(exchange.request)])
        exchange.client.recv(1)


def _half_open_back(exchange: Exchange) -> None:
    answered = exchange.forward()
    exchange.client.sendall(answered[: _in_the_body(answered)])
    exchange.client.recv(1)


def _page_of_the_receiver(exchange: Exchange) -> None:
    """The receiver did its work; the gateway before it shows its own page."""
    exchange.forward()
    answer(500, PAGE)(exchange)


MATRIX: Mapping[str, tuple[Fault, Fault]] = {
    "cut before the headers": (_cut_to(_before_headers), _cut_back(_before_headers)),
    "cut after the headers": (_cut_to(_after_headers), _cut_back(_after_headers)),
    "cut in the body": (_cut_to(_in_the_body), _cut_back(_in_the_body)),
    "committed, not heard": (_reset_in_flight, _committed_unheard),
    "late": (_late, _late_answer),
    "reset": (lambda exchange: exchange.reset(), _reset_in_answer),
    "garbled": (_spoilt_to(_garbled), _spoilt_back(_garbled)),
    "JSON cut short": (_spoilt_to(_truncated), _spoilt_back(_truncated)),
    "an error page": (answer(500, PAGE), _page_of_the_receiver),
    "wrong method or status": (_spoilt_to(_another_method), _spoilt_back(_another_status)),
    "twice": (_twice, _answered_twice),
    "drips": (_drips, _drips_back),
    "half open": (_half_open, _half_open_back),
}
"""Name -> the fault on the way there, and on the way back, as in DIRECTIONS."""
