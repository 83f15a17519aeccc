"""Figures of any period, and the records behind each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from operator_app.services.figure_days import Progress
from operator_app.services.figure_facts import bounds, calls_of_day, cases_in

IDS_AT_ONCE = 500


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

    def of(self, actor: Actor, period: Period, progress: Progress | None = None) -> Figures:
        """All figures of the period. `progress` may raise to end the work; nothing is lost by it."""
        actor.require(Right.SEE_FIGURES)
        figures = figure_days.of_calls(self._database, period, progress)
        start, end = bounds(period)
        now = to_ms(self._clock())
        with self._database.read() as connection:
            for row, body in cases_in(connection, period):
                figures.add(cells_of_case(row["case_id"], body, start, end, now))
        return figures

    def records(self, actor: Actor, period: Period, cell: Cell) -> list[Record]:
        """The calls and cases that this cell counts, in their order; with fewer codes than the
        indicator has, those of all further codes."""
        actor.require(Right.SEE_FIGURES)
        actor.require(Right.SEE_CALLS)
        start, end = bounds(period)
        now = to_ms(self._clock())
        with self._database.read() as connection:
            calls = [
                fact
                for day in period.each_day()
                for fact in calls_of_day(connection, day)
                if _counts(cells_of_call(fact), cell)
            ]
            numbers = _numbers(connection, calls)
            found = [
                Record(Behind.CALL, c.call_id, numbers[c.call_id], c.started_at, c.kind)
                for c in calls
            ]
            for row, body in cases_in(connection, period):
                if _counts(cells_of_case(row["case_id"], body, start, end, now), cell):
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


def _counts(cells: Iterator[Cell], wanted: Cell) -> bool:
    return any(cell[: len(wanted)] == wanted for cell in cells)


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
