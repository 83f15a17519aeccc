"""Workers that make backups and restore until they are killed."""

from __future__ import annotations

from pathlib import Path

from operator_app.config import paths
from operator_app.db.backup import Watch
from operator_app.db.backup_file import read_backup
from operator_app.db.engine import Database
from operator_app.db.keyring import RECOVERY_LOGIN
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor, Role
from operator_app.services.backups import Backups
from operator_app.services.calls import Calls
from operator_app.services.reference import load_reference
from operator_app.services.restore import Restore
from operator_app.services.restore_place import finish_restore
from tests.conftest import information_call
from tests.crash.harness import Life


def backing_up(life: Life) -> None:
    """Saves a call, makes a backup, over and over; every stage of the work is said as "done", so
    that the kill falls into all of them. Facts: folder, key, user_id.

    Says {"what": "saved", "op_id"} after each save, {"what": "backed_up", "op_ids"} after each
    backup: what was saved before it began.
    """
    where = paths(Path(life.facts["folder"]))
    finish_restore(where)
    database = Database(where.database, bytes.fromhex(life.facts["key"]))
    actor = Actor(life.facts["user_id"], "aida", "Aida Testova", Role.SUPERVISOR)
    calls = Calls(database, load_reference(paths().resources), system_clock)
    backups = Backups(database, where, system_clock)
    mine: list[str] = []
    life.say("ready")
    while True:
        form = information_call(calls.start(actor).form, note=f"life {life.number}")
        mine.append(calls.save(actor, form).op_id)
        life.say("saved", op_id=mine[-1])
        life.say("done")
        before = list(mine)
        backups.make(actor, Watch(lambda *_far: life.say("done"), lambda: False))
        life.say("backed_up", op_ids=before)
        life.say("done")


def restoring(life: Life) -> None:
    """Restores the newest backup, over and over. Facts: folder, recovery_key.

    Says {"what": "restored"} after each.
    """
    where = paths(Path(life.facts["folder"]))
    finish_restore(where)
    restore = Restore(where, system_clock)
    life.say("ready")
    proven = restore.prove(restore.known()[0], RECOVERY_LOGIN, life.facts["recovery_key"])
    life.say("done")
    while True:
        restore.put_in_place(proven, Watch(lambda *_far: life.say("done"), lambda: False))
        life.say("restored")
        life.say("done")


def newest_of(folder: Path) -> Path:
    """The file of the newest readable backup."""
    files = sorted(folder.glob("*.117backup"))
    return max(files, key=lambda file: read_backup(file).head.made_at)
