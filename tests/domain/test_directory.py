"""When a service is open, how near it is, how old its facts are; against plain counting."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operator_app.domain.clock import BISHKEK
from operator_app.domain.directory import (
    NOWHERE_NEAR,
    STALE_AFTER_DAYS,
    Hours,
    Openness,
    Service,
    ServicePlace,
    distance,
    is_clock,
    is_stale,
    label,
    openness,
    without_addresses,
)
from operator_app.domain.reference import COUNTRY, Division, Reference
from tests.samples import examples

WORKDAYS = (0, 1, 2, 3, 4)
WHOLE_WEEK = tuple(range(7))
PLAIN = Service("centre", {"ru": "Центр"}, "office", {"ru": "Управление"})
MONDAY = dt.date(2026, 11, 23)
MINUTE = dt.timedelta(minutes=1)
WEEK = dt.timedelta(days=7)


def at(day: int, clock: str) -> dt.datetime:
    """A moment `day` days after that Monday."""
    hours, minutes = map(int, clock.split(":"))
    date = MONDAY + dt.timedelta(days=day)
    return dt.datetime(date.year, date.month, date.day, hours, minutes, tzinfo=BISHKEK)


def open_at(now: dt.datetime, *hours: Hours, holidays: tuple[dt.date, ...] = ()) -> Openness:
    return openness(replace(PLAIN, hours=hours), now, holidays.__contains__)


# --- by example ---


def test_without_hours_nothing_is_known() -> None:
    assert open_at(at(0, "12:00")) == Openness(None, None)


@pytest.mark.parametrize(
    ("day", "clock", "is_open", "until"),
    [
        (0, "08:59", False, at(0, "09:00")),
        (0, "09:00", True, at(0, "18:00")),
        (0, "17:59", True, at(0, "18:00")),
        (0, "18:00", False, at(1, "09:00")),
        (4, "18:00", False, at(7, "09:00")),
        (6, "12:00", False, at(7, "09:00")),
    ],
)
def test_working_hours(day: int, clock: str, is_open: bool, until: dt.datetime) -> None:
    assert open_at(at(day, clock), Hours(WORKDAYS, "09:00", "18:00")) == Openness(is_open, until)


def test_a_break_at_noon() -> None:
    lines = (Hours(WORKDAYS, "13:00", "17:00"), Hours(WORKDAYS, "09:00", "12:00"))
    assert open_at(at(0, "10:00"), *lines) == Openness(True, at(0, "12:00"))
    assert open_at(at(0, "12:30"), *lines) == Openness(False, at(0, "13:00"))


def test_lines_that_touch_are_one_opening() -> None:
    lines = (
        Hours((0,), "13:00", "24:00"),
        Hours((0,), "09:00", "13:00"),
        Hours((1,), "00:00", "02:00"),
    )
    assert open_at(at(0, "10:00"), *lines) == Openness(True, at(1, "02:00"))


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = Hours((4,), "22:00", "06:00")
    assert open_at(at(4, "23:00"), night) == Openness(True, at(5, "06:00"))
    assert open_at(at(5, "05:59"), night) == Openness(True, at(5, "06:00"))
    assert open_at(at(4, "05:00"), night) == Openness(False, at(4, "22:00"))
    # The holiday is on Saturday: Friday's night goes on into it.
    saturday = MONDAY + dt.timedelta(days=5)
    assert open_at(at(5, "03:00"), night, holidays=(saturday,)).is_open
    friday = MONDAY + dt.timedelta(days=4)
    assert not open_at(at(5, "03:00"), night, holidays=(friday,)).is_open


def test_day_and_night_has_no_end() -> None:
    for line in (
        Hours(WHOLE_WEEK, "00:00", "24:00", on_holidays=True),
        Hours(WHOLE_WEEK, "00:00", "00:00", on_holidays=True),
        Hours(WHOLE_WEEK, "08:00", "08:00", on_holidays=True),
    ):
        assert open_at(at(2, "03:00"), line, holidays=(MONDAY,)) == Openness(True, None)


def test_a_holiday_closes_all_but_what_says_otherwise() -> None:
    line = Hours(WORKDAYS, "09:00", "18:00")
    assert open_at(at(0, "10:00"), line, holidays=(MONDAY,)) == Openness(False, at(1, "09:00"))
    stays = replace(line, on_holidays=True)
    assert open_at(at(0, "10:00"), stays, holidays=(MONDAY,)) == Openness(True, at(0, "18:00"))


def test_day_and_night_until_a_holiday_of_next_week() -> None:
    """Day and night, but closed on the holiday a week from today."""
    line = Hours(WHOLE_WEEK, "00:00", "24:00")
    holiday = MONDAY + WEEK
    assert open_at(at(0, "10:00"), line, holidays=(holiday,)) == Openness(True, at(7, "00:00"))


def test_this_weekday_of_next_week_is_told_and_nothing_later() -> None:
    once = Hours((0,), "18:00", "19:00")
    assert open_at(at(0, "10:00"), once, holidays=(MONDAY,)) == Openness(False, at(7, "18:00"))
    later = replace(once, valid_from="2026-12-01")
    assert open_at(at(0, "10:00"), later) == Openness(False, None)


def test_hours_hold_from_their_first_to_their_last_day() -> None:
    summer = Hours(WORKDAYS, "08:00", "17:00", valid_to="2026-11-24")
    winter = Hours(WORKDAYS, "09:00", "18:00", valid_from="2026-11-25")
    assert open_at(at(1, "16:59"), summer, winter) == Openness(True, at(1, "17:00"))
    assert open_at(at(1, "17:00"), summer, winter) == Openness(False, at(2, "09:00"))
    assert not open_at(at(2, "08:30"), summer, winter).is_open


# --- against counting minute by minute ---

quarters = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
opens = quarters
closes = quarters | st.just("24:00")
near_days = st.integers(-3, 10).map(lambda n: (MONDAY + dt.timedelta(days=n)).isoformat())
lines = st.builds(
    Hours,
    st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple),
    opens,
    closes,
    st.just("") | near_days,
    st.just("") | near_days,
    st.booleans(),
)
moments = st.integers(0, 7 * 24 * 4).map(lambda n: at(0, "00:00") + n * 15 * MINUTE)
holiday_sets = st.sets(st.integers(-2, 10).map(lambda n: MONDAY + dt.timedelta(days=n)), max_size=4)


def is_open_then(hours: tuple[Hours, ...], moment: dt.datetime, holidays: set[dt.date]) -> bool:
    """As a person reads the plate at the door."""
    clock = moment.strftime("%H:%M")
    for line in hours:
        for day, of_yesterday in ((moment.date(), False), (moment.date() - dt.timedelta(1), True)):
            if day.weekday() not in line.days or (day in holidays and not line.on_holidays):
                continue
            if not (line.valid_from or "0") <= day.isoformat() <= (line.valid_to or "9"):
                continue
            over_night = line.closes <= line.opens
            if of_yesterday:
                if over_night and clock < line.closes:
                    return True
            elif line.opens <= clock and (over_night or clock < line.closes):
                return True
    return False


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(lines, min_size=1, max_size=3).map(tuple), moments, holiday_sets)
def test_open_as_the_plate_at_the_door_says(
    hours: tuple[Hours, ...], now: dt.datetime, holidays: set[dt.date]
) -> None:
    found = openness(replace(PLAIN, hours=hours), now, holidays.__contains__)
    assert found.is_open == is_open_then(hours, now, holidays)
    # Every change is at one of the minutes that the lines name.
    times = {clock for line in hours for clock in (line.opens, line.closes)}
    first = dt.datetime.combine(now.date(), dt.time(), tzinfo=BISHKEK)
    looked_at = sorted(
        first + dt.timedelta(days=day, hours=int(clock[:2]), minutes=int(clock[3:]))
        for day in range(8)
        for clock in (times | {"00:00"}) - {"24:00"}
    )
    changes = (
        moment
        for moment in looked_at
        if now < moment and is_open_then(hours, moment, holidays) != found.is_open
    )
    assert found.until == next(changes, None)


@settings(deadline=None)
@given(st.text(max_size=6) | quarters | st.just("24:00"))
def test_a_clock_is_what_can_be_read_as_one(text: str) -> None:
    expected = {f"{h:02d}:{m:02d}" for h in range(24) for m in range(60)} | {"24:00"}
    assert is_clock(text) == (text in expected)


@pytest.mark.parametrize("text", ["24:01", "9:00", "09:60", "-9:00", "09:0 ", "٠٩:٠٠", "09:00:00"])
def test_no_other_clock_is_taken(text: str) -> None:
    assert not is_clock(text)


# --- how old its facts are ---


@pytest.mark.parametrize(
    ("days_ago", "stale"), [(0, False), (STALE_AFTER_DAYS, False), (STALE_AFTER_DAYS + 1, True)]
)
def test_stale_is_what_was_checked_too_long_ago(days_ago: int, stale: bool) -> None:
    checked = (MONDAY - dt.timedelta(days=days_ago)).isoformat()
    assert is_stale(replace(PLAIN, assured_on=checked), MONDAY) is stale


def test_what_was_never_checked_is_stale() -> None:
    assert is_stale(PLAIN, MONDAY)


# --- what is not for everybody ---


def test_a_confidential_address_goes_the_rest_stays() -> None:
    open_place = ServicePlace("p1", "41708203000000", {"ru": "ул. Пример, 1"})
    hidden = ServicePlace("p2", "41711000000000", {"ru": "переулок, 7", "ky": "көчө"}, True)
    service = replace(PLAIN, places=(open_place, hidden))
    assert service.is_confidential
    for_all = without_addresses(service)
    assert for_all.places == (open_place, replace(hidden, address={}))
    assert replace(for_all, places=service.places) == service
    plain = replace(PLAIN, places=(open_place,))
    assert without_addresses(plain) is plain


def test_a_text_in_the_language_then_in_russian_then_in_any() -> None:
    assert label({"ky": "а", "ru": "б", "en": "в"}, "en") == "в"
    assert label({"ky": "а", "ru": "б", "en": ""}, "en") == "б"
    assert label({"ky": "а", "ru": ""}, "en") == "а"
    assert label({}, "en") == ""


# --- how near it is ---

CHUI, OSH = "41708000000000", "41706000000000"
ALAMUDUN, SOKULUK = "41708203000000", "41708219000000"
AIMAK, OTHER_AIMAK = "41708203800000", "41708203810000"
VILLAGE, OTHER_VILLAGE = "41708203800010", "41708203800020"
UZGEN = "41706255000000"
TREE = {
    COUNTRY: (0, ""), CHUI: (1, COUNTRY), OSH: (1, COUNTRY), ALAMUDUN: (2, CHUI),
    SOKULUK: (2, CHUI), UZGEN: (2, OSH), AIMAK: (3, ALAMUDUN), OTHER_AIMAK: (3, ALAMUDUN),
    VILLAGE: (4, AIMAK), OTHER_VILLAGE: (4, AIMAK),
}  # fmt: skip
UNKNOWN = "41799000000000"


@pytest.fixture(scope="module")
def divisions() -> Reference:
    return Reference([], [Division(c, p, level, {"en": c}) for c, (level, p) in TREE.items()])


def service_in(place: str = "", *areas: str) -> Service:
    places = (ServicePlace("p", place),) if place else ()
    return replace(PLAIN, places=places, areas=areas)


@pytest.mark.parametrize(
    ("asked", "place", "near"),
    [
        (ALAMUDUN, ALAMUDUN, 0),
        (VILLAGE, ALAMUDUN, 0),
        (VILLAGE, VILLAGE, 0),
        (VILLAGE, AIMAK, 0),
        (VILLAGE, OTHER_VILLAGE, 1),
        (VILLAGE, OTHER_AIMAK, 1),
        (ALAMUDUN, VILLAGE, 1),
        (AIMAK, VILLAGE, 1),
        (ALAMUDUN, SOKULUK, 2),
        (VILLAGE, SOKULUK, 2),
        (CHUI, ALAMUDUN, 2),
        (CHUI, VILLAGE, 2),
        (ALAMUDUN, CHUI, 1),
        (CHUI, CHUI, 1),
        (VILLAGE, UZGEN, 3),
        (ALAMUDUN, OSH, 3),
        (ALAMUDUN, COUNTRY, 3),
        (VILLAGE, COUNTRY, 3),
        (ALAMUDUN, UNKNOWN, 3),
        (CHUI, UNKNOWN, 3),
        (COUNTRY, UNKNOWN, 3),
        (UNKNOWN, ALAMUDUN, 3),
    ],
)
def test_how_near_a_place_is(divisions: Reference, asked: str, place: str, near: int) -> None:
    assert distance(service_in(place), asked, divisions) == near


def test_without_a_place_everything_is_equally_far(divisions: Reference) -> None:
    for service in (service_in(), service_in(ALAMUDUN), service_in(UZGEN, OSH)):
        for asked in (None, "", UNKNOWN):
            assert distance(service, asked, divisions) == 3


def test_areas_tell_whose_people_it_serves(divisions: Reference) -> None:
    assert distance(service_in("", CHUI), VILLAGE, divisions) == 3
    assert distance(service_in("", OSH), VILLAGE, divisions) == NOWHERE_NEAR
    assert distance(service_in("", OSH, AIMAK), VILLAGE, divisions) == 3
    assert distance(service_in("", COUNTRY), VILLAGE, divisions) == 3
    assert distance(service_in("", UNKNOWN), VILLAGE, divisions) == NOWHERE_NEAR
    # It is in the next rayon, and serves only that.
    assert distance(service_in(SOKULUK, SOKULUK), SOKULUK, divisions) == 0


@settings(deadline=None)
@given(
    asked=st.sampled_from(sorted(TREE)), areas=st.lists(st.sampled_from(sorted(TREE)), max_size=3)
)
def test_a_service_without_a_place_is_served_from_afar_or_not_at_all(
    divisions: Reference, asked: str, areas: list[str]
) -> None:
    serves = not areas or any(divisions.is_within(asked, area) for area in areas)
    found = distance(service_in("", *areas), asked, divisions)
    assert found == (3 if serves else NOWHERE_NEAR)
