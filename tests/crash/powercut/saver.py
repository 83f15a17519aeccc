"""The process whose power is cut: python -m tests.crash.powercut.saver '{"do": ..., ...}'

It runs under the recorder and writes an acknowledgement after each act that returned.
"""

from __future__ import annotations

import json
import os
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from operator_app.config import paths
from operator_app.db.engine import Database
from operator_app.db.keyring import Keyring, write_keyring
from operator_app.db.models import revision
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor, Role
from operator_app.services.call_drafts import Draft
from operator_app.services.calls import Calls
from operator_app.services.reference import load_reference
from operator_app.services.set_up import set_up_office
from tests.conftest import CHEAP, PASSWORD, information_call, office_setup
from tests.crash.powercut.disk import ACKNOWLEDGEMENTS
from tests.crash.workers import REVISIONS, BeforeCommit, digest


class Screen:
    """Where acknowledgements are shown."""

    def __init__(self, folder: Path) -> None:
        self._fd = os.open(folder / ACKNOWLEDGEMENTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def show(self, **facts: Any) -> None:
        os.write(self._fd, json.dumps(facts).encode() + b"\n")


def save_calls(told: dict[str, Any], screen: Screen) -> None:
    """Drafts, calls and amendments. `fault`: "" or "early" or a value of PRAGMA synchronous."""
    where = paths(Path(told["folder"]))
    key = bytes.fromhex(told["key"])
    fault = told["fault"]

    def show_newest(connection: Connection) -> None:
        row = connection.execute(REVISIONS.order_by(revision.c.seq.desc()).limit(1)).first()
        if row is not None:
            screen.show(op_id=row.op_id, sha256=digest(row))

    if fault == "early":
        database: Database = BeforeCommit(where.database, key, show_newest)
    else:
        database = Database(where.database, key, synchronous=fault or "FULL")
    actor = Actor(told["user_id"], "aida", "Aida Testova", Role.SUPERVISOR)
    calls = Calls(database, load_reference(where.resources), system_clock)
    chance = random.Random(told["seed"])
    for number in range(told["acts"]):
        # Some open a case: more tables in the one transaction, more pages for the cut to fall into.
        form = information_call(
            calls.start(actor).form,
            note=f"{number} " + "ң" * number,
            danger_now="Y" if chance.random() < 0.15 else "N",
        )
        if chance.random() < 0.3:
            calls.save_draft(actor, Draft(form))
        saved = calls.save(actor, form)
        if chance.random() < 0.2:
            better = replace(form, note=form.note + " more")
            saved = calls.amend(actor, saved.call_id, better, saved.op_id)
        if fault != "early":
            with database.read() as connection:
                row = connection.execute(REVISIONS.where(revision.c.op_id == saved.op_id)).one()
            screen.show(op_id=saved.op_id, sha256=digest(row))
        if chance.random() < 0.04:
            # The next commit starts the write-ahead log anew, over the old frames.
            with database.bare_connection() as bare:
                bare.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    database.close()


def change_slots(told: dict[str, Any], screen: Screen) -> None:
    """Write the key slots again and again, each time as another database's.

    `fault` "unsynced": a program that leaves flushing to the system.
    """
    if told.get("fault") == "unsynced":
        os.fsync = lambda fd: None
    for number in range(told["acts"]):
        write_keyring(Keyring(f"{number:05d}" + "x" * 3000), Path(told["folder"]) / "keyring.json")
        screen.show(number=number)


def set_up(told: dict[str, Any], screen: Screen) -> None:
    """Set up an office in the empty folder."""
    where = paths(Path(told["folder"]))
    set_up_office(where, office_setup(), PASSWORD, told["recovery_key"], system_clock, CHEAP)
    screen.show(set_up=True)


def main() -> None:
    told = json.loads(sys.argv[1])
    acts = {"save_calls": save_calls, "change_slots": change_slots, "set_up": set_up}
    acts[told["do"]](told, Screen(Path(told["folder"])))


if __name__ == "__main__":
    main()
