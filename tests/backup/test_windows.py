"""The page of backups and the restore wizard, by the keyboard, over real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from operator_app.config import Paths
from operator_app.db import sync_state
from operator_app.errors import EnvironmentProblem
from operator_app.services.backups import Backups
from operator_app.ui import backup_driver
from operator_app.ui.backup_driver import BackupDriver
from operator_app.ui.backup_page import BackupPage
from operator_app.ui.preferences import Preferences
from operator_app.ui.restore_pages import RestoredPage, SeePage
from operator_app.ui.restore_wizard import RestoreWizard
from operator_app.ui.tasks import InlineTaskRunner, TaskRunner
from tests.backup.conftest import Kept, opened, spoil
from tests.conftest import PASSWORD
from tests.ui.door import AnsweringDialogs, enter, press, show, words_on, write

CONTROL = Qt.KeyboardModifier.ControlModifier


class FolderDialogs(AnsweringDialogs):
    folder: Path | None = None

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        self.asked.append(title)
        return self.folder


@pytest.fixture
def tasks() -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.shut_down()


@pytest.fixture
def dialogs() -> FolderDialogs:
    return FolderDialogs()


@pytest.fixture
def page(qtbot: QtBot, kept: Kept, tasks: TaskRunner, dialogs: FolderDialogs) -> BackupPage:
    office = kept.office
    driver = BackupDriver(kept.backups, tasks, lambda: True)
    made = BackupPage(
        kept.backups,
        driver,
        office.actor,
        tasks,
        dialogs,
        Preferences(office.paths.window),
        office.clock,
    )
    driver.setParent(made)
    show(qtbot, made)
    qtbot.waitUntil(made.warning.isVisible)
    return made


def states(page: BackupPage) -> list[str]:
    return [page.model.data(page.model.index(row, 4)) for row in range(page.model.rowCount())]


def test_a_backup_by_one_key_and_a_check_by_another(qtbot: QtBot, page: BackupPage) -> None:
    assert "no good backup yet" in words_on(page)
    page.make_button.setFocus()
    press(Qt.Key.Key_F9)
    qtbot.waitUntil(page.done.isVisible)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert not page.warning.isVisible()
    assert not page.work.isVisible()
    assert states(page)[0].startswith("●")
    press(Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: "is whole" in page.done.label.text())


def test_a_spoilt_one_is_told_and_so_is_an_old_one(
    qtbot: QtBot, page: BackupPage, kept: Kept
) -> None:
    kept.make()
    spoil(kept.newest(), 5 * 4096 + 1)
    page.refresh()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    page.check_button.setFocus()
    page.check_button.click()
    qtbot.waitUntil(page.problem.isVisible)
    assert "damaged" in words_on(page)
    qtbot.waitUntil(lambda: states(page)[0].startswith("▲"))
    qtbot.waitUntil(page.warning.isVisible)
    kept.make()
    kept.office.clock.forward(days=4)
    page.refresh()
    qtbot.waitUntil(lambda: "4 days old" in words_on(page))


def test_the_further_folder_is_chosen_and_told_when_it_is_gone(
    qtbot: QtBot, page: BackupPage, kept: Kept, dialogs: FolderDialogs, tmp_path: Path
) -> None:
    dialogs.folder = tmp_path / "stick"
    dialogs.folder.mkdir()
    page.make_button.setFocus()
    press(Qt.Key.Key_O, CONTROL)
    qtbot.waitUntil(lambda: page.folder.text() == str(dialogs.folder))
    page.make_button.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    assert len(list(dialogs.folder.iterdir())) == 1
    for file in dialogs.folder.iterdir():
        file.unlink()
    dialogs.folder.rmdir()
    page.make_button.click()
    qtbot.waitUntil(page.folder_problem.isVisible)
    assert len(kept.files()) == 2
    page.none_button.click()
    qtbot.waitUntil(lambda: not page.none_button.isEnabled())


def test_what_is_at_the_ministry_only_is_told(qtbot: QtBot, page: BackupPage, kept: Kept) -> None:
    assert not page.only_there.isVisible()
    with kept.office.database.write() as connection:
        sync_state.write_recovery(connection, sync_state.Recovery(only_there=3))
    page.refresh()
    qtbot.waitUntil(page.only_there.isVisible)
    assert "3 entries" in words_on(page)


def test_every_control_has_a_name_and_is_reached(page: BackupPage) -> None:
    for made in (page.make_button, page.check_button, page.choose_button, page.none_button):
        assert made.accessibleName()
        assert made.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert page.view.accessibleName()


def test_by_itself_when_it_is_due_and_nobody_is_busy(qtbot: QtBot, kept: Kept) -> None:
    quiet = False
    driver = BackupDriver(kept.backups, InlineTaskRunner(), lambda: quiet)
    driver.look()
    assert kept.files() == []
    quiet = True
    with qtbot.waitSignal(driver.ended):
        driver.look()
    assert len(kept.files()) == 1
    driver.look()
    assert len(kept.files()) == 1
    driver.stop()


def test_what_goes_wrong_by_itself_is_kept_for_the_page(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_backups: Backups) -> None:
        raise EnvironmentProblem("backup.disk_full")

    monkeypatch.setattr(Backups, "_make_room", no_room)
    driver = BackupDriver(kept.backups, InlineTaskRunner(), lambda: True)
    driver.look()
    assert not driver.busy
    assert kept.backups.picture(kept.office.actor).problem == "backup.disk_full"
    driver.stop()


def test_the_end_of_the_desk_stops_a_backup(
    qtbot: QtBot, kept: Kept, tasks: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operator_app.db.backup.PAGES_AT_ONCE", 1)
    driver = BackupDriver(kept.backups, tasks, lambda: True)
    failed: list[Exception] = []
    driver.run(kept.backups.make_if_due, lambda _made: None, failed.append)
    qtbot.waitUntil(lambda: bool(list(kept.office.paths.backups.glob("*.new"))))
    driver.stop()
    qtbot.waitUntil(lambda: bool(failed))
    assert list(kept.office.paths.backups.iterdir()) == []
    assert backup_driver.FIRST_LOOK_MS >= 60_000


@pytest.fixture
def wizard(qtbot: QtBot, kept: Kept, tasks: TaskRunner, dialogs: FolderDialogs):
    def made(where: Paths, *folders: Path) -> RestoreWizard:
        window = RestoreWizard(where, tasks, kept.office.clock, dialogs, folders)
        show(qtbot, window)
        return window

    return made


def on(window: RestoreWizard, kind: type) -> bool:
    return isinstance(window.page, kind)


def test_the_wizard_by_keys_alone(qtbot: QtBot, kept: Kept, wizard) -> None:
    kept.make()
    late = kept.save(note="after the backup")
    kept.office.database.close()
    where = kept.office.paths
    window = wizard(where)
    qtbot.waitUntil(lambda: window.choose.chosen is not None)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.choose.view)
    enter()
    assert window.page is window.prove
    write("WRNG-" * 8)
    enter()
    qtbot.waitUntil(window.prove.problem.isVisible)
    window.prove.key_form.edit("recovery_key").clear()
    write(kept.office.recovery_key.lower().replace("-", " "))
    enter()
    qtbot.waitUntil(lambda: on(window, SeePage))
    assert "Alamudun office (0412)" in words_on(window)
    assert "missing here" in words_on(window)
    assert kept.office.recovery_key not in words_on(window)
    enter()
    qtbot.waitUntil(lambda: on(window, RestoredPage))
    assert "office-before-restore" in words_on(window)
    with qtbot.waitSignal(window.restored):
        enter()
    database = opened(where, kept.office.clock)
    kept.office.database = database
    with database.read() as connection:
        from operator_app.db import revisions

        assert revisions.find(connection, late) is None


def test_a_file_chosen_by_hand_and_a_password(
    qtbot: QtBot, kept: Kept, wizard, dialogs: FolderDialogs, elsewhere: Paths
) -> None:
    kept.make()
    dialogs.file = kept.newest()
    window = wizard(elsewhere)
    qtbot.waitUntil(window.choose.none.isVisible)
    press(Qt.Key.Key_O, CONTROL)
    qtbot.waitUntil(lambda: window.page is window.prove)
    window.prove.ways.setFocus()
    press(Qt.Key.Key_2)
    write("aida")
    enter()
    write(PASSWORD)
    enter()
    qtbot.waitUntil(lambda: on(window, SeePage))
    assert not window.page.warning.isVisible()
    window.go_back()
    assert window.page is window.prove
    assert PASSWORD not in words_on(window)
    window.go_back()
    with qtbot.waitSignal(window.went_back):
        window.go_back()
    assert not elsewhere.office.exists()


def test_another_office_here_is_asked_about(
    qtbot: QtBot, kept: Kept, wizard, dialogs: FolderDialogs, elsewhere: Paths
) -> None:
    kept.make()
    dialogs.file, dialogs.yes = kept.newest(), False
    elsewhere.office.mkdir(parents=True)
    ring = kept.office.paths.keyring.read_text()
    database_id = kept.prove(elsewhere).head.database_id
    elsewhere.keyring.write_text(ring.replace(database_id, "0" * 36))
    window = wizard(elsewhere)
    window.choose.file_asked.emit()
    qtbot.waitUntil(lambda: window.page is window.prove)
    write(kept.office.recovery_key)
    enter()
    qtbot.waitUntil(lambda: on(window, SeePage))
    enter()
    assert "another office" in dialogs.asked[-1]
    assert on(window, SeePage)
    dialogs.yes = True
    window.go_on()
    qtbot.waitUntil(lambda: on(window, RestoredPage))


def test_what_is_no_backup_is_told_at_the_first_step(
    qtbot: QtBot, wizard, dialogs: FolderDialogs, elsewhere: Paths, tmp_path: Path
) -> None:
    dialogs.file = tmp_path / "x.117backup"
    dialogs.file.write_bytes(b"PK" * 4000)
    window = wizard(elsewhere)
    window.choose.file_asked.emit()
    qtbot.waitUntil(window.choose.problem.isVisible)
    assert "no backup of this program" in words_on(window)
    assert window.page is window.choose
