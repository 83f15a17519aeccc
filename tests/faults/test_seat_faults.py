"""What shares, strangers and restores do to the files of an office's seats: answered in words, nothing
lost, nothing doubled."""

from __future__ import annotations

import errno
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operator_app.db import settings, sync_state
from operator_app.db.engine import Database
from operator_app.domain.ids import new_incarnation
from operator_app.services.calls import Calls
from operator_app.sync import seat_writer
from operator_app.sync.carriers.folder import files_of
from operator_app.sync.seat_files import (
    ACK_SUFFIX,
    PIECE_SUFFIX,
    STATION_CARD,
    BadSeatFile,
    make_ack,
)
from operator_app.ui.folder_problems import SENTENCES as FOLDER_SENTENCES
from operator_app.ui.seat_problems import SENTENCES
from tests.sync.desk import Desk
from tests.sync.seats import SeatPC, join, make_station, pair, quiet

FLIPS = 25
CUTS = 15


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "117"
    made.mkdir()
    return made


@pytest.fixture
def pcs(new_seat: Callable[..., Desk], folder: Path) -> Iterator[tuple[SeatPC, SeatPC]]:
    """The station and a seat that it confirmed."""
    station, seat = SeatPC(new_seat()), SeatPC(new_seat())
    make_station(station, folder)
    pair(station, seat, folder)
    yield station, seat
    for pc in (station, seat):
        pc.seats.close()


def whole(station: SeatPC, *seats: SeatPC) -> None:
    """What the station has is exactly what the seats have, and each call is one row."""
    quiet(station, *seats)
    made = set().union(*(seat.own_revisions() for seat in seats))
    assert station.foreign_revisions() == made
    for seat in seats:
        assert (seat.facts.waiting, seat.problem) == (0, None)
    assert station.problem is None


def pieces(folder: Path) -> list[Path]:
    return files_of(folder, "seat-", PIECE_SUFFIX)


def said(code: str | None) -> str:
    """The code; people are told in words what it means."""
    assert code in SENTENCES | FOLDER_SENTENCES
    return str(code)


def seat_problem(station: SeatPC) -> str | None:
    return station.facts.seats[0].seat.problem


def test_a_flipped_bit_and_a_cut_take_nothing_and_are_written_again(
    pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    station, seat = pcs
    for _ in range(3):
        seat.desk.save()
    seat.seats.run_once()
    (piece,) = pieces(folder)
    good = piece.read_bytes()
    r = random.Random(117)
    places = [r.randrange(len(good) * 8) for _ in range(FLIPS)]
    damaged = [bytes_with_flip(good, place) for place in places]
    damaged += [good[: r.randrange(len(good))] for _ in range(CUTS)]
    for data in damaged:
        piece.write_bytes(data)
        station.seats.run_once()
        assert said(seat_problem(station)).startswith("seats.piece_")
        assert station.foreign_revisions() == set()
    whole(station, seat)
    assert len(station.journal()) == 3


def bytes_with_flip(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_twice_out_of_order_and_taken_away_before_it_was_read(
    pcs: tuple[SeatPC, SeatPC], folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    station, seat = pcs
    monkeypatch.setattr(seat_writer, "PIECE_ITEMS", 2)
    first = seat.desk.save(note="one")
    for note in ("two", "three", "four"):
        first = seat.desk.amend(first, note=note)
    seat.desk.save()
    seat.seats.run_once()
    one, two, three = pieces(folder)
    kept = tmp_path / "kept"
    kept.mkdir()
    for file in (one, two, three):
        shutil.copy(file, kept)
    # The last comes first: what it is based on is not there, so nothing is shown of that call.
    for file in (one, two):
        file.unlink()
    station.seats.run_once()
    assert [row.revision_no for row in station.journal()] == [1]
    assert station.facts.seats[0].missing == 4
    shutil.copy(kept / two.name, folder)
    station.seats.run_once()
    whole(station, seat)
    assert sorted(row.revision_no for row in station.journal()) == [1, 4]
    before = station.calls_of_others()
    for file in kept.iterdir():
        shutil.copy(file, folder)
    station.restart()
    whole(station, seat)
    assert station.calls_of_others() == before
    assert pieces(folder) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "folder.full"),
        (errno.EROFS, "folder.read_only"),
        (errno.EIO, "folder.gone"),
    ],
)
def test_a_folder_that_cannot_be_written_is_said_and_made_up_for(
    pcs: tuple[SeatPC, SeatPC],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: str,
) -> None:
    station, seat = pcs
    seat.desk.save()

    def fail(*_args: object, **_more: object) -> Any:
        raise OSError(number, "as the share says")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", fail)
        seat.seats.run_once()
        station.seats.run_once()
    assert said(seat.problem) == code
    assert pieces(folder) == []
    whole(station, seat)


def test_a_share_that_is_gone_is_said_and_nothing_is_forgotten(
    pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    station, seat = pcs
    quiet(station, seat)
    away = folder.with_name("away")
    folder.rename(away)
    seat.desk.save()
    for pc in pcs:
        pc.seats.run_once()
        assert said(pc.problem) == "folder.gone"
    away.rename(folder)
    whole(station, seat)
    # Somebody tidied the share up.
    seat.desk.save()
    seat.seats.run_once()
    for file in folder.iterdir():
        file.unlink()
    whole(station, seat)


def test_a_seat_restored_from_a_backup_loses_nothing_at_the_station(
    pcs: tuple[SeatPC, SeatPC], folder: Path, tmp_path: Path
) -> None:
    station, seat = pcs
    seat.desk.save(note="in the backup")
    quiet(station, seat)
    shutil.copytree(seat.desk.database.file.parent, tmp_path / "backup")
    later = seat.desk.save(note="after the backup")
    quiet(station, seat)
    lost = seat.own_revisions()
    restored(seat, tmp_path / "backup" / seat.desk.database.file.name)
    again = seat.desk.save(note="after the restore")
    assert again.number == later.number
    quiet(station, seat)
    assert station.foreign_revisions() == lost | seat.own_revisions()
    assert len(station.journal()) == 3
    assert (seat.facts.waiting, seat.problem, station.problem) == (0, None, None)


def restored(pc: SeatPC, file: Path) -> None:
    """What a restore does: the file as it was, another incarnation, nothing believed of the way."""
    pc.seats.close()
    pc.desk.cycle.close()
    database, key = pc.desk.database.file, pc.desk.database.key
    pc.desk.database.close()
    for leftover in database.parent.glob(database.name + "*"):
        leftover.unlink()
    for part in file.parent.glob(file.name + "*"):
        shutil.copy(part, database.with_name(part.name))
    office = pc.desk.office
    office.database = Database(database, key)
    with office.database.write() as connection:
        device = settings.read_device(connection)
        settings.write_device(connection, replace(device, inc=new_incarnation()))
        sync_state.start_anew(connection)
    office.calls = Calls(office.database, office.reference, office.clock)
    pc.restart()


def test_a_station_restored_from_a_backup_asks_again_by_its_word(
    pcs: tuple[SeatPC, SeatPC], folder: Path, tmp_path: Path
) -> None:
    station, seat = pcs
    seat.desk.save()
    quiet(station, seat)
    shutil.copytree(station.desk.database.file.parent, tmp_path / "backup")
    for _ in range(2):
        seat.desk.save()
    whole(station, seat)
    restored(station, tmp_path / "backup" / station.desk.database.file.name)
    assert len(station.foreign_revisions()) == 1
    whole(station, seat)
    assert len(station.journal()) == 3


def test_two_stations_and_a_station_on_another_pc(
    pcs: tuple[SeatPC, SeatPC], new_seat: Callable[..., Desk], folder: Path
) -> None:
    station, seat = pcs
    seat.desk.save()
    quiet(station, seat)
    second = SeatPC(new_seat())
    second.seats.become_station(second.desk.office.actor, folder, instead=True)
    seat.desk.save()
    quiet(station, seat)
    assert said(station.problem) == "seats.two_stations"
    assert said(seat.problem) == "seats.other_station"
    assert len(station.foreign_revisions()) == 1 and pieces(folder) == []
    # People compare, and join anew: all is written once more, for the new station.
    station.seats.end_station(station.desk.office.actor)
    assert (folder / STATION_CARD).exists()
    join(seat, folder)
    (card,) = second.facts.newcomers
    second.seats.confirm(second.desk.office.actor, card)
    whole(second, seat)
    second.seats.close()


def test_forged_cards_and_words_are_believed_by_nobody(
    pcs: tuple[SeatPC, SeatPC], new_seat: Callable[..., Desk], folder: Path
) -> None:
    station, seat = pcs
    seat.desk.save()
    whole(station, seat)
    seat.desk.save()
    with seat.desk.database.read() as connection:
        device = settings.read_device(connection)
    # A stranger says to the seat that all is there already.
    forger = replace(device, signing_key=Ed25519PrivateKey.generate())
    word = make_ack(forger, device.device_id, 1, {device.inc: 99}, [], [], stopped=False)
    (ack,) = files_of(folder, "station-", ACK_SUFFIX)
    good = ack.read_bytes()
    for data in (word, b"", b"{}", good[:-3], good.replace(b'"stopped":false', b'"stopped":true')):
        ack.write_bytes(data)
        seat.seats.run_once()
        assert said(seat.problem) == "seats.bad_ack"
        assert seat.facts.waiting == 1
    # The word of the station lies there again, as soon as somebody looks who is the station.
    ack.unlink()
    whole(station, seat)
    # A card for a key that its writer does not have.
    own = folder / f"seat-{device.device_id}.117card"
    card = json.loads(own.read_bytes())
    forged = {**card, "dev": "0" * 16}
    (folder / f"seat-{'0' * 16}.117card").write_text(json.dumps(forged))
    (folder / "seat-x.117card").write_bytes(b"\xff" * 9000)
    assert station.facts.newcomers == ()
    (folder / STATION_CARD).write_text("{}")
    stranger = SeatPC(new_seat())
    with pytest.raises(BadSeatFile, match=r"seats\.bad_card"):
        stranger.seats.look(stranger.desk.office.actor, folder)
    stranger.seats.close()


def test_what_a_newer_program_wrote_is_kept_and_taken_after_the_update(
    pcs: tuple[SeatPC, SeatPC], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from operator_app.db import revisions
    from operator_app.domain import wire

    station, seat = pcs
    with monkeypatch.context() as newer:
        newer.setattr(wire, "SCHEMA", wire.SCHEMA + 1)
        newer.setattr(revisions, "SCHEMA", wire.SCHEMA)
        seat.desk.save(note="from tomorrow")
        seat.seats.run_once()
    old = seat.desk.save(note="from today")
    quiet(station, seat)
    assert [row.call_id for row in station.journal()] == [old.call_id]
    assert station.facts.seats[0].aside == 1
    # It holds nobody up, and is not asked for again.
    assert seat.facts.waiting == 0
    with monkeypatch.context() as updated:
        updated.setattr(wire, "SCHEMA", wire.SCHEMA + 1)
        station.restart()
        station.seats.run_once()
        assert len(station.journal()) == 2
        assert station.facts.seats[0].aside == 0


def test_names_of_people_and_words_of_callers_are_nowhere_in_the_folder(
    pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    _station, seat = pcs
    seat.desk.save(caller_name="Kanykei Kanaryeva", note="canary", phone="+996700123456")
    seat.seats.run_once()
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    for word in ("Kanykei", "canary", "700123456", "Aida", "Testova"):
        assert word.encode() not in written
        assert not any(word in file.name for file in folder.iterdir())
