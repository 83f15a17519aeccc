"""Revisions that were made on the office's other PCs. Kept as they came: of cases everywhere, of
calls and all else at the office's station.

`folded` says whether the rows that screens read take a revision into account: they do not as long
as this PC has something unsent on the same case (invariant I14).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, exists, select, text, update
from sqlalchemy.dialects.sqlite import insert

from operator_app.db.models import foreign_revision, revision
from operator_app.db.prepared import Prepared
from operator_app.domain.wire import WAITING, Kind

_UNFOLDED = text("foreign_revision.folded = 0")
"""Spelled as in ix_foreign_revision_unfolded."""
# Built once: a seat's first history is a hundred thousand of them.
_ADD = Prepared(insert(foreign_revision).on_conflict_do_nothing())
_OF: BindParameter[str] = bindparam("of_record")
_OF_RECORD = (
    select(foreign_revision)
    .where(foreign_revision.c.record_id == _OF)
    .order_by(foreign_revision.c.created_at, foreign_revision.c.seq, foreign_revision.c.op_id)
)
_FOLD = update(foreign_revision).where(foreign_revision.c.record_id == _OF, _UNFOLDED)
_FOLD = _FOLD.values(folded=1)
_NO_CASE = Prepared(
    text("""
SELECT EXISTS (SELECT 1 FROM foreign_revision WHERE record_id = :of_record AND kind <> 'case')
    OR EXISTS (SELECT 1 FROM revision WHERE record_id = :of_record AND kind <> 'case')
""")
)
_NOT_ITS_RECORD = Prepared(
    text("""
SELECT EXISTS (
    SELECT 1 FROM foreign_revision
    WHERE record_id = :of_record AND (dev <> :dev OR kind = 'case')
) OR EXISTS (SELECT 1 FROM revision WHERE record_id = :of_record)
""")
)


def add(connection: Connection, payload: dict[str, Any], plain: bytes, received_at: int) -> bool:
    """Keep a checked payload, `plain` being its bytes; False when it is here already."""
    added = _ADD.run(
        connection,
        {
            "op_id": payload["op_id"],
            "record_id": payload["record_id"],
            "kind": payload["kind"],
            "dev": payload["dev"],
            "bases": json.dumps(payload["bases"]),
            "author_id": payload["author"],
            "created_at": payload["at"],
            "payload": plain,
            "received_at": received_at,
            "inc": payload["inc"],
            "seq": payload["seq"],
            # A correction of the directory is for the ministry; no row is made of it.
            "folded": int(payload["kind"] == Kind.SUGGESTION),
        },
    )
    return bool(added.rowcount)


def is_ours(connection: Connection, op_id: str) -> bool:
    """Whether this PC made a revision of that id."""
    found = connection.execute(select(revision.c.op_id).where(revision.c.op_id == op_id))
    return found.first() is not None


def is_no_case(connection: Connection, record_id: str) -> bool:
    """Whether a record of that id is here and is something else than a case."""
    found = connection.execute(
        select(revision.c.op_id)
        .where(revision.c.record_id == record_id, revision.c.kind != Kind.CASE.value)
        .limit(1)
    )
    return found.first() is not None


def is_of_another_kind(connection: Connection, payload: dict[str, Any]) -> bool:
    """Whether a record of that id is here as a call and this says it is a case, or the other way."""
    if payload["kind"] == Kind.CASE:
        return is_no_case(connection, payload["record_id"])
    return any(
        connection.execute(
            select(table.c.op_id)
            .where(table.c.record_id == payload["record_id"], table.c.kind == Kind.CASE.value)
            .limit(1)
        ).first()
        is not None
        for table in (revision, foreign_revision)
    )


def may_be_folded(connection: Connection) -> list[str]:
    """The cases with revisions not yet taken into account, and nothing of our own unsent."""
    return _to_fold(connection, Kind.CASE)


def calls_to_fold(connection: Connection) -> list[str]:
    """The same of calls: of other PCs, which are never changed here, and what a restore took from
    this one and the ministry gave back."""
    return _to_fold(connection, Kind.CALL, Kind.VOID)


def _to_fold(connection: Connection, *kinds: Kind) -> list[str]:
    unsent = exists().where(
        revision.c.record_id == foreign_revision.c.record_id,
        revision.c.state.in_(sorted(WAITING)),
    )
    rows = connection.execute(
        select(foreign_revision.c.record_id)
        .distinct()
        .where(_UNFOLDED, foreign_revision.c.kind.in_([k.value for k in kinds]), ~unsent)
    )
    return sorted(rows.scalars())


@dataclass(frozen=True)
class Foreign:
    """A revision of another PC; `data` is its whole content (domain.wire.payload)."""

    op_id: str
    dev: str
    kind: Kind
    bases: tuple[str, ...]
    author_id: str
    created_at: int
    data: dict[str, Any]


def of_record(connection: Connection, record_id: str) -> list[Foreign]:
    """All revisions of a record that came from elsewhere, in the order in which they were made."""
    rows = connection.execute(_OF_RECORD, {"of_record": record_id})
    return [
        Foreign(
            r.op_id,
            r.dev,
            Kind(r.kind),
            tuple(json.loads(r.bases)),
            r.author_id,
            r.created_at,
            json.loads(r.payload),
        )
        for r in rows
    ]


def is_other_record(connection: Connection, payload: dict[str, Any]) -> bool:
    """Whether a record of that id is here and is of another kind, or, when it is no case, of another
    PC: such a revision is nobody's honest work."""
    of = {"of_record": payload["record_id"], "dev": payload["dev"]}
    if payload["kind"] == Kind.CASE:
        found = _NO_CASE.run(connection, of)
    else:
        found = _NOT_ITS_RECORD.run(connection, of)
    return bool(found.fetchone()[0])


def mark_folded(connection: Connection, case_id: str) -> None:
    """From now on the rows take all revisions of the case into account."""
    connection.execute(_FOLD, {"of_record": case_id})
