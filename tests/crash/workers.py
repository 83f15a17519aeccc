"""Workers at the level of the services: an operator's hours without the window."""

from __future__ import annotations

import contextlib
import hashlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from operator_app.config import paths
from operator_app.db.engine import Database
from operator_app.db.models import revision, withheld
from operator_app.domain.calls import Call
from operator_app.domain.clock import system_clock
from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.services.calendar import Calendar
from operator_app.services.call_drafts import Draft
from operator_app.services.calls import Calls
from operator_app.services.directory import Directory
from operator_app.services.knowledge import Knowledge
from operator_app.services.reference import load_reference
from operator_app.services.search_index import SearchIndex
from tests.conftest import information_call
from tests.crash.harness import Life

KINDS: tuple[dict[str, object], ...] = (
    {"topics": ("BEN.UBK",)},
    {"topics": ("BEN.UBK", "CHI.ABU")},
    {"topics": ("VIO.DOM",)},
    # Opens a case: three more tables, and a second revision, in the same transaction.
    {"topics": ("VIO.DOM",), "danger_now": "Y"},
)
REVISIONS = select(revision, withheld.c.body.label("whole")).outerjoin(
    withheld, withheld.c.op_id == revision.c.op_id
)
"""Every revision, with the whole snapshot where the payload leaves something out."""


def digest(row: Any) -> str:
    """By which the bytes of a row of REVISIONS are compared: all of what was written."""
    return hashlib.sha256(row.payload + (row.whole or "").encode()).hexdigest()


def operator_at_work(life: Life) -> None:
    """Types drafts, saves, amends and voids calls until killed. Facts: folder, key, user_id.

    Says {"what": "found", "draft"} at the start, then before each act {"what": "doing", "act",
    "text"} and after it {"what": "done", "act", "text", "op_id", "call_id", "sha256"}.
    """
    where = paths(Path(life.facts["folder"]))
    database = Database(where.database, bytes.fromhex(life.facts["key"]))
    _work(life, database, lambda saved: _payload_digest(database, saved))


def operator_with_an_index(life: Life) -> None:
    """The same, with the search index following each act; every third life makes it anew."""
    where = paths(Path(life.facts["folder"]))
    database = Database(where.database, bytes.fromhex(life.facts["key"]))
    index = index_of(database)
    if life.number % 3 == 0:
        index.begin_anew()
    behind = _Behind(life.number, life.seed, life.facts, life.pipe, index)
    _work(behind, database, lambda saved: _payload_digest(database, saved))


def index_of(database: Database) -> SearchIndex:
    """The search index as the program builds it."""
    calendar = Calendar(database, Reference([], []), system_clock)
    directory = Directory(database, Reference([], []), calendar, system_clock)
    return SearchIndex(database, directory, Knowledge(database, system_clock), system_clock)


@dataclass
class _Behind(Life):
    """After each act is acknowledged, the index takes in what is new."""

    index: SearchIndex

    def say(self, what: str, **facts: Any) -> None:
        super().say(what, **facts)
        if what == "done":
            self.index.step()


def operator_of_a_hasty_program(life: Life) -> None:
    """The planted fault "acknowledge before commit": says done while the disk is still writing."""
    where = paths(Path(life.facts["folder"]))

    def hasty(connection: Connection) -> None:
        row = connection.execute(REVISIONS.order_by(revision.c.seq.desc()).limit(1)).first()
        if row is not None and row.op_id not in told:
            told.add(row.op_id)
            life.say(
                "done",
                act="hasty",
                text="",
                op_id=row.op_id,
                call_id=row.record_id,
                sha256=digest(row),
            )
            time.sleep(0.005)  # a slow disk, so that a kill falls into the gap before long

    told: set[str] = set()
    database = BeforeCommit(where.database, bytes.fromhex(life.facts["key"]), hasty)
    with database.read() as connection:
        told.update(connection.execute(select(revision.c.op_id)).scalars())
    _work(life, database, None)


class BeforeCommit(Database):
    """A database that runs `act` in each writing transaction just before it is committed."""

    def __init__(
        self, file: Path, key: bytes, act: Callable[[Connection], None], **kwargs: Any
    ) -> None:
        super().__init__(file, key, **kwargs)
        self._act = act

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self._act(connection)


def _payload_digest(database: Database, saved: Call) -> str:
    with database.read() as connection:
        return digest(connection.execute(REVISIONS.where(revision.c.op_id == saved.op_id)).one())


def _work(life: Life, database: Database, digest_of: Callable[[Call], str] | None) -> None:
    chance = random.Random(life.seed)
    actor = Actor(life.facts["user_id"], "aida", "Aida Testova", Role.SUPERVISOR)
    calls = Calls(database, load_reference(paths().resources), system_clock)
    found = calls.draft(actor)
    life.say("found", draft=found.form.note if found else None)
    if found is not None:
        life.say("doing", act="discard", text="")
        calls.discard_draft(actor, found)
        life.say("done", act="discard", text="", op_id=None)
    life.say("ready")
    mine: list[Call] = []
    act = 0

    def done(kind: str, text: str, saved: Call) -> None:
        if digest_of is not None:
            life.say(
                "done",
                act=kind,
                text=text,
                op_id=saved.op_id,
                call_id=saved.call_id,
                sha256=digest_of(saved),
            )

    while True:
        form = information_call(calls.start(actor).form, **chance.choice(KINDS))
        text = ""
        for _ in range(chance.randint(0, 3)):
            act += 1
            text = f"life {life.number} act {act} " + "ө" * chance.randint(0, 900)
            life.say("doing", act="draft", text=text)
            calls.save_draft(actor, Draft(replace(form, note=text)))
            life.say("done", act="draft", text=text, op_id=None)
        act += 1
        text = f"life {life.number} act {act} " + "ң" * chance.randint(0, 900)
        life.say("doing", act="save", text=text)
        saved = calls.save(actor, replace(form, note=text))
        done("save", text, saved)
        mine.append(saved)
        if chance.random() < 0.3:
            at = chance.randrange(len(mine))
            act += 1
            text = f"life {life.number} act {act}"
            life.say("doing", act="amend", text=text)
            before = mine[at]
            mine[at] = calls.amend(
                actor, before.call_id, replace(before.form, note=text), before.op_id
            )
            done("amend", text, mine[at])
        if chance.random() < 0.1:
            voided = mine.pop(chance.randrange(len(mine)))
            act += 1
            text = f"life {life.number} act {act}"
            life.say("doing", act="void", text=text)
            done("void", text, calls.void(actor, voided.call_id, text))
        if chance.random() < 0.05:
            with database.bare_connection() as bare:
                bare.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
