"""Counting cases and response times, in SQL, inside the caller's read transaction."""

from __future__ import annotations

from sqlalchemy import Connection, text

from operator_app.domain.case_figures import (
    CaseFigures,
    ResponseTimes,
    RiskLine,
    delay,
)
from operator_app.domain.danger import LEVELS
from operator_app.domain.span import Span

ORDER_ENDS_WITHIN_MS = 48 * 3_600_000

COUNTS = """
SELECT
  (SELECT count(*) FROM case_file INDEXED BY ix_case_file_opened_day
    WHERE opened_day BETWEEN :first AND :last AND opened_at >= :start AND opened_at < :end
    AND case_id IN (SELECT case_id FROM case_call)) AS opened,
  (SELECT count(*) FROM case_referral WHERE sent_at >= :start AND sent_at < :end)
    AS referrals_sent,
  (SELECT count(*) FROM case_referral JOIN case_file USING (case_id)
    WHERE due_at < :now AND case_referral.status = 'SENT' AND case_file.status <> 'CLOSED')
    AS referrals_overdue,
  (SELECT count(*) FROM case_task
    WHERE due_at >= :start AND due_at < :end AND dropped_at IS NULL) AS tasks_due,
  (SELECT count(*) FROM case_task WHERE done_at >= :start AND done_at < :end) AS tasks_done,
  (SELECT count(*) FROM case_task
    WHERE due_at < :now AND done_at IS NULL AND dropped_at IS NULL) AS tasks_late,
  (SELECT count(*) FROM case_order JOIN case_file USING (case_id)
    WHERE ends_at >= :now AND ends_at < :soon
      AND case_order.status IN ('ISS3', 'EXT30', 'ELEC', 'BRK')
      AND case_file.status <> 'CLOSED') AS orders_ending,
  (SELECT count(*) FROM case_file
    WHERE status <> 'CLOSED' AND risk IN ('HIGH', 'IMM') AND NOT has_plan) AS without_plan
"""

OPEN_BY_RISK = "SELECT risk, count(*) FROM case_file WHERE status <> 'CLOSED' GROUP BY risk"

RESPONSE = """
SELECT alarm_at, police_at, ambulance_at,
  (SELECT min(sent_at)
    FROM case_call CROSS JOIN case_referral ON case_referral.case_id = case_call.case_id
    WHERE case_call.call_id = response.call_id AND sent_at >= alarm_at) AS referral_at,
  (SELECT min(confirmed_at) FROM revision INDEXED BY ix_revision_record_id_seq
    WHERE record_id = response.call_id) AS receipt_at
FROM response INDEXED BY ix_response_local_day
CROSS JOIN call ON call.call_id = response.call_id
WHERE response.local_day BETWEEN :first AND :last AND call.voided_at IS NULL
  AND call.started_at >= :start AND call.started_at < :end
"""


def read_case_figures(connection: Connection, span: Span, now: int) -> CaseFigures:
    """The figures of a span, and of `now` (UTC ms) where they are about what is open."""
    bounds: dict[str, str | int] = {
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "start": span.start,
        "end": span.end,
        "now": now,
        "soon": now + ORDER_ENDS_WITHIN_MS,
    }
    counts = connection.execute(text(COUNTS), bounds).mappings().one()
    risks = {str(risk): int(cases) for risk, cases in connection.execute(text(OPEN_BY_RISK))}
    return CaseFigures(
        **{name: int(number) for name, number in counts.items()},
        open_by_risk=tuple(
            RiskLine(risk, risks[risk]) for risk in reversed(LEVELS) if risk in risks
        ),
        response=_response(connection, bounds),
    )


def _response(connection: Connection, bounds: dict[str, str | int]) -> ResponseTimes:
    rows = connection.execute(text(RESPONSE), bounds).all()
    called = [
        (r.alarm_at, min((at for at in (r.police_at, r.ambulance_at) if at), default=None))
        for r in rows
    ]
    return ResponseTimes(
        alarms=len(rows),
        emergency=delay(called),
        referral=delay((r.alarm_at, r.referral_at) for r in rows),
        ministry=delay((r.alarm_at, r.receipt_at) for r in rows),
    )
