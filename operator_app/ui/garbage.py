"""Collects garbage on the main thread and between events only."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1_000


class GarbageTimer(QObject):
    """Takes the place of Python's own collector, which must stay disabled.

    That one runs wherever an allocation happens to be: in the middle of Qt's deletion of a window,
    or on a worker thread. It may then destroy widgets there, which ends the process.
    """

    def __init__(self, parent: QObject) -> None:
        """What lives by now lives to the end and is never looked through again."""
        super().__init__(parent)
        gc.freeze()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is due by Python's own thresholds, if any is."""
        due = zip(gc.get_count(), gc.get_threshold(), strict=True)
        ripe = [generation for generation, (count, most) in enumerate(due) if count > most]
        if ripe:
            gc.collect(ripe[-1])
