"""The page of the daily log: shifts, weeks and years, words that are kept, long exports."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from operator_app.domain.people import Role
from operator_app.domain.shifts import TypedShift
from operator_app.domain.span import Choice, Unit
from operator_app.services.shifts import Shifts
from operator_app.ui.screens.handover_card import KEEP_AFTER_MS
from operator_app.ui.tasks import InlineTaskRunner
from tests.reports.conftest import DAY, words_of
from tests.reports.log_bench import Bench, page_text, press

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier

TWO_SHIFTS = [
    TypedShift("day", {"en": "Day"}, "9:00", "18:00"),
    TypedShift("night", {"en": "Night"}, "18:00", "9:00"),
]


def test_shifts_weeks_and_years_are_chosen_by_keys(bench: Bench) -> None:
    office = bench.office
    office.clock.forward(hours=1)
    Shifts(office.database, office.clock).set_shifts(office.actor, TWO_SHIFTS)
    bench.call()
    screen = bench.screen()
    unit = screen.panel.span.unit_field
    assert [unit.itemText(n) for n in range(unit.count())] == [
        "Whole day",
        "Day 09:00–18:00",
        "Night 18:00–09:00",
        "Week",
        "Month",
        "Year",
        "From day to day",
    ]

    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "24.11.2026 · Day 09:00–18:00" in page_text(screen)
    assert "Uy-bulogo komok" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "24.11.2026 · Night 18:00–09:00" in page_text(screen)
    assert "No calls were recorded in this time." in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "23.11.2026 – 29.11.2026" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Left, ALT)
    assert "16.11.2026 – 22.11.2026" in page_text(screen)
    assert screen.panel.span.next_button.isEnabled()
    press(bench.qtbot, screen, Qt.Key.Key_T, CONTROL)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "01.11.2026 – 30.11.2026" in page_text(screen)
    assert not screen.panel.span.next_button.isEnabled()
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "01.01.2026 – 31.12.2026" in page_text(screen)
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert "01.01.2026 – 24.11.2026" in page_text(screen)
    screen.panel.span.until_field.setDate(screen.panel.span.until_field.date().addDays(-4))
    assert "01.01.2026 – 20.11.2026" in page_text(screen)

    screen.panel.csv_button.click()

    assert bench.answers.proposed[0].name == "117_0412_2026-01-01_2026-11-20.csv"


def test_the_words_of_a_day_and_of_its_shifts_are_kept_apart(bench: Bench) -> None:
    office = bench.office
    shifts = Shifts(office.database, office.clock)
    shifts.set_shifts(office.actor, TWO_SHIFTS)
    screen = bench.screen()
    screen.handover.note.setPlainText("of the day")
    press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert screen.handover.words == ""
    screen.handover.note.setPlainText("of the shift")
    for _ in range(2):
        press(bench.qtbot, screen, Qt.Key.Key_Down, ALT)
    assert screen.handover.isHidden(), "several days are handed over to nobody"
    assert screen.handover.words == ""

    assert shifts.handover(office.actor, DAY) == "of the day"
    assert shifts.handover(office.actor, DAY, "day") == "of the shift"
    for _ in range(3):
        press(bench.qtbot, screen, Qt.Key.Key_Up, ALT)
    assert screen.handover.words == "of the day"


def test_words_are_on_the_disk_while_they_are_typed(bench: Bench) -> None:
    office = bench.office
    shifts = Shifts(office.database, office.clock)
    screen = bench.screen()
    assert KEEP_AFTER_MS < 3_000

    screen.handover.note.insertPlainText("Keys")
    timer = screen.handover._timer
    assert timer.isActive()
    left = timer.remainingTime()
    screen.handover.note.insertPlainText(" are with Bermet")
    assert timer.remainingTime() <= left, "going on typing does not put it off"
    timer.timeout.emit()
    assert shifts.handover(office.actor, DAY) == "Keys are with Bermet"
    assert not timer.isActive()

    screen.handover.note.insertPlainText(".")
    screen.keep_typed()
    assert shifts.handover(office.actor, DAY) == "Keys are with Bermet."
    screen.handover.note.insertPlainText("!")
    screen.hide()
    assert shifts.handover(office.actor, DAY) == "Keys are with Bermet.!"


def test_a_call_that_comes_in_leaves_the_words_alone(bench: Bench) -> None:
    screen = bench.screen()
    screen.handover.note.insertPlainText("half a sen")

    bench.call()

    assert screen.handover.words == "half a sen"
    assert "Uy-bulogo komok" in page_text(screen)


def test_words_that_cannot_be_kept_are_said_to_be(bench: Bench) -> None:
    screen = bench.screen()
    screen.handover.note.setPlainText("a" * 10_001)

    screen.handover.keep()

    assert "longer than 10000" in screen.handover.hint.text()
    screen.handover.note.setPlainText("short")
    screen.handover.keep()
    shifts = Shifts(bench.office.database, bench.office.clock)
    assert shifts.handover(bench.office.actor, DAY) == "short"


class HeldTasks(InlineTaskRunner):
    """Long work waits until the test lets it go."""

    def __init__(self) -> None:
        self.held: list[Callable[[], None]] = []

    def background(self, *job: object) -> None:
        self.held.append(lambda: self.database(*job))

    def let_go(self) -> None:
        while self.held:
            self.held.pop(0)()


def test_an_export_shows_how_far_it_is_and_esc_ends_it(bench: Bench) -> None:
    bench.call()
    tasks = HeldTasks()
    screen = bench.screen(tasks)

    screen.panel.excel_button.click()
    assert screen.work_bar.isVisible()
    assert not screen.panel.excel_button.isEnabled()
    assert not screen.panel.span.isEnabled()
    screen._exporting._state.progress(500, 2_000)
    bench.qtbot.waitUntil(lambda: "500" in screen.work_bar.label.text())
    assert "2000" in screen.work_bar.label.text()
    press(bench.qtbot, screen, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    tasks.let_go()

    assert screen.panel.outcome.done.label.text() == "Stopped. No file was written."
    assert list(bench.answers.folder.iterdir()) == []
    assert screen.work_bar.isHidden()
    assert screen.panel.excel_button.isEnabled()
    assert screen.panel.span.isEnabled()
    screen.panel.excel_button.click()
    tasks.let_go()
    assert len(list(bench.answers.folder.iterdir())) == 1


def test_a_long_time_is_counted_beside_the_work_and_a_newer_choice_wins(bench: Bench) -> None:
    bench.call()
    tasks = HeldTasks()
    screen = bench.screen(tasks)

    screen.choose(Choice(Unit.YEAR, DAY, DAY))
    assert screen.work_bar.isVisible()
    assert page_text(screen) == ""
    screen.choose(Choice(Unit.MONTH, DAY, DAY))
    tasks.let_go()

    assert "01.11.2026 – 30.11.2026" in page_text(screen)
    assert screen.work_bar.isHidden()
    screen.choose(Choice(Unit.YEAR, DAY, DAY))
    screen.work_bar.stop_button.click()
    tasks.let_go()
    assert "Stopped. Choose a shorter time" in screen.panel.outcome.done.label.text()
    assert not screen.panel.excel_button.isEnabled()


def test_the_schedule_is_a_key_away_and_back(bench: Bench) -> None:
    screen = bench.screen()

    press(bench.qtbot, screen, Qt.Key.Key_R, CONTROL)
    assert screen.schedule.isVisible()
    press(bench.qtbot, screen, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)

    assert not screen.schedule.isVisible()
    assert screen.view.isVisible()


def test_an_analyst_has_figures_without_names_and_words(bench: Bench) -> None:
    bench.call()
    Shifts(bench.office.database, bench.office.clock).keep_handover(
        bench.office.actor, DAY, "", "Keys are with Bermet"
    )
    bench.office.actor = bench.office.person(Role.ANALYST, "ana")

    screen = bench.screen()

    assert "Uy-bulogo komok" in page_text(screen)
    assert "Aida" not in page_text(screen)
    assert screen.handover.isHidden()
    screen.panel.pdf_button.click()
    (file,) = bench.answers.folder.iterdir()
    assert "Bermet" not in words_of(file.read_bytes())


def test_every_field_of_the_schedule_has_a_name(bench: Bench) -> None:
    screen = bench.screen()
    schedule = screen.schedule
    fields = [schedule.folder.edit, schedule.at.edit, schedule.of, *schedule.formats.values()]

    assert all(f.accessibleName() or f.text() for f in fields)
    assert all(b.accessibleName() for b in schedule.findChildren(QPushButton))
