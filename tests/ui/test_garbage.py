"""Garbage is collected from the event loop, and nowhere else."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from operator_app.ui.garbage import GarbageTimer


class Knot:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def collector_off() -> Iterator[None]:
    # Off in all tests (tests/conftest.py); what the others left is not looked at here.
    gc.collect()
    yield
    gc.unfreeze()


def test_a_cycle_is_freed_when_its_generation_is_due(qtbot: QtBot, collector_off: None) -> None:
    parent = QObject()
    timer = GarbageTimer(parent)
    knot = weakref.ref(Knot())
    assert knot() is not None
    kept = [[] for _ in range(3 * gc.get_threshold()[0])]
    qtbot.waitUntil(lambda: knot() is None)
    assert kept and not gc.isenabled()
    timer.collect()
