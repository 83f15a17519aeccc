"""Pictures of the pages of administration, of the desks of other roles, and of a restore."""

from __future__ import annotations

from PySide6.QtCore import Qt

from build.invented_version import announce_version
from build.sitting import CONTROL, PASSWORD, RECOVERY_KEY, SHIFT, Sitting
from build.supervision_pictures import SupervisionPictures, to_tab
from operator_app.domain.clock import to_ms
from operator_app.i18n import _
from operator_app.ui.audit_page import AuditPage
from operator_app.ui.backup_page import BackupPage
from operator_app.ui.password_page import PasswordPage
from operator_app.ui.pc_page import PcPage
from operator_app.ui.people_page import PeoplePage
from operator_app.ui.reference_page import ReferencePage
from operator_app.ui.restore_pages import RestoredPage, SeePage
from operator_app.ui.restore_wizard import RestoreWizard
from operator_app.ui.shifts_page import ShiftsPage
from operator_app.ui.sign_in_window import SignInWindow
from operator_app.ui.widgets.period_field import BETWEEN

ENTER = Qt.Key.Key_Return


class AdministrationPictures:
    """The place of administration, tab by tab; then who else comes to the PC."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._hands = sitting.hands

    def _picture(self, name: str) -> None:
        self._sitting.settle()
        self._sitting.picture(name)

    def take(self) -> None:
        """As a supervisor goes through it."""
        self._sitting.go_to(Qt.Key.Key_7)
        self._picture("sync-page")
        to_tab(self._sitting, _("From the ministry"), ReferencePage)
        self._picture("from-the-ministry")
        self._people()
        self._shifts()
        self._backups()
        self._audit()
        self._pc()
        to_tab(self._sitting, _("My password"), PasswordPage)
        self._picture("my-password")

    def others(self) -> None:
        """What auditor, analyst and IT staff find, and an operator with reviews to read."""
        self._unlock("bakyt")
        self._picture("desk-operator")
        SupervisionPictures(self._sitting).own_reviews()
        self._unlock("vera")
        page = self._sitting.desk.window.findChild(AuditPage)
        self._hands.wait(lambda: page is not None and page.model.rowCount() > 0, "the audit log")
        self._picture("desk-auditor")
        self._unlock("ulan")
        self._picture("desk-analyst")
        SupervisionPictures(self._sitting).figures()
        self._sitting.go_to(Qt.Key.Key_7)
        self._picture("desk-analyst-sending")
        self._unlock("mirbek")
        self._picture("desk-it")
        people = to_tab(self._sitting, _("People"), PeoplePage)
        self._hands.wait(people.people.isVisible, "the people")
        people.parts.go_to("key")
        self._picture("key-change-it")

    def restore(self) -> None:
        """From the sign-in back to the backup, by the recovery key."""
        self._sitting.app.sign_out()
        self._hands.wait(lambda: isinstance(self._sitting.window, SignInWindow), "the sign-in")
        self._picture("sign-in-restore")
        door = self._sitting.window
        if not isinstance(door, SignInWindow):
            raise RuntimeError("no sign-in")
        self._sitting.focus(door.restore)
        self._hands.press(ENTER)
        self._hands.wait(lambda: isinstance(self._sitting.window, RestoreWizard), "the wizard")
        wizard = self._sitting.window
        if not isinstance(wizard, RestoreWizard):
            raise RuntimeError("no wizard")
        self._hands.wait(lambda: wizard.choose.chosen is not None, "the backups found")
        self._picture("restore-choose")
        self._hands.press(ENTER)
        self._hands.write("WRNG-" * 8)
        self._hands.press(ENTER)
        self._hands.wait(wizard.prove.problem.isVisible, "refused")
        self._picture("restore-key-wrong")
        wizard.prove.ways.setFocus(Qt.FocusReason.TabFocusReason)
        self._hands.answer("2")
        self._picture("restore-password")
        wizard.prove.ways.setFocus(Qt.FocusReason.TabFocusReason)
        self._hands.answer("1")
        wizard.prove.key_form.edit("recovery_key").clear()
        self._hands.write(RECOVERY_KEY)
        self._hands.press(ENTER)
        self._hands.wait(lambda: isinstance(wizard.page, SeePage), "what is in it")
        self._picture("restore-see")
        self._hands.press(ENTER)
        self._hands.wait(lambda: isinstance(wizard.page, RestoredPage), "restored")
        self._picture("restore-done")

    def _pc(self) -> None:
        page = to_tab(self._sitting, _("This PC"), PcPage)
        self._hands.press(Qt.Key.Key_F8)
        self._hands.wait(lambda: page.check.model.rowCount() > 0, "what the check found")
        self._picture("this-pc-check")
        page.parts.go_to("settings")
        self._picture("this-pc-settings")
        announce_version(self._sitting.desk, to_ms(self._sitting.clock()))
        bar = self._sitting.desk.updating.bar
        self._hands.wait(bar.isVisible, "the strip of the newer version")
        page.parts.go_to("version")
        self._hands.wait(page.version.news.isVisible, "what is new")
        self._picture("this-pc-version")
        bar.close_button.click()

    def _people(self) -> None:
        page = to_tab(self._sitting, _("People"), PeoplePage)
        self._hands.wait(lambda: page.selected is not None, "the people")
        self._picture("people")
        for part in ("new", "rights", "key"):
            page.parts.go_to(part)
            self._sitting.settle()
            self._picture(f"people-{part}")
        page.key.setFocus()
        self._hands.answer("2")
        self._picture("people-key-new")
        self._hands.press(Qt.Key.Key_Space)
        self._picture("people-key-asked-back")

    def _shifts(self) -> None:
        page = to_tab(self._sitting, _("Shifts"), ShiftsPage)
        self._hands.wait(lambda: page.roster.model is not None, "the week")
        self._hands.press(Qt.Key.Key_Right)
        self._picture("shifts-roster")
        page.parts.go_to("shifts")
        self._picture("shifts")

    def _backups(self) -> None:
        page = to_tab(self._sitting, _("Backup"), BackupPage)
        self._hands.wait(page.warning.isVisible, "that there is none yet")
        self._picture("backup-none")
        self._hands.press(Qt.Key.Key_F9)
        self._hands.wait(page.done.isVisible, "the backup")
        self._hands.wait(lambda: page.model.rowCount() > 0, "its line")
        self._picture("backup")

    def _audit(self) -> None:
        page = to_tab(self._sitting, _("Audit"), AuditPage)
        self._hands.wait(lambda: page.model.rowCount() > 0, "its rows")
        self._picture("audit")
        self._hands.press(Qt.Key.Key_F8)
        self._hands.wait(page.chain.good.isVisible, "the end of the check")
        self._picture("audit-checked")
        self._hands.press(Qt.Key.Key_F7)
        self._hands.wait(lambda: 0 < page.model.rowCount() < 9, "what was opened with a reason")
        self._picture("audit-broken-glass")
        page.filters.period.setCurrentIndex(page.filters.period.findData(BETWEEN))
        self._picture("audit-days")
        self._hands.press(Qt.Key.Key_F3)
        self._hands.write("0412-2026-999999")
        self._hands.press(ENTER)
        self._picture("audit-nothing")
        self._hands.press(Qt.Key.Key_F3, SHIFT)

    def _unlock(self, login: str) -> None:
        self._hands.press(Qt.Key.Key_L, CONTROL)
        self._sitting.settle()
        before = self._sitting.desk
        self._sitting.sign_in(login, PASSWORD)
        self._hands.wait(lambda: self._sitting.app.desk not in (None, before), "another person")
        self._sitting.settle()
