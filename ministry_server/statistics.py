"""The figures of the ministry: the same cells as in the offices, summed up over all of them.

Counted from the facts (facts.py) by the definitions of operator_app.domain. People are told apart
within an office only: so the sum of the offices is the ministry's figure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, select

from ministry_server.counted import CountedCall
from ministry_server.facts import Facts
from ministry_server.messages import Refusal
from ministry_server.schema import device, feed_entry
from ministry_server.store import Store, get
from operator_app.domain.call_figures import cells_of_call
from operator_app.domain.case_facts import cells_of_case
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.feeds import OFFICES
from operator_app.domain.figures import Figures, Period

STEPS_BEFORE_AN_ANSWER = 100
"""Who asks waits for so many steps; after an upgrade there may be more, done in the background."""
LATER_SECONDS = 60
MARKS = "number"
"""The indicator whose codes stand for telephone numbers; they never leave."""


class Statistics:
    """Answers questions about any period. `now` in UTC ms: what is not due yet is not counted."""

    def __init__(self, store: Store, facts: Facts) -> None:
        self._store = store
        self._facts = facts

    def figures(self, office: str | None, period: Period, now: int) -> Figures:
        """Of one office, or of all. Raises Refusal(503)."""
        whole = Figures()
        for figures in self.by_office(period, now, only=office).values():
            whole.merge(figures)
        return whole

    def by_office(self, period: Period, now: int, *, only: str | None = None) -> dict[str, Figures]:
        """Of each office that has anything in the period; marks of numbers carry the office."""
        self.catch_up()
        with self._store.read() as connection:
            offices = self._facts.offices(connection)
            wanted = offices if only is None else (only,)
            found = {o: self._count(connection, o, period, now) for o in wanted}
        return {office: figures for office, figures in found.items() if figures.counts}

    def knows_office(self, office: str) -> bool:
        """Whether there is such an office: with a PC, with records, or published as one."""
        with self._store.read() as connection:
            return office in {*self._facts.offices(connection), *_known_offices(connection)}

    def catch_up(self) -> None:
        """Bring the facts up to the records. Raises Refusal(503) when that takes too long."""
        if not self._facts.catch_up(STEPS_BEFORE_AN_ANSWER):
            raise Refusal(503, "statistics.counting", retry_seconds=LATER_SECONDS)

    def epoch(self) -> str:
        """The epoch of the database that is counted."""
        with self._store.read() as connection:
            return get(connection, "epoch")

    def _count(self, connection: Connection, office: str, period: Period, now: int) -> Figures:
        start, end = day_bounds_ms(period.first)[0], day_bounds_ms(period.last)[1]
        months = [part.first.strftime("%Y-%m") for part in months_of(period)]
        calls, cases = [], {}
        for made in self._facts.read(connection, office, months):
            if not isinstance(made, CountedCall):
                cases[made.ref] = made
            elif start <= made.fact.started_at < end:
                calls.append(made.fact)
        figures = Figures()
        # A case is in the months of its calls: what it says of a call is among what was read.
        told: dict[str, bool] = {}
        for case in cases.values():
            for call_id in case.calls:
                told[call_id] = case.may_tell and told.get(call_id, True)
            figures.add(cells_of_case(case.ref, case.body, start, end, now))
        for call in calls:
            counted = told.get(call.call_id, call.counted)
            one = call if counted == call.counted else replace(call, counted=counted)
            figures.add(cells_of_call(one))
            figures.note_length(one)
        return _marked(figures, office)


def months_of(period: Period) -> list[Period]:
    """The period, cut at the ends of months."""
    parts = []
    first = period.first
    while first <= period.last:
        next_month = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        last = min(period.last, next_month - timedelta(days=1))
        parts.append(Period(first, last))
        first = next_month
    return parts


def _marked(figures: Figures, office: str) -> Figures:
    counts = Counter(
        {
            (MARKS, f"{office} {cell[1]}") if cell[0] == MARKS else cell: count
            for cell, count in figures.counts.items()
        }
    )
    return Figures(counts, figures.seconds, figures.longest)


def _known_offices(connection: Connection) -> Iterable[str]:
    yield from connection.execute(select(device.c.office).distinct()).scalars()
    bodies = connection.execute(
        select(feed_entry.c.body).where(
            feed_entry.c.feed == OFFICES, feed_entry.c.body.is_not(None)
        )
    ).scalars()
    for body in bodies:
        yield str(json.loads(body)["code"])
