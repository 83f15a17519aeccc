"""Revisions of this office's cases that were made on its other PCs. Kept as they came.

`folded` says whether the rows that screens read take a revision into account: they do not as long
as this PC has something unsent on the same case (invariant I14).
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, exists, select, text, update
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
        select(foreign_revision.c.record_id).distinct().where(_UNFOLDED, ~unsent)
    )
    return sorted(rows.scalars())


def mark_folded(connection: Connection, case_id: str) -> None:
    """From now on the rows take all revisions of the case into account."""
    connection.execute(
        update(foreign_revision)
        .where(foreign_revision.c.record_id == case_id, _UNFOLDED)
        .values(folded=1)
    )
