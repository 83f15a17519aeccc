"""The daily log of a span and the rows behind it, each inside one read transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection

from operator_app.db import settings
from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.daily_log import DailyLog, Line, RecordRow, falling, grouped
from operator_app.domain.people import Actor, Right
from operator_app.domain.reference import Reference
from operator_app.domain.span import Span
from operator_app.services.case_figures import read_case_figures
from operator_app.services.daily_figures import Progress, count_calls, on_duty, waiting_in_all
from operator_app.services.record_rows import count_records, read_records

DISTRICT = 2
"""Level of a division that figures and exported rows tell: rayon or city."""
HOURS = [f"{hour:02}" for hour in range(24)]


def no_progress(_done: int, _total: int) -> None:
    """For work that nobody watches."""


class Reports:
    """Verbs that count. Figures need the right SEE_FIGURES, rows EXPORT_FIGURES."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock

    def daily_log(self, actor: Actor, span: Span, progress: Progress = no_progress) -> DailyLog:
        """The figures of the span, all of them from the same moment."""
        actor.require(Right.SEE_FIGURES)
        with self._database.read() as connection:
            return self._log(connection, actor, span, progress)

    def records(self, actor: Actor, span: Span) -> Iterator[RecordRow]:
        """The calls of the span in their order, voided ones too, without names and text.

        A call about violence is `withheld` unless the last word on STATISTICS allows it; the
        figures of `daily_log` count it all the same, that page being the office's own.
        Reads while it is iterated; the rows are of one moment.
        """
        actor.require(Right.EXPORT_FIGURES)
        return self._records(span)

    @contextlib.contextmanager
    def both(
        self, actor: Actor, span: Span, progress: Progress = no_progress
    ) -> Iterator[tuple[DailyLog, Iterator[RecordRow]]]:
        """Figures and rows of the same moment; the rows are read while they are iterated."""
        actor.require(Right.EXPORT_FIGURES)
        with self._database.read() as connection:
            log = self._log(connection, actor, span, progress)
            yield log, read_records(connection, span, self._district)

    @contextlib.contextmanager
    def counted_records(
        self, actor: Actor, span: Span
    ) -> Iterator[tuple[int, Iterator[RecordRow]]]:
        """How many rows there are, and the rows, of the same moment."""
        actor.require(Right.EXPORT_FIGURES)
        with self._database.read() as connection:
            number = count_records(connection, span)
            yield number, read_records(connection, span, self._district)

    def _records(self, span: Span) -> Iterator[RecordRow]:
        with self._database.read() as connection:
            yield from read_records(connection, span, self._district)

    def _log(
        self, connection: Connection, actor: Actor, span: Span, progress: Progress
    ) -> DailyLog:
        now = to_ms(self._clock())
        tally = count_calls(connection, span, progress)
        asked = tally.totals["substantive"]
        days = [day.isoformat() for day in span.days()] if span.has_several_days else []
        return DailyLog(
            span=span,
            office=settings.read_office(connection),
            made_at=now,
            # Who sees figures only sees no names, not even those of the office.
            on_duty=on_duty(connection, span, tally) if actor.may(Right.SEE_CALLS) else (),
            all_calls=tally.totals["all_calls"],
            substantive=asked,
            voided=tally.totals["voided"],
            mean_seconds=round(tally.totals["seconds"] / asked) if asked else None,
            longest_seconds=tally.longest,
            violence=tally.totals["violence"],
            danger_now=tally.totals["danger_now"],
            danger_with_emergency=tally.number("emergency"),
            complaints=tally.number("complaint"),
            kinds=falling(tally.lines("kind")),
            languages=falling(tally.lines("language")),
            topics=grouped(tally.lines("topic")),
            places=falling(self._by_district(tally.lines("place"))),
            actions=falling(tally.lines("action")),
            sexes=falling(tally.lines("sex")),
            age_groups=falling(tally.lines("age")),
            hours=tally.moments("hour", HOURS),
            days=tally.moments("day", days),
            waiting_of_span=tally.waiting,
            waiting_in_all=waiting_in_all(connection),
            cases=read_case_figures(connection, span, now),
        )

    def _district(self, division: str) -> str:
        return self._reference.ancestor(division, DISTRICT)

    def _by_district(self, places: list[Line]) -> list[Line]:
        calls: dict[str | None, int] = {}
        for line in places:
            code = self._district(line.code) if line.code else line.code
            calls[code] = calls.get(code, 0) + line.calls
        return [Line(code, number) for code, number in calls.items()]
