"""The figures of the days, kept beside the calls and made anew when one of them changed.

They follow the revisions behind the saves: nothing here runs in a save. `settings` notes how far:
the version of the definitions, and what is known of the revisions (`_Seen`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.db.supervisor_models import figure_day
from operator_app.domain.call_figures import cells_of_call
from operator_app.domain.definitions import VERSION
from operator_app.domain.figures import Figures, Period
from operator_app.services.figure_facts import calls_of_day

SEEN = "figures.seen"

_NOW = text("""
SELECT coalesce((SELECT max(rowid) FROM revision), 0),
       coalesce((SELECT max(rowid) FROM foreign_revision), 0),
       (SELECT count(*) FROM foreign_revision WHERE folded = 0),
       coalesce((SELECT min(rowid) - 1 FROM foreign_revision WHERE folded = 0),
                (SELECT max(rowid) FROM foreign_revision), 0)
""")
_CHANGED = text("""
SELECT local_day FROM revision CROSS JOIN call ON call.call_id = revision.record_id
WHERE revision.rowid > :own
UNION
SELECT local_day FROM revision
CROSS JOIN case_call ON case_call.case_id = revision.record_id
CROSS JOIN call ON call.call_id = case_call.call_id
WHERE revision.rowid > :own AND revision.kind = 'case'
UNION
SELECT local_day FROM foreign_revision
CROSS JOIN case_call ON case_call.case_id = foreign_revision.record_id
CROSS JOIN call ON call.call_id = case_call.call_id
WHERE foreign_revision.rowid > :foreign AND foreign_revision.folded
UNION
SELECT local_day FROM foreign_revision
CROSS JOIN call ON call.call_id = foreign_revision.record_id
WHERE foreign_revision.rowid > :foreign AND foreign_revision.folded
""")


class _Seen(NamedTuple):
    """Newest own and foreign revision (rowids); how many foreign ones are not folded, and up to
    which all are: they are not folded in the order in which they came."""

    own: int
    foreign: int
    unfolded: int
    folded_to: int


def to_count(database: Database, period: Period) -> list[date]:
    """The days whose figures are not known, or not any more."""
    _forget_changed(database)
    with database.read() as connection:
        known = set(
            connection.execute(select(figure_day.c.local_day).where(_within(period))).scalars()
        )
    return [day for day in period.each_day() if day.isoformat() not in known]


def count(database: Database, days: Sequence[date]) -> None:
    """Count the calls of these days and keep their figures, unless somebody looked meanwhile."""
    with database.read() as connection:
        seen = settings.get(connection, SEEN)
        made = {day.isoformat(): _count(connection, day).as_text() for day in days}
    statement = upsert(figure_day)
    with database.write() as connection:
        # A change since they were read is newer than SEEN: the next look drops the day again. If
        # another look was there since, it took the change for known: what was read is of no use.
        if settings.get(connection, SEEN) != seen:
            return
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["local_day"], set_={"body": statement.excluded.body}
            ),
            [{"local_day": day, "body": body} for day, body in made.items()],
        )


def are_known(connection: Connection, period: Period) -> bool:
    """Whether the figures of all days are kept; another look may have dropped some."""
    known = select(func.count()).select_from(figure_day).where(_within(period))
    return connection.execute(known).scalar_one() == period.days


def of_calls(connection: Connection, period: Period) -> Figures:
    """The figures of all calls of the days that are known."""
    whole = Figures()
    for body in connection.execute(select(figure_day.c.body).where(_within(period))).scalars():
        whole.merge(Figures.from_text(body))
    return whole


def _within(period: Period) -> ColumnElement[bool]:
    return figure_day.c.local_day.between(period.first.isoformat(), period.last.isoformat())


def _count(connection: Connection, day: date) -> Figures:
    figures = Figures()
    for call in calls_of_day(connection, day):
        figures.add(cells_of_call(call))
        figures.note_length(call)
    return figures


def _forget_changed(database: Database) -> None:
    with database.read() as connection:
        if settings.get(connection, SEEN) == [VERSION, *_now(connection)]:
            return
    with database.write() as connection:
        now = _now(connection)
        version, *known = settings.get(connection, SEEN) or [None]
        if version != VERSION:
            connection.execute(delete(figure_day))
        else:
            before = _Seen(*known)
            came = (before.foreign, before.unfolded) != (now.foreign, now.unfolded)
            of = {"own": before.own, "foreign": before.folded_to if came else now.foreign}
            changed = list(connection.execute(_CHANGED, of).scalars())
            if changed:
                connection.execute(delete(figure_day).where(figure_day.c.local_day.in_(changed)))
        settings.put(connection, SEEN, [VERSION, *now])


def _now(connection: Connection) -> _Seen:
    return _Seen(*connection.execute(_NOW).one())
