"""The numbers of the overview, counted once more by hand from what was saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from operator_app.db import settings
from operator_app.db.models import revision
from operator_app.domain.call_figures import district
from operator_app.domain.figures import Period
from operator_app.domain.overview import Concern, Days, days_shown
from operator_app.domain.people import Actor, Role
from operator_app.domain.reference import Reference
from operator_app.errors import NotAllowed
from operator_app.services.overview import Overview, Overviews
from tests.dashboard.conftest import TODAY, Desk


def read(desk: Desk, asked: Days = Days.TODAY, actor: Actor | None = None) -> Overview:
    overviews = Overviews(desk.office.database, desk.book, desk.cases.files, desk.office.clock)
    shown = days_shown(asked, TODAY)
    now, before, *_line = (desk.book.of(desk.office.actor, one) for one in shown.periods)
    return overviews.read(actor or desk.office.actor, shown, now, before)


def test_today_beside_yesterday(desk: Desk) -> None:
    overview = read(desk)

    assert (overview.now.number("calls"), overview.before.number("calls")) == (9, 5)
    assert (overview.now.number("asked"), overview.before.number("asked")) == (7, 4)
    assert overview.now.of("language") == {"ru": 5, "ky": 1}, "the violence call did not agree"
    week = [TODAY - timedelta(days=n) for n in range(6, -1, -1)]
    assert [day for day, _calls in overview.by_day] == week
    assert [calls for _day, calls in overview.by_day] == [0, 0, 0, 0, 0, 5, 9]
    assert [calls for _day, calls in overview.by_day_before] == [0, 0, 0, 0, 0, 0, 2]


def test_a_week_is_the_sum_of_its_days(desk: Desk) -> None:
    overview = read(desk, Days.WEEK)

    assert overview.now.number("calls") == 14
    assert overview.before.number("calls") == 2


def test_who_is_in_danger_is_seen_whatever_was_agreed_on_figures(desk: Desk) -> None:
    overview = read(desk)

    assert overview.now.number("danger_now") == 0, "no word on figures: in none that leaves"
    [call] = [c for c in desk.saved if c.form.danger_now == "Y"]
    assert [r.record_id for r in overview.alarms.in_danger.records] == [call.call_id]
    assert (overview.alarms.all.number, overview.alarms.emergency.median_seconds) == (1, 125)
    assert overview.alarms_before.in_danger.number == 0


def test_what_is_wrong_names_its_cases(desk: Desk) -> None:
    troubles = read(desk).standing.troubles

    numbers = {concern: found.number for concern, found in troubles.items()}
    # The alarm 48 hours before the end of an order that has 40 left is late, and urgent.
    assert numbers == dict.fromkeys(
        (Concern.FOLLOW_UPS, Concern.ORDERS, Concern.PLAN, Concern.REVIEW), 1
    )
    assert list(troubles) == sorted(numbers, key=list(Concern).index), "the worst first"
    [case] = desk.book.records(desk.office.actor, Period(TODAY, TODAY), ("cases",))
    assert troubles[Concern.ORDERS].records == troubles[Concern.PLAN].records == (case,)


def test_how_things_stand(desk: Desk) -> None:
    standing = read(desk).standing

    assert standing.acute.number == 1
    assert (standing.follow_ups_late, standing.referrals_overdue.number) == (1, 0)
    with desk.office.database.read() as connection:
        saved = connection.execute(revision.select()).all()
    assert standing.waiting == len(saved)
    assert standing.oldest_waiting_at == min(row.created_at for row in saved)
    assert not standing.sends


def test_late_and_unsent_rise_when_their_time_has_passed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = desk.office.clock.now
    server = settings.Server(url="https://117.example")
    monkeypatch.setattr(settings, "read_server", lambda _connection: server)
    try:
        desk.office.clock.forward(hours=36)
        standing = read(desk).standing
    finally:
        desk.office.clock.now = moment

    assert standing.follow_ups_late == 3, "both alarms of the order, and the look after her"
    assert standing.troubles[Concern.FOLLOW_UPS].number == 3
    assert standing.troubles[Concern.UNSENT].number == standing.waiting > len(desk.saved)


def test_what_the_ministry_has_waits_no_more(desk: Desk) -> None:
    before = read(desk).standing.waiting
    with desk.office.database.write() as connection:
        connection.execute(update(revision).values(state="applied"))
    try:
        standing = read(desk).standing
    finally:
        with desk.office.database.write() as connection:
            connection.execute(update(revision).values(state="queued"))

    assert before > 0
    assert (standing.waiting, standing.oldest_waiting_at) == (0, None)


def test_who_sees_figures_only_gets_numbers_and_no_record(desk: Desk) -> None:
    overview = read(desk, actor=desk.analyst)

    standing = overview.standing
    assert overview.alarms.in_danger.number == standing.acute.number == 1
    counted = [overview.alarms.in_danger, overview.alarms.all, standing.acute]
    assert all(not found.records for found in [*counted, *standing.troubles.values()])


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_others_get_nothing(desk: Desk, role: Role) -> None:
    somebody = Actor("x", "x", "X", role)

    with pytest.raises(NotAllowed):
        read(desk, actor=somebody)


def test_every_district_has_a_name_in_figures(reference: Reference) -> None:
    places = [*reference.divisions(1), *reference.divisions(2)]

    named = {d.code: reference.district_of_figures(district(d.code)) for d in places}

    assert len(places) > 60
    assert named == {d.code: d for d in places}
    assert reference.district_of_figures("41799999000000") is None
    assert reference.district_of_figures("") is None
