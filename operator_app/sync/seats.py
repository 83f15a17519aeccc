"""Seats of one office and its station: who hands records over to whom, decided by people.

Both sides are pinned by fingerprints that people compare: the seat believes the station it joined,
the station takes from seats it confirmed. Everything else in the folder is nobody's.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from operator_app.db import audit, seats, settings
from operator_app.db.engine import Database
from operator_app.db.seats import Joined, Seat, Station
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right
from operator_app.errors import AppError, EnvironmentProblem, NotAllowed
from operator_app.sync.carriers.folder import files_of, read_whole, remove, write_whole
from operator_app.sync.seat_files import (
    CARD_SUFFIX,
    MOST_CARD_BYTES,
    STATION_CARD,
    BadSeatFile,
    Card,
    card_name,
    make_card,
    read_card,
)
from operator_app.sync.seat_reader import SeatReader
from operator_app.sync.seat_writer import SeatWriter, clear_folder


@dataclass(frozen=True)
class SeatFacts:
    """A confirmed seat at the station; `missing` numbers lie before others that came, `aside` could
    not be taken in; `records`: how many of its revisions are here."""

    seat: Seat
    fingerprint: str
    records: int
    missing: int
    aside: int


@dataclass(frozen=True)
class SeatsFacts:
    """How it stands. Exactly one of `station` and `joined`, or neither.

    `fingerprint` is what people at the other side compare with; `waiting`: how many revisions the
    station does not have yet; `newcomers`: PCs that ask to be confirmed.
    """

    station: Station | None = None
    joined: Joined | None = None
    fingerprint: str = ""
    seats: tuple[SeatFacts, ...] = ()
    newcomers: tuple[Card, ...] = ()
    waiting: int = 0


@dataclass(frozen=True)
class Look:
    """What a look into the folder did: `changed` is what the facts tell, `came` how many revisions of
    other PCs are new here."""

    changed: bool = False
    came: int = 0


class OfficeSeats:
    """Decisions of people, and the look into the folder. Safe from any thread."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        take_in: Callable[[Connection], int],
        *,
        allowed: bool = True,
    ) -> None:
        """`take_in` brings what came from seats into the rows that screens read; `allowed`: whether
        IT lets this PC use folders."""
        self._allowed = allowed
        self._database = database
        self._clock = clock
        self._running = threading.Lock()
        self._ended = threading.Event()
        self._reader = SeatReader(database, clock, take_in, self._ended.is_set)
        self._writer = SeatWriter(database, clock, self._ended.is_set)

    # What people decide

    def facts(self, actor: Actor) -> SeatsFacts:
        """How it stands; at the station the folder is looked into for newcomers."""
        actor.require(Right.SEE_SYNC)
        with self._database.read() as connection:
            station, joined = seats.read_station(connection), seats.read_joined(connection)
            if station is not None:
                known, aside = seats.all_seats(connection), seats.count_aside(connection)
                numbers = {s.dev: seats.held_numbers(connection, s.dev) for s in known}
            waiting = seats.count_not_acked(connection, joined.acked) if joined else 0
        if joined is not None:
            return SeatsFacts(
                joined=joined, fingerprint=self._own_card().fingerprint, waiting=waiting
            )
        if station is None:
            return SeatsFacts()
        office = self._own_card().office
        found = tuple(
            SeatFacts(
                s,
                fingerprint_of(office, s.key),
                sum(n.last - n.missing for n in numbers[s.dev].values()),
                sum(n.missing for n in numbers[s.dev].values()),
                aside.get(s.dev, 0),
            )
            for s in known
        )
        return SeatsFacts(
            station=station,
            fingerprint=self._own_card(station.recipient).fingerprint,
            seats=found,
            newcomers=tuple(self._newcomers(station, {s.dev for s in known})),
        )

    def become_station(self, actor: Actor, folder: Path, *, instead: bool = False) -> None:
        """This PC holds the whole office's journal from now on. Audited.

        `instead` of another PC whose card lies in the folder; without it that raises
        BadSeatFile("seats.station_there"). Raises also `seats.is_seat`, as `write_whole`, and
        NotAllowed("carrier.not_allowed").
        """
        import pyrage

        actor.require(Right.MANAGE_SEATS)
        self._require_allowed()
        folder = self._checked(folder)
        with self._database.read() as connection:
            if seats.read_joined(connection) is not None:
                raise BadSeatFile("seats.is_seat")
            known = seats.read_station(connection)
            device = settings.read_device(connection)
        there = self._station_in(folder)
        if there is not None and there.dev != device.device_id and not instead:
            raise BadSeatFile("seats.station_there")
        if known is None:
            identity = pyrage.x25519.Identity.generate()
            known = Station(str(identity), str(identity.to_public()), str(folder))
        known = replace(known, folder=str(folder), problem=None)
        card = self._own_card(known.recipient)
        write_whole(folder / STATION_CARD, _bytes_of(card))
        with self._database.write() as connection:
            seats.write_station(connection, known)
            self._audit(connection, actor, "seats.station_made", {"instead": instead})

    def end_station(self, actor: Actor) -> None:
        """This PC takes nothing more; what came stays. Audited."""
        actor.require(Right.MANAGE_SEATS)
        with self._running, self._database.write() as connection:
            station = seats.read_station(connection)
            if station is None:
                return
            seats.write_station(connection, None)
            self._audit(connection, actor, "seats.station_ended", {})
        there = self._station_in(Path(station.folder), gently=True)
        if there is not None and there.recipient == station.recipient:
            remove(Path(station.folder) / STATION_CARD)

    def look(self, actor: Actor, folder: Path) -> Card:
        """The station whose card lies in the folder, for people to compare its fingerprint.

        Raises BadSeatFile: `seats.no_station`, `seats.bad_card`, `seats.other_office`,
        `seats.own_card`, `seats.is_station`; as `read_whole`; NotAllowed("carrier.not_allowed").
        """
        actor.require(Right.MANAGE_SEATS)
        self._require_allowed()
        there = self._station_in(self._checked(folder))
        own = self._own_card()
        if there is None:
            raise BadSeatFile("seats.no_station")
        if there.office != own.office:
            raise BadSeatFile("seats.other_office")
        with self._database.read() as connection:
            if seats.read_station(connection) is not None:
                raise BadSeatFile("seats.is_station")
        if there.dev == own.dev:
            raise BadSeatFile("seats.own_card")
        return there

    def join(self, actor: Actor, folder: Path, card: Card) -> None:
        """Hand over to the station that a person compared: its whole history, then what is new.

        Audited. Raises as `look`, and BadSeatFile("seats.card_changed") when another card lies there.
        """
        if self.look(actor, folder) != card:
            raise BadSeatFile("seats.card_changed")
        folder = self._checked(folder)
        own = self._own_card(station=card.dev)
        write_whole(folder / card_name(own.dev), _bytes_of(own))
        now = to_ms(self._clock())
        with self._running, self._database.write() as connection:
            seats.write_joined(
                connection, Joined(card.dev, card.key, card.recipient, str(folder), now)
            )
            self._audit(connection, actor, "seats.joined", {})

    def leave(self, actor: Actor) -> None:
        """Hand nothing over any more; what is at the station stays there. Audited."""
        actor.require(Right.MANAGE_SEATS)
        with self._running, self._database.write() as connection:
            joined = seats.read_joined(connection)
            if joined is None:
                return
            seats.write_joined(connection, None)
            self._audit(connection, actor, "seats.left", {})
            device = settings.read_device(connection)
        clear_folder(Path(joined.folder), device.device_id)

    def confirm(self, actor: Actor, card: Card) -> int:
        """Take from a seat that a person compared; its number. Audited."""
        actor.require(Right.MANAGE_SEATS)
        with self._database.write() as connection:
            number = seats.add_seat(connection, card.dev, card.public_key, to_ms(self._clock()))
            self._audit(connection, actor, "seats.confirmed", {"number": number})
        return number

    def refuse(self, actor: Actor, card: Card) -> None:
        """Take nothing from that PC, and show it no more among those that ask. Audited."""
        actor.require(Right.MANAGE_SEATS)
        with self._database.write() as connection:
            number = seats.add_seat(connection, card.dev, card.public_key, to_ms(self._clock()))
            seats.stop_seat(connection, card.dev)
            self._audit(connection, actor, "seats.refused", {"number": number})

    def stop(self, actor: Actor, dev: str) -> None:
        """Take nothing more from a seat; what came stays. Audited."""
        actor.require(Right.MANAGE_SEATS)
        with self._database.write() as connection:
            seats.stop_seat(connection, dev)
            number = seats.numbers(connection).get(dev, 0)
            self._audit(connection, actor, "seats.stopped", {"number": number})

    def resume(self, actor: Actor, seat: Seat) -> None:
        """Take from a seat again that was stopped. Audited."""
        actor.require(Right.MANAGE_SEATS)
        with self._database.write() as connection:
            seats.add_seat(connection, seat.dev, seat.key, to_ms(self._clock()))
            self._audit(connection, actor, "seats.confirmed", {"number": seat.number})

    # What runs by itself

    def run_once(self) -> Look:
        """Look into the folder: at the station take in, at a seat hand over."""
        if not self._running.acquire(blocking=False):
            return Look()
        try:
            if self._ended.is_set() or not self._allowed:
                return Look()
            with self._database.read() as connection:
                station, joined = seats.read_station(connection), seats.read_joined(connection)
            if station is not None:
                return Look(self._reader.run(station), self._reader.came)
            return Look(joined is not None and self._writer.run(joined))
        finally:
            self._running.release()

    def close(self) -> None:
        """Let no other look begin, and wait for the end of the one under way."""
        self._ended.set()
        with self._running:
            pass

    def _newcomers(self, station: Station, known: set[str]) -> list[Card]:
        folder, found = Path(station.folder), []
        try:
            files = files_of(folder, "seat-", CARD_SUFFIX)
        except EnvironmentProblem:
            return []
        office, own = self._own_card().office, self._own_card().dev
        for file in files:
            try:
                card = read_card(read_whole(file, MOST_CARD_BYTES), of_station=False)
            except AppError:
                # Nobody's: who wrote it has no key for it.
                continue
            fits = file.name == card_name(card.dev) and (card.office, card.station) == (office, own)
            if fits and card.dev not in known:
                found.append(card)
        return found

    def _station_in(self, folder: Path, *, gently: bool = False) -> Card | None:
        try:
            if not files_of(folder, STATION_CARD, CARD_SUFFIX):
                return None
            return read_card(read_whole(folder / STATION_CARD, MOST_CARD_BYTES), of_station=True)
        except AppError:
            if gently:
                return None
            raise

    def _own_card(self, recipient: str = "", station: str = "") -> Card:
        with self._database.read() as connection:
            device = settings.read_device(connection)
            office = settings.read_office(connection).code
        now = to_ms(self._clock())
        data = make_card(device, office, now, recipient=recipient, station=station)
        return read_card(data, of_station=bool(recipient))

    def _require_allowed(self) -> None:
        if not self._allowed:
            raise NotAllowed("carrier.not_allowed")

    def _checked(self, folder: Path) -> Path:
        if not folder.is_dir():
            raise EnvironmentProblem("folder.gone")
        folder = folder.resolve()
        if folder.is_relative_to(self._database.file.parent.resolve()):
            raise EnvironmentProblem("folder.inside")
        return folder

    def _audit(
        self, connection: Connection, actor: Actor, action: str, details: dict[str, int]
    ) -> None:
        audit.append(
            connection,
            at=to_ms(self._clock()),
            user_id=actor.user_id,
            action=action,
            details=details,
        )


def fingerprint_of(office: str, key: bytes) -> str:
    """The fingerprint of a seat by its key."""
    encoded = base64.b64encode(key).decode()
    return Card("117-card", 1, office, "-", encoded, "", "", 0, "").fingerprint


def _bytes_of(card: Card) -> bytes:
    return msgspec.json.encode(card) + b"\n"
