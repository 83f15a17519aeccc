"""Unsaved forms on the disk, encrypted; inside somebody else's transaction. No rights here."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db.models import draft
from operator_app.db.prepared import Prepared
from operator_app.domain.calls import CallForm
from operator_app.domain.text import is_unicode
from operator_app.services.review_drafts import IS_REVIEW
from operator_app.services.suggestion_drafts import IS_SUGGESTION

# Built once: building a statement costs more than running it.
_DRAFT = upsert(draft)
_KEEP = _DRAFT.on_conflict_do_update(
    index_elements=["operator_id", "draft_key"],
    set_={"saved_at": _DRAFT.excluded.saved_at, "body": _DRAFT.excluded.body},
)
_END = Prepared(
    delete(draft).where(
        draft.c.operator_id == bindparam("operator_id"),
        draft.c.draft_key == bindparam("draft_key"),
    )
)


@dataclass(frozen=True)
class Draft:
    """An unsaved form; `amends` is (call_id, op_id it was opened at) when it changes a call.

    `early`: that call was sent while the caller is still on the line; it is not complete.
    """

    form: CallForm
    amends: tuple[str, str] | None = None
    early: bool = False

    @property
    def key(self) -> str:
        """Tells it from another unfinished call of the same person."""
        return self.amends[0] if self.amends else str(self.form.started_at)


def keep(connection: Connection, user_id: str, unsaved: Draft, at: int) -> None:
    """Write the draft, over an older one of the same call; `at` in UTC milliseconds."""
    body = {"form": unsaved.form.as_dict(), "amends": unsaved.amends, "early": unsaved.early}
    written = json.dumps(body, ensure_ascii=False)
    if not is_unicode(written):
        # Half a character cannot be written as it is; what is typed is kept all the same.
        written = json.dumps(body)
    values = {"saved_at": at, "body": written}
    connection.execute(_KEEP, {"operator_id": user_id, "draft_key": unsaved.key, **values})


def end(connection: Connection, user_id: str, unsaved: Draft) -> None:
    """Forget the draft of this call, if there is one."""
    _END.run(connection, {"operator_id": user_id, "draft_key": unsaved.key})


def newest(connection: Connection, user_id: str) -> Draft | None:
    """The draft of the person that was kept last, or None."""
    text = connection.execute(
        select(draft.c.body)
        .where(draft.c.operator_id == user_id, ~IS_SUGGESTION, ~IS_REVIEW)
        .order_by(draft.c.saved_at.desc(), draft.c.draft_key.desc())
        .limit(1)
    ).scalar()
    if text is None:
        return None
    body = json.loads(text)
    amends = tuple(body["amends"]) if body["amends"] else None
    return Draft(CallForm.from_dict(body["form"]), amends, body.get("early", False))
