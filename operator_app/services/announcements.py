"""Announcements of the ministry: shown once to everybody here, confirmed by hand, kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from operator_app.db import audit
from operator_app.db.engine import Database
from operator_app.db.reference_models import announcement_seen
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.feeds import ANNOUNCEMENTS, Announcement
from operator_app.domain.people import Actor, Right
from operator_app.errors import NotFound
from operator_app.services.entries import Entries


@dataclass(frozen=True)
class AnnouncementView:
    """An announcement and how it stands with one person. Times in UTC milliseconds."""

    announcement: Announcement
    shown_at: int | None
    confirmed_at: int | None


class Announcements:
    """Verbs over announcements."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._entries: Entries[Announcement] = Entries(database, ANNOUNCEMENTS, Announcement)

    def page(self, actor: Actor) -> list[AnnouncementView]:
        """All that were ever published and not taken back, newest first."""
        actor.require(Right.SEE_DIRECTORY)
        with self._database.read() as connection:
            seen = {
                row.announcement_id: (row.shown_at, row.confirmed_at)
                for row in connection.execute(
                    select(announcement_seen).where(announcement_seen.c.user_id == actor.user_id)
                )
            }
        views = [
            AnnouncementView(entry.value, *seen.get(entry_id, (None, None)))
            for entry_id, entry in self._entries.all().items()
        ]
        return sorted(
            views,
            key=lambda v: (v.announcement.published_on, v.announcement.announcement_id),
            reverse=True,
        )

    def due(self, actor: Actor) -> list[AnnouncementView]:
        """What is still to be brought before this person: the important first, then the oldest.

        One that is not important is due until it was shown; an important one until it was
        confirmed; none after its last day.
        """
        today = local_day(to_ms(self._clock())).isoformat()
        found = [
            view
            for view in self.page(actor)
            if (not view.announcement.valid_to or today <= view.announcement.valid_to)
            and (view.confirmed_at if view.announcement.important else view.shown_at) is None
        ]
        found.reverse()
        return sorted(found, key=lambda view: not view.announcement.important)

    def shown(self, actor: Actor, announcement_id: str) -> None:
        """Remember that it was on this person's screen."""
        actor.require(Right.SEE_DIRECTORY)
        with self._database.write() as connection:
            connection.execute(
                insert(announcement_seen)
                .values(
                    user_id=actor.user_id,
                    announcement_id=announcement_id,
                    shown_at=to_ms(self._clock()),
                )
                .on_conflict_do_nothing()
            )

    def confirm(self, actor: Actor, announcement_id: str) -> None:
        """This person says that she has read it; audited. Raises NotFound."""
        actor.require(Right.SEE_DIRECTORY)
        if self._entries.find(announcement_id) is None:
            raise NotFound("announcement.unknown")
        now = to_ms(self._clock())
        self.shown(actor, announcement_id)
        with self._database.write() as connection:
            changed = connection.execute(
                update(announcement_seen)
                .where(
                    announcement_seen.c.user_id == actor.user_id,
                    announcement_seen.c.announcement_id == announcement_id,
                    announcement_seen.c.confirmed_at.is_(None),
                )
                .values(confirmed_at=now)
            )
            if changed.rowcount:
                audit.append(
                    connection,
                    at=now,
                    user_id=actor.user_id,
                    action="announcement.confirmed",
                    entity="announcement",
                    entity_id=announcement_id,
                )
