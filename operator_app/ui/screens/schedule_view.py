"""Setting the daily log that is written every day by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from operator_app.domain.people import Actor
from operator_app.domain.schedule import MOST_DAYS, Schedule, TypedSchedule
from operator_app.domain.shifts import time_text
from operator_app.errors import BadInput
from operator_app.i18n import _, ngettext
from operator_app.services.exports import ExportFormat
from operator_app.services.scheduled_export import ScheduledExport, ScheduleState
from operator_app.ui import problems
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.export_driver import ExportDriver
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, labelled, text
from operator_app.ui.widgets.fitting_scroll import FittingScroll
from operator_app.ui.widgets.form import FormField

USUAL_TIME = "18:05"
TIME_WIDTH = 96
WIDTH = 420
LEAST_LETTERS = 12
"""Of a choice that may be longer than there is room for."""


class ScheduleView(QWidget):
    """`left()`: back to the page."""

    left = Signal()

    def __init__(
        self,
        scheduled: ScheduledExport,
        driver: ExportDriver,
        actor: Actor,
        tasks: Tasks,
        dialogs: Dialogs,
    ) -> None:
        super().__init__()
        self._scheduled = scheduled
        self._driver = driver
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self.folder = FormField("folder", _("Folder"), QLineEdit())
        self.choose_button = button(_("Choose…"), key="Ctrl+Shift+O")
        self.at = FormField("at", _("At"), QLineEdit(USUAL_TIME))
        self.at.edit.setFixedWidth(TIME_WIDTH)
        self.of = QComboBox()
        self.of.addItem(_("Of the day before"), False)
        self.of.addItem(_("Of the same day, as far as it is recorded then"), True)
        self.of.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.of.setMinimumContentsLength(LEAST_LETTERS)
        self.formats = {
            ExportFormat.XLSX: QCheckBox(_("Excel")),
            ExportFormat.PDF: QCheckBox(_("PDF")),
            ExportFormat.CSV: QCheckBox(_("CSV")),
        }
        self.formats_problem = text("", "problem", wrap=True)
        self.save_button = button(_("Save"), "primary", "Ctrl+Enter")
        self.end_button = button(_("No longer"))
        self.back_button = button(_("Back"), key="Esc")
        self.state = Notice()
        self.trouble = Notice("warning")
        self._lay_out()
        self.choose_button.clicked.connect(self._on_choose)
        self.save_button.clicked.connect(self._on_save)
        self.end_button.clicked.connect(self._on_end)
        self.back_button.clicked.connect(self.left)
        driver.changed.connect(self._on_driver_changed)
        self.show_trouble()

    def open(self) -> None:
        """Show what is set now."""
        self._tasks.background(
            self, lambda: self._scheduled.state(self._actor), self._on_opened, self._on_failed
        )

    def show_trouble(self) -> None:
        """Why nothing can be written now, calmly."""
        error = self._driver.trouble
        again = _("It is tried again every few minutes, and every day is made up.")
        self.trouble.show_text(f"{problems.sentence(error)}\n{again}" if error else "")

    def _on_opened(self, state: ScheduleState | None) -> None:
        if state is not None:
            self._fill(state.schedule)
        else:
            self.formats[ExportFormat.XLSX].setChecked(True)
        self._say(state)
        (self.save_button if state else self.folder.edit).setFocus()

    def _fill(self, schedule: Schedule) -> None:
        self.folder.edit.setText(schedule.folder)
        self.at.edit.setText(time_text(schedule.at))
        self.of.setCurrentIndex(int(schedule.of_today))
        for wanted, box in self.formats.items():
            box.setChecked(wanted.value in schedule.formats)

    def _say(self, state: ScheduleState | None) -> None:
        self.end_button.setEnabled(state is not None)
        if state is None:
            self.state.show_text(_("Not set: nothing is written by itself."))
            return
        parts = [_("Every day at {time}.").format(time=time_text(state.schedule.at))]
        if state.last_written:
            parts.append(
                _("Newest day written: {day}.").format(day=f"{state.last_written:%d.%m.%Y}")
            )
        if state.waiting:
            n = state.waiting
            parts.append(ngettext("{n} file is due.", "{n} files are due.", n).format(n=n))
        self.state.show_text(" ".join(parts))

    def _on_driver_changed(self) -> None:
        self.show_trouble()
        if self.isVisible():
            self._read_state()

    def _read_state(self) -> None:
        self._tasks.background(
            self, lambda: self._scheduled.state(self._actor), self._say, self._on_failed
        )

    def _on_choose(self) -> None:
        folder = self._dialogs.ask_folder(self, _("Where the daily log is written"))
        if folder is not None:
            self.folder.edit.setText(str(folder))
            self.folder.set_problem("")

    def _on_save(self) -> None:
        typed = TypedSchedule(
            self.folder.edit.text(),
            self.at.edit.text(),
            [wanted.value for wanted, box in self.formats.items() if box.isChecked()],
            bool(self.of.currentData()),
        )
        self._say_faults({})
        self._tasks.background(
            self, lambda: self._scheduled.set(self._actor, typed), self._on_saved, self._on_failed
        )

    def _on_saved(self, _schedule: Schedule) -> None:
        self._driver.hurry()
        self._read_state()

    def _on_end(self) -> None:
        self._tasks.background(
            self,
            lambda: self._scheduled.end(self._actor),
            lambda _none: self._on_ended(),
            self._on_failed,
        )

    def _on_ended(self) -> None:
        self._driver.hurry()
        self._say(None)

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, BadInput):
            self._say_faults({f.where: problems.fault_sentence(f) for f in error.faults})
        else:
            self.trouble.show_text(problems.sentence(error))

    def _say_faults(self, said: dict[str, str]) -> None:
        for field in (self.at, self.folder):
            field.set_problem(said.get(field.where, ""))
            if field.where in said:
                field.edit.setFocus()
        self.formats_problem.setText(said.get("formats", ""))
        self.formats_problem.setVisible("formats" in said)

    def _lay_out(self) -> None:
        card = Card(_("The daily log by itself, every day"))
        lead = _(
            "Written into the folder while the office is open on this PC, also while it is locked: without anybody signed in there is no key to the records. Days missed because the PC slept, was off, or the folder was not there are made up then, at most {days}, each once. No names and no words of anybody are in the files; the handover note stays here."
        ).format(days=MOST_DAYS)
        card.body.addWidget(text(lead, "muted", wrap=True))
        card.body.addWidget(self.folder)
        card.body.addWidget(self.choose_button, alignment=Qt.AlignmentFlag.AlignLeft)
        when = QHBoxLayout()
        when.setSpacing(2 * GRID)
        top = Qt.AlignmentFlag.AlignTop
        when.addWidget(self.at, alignment=top)
        when.addWidget(labelled(_("Of which day"), self.of), 1, top)
        card.body.addLayout(when)
        kinds = QHBoxLayout()
        kinds.setSpacing(3 * GRID)
        for box in self.formats.values():
            kinds.addWidget(box)
        kinds.addStretch(1)
        card.body.addWidget(text(_("Kinds of file"), "fieldLabel"))
        card.body.addLayout(kinds)
        card.body.addWidget(self.formats_problem)
        self.formats_problem.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        for made in (self.save_button, self.end_button, self.back_button):
            buttons.addWidget(made)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(card)
        layout.addWidget(self.state)
        layout.addWidget(self.trouble)
        layout.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(FittingScroll(content, WIDTH))
