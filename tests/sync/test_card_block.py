"""The ministry's card, taken in by a person at the page of sending of a PC without a line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ministry_server.admission import approve
from ministry_server.cli import main
from operator_app.domain.people import Role
from operator_app.services.connection import Connection
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.enrol_by_file import EnrolmentByFile
from operator_app.ui.events import Events
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.sync_parts.by_stick import ByStick
from operator_app.ui.sync_parts.card_block import CardBlock
from operator_app.ui.sync_parts.folder_card import FolderCard
from operator_app.ui.tasks import InlineTaskRunner
from tests.receiver import OFFICE, RunningReceiver
from tests.sync.conftest import new_desk  # noqa: F401
from tests.sync.desk import Desk
from tests.sync.test_folder_card import StickDialogs
from tests.ui.door import press, show, write


def page_of(
    qtbot: QtBot, desk: Desk, role: Role
) -> tuple[SyncPage, CardBlock, FolderCard, StickDialogs]:
    office = desk.office
    actor = office.person(role, role.value)
    events, tasks, dialogs = Events(), InlineTaskRunner(), StickDialogs()
    page = SyncPage(
        office.database,
        Connection(office.database, office.clock),
        actor,
        tasks,
        events,
        office.clock,
        dialogs,
    )
    enrolment = EnrolmentByFile(office.database, office.clock)
    post = BundlePost(office.database, office.clock, "0.1.0")
    way = ByStick(enrolment, post, actor, tasks, events, dialogs, office.clock)
    page.ways.add("Stick or folder", way)
    show(qtbot, page)
    page.ways.bar.setCurrentIndex(page.ways.bar.count() - 1)
    return page, way.asking, way.folder, dialogs


def test_from_the_card_to_the_first_receipts_by_keys(
    qtbot: QtBot,
    new_desk: Desk,  # noqa: F811
    receiver: RunningReceiver,
    tmp_path: Path,
) -> None:
    new_desk.save()
    stick = tmp_path / "stick"
    stick.mkdir()
    file = stick / "0412.117card"
    assert main(["card", OFFICE, "--out", str(file), *receiver.where]) == 0
    page, block, folder, dialogs = page_of(qtbot, new_desk, Role.ADMINISTRATOR)
    assert block.isVisible() and not block.code.isVisible()

    dialogs.file = stick / "none.117card"
    block.read_button.click()
    assert "cannot be reached" in block.problem.label.text()
    dialogs.file = file
    block.read_button.setFocus()
    press(Qt.Key.Key_Space)
    assert not block.problem.isVisible()
    assert len(block.fingerprint.text().split()) == 6
    assert not folder.isVisible()
    assert block.code.edit.hasFocus()
    write("K7QM-2RXW-9TBH-MFRG-GZDF")
    press(Qt.Key.Key_Return)
    assert "not of the server on the card" in block.code.problem
    block.code.edit.clear()
    press(Qt.Key.Key_Return)
    assert folder.isVisible() and not block.code.isVisible()
    assert "lets it in" in block.state.text()

    dialogs.folder = stick
    folder.write_button.click()
    assert main(["take-in", str(stick), *receiver.where]) == 1
    (dialogs.file,) = stick.glob("*.receipts.117")
    folder.read_button.click()
    assert "has not let it in yet" in folder.problem.label.text()
    assert "everything waits here still" in folder.problem.label.text()
    block.refresh()
    assert "has not let it in yet" in block.answer.label.text()

    for old in stick.glob("*.117"):
        old.unlink()
    device = block._enrolment.facts(block._actor).device_id
    assert device[:4] in block.state.text()
    assert approve(receiver.store, device)
    folder.write_button.click()
    assert main(["take-in", str(stick), *receiver.where]) == 0
    (dialogs.file,) = stick.glob("*.receipts.117")
    folder.read_button.click()
    block.refresh()
    assert not block.isVisible()
    assert set(new_desk.states().values()) == {"applied"}
    assert page.isVisible()


def test_who_does_not_manage_the_connection_only_sees_it(
    qtbot: QtBot,
    new_desk: Desk,  # noqa: F811
) -> None:
    _page, block, _folder, _dialogs = page_of(qtbot, new_desk, Role.OPERATOR)
    assert block.isVisible()
    assert not block.read_button.isVisible()


def test_a_known_pc_shows_no_block(qtbot: QtBot, desk: Desk) -> None:
    _page, block, _folder, _dialogs = page_of(qtbot, desk, Role.ADMINISTRATOR)
    assert not block.isVisible()
