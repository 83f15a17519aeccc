"""Keeps the search index up beside the work: step by step on the database worker, behind saves."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer

from operator_app.services.search_index import SearchIndex
from operator_app.ui.events import Events
from operator_app.ui.tasks import Tasks

log = logging.getLogger(__name__)

PAUSE_MS = 30
"""Between two steps: a save that was asked for meanwhile goes first."""
MEND_MS = 30_000
"""How often an index with which something is wrong is tried again."""


class IndexDriver(QObject):
    """Takes in what changed, and the rest of an index that is being made; one step at a time."""

    def __init__(self, index: SearchIndex, tasks: Tasks, events: Events) -> None:
        super().__init__()
        self._index = index
        self._tasks = tasks
        self._running = False
        self._asked_again = False
        self._stopped = False
        self._next = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._next.timeout.connect(self.look)
        self._mend = QTimer(self, interval=MEND_MS)
        self._mend.timeout.connect(self._try_again)
        events.calls_changed.connect(self.look)
        events.cases_changed.connect(self.look)
        events.feeds_changed.connect(self.look)

    def start(self) -> None:
        """Begin: what was saved by an older program, or never indexed, is taken in."""
        self._next.start()
        self._mend.start()

    def stop(self) -> None:
        """No further step; one that is under way ends."""
        self._stopped = True
        self._next.stop()
        self._mend.stop()

    def look(self, *_what: object) -> None:
        """Take in what is new, soon."""
        if self._stopped:
            return
        if self._running:
            self._asked_again = True
            return
        self._running = True
        self._tasks.database(self, self._index.step, self._on_stepped, self._on_failed)

    def _on_stepped(self, behind: int) -> None:
        self._running = False
        if (behind or self._asked_again) and not self._stopped:
            self._asked_again = False
            self._next.start()

    def _try_again(self) -> None:
        if self._index.problem is not None:
            self.look()

    def _on_failed(self, error: Exception) -> None:
        # `step` tells its faults by its state: this is one of the program.
        self._running = False
        log.warning("search index: %s", type(error).__name__)
