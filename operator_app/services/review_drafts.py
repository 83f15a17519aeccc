"""Half-filled reviews: encrypted, theirs alone, one for each thing in the queue.

They lie among the unfinished calls, under keys that no call has. Inside somebody else's
transaction; no rights here.
"""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db.models import draft
from operator_app.domain.review import Form

_PREFIX = "review/"
IS_REVIEW: ColumnElement[bool] = draft.c.draft_key.startswith(_PREFIX)
"""Which rows of the drafts are reviews."""


def keep(connection: Connection, user_id: str, key: str, form: Form, at: int) -> None:
    """Keep the form over an earlier one; an empty one ends the draft. `at` in UTC milliseconds."""
    if form.is_empty:
        end(connection, user_id, key)
        return
    body = {"answers": dict(form.answers), "outcome": form.outcome, "comment": form.comment}
    # As ASCII: half a character, which a text field may hold, cannot be written as it is.
    values = {"saved_at": at, "body": json.dumps(body)}
    connection.execute(
        upsert(draft)
        .values(operator_id=user_id, draft_key=_PREFIX + key, **values)
        .on_conflict_do_update(index_elements=["operator_id", "draft_key"], set_=values)
    )


def end(connection: Connection, user_id: str, key: str) -> None:
    """Forget what was filled in."""
    connection.execute(
        delete(draft).where(draft.c.operator_id == user_id, draft.c.draft_key == _PREFIX + key)
    )


def read(connection: Connection, user_id: str, key: str) -> Form:
    """What was filled in, or an empty form."""
    found = connection.execute(
        select(draft.c.body).where(
            draft.c.operator_id == user_id, draft.c.draft_key == _PREFIX + key
        )
    ).scalar()
    return Form(**json.loads(found)) if found else Form()


def keys(connection: Connection, user_id: str) -> set[str]:
    """What the person has begun."""
    found = connection.execute(
        select(draft.c.draft_key).where(draft.c.operator_id == user_id, IS_REVIEW)
    )
    return {key.removeprefix(_PREFIX) for key in found.scalars()}
