"""The certificate that a server shows: until when it holds, and whether this PC trusts it.

Nothing of ours is sent: a handshake, and no more.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

HANDSHAKE_SECONDS = 5.0


@dataclass(frozen=True)
class Shown:
    """`ends` when it stops being valid, in UTC; `trusted`: whether this PC's judgement is yes."""

    ends: datetime
    trusted: bool


def system_trust() -> ssl.SSLContext:
    """Certificates as the operating system judges them."""
    from operator_app.sync.carriers.https import trusting_context

    return trusting_context()


def look_at_certificate(
    url: str, proxy: str, trust: Callable[[], ssl.SSLContext] = system_trust
) -> Shown:
    """Of the server at an https:// address; `proxy`: "http://host:port" or "".

    Raises OSError when there is no way to it, or no handshake at all.
    """
    from cryptography import x509

    # First without a judgement: of a certificate that has run out the day is what people need.
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    der = _shown(url, proxy, blind)
    try:
        ends = x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError as error:
        raise OSError("no certificate") from error
    if ends <= datetime.now(UTC):
        return Shown(ends, trusted=False)
    try:
        _shown(url, proxy, trust())
    except ssl.SSLError:
        return Shown(ends, trusted=False)
    return Shown(ends, trusted=True)


def answers(host: str, port: int) -> bool:
    """Whether something takes connections there."""
    try:
        socket.create_connection((host, port), HANDSHAKE_SECONDS).close()
    except OSError:
        return False
    return True


def _shown(url: str, proxy: str, context: ssl.SSLContext) -> bytes:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    if proxy:
        way = urlsplit(proxy)
        connection = http.client.HTTPSConnection(
            way.hostname or "", way.port, timeout=HANDSHAKE_SECONDS, context=context
        )
        connection.set_tunnel(host, port)
    else:
        connection = http.client.HTTPSConnection(
            host, port, timeout=HANDSHAKE_SECONDS, context=context
        )
    try:
        connection.connect()
        secured = connection.sock
        return secured.getpeercert(binary_form=True) or b"" if secured is not None else b""
    finally:
        connection.close()
