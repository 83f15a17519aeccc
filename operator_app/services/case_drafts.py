"""What people type on a case and have not saved yet: on the disk, encrypted, theirs alone."""

from __future__ import annotations

import json

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db.case_models import case_draft
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.people import Actor, Right


class CaseDrafts:
    """Keeps one text for each person, case and field."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def keep(self, actor: Actor, case_id: str, field: str, words: str) -> None:
        """Keep the words instead of earlier ones; nothing but blanks ends the draft."""
        actor.require(Right.WORK_ON_CASES)
        key = {"user_id": actor.user_id, "case_id": case_id, "field": field}
        with self._database.write() as connection:
            if not words.strip():
                of_field = [case_draft.c[name] == value for name, value in key.items()]
                connection.execute(delete(case_draft).where(*of_field))
                return
            # As ASCII: half a character, which a text field may hold, cannot be written as it is.
            values = {"saved_at": to_ms(self._clock()), "body": json.dumps(words)}
            connection.execute(
                upsert(case_draft)
                .values(**key, **values)
                .on_conflict_do_update(index_elements=list(key), set_=values)
            )

    def read(self, actor: Actor, case_id: str) -> dict[str, str]:
        """The person's own words of this case, by field."""
        actor.require(Right.WORK_ON_CASES)
        query = select(case_draft.c.field, case_draft.c.body).where(
            case_draft.c.user_id == actor.user_id, case_draft.c.case_id == case_id
        )
        with self._database.read() as connection:
            return {row.field: json.loads(row.body) for row in connection.execute(query)}
