"""How reviews went in a period, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from operator_app.db.case_models import case_file
from operator_app.db.supervisor_models import review
from operator_app.domain.cases import CLOSED
from operator_app.domain.danger import ACUTE
from operator_app.domain.review import CALL, CASE, DUE_AFTER_MS, ReviewFigures
from operator_app.services.case_files import CaseFiles
from operator_app.services.case_risks import CaseRisk, read_risks


def read_review_figures(
    connection: Connection, files: CaseFiles, start: int, end: int
) -> ReviewFigures:
    """Of a period in UTC milliseconds, the end not included."""
    c = case_file.c
    opened = read_risks(connection, files, c.opened_at >= start, c.opened_at < end)
    acute = [(risk, at) for risk in opened if (at := risk.first_acute_at) is not None]
    latest = max((at for _risk, at in acute), default=start)
    reviewed = _reviewed(connection, start, latest + DUE_AFTER_MS + 1)
    in_time = sum(
        any(at <= looked <= at + DUE_AFTER_MS for looked in _looks(risk, reviewed))
        for risk, at in acute
    )
    outcomes = connection.execute(
        select(review.c.outcome, func.count())
        .where(review.c.kind == CALL, review.c.done_at >= start, review.c.done_at < end)
        .group_by(review.c.outcome)
    )
    return ReviewFigures(len(acute), in_time, {str(o): int(n) for o, n in outcomes})


def _looks(risk: CaseRisk, reviewed: Mapping[str, list[int]]) -> list[int]:
    """When a supervisor looked at the case."""
    found = list(reviewed.get(risk.case_id, []))
    found += [f.at for f in risk.findings if f.lowered]
    if risk.status == CLOSED and risk.risk in ACUTE and risk.closed_at is not None:
        found.append(risk.closed_at)
    return found


def _reviewed(connection: Connection, start: int, end: int) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    rows = connection.execute(
        select(review.c.subject_id, review.c.done_at).where(
            review.c.kind == CASE, review.c.done_at >= start, review.c.done_at < end
        )
    )
    for row in rows:
        found.setdefault(row.subject_id, []).append(row.done_at)
    return found
