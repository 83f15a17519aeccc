"""First start: one calm window in which an office is set up, whole or not at all."""

from __future__ import annotations

import secrets
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from operator_app.config import Paths
from operator_app.db.keyring import RECOVERY_GROUPS, KdfCost, new_recovery_key
from operator_app.domain.clock import Clock
from operator_app.domain.provisioning import office_setup, parse_provisioning, setup_values
from operator_app.domain.reference import Reference
from operator_app.errors import BadInput, Fault
from operator_app.i18n import _, language, use_language
from operator_app.services.provisioning import find_provisioning, read_provisioning
from operator_app.services.set_up import set_up_office
from operator_app.ui.dialogs import Dialogs
from operator_app.ui.preferences import Preferences
from operator_app.ui.problems import fault_sentence, sentence
from operator_app.ui.screens.recovery_key_pages import RecoveryCheckPage, RecoveryKeyPage
from operator_app.ui.screens.set_up_pages import (
    DonePage,
    Draft,
    OfficePage,
    Page,
    ServerPage,
    SupervisorPage,
    WelcomePage,
)
from operator_app.ui.tasks import Tasks
from operator_app.ui.widgets.basic import GRID, button, text
from operator_app.ui.widgets.door import MARGIN, DoorCard, DoorPage
from operator_app.ui.widgets.fitting_scroll import FittingScroll

CARD_WIDTH = 560
ASKED_GROUPS = 2


class SetUpWizard(QWidget):
    """`finished_set_up()`: the office is there and the person goes to the sign-in.

    `restore_asked()`: there was an office before, and its backup is to be put here.
    """

    finished_set_up = Signal()
    restore_asked = Signal()
    language_chosen = Signal(str)

    def __init__(
        self,
        paths: Paths,
        reference: Reference,
        tasks: Tasks,
        clock: Clock,
        dialogs: Dialogs,
        *,
        preferences: Preferences,
        provisioning_text: str | None = None,
        cost: KdfCost | None = None,
    ) -> None:
        """`provisioning_text`: of the file given at start; else office.toml is looked for in the
        data folder and beside the program. `cost` is calibrated on this PC unless given."""
        super().__init__()
        self.setWindowTitle(_("117 Operator"))
        self._paths = paths
        self._reference = reference
        self._tasks = tasks
        self._clock = clock
        self._dialogs = dialogs
        self._preferences = preferences
        self._cost = cost
        self._draft: Draft = {"language": language()}
        self._recovery_key = new_recovery_key()
        self._busy = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self)
        back.activated.connect(self.go_back)
        self._frame: QWidget | None = None
        self._build()
        self._take_first_file(provisioning_text)

    @property
    def page(self) -> Page:
        """The step on the screen."""
        return self.pages[self._stack.currentIndex()]

    def go_on(self) -> None:
        """What Enter and the main button do."""
        if self._busy or not self.page.check():
            return
        if isinstance(self.page, RecoveryCheckPage):
            self._set_up(self.page)
        elif isinstance(self.page, DonePage):
            self.finished_set_up.emit()
        else:
            self._show(self._stack.currentIndex() + 1)

    def go_back(self) -> None:
        """One step back; what was typed stays."""
        if not self._busy and self._back.isEnabled():
            self._show(self._stack.currentIndex() - 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.page.arrive()

    def closeEvent(self, event: QCloseEvent) -> None:
        under_way = self._stack.currentIndex() > 0 and not isinstance(self.page, DonePage)
        question = _("Stop the set-up? Nothing was created, and what you typed is forgotten.")
        if self._busy or (
            under_way and not self._dialogs.confirm(self, question, _("Stop the set-up"))
        ):
            event.ignore()
            return
        super().closeEvent(event)

    def _build(self) -> None:
        """All pages in the language in use, filled from the draft."""
        self._welcome = WelcomePage()
        self._welcome.load_asked.connect(self._on_load)
        self._welcome.restore_asked.connect(self.restore_asked)
        self._welcome.language_picked.connect(self._on_language)
        self._welcome.languages.setEnabled(not self._preferences.held_language)
        self.pages: list[Page] = [
            self._welcome,
            OfficePage(self._draft, self._reference),
            ServerPage(self._draft, self._reference),
            SupervisorPage(self._draft, self._reference),
            RecoveryKeyPage(self._recovery_key),
            self._check_page(),
            DonePage(),
        ]
        self._stack = QStackedWidget()
        for page in self.pages:
            page.went_on.connect(self.go_on)
            self._stack.addWidget(FittingScroll(page, CARD_WIDTH - 2 * MARGIN))
        card = DoorCard(CARD_WIDTH)
        self._step = text("", "hint")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setRange(0, len(self.pages) - 1)
        self._title = text("", "screenTitle")
        self._lead = text("", "muted", wrap=True)
        head = QVBoxLayout()
        head.setSpacing(GRID)
        for widget in (self._progress, self._step, self._title, self._lead):
            head.addWidget(widget)
        card.body.addLayout(head)
        card.body.addWidget(self._stack, 1)
        card.body.addLayout(self._buttons())
        old, self._frame = self._frame, DoorPage(card, _("Setting up this PC"), None)
        if old is not None:
            old.hide()
            old.deleteLater()
        self._layout.addWidget(self._frame)
        # At once, for the focus; a layout would show it only after the next events.
        self._frame.show()
        self._show(0)

    def _buttons(self) -> QHBoxLayout:
        self._back = button(_("Back"))
        self._back.setToolTip(_("Back: Alt+Left"))
        self._back.clicked.connect(self.go_back)
        self._next = button("", "primary")
        self._next.clicked.connect(self.go_on)
        for made in (self._back, self._next):
            made.setAutoDefault(True)
        row = QHBoxLayout()
        row.addWidget(self._back)
        row.addStretch(1)
        row.addWidget(self._next)
        return row

    def _check_page(self) -> RecoveryCheckPage:
        groups = sorted(secrets.SystemRandom().sample(range(RECOVERY_GROUPS), ASKED_GROUPS))
        return RecoveryCheckPage(self._draft, self._recovery_key, tuple(groups))

    def _show(self, index: int) -> None:
        steps = len(self.pages) - 1
        page = self.pages[index]
        done = isinstance(page, DonePage)
        self._stack.setCurrentIndex(index)
        self._progress.setValue(index)
        said = _("Step {step} of {steps}").format(step=index + 1, steps=steps)
        self._step.setText(_("Done") if done else said)
        self._title.setText(page.title)
        self._lead.setText(page.lead)
        self._next.setText(page.action)
        self._next.setAccessibleName(page.action)
        self._back.setEnabled(index > 0)
        self._back.setVisible(not done)
        self._stack.setVisible(not done)
        page.arrive()
        if isinstance(page, RecoveryKeyPage | DonePage):
            self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_language(self, chosen: str) -> None:
        if chosen != language():
            self._speak(chosen)

    def _speak(self, chosen: str) -> None:
        self._draft["language"] = chosen
        self._preferences.language = chosen
        use_language(self._preferences.language, self._paths.resources)
        self._build()
        self.language_chosen.emit(chosen)

    def _take_first_file(self, given: str | None) -> None:
        found = find_provisioning(self._paths) if given is None else None
        if given is None and found is None:
            return
        try:
            self._take(read_provisioning(found) if found is not None else given or "")
        except BadInput as error:
            self._refuse(error)

    def _on_load(self) -> None:
        kind = _("Provisioning file (*.toml)")
        file = self._dialogs.ask_open_path(self, _("Load office.toml"), kind)
        if file is None:
            return
        try:
            self._take(read_provisioning(file))
        except BadInput as error:
            self._refuse(error)

    def _take(self, content: str) -> None:
        """Fill every field from the file; a file with faults changes none."""
        setup = parse_provisioning(content, self._reference)
        self._draft.update(setup_values(setup))
        if setup.language == language():
            self._build()
        else:
            self._speak(setup.language)
        said = _("Taken from office.toml: {office}. Look at each page; only the password is left.")
        self._welcome.tell(loaded=said.format(office=setup.office.name(language())))

    def _refuse(self, error: BadInput) -> None:
        lines = [_file_fault(fault) for fault in error.faults]
        said = _("Nothing was taken from office.toml:") + "\n" + "\n".join(lines)
        self._welcome.tell(refused=said)

    def _set_up(self, page: RecoveryCheckPage) -> None:
        setup, password = office_setup(self._draft), self._draft["password"]
        page.failed.show_text("")
        self._set_busy(page, True)
        self._tasks.database(
            self,
            lambda: set_up_office(
                self._paths, setup, password, self._recovery_key, self._clock, self._cost
            ),
            lambda _none: self._on_set_up(page),
            lambda error: self._on_failed(page, error),
        )

    def _on_set_up(self, page: RecoveryCheckPage) -> None:
        self._set_busy(page, False)
        self._preferences.language = self._draft["language"]
        self._preferences.last_login = office_setup(self._draft).supervisor_login
        # From here on nothing secret is left in the window.
        self._draft.clear()
        self._recovery_key = "-".join(["····"] * RECOVERY_GROUPS)
        self._build()
        self._show(len(self.pages) - 1)

    def _on_failed(self, page: RecoveryCheckPage, error: Exception) -> None:
        self._set_busy(page, False)
        page.failed.show_text(sentence(error))

    def _set_busy(self, page: RecoveryCheckPage, busy: bool) -> None:
        self._busy = busy
        page.set_busy(busy)
        self._back.setEnabled(not busy)
        self._next.setEnabled(not busy)


def _file_fault(fault: Fault) -> str:
    """ "Line 5, office.code: The value must stand in quotation marks." """
    said = fault_sentence(replace(fault, line=None))
    if fault.line and fault.where:
        place = _("Line {line}, {key}").format(line=fault.line, key=fault.where)
    elif fault.line:
        place = _("Line {line}").format(line=fault.line)
    else:
        place = fault.where
    return f"{place}: {said}" if place else said
