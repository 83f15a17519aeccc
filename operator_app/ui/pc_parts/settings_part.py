"""The settings of this PC: how each stands, who set it, and the one that is chosen here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from operator_app.domain.people import Actor
from operator_app.domain.policy import Source
from operator_app.i18n import _
from operator_app.services.pc_settings import IDLE, PcSettings, SettingLine
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.policy_wording import held_words, line_words, problem_words, value_words
from operator_app.ui.problems import sentence
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, Card, Notice, button, labelled, text

SIDE_WIDTH = 320
MINUTES = (1, 2, 3, 5, 10, 15, 20, 30, 60)


class SettingsPart(QWidget):
    """`idle_minutes_set(minutes)`: from now on the screen locks after so many."""

    idle_minutes_set = Signal(int)

    def __init__(
        self, settings: PcSettings, actor: Actor, tasks: Tasks, data: Path, language: str
    ) -> None:
        """`data`: where the data of this PC lie; `language`: the one chosen on this PC."""
        super().__init__()
        self._settings = settings
        self._actor = actor
        self._tasks = tasks
        self._data = data
        self._language = language
        self.wrong = Notice("warning")
        self.done = Notice()
        self.problem = Notice("danger")
        self.model = PlainTable((_("Setting"), _("Now"), _("Set by")))
        self.view = plain_view(self.model, _("Settings of this PC"))
        self.minutes = QComboBox()
        for minutes in MINUTES:
            self.minutes.addItem(value_words(IDLE, minutes), minutes)
        self.held = text(held_words(), "hint", wrap=True)
        self.save_button = button(_("Save"))
        self._lay_out()
        self.setFocusProxy(self.view)
        self.save_button.clicked.connect(self._on_save)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.done.show_text("")
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def refresh(self) -> None:
        """Read how it stands."""
        self._tasks.database(
            self, lambda: self._settings.lines(self._actor), self._show, self._on_failed
        )

    def _show(self, lines: list[SettingLine]) -> None:
        rows = []
        for line in lines:
            rows.append(line_words(self._as_here(line)))
            if line.name == IDLE:
                self._choose(int(line.value))
                for part in (self.minutes, self.save_button):
                    part.setEnabled(not line.held)
                self.held.setVisible(line.held)
        self.model.show_rows(rows)
        problems = self._settings.policy.problems
        said = [_("These count as not set:"), *(problem_words(p) for p in problems)]
        self.wrong.show_text("\n".join(said) if problems else "")
        self._fit()

    def _as_here(self, line: SettingLine) -> SettingLine:
        """With what is not in the database."""
        if line.name == "data_folder":
            return replace(line, value=str(self._data))
        if line.name == "language" and not line.held:
            return replace(line, value=self._language, source=Source.PERSON)
        return line

    def _choose(self, minutes: int) -> None:
        if self.minutes.findData(minutes) < 0:
            # IT may set any number.
            self.minutes.addItem(value_words(IDLE, minutes), minutes)
        self.minutes.setCurrentIndex(self.minutes.findData(minutes))

    def _on_save(self) -> None:
        minutes = int(self.minutes.currentData())

        def on_set(_none: None) -> None:
            self.problem.show_text("")
            said = _("From now on the screen locks after {time}.")
            self.done.show_text(said.format(time=value_words(IDLE, minutes)))
            self.idle_minutes_set.emit(minutes)
            self.refresh()

        self._tasks.database(
            self,
            lambda: self._settings.set_idle_minutes(self._actor, minutes),
            on_set,
            self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self.done.show_text("")
        self.problem.show_text(sentence(error))

    def _fit(self) -> None:
        QTimer.singleShot(0, self.view, self.view.resizeRowsToContents)

    def _lay_out(self) -> None:
        self.view.setWordWrap(True)
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        card = Card(_("Settings of this PC"))
        lead = _(
            "What IT set stands above what is chosen here: Group Policy first, then office.toml. What IT holds is marked with ■ and cannot be changed in the program."
        )
        card.body.addWidget(text(lead, "muted", wrap=True))
        card.body.addWidget(self.view, 1)
        chosen = Card(_("Chosen here"))
        chosen.body.addWidget(labelled(_("The screen locks by itself after"), self.minutes))
        chosen.body.addWidget(self.held)
        chosen.body.addWidget(self.save_button, alignment=Qt.AlignmentFlag.AlignLeft)
        elsewhere = _(
            "The server's address is set under “To the ministry”, the folder for a further backup under “Backup”, the language in the menu of the person."
        )
        chosen.body.addWidget(text(elsewhere, "hint", wrap=True))
        chosen.setFixedWidth(SIDE_WIDTH)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(card, 1)
        line.addWidget(chosen, alignment=Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for notice in (self.problem, self.wrong, self.done):
            layout.addWidget(notice)
        layout.addLayout(line, 1)
