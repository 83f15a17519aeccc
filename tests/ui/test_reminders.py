"""Reminders: told once, again after an hour, in a number; nothing breaks where there is no tray."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QSystemTrayIcon

from operator_app.domain.people import Actor, Role
from operator_app.errors import EnvironmentProblem
from operator_app.ui.events import Events
from operator_app.ui.reminders import Reminders
from operator_app.ui.tasks import InlineTaskRunner
from operator_app.ui.tray import Tray
from tests.conftest import TestOffice
from tests.ui.follow_ups_office import Casework


@dataclass
class FakeTray:
    told: list[str] = field(default_factory=list)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


@dataclass
class Running:
    reminders: Reminders
    tray: FakeTray
    late: QSignalSpy
    events: Events

    def minute(self) -> None:
        self.reminders._tick.timeout.emit()


def run(made: Casework, actor: Actor | None = None) -> Running:
    tray, events = FakeTray(), Events()
    reminders = Reminders(
        made.follow_ups,
        actor or made.office.actor,
        tray,
        InlineTaskRunner(),
        events,
        made.office.clock,
    )
    late = QSignalSpy(reminders.counts_changed)
    reminders.start()
    return Running(reminders, tray, late, events)


@pytest.fixture
def made(office: TestOffice, qapp: Any) -> Casework:
    return Casework(office)


def test_an_urgent_one_is_told_of_once_and_again_after_an_hour(made: Casework) -> None:
    made.by_hand(made.case(), 1)
    running = run(made)
    assert running.tray.told == []
    made.office.clock.forward(hours=1, seconds=1)
    running.minute()
    assert running.tray.told == ["Late follow-ups: 1"]
    for _minute in range(59):
        made.office.clock.forward(minutes=1)
        running.minute()
    assert len(running.tray.told) == 1
    made.office.clock.forward(minutes=1)
    running.minute()
    assert len(running.tray.told) == 2


def test_each_is_told_of_for_itself(made: Casework) -> None:
    case = made.by_hand(made.case(), 1)
    made.by_hand(case, 1.5)
    running = run(made)
    for hours, told in ((1.1, 1), (0.5, 2), (0.45, 2), (0.1, 3), (0.5, 4)):
        made.office.clock.forward(hours=hours)
        running.minute()
        assert len(running.tray.told) == told
    assert set(running.tray.told) == {"Late follow-ups: 1"}


def test_a_clock_set_back_ten_years_does_not_silence_it(made: Casework) -> None:
    made.by_hand(made.case(), 1)
    running = run(made)
    made.office.clock.forward(days=3_650)
    running.minute()
    made.office.clock.forward(days=-3_650, hours=2)
    running.minute()
    assert len(running.tray.told) == 2


def test_a_calm_one_makes_no_noise_but_counts(made: Casework) -> None:
    case = made.by_hand(made.case(), 1)
    made.cases.lower_risk(made.office.actor, case.case_id, "STD", "moved to her mother's")
    running = run(made)
    made.office.clock.forward(hours=2)
    running.minute()
    assert running.tray.told == []
    assert [running.late.at(i)[0] for i in range(running.late.count())] == [0, 1]


def test_what_rose_is_told_to_the_supervisor_and_not_to_other_operators(made: Casework) -> None:
    bek, gul = (made.office.person(Role.OPERATOR, login) for login in ("bek", "gul"))
    made.by_hand(made.case(bek), 1)
    made.office.clock.forward(hours=2)
    assert run(made).tray.told == ["Late follow-ups: 1"]
    assert run(made, bek).tray.told == ["Late follow-ups: 1"]
    assert run(made, gul).tray.told == []


def test_the_badge_follows_what_is_done(made: Casework) -> None:
    case = made.by_hand(made.case(), 1)
    made.office.clock.forward(hours=2)
    running = run(made)
    made.work.finish_task(
        made.office.actor, case.case_id, case.open_tasks[0].task_id, "she is safe"
    )
    running.events.cases_changed.emit(case.case_id)
    assert [running.late.at(i)[0] for i in range(running.late.count())] == [1, 0]


def test_after_the_end_it_looks_no_more(made: Casework) -> None:
    running = run(made)
    running.reminders.stop()
    assert not running.reminders._tick.isActive()


def test_a_database_that_fails_stops_nobody(
    made: Casework, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running = run(made)
    case = made.by_hand(made.case(), 1)
    made.office.clock.forward(hours=2)

    def fails(_actor: Actor) -> None:
        raise EnvironmentProblem("database.locked")

    with monkeypatch.context() as patched:
        patched.setattr(made.follow_ups, "reminder", fails)
        running.minute()
    assert "database.locked" in caplog.text
    assert case.case_id not in caplog.text
    running.minute()
    assert running.tray.told == ["Late follow-ups: 1"]


def test_where_there_is_no_tray_nothing_breaks(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    tray = Tray()
    tray.tell("Late follow-ups: 2")
    tray.close()


def test_a_click_on_the_sign_or_the_notification_is_a_way_back(
    qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []
    there: list[bool] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _self, *said: shown.append((said[0], said[1]))
    )
    # The offscreen platform has no tray to show it in, and Qt says so with a warning.
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _self: there.append(True))
    monkeypatch.setattr(QSystemTrayIcon, "hide", lambda _self: there.append(False))
    tray = Tray()
    clicked = QSignalSpy(tray.clicked)
    tray.tell("Late follow-ups: 2")
    assert shown == [("117", "Late follow-ups: 2")]
    sign = tray.findChild(QSystemTrayIcon)
    assert sign is not None
    assert sign.toolTip() == "117"
    sign.messageClicked.emit()
    sign.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    sign.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert clicked.count() == 2
    tray.close()
    assert there == [True, False]
