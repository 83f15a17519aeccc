"""The same page of a shift, a month, a year: against a plain count, and the rows behind it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from operator_app.domain.calls import Call
from operator_app.domain.clock import local
from operator_app.domain.people import Role
from operator_app.domain.shifts import Shift, TypedShift
from operator_app.domain.span import Choice, Span, Unit, month_of, week_of, year_of
from operator_app.errors import Cancelled
from operator_app.export.daily_log_words import span_text
from operator_app.export.html import daily_log_page
from operator_app.services import daily_figures
from operator_app.services.shifts import Shifts
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import AFTER, BEFORE, DAY, Busy

NIGHT = Shift("night", {"en": "Night", "ru": "Ночь"}, 18 * 60, 9 * 60)
MORNING = Shift("morning", {"en": "Morning"}, 6 * 60, 12 * 60)
WHOLE = Span.of_days(BEFORE, AFTER)


def within(busy: Busy, span: Span) -> list[Call]:
    return [c for c in busy.calls.values() if span.start <= c.form.started_at < span.end]


@pytest.mark.parametrize(
    "span",
    [Span.of_shift(DAY, NIGHT), Span.of_shift(BEFORE, MORNING), WHOLE, month_of(DAY)],
    ids=["night", "morning", "three days", "month"],
)
def test_figures_and_rows_are_those_of_the_span(busy: Busy, span: Span) -> None:
    calls = within(busy, span)
    valid = [c for c in calls if c.voided_at is None]
    asked = [c for c in valid if c.form.contact_kind in ("SELF", "OTHER", "PROF", "FOLLOW")]
    waiting = busy.waiting()
    assert len(valid) > 15

    with busy.reports.both(busy.office.actor, span) as (log, rows):
        numbers = [row.number for row in rows]

    assert (log.all_calls, log.voided, log.substantive) == (
        len(valid),
        len(calls) - len(valid),
        len(asked),
    )
    assert log.records == len(numbers)
    wanted = sorted(calls, key=lambda c: (c.form.started_at, c.call_id))
    assert numbers == [c.number for c in wanted]
    assert log.longest_seconds == max(c.duration_seconds for c in asked)
    assert log.waiting_of_span == sum(r in {c.call_id for c in calls} for r in waiting)
    hours = Counter(f"{local(c.form.started_at).hour:02}" for c in valid)
    assert {m.code: m.calls for m in log.hours if m.calls} == hours
    assert sum(m.asked for m in log.hours) == len(asked)
    names = {p.user_id: p.full_name for p in busy.people}
    took = Counter(names[c.operator_id] for c in valid)
    assert {p.full_name: p.calls for p in log.on_duty if p.calls} == took


def test_a_span_of_parts_counts_as_one_of_a_piece(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = busy.reports.daily_log(busy.office.actor, WHOLE)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(daily_figures, "DAYS_AT_ONCE", 1)

    in_parts = busy.reports.daily_log(
        busy.office.actor, WHOLE, lambda done, total: told.append((done, total))
    )

    assert in_parts == whole
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert [(m.code, m.calls) for m in whole.days] == [
        (day.isoformat(), sum(c.voided_at is None for c in busy.of(day)))
        for day in (BEFORE, DAY, AFTER)
    ]


def test_counting_ends_when_it_is_told_to(busy: Busy) -> None:
    def stop(_done: int, _total: int) -> None:
        raise Cancelled("work.cancelled")

    with pytest.raises(Cancelled):
        busy.reports.daily_log(busy.office.actor, WHOLE, stop)
    with busy.office.database.write():
        """Nothing holds the file."""


def test_who_was_on_duty_comes_from_the_roster(office: TestOffice) -> None:
    office.clock.forward(hours=3)
    bek, nur = office.person(Role.OPERATOR, "bek"), office.person(Role.OPERATOR, "nur")
    shifts = Shifts(office.database, office.clock)
    shifts.set_shifts(
        office.actor,
        [
            TypedShift("day", {"en": "Day"}, "9:00", "18:00"),
            TypedShift("night", {"en": "Night"}, "18:00", "9:00"),
        ],
    )
    shifts.set_duty(office.actor, DAY, "day", [bek.user_id])
    shifts.set_duty(office.actor, DAY, "night", [nur.user_id])
    office.calls.save(office.actor, information_call(office.calls.start(office.actor).form))
    from operator_app.services.reports import Reports

    reports = Reports(office.database, office.reference, office.clock)
    day, night = shifts.of(DAY)

    def people(span: Span) -> list[tuple[str, int, bool]]:
        log = reports.daily_log(office.actor, span)
        return [(p.full_name, p.calls, p.rostered) for p in log.on_duty]

    aida = ("Aida Testova", 1, False)
    assert people(Span.of_day(DAY)) == [("Bek Testova", 0, True), ("Nur Testova", 0, True), aida]
    assert people(Span.of_shift(DAY, day)) == [("Bek Testova", 0, True), aida]
    assert people(Span.of_shift(DAY, night)) == [("Nur Testova", 0, True)]
    assert people(week_of(DAY)) == [aida], "of several days: who recorded"
    page = daily_log_page(
        reports.daily_log(office.actor, Span.of_shift(DAY, day)), office.reference
    )
    assert "Bek Testova (0)" in page.body
    assert "Also recorded calls" in page.body
    assert "Day 09:00–18:00" in page.body


def test_who_sees_figures_only_sees_no_names(busy: Busy) -> None:
    analyst = busy.office.person(Role.ANALYST, "ana")

    log = busy.reports.daily_log(analyst, Span.of_day(DAY))

    assert log.all_calls > 0
    assert log.on_duty == ()


def test_a_night_is_of_the_day_on_which_it_begins() -> None:
    night = Span.of_shift(DAY, NIGHT)

    assert (night.first, night.last) == (DAY, AFTER)
    assert night.end - night.start == 15 * 3_600_000
    assert not night.has_several_days
    assert night.code == "2026-11-24_night"
    assert span_text(night) == "Tuesday, 24.11.2026 · Night 18:00–09:00"
    assert Span.of_day(DAY).code == "2026-11-24"
    assert WHOLE.code == "2026-11-23_2026-11-25"


@pytest.mark.parametrize(
    ("unit", "back", "first", "last"),
    [
        (Unit.DAY, 0, "2026-03-31", "2026-03-31"),
        (Unit.DAY, -1, "2026-03-30", "2026-03-30"),
        (Unit.WEEK, 0, "2026-03-30", "2026-04-05"),
        (Unit.WEEK, -1, "2026-03-23", "2026-03-29"),
        (Unit.MONTH, -1, "2026-02-01", "2026-02-28"),
        (Unit.MONTH, -3, "2025-12-01", "2025-12-31"),
        (Unit.MONTH, 9, "2026-12-01", "2026-12-31"),
        (Unit.YEAR, -1, "2025-01-01", "2025-12-31"),
        (Unit.DAYS, 0, "2026-03-31", "2026-04-09"),
        (Unit.DAYS, -1, "2026-03-21", "2026-03-30"),
    ],
)
def test_times_follow_each_other(unit: Unit, back: int, first: str, last: str) -> None:
    choice = Choice(unit, date(2026, 3, 31), date(2026, 4, 9))

    span = choice.moved(back).span(())

    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


def test_the_29th_of_february_has_years_beside_it() -> None:
    leap = Choice(Unit.YEAR, date(2028, 2, 29), date(2028, 2, 29))

    assert leap.moved(-1).span(()) == year_of(date(2027, 1, 1))


def test_a_shift_that_is_no_more_is_the_whole_day() -> None:
    choice = Choice(Unit.SHIFT, DAY, DAY, "gone")

    assert choice.span((NIGHT,)) == Span.of_day(DAY)
