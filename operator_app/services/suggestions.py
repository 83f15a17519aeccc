"""Corrections of services and articles that people of this office suggest to the ministry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column, select

from operator_app.db import audit, feeds, revisions, settings
from operator_app.db.engine import Database
from operator_app.db.models import revision
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.feeds import ARTICLES, DIRECTORY
from operator_app.domain.ids import new_record_id
from operator_app.domain.people import Actor, Right
from operator_app.domain.suggestions import ARTICLE, SERVICE, suggestion_body, suggestion_faults
from operator_app.domain.wire import Kind, Lane, State
from operator_app.errors import BadInput, NotFound
from operator_app.services import suggestion_drafts
from operator_app.services.suggestion_drafts import Unsent

MOST_SHOWN = 200
_IS_SUGGESTION: ColumnElement[bool] = literal_column("revision.kind = 'suggestion'")
"""Spelled as in ix_revision_suggestion: with a bound value SQLite would not use that index."""
_FEED_OF = {SERVICE: DIRECTORY, ARTICLE: ARTICLES}


@dataclass(frozen=True)
class Suggestion:
    """One suggested correction and how far it is on its way. `at` in UTC milliseconds.

    `code` says why the ministry refused it, None otherwise.
    """

    op_id: str
    at: int
    kind: str
    entry_id: str
    content: str
    field: str
    text: str
    state: State
    code: str | None


class Suggestions:
    """Verbs over suggested corrections."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def suggest(
        self, actor: Actor, kind: str, entry_id: str, content: str, field: str, text: str
    ) -> str:
        """Send a correction on its way, which ends what was kept of it unsent; its op_id.

        `text` is what is wrong, `kind` "service" or "article", `content` the version that was shown, `field` the field
        meant or "". Raises BadInput("suggestion.faults") and changes nothing; NotFound(
        "suggestion.entry_unknown") when there never was such an entry here.
        """
        actor.require(Right.SUGGEST_CORRECTION)
        now = to_ms(self._clock())
        with self._database.write() as connection:
            body = suggestion_body(
                office=settings.read_office(connection).code,
                operator=actor.user_id,
                kind=kind,
                entry_id=entry_id,
                content=content,
                field=field,
                text=text.strip(),
            )
            if faults := suggestion_faults(body):
                raise BadInput("suggestion.faults", faults)
            if feeds.find(connection, _FEED_OF[kind], entry_id, content) is None:
                raise NotFound("suggestion.entry_unknown")
            header = revisions.append(
                connection,
                settings.read_device(connection),
                record_id=new_record_id(self._clock),
                kind=Kind.SUGGESTION,
                bases=(),
                author_id=actor.user_id,
                at=now,
                lane=Lane.REST,
                body=body,
            )
            suggestion_drafts.end(connection, actor.user_id, kind, entry_id)
            audit.append(
                connection,
                at=now,
                user_id=actor.user_id,
                action="directory.correction_suggested",
                entity=kind,
                entity_id=entry_id,
                details={"field": field},
            )
        return header.op_id

    def keep_unsent(self, actor: Actor, unsent: Unsent) -> None:
        """Put what is typed and not sent on the disk; nothing but blanks takes it away."""
        actor.require(Right.SUGGEST_CORRECTION)
        with self._database.write() as connection:
            suggestion_drafts.keep(connection, actor.user_id, unsent, to_ms(self._clock()))

    def unsent(self, actor: Actor) -> list[tuple[int, Unsent]]:
        """What the person typed and did not send, the newest first, each with the moment it was
        kept (UTC milliseconds)."""
        actor.require(Right.SUGGEST_CORRECTION)
        with self._database.read() as connection:
            return suggestion_drafts.read(connection, actor.user_id)

    def mine(self, actor: Actor) -> list[Suggestion]:
        """What the person suggested, the newest first, at most MOST_SHOWN."""
        actor.require(Right.SUGGEST_CORRECTION)
        query = (
            select(revision)
            .where(_IS_SUGGESTION, revision.c.author_id == actor.user_id)
            .order_by(revisions.WRITTEN_ORDER.desc())
            .limit(MOST_SHOWN)
        )
        with self._database.read() as connection:
            rows = [revisions.from_row(row) for row in connection.execute(query).mappings()]
        return [
            Suggestion(
                op_id=row.op_id,
                at=row.created_at,
                kind=row.body["entry_kind"],
                entry_id=row.body["entry_id"],
                content=row.body["content"],
                field=row.body["field"],
                text=row.body["text"],
                state=row.state,
                code=row.last_code if row.state is State.REJECTED else None,
            )
            for row in rows
        ]
