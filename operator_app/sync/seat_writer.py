"""A seat hands over to the office's station: its whole history once, then what is new.

Nothing of this moves a revision on its way to the ministry; only the ministry's receipts do. What is
handed over is what the ministry gets, not a word more: what she did not agree to stays on this PC.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection

from operator_app.db import seats, settings
from operator_app.db.engine import Database
from operator_app.db.revisions import Revision
from operator_app.db.seats import Joined, Piece
from operator_app.db.settings import Device, Server
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.wire import Header, canonical_plain
from operator_app.errors import AppError, EnvironmentProblem
from operator_app.sync.bundle import write_lines
from operator_app.sync.carriers.folder import PART, files_of, read_whole, remove, write_whole
from operator_app.sync.envelope import seal
from operator_app.sync.seat_files import (
    ACK_SUFFIX,
    CARD_SUFFIX,
    MOST_ACK_BYTES,
    MOST_CARD_BYTES,
    PIECE_SUFFIX,
    STATION_CARD,
    Ack,
    BadSeatFile,
    PieceHead,
    ack_name,
    card_name,
    make_card,
    piece_beginning,
    piece_name,
    read_ack,
    read_card,
    seal_people,
)

PIECE_ITEMS = 1_000
PIECE_BYTES = 8 << 20
MOST_PIECES = 20
"""That lie there and were not taken yet; then the seat waits for the station."""
NO_KEY_OF_MINISTRY = "station"
"""The `kid` where no ministry is known yet: such an envelope opens at the station only."""


class SeatWriter:
    """The seat's side of the folder, for one database. One run at a time."""

    def __init__(self, database: Database, clock: Clock, stopped: Callable[[], bool]) -> None:
        self._database = database
        self._clock = clock
        self._stopped = stopped

    def run(self, joined: Joined) -> bool:
        """One look into the folder; whether anything changed. Never raises for what lies there."""
        with self._database.read() as connection:
            device = settings.read_device(connection)
        folder, problem, changed = Path(joined.folder), None, False
        try:
            self._check_station(folder, joined)
            self._show_card(folder, joined, device)
            stopped = self._read_word(folder, joined, device)
            changed = self._tidy(folder, device)
            if stopped:
                problem = "seats.stopped"
            else:
                changed |= self._write_new(folder, device)
        except AppError as error:
            problem = error.code
        return self._remember(problem) or changed

    def _check_station(self, folder: Path, joined: Joined) -> None:
        """Raise unless the card in the folder is still the one that was confirmed."""
        if not files_of(folder, STATION_CARD, CARD_SUFFIX):
            raise BadSeatFile("seats.no_station")
        card = read_card(read_whole(folder / STATION_CARD, MOST_CARD_BYTES), of_station=True)
        if (card.key, card.recipient) != (joined.key, joined.recipient):
            raise BadSeatFile("seats.other_station")

    def _show_card(self, folder: Path, joined: Joined, device: Device) -> None:
        name = card_name(device.device_id)
        if not files_of(folder, name, CARD_SUFFIX):
            with self._database.read() as connection:
                office = settings.read_office(connection).code
            now = to_ms(self._clock())
            write_whole(folder / name, make_card(device, office, now, station=joined.dev))

    def _read_word(self, folder: Path, joined: Joined, device: Device) -> bool:
        """Take the station's word in; whether it takes nothing more from this PC."""
        name = ack_name(device.device_id)
        if not files_of(folder, name, ACK_SUFFIX):
            return False
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(joined.key))
        ack = read_ack(read_whole(folder / name, MOST_ACK_BYTES), key, dev=device.device_id)
        with self._database.write() as connection:
            now_joined = seats.read_joined(connection)
            if now_joined is None or now_joined.key != joined.key:
                return False
            done = {*ack.taken, *ack.again}
            seats.write_joined(
                connection,
                replace(
                    now_joined,
                    acked={held.inc: held.seq for held in ack.held},
                    acked_at=ack.made_at,
                    pieces=tuple(p for p in now_joined.pieces if p.name not in done),
                ),
            )
        self._remove_done(folder, device, ack)
        return ack.stopped

    def _remove_done(self, folder: Path, device: Device, ack: Ack) -> None:
        done = {*ack.taken, *ack.again}
        for file in files_of(folder, piece_beginning(device.device_id), PIECE_SUFFIX):
            if file.name in done:
                remove(file)

    def _tidy(self, folder: Path, device: Device) -> bool:
        """Forget pieces that are gone: what was in them, and is not at the station, is written anew."""
        own = piece_beginning(device.device_id)
        there = {f.name for f in files_of(folder, own, PIECE_SUFFIX)}
        for leftover in files_of(folder, f".{own}", PART):
            remove(leftover)
        with self._database.write() as connection:
            joined = seats.read_joined(connection)
            if joined is None:
                return False
            left = tuple(p for p in joined.pieces if p.name in there)
            if left != joined.pieces:
                seats.write_joined(connection, replace(joined, pieces=left))
            return left != joined.pieces

    def _write_new(self, folder: Path, device: Device) -> bool:
        changed = False
        while not self._stopped():
            with self._database.read() as connection:
                joined = seats.read_joined(connection)
                if joined is None or len(joined.pieces) >= MOST_PIECES:
                    break
                made = self._make(connection, joined, device)
            if made is None:
                break
            piece, data = made
            write_whole(folder / piece.name, data)
            with self._database.write() as connection:
                now_joined = seats.read_joined(connection)
                if now_joined is None or now_joined.key != joined.key:
                    # Left, or joined elsewhere, meanwhile.
                    remove(folder / piece.name)
                    break
                seats.write_joined(
                    connection,
                    replace(
                        now_joined,
                        pieces=(*now_joined.pieces, piece),
                        written_at=to_ms(self._clock()),
                    ),
                )
            changed = True
        return changed

    def _make(
        self, connection: Connection, joined: Joined, device: Device
    ) -> tuple[Piece, bytes] | None:
        waiting = seats.to_hand_over(connection, joined.acked, joined.pieces, PIECE_ITEMS)
        if not waiting:
            return None
        server = settings.read_server(connection)
        envelopes: list[dict[str, object]] = []
        size = 0
        for _place, revision in waiting:
            envelope = _sealed(revision, device, server, joined.recipient)
            size += len(canonical_plain(envelope))
            if envelopes and size > PIECE_BYTES:
                break
            envelopes.append(envelope)
        first, last = waiting[0][0], waiting[len(envelopes) - 1][0]
        head = PieceHead(
            format="117-seat",
            v=1,
            dev=device.device_id,
            office=settings.read_office(connection).code,
            station=joined.dev,
            recipient=joined.recipient,
            made_at=to_ms(self._clock()),
            count=len(envelopes),
            people=seal_people(seats.own_people(connection), joined.recipient),
        )
        name = piece_name(device.device_id, first, str(uuid4()))
        return Piece(name, first, last), write_lines(head, envelopes, device.signing_key)

    def _remember(self, problem: str | None) -> bool:
        with self._database.read() as connection:
            joined = seats.read_joined(connection)
        if joined is None or joined.problem == problem:
            return False
        with self._database.write() as connection:
            now_joined = seats.read_joined(connection)
            if now_joined is not None:
                seats.write_joined(connection, replace(now_joined, problem=problem))
        return True


def clear_folder(folder: Path, device_id: str) -> None:
    """Take away what a seat put there, as far as that can be done."""
    with contextlib.suppress(EnvironmentProblem):
        own = [
            *files_of(folder, card_name(device_id), CARD_SUFFIX),
            *files_of(folder, piece_beginning(device_id), PIECE_SUFFIX),
        ]
        for file in own:
            remove(file)


def _sealed(revision: Revision, device: Device, server: Server, station: str) -> dict[str, object]:
    return seal(
        revision.payload,
        revision.tag,
        Header(revision.op_id, device.device_id, revision.inc, revision.seq),
        kid=server.kid or NO_KEY_OF_MINISTRY,
        recipients=[*server.recipients, station],
        signing_key=device.signing_key,
    )
