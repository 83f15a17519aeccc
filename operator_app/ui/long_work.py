"""Work that takes longer than a moment: on its own worker, with a count, and it can be ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from operator_app.errors import Cancelled
from operator_app.ui.tasks import Tasks

T = TypeVar("T")
Progress = Callable[[int, int], None]

SHOW_EVERY_MS = 100


@dataclass
class _State:
    """The worker writes the numbers and reads `cancelled`, the window the other way round."""

    done: int = 0
    total: int = 0
    cancelled: bool = False

    def progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self.cancelled:
            raise Cancelled("work.cancelled")


class LongWork(QObject):
    """One piece at a time; a new one ends the one before. `progressed(done, total)`."""

    progressed = Signal(int, int)

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        """With its `parent` it goes, and nobody is told any more."""
        super().__init__(parent)
        self._tasks = tasks
        self._state: _State | None = None
        self._show = QTimer(self, interval=SHOW_EVERY_MS)
        self._show.timeout.connect(self._on_show)

    @property
    def busy(self) -> bool:
        """Whether something is under way that was not cancelled."""
        return self._state is not None and not self._state.cancelled

    def run(
        self,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """`failed(Cancelled)` when it was ended early; of work that a newer one ended, nothing."""
        self.cancel()
        mine = self._state = _State()
        self._show.start()

        def on_done(result: T) -> None:
            if self._leave(mine):
                done(result)

        def on_failed(error: Exception) -> None:
            if self._leave(mine):
                failed(error)

        self._tasks.background(self, lambda: work(mine.progress), on_done, on_failed)

    def cancel(self) -> None:
        """Let it end as soon as it can; nothing is left of it."""
        if self._state is not None:
            self._state.cancelled = True

    def _leave(self, state: _State) -> bool:
        if state is not self._state:
            return False
        self._state = None
        self._show.stop()
        return True

    def _on_show(self) -> None:
        if self._state is not None and self._state.total:
            self.progressed.emit(self._state.done, self._state.total)
