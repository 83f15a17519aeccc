"""All versions of a case: made on this PC, and on the others of the office."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from operator_app.db import revisions
from operator_app.db.models import foreign_revision
from operator_app.db.revisions import Revision
from operator_app.domain.cases import Case
from operator_app.domain.completion import completed
from operator_app.domain.wire import case_from_body


@dataclass(frozen=True)
class Version:
    """A revision of a case, made here or on another PC of the office. `own`: made on this PC.

    `over`: refused ones it takes the place of; `sent`: of an own one, its row in the outbox.
    """

    case: Case
    author_id: str
    at: int
    own: bool
    bases: tuple[str, ...]
    over: tuple[str, ...] = ()
    sent: Revision | None = None


@dataclass(frozen=True)
class _Row:
    """`sent` is the snapshot as it travels, `whole` with what is known here only."""

    op_id: str
    at: int
    author_id: str
    own: bool
    bases: tuple[str, ...]
    over: tuple[str, ...]
    sent: dict[str, Any]
    whole: dict[str, Any]
    revision: Revision | None = None


def read_versions(connection: Connection, case_id: str) -> list[Version]:
    """All revisions, oldest first; numbered in that order. The same on every PC of the office.

    Of those of other PCs the ones that were taken in (`foreign_revision.folded`).
    """
    rows = [*_own(connection, case_id), *_others(connection, case_id)]
    whole = _whole({row.op_id: row for row in rows})
    rows.sort(key=lambda row: (row.at, row.op_id))
    return [
        Version(
            case_from_body(
                whole[row.op_id],
                case_id=case_id,
                op_id=row.op_id,
                saved_at=row.at,
                revision=number,
            ),
            row.author_id,
            row.at,
            row.own,
            row.bases,
            row.over,
            row.revision,
        )
        for number, row in enumerate(rows, start=1)
    ]


def _own(connection: Connection, case_id: str) -> list[_Row]:
    found = []
    for r in revisions.history(connection, case_id):
        body = r.body
        sent = body if r.whole is None else json.loads(r.payload)["body"]
        found.append(_Row(r.op_id, r.created_at, r.author_id, True, r.bases, r.over, sent, body, r))
    return found


def _others(connection: Connection, case_id: str) -> list[_Row]:
    rows = connection.execute(
        select(foreign_revision).where(
            foreign_revision.c.record_id == case_id, foreign_revision.c.folded == 1
        )
    )
    found = []
    for r in rows:
        payload = json.loads(r.payload)
        body, over = payload["body"], tuple(payload.get("over", ()))
        bases = tuple(json.loads(r.bases))
        found.append(_Row(r.op_id, r.created_at, r.author_id, False, bases, over, body, body))
    return found


def _whole(rows: Mapping[str, _Row]) -> dict[str, dict[str, Any]]:
    """The snapshot of each revision, those of other PCs completed by what is known here only."""
    if all(row.sent is row.whole for row in rows.values()):
        return {op_id: row.whole for op_id, row in rows.items()}
    done: dict[str, dict[str, Any]] = {}
    entered: set[str] = set()
    todo = list(rows)
    while todo:
        row = rows[todo[-1]]
        if row.op_id in done:
            todo.pop()
            continue
        # Bases first; those that go round in a circle wait for nobody.
        first = [b for b in row.bases if b in rows and b not in entered]
        entered.update(first, [row.op_id])
        todo.extend(first)
        if first:
            continue
        todo.pop()
        body = row.whole
        for base in row.bases if not row.own else ():
            if base in done:
                body = completed(body, rows[base].sent, done[base])
        done[row.op_id] = body
    return done
