"""Figures of any period, and the records behind each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, select

from operator_app.db.engine import Database
from operator_app.db.models import call
from operator_app.domain.call_figures import CallFact, Cell, cells_of_call
from operator_app.domain.case_facts import cells_of_case
from operator_app.domain.clock import Clock, to_ms
from operator_app.domain.figures import Figures, Period
from operator_app.domain.people import Actor, Right
from operator_app.services import figure_days
from operator_app.services.figure_facts import bounds, calls_of_day, cases_in

IDS_AT_ONCE = 500
DAYS_AT_ONCE = 10


class Behind(StrEnum):
    """What a figure counts."""

    CALL = "call"
    CASE = "case"


@dataclass(frozen=True)
class Record:
    """One record behind a figure: id, the number people say, when it began (UTC ms), what it is
    (a code of `contact_kind` or `case_kind`)."""

    kind: Behind
    record_id: str
    number: str
    at: int
    code: str


class FigureBook:
    """Verbs that count over periods; they need SEE_FIGURES, the records behind SEE_CALLS."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, actor: Actor, period: Period) -> Figures:
        """All figures of the period.

        A screen asks by `days_to_count` and `count` in steps first: this may take seconds.
        """
        start_ms, end_ms = bounds(period)
        while True:
            days = self.days_to_count(actor, period)
            for start in range(0, len(days), DAYS_AT_ONCE):
                self.count(actor, days[start : start + DAYS_AT_ONCE])
            now = to_ms(self._clock())
            with self._database.read() as connection:
                if not figure_days.are_known(connection, period):
                    # A day changed, and somebody else looked meanwhile.
                    continue
                figures = figure_days.of_calls(connection, period)
                for row, body in cases_in(connection, period):
                    figures.add(cells_of_case(row["case_id"], body, start_ms, end_ms, now))
                return figures

    def days_to_count(self, actor: Actor, period: Period) -> Sequence[date]:
        """The days of which the calls must be counted before `of` is quick."""
        actor.require(Right.SEE_FIGURES)
        return figure_days.to_count(self._database, period)

    def count(self, actor: Actor, days: Sequence[date]) -> None:
        """Count the calls of some days: DAYS_AT_ONCE of a busy office take a tenth of a second."""
        actor.require(Right.SEE_FIGURES)
        figure_days.count(self._database, days)

    def records(self, actor: Actor, period: Period, *cells: Cell) -> list[Record]:
        """The calls and cases that one of these cells counts, in their order; with fewer codes
        than the indicator has, those of all further codes."""
        actor.require(Right.SEE_FIGURES)
        actor.require(Right.SEE_CALLS)
        start, end = bounds(period)
        now = to_ms(self._clock())
        with self._database.read() as connection:
            calls = [
                fact
                for day in period.each_day()
                for fact in calls_of_day(connection, day)
                if _counts(cells_of_call(fact), cells)
            ]
            numbers = _numbers(connection, calls)
            found = [
                Record(Behind.CALL, c.call_id, numbers[c.call_id], c.started_at, c.kind)
                for c in calls
            ]
            for row, body in cases_in(connection, period):
                if _counts(cells_of_case(row["case_id"], body, start, end, now), cells):
                    found.append(
                        Record(
                            Behind.CASE,
                            row["case_id"],
                            row["number"],
                            row["opened_at"],
                            row["kind"],
                        )
                    )
        return sorted(found, key=lambda record: (record.at, record.record_id))


def _counts(found: Iterator[Cell], wanted: Sequence[Cell]) -> bool:
    return any(cell[: len(one)] == one for cell in found for one in wanted)


def _numbers(connection: Connection, calls: list[CallFact]) -> dict[str, str]:
    ids = [fact.call_id for fact in calls]
    found: dict[str, str] = {}
    for start in range(0, len(ids), IDS_AT_ONCE):
        rows = connection.execute(
            select(call.c.call_id, call.c.number).where(
                call.c.call_id.in_(ids[start : start + IDS_AT_ONCE])
            )
        )
        found |= {row.call_id: row.number for row in rows}
    return found
