"""The calls of a span as rows that may leave the office, read inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, RowMapping, text

from operator_app.domain.consent import STATISTICS, allows
from operator_app.domain.daily_log import RecordRow
from operator_app.domain.span import Span
from operator_app.services import call_rows
from operator_app.services.daily_figures import OF_SPAN, bounds_of

ROWS_AT_ONCE = 500

# A number may occur at each PC of the office: those of others end in the PC's own.
# In the order of the index, so that nothing is sorted but calls of the same millisecond. What waits
# is looked up once: most revisions of a long span wait no more, and each would cost a page.
RECORDS = f"""
SELECT number || coalesce('/' || (SELECT seat.number FROM seat WHERE dev = device), '') AS number,
       call.started_at, duration_seconds, contact_kind, substantive, channel, danger_now,
       violence, language, benefit_issue, caller_sex, caller_age_group, division,
       call.op_id IN (
         SELECT op_id FROM revision INDEXED BY ix_revision_unconfirmed
         WHERE state IN ('queued', 'sending') AND state <> 'applied'
       ) AS waiting,
       voided_at IS NOT NULL AS voided, violence_block,
       (SELECT min(case_file.statistics) FROM case_call JOIN case_file USING (case_id)
        WHERE case_call.call_id = call.call_id) AS statistics,
       (SELECT group_concat(topic, ' ') FROM (
          SELECT topic FROM call_topic WHERE call_topic.call_id = call.call_id ORDER BY position
       )) AS topics,
       (SELECT group_concat(action, ' ') FROM (
          SELECT action FROM call_action WHERE call_action.call_id = call.call_id ORDER BY position
       )) AS actions
FROM {OF_SPAN}
ORDER BY local_day, call.started_at, call.call_id
"""  # noqa: S608 - constants

COUNT = f"SELECT count(*) FROM {OF_SPAN}"  # noqa: S608


def read_records(
    connection: Connection, span: Span, district: Callable[[str], str]
) -> Iterator[RecordRow]:
    """The calls in their order, voided ones too; `district`: the rayon or city of a place."""
    result = connection.execute(text(RECORDS), bounds_of(span)).mappings()
    while rows := result.fetchmany(ROWS_AT_ONCE):
        for row in rows:
            yield _record(row, district)


def count_records(connection: Connection, span: Span) -> int:
    """How many rows `read_records` gives."""
    return int(connection.execute(text(COUNT), bounds_of(span)).scalar_one())


def _is_withheld(row: RowMapping) -> bool:
    """Whether the call is about violence and may not be in figures that leave the office."""
    if row["statistics"] is not None:  # the case knows all words, those of its calls too
        return not row["statistics"]
    if not row["violence"]:
        return False
    block = call_rows.block(row["violence_block"])
    return block is None or not allows(block.consents, STATISTICS)


def _record(row: RowMapping, district: Callable[[str], str]) -> RecordRow:
    withheld = _is_withheld(row)
    # In a village everybody knows whom it is about.
    division = district(row["division"]) if row["division"] else None
    return RecordRow(
        number=row["number"],
        started_at=row["started_at"],
        duration_seconds=row["duration_seconds"],
        contact_kind=row["contact_kind"],
        substantive=bool(row["substantive"]),
        channel=None if withheld else row["channel"],
        danger_now=None if withheld else row["danger_now"],
        violence=None if withheld else bool(row["violence"]),
        language=None if withheld else row["language"],
        topics=() if withheld else tuple((row["topics"] or "").split()),
        benefit_issue=None if withheld else row["benefit_issue"],
        caller_sex=None if withheld else row["caller_sex"],
        caller_age_group=None if withheld else row["caller_age_group"],
        division=None if withheld else division,
        actions=() if withheld else tuple((row["actions"] or "").split()),
        waiting=bool(row["waiting"]),
        voided=bool(row["voided"]),
        withheld=withheld,
    )
