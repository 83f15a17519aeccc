"""Through an X-Road Security Server (Tunduk), for stations inside the ministry's network.

The same requests as over HTTPS, as the X-Road message protocol for REST wants them. What such a
server answers by itself is told from what the receiver answered by the header `X-Road-Error`, or
by the form of the body where a proxy took the header away. After such an error it is not known
whether the receiver saw the request: the server checks, signs and logs after the receiver
answered. Nothing depends on it: only signed receipts count, and the same records go again.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from operator_app.domain.xroad import XRoad, check_xroad, encoded
from operator_app.errors import AppError, BadInput, NetworkProblem, ServerRefused
from operator_app.sync.carriers.base import ACCESS_DENIED, Answer
from operator_app.sync.carriers.https import (
    CONNECT_SECONDS,
    KEPT_HEADERS,
    READ_SECONDS,
    HttpExchange,
    plain_session,
)

if TYPE_CHECKING:
    import requests

log = logging.getLogger(__name__)

MOST_MESSAGE_BYTES = 10 << 20
"""What a Security Server logs, and so carries, by its delivered settings."""
SERVER_FAILED = 500
ERROR, ID, REQUEST_ID = "x-road-error", "x-road-id", "x-road-request-id"
_KEPT = (*KEPT_HEADERS, ERROR, ID, REQUEST_ID)
_TYPE = re.compile(r"(?:client|server)\.[a-z0-9_.]{1,120}", re.IGNORECASE)
_XML_TYPE = re.compile(rb"<(?:\w+:)?type>\s*([A-Za-z0-9_.]{1,130})\s*</")
_MOST_ERROR_BYTES = 64 << 10

_REFUSED = {
    "accessdenied": ACCESS_DENIED,
    "unknownmember": "xroad.unknown",
    "unknownservice": "xroad.unknown",
    "servicetype": "xroad.unknown",
    "sslauthenticationfailed": "xroad.certificate_refused",
}
"""A person has to act: at the Security Server, or here."""
_LATER = {
    "loggingfailed": "xroad.logging_failed",
    "servicedisabled": "xroad.maintenance",
    "maintenancemode": "xroad.maintenance",
    "outdatedglobalconf": "xroad.tunduk_down",
    "timestampingfailed": "xroad.tunduk_down",
}
"""It passes by itself, sooner or later."""


class XRoadCarrier:
    """One keep-alive session to the Security Server of our own organisation."""

    name = "xroad"

    def __init__(
        self,
        xroad: XRoad,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        """Raises BadInput("setup.faults"). Does not connect yet."""
        if faults := check_xroad(xroad):
            raise BadInput("setup.faults", faults)
        self._client = encoded(xroad.client)
        self._way = HttpExchange(
            xroad.address,
            lambda: _new_session(xroad),
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
        )

    def exchange(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        etag: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See Carrier. Also raises what `problem_of` gives, and NetworkProblem("net.portal" |
        "net.stale_answer") for an answer that is not that of a Security Server to this request."""
        if len(body) > MOST_MESSAGE_BYTES:
            raise NetworkProblem("request.too_large")
        attempt = str(uuid4())
        ours = {"X-Road-Client": self._client, "X-Road-Id": attempt}
        given = {**(headers or {}), **ours}
        try:
            answer = self._way.send(method, path, body, etag=etag, headers=given, kept=_KEPT)
        except NetworkProblem:
            # The next try reads the client's file anew: certificates are renewed under way.
            self._way.close()
            raise
        kind = error_type(answer)
        # By its numbers the administrator of the Security Server finds the message in its log.
        log.info(
            "x-road %s: status %d, error %s, request %s",
            attempt,
            answer.status,
            kind or "none",
            re.sub(r"[^0-9a-fA-F-]", "?", answer.headers.get(REQUEST_ID, "none"))[:64],
        )
        if kind:
            self._way.close()
            raise problem_of(kind)
        told = answer.headers.get(ID)
        if told != attempt and (told is not None or answer.status < SERVER_FAILED):
            raise NetworkProblem("net.portal" if told is None else "net.stale_answer")
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._way.close()


def error_type(answer: Answer) -> str:
    """The type of the error that a Security Server tells of, as it spells it; "" for none."""
    header = answer.headers.get(ERROR)
    if header is not None:
        found = _TYPE.match(header.strip())
        return found[0] if found else "server.unnamed"
    if answer.status < 400 or len(answer.body) > _MOST_ERROR_BYTES:
        return ""
    said = _told_in_json(answer.body)
    if said is None and (xml := _XML_TYPE.search(answer.body)) is not None:
        said = xml[1].decode()
    return said if said is not None and _TYPE.fullmatch(said) else ""


def problem_of(kind: str) -> AppError:
    """What an error of a Security Server means here; both spellings of its type are one.

    ServerRefused: `xroad.access_denied`, `xroad.unknown`, `xroad.certificate_refused`,
    `xroad.client_wrong`. NetworkProblem: `xroad.logging_failed`, `xroad.maintenance`,
    `xroad.tunduk_down`, `xroad.own_server`, `xroad.far_server`.
    """
    parts = kind.lower().replace("_", "").split(".")
    for part in reversed(parts):
        if part in _REFUSED:
            return ServerRefused(_REFUSED[part])
        if part in _LATER:
            return NetworkProblem(_LATER[part])
    if parts[0] == "client":
        return ServerRefused("xroad.client_wrong")
    far = "serverproxy" in parts
    return NetworkProblem("xroad.far_server" if far else "xroad.own_server")


def _told_in_json(body: bytes) -> str | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    told = data.get("type") if isinstance(data, dict) else None
    return told if isinstance(told, str) else None


def _new_session(xroad: XRoad) -> requests.Session:
    from requests.adapters import HTTPAdapter

    context = _context(xroad)

    class Pinned(HTTPAdapter):
        """Only the certificate with our fingerprint: Security Servers sign theirs themselves."""

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            """Compared after the handshake, before a byte of ours is sent."""
            super().init_poolmanager(
                *args, **kwargs, ssl_context=context, assert_fingerprint=xroad.fingerprint
            )

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            """The fingerprint is the judgement; no authority is asked."""
            conn.cert_reqs = "CERT_NONE"

    session = plain_session()
    # A Security Server stands in the same network; no proxy, and no settings of the environment.
    session.trust_env = False
    if xroad.fingerprint:
        session.mount("https://", Pinned())
    return session


def _context(xroad: XRoad) -> ssl.SSLContext:
    """Raises ServerRefused("xroad.client_file") when key and certificate cannot be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if xroad.client_file:
        try:
            # A password would be asked for at a terminal that nobody sees.
            context.load_cert_chain(xroad.client_file, password="")
        except (OSError, ValueError) as error:
            raise ServerRefused("xroad.client_file") from error
    return context
