"""Which revisions are lost on their way: refused, or tried in vain; and not mended since.

The conditions look through a record's history: they stand behind others that leave only few rows,
and the index that finds those is named, because the planner does not know how few they are.
"""

from __future__ import annotations

from sqlalchemy import text

STUCK_TRIES = 5
"""After as many tries by itself a revision that the server cannot take is a person's business."""
_MENDED = """
  SELECT 1 FROM revision AS mender, json_each(CAST(mender.payload AS TEXT), '$.over') AS place
  WHERE mender.record_id = {lost}.record_id AND place.value = {lost}.op_id
    AND mender.rowid > {lost}.rowid"""

NOT_MENDED = text(f"NOT EXISTS ({_MENDED.format(lost='revision')})")
"""No later revision took the place of the row."""
EARLIER_NOT_MENDED = text(
    f"NOT EXISTS ({_MENDED.format(lost='earlier')} AND mender.rowid <= revision.rowid)"
)
"""Neither the row itself nor one before it took the place of the row "earlier"."""
_FROM_LOST = f"""
  FROM revision INDEXED BY ix_revision_unconfirmed
  WHERE revision.state <> 'applied' AND revision.state IN ('queued','conflict','rejected')
    AND (revision.state <> 'queued'
      OR revision.attempts >= {STUCK_TRIES} AND revision.next_try_at > 0)
    AND {NOT_MENDED}"""
LOST = text(f"revision.op_id IN (SELECT revision.op_id {_FROM_LOST})")
"""A person has to look at it, or a supervisor said that it stays as it is."""
HOW_MANY_NEED_YOU = text(
    f"""SELECT count(*) {_FROM_LOST} AND revision.op_id NOT IN (
      SELECT json_each.key FROM sync_state, json_each(sync_state.value)
      WHERE sync_state.key = 'set_aside')"""  # noqa: S608 - constants
)
