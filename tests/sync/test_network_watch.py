"""Another network, and the end of a sleep, are noticed: the next round is due at once."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from operator_app.db import sync_state
from operator_app.domain.clock import to_ms
from operator_app.ui.events import Events
from operator_app.ui.network_watch import NetworkWatch, local_addresses
from operator_app.ui.sync_driver import SyncDriver
from operator_app.ui.tasks import InlineTaskRunner
from tests.sync.desk import Desk


def test_new_addresses_are_news_and_lost_ones_are_not(qtbot: QtBot) -> None:
    there = [frozenset({"10.0.0.2"})]
    owner = QObject()
    watch = NetworkWatch(owner, lambda: there[0])
    changed = QSignalSpy(watch.changed)
    watch.start()
    for _minute in range(2):
        watch.look()
    assert changed.count() == 0
    there[0] = frozenset()
    watch.look()
    assert changed.count() == 0
    there[0] = frozenset({"192.168.1.7"})
    watch.look()
    watch.look()
    assert changed.count() == 1
    watch.stop()


def test_another_network_makes_the_next_round_due(qtbot: QtBot, desk: Desk) -> None:
    """The breaker is open after many failures in a row; nobody has to wait for it."""
    driver = SyncDriver(desk.cycle, desk.database, InlineTaskRunner(), Events(), desk.office.clock)
    with desk.database.write() as connection:
        at = to_ms(desk.office.clock())
        sync_state.write_retry(connection, sync_state.Retry(failures=9, jitter=0.9, at=at))
    driver.look()
    assert (desk.cycle.next_due() or 0) > 60
    driver.network.changed.emit()
    with desk.database.read() as connection:
        assert sync_state.read_retry(connection).failures == 0
    driver.stop()


def test_waking_up_makes_the_next_round_due_and_an_ordinary_tick_does_not(
    qtbot: QtBot, desk: Desk
) -> None:
    driver = SyncDriver(desk.cycle, desk.database, InlineTaskRunner(), Events(), desk.office.clock)
    with desk.database.write() as connection:
        at = to_ms(desk.office.clock())
        sync_state.write_retry(connection, sync_state.Retry(failures=9, jitter=0.9, at=at))
    desk.office.clock.forward(seconds=3)
    driver.look()
    with desk.database.read() as connection:
        assert sync_state.read_retry(connection).failures == 9
    desk.office.clock.forward(seconds=61)
    driver.look()
    with desk.database.read() as connection:
        assert sync_state.read_retry(connection).failures == 0
    driver.stop()


def test_the_addresses_of_this_pc_are_read() -> None:
    assert "127.0.0.1" not in local_addresses()
