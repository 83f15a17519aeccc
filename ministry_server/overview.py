"""The figures of the status page: per device, ids and counts only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, func, select

from ministry_server.admission import CodeLine, approval_needed, open_codes, pending
from ministry_server.schema import alarm, device, event, intake, record, revocation
from ministry_server.store import Store, get_all
from ministry_server.tally import Tally, read_tally
from ministry_server.vault import Vault

MOST_ALARMS = 50


class DeviceState(StrEnum):
    """Whether it is listened to."""

    ENROLLED = "enrolled"
    PENDING = "pending"
    REVOKED = "revoked"


@dataclass
class DeviceLine:
    """One device. Times in UTC milliseconds; `gaps` are numbers missing below the highest."""

    dev: str
    office: str
    app_version: str
    enrolled_at: int
    revoked_at: int | None
    last_contact_at: int | None
    waiting: int | None
    oldest_at: int | None
    highest_seq: int = 0
    received: int = 0
    gaps: int = 0
    stages: dict[str, int] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)
    pending: bool = False
    reason: str = ""

    @property
    def state(self) -> DeviceState:
        """As it is now; `reason` says why it was revoked, where somebody said so."""
        if self.revoked_at is not None:
            return DeviceState.REVOKED
        return DeviceState.PENDING if self.pending else DeviceState.ENROLLED


@dataclass(frozen=True)
class AlarmLine:
    """Something that should not happen: kind "mismatch" or "audit"."""

    at: int
    dev: str
    kind: str
    mark: str


@dataclass(frozen=True)
class Overview:
    """Everything the status page shows. `not_opened` waits for the opener.

    `tally` tells calls and cases apart; None where the opener's key is not. `codes` are unused.
    """

    epoch: str
    durable_through: int
    server_seq: int
    records: int
    conflicts: int
    not_opened: int
    devices: list[DeviceLine]
    alarms: list[AlarmLine]
    tally: Tally | None
    codes: list[CodeLine]
    approval: bool


def overview(store: Store, vault: Vault | None, now: int) -> Overview:
    """Count it all, from one consistent state. `now` in UTC milliseconds."""
    with store.read() as connection:
        settings = get_all(connection)
        return Overview(
            epoch=settings["epoch"],
            durable_through=int(settings["durable_through"]),
            server_seq=int(settings["server_seq"]),
            records=_count(connection, select(func.count()).select_from(record)),
            conflicts=_count(
                connection, select(func.count()).select_from(record).where(record.c.conflict == 1)
            ),
            not_opened=_count(
                connection,
                select(func.count())
                .select_from(intake)
                .where(intake.c.id > int(settings["opened_through"])),
            ),
            devices=_devices(connection),
            alarms=[
                AlarmLine(row.at, row.dev, row.kind, row.mark)
                for row in connection.execute(
                    select(alarm).order_by(alarm.c.id.desc()).limit(MOST_ALARMS)
                )
            ],
            tally=None if vault is None else read_tally(settings, vault),
            codes=open_codes(connection, now),
            approval=approval_needed(connection),
        )


def _count(connection: Connection, query: object) -> int:
    return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]


def _devices(connection: Connection) -> list[DeviceLine]:
    lines = {
        row.dev: DeviceLine(
            dev=row.dev,
            office=row.office,
            app_version=row.app_version,
            enrolled_at=row.enrolled_at,
            revoked_at=row.revoked_at,
            last_contact_at=row.last_contact_at,
            waiting=row.waiting,
            oldest_at=row.oldest_at,
        )
        for row in connection.execute(select(device).order_by(device.c.office, device.c.dev))
    }
    for row in connection.execute(
        select(
            intake.c.dev,
            func.count().label("received"),
            func.max(intake.c.seq).label("highest"),
        ).group_by(intake.c.dev, intake.c.inc)
    ):
        line = lines[row.dev]
        line.received += row.received
        line.highest_seq = max(line.highest_seq, row.highest)
        line.gaps += row.highest - row.received
    for row in connection.execute(
        select(event.c.dev, event.c.stage, func.count().label("number"))
        .where(event.c.stage != "applied")
        .group_by(event.c.dev, event.c.stage)
    ):
        lines[row.dev].stages[row.stage] = row.number
    for row in connection.execute(
        select(alarm.c.dev, alarm.c.kind, func.count().label("number")).group_by(
            alarm.c.dev, alarm.c.kind
        )
    ):
        lines[row.dev].alarms[row.kind] = row.number
    for dev in pending(connection):
        lines[dev].pending = True
    for row in connection.execute(select(revocation.c.dev, revocation.c.reason)):
        lines[row.dev].reason = row.reason
    return list(lines.values())
