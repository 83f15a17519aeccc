"""The station takes in what the seats handed over, and tells each what it has.

Of a seat that was confirmed here by its fingerprint only, each file whole or not at all, each
revision once, in whatever order they come. What cannot be taken in is kept aside and counted as
here: it is not the fault of what follows it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from operator_app.db import foreign, seats, settings
from operator_app.db.engine import Database
from operator_app.db.seats import Seat, Station
from operator_app.db.settings import Device
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.wire import (
    NEWER_SCHEMA,
    Kind,
    check_payload,
    check_references,
    is_word,
)
from operator_app.errors import AppError
from operator_app.sync.carriers.folder import files_of, read_whole, write_whole
from operator_app.sync.envelope import BadEnvelope, check, open_sealed
from operator_app.sync.seat_files import (
    CARD_SUFFIX,
    MOST_CARD_BYTES,
    PIECE_SUFFIX,
    STATION_CARD,
    BadSeatFile,
    PieceRead,
    ack_name,
    device_in,
    make_ack,
    make_card,
    open_people,
    piece_beginning,
    read_card,
    read_piece,
)

AT_ONCE = 200
"""Revisions taken in by one transaction: somebody may want to save a call."""
NOT_FINISHED = "seats.not_finished"
_TO_BE_WRITTEN_ANEW = frozenset(
    {"seats.piece_cut", "seats.piece_changed", "seats.piece_bad_signature", "seats.cannot_open"}
)


@dataclass
class _Look:
    """What came of one seat's files: names taken, names wanted again, and what is wrong."""

    taken: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    problem: str | None = None
    new: int = 0


class SeatReader:
    """The station's side of the folder, for one database. One run at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        take_in: Callable[[Connection], int],
        stopped: Callable[[], bool],
    ) -> None:
        """`take_in` brings what was kept into the rows that screens read."""
        self._database = database
        self._clock = clock
        self._take_in = take_in
        self._stopped = stopped
        self._known: dict[tuple[str, int, int], str] = {}
        self._said: dict[str, bytes] = {}
        self._tried_again = False

    def run(self, station: Station) -> bool:
        """One look into the folder; whether anything changed. Never raises for what lies there."""
        if not self._tried_again:
            self._try_again()
            self._tried_again = True
        folder, problem, changed = Path(station.folder), None, False
        try:
            with self._database.read() as connection:
                device = settings.read_device(connection)
                confirmed = seats.all_seats(connection)
            self._check_card(folder, station, device)
            for seat in confirmed:
                if self._stopped():
                    return changed
                changed |= self._look_at(folder, station, device, seat)
            if self._strangers(folder, confirmed):
                problem = "seats.stranger"
        except AppError as error:
            problem = error.code
        return self._remember(problem) or changed

    def _check_card(self, folder: Path, station: Station, device: Device) -> None:
        """Raise when another PC says to be the station; put our card there when it is missing."""
        with self._database.read() as connection:
            office = settings.read_office(connection).code
        if files_of(folder, STATION_CARD, CARD_SUFFIX):
            card = read_card(read_whole(folder / STATION_CARD, MOST_CARD_BYTES), of_station=True)
            if (card.dev, card.recipient) == (device.device_id, station.recipient):
                return
            raise BadSeatFile("seats.two_stations")
        card_bytes = make_card(device, office, to_ms(self._clock()), recipient=station.recipient)
        write_whole(folder / STATION_CARD, card_bytes)

    def _look_at(self, folder: Path, station: Station, device: Device, seat: Seat) -> bool:
        look = _Look()
        if seat.active:
            for file in files_of(folder, piece_beginning(seat.dev), PIECE_SUFFIX):
                if self._stopped():
                    break
                self._take(file, station, device, seat, look)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            held = {inc: n.through for inc, n in seats.held_numbers(connection, seat.dev).items()}
            news = seats.note_seat(
                connection, seat.dev, problem=look.problem, taken_at=now if look.new else None
            )
        self._answer(folder, device, seat, look, held)
        return news

    def _take(self, file: Path, station: Station, device: Device, seat: Seat, look: _Look) -> None:
        """One file; never raises for what is wrong with it, so that the others are read."""
        try:
            found = file.stat()
            mark = (file.name, found.st_size, found.st_mtime_ns)
            code = self._known.get(mark)
            if code is None:
                code = self._judge(file, station, device, seat, look)
                if code != NOT_FINISHED:
                    self._known[mark] = code
        except OSError:
            code = "folder.gone"
        except AppError as error:
            code = error.code
        if not code:
            look.taken.append(file.name)
            return
        look.problem = code
        if code in _TO_BE_WRITTEN_ANEW:
            look.again.append(file.name)

    def _judge(self, file: Path, station: Station, device: Device, seat: Seat, look: _Look) -> str:
        """Take a file in; the code of what is wrong with it, "" when all is well."""
        data = read_whole(file)
        key = Ed25519PublicKey.from_public_bytes(seat.key)
        identity = pyrage.x25519.Identity.from_str(station.identity)
        try:
            piece = read_piece(data, key)
            with self._database.read() as connection:
                office = settings.read_office(connection).code
            _check_head(piece, station, device, seat, office)
            opened = list(_opened(piece, seat, identity))
        except BadSeatFile as problem:
            return problem.code
        people = open_people(piece.head.people, identity)
        for start in range(0, len(opened), AT_ONCE):
            if self._stopped():
                return NOT_FINISHED
            with self._database.write() as connection:
                for envelope, plain in opened[start : start + AT_ONCE]:
                    look.new += self._keep(connection, envelope, plain, office)
                self._take_in(connection)
        with self._database.write() as connection:
            seats.write_people(connection, seat.dev, people)
        return ""

    def _keep(
        self, connection: Connection, envelope: dict[str, Any], plain: bytes, office: str
    ) -> bool:
        """Keep one revision; whether it is new here."""
        if seats.is_here(connection, envelope["op_id"]):
            return False
        now = to_ms(self._clock())
        code, data = _content(envelope, plain, office)
        if not code and foreign.is_other_record(connection, data):
            code = "seats.not_its_record"
        if not code and foreign.add(connection, data, plain, now):
            return True
        # The number is taken by another revision: it counts for none.
        numbered = envelope if code else {**envelope, "seq": 0}
        seats.put_aside(connection, numbered, code or "seats.number_twice", plain, now)
        return True

    def _try_again(self) -> None:
        """What a newer program wrote may be understood since this one was updated."""
        with self._database.write() as connection:
            office = settings.read_office(connection).code
            for op_id, plain in seats.aside(connection, NEWER_SCHEMA):
                header = _header(plain)
                if header is None or header["op_id"] != op_id:
                    continue
                code, data = _content(header, plain, office)
                if not code and not foreign.is_other_record(connection, data):
                    seats.forget_aside(connection, op_id)
                    foreign.add(connection, data, plain, to_ms(self._clock()))
            self._take_in(connection)

    def _answer(
        self, folder: Path, device: Device, seat: Seat, look: _Look, held: dict[str, int]
    ) -> None:
        """Tell the seat what is here, when that is something else than what lies there."""
        now = to_ms(self._clock())
        said = msgspec.json.encode(
            [sorted(held.items()), sorted(look.taken), sorted(look.again), seat.active]
        )
        name = ack_name(seat.dev)
        if self._said.get(seat.dev) == said and files_of(folder, name, name):
            return
        write_whole(
            folder / name,
            make_ack(device, seat.dev, now, held, look.taken, look.again, stopped=not seat.active),
        )
        self._said[seat.dev] = said

    def _strangers(self, folder: Path, confirmed: Iterable[Seat]) -> bool:
        """Whether somebody who was not confirmed here put records into the folder."""
        known = {seat.dev for seat in confirmed}
        return any(device_in(file) not in known for file in files_of(folder, "seat-", PIECE_SUFFIX))

    def _remember(self, problem: str | None) -> bool:
        with self._database.read() as connection:
            station = seats.read_station(connection)
        if station is None or station.problem == problem:
            return False
        with self._database.write() as connection:
            now_station = seats.read_station(connection)
            if now_station is not None:
                seats.write_station(connection, replace(now_station, problem=problem))
        return True


def _check_head(
    piece: PieceRead, station: Station, device: Device, seat: Seat, office: str
) -> None:
    head = piece.head
    if head.dev != seat.dev:
        raise BadSeatFile("seats.piece_changed")
    if head.office != office:
        raise BadSeatFile("seats.other_office")
    if (head.station, head.recipient) != (device.device_id, station.recipient):
        raise BadSeatFile("seats.for_other_station")


def _opened(
    piece: PieceRead, seat: Seat, identity: pyrage.x25519.Identity
) -> Iterable[tuple[dict[str, Any], bytes]]:
    key = Ed25519PublicKey.from_public_bytes(seat.key)
    for line in piece.lines.items:
        try:
            envelope = msgspec.json.decode(line)
            check(envelope, key)
            if envelope["dev"] != seat.dev:
                raise BadSeatFile("seats.piece_changed")
            yield envelope, open_sealed(base64.b64decode(envelope["ct"]), identity)
        except BadEnvelope as problem:
            opens = problem.code != "envelope.cannot_open"
            raise BadSeatFile("seats.piece_changed" if opens else "seats.cannot_open") from None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise BadSeatFile("seats.piece_changed") from None


def _content(header: dict[str, Any], plain: bytes, office: str) -> tuple[str, dict[str, Any]]:
    """What is wrong with a revision, "" for nothing, and its content."""
    try:
        data = json.loads(plain)
    except (ValueError, RecursionError):
        return "change.malformed", {}
    faults = check_payload(data)
    if faults:
        # A newer program may have written more than one thing that is not known here.
        newer = any(fault.code == NEWER_SCHEMA for fault in faults)
        return (NEWER_SCHEMA if newer else faults[0].code), {}
    if faults := check_references(data):
        return faults[0].code, {}
    names = ("op_id", "dev", "inc", "seq")
    if any(data[name] != header[name] for name in names) or not is_word(data["op_id"]):
        return "change.header_swapped", {}
    if data["kind"] != Kind.SUGGESTION and data["body"].get("office") != office:
        return "change.other_office", {}
    return "", data


def _header(plain: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(plain)
    except (ValueError, RecursionError):
        return None
    names = ("op_id", "dev", "inc", "seq")
    if not isinstance(data, dict) or any(name not in data for name in names):
        return None
    return {name: data[name] for name in names}
