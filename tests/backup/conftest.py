"""An office with something in it, and its backups."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from operator_app.config import Paths, paths
from operator_app.db.backup import Watch
from operator_app.db.backup_file import read_backup
from operator_app.db.engine import Database
from operator_app.db.models import audit
from operator_app.services.backups import Backups, Made
from operator_app.services.restore import Proven, Restore
from operator_app.services.sign_in import SignIn
from tests.conftest import PASSWORD, FrozenClock, TestOffice, information_call

QUIET = Watch(lambda _stage, _done, _total: None, lambda: False)


@dataclass
class Kept:
    """An office that makes backups."""

    office: TestOffice
    backups: Backups

    def save(self, **changes: object) -> str:
        form = self.office.calls.start(self.office.actor).form
        return self.office.calls.save(self.office.actor, information_call(form, **changes)).op_id

    def make(self) -> Made:
        return self.backups.make(self.office.actor, QUIET)

    def files(self) -> list[Path]:
        return sorted(self.office.paths.backups.glob("*.117backup"))

    def newest(self) -> Path:
        return max(self.files(), key=lambda file: read_backup(file).head.made_at)

    def prove(self, where: Paths, file: Path | None = None) -> Proven:
        restore = Restore(where, self.office.clock)
        return restore.prove(read_backup(file or self.newest()), "", self.office.recovery_key)

    def restore(self, where: Paths, file: Path | None = None) -> Path | None:
        proven = self.prove(where, file)
        return Restore(where, self.office.clock).put_in_place(proven, QUIET).aside

    def audited(self) -> list[tuple[str, str]]:
        with self.office.database.read() as connection:
            rows = connection.execute(audit.select().order_by(audit.c.seq))
            return [(row.action, row.details) for row in rows]


@pytest.fixture
def kept(office: TestOffice) -> Kept:
    made = Kept(office, Backups(office.database, office.paths, office.clock))
    for number in range(5):
        made.save(note=f"first {number}")
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Paths:
    """A new PC: a data folder with nothing in it."""
    return paths(tmp_path / "new-pc")


def opened(where: Paths, clock: FrozenClock) -> Database:
    """The office of a data folder, by a password."""
    database, _actor = SignIn(where, clock).open("aida", PASSWORD)
    return database


def spoil(file: Path, at: int) -> None:
    """One byte of the file becomes another."""
    content = bytearray(file.read_bytes())
    content[at] ^= 0x55
    file.write_bytes(content)


def copied(file: Path, folder: Path) -> Path:
    return Path(shutil.copy(file, folder / file.name))
