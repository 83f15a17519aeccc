"""The sandbox as the database knows it: what marks it, and what a person has practised in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, exists, or_, select, update

from operator_app.db import feeds, settings
from operator_app.db.engine import Database
from operator_app.db.models import audit, call, revision
from operator_app.db.reference_models import call_advice
from operator_app.domain.exercises import Exercise, Proof
from operator_app.domain.feeds import ANNOUNCEMENTS, FeedEntry, check_body
from operator_app.domain.people import Actor
from operator_app.domain.wire import State
from operator_app.errors import BadInput

SANDBOX = "training"
"""Setting: since when the sandbox is whole, in UTC milliseconds; 0 while it is being made."""


def mark_sandbox(database: Database, since: int = 0) -> None:
    """This database is a sandbox; from `since` on what is done in it is practice."""
    with database.write() as connection:
        settings.put(connection, SANDBOX, since)


def is_sandbox(database: Database) -> bool:
    """Whether the records in this database are invented."""
    with database.read() as connection:
        return settings.get(connection, SANDBOX) is not None


def publish_announcements(database: Database, bodies: Sequence[Mapping[str, Any]], at: int) -> None:
    """Put announcements where those of the ministry are. Raises BadInput("feed.faults")."""
    entries = [FeedEntry(str(body["announcement_id"]), dict(body)) for body in bodies]
    for entry in entries:
        if faults := check_body(ANNOUNCEMENTS, entry.entry_id, entry.body or {}):
            raise BadInput("feed.faults", faults)
    with database.write() as connection:
        feeds.take(connection, ANNOUNCEMENTS, entries, feeds.PROGRAM, at)


def as_if_confirmed(database: Database, at: int) -> None:
    """The invented records look as if a ministry had them: else all of them would be late."""
    with database.write() as connection:
        confirmed = {"state": State.APPLIED, "confirmed_at": at}
        connection.execute(update(revision).values(**confirmed))


class Practice:
    """Sees by the records which exercises a person has done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def done(self, actor: Actor, exercises: Iterable[Exercise]) -> frozenset[str]:
        """The names of those that are done, since the sandbox was made."""
        with self._database.read() as connection:
            since = int(settings.get(connection, SANDBOX) or 0)
            return frozenset(
                exercise.name
                for exercise in exercises
                if _is_done(connection, actor.user_id, exercise, since)
            )


def _is_done(connection: Connection, user_id: str, exercise: Exercise, since: int) -> bool:
    mine = (call.c.operator_id == user_id, call.c.saved_at >= since)
    if exercise.proof is Proof.ACT:
        found = select(audit.c.seq).where(
            audit.c.user_id == user_id, audit.c.at >= since, audit.c.action.in_(exercise.of)
        )
    elif exercise.proof is Proof.KIND:
        found = select(call.c.call_id).where(*mine, call.c.contact_kind.in_(exercise.of))
    elif exercise.proof is Proof.TOLD:
        told = exists().where(
            call_advice.c.call_id == call.c.call_id,
            or_(*(call_advice.c.entry_id.startswith(entry) for entry in exercise.of)),
        )
        found = select(call.c.call_id).where(*mine, call.c.complete == 1, told)
    else:
        # Sent while she was on the line: it is not complete, or what followed amended it.
        early = or_(call.c.complete == 0, call.c.revision_no > 1)
        found = select(call.c.call_id).where(*mine, call.c.danger_now == "Y", early)
    return connection.execute(found.limit(1)).first() is not None
