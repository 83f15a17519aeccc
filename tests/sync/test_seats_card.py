"""The PCs of an office, as the supervisor joins them at the two screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from operator_app.domain.people import Actor, Role
from operator_app.services.connection import Connection
from operator_app.sync.bundle_post import BundlePost
from operator_app.ui.events import Events
from operator_app.ui.folder_driver import FolderDriver
from operator_app.ui.screens.sync_page import SyncPage
from operator_app.ui.sync_parts.seats_card import SeatsCard
from operator_app.ui.tasks import InlineTaskRunner
from tests.sync.desk import Desk
from tests.sync.seats import SeatPC, pair, quiet
from tests.ui.door import AnsweringDialogs, show


class FolderDialogs(AnsweringDialogs):
    """Chooses the shared folder, and answers as told."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def ask_folder(self, parent: QWidget, title: str) -> Path | None:
        self.asked.append(title)
        return self.folder


@dataclass
class Screen:
    page: SyncPage
    card: SeatsCard
    driver: FolderDriver
    dialogs: FolderDialogs

    @property
    def words(self) -> str:
        labels = self.card.findChildren(QLabel)
        return "\n".join(w.text() for w in labels if w.isVisible())

    def press(self, button: QPushButton) -> None:
        """As a person does who came there by Tab."""
        assert button.isVisible() and button.isEnabled()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        button.click()


def screen_of(qtbot: QtBot, pc: SeatPC, folder: Path, actor: Actor | None = None) -> Screen:
    office = pc.desk.office
    actor = actor or office.actor
    events, tasks, dialogs = Events(), InlineTaskRunner(), FolderDialogs(folder)
    connection = Connection(office.database, office.clock)
    page = SyncPage(office.database, connection, actor, tasks, events, office.clock)
    card = SeatsCard(pc.seats, actor, tasks, events, dialogs, office.clock)
    page.ways.add("PCs of the office", card)
    post = BundlePost(office.database, office.clock, "0.1.0")
    driver = FolderDriver(post, pc.seats, office.database, tasks, events, office.clock)
    show(qtbot, page)
    page.ways.bar.setCurrentIndex(page.ways.bar.count() - 1)
    return Screen(page, card, driver, dialogs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "117"
    made.mkdir()
    return made


@pytest.fixture
def pcs(new_seat: Callable[..., Desk]) -> Iterator[tuple[SeatPC, SeatPC]]:
    both = SeatPC(new_seat()), SeatPC(new_seat())
    yield both
    for pc in both:
        pc.seats.close()


def test_a_seat_joins_after_both_fingerprints_were_compared(
    qtbot: QtBot, pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    station, seat = pcs
    seat.desk.save()
    there = screen_of(qtbot, station, folder)
    there.press(there.card.station_button)
    assert station.facts.fingerprint in there.words
    here = screen_of(qtbot, seat, folder)
    here.press(here.card.join_button)
    # The same digits stand at both screens; nothing is handed over before somebody says so.
    assert station.facts.fingerprint in here.words
    assert list(folder.glob("seat-*")) == []
    here.press(here.card.same_button)
    here.driver.look()
    assert "2 records are not" not in here.words
    assert "1 record is not at the station yet." in here.words
    there.card.refresh()
    (newcomer,) = there.card.newcomers
    assert seat.facts.fingerprint in there.words
    there.press(newcomer.confirm_button)
    there.driver.look()
    there.card.refresh()
    assert "PC 2" in there.words and "1 record here" in there.words
    here.driver.look()
    here.card.refresh()
    assert "not at the station yet" not in here.words
    assert [row.seat for row in station.journal()] == [2]


def test_a_card_of_somebody_else_is_not_joined(
    qtbot: QtBot, pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    station, seat = pcs
    station.seats.become_station(station.desk.office.actor, folder)
    here = screen_of(qtbot, seat, folder)
    here.press(here.card.join_button)
    here.press(here.card.other_button)
    assert "Nothing was changed" in here.words
    assert here.card.join_button.isVisible() and seat.facts.joined is None
    # Nor is the folder of the station taken over without a word.
    here.dialogs.yes = False
    here.press(here.card.station_button)
    assert "Another PC is the station of this folder" in here.dialogs.asked[-1]
    assert seat.facts.station is None


def test_what_is_wrong_and_what_can_be_undone_stand_there(
    qtbot: QtBot, pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    station, seat = pcs
    station.seats.become_station(station.desk.office.actor, folder)
    pair(station, seat, folder)
    seat.desk.save()
    quiet(station, seat)
    there, here = (screen_of(qtbot, pc, folder) for pc in pcs)
    there.press(there.card.lines[0].button)
    assert "Nothing is taken from it." in there.words
    there.driver.look()
    here.driver.look()
    here.card.refresh()
    assert "takes nothing from this PC" in here.card.trouble.label.text()
    here.press(here.card.leave_button)
    assert seat.facts.joined is None and not list(folder.glob("seat-*"))
    there.press(there.card.end_button)
    assert station.facts.station is None and not list(folder.glob("*.117card"))
    assert len(station.journal()) == 1


def test_an_operator_sees_how_it_stands_and_decides_nothing(
    qtbot: QtBot, pcs: tuple[SeatPC, SeatPC], folder: Path
) -> None:
    station, seat = pcs
    station.seats.become_station(station.desk.office.actor, folder)
    pair(station, seat, folder)
    operator = station.desk.office.person(Role.OPERATOR, "bakyt")
    seen = screen_of(qtbot, station, folder, operator)
    assert "PC 2" in seen.words
    assert not [b for b in seen.card.findChildren(QPushButton) if b.isVisible()]
