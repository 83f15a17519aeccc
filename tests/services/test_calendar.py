"""Which days are public holidays: the delivered file, the ministry over it, the office over both."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from build import holiday_days
from operator_app.db import feeds
from operator_app.db.models import audit
from operator_app.domain.feeds import HOLIDAYS, FeedEntry, HolidayEntry, entry_body
from operator_app.domain.people import Role
from operator_app.errors import BadInput, NotAllowed
from operator_app.services.calendar import LIBRARY, MINISTRY, OFFICE, Calendar
from tests.conftest import TestOffice

INDEPENDENCE = dt.date(2026, 8, 31)
PLAIN_DAY = dt.date(2026, 11, 25)


@pytest.fixture
def calendar(office: TestOffice) -> Calendar:
    return Calendar(office.database, office.reference, office.clock)


def decree(office: TestOffice, day: dt.date, *, closed: bool, gone: bool = False) -> None:
    """As the ministry publishes it."""
    body = None if gone else entry_body(HolidayEntry(day.isoformat(), closed, {"ru": "Указ"}))
    with office.database.write() as connection:
        entry = FeedEntry(day.isoformat(), body)
        feeds.take(connection, HOLIDAYS, [entry], feeds.MINISTRY, 1)


def source_of(calendar: Calendar, day: dt.date) -> str | None:
    return next((h.source for h in calendar.year(day.year, "ru") if h.day == day), None)


def test_the_delivered_file_is_what_the_library_says() -> None:
    with holiday_days.FILE.open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == holiday_days.rows()


def test_each_delivered_holiday_has_a_name_in_each_language(office: TestOffice) -> None:
    years = {day.year for day in office.reference.holidays}
    assert years == set(holiday_days.YEARS)
    assert all(set(names) == {"ky", "ru", "en"} and all(names.values())
               for names in office.reference.holidays.values())  # fmt: skip


def test_what_is_known_of_2026(calendar: Calendar) -> None:
    """research/domain.md 2.6."""
    known = [(1, 1), (1, 7), (3, 8), (3, 20), (3, 21), (5, 1), (5, 9), (5, 27), (8, 31)]
    assert all(calendar.is_holiday(dt.date(2026, month, day)) for month, day in known)
    ordinary = [(2, 23), (4, 7), (11, 7), (11, 8), (11, 25)]
    assert not any(calendar.is_holiday(dt.date(2026, month, day)) for month, day in ordinary)


def test_the_ministry_over_the_library(office: TestOffice, calendar: Calendar) -> None:
    decree(office, INDEPENDENCE, closed=False)
    decree(office, PLAIN_DAY, closed=True)
    assert not calendar.is_holiday(INDEPENDENCE)
    assert calendar.is_holiday(PLAIN_DAY)
    assert source_of(calendar, PLAIN_DAY) == source_of(calendar, INDEPENDENCE) == MINISTRY
    decree(office, INDEPENDENCE, closed=False, gone=True)
    assert calendar.is_holiday(INDEPENDENCE)
    assert source_of(calendar, INDEPENDENCE) == LIBRARY


def test_the_office_over_the_ministry(office: TestOffice, calendar: Calendar) -> None:
    decree(office, PLAIN_DAY, closed=True)
    calendar.enter(office.actor, PLAIN_DAY, closed=False, name="")
    calendar.enter(office.actor, INDEPENDENCE, closed=True, name="Своё")
    assert not calendar.is_holiday(PLAIN_DAY)
    assert source_of(calendar, PLAIN_DAY) == source_of(calendar, INDEPENDENCE) == OFFICE
    # A decree of a later day does not change what this office has said.
    decree(office, PLAIN_DAY, closed=False)
    decree(office, INDEPENDENCE, closed=False)
    assert calendar.is_holiday(INDEPENDENCE)
    calendar.forget(office.actor, INDEPENDENCE)
    assert not calendar.is_holiday(INDEPENDENCE)


def test_years_of_which_nothing_is_delivered(office: TestOffice, calendar: Calendar) -> None:
    assert calendar.year(2099, "ru") == []
    assert not calendar.is_holiday(dt.date(2099, 1, 1))
    decree(office, dt.date(2099, 1, 1), closed=True)
    assert calendar.is_holiday(dt.date(2099, 1, 1))


def test_the_closed_days_around_a_new_year(office: TestOffice, calendar: Calendar) -> None:
    calendar.enter(office.actor, dt.date(2026, 12, 31), closed=True, name="Канун")
    found = calendar.closed_days(dt.date(2026, 12, 30), dt.date(2027, 1, 2))
    assert found == {dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 1, 2)}
    assert calendar.closed_days(dt.date(2026, 12, 31), dt.date(2026, 12, 31)) == {
        dt.date(2026, 12, 31)
    }


def test_a_name_in_the_language_asked_for(calendar: Calendar) -> None:
    names = {lang: calendar.year(2026, lang)[0].name for lang in ("ky", "ru", "en")}
    assert len(set(names.values())) == 3


@pytest.mark.parametrize(
    ("day", "closed", "name", "code"),
    [
        (PLAIN_DAY, True, "  ", "holiday.name_missing"),
        (PLAIN_DAY, True, "я" * 101, "call.too_long"),
        (PLAIN_DAY, True, "\ud800", "call.bad_text"),
        (dt.date(2032, 1, 1), True, "Далеко", "holiday.too_far"),
        (dt.date(2020, 12, 31), True, "Давно", "holiday.too_far"),
    ],
)
def test_a_slip_of_the_finger_changes_nothing(
    office: TestOffice, calendar: Calendar, day: dt.date, closed: bool, name: str, code: str
) -> None:
    before = calendar.year(day.year, "ru")
    with pytest.raises(BadInput) as caught:
        calendar.enter(office.actor, day, closed=closed, name=name)
    assert [f.code for f in caught.value.faults] == [code]
    assert calendar.year(day.year, "ru") == before


def test_only_who_keeps_the_reference_data_says_so(office: TestOffice, calendar: Calendar) -> None:
    operator = office.person(Role.OPERATOR, "ainura")
    with pytest.raises(NotAllowed):
        calendar.enter(operator, PLAIN_DAY, closed=True, name="Отгул")
    with pytest.raises(NotAllowed):
        calendar.forget(operator, INDEPENDENCE)
    administrator = office.person(Role.ADMINISTRATOR, "itman")
    calendar.enter(administrator, PLAIN_DAY, closed=True, name="Отгул")
    calendar.forget(administrator, PLAIN_DAY)
    with office.database.read() as connection:
        rows = connection.execute(audit.select().where(audit.c.entity == "holiday")).all()
    assert [(r.action, r.entity_id, r.user_id) for r in rows] == [
        ("holiday.entered", "2026-11-25", administrator.user_id),
        ("holiday.forgotten", "2026-11-25", administrator.user_id),
    ]
    assert not any("Отгул" in str(tuple(r)) for r in rows)
