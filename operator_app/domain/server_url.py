"""The address of the ministry's server: https anywhere, plain http only on this very PC."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9:]([a-z0-9.:-]*[a-z0-9])?")


def read_server_url(text: str) -> str | None:
    """The address https://host[:port][/path] without a slash at its end; None if it is none.

    Plain http:// is for a receiver on this PC, for trying things out.
    """
    url = text.strip()
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        return None
    host = parts.hostname or ""
    scheme_fits = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    if not (scheme_fits and bare and port_fits and _HOST.fullmatch(host)):
        return None
    return parts.geturl().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether the host of an address is this very PC."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
