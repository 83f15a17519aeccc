"""Offices as older versions of the program left them: at an older schema, much of it not sent yet.

The tables are made by the migrations up to that schema; the rows are those of calls for
information, whose content has had the same fields since the first version.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from operator_app.config import Paths, paths
from operator_app.db import migrate
from operator_app.db.engine import Database
from operator_app.domain.reference import Reference
from operator_app.services.calls import Calls
from tests.conftest import FrozenClock, Template, information_call

AMENDED_EVERY = 10


@dataclass(frozen=True)
class Waiting:
    """An office of this version; `op_ids`: the revisions that wait, in the order of writing."""

    file: Path
    template: Template
    op_ids: tuple[str, ...]
    calls: int


def write_waiting(folder: Path, template: Template, reference: Reference, most: int) -> Waiting:
    """Calls, and some amended, until `most` revisions wait."""
    file = Path(shutil.copytree(template.data, folder)) / "office" / "operator.db"
    database = Database(file, template.key, synchronous="OFF")
    clock = FrozenClock()
    calls = Calls(database, reference, clock)
    op_ids: list[str] = []
    taken = 0
    while len(op_ids) < most:
        clock.forward(minutes=3)
        form = information_call(
            calls.start(template.actor).form, note=f"call {len(op_ids)}", phone="0555 123456"
        )
        call = calls.save(template.actor, form)
        op_ids.append(call.op_id)
        taken += 1
        if len(op_ids) % AMENDED_EVERY == 0 and len(op_ids) < most:
            op_ids.append(calls.amend(template.actor, call.call_id, form, call.op_id).op_id)
    database.close()
    return Waiting(file, template, tuple(op_ids), taken)


def office_of(waiting: Waiting, folder: Path, revision: str, most: int) -> Paths:
    """A data folder as the version of that schema left it, with the first `most` revisions."""
    where = paths(Path(shutil.copytree(waiting.template.data, folder)))
    where.database.unlink()
    key = waiting.template.key
    database = Database(where.database, key)
    with mock.patch.object(migrate, "HEAD", revision):
        migrate._upgrade(database, where.migrations)
    with database.bare_connection() as connection:
        run = connection.execute
        run("PRAGMA foreign_keys = OFF")
        run("PRAGMA synchronous = OFF")
        run(f"ATTACH DATABASE '{waiting.file}' AS newer KEY \"x'{key.hex()}'\"")
        run("BEGIN")
        ours, theirs = (
            {
                name: [row[1] for row in run(f"PRAGMA {schema}.table_info({name})").fetchall()]
                for (name,) in run(
                    f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table'"
                    " AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
                ).fetchall()
            }
            for schema in ("main", "newer")
        )
        for name in [*ours]:
            shared = ", ".join(column for column in ours[name] if column in theirs[name])
            run(f"INSERT INTO main.{name} ({shared}) SELECT {shared} FROM newer.{name}")
        assert sorted(ours) == sorted(set(ours) & set(theirs))
        assert run("SELECT count(*) FROM main.revision").fetchone()[0] >= most
        run("COMMIT")
        assert run("PRAGMA main.foreign_key_check").fetchall() == []
        run("DETACH DATABASE newer")
    assert migrate.current_revision(database) == revision
    database.close()
    return where


def older() -> Sequence[str]:
    """The schemas before this one."""
    return migrate.KNOWN[:-1]
