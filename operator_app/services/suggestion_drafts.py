"""Corrections that are typed and not sent yet: encrypted, theirs alone, one for each entry.

They lie among the unfinished calls, under keys that no call has. Inside somebody else's
transaction; no rights here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db.models import draft

_PREFIX = "suggestion/"
IS_SUGGESTION: ColumnElement[bool] = draft.c.draft_key.startswith(_PREFIX)
"""Which rows of the drafts are not calls."""


@dataclass(frozen=True)
class Unsent:
    """What somebody types about an entry: `field` as in a suggestion, "" while none is chosen."""

    kind: str
    entry_id: str
    field: str
    text: str


def keep(connection: Connection, user_id: str, unsent: Unsent, at: int) -> None:
    """Keep the words over earlier ones about the entry; nothing but blanks ends the draft.

    `at` in UTC milliseconds.
    """
    if not unsent.text.strip():
        end(connection, user_id, unsent.kind, unsent.entry_id)
        return
    key = {"operator_id": user_id, "draft_key": _key(unsent.kind, unsent.entry_id)}
    # As ASCII: half a character, which a text field may hold, cannot be written as it is.
    values = {"saved_at": at, "body": json.dumps({"field": unsent.field, "text": unsent.text})}
    connection.execute(
        upsert(draft)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )


def end(connection: Connection, user_id: str, kind: str, entry_id: str) -> None:
    """Forget what was typed about the entry."""
    connection.execute(
        delete(draft).where(
            draft.c.operator_id == user_id, draft.c.draft_key == _key(kind, entry_id)
        )
    )


def read(connection: Connection, user_id: str) -> list[tuple[int, Unsent]]:
    """All of the person, the newest first, each with the moment it was kept (UTC milliseconds)."""
    rows = connection.execute(
        select(draft.c.draft_key, draft.c.saved_at, draft.c.body)
        .where(draft.c.operator_id == user_id, IS_SUGGESTION)
        .order_by(draft.c.saved_at.desc(), draft.c.draft_key)
    )
    found = []
    for row in rows:
        kind, _slash, entry_id = row.draft_key.removeprefix(_PREFIX).partition("/")
        found.append((row.saved_at, Unsent(kind, entry_id, **json.loads(row.body))))
    return found


def _key(kind: str, entry_id: str) -> str:
    return f"{_PREFIX}{kind}/{entry_id}"
