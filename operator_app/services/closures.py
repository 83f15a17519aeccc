"""An operator asks that a case of high risk be closed; a supervisor decides (services.reviews)."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import Connection, insert, select, update

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.supervisor_models import review
from operator_app.domain.calls import MAX_TEXT
from operator_app.domain.cases import Case
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.ids import new_record_id
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.review import APPROVED, CASE, CLOSURE, DUE_AFTER_MS
from operator_app.errors import BadInput, Fault, NotAllowed
from operator_app.services.case_access import require_access
from operator_app.services.case_texts import check_text

ReadCase = Callable[[Connection, str], Case]


def closure_asked_at(connection: Connection, case_id: str) -> int | None:
    """Since when a supervisor is asked to close the case; None when nobody asks."""
    return connection.execute(
        select(review.c.asked_at).where(
            review.c.subject_id == case_id,
            review.c.reason == CLOSURE,
            review.c.done_at.is_(None),
        )
    ).scalar()


def closed_as_asked(connection: Connection, case_id: str, by: str, now: int) -> None:
    """The case was closed by somebody who may: whoever asked for it reads that it was."""
    connection.execute(
        update(review)
        .where(
            review.c.subject_id == case_id,
            review.c.reason == CLOSURE,
            review.c.done_at.is_(None),
        )
        .values(done_at=now, done_by=by, outcome=APPROVED)
    )


class Closures:
    """Asking for it."""

    def __init__(
        self, database: Database, read_case: ReadCase, reference: Reference, clock: Clock
    ) -> None:
        self._database = database
        self._read_case = read_case
        self._reference = reference
        self._clock = clock

    def ask(self, actor: Actor, case_id: str, reason: str, words: str) -> None:
        """Ask a supervisor to close the case: a code of `close_reason`, and why in words.

        Raises BadInput("case.faults"), CaseReasonNeeded, and NotAllowed: "case.closed",
        "closure.not_needed" for who may close it themselves, "closure.asked_already".
        """
        actor.require(Right.WORK_ON_CASES)
        if self._reference.find("close_reason", reason) is None:
            raise BadInput("case.faults", [Fault("close_reason", "case.close_reason_missing")])
        if not words.strip():
            raise BadInput("case.faults", [Fault("close_note", "closure.words_missing")])
        check_text("close_note", words, MAX_TEXT)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            found = self._read_case(connection, case_id)
            require_access(connection, actor, found, now)
            if found.is_closed:
                raise NotAllowed("case.closed")
            if not found.is_acute or actor.may(Right.CLOSE_ACUTE_CASE):
                raise NotAllowed("closure.not_needed")
            if closure_asked_at(connection, case_id) is not None:
                raise NotAllowed("closure.asked_already")
            connection.execute(
                insert(review).values(
                    review_id=new_record_id(self._clock),
                    kind=CASE,
                    subject_id=case_id,
                    reason=CLOSURE,
                    asked_at=now,
                    asked_by=actor.user_id,
                    question=json.dumps({"reason": reason, "words": words.strip()}),
                    due_at=now + DUE_AFTER_MS,
                    checklist="{}",
                    comment="",
                    for_user=actor.user_id,
                )
            )
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="review.closure_asked",
                entity="case",
                entity_id=case_id,
                details={"reason": reason},
            )
