"""Backups: verified before anybody relies on them, and put back without losing anything.

I7 and I8 of the sync design are drilled with real clients here.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ministry_server import backup as backups
from ministry_server.backup import Backup, check_backup, make_backup
from ministry_server.cli import main
from ministry_server.restore import restore
from ministry_server.store import get, open_store
from operator_app.errors import EnvironmentProblem
from tests.conftest import FrozenClock
from tests.ministry_server.device import Device
from tests.receiver import RunningReceiver
from tests.sync.conftest import enrolled, new_seat
from tests.sync.desk import Desk, arrived
from tests.sync.invariants import check_client, check_nothing_lost

__all__ = ["new_seat"]
"""A fixture that is used from here."""


def made(receiver: RunningReceiver, name: str = "backup") -> tuple[Path, Backup]:
    file = receiver.folder / name
    return file, make_backup(receiver.store, file, receiver.receiver.now())


def put_back(receiver: RunningReceiver, file: Path, **how: bool) -> None:
    """As IT does it: stop, restore, start."""
    receiver.stop()
    store = open_store(receiver.folder, receiver.database_url)
    try:
        restore(store, file, replace=True, **how)
    finally:
        store.close()
    receiver.start()


def durable(receiver: RunningReceiver) -> int:
    with receiver.store.read() as connection:
        return int(get(connection, "durable_through"))


def test_after_a_verified_backup_devices_are_told_how_far_it_goes(receiver, device) -> None:
    last = device.receipts(device.push(device.revise())[0])[-1].server_seq
    assert device.hello()["durable_through"] == 0
    file, backup = made(receiver)
    assert backup.server_seq == last
    assert device.hello()["durable_through"] == device.have([])["durable_through"] == last
    device.push(device.revise())
    assert device.hello()["durable_through"] == last
    assert check_backup(file) == backup
    assert backup.tables["intake"].rows == backup.tables["event"].rows == 1


def test_a_backup_that_differs_is_thrown_away_and_nothing_relies_on_it(
    receiver, device, monkeypatch
) -> None:
    device.push(device.revise())
    write = backups._write

    def and_lose_a_row(store, part, now):
        found = write(store, part, now)
        with closing(sqlite3.connect(part)) as copy, copy:
            copy.execute("DELETE FROM intake")
        return found

    monkeypatch.setattr(backups, "_write", and_lose_a_row)
    with pytest.raises(EnvironmentProblem, match=r"backup\.damaged"):
        made(receiver)
    assert durable(receiver) == 0
    assert not [f for f in receiver.folder.iterdir() if f.name.startswith("backup")]


def test_a_backup_is_never_overwritten(receiver) -> None:
    made(receiver)
    with pytest.raises(EnvironmentProblem, match=r"backup\.exists"):
        made(receiver)


def test_a_damaged_file_changes_nothing(receiver, device) -> None:
    device.push(device.revise())
    file, _ = made(receiver)
    content = bytearray(file.read_bytes())
    place = content.find(device.dev.encode())
    content[place] ^= 1
    file.write_bytes(content)
    before = arrived(receiver.store)
    for wrong in (file, receiver.folder / "receipt.key"):
        with pytest.raises(EnvironmentProblem, match=r"backup\.damaged"):
            restore(receiver.store, wrong, replace=True)
    assert arrived(receiver.store) == before


def test_however_a_file_is_damaged_it_is_refused_or_says_the_same(receiver, device) -> None:
    device.push(*(device.revise() for _ in range(5)))
    file, backup = made(receiver)
    whole, dice = file.read_bytes(), random.Random(117)
    refused = 0
    for _ in range(60):
        content = bytearray(whole)
        place = dice.randrange(len(content) - 50)
        content[place : place + 50] = dice.choice([dice.randbytes(50), b""])
        if dice.random() < 0.2:
            del content[place:]
        file.write_bytes(content)
        try:
            assert check_backup(file).tables == backup.tables
        except EnvironmentProblem as error:
            assert error.code == "backup.damaged"
            refused += 1
    assert refused > 0


def test_what_is_there_is_not_replaced_by_mistake(receiver, device) -> None:
    device.push(device.revise())
    file, _ = made(receiver)
    device.push(device.revise())
    made(receiver, "newer")
    before = arrived(receiver.store)
    with pytest.raises(EnvironmentProblem, match=r"backup\.not_empty"):
        restore(receiver.store, file)
    with pytest.raises(EnvironmentProblem, match=r"backup\.older"):
        restore(receiver.store, file, replace=True)
    assert arrived(receiver.store) == before
    restore(receiver.store, file, replace=True, older=True)
    assert arrived(receiver.store) == before[:1]


def test_after_a_restore_numbers_go_on_and_nothing_is_numbered_twice(receiver, device) -> None:
    first = device.revise()
    device.push(first)
    file, _ = made(receiver)
    second = device.revise()
    device.push(second)
    epoch = device.hello()["epoch"]
    put_back(receiver, file)
    answer = device.have([[1, 2]])
    assert answer["epoch"] != epoch
    assert answer["missing"] == [[2, 2]]
    assert device.outcomes(second, first, device.revise()) == ["applied", "duplicate", "applied"]
    assert len(arrived(receiver.store)) == 3


def test_a_backup_goes_into_the_other_engine(receiver, device, tmp_path, clock) -> None:
    """From SQLite to a new folder, or from PostgreSQL to SQLite: keys and backup are enough."""
    envelope = device.revise()
    device.push(envelope)
    file, backup = made(receiver)
    receiver.stop()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for key in ("receipt.key", "recipients.json", "opener.key", "status.token"):
        (elsewhere / key).write_bytes((receiver.folder / key).read_bytes())
    assert main(["restore", str(file), "--data", str(elsewhere)]) == 0
    receiver.start()
    with RunningReceiver(elsewhere, clock) as other:
        device.receiver = other
        assert device.outcomes(envelope) == ["duplicate"]
        assert other.payloads() == receiver.payloads()
        assert device.hello()["durable_through"] == backup.server_seq


def test_the_commands(receiver, device, tmp_path, capsys) -> None:
    device.push(device.revise())
    file = str(tmp_path / "backup")
    assert main(["backup", file, *receiver.where]) == 0
    assert "revisions 1\n" in capsys.readouterr().out
    assert main(["check-backup", file, *receiver.where]) == 0
    assert "It is whole." in capsys.readouterr().out
    assert main(["restore", file, *receiver.where]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", file, "--replace", *receiver.where]) == 0
    assert "new epoch" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "none"), *receiver.where]) == 1


def relied_on(desk: Desk) -> set[str]:
    """What rule I8 would let the PC forget: applied, compared, and in a verified backup."""
    from operator_app.db import sync_state

    with desk.database.read() as connection:
        ledger = sync_state.read_ledger(connection)
    return {
        row["op_id"]
        for row in desk.rows()
        if row["state"] == "applied"
        and json.loads(row["final_receipt"])["server_seq"] <= ledger.durable_through
    }


def drill(receiver: RunningReceiver, desks: list[Desk], clock: FrozenClock, seed: int) -> None:
    """Work, backups and restores in any order. I7: a round of every PC makes the server whole.
    I8: what a PC may forget is there after a restore of the newest backup, before any round."""
    dice = random.Random(seed)
    files: list[Path] = []
    for step in range(10):
        desk = dice.choice(desks)
        act = dice.choice(("save", "save", "save", "round", "backup", "restore"))
        if act == "save":
            desk.save()
        elif act == "round":
            desk.settle()
        elif act == "backup" or not files:
            files.append(made(receiver, f"backup-{seed}-{step}")[0])
        else:
            file = dice.choice(files)
            if file is files[-1]:
                trusted = {op_id for d in desks for op_id in relied_on(d)}
                put_back(receiver, file)
                assert trusted <= set(arrived(receiver.store)), f"I8, seed {seed}"
            else:
                put_back(receiver, file, older=True)
                # What was backed up later is another history now.
                del files[files.index(file) + 1 :]
            for each in desks:
                confirmed = {op for op, state in each.states().items() if state == "applied"}
                clock.forward(hours=2)
                assert each.run().problem is None
                assert confirmed <= set(arrived(receiver.store)), f"I7, seed {seed}"
    for desk in desks:
        desk.settle()
        check_client(desk)
        check_nothing_lost(desk, receiver.store)
    every = {row["op_id"] for desk in desks for row in desk.rows()}
    assert set(arrived(receiver.store)) == set(receiver.stages()) == every
    assert set(receiver.stages().values()) <= {"applied"}


@pytest.fixture
def desks(receiver: RunningReceiver, new_seat: Callable[..., Desk]) -> list[Desk]:
    return [enrolled(new_seat(), receiver), enrolled(new_seat("0413"), receiver)]


def test_i7_i8_restores_at_any_moment_lose_nothing(receiver, desks, clock) -> None:
    for seed in range(2):
        drill(receiver, desks, clock, seed)


@pytest.mark.long
def test_i7_i8_sixty_restore_drills(receiver, desks, clock) -> None:
    for seed in range(60):
        drill(receiver, desks, clock, seed)


def test_a_backup_while_devices_push(receiver) -> None:
    """One consistent state, whatever is written meanwhile."""
    import threading

    stop = threading.Event()

    def work() -> None:
        with_many = Device(receiver).enrol()
        while not stop.is_set():
            with_many.push(*(with_many.revise() for _ in range(3)))
        with_many.close()

    pushing = threading.Thread(target=work)
    pushing.start()
    try:
        found = [made(receiver, f"backup-{n}")[1] for n in range(4)]
    finally:
        stop.set()
        pushing.join()
    for backup in found:
        # Three at a time; each with its receipts "stored" and "applied", or not opened yet.
        assert backup.tables["intake"].rows % 3 == 0
        receipts = backup.tables["intake"].rows + backup.tables["event"].rows
        assert backup.tables["receipt"].rows == receipts == backup.server_seq
