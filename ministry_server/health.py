"""How the receiver is doing, by a few quick questions to the database: for machines that ask every
few seconds. The status page counts everything; this never reads a table from end to end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from ministry_server.schema import alarm, device, event, intake
from ministry_server.store import Store, get_all

QUANTILES = (0.5, 0.9, 1.0)


@dataclass(frozen=True)
class Health:
    """`backlog`: stored and not opened yet. `set_aside` by stage. `alarms` by kind.

    `contact_ages`: quantile -> seconds since the last contact, over the devices that are let in
    and were heard of. `waiting`: what the devices together said of their outboxes.
    """

    devices: int
    revoked: int
    waiting: int
    backlog: int
    server_seq: int
    durable_through: int
    set_aside: dict[str, int] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)
    contact_ages: dict[float, float] = field(default_factory=dict)


def health(store: Store, now: int) -> Health:
    """Ask, in one consistent state. `now` in UTC milliseconds."""
    with store.read() as connection:
        settings = get_all(connection)
        rows = connection.execute(
            select(device.c.revoked_at, device.c.last_contact_at, device.c.waiting)
        ).all()
        backlog = connection.execute(
            select(func.count())
            .select_from(intake)
            .where(intake.c.id > int(settings["opened_through"]))
        ).scalar_one()
        stages = connection.execute(
            select(event.c.stage, func.count())
            .where(event.c.stage != "applied")
            .group_by(event.c.stage)
        ).all()
        alarms = connection.execute(select(alarm.c.kind, func.count()).group_by(alarm.c.kind)).all()
    active = [row for row in rows if row.revoked_at is None]
    ages = [(now - row.last_contact_at) / 1000 for row in active if row.last_contact_at is not None]
    return Health(
        devices=len(active),
        revoked=len(rows) - len(active),
        waiting=sum(row.waiting or 0 for row in active),
        backlog=int(backlog),
        server_seq=int(settings["server_seq"]),
        durable_through=int(settings["durable_through"]),
        set_aside={str(stage): int(number) for stage, number in stages},
        alarms={str(kind): int(number) for kind, number in alarms},
        contact_ages={q: _quantile(ages, q) for q in QUANTILES} if ages else {},
    )


def _quantile(values: Sequence[float], quantile: float) -> float:
    """The smallest value that so large a part of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(quantile * len(ordered)) - 1)]
