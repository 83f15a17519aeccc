"""The daily log that is written by itself: every day once, also those that were missed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from operator_app.db.models import app_user
from operator_app.domain.clock import to_ms
from operator_app.domain.people import Role
from operator_app.domain.schedule import Due, Schedule, TypedSchedule, due_files
from operator_app.errors import BadInput, Cancelled, EnvironmentProblem, NotAllowed
from operator_app.services.exports import Exports
from operator_app.services.reports import Reports
from operator_app.services.scheduled_export import ScheduledExport
from operator_app.ui.export_driver import AGAIN_AFTER_MS, ExportDriver
from operator_app.ui.screens.schedule_view import ScheduleView
from operator_app.ui.tasks import InlineTaskRunner
from tests.conftest import TestOffice, information_call
from tests.reports.conftest import DAY, blank_page, words_of
from tests.reports.test_exports import audited


class Pc:
    """An office PC with a schedule: at 18:05 of the day before, into `folder`."""

    def __init__(self, office: TestOffice, folder: Path) -> None:
        self.office, self.folder = office, folder
        folder.mkdir()
        reports = Reports(office.database, office.reference, office.clock)
        exports = Exports(office.database, reports, office.reference, office.clock, blank_page)
        self.scheduled = ScheduledExport(office.database, exports, office.clock)

    def set(self, *formats: str, at: str = "18:05", of_today: bool = False) -> None:
        typed = TypedSchedule(str(self.folder), at, formats or ("csv",), of_today)
        self.scheduled.set(self.office.actor, typed)

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """A moment of November 2026 in Bishkek; 31 and more lie in December."""
        self.office.clock.now = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(
            days=day - 1, hours=hour - 6, minutes=minute
        )

    def run(self) -> list[str]:
        """Write all that is due; what, in its order."""
        made = []
        while (due := self.scheduled.write_next()) is not None:
            made.append(due.code)
        return made

    @property
    def days(self) -> list[str]:
        return sorted(p.name.split("_")[2] for p in self.folder.iterdir())


@pytest.fixture
def pc(office: TestOffice, tmp_path: Path) -> Pc:
    return Pc(office, tmp_path / "shared")


def test_each_day_is_written_once_at_its_time(pc: Pc) -> None:
    pc.at(24, 9)
    pc.set("xlsx", "csv")

    assert pc.run() == []
    pc.at(24, 18, 4)
    assert pc.run() == []
    pc.at(24, 18, 5)
    assert pc.run() == ["2026-11-23.xlsx", "2026-11-23.csv"]
    assert pc.run() == []
    pc.at(25, 18, 5)
    assert pc.run() == ["2026-11-24.xlsx", "2026-11-24.csv"]


def test_of_the_same_day(pc: Pc) -> None:
    pc.at(24, 9)
    pc.set("csv", of_today=True)
    pc.at(24, 18, 6)

    assert pc.run() == ["2026-11-24.csv"]


def test_missed_days_are_made_up_in_their_order_at_most_31(pc: Pc) -> None:
    pc.at(1, 9)
    pc.set("csv")
    pc.at(5, 8)
    assert pc.run() == [f"2026-{d}.csv" for d in ("10-31", "11-01", "11-02", "11-03")]

    pc.at(70, 8)
    made = pc.run()

    assert len(made) == 31
    assert made[-1] == "2027-01-07.csv"
    assert pc.run() == []
    assert len(pc.days) == len(set(pc.days)) == 35


def test_a_new_kind_of_file_and_another_time_write_no_day_twice(pc: Pc) -> None:
    pc.at(20, 9)
    pc.set("csv")
    pc.at(23, 19)
    assert len(pc.run()) == 4
    pc.at(24, 9)

    pc.set("csv", "pdf", at="08:00")

    assert pc.run() == ["2026-11-23.pdf", "2026-11-23.csv"]
    pc.set("csv", at="8", of_today=True)
    assert pc.run() == ["2026-11-24.csv"]


def test_a_clock_that_was_wrong_loses_no_day(pc: Pc) -> None:
    pc.at(23, 9)
    pc.set("csv")
    pc.at(23, 19)
    assert pc.run() == ["2026-11-22.csv"]
    pc.office.clock.now = datetime(2036, 5, 1, tzinfo=UTC)
    assert len(pc.run()) == 31
    pc.office.clock.now = datetime(2016, 5, 1, tzinfo=UTC)
    assert pc.run() == []

    pc.at(25, 19)

    assert pc.run() == ["2026-11-23.csv", "2026-11-24.csv"]


def test_any_life_of_a_pc_writes_every_day_once(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    """On and off at random moments, a folder that comes and goes."""
    rng = random.Random(117)
    pc.at(1, 9)
    pc.set("csv")
    made: list[str] = []
    written = Exports.daily_log
    monkeypatch.setattr(
        Exports,
        "daily_log",
        lambda self, actor, span, wanted, file, **more: (
            made.append(span.code) or written(self, actor, span, wanted, file, **more)
        ),
    )
    moment = 0.0
    away = pc.folder.with_name("away")
    while moment < 60 * 24:
        moment += rng.choice([0.5, 3, 30, 24 * 9])
        pc.at(1, 9 + int(moment))
        if rng.random() < 0.3 and pc.folder.exists():
            pc.folder.rename(away)
        elif away.exists():
            away.rename(pc.folder)
        try:
            pc.run()
        except EnvironmentProblem as problem:
            assert problem.code == "export.folder_missing"
    if away.exists():
        away.rename(pc.folder)
    pc.run()

    days = [date(2026, 10, 31) + timedelta(days=n) for n in range(len(made))]
    assert made == [day.isoformat() for day in days]
    assert len(made) >= 59
    assert pc.days == made


def test_it_is_done_in_the_name_of_who_set_it(pc: Pc) -> None:
    pc.at(24, 9)
    deputy = pc.office.person(Role.SUPERVISOR, "deputy")
    typed = TypedSchedule(str(pc.folder), "7:00", ("csv",), of_today=False)
    pc.scheduled.set(deputy, typed)
    pc.run()
    done = [facts for action, facts in audited(pc.office) if action == "daily_log.exported"]
    assert [(facts["span"], facts["by"]) for facts in done] == [("2026-11-23", "schedule")]

    with pc.office.database.write() as connection:
        connection.execute(
            update(app_user).where(app_user.c.user_id == deputy.user_id).values(active=0)
        )
    pc.at(26, 9)
    with pytest.raises(NotAllowed) as refused:
        pc.run()
    assert refused.value.code == "schedule.setter_gone"
    pc.set("csv", at="7:00")
    assert pc.run() == ["2026-11-24.csv", "2026-11-25.csv"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_may_not_export_sets_nothing(pc: Pc, role: Role) -> None:
    person = pc.office.person(role, "nur")
    typed = TypedSchedule(str(pc.folder), "7:00", ("csv",), of_today=False)

    for refused in (
        lambda: pc.scheduled.set(person, typed),
        lambda: pc.scheduled.state(person),
        lambda: pc.scheduled.end(person),
    ):
        with pytest.raises(NotAllowed):
            refused()


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"folder": ""}, ["folder"]),
        ({"folder": "somewhere"}, ["folder"]),
        ({"at": "25:00"}, ["at"]),
        ({"formats": ()}, ["formats"]),
        ({"formats": ("exe",)}, ["formats"]),
        ({"folder": " ", "at": "x", "formats": ()}, ["folder", "at", "formats"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    pc: Pc, change: dict[str, object], faults: list[str]
) -> None:
    typed = replace(TypedSchedule(str(pc.folder), "7:00", ("csv",), of_today=False), **change)

    with pytest.raises(BadInput) as caught:
        pc.scheduled.set(pc.office.actor, typed)

    assert [fault.where for fault in caught.value.faults] == faults
    assert pc.scheduled.state(pc.office.actor) is None


def test_ended_it_writes_nothing_and_forgets_nothing(pc: Pc) -> None:
    pc.at(24, 9)
    pc.set(at="7:00")
    assert pc.run() == ["2026-11-23.csv"]

    pc.scheduled.end(pc.office.actor)
    pc.at(25, 9)
    assert pc.run() == []
    pc.at(24, 9)
    pc.set(at="7:00")

    assert pc.run() == []
    assert [a for a, _ in audited(pc.office) if a.startswith("schedule")] == [
        "schedule.set",
        "schedule.ended",
        "schedule.set",
    ]


def test_a_file_cut_short_is_not_left_and_is_due_still(pc: Pc) -> None:
    pc.at(23, 9)
    for _ in range(3):
        form = information_call(pc.office.calls.start(pc.office.actor).form)
        pc.office.calls.save(pc.office.actor, form)
    pc.at(24, 9)
    pc.set(at="7:00")

    def stop(_done: int, _total: int) -> None:
        raise Cancelled("work.cancelled")

    with pytest.raises(Cancelled):
        pc.scheduled.write_next(stop)

    assert pc.days == []
    assert pc.run() == ["2026-11-23.csv"]


def test_the_handover_words_stay_in_the_office(pc: Pc, qapp: object) -> None:
    from operator_app.services.shifts import Shifts
    from operator_app.ui.printing import page_pdf

    office = pc.office
    Shifts(office.database, office.clock).keep_handover(office.actor, DAY, "", "Keys: Bermet")
    pc.scheduled._exports._pdf = page_pdf
    pc.at(24, 9)
    pc.set("pdf", at="7:00", of_today=True)

    pc.run()

    (file,) = pc.folder.iterdir()
    assert "24.11.2026" in words_of(file.read_bytes())
    assert "Bermet" not in words_of(file.read_bytes())


def test_due_files_never_lie_in_the_future() -> None:
    schedule = Schedule("/x", 0, {"csv": date(2020, 1, 1)}, False, "u")
    now = to_ms(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))

    assert list(due_files(schedule, [], now))[-1] == Due(date(2026, 11, 23), "csv")


class Answers:
    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        return self.folder


@pytest.fixture
def driver(pc: Pc) -> ExportDriver:
    return ExportDriver(pc.scheduled, InlineTaskRunner(), pc.office.clock)


def test_the_driver_writes_all_that_is_due_one_after_another(
    pc: Pc, driver: ExportDriver, qtbot: QtBot
) -> None:
    pc.at(20, 9)
    pc.set("csv", "pdf")
    pc.at(24, 9)

    driver.look()

    qtbot.waitUntil(lambda: len(pc.days) == 8)


def test_trouble_is_told_and_tried_again_after_a_while_or_a_sleep(
    pc: Pc, driver: ExportDriver, qtbot: QtBot
) -> None:
    pc.at(24, 9)
    pc.set(at="7:00")
    away = pc.folder.rename(pc.folder.with_name("away"))
    told: list[Exception | None] = []
    driver.changed.connect(lambda: told.append(driver.trouble))

    driver.look()
    assert [getattr(t, "code", None) for t in told] == ["export.folder_missing"]
    away.rename(pc.folder)
    pc.office.clock.forward(seconds=30)
    driver.look()
    assert pc.days == []
    for _ in range(AGAIN_AFTER_MS // 30_000):
        pc.office.clock.forward(seconds=30)
        driver.look()
    assert pc.days == ["2026-11-23"]
    assert driver.trouble is None

    pc.folder.rename(away)
    pc.at(25, 9)
    driver.look()
    assert driver.trouble is not None
    away.rename(pc.folder)
    pc.office.clock.forward(seconds=100)
    driver.look()
    assert driver.trouble is None, "the PC slept"
    assert pc.days == ["2026-11-23", "2026-11-24"]


@pytest.fixture
def show(pc: Pc, driver: ExportDriver, qtbot: QtBot) -> Callable[[], ScheduleView]:
    def shown() -> ScheduleView:
        view = ScheduleView(
            pc.scheduled, driver, pc.office.actor, InlineTaskRunner(), Answers(pc.folder)
        )
        qtbot.addWidget(view)
        view.show()
        view.open()
        return view

    return shown


def test_set_by_hand(pc: Pc, show: Callable[[], ScheduleView]) -> None:
    pc.at(24, 9)
    view = show()
    assert "Not set" in view.state.label.text()
    assert not view.end_button.isEnabled()

    view.choose_button.click()
    view.at.edit.setText("8.30")
    view.save_button.click()

    state = pc.scheduled.state(pc.office.actor)
    assert state is not None
    assert state.schedule.folder == str(pc.folder)
    assert (state.schedule.at, list(state.schedule.formats)) == (8 * 60 + 30, ["xlsx"])
    assert "Every day at 08:30." in view.state.label.text()
    assert "Newest day written: 23.11.2026." in view.state.label.text()
    again = show()
    assert again.folder.edit.text() == str(pc.folder)
    again.end_button.click()
    assert pc.scheduled.state(pc.office.actor) is None
    assert "Not set" in again.state.label.text()


def test_faults_stand_at_their_fields(show: Callable[[], ScheduleView]) -> None:
    view = show()
    view.folder.edit.setText("")
    view.at.edit.setText("noon")
    for box in view.formats.values():
        box.setChecked(False)

    view.save_button.click()

    assert "cannot be reached" in view.folder.problem
    assert "18:05" in view.at.problem
    assert "at least one" in view.formats_problem.text()


def test_a_folder_that_is_away_is_said_calmly(
    pc: Pc, driver: ExportDriver, show: Callable[[], ScheduleView]
) -> None:
    pc.at(24, 9)
    view = show()
    pc.set(at="7:00")
    pc.folder.rmdir()

    driver.look()

    assert "The folder is not there any more" in view.trouble.label.text()
    assert "every day is made up" in view.trouble.label.text()
    assert json.dumps(audited(pc.office)).count("failed") == 0
