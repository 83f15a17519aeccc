"""Keeps the sync cycle running beside the screens, and tells them how it stands."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer

from operator_app.db.engine import Database
from operator_app.domain.clock import Clock, to_ms
from operator_app.errors import AppError
from operator_app.sync.cycle import Cycle, CycleReport
from operator_app.sync.status import SyncStatus, read_status
from operator_app.ui.events import Events
from operator_app.ui.network_watch import NetworkWatch
from operator_app.ui.tasks import Tasks

log = logging.getLogger(__name__)

TICK_MS = 3_000
SLEPT_MS = 60_000
"""A gap between two ticks longer than this means that the PC slept (as Vorta tells it)."""


class SyncDriver(QObject):
    """Asks the cycle every few seconds whether a round is due, and runs it on the network worker.

    A save, "Send now", waking up and another network ask at once. One round at a time.
    """

    def __init__(
        self, cycle: Cycle, database: Database, tasks: Tasks, events: Events, clock: Clock
    ) -> None:
        super().__init__()
        self._cycle = cycle
        self._database = database
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._busy = False
        self._asked_again = False
        self._hurried = False
        self._looked_at = to_ms(clock())
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.look)
        self.network = NetworkWatch(self)
        self.network.changed.connect(self.send_now)
        events.calls_changed.connect(self._on_call_changed)
        events.cases_changed.connect(self._on_call_changed)
        events.send_now_asked.connect(self.send_now)

    def start(self) -> None:
        """Begin; the first round is due at once."""
        self._tick.start()
        self.network.start()
        self._read_status()
        self.look()

    def stop(self) -> None:
        """Begin no further round; the one under way ends at its next request."""
        self._tick.stop()
        self.network.stop()
        self._cycle.stop()

    def send_now(self) -> None:
        """Forget waiting times and go."""
        self._hurried = True
        self.look()

    def look(self) -> None:
        """Run a round if one is due; read the state in any case."""
        now = to_ms(self._clock())
        if now - self._looked_at > SLEPT_MS:
            self._hurried = True
        self._looked_at = now
        if self._busy:
            # A round may take minutes on a slow line; the counter is right meanwhile.
            self._asked_again = True
            self._read_status()
            return
        self._busy = True
        hurried, self._hurried = self._hurried, False

        def work() -> tuple[SyncStatus, CycleReport]:
            if hurried:
                self._cycle.send_now()
            due = self._cycle.next_due()
            report = CycleReport()
            if due is not None and due <= 0:
                report = self._cycle.run_once()
            return read_status(self._database, self._clock), report

        self._tasks.network(self, work, self._on_read, self._on_failed)

    def _on_call_changed(self, _record_id: str) -> None:
        self._read_status()
        self.look()

    def _read_status(self) -> None:
        # The counter must be right at once, whatever the network is doing.
        self._tasks.database(
            self,
            lambda: read_status(self._database, self._clock),
            self._events.sync_changed.emit,
            _note,
        )

    def _on_read(self, read: tuple[SyncStatus, CycleReport]) -> None:
        status, report = read
        self._busy = False
        self._events.sync_changed.emit(status)
        if report.cases_changed:
            # Which ones is not told: what came from other PCs may concern several.
            self._events.cases_changed.emit("")
        if report.feeds_changed:
            self._events.feeds_changed.emit(report.feeds_changed)
        if self._asked_again:
            self._asked_again = False
            QTimer.singleShot(0, self, self.look)

    def _on_failed(self, error: Exception) -> None:
        # The next tick tries again; what went wrong is in the log, and nothing is lost by it.
        self._busy = False
        _note(error)


def _note(error: Exception) -> None:
    log.warning("sync round or state: %s", error if isinstance(error, AppError) else type(error))
