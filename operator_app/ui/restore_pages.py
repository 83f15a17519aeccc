"""The pages of the restore wizard: which backup, whose word, what it is, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QProgressBar, QStackedWidget

from operator_app.db.backup_file import BackupFile
from operator_app.db.keyring import RECOVERY_LOGIN
from operator_app.domain.clock import local_day
from operator_app.i18n import _, language
from operator_app.services.restore import Here, Proven, Restored
from operator_app.ui.backup_wording import age_words, size_words, stage_words
from operator_app.ui.models.plain_table import PlainTable, plain_view
from operator_app.ui.screens.set_up_pages import Page
from operator_app.ui.widgets.basic import GRID, Notice, button, text
from operator_app.ui.widgets.chips import Chip, ChipGroup
from operator_app.ui.widgets.form import (
    Form,
    FormField,
    PasswordEdit,
    password_field,
    show_passwords_box,
)
from operator_app.ui.wording import day_and_time, full_day_and_time

LIST_HEIGHT = 180
BY_KEY, BY_PASSWORD = "key", "password"


class ChoosePage(Page):
    """The backups that are known here, and the way to any other file."""

    file_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = _("Restore from a backup")
        self.lead = _(
            "Choose the backup. It is looked at first; nothing changes on this PC before the last step."
        )
        self.action = _("Next")
        self._found: Sequence[BackupFile] = ()
        self.model = PlainTable((_("Made"), _("Office"), _("Size"), _("Folder")))
        self.view = plain_view(self.model, _("Backups found on this PC"))
        self.view.setMinimumHeight(LIST_HEIGHT)
        self.view.activated.connect(lambda _index: self.went_on.emit())
        self.none = text(
            _("No backup was found on this PC. Choose the file, perhaps on a stick."),
            "muted",
            wrap=True,
        )
        self.file_button = button(_("Choose a file…"), key="Ctrl+O")
        self.file_button.setAutoDefault(True)
        self.file_button.clicked.connect(self.file_asked)
        self.problem = Notice("danger")
        for part in (self.none, self.view, self.problem):
            self.body.addWidget(part)
        self.body.addWidget(self.file_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.show_found((), date.min)

    def show_found(self, found: Sequence[BackupFile], today: date) -> None:
        """List these, the first one chosen."""
        self._found = found
        self.model.show_rows(
            (
                day_and_time(backup.head.made_at, today),
                backup.head.office,
                size_words(backup.size),
                str(backup.file.parent),
            )
            for backup in found
        )
        self.none.setVisible(not found)
        self.view.setVisible(bool(found))
        if found:
            self.view.selectRow(0)

    @property
    def chosen(self) -> BackupFile | None:
        """The marked one."""
        row = self.view.currentIndex().row()
        return self._found[row] if 0 <= row < len(self._found) else None

    def arrive(self) -> None:
        target = self.view if self._found else self.file_button
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def check(self) -> bool:
        return self.chosen is not None


class ProvePage(Page):
    """The recovery key, or login and password."""

    def __init__(self) -> None:
        super().__init__()
        self.title = _("Who restores it?")
        self.action = _("Open the backup")
        self.ways = ChipGroup(
            [
                Chip(BY_KEY, _("Recovery key"), "1"),
                Chip(BY_PASSWORD, _("Login and password"), "2"),
            ],
            _("Who restores it?"),
        )
        self.ways.set_value(BY_KEY)
        self.key_form, self.password_form = Form(), Form()
        self.key_form.add(FormField("recovery_key", _("Recovery key"), QLineEdit()))
        note = _("It lies on paper in the office's safe: eight groups of four signs.")
        self.key_form.rows.addWidget(text(note, "muted", wrap=True))
        password = PasswordEdit()
        self.password_form.add(FormField("login", _("Login"), QLineEdit()))
        self.password_form.add(password_field("password", _("Password"), password))
        self.password_form.rows.addWidget(show_passwords_box(password))
        note = _(
            "Of a supervisor or of IT staff, as it was on the day of the backup: later ones are not in it."
        )
        self.password_form.rows.addWidget(text(note, "muted", wrap=True))
        self.forms = QStackedWidget()
        for form in (self.key_form, self.password_form):
            form.rows.addStretch(1)
            form.completed.connect(self.went_on)
            self.forms.addWidget(form)
        self.problem = Notice("danger")
        self.progress = _endless()
        for part in (self.ways, self.forms, self.progress, self.problem):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.ways.changed.connect(self._on_way)
        self.ways.picked.connect(lambda _way: self.arrive())
        self.ways.passed.connect(self.arrive)

    @property
    def _form(self) -> Form:
        return self.key_form if self.ways.value == BY_KEY else self.password_form

    @property
    def answer(self) -> tuple[str, str]:
        """Login, "" for the recovery key, and the secret."""
        if self.ways.value == BY_KEY:
            return RECOVERY_LOGIN, self.key_form.value("recovery_key")
        login = self.password_form.value("login").strip().lower()
        return login, self.password_form.value("password")

    def arrive(self) -> None:
        self._form.focus_first()

    def check(self) -> bool:
        empty = [f for f in self._form.fields.values() if not f.edit.text().strip()]
        if empty:
            self._form.focus_first()
        return not empty

    def set_busy(self, busy: bool) -> None:
        """Show that the key is tried."""
        self.progress.setVisible(busy)
        self.ways.setEnabled(not busy)
        self.forms.setEnabled(not busy)

    def forget(self) -> None:
        """No secret stays in the window."""
        for form in (self.key_form, self.password_form):
            for field in form.fields.values():
                field.edit.clear()

    def _on_way(self) -> None:
        self.forms.setCurrentWidget(self._form)
        self.problem.show_text("")


class SeePage(Page):
    """What is in it and what is here, before anything changes; then the work."""

    def __init__(self, proven: Proven, now_ms: int) -> None:
        super().__init__()
        self.title = _("Is this the right one?")
        self.action = _("Restore")
        head, contents = proven.head, proven.contents
        office = contents.names.get(language()) or next(iter(contents.names.values()), "")
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        made = full_day_and_time(head.made_at)
        rows = (
            (_("Office"), f"{office} ({head.office})"),
            (_("Made"), f"{made} · " + _("{age} ago").format(age=age_words(head.made_at, now_ms))),
            (_("Calls"), str(contents.calls)),
            (_("Cases"), str(contents.cases)),
            (_("Size"), size_words(proven.backup.size)),
        )
        for number, (label, value) in enumerate(rows):
            grid.addWidget(text(label, "muted"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text(value, "strong", wrap=True), number, 1)
        self.body.addLayout(grid)
        self.warning = Notice("warning")
        self.doubt = Notice("danger")
        self.problem = Notice("danger")
        self.progress = _endless()
        self.stage = text("", "muted")
        self.stage.hide()
        for part in (self.warning, self.doubt, self.stage, self.progress, self.problem):
            self.body.addWidget(part)
        self.body.addStretch(1)
        # Only now: what is shown before it lies on the page opens a window of its own.
        self.warning.show_text(_here_words(proven.here))
        if contents.audit_broken:
            said = _("The audit log in this backup does not hold together. Tell the ministry.")
            self.doubt.show_text(said)

    def set_busy(self, busy: bool) -> None:
        """Show that the work goes on."""
        self.progress.setVisible(busy)
        self.stage.setVisible(busy)

    def show_progress(self, stage: str, done: int, total: int) -> None:
        """How far it is."""
        self.stage.setText(stage_words(stage))
        self.progress.setRange(0, 1000)
        self.progress.setValue(1000 * done // max(total, 1))


class RestoredPage(Page):
    """The end, and what to think of now."""

    def __init__(self, restored: Restored, made_at: int) -> None:
        super().__init__()
        self.title = _("The office is restored")
        self.action = _("Go to the sign-in")
        day = local_day(made_at).strftime("%d.%m.%Y")
        sentences = [
            _(
                "People and passwords are those of {day}: who was removed since then can sign in again. Look at the page “People” first."
            ).format(day=day),
            _(
                "What was sent to the ministry after that is not lost: cases come back with the next connection, and the page “Backup” tells how many other entries are there only."
            ),
        ]
        if restored.aside is not None:
            said = _("What was on this PC before is kept in the data folder under “{name}”.")
            sentences.append(said.format(name=restored.aside.name))
        for sentence in sentences:
            self.body.addWidget(text(sentence, wrap=True))
        self.body.addStretch(1)


def _here_words(here: Here) -> str:
    kept = _("What is on this PC now is kept aside, not deleted.")
    return {
        Here.NOTHING: "",
        Here.SAME: _(
            "What was recorded on this PC after that day will be missing here; what was not sent to the ministry is only in the folder kept aside."
        )
        + " "
        + kept,
        Here.OTHER: _("This PC holds another office, or the office of another PC.") + " " + kept,
        Here.UNREADABLE: _("The key file of the office on this PC is lost or damaged.")
        + " "
        + kept,
    }[here]


def _endless() -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.hide()
    return bar
