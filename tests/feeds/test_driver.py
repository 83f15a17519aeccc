"""The screens hear of what came: the names of the feeds, once."""

from __future__ import annotations

from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from operator_app.domain.feeds import ARTICLES, DIRECTORY
from operator_app.ui.events import Events
from operator_app.ui.sync_driver import SyncDriver
from operator_app.ui.tasks import InlineTaskRunner
from tests.feeds.publishing import article, offer, service
from tests.receiver import RunningReceiver
from tests.sync.desk import Desk


def test_the_names_of_changed_feeds_are_told(
    qtbot: QtBot, desk: Desk, receiver: RunningReceiver
) -> None:
    events = Events()
    driver = SyncDriver(desk.cycle, desk.database, InlineTaskRunner(), events, desk.office.clock)
    told = QSignalSpy(events.feeds_changed)
    driver.send_now()
    assert told.count() == 0
    offer(receiver, DIRECTORY, service("s1"))
    offer(receiver, ARTICLES, article("a1"))
    driver.send_now()
    assert [told.at(n)[0] for n in range(told.count())] == [(DIRECTORY, ARTICLES)]
    driver.send_now()
    assert told.count() == 1
    driver.stop()
