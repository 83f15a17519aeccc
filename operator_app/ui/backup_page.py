"""Administration: the backups of this PC, a new one now, a check, where a further copy goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from operator_app.db.backup import Watch
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.domain.people import Actor
from operator_app.errors import EnvironmentProblem
from operator_app.i18n import _
from operator_app.services.backup_places import Copy
from operator_app.services.backups import BackupPicture, Backups, Made
from operator_app.ui.backup_driver import BackupDriver
from operator_app.ui.backup_wording import (
    age_words,
    copy_state,
    place_words,
    size_words,
    stage_words,
)
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.policy_wording import held_words
from operator_app.ui.preferences import Preferences
from operator_app.ui.problems import sentence
from operator_app.ui.sync_wording import only_there_words
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import (
    GRID,
    Card,
    FlowLayout,
    Notice,
    ShortenedLabel,
    button,
    text,
)
from operator_app.ui.widgets.fitting_scroll import SCROLL_BAR, FittingScroll
from operator_app.ui.widgets.work_bar import WorkBar
from operator_app.ui.wording import day_and_time

SIDE_WIDTH = 360


class BackupPage(QWidget):
    """What it offers, the driver runs: it goes on when another page is looked at."""

    def __init__(
        self,
        backups: Backups,
        driver: BackupDriver,
        actor: Actor,
        tasks: Tasks,
        dialogs: Dialogs,
        preferences: Preferences,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._backups = backups
        self._driver = driver
        self._actor = actor
        self._tasks = tasks
        self._dialogs = dialogs
        self._preferences = preferences
        self._clock = clock
        self._copies: tuple[Copy, ...] = ()
        self.warning = Notice("warning")
        self.done = Notice()
        self.problem = Notice("danger")
        self.only_there = Notice()
        self.work = WorkBar()
        headings = (_("Made"), _("Where"), _("Size"), _("Age"), _("State"))
        self.model = PlainTable(headings)
        self.view = plain_view(self.model, _("Backups"))
        self.make_button = button(_("Back up now"), "primary", "F9")
        self.check_button = button(_("Check the chosen one"), key="F8")
        self.choose_button = button(_("Choose a folder…"), key="Ctrl+O")
        self.none_button = button(_("No further copy"))
        self.folder = ShortenedLabel("")
        self.folder_problem = Notice("warning")
        self.held = text(held_words(), "hint", wrap=True)
        self.held.hide()
        self._lay_out()
        self.make_button.clicked.connect(self._on_make)
        self.check_button.clicked.connect(self._on_check)
        self.choose_button.clicked.connect(self._on_choose)
        self.none_button.clicked.connect(lambda: self._set_folder(None))
        self.work.stop_asked.connect(driver.cancel)
        driver.progressed.connect(self._on_progress)
        driver.ended.connect(self._on_ended)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.done.show_text("")
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def refresh(self) -> None:
        """Read the list again."""
        # Not on the database worker: a folder on a share that is gone takes its time to say so.
        self._tasks.background(
            self, lambda: self._backups.picture(self._actor), self._on_read, self._on_failed
        )

    def _on_read(self, picture: BackupPicture) -> None:
        now = to_ms(self._clock())
        today = local_day(now)
        self._copies = picture.copies
        row = self.view.currentIndex().row()
        self.model.show_rows(
            (
                "–" if copy.made_at is None else day_and_time(copy.made_at, today),
                place_words(copy.where),
                size_words(copy.size) if copy.size else "–",
                "–" if copy.made_at is None else age_words(copy.made_at, now),
                copy_state(copy, today),
            )
            for copy in picture.copies
        )
        if picture.copies:
            self.view.selectRow(min(max(row, 0), len(picture.copies) - 1))
        self.warning.show_text(self._warning(picture, now))
        self.only_there.show_text(only_there_words(picture.only_there))
        said = str(picture.folder) if picture.folder else _("None. Both backups lie on this PC.")
        self.folder.setText(said)
        self.folder.setToolTip(said)
        self.folder.setAccessibleName(said)
        code = picture.folder_problem
        self.folder_problem.show_text(sentence(EnvironmentProblem(code)) if code else "")
        self.none_button.setEnabled(picture.folder is not None and not picture.held)
        self.choose_button.setEnabled(not picture.held)
        self.held.setVisible(picture.held)
        self._show_busy()
        self._fit()

    def _warning(self, picture: BackupPicture, now: int) -> str:
        parts = []
        if picture.last_good_at is None:
            parts.append(_("There is no good backup yet. One is made by itself once a day."))
        elif picture.overdue:
            age = age_words(picture.last_good_at, now)
            parts.append(_("The last good backup is {age} old. Make one now.").format(age=age))
        if picture.problem is not None and picture.tried_at is not None:
            when = day_and_time(picture.tried_at, local_day(now))
            said = sentence(EnvironmentProblem(picture.problem))
            parts.append(_("Last try, {when}: {problem}").format(when=when, problem=said))
        return " ".join(parts)

    def _on_make(self) -> None:
        if self._may_begin():
            self._driver.run(self._make, self._on_made, self._on_failed)

    def _make(self, watch: Watch) -> Made:
        return self._backups.make(self._actor, watch)

    def _on_made(self, made: Made) -> None:
        if made.doubtful:
            self.problem.show_text(
                _(
                    "The audit log of this PC does not hold together. The backup was set apart and the ones from before stay. Tell the ministry."
                )
            )
            return
        said = _("The backup is made and checked.")
        if made.folder_problem is None and self._preferences.backup_folder:
            said += " " + _("So is the further copy.")
        self.done.show_text(said)

    def _on_check(self) -> None:
        row = self.view.currentIndex().row()
        if not 0 <= row < len(self._copies) or not self._may_begin():
            return
        file = self._copies[row].file
        self._driver.run(
            lambda watch: self._backups.check(self._actor, file, watch),
            lambda _none: self.done.show_text(_("The backup is whole.")),
            self._on_failed,
        )

    def _may_begin(self) -> bool:
        self.done.show_text("")
        self.problem.show_text("")
        if self._driver.busy:
            self.problem.show_text(sentence(EnvironmentProblem("backup.under_way")))
            return False
        QTimer.singleShot(0, self, self._show_busy)
        return True

    def _on_choose(self) -> None:
        folder = self._dialogs.ask_folder(self, _("Where the further copy goes"))
        if folder is not None:
            self._set_folder(folder)

    def _set_folder(self, folder: Path | None) -> None:
        self.done.show_text("")
        self.problem.show_text("")

        def on_set(_none: None) -> None:
            self._preferences.backup_folder = str(folder or "")
            self.done.show_text(
                _("From now on a copy of each backup goes there as well.")
                if folder
                else _("No further copy is made. The one that is there stays.")
            )
            self.refresh()

        self._tasks.background(
            self, lambda: self._backups.set_folder(self._actor, folder), on_set, self._on_failed
        )

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        self._show_busy()
        self.work.show_share(stage_words(stage), done, total)

    def _on_ended(self) -> None:
        self._show_busy()
        if self.isVisible():
            self.refresh()

    def _show_busy(self) -> None:
        busy = self._driver.busy
        was_busy = not self.make_button.isEnabled()
        self.make_button.setEnabled(not busy)
        self.check_button.setEnabled(not busy and bool(self._copies))
        if busy and not was_busy:
            self.work.start(_("A backup is being made or checked."), may_stop=True)
            self._lead_to(self.work.stop_button)
        elif was_busy and not busy:
            self.work.finish()
            self._lead_to(self.make_button)

    def _lead_to(self, widget: QWidget) -> None:
        # Whoever is somewhere else on the page stays there.
        if self.isVisible() and (self.isAncestorOf(self.focusWidget() or self) or self.hasFocus()):
            widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_failed(self, error: Exception) -> None:
        self.problem.show_text(sentence(error))
        self._show_busy()

    def _fit(self) -> None:
        # Once the columns have their widths: a long sentence takes a second line.
        QTimer.singleShot(0, self.view, self.view.resizeRowsToContents)

    def _lay_out(self) -> None:
        self.view.setWordWrap(True)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        card = Card(_("Backups"))
        lead = _(
            "Made by itself once a day while the program runs: the whole office, encrypted. Two take turns; each is opened and checked before it replaces the older one."
        )
        card.body.addWidget(text(lead, "muted", wrap=True))
        card.body.addWidget(self.view, 1)
        card.body.addWidget(self.work)
        buttons = FlowLayout(spacing=GRID)
        buttons.addWidget(self.make_button)
        buttons.addWidget(self.check_button)
        card.body.addLayout(buttons)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(card, 1)
        line.addWidget(self._side())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(12)
        for notice in (self.problem, self.warning, self.done, self.only_there):
            layout.addWidget(notice)
        layout.addLayout(line, 1)

    def _side(self) -> QWidget:
        further = Card(_("A further copy"))
        lead = _(
            "On another disk, a stick or a shared folder: the PC may be stolen or burn. The file is encrypted and can be opened only with a password of the office or the recovery key."
        )
        further.body.addWidget(text(lead, "muted", wrap=True))
        further.body.addWidget(self.folder)
        further.body.addWidget(self.held)
        further.body.addWidget(self.folder_problem)
        for made in (self.choose_button, self.none_button):
            further.body.addWidget(made, alignment=Qt.AlignmentFlag.AlignLeft)
        back = Card(_("Restoring"))
        said = _(
            "At the sign-in window: “Restore from a backup…”. It asks for the recovery key, or for the password of a supervisor or of IT staff."
        )
        back.body.addWidget(text(said, "muted", wrap=True))
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(further)
        column.addWidget(back)
        column.addStretch(1)
        scroll = FittingScroll(side, SIDE_WIDTH + SCROLL_BAR)
        scroll.setFixedWidth(SIDE_WIDTH + SCROLL_BAR)
        return scroll
