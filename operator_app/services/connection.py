"""The ministry server as this PC is told to reach it, and the duty officer when it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from operator_app.db import audit, settings
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.enrolment import read_enrolment_code
from operator_app.domain.people import Actor, Right
from operator_app.domain.policy import NOTHING_HELD, InForce
from operator_app.domain.provisioning import check_server
from operator_app.domain.xroad import XRoad
from operator_app.errors import BadInput, NotAllowed

WAYS = ("https", "xroad")


@dataclass(frozen=True)
class ConnectionFacts:
    """What the sync page shows of the other end and of this PC; no key among it.

    `url` is empty and `xroad` is filled when the way leads through a Security Server. `held`: IT's
    policy says which address; `ways`: what it allows of "https" and "xroad".
    `training`: this is the sandbox, and there is nowhere to send to.
    """

    url: str
    enrolled: bool
    code_waits: bool
    device_id: str
    incarnation: str
    xroad: XRoad | None = None
    held: bool = False
    ways: tuple[str, ...] = WAYS
    training: bool = False

    @property
    def configured(self) -> bool:
        """Whether a way to the server is set."""
        return bool(self.url or self.xroad)


class Connection:
    """Changes where records are sent to."""

    def __init__(self, database: Database, clock: Clock, policy: InForce = NOTHING_HELD) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy

    def obey(self) -> bool:
        """Go where IT's policy says from now on; whether that is news. Audited.

        What was pinned stays: another address of the same server needs no new enrolment, and another
        server is refused by its signature. When the policy is taken back the address stays.
        """
        url = self._policy.text("server_url")
        if not url:
            return False
        with self._database.read() as connection:
            before = settings.read_server(connection)
        if before.url == url and before.xroad is None:
            return False
        with self._database.write() as connection:
            before = settings.read_server(connection)
            settings.write_server(connection, replace(before, url=url, xroad=None))
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id="",
                action="server.changed",
                details={"moved": True, "policy": True},
            )
        return True

    def facts(self, actor: Actor) -> ConnectionFacts:
        """The server address and the ids of this PC."""
        actor.require(Right.SEE_SYNC)
        with self._database.read() as connection:
            server = settings.read_server(connection)
            device = settings.read_device(connection)
        return ConnectionFacts(
            "" if server.xroad else server.url,
            server.enrolled,
            bool(server.enrolment_code),
            device.device_id,
            device.inc,
            server.xroad,
            self._policy.holds("server_url"),
            tuple(way for way in WAYS if self._policy.allows(way)),
            self._policy.training,
        )

    def change(
        self, actor: Actor, url: str, enrolment_code: str, xroad: XRoad | None = None
    ) -> None:
        """Set the server's address, or the way through a Security Server; with a new code, enrol
        there. Audited.

        Another address needs a code of that server: what was pinned belongs to the old one.
        Raises BadInput with faults at "server.url", "server.enrolment_code", "server.xroad.…", and
        NotAllowed("policy.held" | "carrier.not_allowed") where IT's policy says otherwise.
        """
        actor.require(Right.MANAGE_SYNC)
        url = url.strip().rstrip("/")
        held = self._policy.text("server_url")
        if held and (url != held or xroad is not None):
            raise NotAllowed("policy.held")
        if (url or xroad) and not self._policy.allows("xroad" if xroad else "https"):
            raise NotAllowed("carrier.not_allowed")
        if faults := check_server(url, enrolment_code.strip(), xroad):
            raise BadInput("connection.faults", faults)
        url = xroad.address if xroad else url
        code = str(read_enrolment_code(enrolment_code)) if enrolment_code.strip() else ""
        with self._database.write() as connection:
            before = settings.read_server(connection)
            if url != before.url:
                server = settings.Server(url, code, xroad=xroad)
            else:
                code = code or before.enrolment_code
                server = replace(before, enrolment_code=code, xroad=xroad)
            settings.write_server(connection, server)
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action="server.changed",
                details={
                    "moved": (url, xroad) != (before.url, before.xroad),
                    "code": server.enrolment_code != before.enrolment_code,
                },
            )

    def duty_officer_phoned(self, actor: Actor, urgent: int) -> None:
        """Record that somebody phoned because urgent records had not arrived; `urgent`: how many."""
        actor.require(Right.RECORD_CALL)
        with self._database.write() as connection:
            audit.append(
                connection,
                at=to_ms(self._clock()),
                user_id=actor.user_id,
                action="duty_officer.phoned",
                details={"urgent": urgent},
            )
