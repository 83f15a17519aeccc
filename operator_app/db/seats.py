"""What is known of the office's other PCs: at the station of all of them, at a seat of the station."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import settings
from operator_app.db.models import app_user, foreign_revision, revision
from operator_app.db.revisions import WRITTEN_ORDER, Revision, from_row
from operator_app.db.seat_models import seat, seat_aside, seat_person

STATION = "seats.station"
JOINED = "seats.joined"


@dataclass(frozen=True)
class Station:
    """This PC is the office's station: the age identity seats seal to, and the shared folder."""

    identity: str
    recipient: str
    folder: str
    problem: str | None = None


@dataclass(frozen=True)
class Piece:
    """A file with revisions in the folder: the runs of their places (first, last) as written."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Joined:
    """This PC is a seat: the station that was confirmed by its fingerprint, and what lies there.

    `key` is the station's Ed25519 public key in base64; `acked` what it said to have, as the highest
    number without a gap by incarnation, and `acked_at` when it said so.
    """

    dev: str
    key: str
    recipient: str
    folder: str
    joined_at: int
    pieces: tuple[Piece, ...] = ()
    acked: dict[str, int] = field(default_factory=dict)
    written_at: int | None = None
    acked_at: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Seat:
    """A PC that was confirmed at the station. Times in UTC milliseconds."""

    dev: str
    number: int
    key: bytes
    joined_at: int
    active: bool
    taken_at: int | None
    problem: str | None


@dataclass(frozen=True)
class Numbers:
    """What of one incarnation is here: all from 1 to `through`; up to `last` `missing` are not."""

    through: int
    last: int
    missing: int


def read_station(connection: Connection) -> Station | None:
    """The station, when this PC is it."""
    data = settings.get(connection, STATION)
    return Station(**data) if data else None


def write_station(connection: Connection, station: Station | None) -> None:
    """This PC is the station, or is not any more."""
    settings.put(connection, STATION, asdict(station) if station else None)


def read_joined(connection: Connection) -> Joined | None:
    """The station this PC hands its records to."""
    data = settings.get(connection, JOINED)
    if not data:
        return None
    pieces = tuple(Piece(**piece) for piece in data.pop("pieces"))
    return Joined(**data, pieces=pieces)


def write_joined(connection: Connection, joined: Joined | None) -> None:
    """Remember it, or that there is none."""
    settings.put(connection, JOINED, asdict(joined) if joined else None)


def all_seats(connection: Connection) -> list[Seat]:
    """The confirmed PCs, also those from which nothing more is taken."""
    rows = connection.execute(select(seat).order_by(seat.c.number))
    return [
        Seat(
            r.dev,
            r.number,
            base64.b64decode(r.key),
            r.joined_at,
            bool(r.active),
            r.taken_at,
            r.problem,
        )
        for r in rows
    ]


def add_seat(connection: Connection, dev: str, key: bytes, at: int) -> int:
    """Confirm a PC, for the first time or again; its number. The station is number 1."""
    known = connection.execute(select(seat.c.number).where(seat.c.dev == dev)).scalar()
    if known is not None:
        connection.execute(update(seat).where(seat.c.dev == dev).values(active=1, problem=None))
        return int(known)
    last = connection.execute(select(func.max(seat.c.number))).scalar() or 1
    connection.execute(
        upsert(seat).values(
            dev=dev,
            number=last + 1,
            key=base64.b64encode(key).decode(),
            joined_at=at,
            active=1,
        )
    )
    return int(last) + 1


def stop_seat(connection: Connection, dev: str) -> None:
    """Take nothing more from it; what came stays."""
    connection.execute(update(seat).where(seat.c.dev == dev).values(active=0))


def note_seat(
    connection: Connection, dev: str, *, problem: str | None, taken_at: int | None = None
) -> bool:
    """How the last look at its files went; whether that is news. `taken_at`: something was new."""
    values: dict[str, Any] = {"problem": problem}
    if taken_at is not None:
        values["taken_at"] = taken_at
    before = connection.execute(select(seat.c.problem).where(seat.c.dev == dev)).scalar()
    if before == problem and taken_at is None:
        return False
    connection.execute(update(seat).where(seat.c.dev == dev).values(**values))
    return True


def numbers(connection: Connection) -> dict[str, int]:
    """The numbers of the seats by device."""
    return {r.dev: r.number for r in connection.execute(select(seat.c.dev, seat.c.number))}


def device_of(number: int) -> ColumnElement[str]:
    """As a part of a query: the device of a seat's number, "" for this PC."""
    if number == 0:
        return literal("", String)
    return select(seat.c.dev).where(seat.c.number == number).scalar_subquery()


def write_people(connection: Connection, dev: str, people: Mapping[str, str]) -> None:
    """Who works at a seat: full name by user id, in place of what was known."""
    connection.execute(delete(seat_person).where(seat_person.c.dev == dev))
    if people:
        statement = upsert(seat_person)
        connection.execute(
            statement.on_conflict_do_nothing(),
            [{"user_id": u, "dev": dev, "full_name": n} for u, n in sorted(people.items())],
        )


def people(connection: Connection) -> dict[str, str]:
    """Full name by user id of those who work at the seats."""
    rows = connection.execute(select(seat_person.c.user_id, seat_person.c.full_name))
    return {r.user_id: r.full_name for r in rows}


def own_people(connection: Connection) -> dict[str, str]:
    """Full name by user id of those who work here."""
    rows = connection.execute(select(app_user.c.user_id, app_user.c.full_name))
    return {r.user_id: r.full_name for r in rows}


def put_aside(
    connection: Connection, numbered: Mapping[str, Any], code: str, plain: bytes, at: int
) -> None:
    """Keep what cannot be taken in. `numbered` has op_id, dev, inc and seq."""
    names = ("op_id", "dev", "inc", "seq")
    connection.execute(
        upsert(seat_aside)
        .values({n: numbered[n] for n in names} | {"code": code, "payload": plain})
        .values(received_at=at)
        .on_conflict_do_nothing()
    )


def aside(connection: Connection, code: str) -> list[tuple[str, bytes]]:
    """(op_id, content) of what was set aside for that reason, in the order it came."""
    rows = connection.execute(
        select(seat_aside.c.op_id, seat_aside.c.payload)
        .where(seat_aside.c.code == code)
        .order_by(seat_aside.c.received_at, seat_aside.c.seq)
    )
    return [(r.op_id, bytes(r.payload)) for r in rows]


def forget_aside(connection: Connection, op_id: str) -> None:
    """It was taken in."""
    connection.execute(delete(seat_aside).where(seat_aside.c.op_id == op_id))


def count_aside(connection: Connection) -> dict[str, int]:
    """How many are set aside, by device."""
    rows = connection.execute(select(seat_aside.c.dev, func.count()).group_by(seat_aside.c.dev))
    return {r[0]: r[1] for r in rows}


def held_numbers(connection: Connection, dev: str) -> dict[str, Numbers]:
    """By incarnation what is here of a seat, taken in or set aside."""
    both = _numbers_in(foreign_revision, dev).union(_numbers_in(seat_aside, dev)).subquery()
    counted = connection.execute(
        select(both.c.inc, func.count(), func.max(both.c.seq)).group_by(both.c.inc)
    )
    found = {}
    for inc, count, last in counted.all():
        through = last if count == last else _without_gap(connection, both, inc)
        found[inc] = Numbers(through, last, last - count)
    return found


def is_here(connection: Connection, op_id: str) -> bool:
    """Whether a revision of that id was taken in, set aside, or made here."""
    return any(
        connection.execute(select(table.c.op_id).where(table.c.op_id == op_id)).first() is not None
        for table in (foreign_revision, seat_aside, revision)
    )


def to_hand_over(
    connection: Connection,
    acked: Mapping[str, int],
    besides: Sequence[Piece],
    most_items: int,
) -> list[tuple[int, Revision]]:
    """Revisions made here, as they were written, each with its place in that order: those above
    the number that `acked` has for their incarnation, and in none of the pieces."""
    conditions: list[ColumnElement[bool]] = [
        ~((revision.c.inc == inc) & (revision.c.seq <= through))
        for inc, through in sorted(acked.items())
    ]
    conditions += [~WRITTEN_ORDER.between(piece.first, piece.last) for piece in besides]
    rows = connection.execute(
        select(revision, WRITTEN_ORDER.label("place"))
        .where(*conditions)
        .order_by(WRITTEN_ORDER)
        .limit(most_items)
    ).mappings()
    return [(int(row["place"]), from_row(row)) for row in rows]


def count_not_acked(connection: Connection, acked: Mapping[str, int]) -> int:
    """How many revisions made here are not at the station, as far as it said."""
    rows = connection.execute(
        select(revision.c.inc, func.max(revision.c.seq)).group_by(revision.c.inc)
    )
    return sum(max(0, last - acked.get(inc, 0)) for inc, last in rows)


def _numbers_in(table: Any, dev: str) -> Select[Any]:
    return select(table.c.inc, table.c.seq).where(table.c.dev == dev, table.c.seq > 0)


def _without_gap(connection: Connection, both: Any, inc: str) -> int:
    rows = connection.execute(select(both.c.seq).where(both.c.inc == inc).order_by(both.c.seq))
    through = 0
    for seq in rows.scalars():
        if seq != through + 1:
            break
        through = seq
    return through
