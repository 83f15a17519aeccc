"""PCs of one office around a shared folder, as the tests drive them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select

from operator_app.db.models import call, foreign_revision, revision
from operator_app.services.call_exchange import fold_office
from operator_app.services.journal import Journal, JournalFilter, JournalRow
from operator_app.sync.seat_files import Card
from operator_app.sync.seats import OfficeSeats, SeatsFacts
from tests.sync.desk import Desk


class SeatPC:
    """One PC of the office, with its look into the folder."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.seats = self._open()

    def _open(self) -> OfficeSeats:
        return OfficeSeats(self.desk.database, self.desk.office.clock, self._take_in)

    def _take_in(self, connection: Connection) -> int:
        return fold_office(connection, self.desk.cases.files, self.desk.office.reference)

    def restart(self) -> None:
        """The program ends and starts again over the same file."""
        self.seats.close()
        self.desk.reopen()
        self.seats = self._open()

    @property
    def facts(self) -> SeatsFacts:
        return self.seats.facts(self.desk.office.actor)

    @property
    def problem(self) -> str | None:
        """What the page says of the folder."""
        found = self.facts
        side = found.station or found.joined
        return side.problem if side else None

    def journal(self, wanted: JournalFilter | None = None) -> list[JournalRow]:
        office = self.desk.office
        reader = Journal(office.database, office.reference)
        return reader.page(office.actor, wanted or JournalFilter(), limit=1000)

    def own_revisions(self) -> set[str]:
        with self.desk.database.read() as connection:
            return set(connection.execute(select(revision.c.op_id)).scalars())

    def foreign_revisions(self) -> set[str]:
        with self.desk.database.read() as connection:
            return set(connection.execute(select(foreign_revision.c.op_id)).scalars())

    def calls_of_others(self) -> dict[str, str]:
        """call_id -> op_id of the calls that other PCs took."""
        query = select(call.c.call_id, call.c.op_id).where(call.c.device != "")
        with self.desk.database.read() as connection:
            return {row.call_id: row.op_id for row in connection.execute(query)}


def make_station(pc: SeatPC, folder: Path) -> None:
    pc.seats.become_station(pc.desk.office.actor, folder)


def join(seat: SeatPC, folder: Path) -> Card:
    """The seat's half: a person there compared the station's fingerprint."""
    card = seat.seats.look(seat.desk.office.actor, folder)
    seat.seats.join(seat.desk.office.actor, folder, card)
    return card


def pair(station: SeatPC, seat: SeatPC, folder: Path) -> int:
    """Both halves; the seat's number."""
    before = {card.dev for card in station.facts.newcomers}
    join(seat, folder)
    (card,) = [c for c in station.facts.newcomers if c.dev not in before]
    return station.seats.confirm(station.desk.office.actor, card)


def quiet(station: SeatPC, *seats: SeatPC) -> None:
    """Let all look into the folder until nothing changes: a word is read one round after it."""
    still = 0
    for _round in range(30):
        changed = [pc.seats.run_once() for pc in (*seats, station)]
        still = 0 if any(changed) else still + 1
        if still == 2:
            return
    raise AssertionError("the folder does not come to rest")
