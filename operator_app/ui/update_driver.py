"""Fetches a newer version beside the work, one piece after the other, and tells how it stands."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal

from operator_app.db.program_state import FetchState
from operator_app.errors import AppError
from operator_app.sync.program_fetch import ProgramFetch
from operator_app.ui.tasks import Tasks

log = logging.getLogger(__name__)

FIRST_LOOK_MS = 3 * 60_000
"""After the sign-in: the first call of the day goes before."""
LOOK_EVERY_MS = 5 * 60_000
LEAST_PAUSE_MS = 500


class UpdateDriver(QObject):
    """On the network worker, where rounds of sending take their turn between two pieces.

    `changed(state)`: a FetchState, after every piece.
    """

    changed = Signal(object)

    def __init__(self, fetch: ProgramFetch, tasks: Tasks, quiet: Callable[[], bool]) -> None:
        """`quiet` tells whether this is a moment at which nobody is busy with a caller."""
        super().__init__()
        self._fetch = fetch
        self._tasks = tasks
        self._quiet = quiet
        self._begun = 0.0
        self._timer = QTimer(self, singleShot=True, interval=FIRST_LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look."""
        self._timer.start()

    def stop(self) -> None:
        """Ask for nothing more; the piece under way ends by itself."""
        self._timer.stop()
        self._fetch.stop()

    def close(self) -> None:
        """Let go of connections; on the network worker."""
        self._fetch.close()

    def look(self) -> None:
        """Fetch a piece if the moment is quiet."""
        self._timer.stop()
        if not self._quiet():
            self._timer.start(LOOK_EVERY_MS)
            return
        self._tasks.background(
            self, self._fetch.folder_is_there, self._on_folder_seen, self._on_failed
        )

    def _on_folder_seen(self, there: bool) -> None:
        self._begun = monotonic()
        self._tasks.network(
            self,
            lambda: self._fetch.next_piece(folder_there=there),
            self._on_piece,
            self._on_failed,
        )

    def _on_piece(self, state: FetchState) -> None:
        # As long again nothing is fetched: half of the line is for whatever else there is.
        pause = max(LEAST_PAUSE_MS, round((monotonic() - self._begun) * 1000))
        self._timer.start(pause if self._fetch.goes_on else LOOK_EVERY_MS)
        self.changed.emit(state)

    def _on_failed(self, error: Exception) -> None:
        self._timer.start(LOOK_EVERY_MS)
        log.warning("update: %s", error if isinstance(error, AppError) else type(error).__name__)
