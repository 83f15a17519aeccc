"""Shifts, the roster and the handover words: against the real encrypted database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from operator_app.db.models import audit
from operator_app.domain.clock import day_bounds_ms
from operator_app.domain.people import Role
from operator_app.domain.shifts import (
    DEFAULT_SHIFTS,
    LONGEST_HANDOVER,
    MOST_SHIFTS,
    Shift,
    TypedShift,
    read_shifts,
    read_time,
)
from operator_app.errors import BadInput, NotAllowed
from operator_app.services.accounts import Accounts
from operator_app.services.shifts import Shifts
from tests.conftest import CHEAP, TestOffice

TODAY = date(2026, 11, 24)
HOUR = 3_600_000
DAY_AND_NIGHT = (
    TypedShift("", {"ru": "Ночь"}, "18:00", "9"),
    TypedShift("day", {"ky": "Күндүз", "ru": "День", "en": "Day"}, "09.00", "1800"),
)


@pytest.fixture
def shifts(office: TestOffice) -> Shifts:
    return Shifts(office.database, office.clock)


def faults(typed: tuple[TypedShift, ...]) -> set[tuple[str, str]]:
    with pytest.raises(BadInput) as refused:
        read_shifts(typed)
    return {(fault.where, fault.code) for fault in refused.value.faults}


def typed(begins: str, ends: str, name: str = "Смена", code: str = "") -> TypedShift:
    return TypedShift(code, {"ru": name}, begins, ends)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("9", 540), ("9:00", 540), ("09.30", 570), ("0930", 570), (" 18 ", 1080), ("24:00", 0),
        ("0", 0), ("25:00", None), ("24:01", None), ("9:60", None), ("", None), ("noon", None),
        ("-1", None), ("9:0", None), ("99999", None), ("9:00:00", None),
    ],
)  # fmt: skip
def test_times_are_read_or_refused(written: str, minutes: int | None) -> None:
    assert read_time(written) == minutes


def test_a_shift_over_midnight_ends_the_next_morning() -> None:
    night, round_the_clock = Shift("n", {}, 18 * 60, 9 * 60), Shift("all", {}, 480, 480)
    midnight = day_bounds_ms(TODAY)[0]
    assert night.bounds_ms(TODAY) == (midnight + 18 * HOUR, midnight + 33 * HOUR)
    assert round_the_clock.bounds_ms(TODAY) == (midnight + 8 * HOUR, midnight + 32 * HOUR)
    assert DEFAULT_SHIFTS[0].bounds_ms(TODAY) == (midnight + 9 * HOUR, midnight + 18 * HOUR)


def test_every_wrong_field_is_named() -> None:
    wrong = (typed("25:00", "9"), typed("9", "x", name="  "), typed("1", "2", name="ш" * 41))
    assert faults(wrong) == {
        ("0.begins", "shift.time_form"),
        ("1.ends", "shift.time_form"),
        ("1.names", "shift.name_missing"),
        ("2.names", "shift.name_long"),
    }
    assert faults(()) == {("shifts", "shift.none")}
    assert faults((typed("1", "2"),) * (MOST_SHIFTS + 1)) == {("shifts", "shift.too_many")}
    assert faults((typed("1", "2", code="day"), typed("3", "4", code="day"))) == {
        ("1.code", "shift.code")
    }
    assert faults((typed("1", "2", code="День"),)) == {("0.code", "shift.code")}
    assert faults((typed("1", "2", name="\ud800"),)) == {("0.names", "call.bad_text")}


@pytest.mark.parametrize(
    ("spans", "wrong"),
    [
        ((("9", "18"), ("17:59", "20")), {1}),
        ((("9", "18"), ("18", "9")), set()),
        ((("22", "6"), ("5", "9")), {1}),
        ((("22", "6"), ("6", "22")), set()),
        ((("0", "0"), ("9", "18")), {1}),
        ((("9", "18"), ("9", "18")), {0, 1}),
        ((("8", "20"), ("20", "2"), ("1", "8")), {2}),
    ],
)
def test_shifts_may_not_overlap(spans: tuple[tuple[str, str], ...], wrong: set[int]) -> None:
    rows = tuple(typed(begins, ends) for begins, ends in spans)
    if wrong:
        assert faults(rows) == {(f"{n}.begins", "shift.overlaps") for n in wrong}
    else:
        assert len(read_shifts(rows)) == len(rows)


def test_an_office_begins_with_the_day_shift(shifts: Shifts) -> None:
    assert shifts.of(TODAY) == DEFAULT_SHIFTS


def test_new_shifts_hold_from_today_and_leave_the_past(office: TestOffice, shifts: Shifts) -> None:
    shifts.set_shifts(office.actor, DAY_AND_NIGHT)
    assert [(s.code, s.begins, s.ends) for s in shifts.of(TODAY)] == [
        ("day", 540, 1080),
        ("shift-1", 1080, 540),
    ]
    assert shifts.of(TODAY - timedelta(days=1)) == DEFAULT_SHIFTS
    shifts.set_shifts(office.actor, (typed("0", "24:00", code="day"),))
    assert [s.minutes for s in shifts.of(TODAY)] == [1440]
    office.clock.forward(days=2)
    shifts.set_shifts(office.actor, DAY_AND_NIGHT)
    assert [len(shifts.of(TODAY + timedelta(days=n))) for n in (1, 2, 30)] == [1, 2, 2]


def test_only_who_may_sets_shifts_and_duty(office: TestOffice, shifts: Shifts) -> None:
    nurbek = office.person(Role.OPERATOR, "nurbek")
    for refused in (
        lambda: shifts.set_shifts(nurbek, DAY_AND_NIGHT),
        lambda: shifts.set_duty(nurbek, TODAY, "day", [nurbek.user_id]),
        lambda: shifts.copy_last_week(nurbek, TODAY),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert shifts.of(TODAY) == DEFAULT_SHIFTS
    assert shifts.on_duty(TODAY) == ()


def test_duty_is_set_by_day_and_shift(office: TestOffice, shifts: Shifts) -> None:
    shifts.set_shifts(office.actor, DAY_AND_NIGHT)
    nurbek = office.person(Role.OPERATOR, "nurbek")
    shifts.set_duty(office.actor, TODAY, "day", [nurbek.user_id, office.actor.user_id])
    shifts.set_duty(office.actor, TODAY, "shift-1", [nurbek.user_id])
    assert [p.login for p in shifts.on_duty(TODAY, "day")] == ["aida", "nurbek"]
    assert [p.login for p in shifts.on_duty(TODAY)] == ["aida", "nurbek"]
    assert {key[1]: [p.login for p in people] for key, people in shifts.roster(TODAY).items()} == {
        "day": ["aida", "nurbek"],
        "shift-1": ["nurbek"],
    }
    # A shift that is given up takes its duty along.
    shifts.set_shifts(office.actor, DAY_AND_NIGHT[1:])
    assert shifts.on_duty(TODAY, "shift-1") == ()
    shifts.set_duty(office.actor, TODAY, "day", [])
    assert shifts.on_duty(TODAY) == ()


def test_wrong_duty_changes_nothing(office: TestOffice, shifts: Shifts) -> None:
    cholpon = office.person(Role.ADMINISTRATOR, "cholpon")
    nurbek = office.person(Role.OPERATOR, "nurbek")
    me = office.actor.user_id
    shifts.set_duty(office.actor, TODAY, "day", [me, nurbek.user_id])
    for day, code, people, wrong in (
        (TODAY, "day", ["nobody"], "duty.person_unknown"),
        (TODAY, "day", [cholpon.user_id], "duty.person_unknown"),
        (TODAY, "night", [me], "duty.shift_unknown"),
        (TODAY + timedelta(days=999), "day", [me], "duty.day_far"),
    ):
        with pytest.raises(BadInput) as refused:
            shifts.set_duty(office.actor, day, code, people)
        assert [fault.code for fault in refused.value.faults] == [wrong]
    # Who has left stays where they were on duty, and is put nowhere new.
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(
        office.actor, nurbek.user_id
    )
    shifts.set_duty(office.actor, TODAY, "day", [nurbek.user_id])
    assert [p.active for p in shifts.on_duty(TODAY, "day")] == [False]
    with pytest.raises(BadInput):
        shifts.set_duty(office.actor, TODAY + timedelta(days=1), "day", [nurbek.user_id])
    assert [p.login for p in shifts.candidates()] == ["aida"]


def test_last_week_is_copied_into_what_is_empty(office: TestOffice, shifts: Shifts) -> None:
    nurbek = office.person(Role.OPERATOR, "nurbek")
    azat = office.person(Role.OPERATOR, "azat")
    monday, me = date(2026, 11, 23), office.actor.user_id
    for number in range(5):
        shifts.set_duty(office.actor, monday + timedelta(days=number), "day", [me, nurbek.user_id])
    shifts.set_duty(office.actor, monday + timedelta(days=5), "day", [nurbek.user_id])
    shifts.set_duty(office.actor, monday + timedelta(days=8), "day", [azat.user_id])
    Accounts(office.database, office.paths, office.clock, CHEAP).remove(
        office.actor, nurbek.user_id
    )
    next_monday = monday + timedelta(days=7)
    assert shifts.copy_last_week(office.actor, next_monday) == 4
    found = [[p.login for p in shifts.on_duty(next_monday + timedelta(days=n))] for n in range(7)]
    assert found == [["aida"], ["azat"], ["aida"], ["aida"], ["aida"], [], []]
    assert shifts.copy_last_week(office.actor, next_monday) == 0


def test_no_word_of_the_handover_is_lost(office: TestOffice, shifts: Shifts) -> None:
    nurbek = office.person(Role.OPERATOR, "nurbek")
    words = "ө" * 9_000 + "\x00 half \ud83d 👍"
    shifts.keep_handover(office.actor, TODAY, "day", words)
    assert shifts.handover(nurbek, TODAY, "day") == words
    assert shifts.handover(nurbek, TODAY) == ""
    with pytest.raises(BadInput):
        shifts.keep_handover(office.actor, TODAY, "day", "x" * (LONGEST_HANDOVER + 1))
    assert shifts.handover(nurbek, TODAY, "day") == words
    shifts.keep_handover(nurbek, TODAY, "day", "short")
    assert shifts.handover(office.actor, TODAY, "day") == "short"


def test_who_sees_no_calls_reads_no_handover(office: TestOffice, shifts: Shifts) -> None:
    shifts.keep_handover(office.actor, TODAY, "", "about a caller")
    analyst = office.person(Role.ANALYST, "anara")
    assert shifts.handover(analyst, TODAY) == ""
    with pytest.raises(NotAllowed):
        shifts.keep_handover(analyst, TODAY, "", "")
    assert shifts.handover(office.actor, TODAY) == "about a caller"


def test_acts_are_audited_once_without_content(office: TestOffice, shifts: Shifts) -> None:
    with office.database.read() as connection:
        before = connection.execute(select(audit.c.seq)).scalars().all()[-1]
    shifts.set_shifts(office.actor, DAY_AND_NIGHT)
    for text in ("s", "se", "secret"):
        shifts.keep_handover(office.actor, TODAY, "day", text)
    for _twice in range(2):
        shifts.set_duty(office.actor, TODAY, "day", [office.actor.user_id])
    with office.database.read() as connection:
        rows = connection.execute(
            select(audit.c.action, audit.c.entity_id, audit.c.details).where(audit.c.seq > before)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("shifts.set", "", '{"shifts":2}'),
        ("handover.written", "2026-11-24/day", "{}"),
        ("duty.set", "2026-11-24/day", '{"people":1}'),
    ]
