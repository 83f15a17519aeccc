"""Protection orders of a case: typed by keys, worded clearly, refused when they cannot be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from operator_app.domain.cases import ProtectionOrder
from operator_app.domain.clock import local, to_ms
from operator_app.ui.screens.case_parts.orders_part import OrdersPart
from tests.conftest import TestOffice
from tests.ui.case_office import save_violence_call
from tests.ui.case_part_desk import Hands, go_to, problems, save
from tests.ui.door import focused, press, rewrite, words_on, write

HOUR = 3_600_000
DAY = 24 * HOUR
CONTROL = Qt.KeyboardModifier.ControlModifier
ISSUED, EXTENDED, MONITORED, BROKEN = "3", "4", "5", "6"
TITLE = "Orders"


@pytest.fixture
def hands(qtbot: QtBot, office: TestOffice) -> Hands:
    return Hands(qtbot, office)


@pytest.fixture
def case_id(office: TestOffice) -> str:
    return save_violence_call(office, offender="HUSB")


def spoken(part: OrdersPart) -> str:
    """What a screen reader says of the first line of the list."""
    listed = part.records.list
    return str(listed.item(0).data(Qt.ItemDataRole.AccessibleTextRole))


def moment(at: int | None) -> str:
    assert at is not None
    return f"{local(at):%d.%m.%Y %H:%M}"


def test_an_issued_order_by_keys_and_its_clear_line(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    """It is 09:01 of 24 November; issued an hour before."""
    part = hands.open(OrdersPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    write(ISSUED)
    assert not part.form.boxes["ends_at"].isVisible(), "nobody is asked what the law says"
    go_to(part.form, "issued_at")
    write("24.11 08:01")
    save()
    (order,) = hands.case(case_id).orders
    assert (order.status, moment(order.issued_at)) == ("ISS3", "24.11.2026 08:01")
    assert moment(order.ends_at) == "27.11.2026 08:01"
    assert part.form.boxes["ends_at"].value() == "27.11.2026 08:01"
    office.clock.forward(days=1, hours=19)
    part.retell()
    assert "ends in 1 day 4 h (27 Nov, 08:01)" in spoken(part)
    assert "Alarms: 25 Nov, 08:01 · 26 Nov, 20:01" in spoken(part)
    assert "Issued (3 days)" in spoken(part)
    assert not hands.unsaved[TITLE]


def test_an_alarm_that_was_seen_to_is_marked(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    now = to_ms(office.clock())
    case = hands.work.set_order(
        office.actor, case_id, ProtectionOrder("", "ISS3", 0, issued_at=now)
    )
    first = next(t for t in case.open_tasks if t.kind == "ORDER")
    hands.work.finish_task(office.actor, case_id, first.task_id, "Продлили")
    part = hands.open(OrdersPart, case_id)
    assert "25 Nov, 09:01 (done) · 26 Nov, 21:01" in spoken(part)


def test_it_is_extended_to_a_day(hands: Hands, office: TestOffice, case_id: str) -> None:
    now = to_ms(office.clock())
    hands.work.set_order(office.actor, case_id, ProtectionOrder("", "ISS3", 0, issued_at=now))
    part = hands.open(OrdersPart, case_id)
    go_to(part.form, "status")
    write(EXTENDED)
    save()
    assert "Until when was it extended?" in problems(part.form)["ends_at"]
    rewrite("25.12.2026")
    save()
    assert "30 days at most" in problems(part.form)["ends_at"]
    assert part.form.boxes["ends_at"].value() == "25.12.2026"
    assert hands.case(case_id).orders[0].status == "ISS3"
    rewrite("24.12")
    save()
    (order,) = hands.case(case_id).orders
    # Whole days from the hour of issue, as the law counts them.
    assert (order.status, order.ends_at) == ("EXT30", now + 30 * DAY)


def test_an_order_not_issued_in_time_is_said_to_be_late(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    part = hands.open(OrdersPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    write("2")
    go_to(part.form, "asked_at")
    write("24.11 08:00")
    save()
    assert "to be issued by 25 Nov, 08:00" in spoken(part)
    office.clock.forward(days=1, hours=4)
    part.retell()
    assert "applied: 24 Nov, 08:00" in spoken(part)
    assert "was to be issued by 25 Nov, 08:00, late by 5 h 1 min" in spoken(part)


def test_broken_and_ended(hands: Hands, office: TestOffice, case_id: str) -> None:
    now = to_ms(office.clock())
    hands.work.set_order(office.actor, case_id, ProtectionOrder("", "ISS3", 0, issued_at=now - DAY))
    part = hands.open(OrdersPart, case_id)
    go_to(part.form, "status")
    write(BROKEN)
    save()
    assert "When was it broken?" in problems(part.form)["broken_at"]
    assert focused() is part.form.boxes["broken_at"].field
    write("7:30")
    save()
    assert moment(hands.case(case_id).orders[0].broken_at) == "24.11.2026 07:30"
    assert "ends in 2 days (26 Nov, 09:01)" in spoken(part)
    assert "broken: 24 Nov, 07:30" in spoken(part)
    office.clock.forward(days=3)
    part.retell()
    assert "ended: 26 Nov, 09:01" in spoken(part)


@pytest.mark.parametrize(
    ("status", "where", "typed", "said"),
    [
        (ISSUED, "issued_at", "tomorrow", "no day and time"),
        (ISSUED, "issued_at", "24.11 25:00", "no day and time"),
        (ISSUED, "issued_at", "31.2 10:00", "no day and time"),
        (ISSUED, "issued_at", "25.11 09:00", "still to come"),
        (ISSUED, "issued_at", "24.11.2126 09:00", "still to come"),
        (ISSUED, "issued_at", "24.11.1926 09:00", "too long ago"),
        (ISSUED, "issued_at", "", "When was it issued?"),
        (MONITORED, "ends_at", "", "Until when does it hold?"),
        (MONITORED, "ends_at", "24.11.2028", "366 days at most"),
        (EXTENDED, "ends_at", "👩‍👧‍👦", "no day and time"),
    ],
)
def test_a_moment_that_cannot_be_is_said_and_stays(
    hands: Hands, case_id: str, status: str, where: str, typed: str, said: str
) -> None:
    part = hands.open(OrdersPart, case_id)
    before = hands.case(case_id)
    press(Qt.Key.Key_N, CONTROL)
    write(status)
    go_to(part.form, where)
    write(typed)
    save()
    assert said in problems(part.form)[where]
    assert part.form.boxes[where].value() == typed
    assert hands.case(case_id) == before
    if typed:
        assert hands.unsaved[TITLE]


def test_an_end_before_the_issue_is_said_at_the_end(hands: Hands, case_id: str) -> None:
    part = hands.open(OrdersPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    write(EXTENDED)
    go_to(part.form, "issued_at")
    write("23.11 10:00")
    go_to(part.form, "ends_at")
    write("22.11 10:00")
    save()
    assert problems(part.form) == {
        "ends_at": "It would end before it was issued. Correct one of the two."
    }
    assert part.form.boxes["issued_at"].value() == "23.11 10:00"


def test_saving_again_changes_no_second_of_it(
    hands: Hands, office: TestOffice, case_id: str
) -> None:
    """The field shows minutes; a moved end would make its alarms anew."""
    at = to_ms(office.clock()) - 12_345
    hands.work.set_order(office.actor, case_id, ProtectionOrder("", "ISS3", 0, issued_at=at))
    before = hands.case(case_id)
    part = hands.open(OrdersPart, case_id)
    go_to(part.form, "police_office")
    write("Alamudun")
    save()
    after = hands.case(case_id)
    assert (after.orders[0].issued_at, after.orders[0].ends_at) == (at, at + 3 * DAY)
    assert [t.rule for t in after.tasks] == [t.rule for t in before.tasks]


def test_an_order_half_written_waits(hands: Hands, office: TestOffice, case_id: str) -> None:
    now = to_ms(office.clock())
    hands.work.set_order(office.actor, case_id, ProtectionOrder("", "ISS3", 0, issued_at=now))
    part = hands.open(OrdersPart, case_id)
    press(Qt.Key.Key_N, CONTROL)
    write("2")
    go_to(part.form, "asked_at")
    write("24.11 0")
    part.records.list.setFocus()
    press(Qt.Key.Key_Down)
    assert part.form.boxes["issued_at"].value() == "24.11.2026 09:01"
    assert hands.unsaved[TITLE]
    press(Qt.Key.Key_N, CONTROL)
    assert part.form.boxes["asked_at"].value() == "24.11 0"
    assert part.form.boxes["status"].value() == "APPL"


def test_an_empty_list_says_what_the_law_gives(hands: Hands, case_id: str) -> None:
    part = hands.open(OrdersPart, case_id)
    assert "within 24 hours" in words_on(part)
    save()
    press(Qt.Key.Key_N, CONTROL)
    save()
    assert problems(part.form) == {"status": "This answer is still missing."}


def test_who_may_only_read_sees_no_new_order(hands: Hands, case_id: str) -> None:
    part = hands.open(OrdersPart, case_id, may_change=False)
    assert not part.records.new_button.isVisible()
    assert not part.form.save_button.isVisible()
