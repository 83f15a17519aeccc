"""What waits for a supervisor's eyes: read from the cases, the calls and the reviews done.

Nothing is written when a call or a case is saved; whatever was overtaken is not found any more.
Inside somebody else's transaction; the right to review was checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import Connection, select

from operator_app.db import settings
from operator_app.db.case_models import case_file
from operator_app.db.models import app_user, call
from operator_app.db.supervisor_models import review
from operator_app.domain.cases import CLOSED
from operator_app.domain.danger import ACUTE
from operator_app.domain.people import Actor, Right
from operator_app.domain.review import (
    CALL,
    CASE,
    CLOSURE,
    DUE_AFTER_MS,
    HIGH_RISK,
    SAMPLE,
    WEEK_MS,
    WEEKS_BACK,
    Sampling,
    Waiting,
    in_order,
    picked,
    week_of,
)
from operator_app.services.case_files import CaseFiles
from operator_app.services.case_risks import CaseRisk, Finding, read_risks

SAMPLING = "review.sampling"
"""The setting."""


def read_queue(
    connection: Connection, files: CaseFiles, actor: Actor, today: date
) -> list[Waiting]:
    """Everything that waits for this supervisor, the most urgent first."""
    return in_order(
        [
            *high_risk(connection, files),
            *closures(connection),
            *sampled(connection, actor, today),
        ]
    )


def high_risk(connection: Connection, files: CaseFiles) -> list[Waiting]:
    """Open cases of high risk with an assessment nobody has looked at since it found that."""
    c = case_file.c
    risks = list(read_risks(connection, files, c.status != CLOSED, c.risk.in_(sorted(ACUTE))))
    seen = looked_at(connection, [r.case_id for r in risks])
    found = []
    for risk in risks:
        if news := unseen(risk, seen.get(risk.case_id, frozenset())):
            found.append(_of_case(risk, news))
    return found


def unseen(risk: CaseRisk, seen: frozenset[str]) -> list[Finding]:
    """The findings of high danger that wait to be looked at, the oldest first.

    Whoever lowered the risk has weighed what was found until then.
    """
    last = max((i for i, f in enumerate(risk.findings) if f.lowered), default=-1)
    since = risk.findings[last + 1 :]
    # Where no assessment says by itself why the risk is high, any that left it so is shown.
    news = [f for f in since if f.is_news] or [f for f in since if f.final in ACUTE]
    return [f for f in news if f.assessment_id not in seen]


def looked_at(connection: Connection, case_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """By case the ids of the assessments that a finished review was about."""
    found: dict[str, frozenset[str]] = {}
    rows = connection.execute(
        select(review.c.subject_id, review.c.question).where(
            review.c.subject_id.in_(list(case_ids)),
            review.c.reason == HIGH_RISK,
            review.c.done_at.is_not(None),
        )
    )
    for row in rows:
        about = frozenset(json.loads(row.question)["assessments"])
        found[row.subject_id] = found.get(row.subject_id, frozenset()) | about
    return found


def closures(connection: Connection) -> list[Waiting]:
    """What operators ask to be closed, and is not closed yet."""
    rows = connection.execute(
        select(review, case_file.c.number, case_file.c.risk)
        .join(case_file, case_file.c.case_id == review.c.subject_id)
        .where(review.c.done_at.is_(None), review.c.reason == CLOSURE, case_file.c.status != CLOSED)
    )
    found = []
    for row in rows:
        asked = json.loads(row.question)
        found.append(
            Waiting(
                CASE, row.subject_id, CLOSURE, row.number, row.asked_by, row.asked_at, row.due_at,
                risk=row.risk,
                review_id=row.review_id,
                close_reason=asked["reason"],
                words=asked["words"],
            )
        )  # fmt: skip
    return found


def sampled(connection: Connection, actor: Actor, today: date) -> list[Waiting]:
    """Calls picked at random of the weeks that are over, without those that were looked at.

    The same ones for every supervisor, except violence calls for who may not open them and one's
    own calls.
    """
    sampling = read_sampling(connection)
    found: list[Waiting] = []
    for back in range(1, WEEKS_BACK + 1):
        start, end = week_of(today - timedelta(days=7 * back))
        found += _of_week(connection, actor, sampling, start, end)
    reviewed = set(
        connection.execute(
            select(review.c.subject_id).where(
                review.c.subject_id.in_([w.subject_id for w in found]),
                review.c.reason == SAMPLE,
                review.c.done_at.is_not(None),
            )
        ).scalars()
    )
    return [w for w in found if w.subject_id not in reviewed]


def read_sampling(connection: Connection) -> Sampling:
    """How many calls are picked."""
    return Sampling(**(settings.get(connection, SAMPLING) or {}))


def _of_week(
    connection: Connection, actor: Actor, sampling: Sampling, start: int, end: int
) -> list[Waiting]:
    c = call.c
    query = (
        select(c.call_id, c.number, c.operator_id)
        .join(app_user, app_user.c.user_id == c.operator_id)
        .where(
            c.started_at >= start,
            c.started_at < end,
            c.substantive == 1,
            c.voided_at.is_(None),
            app_user.c.active == 1,
        )
    )
    if not actor.may(Right.OPEN_ANY_VIOLENCE_CALL):
        query = query.where(c.violence == 0)
    numbers: dict[str, str] = {}
    by_person: dict[str, list[str]] = {}
    for row in connection.execute(query):
        numbers[row.call_id] = row.number
        by_person.setdefault(row.operator_id, []).append(row.call_id)
    by_person.pop(actor.user_id, None)
    return [
        Waiting(CALL, call_id, SAMPLE, numbers[call_id], person, end, end + WEEK_MS)
        for person, calls in by_person.items()
        for call_id in picked(calls, sampling.number_of(len(calls)))
    ]


def _of_case(risk: CaseRisk, news: list[Finding]) -> Waiting:
    first = min(f.at for f in news)
    return Waiting(
        CASE, risk.case_id, HIGH_RISK, risk.number, risk.owner_id, first, first + DUE_AFTER_MS,
        risk=risk.risk,
        assessments=tuple(f.assessment_id for f in news),
    )  # fmt: skip
