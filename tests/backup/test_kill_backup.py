"""Killed while a backup is made or restored: an office opens, a whole backup is there, and nothing
that a backup had is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from operator_app.config import Paths, paths
from operator_app.db import audit
from operator_app.db import settings as stored
from operator_app.db.backup import check_backup
from operator_app.db.backup_file import read_backup
from operator_app.db.engine import Database
from operator_app.db.keyring import new_recovery_key
from operator_app.db.models import revision
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor
from operator_app.errors import AppError
from operator_app.services.backups import Backups
from operator_app.services.restore import Restore
from operator_app.services.restore_place import ASIDE, WORKPLACE, finish_restore
from operator_app.services.set_up import set_up_office
from operator_app.services.sign_in import SignIn
from tests.backup.conftest import QUIET
from tests.backup.workers import backing_up, newest_of, restoring
from tests.conftest import CHEAP, PASSWORD, office_setup
from tests.crash.harness import LifeReport, run_lives

KILLS = 4 if sys.platform == "win32" else 10
"""Of each kind; the long version has five times as many."""
PRELOAD = ("tests.backup.workers",)


@dataclass
class Office:
    """Closed files of an office, and what is known of it from outside."""

    paths: Paths
    key: bytes
    actor: Actor
    recovery_key: str

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "folder": str(self.paths.data),
            "key": self.key.hex(),
            "user_id": self.actor.user_id,
            "recovery_key": self.recovery_key,
        }

    def op_ids(self) -> set[str]:
        """Opens it as the program does; all that holds for an office must hold."""
        finish_restore(self.paths)
        database = Database(self.paths.database, self.key)
        try:
            assert database.verify() == []
            with database.read() as connection:
                assert audit.first_broken(connection) is None
                numbers = connection.execute(select(revision.c.inc, revision.c.seq)).all()
                found = set(connection.execute(select(revision.c.op_id)).scalars())
        finally:
            database.close()
        assert len(set(numbers)) == len(numbers)
        return found

    def whole_backups(self) -> list[Path]:
        """Those that stand every check; one that was cut has no name of a backup."""
        for file in self.paths.backups.glob("*.117backup"):
            check_backup(read_backup(file), self.key, QUIET)
        return sorted(self.paths.backups.glob("*.117backup"))


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Office]:
    where = paths(tmp_path / "data")
    recovery_key = new_recovery_key()
    set_up_office(where, office_setup(), PASSWORD, recovery_key, system_clock, CHEAP)
    database, actor = SignIn(where, system_clock).open("aida", PASSWORD)
    key = database.key
    database.close()
    yield Office(where, key, actor, recovery_key)


def _restored_elsewhere(office: Office, folder: Path) -> Office:
    where = paths(folder)
    restore = Restore(where, system_clock)
    newest = read_backup(newest_of(office.paths.backups))
    restore.put_in_place(restore.prove(newest, "", office.recovery_key), QUIET)
    return Office(where, office.key, office.actor, office.recovery_key)


def _kill_while_backing_up(office: Office, kills: int, folder: Path, seed: int) -> None:
    safe: set[str] = set()
    saved: set[str] = set()

    def after(report: LifeReport, _so_far: object) -> None:
        saved.update(m["op_id"] for m in report.of("saved"))
        for message in report.of("backed_up"):
            safe.update(message["op_ids"])
        assert saved <= office.op_ids()
        if safe:
            assert office.whole_backups()

    reports = run_lives(
        backing_up, kills, seed=seed, facts=office.facts, after=after, most_done=12, preload=PRELOAD
    )
    assert all(report.killed for report in reports)
    assert safe, "no life came as far as a backup"
    assert safe <= _restored_elsewhere(office, folder).op_ids()
    # What was cut is taken away by the next one.
    database = Database(office.paths.database, office.key)
    Backups(database, office.paths, system_clock).make(office.actor, QUIET)
    database.close()
    assert {f.suffix for f in office.paths.backups.iterdir()} == {".117backup"}


def _kill_while_restoring(office: Office, kills: int, seed: int) -> None:
    database = Database(office.paths.database, office.key)
    Backups(database, office.paths, system_clock).make(office.actor, QUIET)
    database.close()
    in_backup = office.op_ids()
    backups = {file: file.read_bytes() for file in office.whole_backups()}
    incarnations: list[str] = []

    def after(report: LifeReport, _so_far: object) -> None:
        assert office.op_ids() == in_backup
        opened = Database(office.paths.database, office.key)
        with opened.read() as connection:
            incarnations.append(stored.read_device(connection).inc)
        opened.close()
        for aside in office.paths.data.glob(f"{ASIDE}*"):
            assert (aside / "operator.db").exists() and (aside / "keyring.json").exists()

    reports = run_lives(
        restoring, kills, seed=seed, facts=office.facts, after=after, most_done=25, preload=PRELOAD
    )
    assert all(report.killed for report in reports)
    assert any(report.of("restored") for report in reports)
    assert len(set(incarnations)) > 1
    assert {file: file.read_bytes() for file in office.whole_backups()} == backups
    restore = Restore(office.paths, system_clock)
    restore.put_in_place(restore.prove(restore.known()[0], "", office.recovery_key), QUIET)
    assert office.op_ids() == in_backup
    assert not list(office.paths.data.glob(f"{WORKPLACE}*"))
    assert not office.paths.restored.exists()
    with pytest.raises(AppError):
        restore.prove(restore.known()[0], "", "WRNG-" * 8)


def test_killed_while_a_backup_is_made(closed: Office, tmp_path: Path) -> None:
    _kill_while_backing_up(closed, KILLS, tmp_path / "new-pc", seed=7)


def test_killed_while_a_backup_is_restored(closed: Office) -> None:
    _kill_while_restoring(closed, KILLS, seed=8)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_killed_many_times(closed: Office, tmp_path: Path, seed: int) -> None:
    _kill_while_backing_up(closed, 5 * KILLS, tmp_path / "new-pc", seed)
    _kill_while_restoring(closed, 5 * KILLS, seed)
