"""Old months of the intake, moved out to files.

Who sent what stays in the database and answers a duplicate; what is moved is the sealed content,
which nobody needs once it was opened: it is the evidence, and what a record could be opened from
anew. A month goes only when it is over, opened to the end, and in a verified backup; and only after
its file was read again and compared.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, exists, func, insert, select

from ministry_server.backup import CHUNK, taken_whole
from ministry_server.backup_proof import Proof, digest_of
from ministry_server.opener import LATER
from ministry_server.partitions import (
    body_of_row,
    bounds,
    drop_bodies,
    in_month,
    is_month,
    make,
)
from ministry_server.schema import event, intake, intake_body, receipt
from ministry_server.store import Store, get_all
from operator_app.domain.wire import State
from operator_app.errors import EnvironmentProblem

_NAMES = ("op_id", "dev", "inc", "seq", "tag", "kid", "received_at")
_COLUMNS = "op_id, dev, inc, seq, tag, kid, received_at, sig, ct"


@dataclass(frozen=True)
class MonthFile:
    """A month in a file: envelopes as they came."""

    month: str
    proof: Proof


def move_out(store: Store, month: str, file: Path, now: int) -> MonthFile:
    """Write a month's content to a file, compare, and take it out of the database.

    Raises EnvironmentProblem("month.form" | "month.not_over" | "month.empty" | "month.not_opened" |
    "month.not_in_backup" | "backup.exists" | "backup.differs") and OSError; then nothing changed.
    """
    if not is_month(month):
        raise EnvironmentProblem("month.form")
    if bounds(month)[1] > now:
        raise EnvironmentProblem("month.not_over")
    with store.read() as connection:
        _check(connection, month)
    with taken_whole(file) as part:
        with store.read() as connection:
            made = MonthFile(month, _write(part, month, _rows(connection, month)))
        if read_month(part) != made:
            raise EnvironmentProblem("backup.differs")
    with store.write() as connection:
        get_all(connection, lock=True)
        _check(connection, month)
        if digest_of(_rows(connection, month)) != made.proof:
            # Something came in with a clock put back.
            raise EnvironmentProblem("backup.differs")
        drop_bodies(connection, month)
    return made


def bring_back(store: Store, file: Path) -> tuple[MonthFile, int]:
    """Put the content of a file back where it is missing; what it is, and how many it were.

    Raises what `read_month` raises.
    """
    found = read_month(file)
    brought = 0
    with store.write() as connection, closing(_opened(file)) as source:
        get_all(connection, lock=True)
        make(connection, [found.month])
        for rows in _chunks(source):
            by_id = {row["op_id"]: row for row in rows}
            missing = connection.execute(
                select(intake.c.id, intake.c.op_id, intake.c.tag, intake.c.received_at)
                .outerjoin(intake_body, body_of_row())
                .where(intake.c.op_id.in_(by_id), intake_body.c.id.is_(None))
            ).all()
            bodies = [
                {
                    "id": row.id,
                    "received_at": row.received_at,
                    "sig": by_id[row.op_id]["sig"],
                    "ct": by_id[row.op_id]["ct"],
                }
                for row in missing
                if row.tag == by_id[row.op_id]["tag"]
            ]
            if bodies:
                connection.execute(insert(intake_body), bodies)
            brought += len(bodies)
    return found, brought


def read_month(file: Path) -> MonthFile:
    """Read a file from end to end and compare it with what it says of itself.

    Raises EnvironmentProblem("backup.missing" | "backup.damaged").
    """
    if not file.is_file():
        raise EnvironmentProblem("backup.missing")
    try:
        with closing(_opened(file)) as source:
            month, rows, digest = source.execute(
                "SELECT month, rows, digest FROM month_about"
            ).fetchone()
            found = MonthFile(str(month), digest_of(_chunks(source)))
        if found.proof != Proof(rows, digest) or not is_month(found.month):
            raise EnvironmentProblem("backup.damaged")
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        raise EnvironmentProblem("backup.damaged") from error
    return found


def _check(connection: Connection, month: str) -> None:
    settings = get_all(connection)
    here = select(func.count()).join(intake_body, body_of_row()).where(in_month(month))
    if not connection.execute(here.select_from(intake)).scalar_one():
        raise EnvironmentProblem("month.empty")
    opened = exists().where(
        event.c.op_id == intake.c.op_id,
        (event.c.stage != State.HELD.value) | event.c.code.is_(None) | event.c.code.not_in(LATER),
    )
    if _any(connection, month, ~opened):
        raise EnvironmentProblem("month.not_opened")
    durable = exists().where(
        receipt.c.op_id == intake.c.op_id,
        receipt.c.kept == 1,
        receipt.c.server_seq <= int(settings["durable_through"]),
    )
    if _any(connection, month, ~durable):
        raise EnvironmentProblem("month.not_in_backup")


def _any(connection: Connection, month: str, condition: Any) -> bool:
    query = select(intake.c.id).where(in_month(month), condition).limit(1)
    return connection.execute(query).first() is not None


def _rows(connection: Connection, month: str) -> Iterator[Sequence[dict[str, Any]]]:
    query: Select[Any] = (
        select(*(intake.c[name] for name in _NAMES), intake_body.c.sig, intake_body.c.ct)
        .join(intake_body, body_of_row())
        .where(in_month(month))
        .order_by(intake.c.id)
    )
    result = connection.execute(query, execution_options={"yield_per": CHUNK})
    for chunk in result.mappings().partitions():
        yield [dict(row) for row in chunk]


def _write(part: Path, month: str, chunks: Iterator[Sequence[dict[str, Any]]]) -> Proof:
    with closing(sqlite3.connect(part)) as target, target:
        target.execute(
            "CREATE TABLE revision (op_id TEXT PRIMARY KEY, dev TEXT, inc TEXT, seq INTEGER,"
            " tag TEXT, kid TEXT, received_at INTEGER, sig BLOB, ct BLOB)"
        )
        values = ", ".join(f":{name.strip()}" for name in _COLUMNS.split(","))

        def and_keep() -> Iterator[Sequence[dict[str, Any]]]:
            for rows in chunks:
                target.executemany(
                    f"INSERT INTO revision VALUES ({values})",  # noqa: S608 - our own names
                    rows,
                )
                yield rows

        proof = digest_of(and_keep())
        target.execute("CREATE TABLE month_about (month TEXT, rows INTEGER, digest TEXT)")
        target.execute(
            "INSERT INTO month_about VALUES (?, ?, ?)", (month, proof.rows, proof.digest)
        )
    return proof


def _chunks(source: sqlite3.Connection) -> Iterator[Sequence[dict[str, Any]]]:
    cursor = source.execute(f"SELECT {_COLUMNS} FROM revision")  # noqa: S608 - our own names
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(CHUNK):
        yield [dict(zip(names, row, strict=True)) for row in rows]


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
