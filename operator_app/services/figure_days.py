"""The figures of the days, kept beside the calls and made anew when one of them changed.

They follow the revisions behind the saves: nothing here runs in a save. `settings` notes how far
(rowids of the own and of foreign revisions, and the version of the definitions).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, delete, select, text
from sqlalchemy.dialects.sqlite import insert as upsert

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.db.supervisor_models import figure_day
from operator_app.domain.call_figures import cells_of_call
from operator_app.domain.definitions import VERSION
from operator_app.domain.figures import Figures, Period
from operator_app.services.figure_facts import calls_of_day

THROUGH = "figures.through"

_NEWEST = text(
    "SELECT coalesce((SELECT max(rowid) FROM revision), 0),"
    " coalesce((SELECT max(rowid) FROM foreign_revision WHERE folded), 0)"
)
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
WHERE foreign_revision.rowid > :foreign
""")


def to_count(database: Database, period: Period) -> list[date]:
    """The days whose figures are not known, or not any more."""
    _forget_changed(database)
    with database.read() as connection:
        known = set(
            connection.execute(select(figure_day.c.local_day).where(_within(period))).scalars()
        )
    return [day for day in period.each_day() if day.isoformat() not in known]


def count(database: Database, days: Sequence[date]) -> None:
    """Count the calls of these days and keep their figures."""
    with database.read() as connection:
        made = {day.isoformat(): _count(connection, day).as_text() for day in days}
    # A change since they were read is newer than THROUGH: the next look drops the day again.
    statement = upsert(figure_day)
    with database.write() as connection:
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["local_day"], set_={"body": statement.excluded.body}
            ),
            [{"local_day": day, "body": body} for day, body in made.items()],
        )


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
        own, foreign = connection.execute(_NEWEST).one()
        through = [VERSION, own, foreign]
        if settings.get(connection, THROUGH) == through:
            return
    with database.write() as connection:
        own, foreign = connection.execute(_NEWEST).one()
        before = settings.get(connection, THROUGH)
        if before is None or before[0] != VERSION:
            connection.execute(delete(figure_day))
        else:
            of = {"own": before[1], "foreign": before[2]}
            changed = list(connection.execute(_CHANGED, of).scalars())
            if changed:
                connection.execute(delete(figure_day).where(figure_day.c.local_day.in_(changed)))
        settings.put(connection, THROUGH, [VERSION, own, foreign])
