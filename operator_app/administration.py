"""The place of administration: its pages, as far as the role goes. Part of the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from operator_app.doctor import checks_of
from operator_app.domain.findings import Check
from operator_app.domain.people import Right
from operator_app.i18n import _
from operator_app.services.accounts import Accounts
from operator_app.services.audit_check import AuditCheck
from operator_app.services.audit_export import AuditExport
from operator_app.services.audit_log import AuditLine, AuditLog
from operator_app.services.backups import Backups
from operator_app.services.feed_states import FeedStates
from operator_app.services.reference_import import ReferenceImport
from operator_app.services.rekey import Rekey
from operator_app.services.shifts import Shifts
from operator_app.services.support_file import SupportFiles
from operator_app.sync.feed_package import read_package, take_package_in
from operator_app.ui import audit_wording
from operator_app.ui.audit_page import AuditPage
from operator_app.ui.backup_driver import BackupDriver
from operator_app.ui.backup_page import BackupPage
from operator_app.ui.font_check import fonts, qt_version
from operator_app.ui.late import Late
from operator_app.ui.main_window import Place
from operator_app.ui.password_page import PasswordPage
from operator_app.ui.pc_page import PcPage
from operator_app.ui.pc_parts.check_part import CheckPart
from operator_app.ui.pc_parts.settings_part import SettingsPart
from operator_app.ui.pc_parts.version_part import VersionPart
from operator_app.ui.people_page import PeoplePage
from operator_app.ui.reference_page import ReferencePage
from operator_app.ui.screens.tabbed_screen import TabbedScreen
from operator_app.ui.shifts_page import ShiftsPage

if TYPE_CHECKING:
    from operator_app.app import Application
    from operator_app.desk import Desk


def administration_place(desk: Desk, application: Application) -> Place:
    """What the person at the desk may see to: the sending everybody, the rest by right."""
    actor, tasks = desk.actor, application.tasks
    accounts = Accounts(desk.database, application.paths, application.clock, application.cost)
    sees_people = actor.may(Right.MANAGE_PEOPLE)
    pages: dict[str, QWidget] = {_("To the ministry"): desk.sync_page}
    if actor.may(Right.MANAGE_REFERENCE):
        pages[_("From the ministry")] = Late(lambda: _reference_page(desk, application))
    if sees_people:
        pages[_("People")] = Late(lambda: _people_page(desk, application, accounts))
    if actor.may(Right.MANAGE_SHIFTS):
        pages[_("Shifts")] = Late(lambda: _shifts_page(desk, application))
    if actor.may(Right.MANAGE_BACKUPS) and not application.policy.training:
        pages[_("Backup")] = Late(lambda: _backup_page(desk, application))
    if actor.may(Right.SEE_AUDIT):
        pages[_("Audit")] = Late(lambda: _audit_page(desk, application))
    if actor.may(Right.MANAGE_SYNC):
        this_pc = pages[_("This PC")] = Late(lambda: _pc_page(desk, application))
    pages[_("My password")] = Late(lambda: PasswordPage(accounts, actor, tasks))
    manages = sees_people or actor.may(Right.SEE_AUDIT)
    title = _("Administration") if manages else _("Sending to the ministry")
    screen = TabbedScreen(title, list(pages.items()), by_alt=False)
    if manages and not sees_people:
        # Whose only work here it is.
        screen.show_page(pages[_("Audit")])
        screen.setFocusProxy(pages[_("Audit")])
    if actor.may(Right.MANAGE_SYNC):
        desk.events.version_asked.connect(lambda: _show_version(desk, screen, this_pc))
    label, icon = (_("Manage"), "administration") if manages else (_("Sending"), "sync")
    return Place("administration", label, icon, "Ctrl+7", screen)


def backup_driver(desk: Desk, application: Application) -> BackupDriver:
    """Makes backups by itself, when nobody at the desk is busy with a caller."""

    def is_quiet() -> bool:
        if application.policy.training:
            # A sandbox is made anew, not restored.
            return False
        return desk.call_screen is None or not desk.call_screen.in_progress

    folder = application.policy.folder("backup_folder")
    backups = Backups(desk.database, application.paths, application.clock, folder)
    return BackupDriver(backups, application.tasks, is_quiet)


def _show_version(desk: Desk, screen: TabbedScreen, this_pc: Late[PcPage]) -> None:
    desk.window.go_to("administration")
    screen.show_page(this_pc)
    this_pc.page.parts.go_to("version")


def _people_page(desk: Desk, application: Application, accounts: Accounts) -> PeoplePage:
    rekey = Rekey(
        desk.database,
        application.paths,
        application.clock,
        desk.answers.index.begin_anew,
        application.cost,
    )
    return PeoplePage(accounts, rekey, desk.actor, application.tasks, application.dialogs)


def _shifts_page(desk: Desk, application: Application) -> ShiftsPage:
    shifts = Shifts(desk.database, application.clock)
    return ShiftsPage(shifts, desk.actor, application.tasks, application.clock)


def _backup_page(desk: Desk, application: Application) -> BackupPage:
    return BackupPage(
        desk.backup_driver.backups,
        desk.backup_driver,
        desk.actor,
        application.tasks,
        application.dialogs,
        application.preferences,
        application.clock,
    )


def _pc_page(desk: Desk, application: Application) -> PcPage:
    policy, clock = application.policy, application.clock
    chosen = application.preferences.backup_folder

    def checks() -> list[Check]:
        return checks_of(
            application.paths,
            policy,
            clock,
            qt=qt_version(),
            fonts=fonts(),
            database=desk.database,
            backup_folder=policy.folder("backup_folder") or (Path(chosen) if chosen else None),
        )

    page = PcPage(
        CheckPart(
            checks,
            SupportFiles(desk.database, application.paths, policy, clock),
            desk.actor,
            application.tasks,
            application.dialogs,
            clock,
        ),
        SettingsPart(
            desk.pc_settings,
            desk.actor,
            application.tasks,
            application.paths.data,
            application.preferences.language,
        ),
        VersionPart(
            desk.updating.updates, desk.updating.driver, application.tasks, desk.events, clock
        ),
    )
    page.settings.idle_minutes_set.connect(desk.idle.set_minutes)
    return page


def _reference_page(desk: Desk, application: Application) -> ReferencePage:
    database, clock = desk.database, application.clock
    return ReferencePage(
        FeedStates(database),
        ReferenceImport(database, desk.reference, clock, read_package, take_package_in),
        desk.answers.calendar,
        desk.answers.index,
        desk.actor,
        application.tasks,
        desk.events,
        application.dialogs,
        clock,
    )


def _audit_page(desk: Desk, application: Application) -> AuditPage:
    database, clock, reference = desk.database, application.clock, desk.reference
    log = AuditLog(database)

    def words(line: AuditLine, names: Mapping[str, str]) -> tuple[str, str, str]:
        told = audit_wording.detail_words(line, names, reference)
        about = audit_wording.about(line, names)
        return audit_wording.action_words(line.action), about, " · ".join(told)

    return AuditPage(
        log,
        AuditCheck(database, clock),
        AuditExport(database, log, clock, words),
        reference,
        desk.actor,
        application.tasks,
        application.dialogs,
        clock,
    )
