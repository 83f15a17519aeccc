"""The program's workers, with a count of what is not done yet: a picture is taken when all is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from operator_app.ui.tasks import Failed, TaskRunner

T = TypeVar("T")


class CountedTasks(TaskRunner):
    """`pending`: how many pieces of work were taken and are not done; their results may still be
    on their way to the main thread when it is 0."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self.pending = 0

    def database(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        """As TaskRunner."""
        super().database(receiver, self._counted(work), done, failed)

    def network(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        """As TaskRunner."""
        super().network(receiver, self._counted(work), done, failed)

    def background(
        self, receiver: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed
    ) -> None:
        """As TaskRunner."""
        super().background(receiver, self._counted(work), done, failed)

    def _counted(self, work: Callable[[], T]) -> Callable[[], T]:
        with self._lock:
            self.pending += 1

        def counted() -> T:
            try:
                return work()
            finally:
                with self._lock:
                    self.pending -= 1

        return counted
