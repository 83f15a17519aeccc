"""What is heavy of the intake, by the month in which it came.

PostgreSQL keeps `intake_body` in one partition for each month, made ahead of time, and one for
whatever falls in none: nothing is refused because a clock jumped or a partition is missing. SQLite
has the same table in one piece. A month is told as "2026-11", by UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    literal_column,
    select,
    text,
)

from ministry_server.schema import intake, intake_body

AHEAD = 2
"""So many months after this one have their partition already."""
MOST = 240
"""More months at once have no partitions of their own: somebody's clock jumped."""
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_FIRST_YEAR, _LAST_YEAR = 1970, 9990


@dataclass(frozen=True)
class MonthLine:
    """A month in which revisions came; of how many the content is `here`, and its bytes."""

    month: str
    revisions: int
    here: int
    bytes_: int
    own: bool
    """Whether it has a partition of its own."""

    @property
    def moved_out(self) -> int:
        """So many have their content in a file (month_files.py)."""
        return self.revisions - self.here


def month_of(ms: int) -> str:
    """Of a time in UTC milliseconds; times that no calendar knows count as its first or last."""
    first, last = bounds(f"{_FIRST_YEAR}-01")[0], bounds(f"{_LAST_YEAR}-12")[0]
    moment = datetime.fromtimestamp(min(max(ms, first), last) / 1000, UTC)
    return f"{moment.year:04d}-{moment.month:02d}"


def is_month(word: str) -> bool:
    """Whether it is a month that may have a partition."""
    found = _MONTH.fullmatch(word)
    return found is not None and _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR


def bounds(month: str) -> tuple[int, int]:
    """Its first millisecond, and that of the next month."""
    start = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
    end = datetime(*_next(start.year, start.month), 1, tzinfo=UTC)
    return int(start.timestamp()) * 1000, int(end.timestamp()) * 1000


def months_from(first: str, count: int) -> list[str]:
    """That month and those after it, `count` in all."""
    year, month = int(first[:4]), int(first[5:])
    found = []
    for _ in range(count):
        found.append(f"{year:04d}-{month:02d}")
        year, month = _next(year, month)
    return found


def missing(connection: Connection, now: int) -> list[str]:
    """This month and the next ones, as far as they lack a partition. Empty on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    there = own_partitions(connection)
    return [m for m in months_from(month_of(now), AHEAD + 1) if m not in there]


def make(connection: Connection, months: Iterable[str]) -> list[str]:
    """Make the partitions that are missing; which. Nothing to do on SQLite.

    A month of which something lies in the partition for the rest gets none: it stays there. No
    other writer may be at work.
    """
    if connection.dialect.name != "postgresql":
        return []
    made = []
    there = own_partitions(connection)
    for month in months:
        first, end = bounds(month)
        if month in there or _has_rows(connection, f"{intake_body.name}_rest", first, end):
            continue
        connection.execute(
            text(
                f"CREATE TABLE {partition(month)} PARTITION OF {intake_body.name}"
                f" FOR VALUES FROM ({first}) TO ({end})"
            )
        )
        made.append(month)
    return made


def months_of_rows(source: Connection) -> list[str]:
    """The months from the first row of the intake to the last; none when that are too many."""
    first, last = source.execute(
        select(func.min(intake.c.received_at), func.max(intake.c.received_at))
    ).one()
    if first is None:
        return []
    until = month_of(last)
    months = months_from(month_of(first), MOST + 1)
    return [m for m in months if m <= until] if months[-1] > until else []


def partition(month: str) -> str:
    """The name of its partition."""
    return f"{intake_body.name}_{month.replace('-', '_')}"


def own_partitions(connection: Connection) -> set[str]:
    """The months that have a partition of their own."""
    if connection.dialect.name != "postgresql":
        return set()
    names = connection.execute(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = CAST(:parent AS regclass)"
        ),
        {"parent": intake_body.name},
    ).scalars()
    found = (name.removeprefix(f"{intake_body.name}_").replace("_", "-") for name in names)
    return {month for month in found if is_month(month)}


def list_months(connection: Connection) -> list[MonthLine]:
    """All months of which there is something, the oldest first."""
    own = own_partitions(connection)
    if connection.dialect.name == "postgresql":
        moment = func.to_timestamp(intake.c.received_at / literal_column("1000.0"))
        month = func.to_char(func.timezone("UTC", moment), "YYYY-MM")
    else:
        month = func.strftime("%Y-%m", intake.c.received_at / 1000, "unixepoch")
    size = func.length(intake_body.c.ct) + func.length(intake_body.c.sig)
    rows = connection.execute(
        select(
            month.label("month"),
            func.count().label("revisions"),
            func.count(intake_body.c.id).label("here"),
            func.coalesce(func.sum(size), 0).label("bytes"),
        )
        .outerjoin(intake_body, body_of_row())
        .group_by(text("1"))
        .order_by(text("1"))
    )
    return [MonthLine(r.month, r.revisions, r.here, int(r.bytes), r.month in own) for r in rows]


def body_of_row() -> ColumnElement[bool]:
    """What joins a row of the intake with its body."""
    return and_(intake_body.c.id == intake.c.id, intake_body.c.received_at == intake.c.received_at)


def in_month(month: str) -> ColumnElement[bool]:
    """Of a row of the intake: that it came then."""
    first, end = bounds(month)
    return and_(intake.c.received_at >= first, intake.c.received_at < end)


def drop_bodies(connection: Connection, month: str) -> None:
    """Forget the content of a month; its partition goes with it. No other writer may be at work."""
    first, end = bounds(month)
    if month in own_partitions(connection):
        name = partition(month)
        connection.execute(text(f"ALTER TABLE {intake_body.name} DETACH PARTITION {name}"))
        connection.execute(text(f"DROP TABLE {name}"))
    connection.execute(
        delete(intake_body).where(
            intake_body.c.received_at >= first, intake_body.c.received_at < end
        )
    )


def _has_rows(connection: Connection, table: str, first: int, end: int) -> bool:
    found = connection.execute(
        text(
            f"SELECT 1 FROM {table}"  # noqa: S608 - our own name
            " WHERE received_at >= :first AND received_at < :end LIMIT 1"
        ),
        {"first": first, "end": end},
    ).first()
    return found is not None


def _next(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)
