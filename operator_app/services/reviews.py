"""Reviews: what waits for a supervisor, the outcome, and what the person concerned reads of it.

One transaction per act; rights are checked here. What somebody else was faster with is refused and
changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from operator_app.db import audit, settings
from operator_app.db.case_models import case_file
from operator_app.db.engine import Database
from operator_app.db.models import call
from operator_app.db.supervisor_models import review
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.ids import new_record_id
from operator_app.domain.people import Actor, Right
from operator_app.domain.review import (
    APPROVED,
    CLOSURE,
    HIGH_RISK,
    SENT_BACK,
    Checklists,
    Form,
    Sampling,
    Waiting,
    check,
    check_draft,
)
from operator_app.domain.review_file import problem, read_checklists
from operator_app.errors import BadInput, Fault, NotAllowed, NotFound
from operator_app.services import review_drafts
from operator_app.services.case_risks import read_risks
from operator_app.services.cases import Cases
from operator_app.services.review_queue import (
    SAMPLING,
    closures,
    high_risk,
    looked_at,
    read_queue,
    read_sampling,
    sampled,
)

MOST_SHOWN = 200


@dataclass(frozen=True)
class Queue:
    """What waits, the most urgent first, and which of it (Waiting.key) the person has begun."""

    waiting: tuple[Waiting, ...]
    begun: frozenset[str]


@dataclass(frozen=True)
class Review:
    """A finished review as the person reads it whose work it is about. `seen_at`: read by them.

    `answers` by code of the checklist of `version`; `outcome` of OUTCOMES or DECISIONS.
    """

    review_id: str
    kind: str
    subject_id: str
    reason: str
    number: str
    outcome: str
    comment: str
    version: str
    answers: Mapping[str, str]
    done_at: int
    done_by: str
    seen_at: int | None


class Reviews:
    """Verbs over reviews."""

    def __init__(self, database: Database, cases: Cases, clock: Clock, checklists: Path) -> None:
        """`checklists`: the file of the questions, read when they are first needed."""
        self._database = database
        self._cases = cases
        self._clock = clock
        self._file = checklists
        self._checklists: Checklists | None = None

    # The supervisor

    def checklists(self) -> Checklists:
        """The questions. Raises EnvironmentProblem("review_checklist.faulty")."""
        if self._checklists is None:
            try:
                source = self._file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise problem(Fault(self._file.name, "rules.unreadable")) from error
            self._checklists = read_checklists(source)
        return self._checklists

    def queue(self, actor: Actor) -> Queue:
        """Everything that waits for this supervisor."""
        actor.require(Right.REVIEW)
        today = local_day(self._now)
        with self._database.read() as connection:
            waiting = read_queue(connection, self._cases.files, actor, today)
            begun = review_drafts.keys(connection, actor.user_id)
        return Queue(tuple(waiting), frozenset(begun))

    def count_urgent(self, actor: Actor) -> int:
        """How many cases wait for this supervisor: high risk, and closing asked for."""
        actor.require(Right.REVIEW)
        with self._database.read() as connection:
            return len(high_risk(connection, self._cases.files)) + len(closures(connection))

    def finish(self, actor: Actor, waiting: Waiting, form: Form) -> None:
        """Take the form as the outcome; a closure that is approved closes the case.

        Raises BadInput("review.faults"), and NotAllowed("review.overtaken") when somebody else
        has seen to it meanwhile; what a refused closing raises. The draft stays then.
        """
        actor.require(Right.REVIEW)
        check(form, waiting, self.checklists())
        if waiting.reason == CLOSURE and form.outcome == APPROVED:
            self._cases.close(
                actor,
                waiting.subject_id,
                waiting.close_reason,
                waiting.words,
                also=partial(self._done, actor=actor, waiting=waiting, form=form),
            )
            return
        with self._database.write() as connection:
            self._done(connection, actor, waiting, form)

    def keep_draft(self, actor: Actor, waiting: Waiting, form: Form) -> None:
        """Keep a half-filled form, encrypted; an empty one ends the draft."""
        actor.require(Right.REVIEW)
        if faults := [f for f in check_draft(form) if f.code == "call.too_long"]:
            raise BadInput("review.faults", faults)
        with self._database.write() as connection:
            review_drafts.keep(connection, actor.user_id, waiting.key, form, self._now)

    def draft(self, actor: Actor, waiting: Waiting) -> Form:
        """What the person has filled in so far."""
        actor.require(Right.REVIEW)
        with self._database.read() as connection:
            return review_drafts.read(connection, actor.user_id, waiting.key)

    def sampling(self, actor: Actor) -> Sampling:
        """How many calls are picked."""
        actor.require(Right.REVIEW)
        with self._database.read() as connection:
            return read_sampling(connection)

    def set_sampling(self, actor: Actor, sampling: Sampling) -> None:
        """Pick so many from now on, also of the weeks that are waiting."""
        actor.require(Right.REVIEW)
        if faults := sampling.faults():
            raise BadInput("review.faults", faults)
        with self._database.write() as connection:
            settings.put(connection, SAMPLING, asdict(sampling))
            audit.append(
                connection,
                at=self._now,
                user_id=actor.user_id,
                action="review.sampling_set",
                details=asdict(sampling),
            )

    # Whose work it is about

    def mine(self, actor: Actor) -> list[Review]:
        """The reviews of one's own work, the newest first, at most MOST_SHOWN."""
        actor.require(Right.SEE_CALLS)
        with self._database.read() as connection:
            rows = connection.execute(
                select(review, func.coalesce(call.c.number, case_file.c.number).label("number"))
                .outerjoin(call, call.c.call_id == review.c.subject_id)
                .outerjoin(case_file, case_file.c.case_id == review.c.subject_id)
                .where(review.c.for_user == actor.user_id, review.c.done_at.is_not(None))
                .order_by(review.c.done_at.desc(), review.c.review_id.desc())
                .limit(MOST_SHOWN)
            ).mappings()
            return [_review(row) for row in rows]

    def unread(self, actor: Actor) -> list[str]:
        """The ids of those the person has not marked as read, the oldest first."""
        actor.require(Right.SEE_CALLS)
        query = (
            select(review.c.review_id)
            .where(
                review.c.for_user == actor.user_id,
                review.c.done_at.is_not(None),
                review.c.seen_at.is_(None),
            )
            .order_by(review.c.done_at, review.c.review_id)
        )
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def mark_read(self, actor: Actor, review_id: str) -> None:
        """The person has read it; once more changes nothing. NotFound for one of others."""
        actor.require(Right.SEE_CALLS)
        with self._database.write() as connection:
            row = connection.execute(
                select(review.c.seen_at).where(
                    review.c.review_id == review_id,
                    review.c.for_user == actor.user_id,
                    review.c.done_at.is_not(None),
                )
            ).first()
            if row is None:
                raise NotFound("review.unknown")
            if row.seen_at is not None:
                return
            connection.execute(
                update(review).where(review.c.review_id == review_id).values(seen_at=self._now)
            )
            audit.append(
                connection,
                at=self._now,
                user_id=actor.user_id,
                action="review.read",
                entity="review",
                entity_id=review_id,
            )

    # Inside

    @property
    def _now(self) -> int:
        return to_ms(self._clock())

    def _done(self, connection: Connection, actor: Actor, waiting: Waiting, form: Form) -> None:
        now = self._now
        person = self._require_waiting(connection, actor, waiting)
        outcome = {
            "done_at": now,
            "done_by": actor.user_id,
            "outcome": form.outcome,
            "checklist": json.dumps(
                {"version": self.checklists().version, "answers": dict(form.answers)}
            ),
            "comment": form.comment.strip(),
            # Nobody is told what they decided themselves.
            "seen_at": now if person == actor.user_id else None,
        }
        if waiting.reason == CLOSURE:
            connection.execute(
                update(review).where(review.c.review_id == waiting.review_id).values(outcome)
            )
        else:
            asked = {"assessments": waiting.assessments} if waiting.reason == HIGH_RISK else {}
            connection.execute(
                insert(review).values(
                    review_id=new_record_id(self._clock),
                    kind=waiting.kind,
                    subject_id=waiting.subject_id,
                    reason=waiting.reason,
                    asked_at=waiting.asked_at,
                    asked_by="",
                    question=json.dumps(asked),
                    due_at=waiting.due_at,
                    for_user=person,
                    **outcome,
                )
            )
        review_drafts.end(connection, actor.user_id, waiting.key)
        actions = {APPROVED: "review.approved", SENT_BACK: "review.sent_back"}
        audit.append(
            connection,
            at=now,
            user_id=actor.user_id,
            action=actions.get(form.outcome or "", "review.done"),
            entity=waiting.kind,
            entity_id=waiting.subject_id,
            details={"reason": waiting.reason, "outcome": form.outcome},
        )

    def _require_waiting(self, connection: Connection, actor: Actor, waiting: Waiting) -> str:
        """Whose work it is. Raises NotAllowed("review.overtaken") unless it still waits."""
        if waiting.reason == CLOSURE:
            person = connection.execute(
                select(review.c.for_user)
                .join(case_file, case_file.c.case_id == review.c.subject_id)
                .where(
                    review.c.review_id == waiting.review_id,
                    review.c.subject_id == waiting.subject_id,
                    review.c.reason == CLOSURE,
                    review.c.done_at.is_(None),
                )
            ).scalar()
        elif waiting.reason == HIGH_RISK:
            person = self._owner_of_unseen(connection, waiting)
        else:
            today = local_day(self._now)
            still = {w.subject_id: w.person_id for w in sampled(connection, actor, today)}
            person = still.get(waiting.subject_id)
        if person is None:
            raise NotAllowed("review.overtaken")
        return str(person)

    def _owner_of_unseen(self, connection: Connection, waiting: Waiting) -> str | None:
        """Also of a case that the same supervisor lowered or closed while looking at it."""
        case_id = waiting.subject_id
        known = next(
            read_risks(connection, self._cases.files, case_file.c.case_id == case_id), None
        )
        asked = set(waiting.assessments)
        if known is None or not asked or not asked <= {f.assessment_id for f in known.findings}:
            return None
        seen = looked_at(connection, [case_id]).get(case_id, frozenset())
        return None if asked <= seen else known.owner_id


def _review(row: RowMapping) -> Review:
    checklist = json.loads(row["checklist"])
    return Review(
        review_id=row["review_id"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        reason=row["reason"],
        number=row["number"] or "",
        outcome=row["outcome"],
        comment=row["comment"],
        version=checklist.get("version", ""),
        answers=checklist.get("answers", {}),
        done_at=row["done_at"],
        done_by=row["done_by"],
        seen_at=row["seen_at"],
    )
