"""Revisions that were made on the office's other PCs. Kept as they came: of cases everywhere, of
calls and all else at the office's station.

`folded` says whether the rows that screens read take a revision into account: they do not as long
as this PC has something unsent on the same case (invariant I14).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from operator_app.db.models import foreign_revision, revision
from operator_app.domain.wire import WAITING, Kind

_UNFOLDED = text("foreign_revision.folded = 0")
"""Spelled as in ix_foreign_revision_unfolded."""


def add(connection: Connection, payload: dict[str, Any], plain: bytes, received_at: int) -> bool:
    """Keep a checked payload, `plain` being its bytes; False when it is here already."""
    added = connection.execute(
        insert(foreign_revision)
        .values(
            op_id=payload["op_id"],
            record_id=payload["record_id"],
            kind=payload["kind"],
            dev=payload["dev"],
            bases=json.dumps(payload["bases"]),
            author_id=payload["author"],
            created_at=payload["at"],
            payload=plain,
            received_at=received_at,
            inc=payload["inc"],
            seq=payload["seq"],
            # A correction of the directory is for the ministry; no row is made of it.
            folded=int(payload["kind"] == Kind.SUGGESTION),
        )
        .on_conflict_do_nothing()
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


def may_be_folded(connection: Connection) -> list[str]:
    """The cases with revisions not yet taken into account, and nothing of our own unsent."""
    unsent = exists().where(
        revision.c.record_id == foreign_revision.c.record_id,
        revision.c.state.in_(sorted(WAITING)),
    )
    rows = connection.execute(
        select(foreign_revision.c.record_id)
        .distinct()
        .where(_UNFOLDED, foreign_revision.c.kind == Kind.CASE.value, ~unsent)
    )
    return sorted(rows.scalars())


def calls_to_fold(connection: Connection) -> list[str]:
    """The calls with revisions not yet taken into account; those of other PCs are never changed here."""
    rows = connection.execute(
        select(foreign_revision.c.record_id)
        .distinct()
        .where(_UNFOLDED, foreign_revision.c.kind.in_([Kind.CALL.value, Kind.VOID.value]))
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
    """All revisions of a record that other PCs made, in the order in which they were made."""
    rows = connection.execute(
        select(foreign_revision)
        .where(foreign_revision.c.record_id == record_id)
        .order_by(foreign_revision.c.created_at, foreign_revision.c.seq, foreign_revision.c.op_id)
    )
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
    is_case = payload["kind"] == Kind.CASE
    c = foreign_revision.c
    others = [c.kind != Kind.CASE.value] if is_case else [c.dev != payload["dev"]]
    if not is_case:
        others.append(c.kind == Kind.CASE.value)
    found = connection.execute(
        select(c.op_id).where(c.record_id == payload["record_id"], or_(*others)).limit(1)
    )
    if found.first() is not None:
        return True
    of_ours = select(revision.c.op_id).where(revision.c.record_id == payload["record_id"]).limit(1)
    if is_case:
        return is_no_case(connection, payload["record_id"])
    return connection.execute(of_ours).first() is not None


def mark_folded(connection: Connection, case_id: str) -> None:
    """From now on the rows take all revisions of the case into account."""
    connection.execute(
        update(foreign_revision)
        .where(foreign_revision.c.record_id == case_id, _UNFOLDED)
        .values(folded=1)
    )
