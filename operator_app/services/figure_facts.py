"""The facts that figures are made of, read from the rows of this office (domain.call_figures).

A call with a violence block, with something withheld, or of another PC, is read as it was sent, so that
the office and the ministry count the same. The statements name their index: see services/reports.py. Something is
withheld only of calls that are, or were before they were amended, about violence: looking it up for
each call would take most of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, text

from operator_app.domain.call_figures import CallFact, fact_of_body, number_mark
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.figures import Period
from operator_app.domain.wire import case_body
from operator_app.services.case_files import shown_case

CALLS = """
SELECT call.call_id, started_at, ended_at, duration_seconds, contact_kind, substantive, violence,
       danger_now, danger_at, language, benefit_issue, caller_sex, caller_age_group, division, caller_name,
       phone_e164,
       CASE WHEN device = '' THEN (
          SELECT min(created_at) FROM revision INDEXED BY ix_revision_record_id_seq
          WHERE record_id = call.call_id
       ) ELSE (
          SELECT min(created_at) FROM foreign_revision INDEXED BY ix_foreign_revision_record_id
          WHERE record_id = call.call_id
       ) END AS first_saved_at,
       (SELECT min(case_file.statistics) FROM case_call JOIN case_file USING (case_id)
        WHERE case_call.call_id = call.call_id) AS statistics,
       (SELECT group_concat(topic, ' ') FROM (
          SELECT topic FROM call_topic WHERE call_topic.call_id = call.call_id ORDER BY position
       )) AS topics,
       (SELECT group_concat(action, ' ') FROM (
          SELECT action FROM call_action WHERE call_action.call_id = call.call_id ORDER BY position
       )) AS actions,
       CASE WHEN device <> '' THEN (
          SELECT payload FROM foreign_revision WHERE foreign_revision.op_id = call.op_id
       ) WHEN violence_block IS NOT NULL OR ((violence OR revision_no > 1) AND EXISTS (
          SELECT 1 FROM withheld WHERE withheld.op_id = call.op_id
       )) THEN (SELECT payload FROM revision WHERE revision.op_id = call.op_id) END AS payload
FROM call INDEXED BY ix_call_local_day
WHERE local_day = :day AND voided_at IS NULL
"""

CASES = """
WITH wanted AS (
  SELECT case_id FROM case_file INDEXED BY ix_case_file_opened_day
  WHERE opened_day BETWEEN :first AND :last
  UNION SELECT case_id FROM case_referral WHERE offered_at >= :start AND offered_at < :end
  UNION SELECT case_id FROM case_task INDEXED BY ix_case_task_due_at
  WHERE due_at >= :start AND due_at < :end
)
SELECT case_file.case_id, number, case_file.opened_at, case_file.kind, conflict,
       coalesce(revision.payload, foreign_revision.payload) AS payload
FROM wanted CROSS JOIN case_file USING (case_id)
LEFT JOIN revision ON revision.op_id = case_file.op_id
LEFT JOIN foreign_revision ON foreign_revision.op_id = case_file.op_id
WHERE case_file.case_id IN (SELECT case_id FROM case_call)
ORDER BY case_file.opened_at, case_file.case_id
"""


def calls_of_day(connection: Connection, day: date) -> Iterator[CallFact]:
    """The calls of a Bishkek day that are not void."""
    rows = connection.execute(text(CALLS), {"day": day.isoformat()}).mappings()
    return (_call(row) for row in rows)


def cases_in(connection: Connection, period: Period) -> Iterator[tuple[RowMapping, dict[str, Any]]]:
    """The cases that may add to the period: (case_id, number, opened_at, kind), and each as it
    was sent; where versions contradict each other, as it is shown: what she refused at one seat is
    refused, and the level of danger is the more cautious one."""
    start, end = bounds(period)
    rows = connection.execute(
        text(CASES),
        {
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "start": start,
            "end": end,
        },
    ).mappings()
    for row in rows:
        if row["conflict"]:
            yield row, case_body(shown_case(connection, row["case_id"]))
        elif row["payload"] is not None:
            yield row, msgspec.json.decode(row["payload"])["body"]


def bounds(period: Period) -> tuple[int, int]:
    """First millisecond of the period, and first after it (UTC)."""
    return day_bounds_ms(period.first)[0], day_bounds_ms(period.last)[1]


def _call(row: RowMapping) -> CallFact:
    statistics = None if row["statistics"] is None else bool(row["statistics"])
    if row["payload"] is not None:
        return fact_of_body(
            row["call_id"],
            msgspec.json.decode(row["payload"])["body"],
            asked=bool(row["substantive"]),
            first_saved_at=row["first_saved_at"],
            counted=statistics,
        )
    violence = bool(row["violence"])
    return CallFact(
        call_id=row["call_id"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        first_saved_at=row["first_saved_at"],
        seconds=row["duration_seconds"],
        kind=row["contact_kind"],
        asked=bool(row["substantive"]),
        violence=violence,
        counted=not violence if statistics is None else statistics,
        danger_now=row["danger_now"],
        language=row["language"],
        topics=tuple((row["topics"] or "").split()),
        benefit_issue=row["benefit_issue"],
        sex=row["caller_sex"],
        age_group=row["caller_age_group"],
        division=row["division"],
        actions=tuple((row["actions"] or "").split()),
        anonymous=not row["caller_name"].strip(),
        number=number_mark(row["phone_e164"]),
        alarm_at=row["danger_at"] if row["danger_now"] == "Y" else None,
    )
