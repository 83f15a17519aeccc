"""The way through an X-Road Security Server (Tunduk): who asks, whom, and by which door.

    [server.xroad]
    security_server = "https://10.20.0.5"
    client = "central-server/GOV/70000099/operator-117"
    service = "central-server/GOV/70000099/helpline-117/intake"
    fingerprint = "5F:2A:..."                               # of the Security Server's certificate
    client_file = 'C:\\ProgramData\\117 Operator\\client.pem'   # its key and certificate, in PEM

Three doors: http without either of the last two (the inside network only), https with the
fingerprint, https with both.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote, urlsplit

from operator_app.errors import Fault

SECTION = "server.xroad"
REQUIRED = (f"{SECTION}.security_server", f"{SECTION}.client", f"{SECTION}.service")
KEYS = (*REQUIRED, f"{SECTION}.fingerprint", f"{SECTION}.client_file")

CLIENT_PARTS = 4
SERVICE_PARTS = 5
LONGEST_PART = 255
LONGEST_PATH = 400
_NEVER_IN_PART = frozenset('\\%;:"')
_HOST = re.compile(r"[a-z0-9:]([a-z0-9.:-]*[a-z0-9])?")
_FINGERPRINT = re.compile(r"[0-9A-F]{64}")


@dataclass(frozen=True)
class XRoad:
    """The texts as a person wrote them; `check_xroad` tells what is wrong with them.

    `client`: instance/class/member/subsystem; `service` has the code of the service as its fifth
    part. `fingerprint`: SHA-256 of the Security Server's certificate, in hex.
    """

    security_server: str
    client: str
    service: str
    fingerprint: str = ""
    client_file: str = ""

    @property
    def address(self) -> str:
        """Where requests of the service go: what stands before their own path."""
        return f"{self.security_server}/r1/{encoded(self.service)}"


def xroad_from(values: Mapping[str, str]) -> XRoad | None:
    """The way that the values (by key path) describe, tidied; None when all are empty."""
    tidy = {key.rpartition(".")[2]: " ".join(values.get(key, "").split()) for key in KEYS}
    if not any(tidy.values()):
        return None
    tidy["security_server"] = tidy["security_server"].rstrip("/")
    tidy["fingerprint"] = tidy["fingerprint"].replace(":", "").replace(" ", "").upper()
    return XRoad(**tidy)


def xroad_values(xroad: XRoad | None) -> dict[str, str]:
    """The opposite of `xroad_from`: every key path with its text."""
    if xroad is None:
        return dict.fromkeys(KEYS, "")
    return {f"{SECTION}.{name}": value for name, value in asdict(xroad).items()}


def encoded(identifier: str) -> str:
    """Each part of an identifier percent-encoded by itself, as path and headers want it."""
    return "/".join(quote(part, safe="") for part in identifier.split("/"))


def check_xroad(xroad: XRoad) -> list[Fault]:
    """What is wrong; `where` is the key path."""
    faults = []
    scheme = _scheme(xroad.security_server)
    if scheme is None:
        faults.append(Fault(f"{SECTION}.security_server", "setup.xroad_address_form"))
    if not _is_identifier(xroad.client, CLIENT_PARTS):
        faults.append(Fault(f"{SECTION}.client", "setup.xroad_client_form"))
    if not _is_identifier(xroad.service, SERVICE_PARTS):
        faults.append(Fault(f"{SECTION}.service", "setup.xroad_service_form"))
    return faults + _door_faults(xroad, scheme)


def _door_faults(xroad: XRoad, scheme: str | None) -> list[Fault]:
    faults = []
    where = f"{SECTION}.fingerprint"
    if xroad.fingerprint and not _FINGERPRINT.fullmatch(xroad.fingerprint):
        faults.append(Fault(where, "setup.xroad_fingerprint_form"))
    elif scheme == "https" and not xroad.fingerprint:
        faults.append(Fault(where, "setup.xroad_fingerprint_missing"))
    elif scheme == "http" and xroad.fingerprint:
        faults.append(Fault(where, "setup.xroad_needs_https"))
    where = f"{SECTION}.client_file"
    if xroad.client_file and not _is_whole_path(xroad.client_file):
        faults.append(Fault(where, "setup.xroad_file_form"))
    elif scheme == "http" and xroad.client_file:
        faults.append(Fault(where, "setup.xroad_needs_https"))
    return faults


def _scheme(address: str) -> str | None:
    """ "https", or "http" within the inside network; None when it is no such address."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        port_fits = parts.port != 0
    except ValueError:
        return None
    host = parts.hostname or ""
    bare = not (parts.username or parts.password or parts.query or parts.fragment or parts.path)
    if not (bare and port_fits and _HOST.fullmatch(host)):
        return None
    if parts.scheme == "http":
        return "http" if _is_inside(host) else None
    return parts.scheme if parts.scheme == "https" else None


def _is_inside(host: str) -> bool:
    """Whether an address may be one of the inside network: names are known to its own DNS only."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return True


def _is_identifier(text: str, count: int) -> bool:
    parts = text.split("/")
    return len(parts) == count and all(
        0 < len(part) <= LONGEST_PART
        and part not in (".", "..")
        and part.isprintable()
        and not _NEVER_IN_PART & set(part)
        for part in parts
    )


def _is_whole_path(text: str) -> bool:
    whole = PureWindowsPath(text).is_absolute() or PurePosixPath(text).is_absolute()
    return whole and len(text) <= LONGEST_PATH and text.isprintable()
