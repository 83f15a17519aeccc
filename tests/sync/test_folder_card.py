"""By stick or shared folder, as a person at the page of sending does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from ministry_server.cli import main
from operator_app.db import settings
from operator_app.domain.people import Role
from operator_app.services.connection import Connection
from operator_app.sync.bundle_post import BundlePost
from operator_app.sync.seats import OfficeSeats
from operator_app.ui.events import Events
from operator_app.ui.folder_driver import FolderDriver
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.sync_parts.folder_card import FolderCard
from operator_app.ui.tasks import InlineTaskRunner
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk
from tests.ui.door import press, show

CONTROL = Qt.KeyboardModifier.ControlModifier


@dataclass
class StickDialogs:
    """Stands for the system's dialogs: chooses these."""

    folder: Path | None = None
    file: Path | None = None
    asked: list[str] = field(default_factory=list)

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        self.asked.append(title)
        return self.folder

    def ask_open_path(self, parent: QWidget, title: str, file_type: str) -> Path | None:
        self.asked.append(file_type)
        return self.file

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the page asked {name}")


@dataclass
class Shown:
    page: SyncPage
    card: FolderCard
    driver: FolderDriver
    dialogs: StickDialogs

    @property
    def words(self) -> str:
        return "\n".join(w.text() for w in self.page.findChildren(QLabel) if w.isVisible())


def shown(qtbot: QtBot, desk: Desk, role: Role = Role.SUPERVISOR) -> Shown:
    office = desk.office
    actor = office.actor if role is Role.SUPERVISOR else office.person(role, role.value)
    events, tasks, dialogs = Events(), InlineTaskRunner(), StickDialogs()
    connection = Connection(office.database, office.clock)
    page = SyncPage(office.database, connection, actor, tasks, events, office.clock)
    post = BundlePost(office.database, office.clock, "0.1.0")
    card = FolderCard(post, actor, tasks, events, dialogs, office.clock)
    page.ways.add("Stick or folder", card)
    seats = OfficeSeats(office.database, office.clock, lambda _connection: 0)
    driver = FolderDriver(post, seats, office.database, tasks, events, office.clock)
    show(qtbot, page)
    page.ways.bar.setCurrentIndex(page.ways.bar.count() - 1)
    return Shown(page, card, driver, dialogs)


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "stick"
    folder.mkdir()
    yield folder


def test_a_bundle_out_and_receipts_in_by_keys(
    qtbot: QtBot,
    desk: Desk,
    receiver: RunningReceiver,
    stick: Path,
) -> None:
    desk.save(), desk.save()
    seen = shown(qtbot, desk, Role.OPERATOR)
    assert not seen.card.choose_button.isVisible()
    seen.dialogs.folder = stick
    press(Qt.Key.Key_U, CONTROL)
    (bundle,) = stick.iterdir()
    assert f"Written: {bundle.name} (2 records)" in seen.words
    assert seen.page.figures["waiting"].text() == "2"
    assert main(["take-in", str(stick), "--data", str(receiver.folder)]) == 0
    (seen.dialogs.file,) = stick.glob("*.receipts.117")
    press(Qt.Key.Key_O, CONTROL)
    assert "4 receipts of the ministry were verified and read." in seen.words
    seen.page.refresh()
    assert seen.page.figures["waiting"].text() == "0"
    assert seen.page.figures["receipt"].text() == "Today, 09:00"
    # The wrong file is answered in words, and the good figures stay.
    seen.dialogs.file = bundle
    press(Qt.Key.Key_O, CONTROL)
    assert "This is the bundle that this PC wrote" in seen.card.problem.label.text()
    assert not seen.card.done.isVisible()
    assert set(desk.states().values()) == {"applied"}


def test_through_a_folder_it_goes_by_itself(
    qtbot: QtBot,
    desk: Desk,
    receiver: RunningReceiver,
    stick: Path,
) -> None:
    desk.save()
    seen = shown(qtbot, desk)
    seen.dialogs.folder = stick
    seen.card.choose_button.click()
    assert f"By itself through: {stick}" in seen.words
    assert "1 bundle there has no receipts yet." in seen.words
    assert main(["take-in", str(stick), "--data", str(receiver.folder)]) == 0
    seen.driver.look()
    assert set(desk.states().values()) == {"applied"}
    assert list(stick.iterdir()) == []
    assert "no receipts yet" not in seen.words
    stick.rmdir()
    seen.driver.look()
    assert "cannot be reached" in seen.card.trouble.label.text()
    seen.card.forget_button.click()
    assert "By itself" not in seen.words
    assert not seen.card.trouble.isVisible()


def test_before_enrolment_it_says_what_is_lacking(
    qtbot: QtBot,
    new_desk: Desk,
    stick: Path,
) -> None:
    with new_desk.database.read() as connection:
        assert not settings.read_server(connection).enrolled
    seen = shown(qtbot, new_desk)
    seen.dialogs.folder = stick
    press(Qt.Key.Key_U, CONTROL)
    assert "The ministry does not know this PC yet" in seen.words
    assert list(stick.iterdir()) == []
    assert seen.card.write_button.isEnabled()
