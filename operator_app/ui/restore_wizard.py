"""Restoring an office: from the sign-in, or on a new PC. Nothing changes before the last step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from operator_app.config import Paths
from operator_app.db.backup import Watch
from operator_app.db.backup_file import SUFFIX, BackupFile
from operator_app.domain.clock import Clock, local_day, to_ms
from operator_app.errors import NotAllowed
from operator_app.i18n import _
from operator_app.services.restore import Here, Proven, Restore, Restored, look
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.problems import sentence
from operator_app.ui.restore_pages import ChoosePage, ProvePage, RestoredPage, SeePage
from operator_app.ui.screens.set_up_pages import Page
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, button, text
from operator_app.ui.widgets.door import MARGIN, DoorCard, DoorPage
from operator_app.ui.widgets.fitting_scroll import FittingScroll

CARD_WIDTH = 640
SHOW_EVERY_MS = 200


@dataclass
class _Progress:
    """Written by the worker, read by the window."""

    stage: str = ""
    done: int = 0
    total: int = 0

    def take(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total


class RestoreWizard(QWidget):
    """`went_back()`: the person leaves, nothing was changed. `restored()`: there is an office."""

    went_back = Signal()
    restored = Signal()

    def __init__(
        self,
        paths: Paths,
        tasks: Tasks,
        clock: Clock,
        dialogs: Dialogs,
        folders: Sequence[Path] = (),
    ) -> None:
        """`folders`: where further backups may lie."""
        super().__init__()
        self.setWindowTitle(_("117 Operator"))
        self._restore = Restore(paths, clock)
        self._tasks = tasks
        self._clock = clock
        self._dialogs = dialogs
        self._folders = tuple(folders)
        self._backup: BackupFile | None = None
        self._proven: Proven | None = None
        self._busy = False
        self._progress = _Progress()
        self._show_progress = QTimer(self, interval=SHOW_EVERY_MS)
        self._show_progress.timeout.connect(self._on_show_progress)
        self.choose = ChoosePage()
        self.prove = ProvePage()
        self.page: Page = self.choose
        self._pages: list[Page] = []
        self._build()
        self.choose.file_asked.connect(self._on_file_asked)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self)
        back.activated.connect(self.go_back)
        self._tasks.background(
            self, lambda: self._restore.known(self._folders), self._on_known, self._on_lost
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.page.arrive()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._busy:
            event.ignore()
            return
        super().closeEvent(event)

    def go_on(self) -> None:
        """What Enter and the main button do."""
        if self._busy or not self.page.check():
            return
        if self.page is self.choose:
            self._backup = self.choose.chosen
            self._show(self.prove)
        elif self.page is self.prove:
            self._try_key()
        elif isinstance(self.page, SeePage):
            self._begin(self.page)
        else:
            self.restored.emit()

    def go_back(self) -> None:
        """One step back, or out of the wizard."""
        if self._busy or isinstance(self.page, RestoredPage):
            return
        if self.page is self.choose:
            self.prove.forget()
            self.went_back.emit()
        else:
            self._show(self.choose if self.page is self.prove else self.prove)

    def _on_known(self, found: list[BackupFile]) -> None:
        self.choose.show_found(found, local_day(self._now))
        if self.page is self.choose and self.isVisible():
            self.choose.arrive()

    def _on_lost(self, error: Exception) -> None:
        self.choose.problem.show_text(sentence(error))

    def _on_file_asked(self) -> None:
        kind = _("Backup") + f" (*{SUFFIX})"
        file = self._dialogs.ask_open_path(self, _("Choose a backup"), kind)
        if file is None or self._busy:
            return
        self.choose.problem.show_text("")
        self._set_busy(True)
        self._tasks.background(self, lambda: look(file), self._on_looked, self._on_not_one)

    def _on_looked(self, backup: BackupFile) -> None:
        self._set_busy(False)
        self._backup = backup
        self._show(self.prove)

    def _on_not_one(self, error: Exception) -> None:
        self._set_busy(False)
        self.choose.problem.show_text(sentence(error))

    def _try_key(self) -> None:
        backup = self._backup
        if backup is None:
            return
        login, secret = self.prove.answer
        self.prove.problem.show_text("")
        self._set_busy(True)
        self.prove.set_busy(True)
        self._tasks.background(
            self,
            lambda: self._restore.prove(backup, login, secret),
            self._on_proven,
            self._on_not_proven,
        )

    def _on_proven(self, proven: Proven) -> None:
        self.prove.set_busy(False)
        self._set_busy(False)
        self.prove.forget()
        self._proven = proven
        self._show(SeePage(proven, self._now))

    def _on_not_proven(self, error: Exception) -> None:
        self.prove.set_busy(False)
        self._set_busy(False)
        refused = isinstance(error, NotAllowed) and error.code == "sign_in.refused"
        said = _("This does not open the backup. Compare it with the paper, or try another login.")
        self.prove.problem.show_text(said if refused else sentence(error))
        self.prove.arrive()

    def _begin(self, page: SeePage) -> None:
        proven = self._proven
        if proven is None:
            return
        question = _(
            "This PC holds another office. Put the one of the backup in its place? What is here is kept aside."
        )
        if proven.here is Here.OTHER and not self._dialogs.confirm(self, question, _("Restore")):
            return
        page.problem.show_text("")
        self._set_busy(True)
        page.set_busy(True)
        self._progress = _Progress()
        self._show_progress.start()
        watch = Watch(self._progress.take, lambda: False)
        self._tasks.background(
            self,
            lambda: self._restore.put_in_place(proven, watch),
            self._on_restored,
            lambda error: self._on_failed(page, error),
        )

    def _on_restored(self, restored: Restored) -> None:
        self._show_progress.stop()
        self._set_busy(False)
        made_at = self._proven.head.made_at if self._proven else self._now
        self._proven = None
        self._show(RestoredPage(restored, made_at))

    def _on_failed(self, page: SeePage, error: Exception) -> None:
        self._show_progress.stop()
        page.set_busy(False)
        self._set_busy(False)
        page.problem.show_text(sentence(error))

    def _on_show_progress(self) -> None:
        if isinstance(self.page, SeePage) and self._progress.stage:
            self.page.show_progress(self._progress.stage, self._progress.done, self._progress.total)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.back_button.setEnabled(not busy)
        self.next_button.setEnabled(not busy)

    def _show(self, page: Page) -> None:
        if page not in self._pages:
            page.went_on.connect(self.go_on)
            self._pages.append(page)
            self._stack.addWidget(FittingScroll(page, CARD_WIDTH - 2 * MARGIN))
        self.page = page
        self._stack.setCurrentIndex(self._pages.index(page))
        self._title.setText(page.title)
        self._lead.setText(page.lead)
        self._lead.setVisible(bool(page.lead))
        self.next_button.setText(page.action)
        self.next_button.setAccessibleName(page.action)
        self.back_button.setVisible(not isinstance(page, RestoredPage))
        if isinstance(page, SeePage | RestoredPage):
            self.next_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            page.arrive()

    def _build(self) -> None:
        card = DoorCard(CARD_WIDTH)
        self._title = text("", "screenTitle")
        self._lead = text("", "muted", wrap=True)
        self._stack = QStackedWidget()
        self.back_button = button(_("Back"))
        self.back_button.setToolTip(_("Back: Alt+Left"))
        self.back_button.clicked.connect(self.go_back)
        self.next_button = button("", "primary")
        self.next_button.clicked.connect(self.go_on)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for made in (self.back_button, self.next_button):
            made.setAutoDefault(True)
        row.addWidget(self.back_button)
        row.addStretch(1)
        row.addWidget(self.next_button)
        card.body.addWidget(self._title)
        card.body.addWidget(self._lead)
        card.body.addWidget(self._stack, 1)
        card.body.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(DoorPage(card, "", None))
        self._show(self.choose)

    @property
    def _now(self) -> int:
        return to_ms(self._clock())
