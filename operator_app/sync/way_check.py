"""What the check of the PC looks at on the way to the ministry. It asks, and changes nothing."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from operator_app.db import settings, sync_state
from operator_app.db.engine import Database
from operator_app.db.settings import Server
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.findings import Finding, Grade
from operator_app.domain.policy import DIRECT, InForce
from operator_app.domain.server_url import is_loopback
from operator_app.domain.xroad import check_xroad
from operator_app.errors import AppError, BadInput, EnvironmentProblem
from operator_app.sync.answers import content, new_nonce, public_key, read_hello
from operator_app.sync.carriers.base import BASE_PATH, Carrier
from operator_app.sync.carriers.folder import remove, write_whole
from operator_app.sync.carriers.https import system_proxy
from operator_app.sync.certificate import Shown, answers, look_at_certificate, system_trust

PATIENCE_SECONDS = 5.0
CLOCK_WARNED_SECONDS = 60
CLOCK_WRONG_SECONDS = 300
CERTIFICATE_WARNED_DAYS = 21
PROBE = b"117 Operator: check\n"


@dataclass(frozen=True)
class Way:
    """How this PC is told to reach the ministry. `server` is None before a sign-in: then only an
    address that IT's policy says is known."""

    policy: InForce
    server: Server | None = None
    folder: str = ""

    @property
    def url(self) -> str:
        """Where to, "" when that is not known."""
        if self.server is not None:
            return self.server.url
        return self.policy.text("server_url")

    @property
    def carrier(self) -> str:
        """The way in use: "https" or "xroad"."""
        return "xroad" if self.server is not None and self.server.xroad else "https"


def read_way(policy: InForce, database: Database | None) -> Way:
    """As the office's settings say, when it is open."""
    if database is None:
        return Way(policy)
    with database.read() as connection:
        folder = sync_state.read_folder(connection).folder
        return Way(policy, settings.read_server(connection), folder)


def carriers(way: Way) -> list[Finding]:
    """Which ways IT allows, and whether the one in use is among them."""
    allowed = [name for name in ("https", "xroad", "folder") if way.policy.allows(name)]
    told: dict[str, str | int] = {"allowed": ", ".join(allowed)}
    if not allowed:
        return [Finding("carriers", Grade.PROBLEM, "carriers.none")]
    if way.url and way.carrier not in allowed:
        return [Finding("carriers", Grade.PROBLEM, "carriers.used_not_allowed", told)]
    if way.folder and "folder" not in allowed:
        return [Finding("carriers", Grade.WARNING, "carriers.folder_not_allowed", told)]
    return [Finding("carriers", Grade.OK, "carriers.good", told)]


def proxy(way: Way) -> list[Finding]:
    """Which proxy stands on the way, and whether it is there."""
    if not way.url or way.carrier == "xroad":
        return [Finding("proxy", Grade.ABSENT, _unknown(way) if not way.url else "proxy.not_used")]
    used, by_policy = proxy_of(way)
    if not used:
        return [Finding("proxy", Grade.OK, "proxy.none")]
    parts = urlsplit(used)
    told: dict[str, str | int] = {"proxy": f"{parts.hostname}:{parts.port}"}
    if not answers(parts.hostname or "", parts.port or 80):
        return [Finding("proxy", Grade.PROBLEM, "proxy.gone", told)]
    code = "proxy.of_policy" if by_policy else "proxy.of_system"
    return [Finding("proxy", Grade.OK, code, told)]


def proxy_of(way: Way) -> tuple[str, bool]:
    """The proxy in use, "" for none, and whether IT's policy says so."""
    said = way.policy.text("proxy")
    if is_loopback(urlsplit(way.url).hostname or "") or said == DIRECT:
        return "", bool(said)
    return (said, True) if said else (system_proxy(way.url), False)


def certificate(
    way: Way, clock: Clock, trust: Callable[[], ssl.SSLContext] = system_trust
) -> list[Finding]:
    """Of the server: until when, and whether this PC trusts it."""
    url = way.server.xroad.security_server if way.server and way.server.xroad else way.url
    if not url.startswith("https://"):
        code = "certificate.none" if url else _unknown(way)
        return [Finding("certificate", Grade.ABSENT, code)]
    through = "" if way.carrier == "xroad" else proxy_of(way)[0]
    try:
        shown = look_at_certificate(url, through, trust)
    except OSError:
        return [Finding("certificate", Grade.WARNING, "certificate.not_seen")]
    # A Security Server signs its own; it is known by its fingerprint.
    return [_judged(shown, clock(), trusted=shown.trusted or way.carrier == "xroad")]


def _judged(shown: Shown, now: datetime, *, trusted: bool) -> Finding:
    days = (shown.ends - now).days
    told: dict[str, str | int] = {"days": days, "until": shown.ends.date().isoformat()}
    # By the clock of the PC, which TLS asks; not by that of the program.
    if shown.ends <= datetime.now(UTC):
        return Finding("certificate", Grade.PROBLEM, "certificate.expired", told)
    if not trusted:
        return Finding("certificate", Grade.PROBLEM, "certificate.not_trusted", told)
    if days < CERTIFICATE_WARNED_DAYS:
        return Finding("certificate", Grade.WARNING, "certificate.soon", told)
    return Finding("certificate", Grade.OK, "certificate.good", told)


def server(way: Way, clock: Clock, open_carrier: Callable[[str], Carrier] | None) -> list[Finding]:
    """Whether it answers, whether it is the one this PC knows, and what its clock says."""
    if not way.url or way.server is None or open_carrier is None:
        return [Finding("server", Grade.ABSENT, _unknown(way))]
    told: dict[str, str | int] = {"host": urlsplit(way.url).hostname or ""}
    nonce = new_nonce()
    try:
        carrier = open_carrier(way.url)
        try:
            before = to_ms(clock())
            answer = carrier.exchange("GET", f"{BASE_PATH}/hello?n={nonce}")
            after = to_ms(clock())
        finally:
            carrier.close()
        if not way.server.enrolled:
            content(answer)
            return [Finding("server", Grade.WARNING, "server.not_enrolled", told)]
        hello = read_hello(answer, nonce, public_key(way.server.receipt_key))
    except AppError as error:
        return [Finding("server", Grade.PROBLEM, error.code, told)]
    return [
        Finding("server", Grade.OK, "server.good", told),
        _skew((before + after) // 2 - hello.now),
    ]


def xroad(way: Way) -> list[Finding]:
    """The settings of the way through a Security Server, and the file of our key."""
    if way.server is None or way.server.xroad is None:
        code = "xroad.not_used" if way.server is not None else _unknown(way)
        return [Finding("xroad", Grade.ABSENT, code)]
    known = way.server.xroad
    if faults := check_xroad(known):
        return [Finding("xroad", Grade.PROBLEM, fault.code, dict(fault.params)) for fault in faults]
    if known.client_file:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_cert_chain(known.client_file, password="")
        except (OSError, ValueError):
            return [Finding("xroad", Grade.PROBLEM, "xroad.client_file")]
    return [Finding("xroad", Grade.OK, "xroad.good")]


def folder(way: Way) -> list[Finding]:
    """Whether the folder for bundles can be written."""
    if not way.folder:
        code = "folder.not_used" if way.server is not None else _unknown(way)
        return [Finding("folder", Grade.ABSENT, code)]
    probe = Path(way.folder) / f".117-check-{secrets.token_hex(4)}"
    try:
        write_whole(probe, PROBE)
    except (EnvironmentProblem, BadInput) as error:
        return [Finding("folder", Grade.PROBLEM, error.code)]
    finally:
        remove(probe)
    return [Finding("folder", Grade.OK, "folder.good")]


def _skew(skew_ms: int) -> Finding:
    seconds = abs(skew_ms) // 1000
    told: dict[str, str | int] = {"seconds": seconds, "minutes": seconds // 60}
    if seconds > CLOCK_WRONG_SECONDS:
        return Finding("clock", Grade.PROBLEM, "clock.differs", told)
    if seconds > CLOCK_WARNED_SECONDS:
        return Finding("clock", Grade.WARNING, "clock.differs", told)
    return Finding("clock", Grade.OK, "clock.agrees", told)


def _unknown(way: Way) -> str:
    return "sign_in.needed" if way.server is None else "server.none"
