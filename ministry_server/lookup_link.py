"""Between an intake that opens nothing and the opener: questions for benefits.

The intake hands a device's request on as it came, sealed question and signature; the opener
recognises the device once more, asks, and signs. They know each other by `lookup.token`. What goes
between them is sealed, but whoever may ask here makes the other system work: so it is this machine,
a private network, or https.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.applications import Starlette

from ministry_server.devices import Device
from ministry_server.lookup import message_of
from ministry_server.messages import LookupRequest, Refusal
from ministry_server.serve import Server, listen
from operator_app.domain.lookup import DOWN, MALFORMED, SLOW, Answer
from operator_app.errors import EnvironmentProblem, NetworkProblem
from operator_app.sync.carriers.https import HttpExchange, trusting_session
from operator_app.sync.receipts import BadSignature, verify

log = logging.getLogger("ministry_server.lookup")

PATH = "/lookup/v1/question"
CONNECT_SECONDS = 1.0
READ_SECONDS = 8.5
"""A little more than the opener takes at most, and less than the device waits."""
OK = 200
_PASSED_ON = {
    (400, "request.malformed"),
    (401, "device.unknown"),
    (401, "device.not_approved"),
    (401, "device.revoked"),
    (404, "lookup.not_offered"),
    (409, "lookup.repeated"),
    (429, "lookup.too_often"),
}


class RemoteDesk:
    """Has a device's question answered by the opener."""

    def __init__(self, address: str, token: str, receipt_public: bytes) -> None:
        """`address` as `read_address` gives it; the answer must be signed by the receipt key."""
        self._address = address
        self._token = token
        self._key = Ed25519PublicKey.from_public_bytes(receipt_public)

    def answer(self, asking: Device, request: LookupRequest, body: bytes) -> dict[str, Any]:
        """The answer to `body`, still to be signed: also when the opener gives none.

        Raises the Refusal of the opener, when it is about the request.
        """
        try:
            return self._exchange(asking, request, body)
        except NetworkProblem as problem:
            log.error("opener does not answer: %s", problem.code)
            outcome = SLOW if problem.code == "net.timeout" else DOWN
            return message_of(Answer(outcome), asking, request)

    def _exchange(self, asking: Device, request: LookupRequest, body: bytes) -> dict[str, Any]:
        way = HttpExchange(
            self._address,
            lambda: trusting_session(self._address, past_proxies=True),
            connect_seconds=CONNECT_SECONDS,
            read_seconds=READ_SECONDS,
        )
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            answer = way.send("POST", PATH, body, headers=headers)
        finally:
            way.close()
        try:
            data = json.loads(answer.body)
            if answer.status != OK:
                _refuse(answer.status, data.get("code"), data.get("retry_seconds"))
                log.error("opener answers with status %d", answer.status)
                return message_of(Answer(DOWN), asking, request)
            message = verify(data, self._key, purpose="lookup_answer")
            if (message["n"], message["dev"]) != (request.nonce, asking.dev):
                raise ValueError("another answer")
        except (ValueError, KeyError, AttributeError, RecursionError, BadSignature):
            log.error("opener answers with something else, status %d", answer.status)
            outcome = MALFORMED if answer.status == OK else DOWN
            return message_of(Answer(outcome), asking, request)
        return message


def _refuse(status: int, code: Any, seconds: Any) -> None:
    if (status, code) in _PASSED_ON:
        wait = {"retry_seconds": seconds} if type(seconds) is int else {}
        raise Refusal(status, code, **wait)


def read_address(text: str) -> str:
    """The address of the opener, http://HOST:PORT without a slash at its end.

    Raises EnvironmentProblem("server.lookup_at"): plain http leads only to this machine, or to an
    address of a private network.
    """
    try:
        parts = urlsplit(text.strip())
        fits = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        fits = False
    bare = fits and not (parts.username or parts.password or parts.query or parts.fragment)
    near = fits and parts.scheme == "http" and _is_near(parts.hostname or "")
    if not bare or parts.path not in ("", "/") or not (near or parts.scheme == "https"):
        raise EnvironmentProblem("server.lookup_at")
    return parts.geturl().rstrip("/")


def read_listening(text: str) -> tuple[str, int]:
    """Host and port where the opener listens for the intake; port 0 takes a free one.

    Raises EnvironmentProblem("server.lookup_listen") for an address that others reach as well.
    """
    host, _, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or int(port) >= 1 << 16 or not _is_near(host):
        raise EnvironmentProblem("server.lookup_listen")
    return host, int(port)


@contextlib.contextmanager
def listening(app: Starlette, host: str, port: int) -> Iterator[int]:
    """Serve the application while the block lasts; at which port.

    Raises OSError when the address cannot be had.
    """
    listener = listen(host, port)
    server = Server(app)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="lookup-link", daemon=True
    )
    try:
        listener.listen(16)
        thread.start()
        server.ready.wait()
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        if thread.is_alive():
            thread.join()
        listener.close()


def _is_near(host: str) -> bool:
    """Whether it is this machine, or an address of a private network."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
